/** The enumeration of one endpoint as plain data, schema tls-scan/1 (CONTRACT §1). Pure. */
import { type Fault, fault, type FaultCode } from '../../model/fault.ts';
import { isArray, own, type Json } from '../../model/json.ts';
import { groupName, VERSIONS, type Version } from '../../wire/tls/names.ts';
import { suiteOf } from '../../wire/tls/suites.ts';
import { toPem } from '../../wire/x509/pem.ts';
import { hexCode, listVersions, needsNoCertificate } from './facts-suites.ts';
import { servedIn } from './facts-served.ts';
import { isAlive, isLossless, sslv2Of, upgradeIn, versionStates } from './states.ts';

export interface ScannedVersion {
  readonly offered: boolean | null;
  readonly suites: readonly { readonly id: string; readonly name: string }[];
}

export interface Scan {
  readonly schema: 'tls-scan/1';
  readonly target: string;
  readonly versions: { readonly [version in Version]: ScannedVersion };
  readonly groups: readonly { readonly id: string; readonly name: string; readonly version: string }[];
  /** PEM, as sent, one list for each certificate that the server has. */
  readonly chains: readonly (readonly string[])[];
  readonly clientCertificate: { readonly requested: boolean | null };
  readonly connections: number;
  readonly elapsedMs: number;
  /** Why something could not be told; empty where all of it could. */
  readonly unknown: readonly Fault[];
}

const NOTHING: ScannedVersion = { offered: null, suites: [] };

function everyVersion(of: (version: Version) => ScannedVersion): Scan['versions'] {
  return Object.fromEntries(VERSIONS.map((version) => [version, of(version)])) as Scan['versions'];
}

export function failedScan(target: string, why: Fault, elapsedMs: number): Scan {
  return {
    schema: 'tls-scan/1',
    target,
    versions: everyVersion(() => NOTHING),
    groups: [],
    chains: [],
    clientCertificate: { requested: null },
    connections: 0,
    elapsedMs: Math.round(elapsedMs),
    unknown: [why],
  };
}

function chainsIn(raw: Json): readonly (readonly string[])[] {
  const chains = new Map<string, readonly string[]>();
  for (const { certificates } of servedIn(raw)?.flights ?? []) {
    const pems = certificates.map((certificate) => toPem(certificate));
    if (pems.length > 0) chains.set(pems.join(''), pems);
  }
  return [...chains.values()];
}

export function scanOf(raw: Json, target: string, elapsedMs: number): Scan {
  const upgrade = upgradeIn(raw);
  const states = versionStates(raw, upgrade);
  const alive = [...states.values()].includes(true);
  const sslv2 = typeof upgrade === 'object' && !upgrade.ready ? { offered: false, kinds: [] } : sslv2Of(raw, alive);
  const listed = listVersions(raw, states, { alive: isAlive(raw), lossless: isLossless(raw) });
  const unknown = new Map<FaultCode, Fault>();
  const note = (code: FaultCode | undefined, what: string): void => {
    if (code !== undefined && !unknown.has(code)) unknown.set(code, fault(code, `${what}: ${fault(code).message}`));
  };
  if (typeof sslv2.offered === 'string') note(sslv2.offered, 'SSLv2');
  for (const [version, state] of states) if (typeof state === 'string') note(state, version);
  for (const { version, suitesRest, groupsRest } of listed) {
    if (states.get(version) !== true) continue;
    note(suitesRest, `suites of ${version}`);
    note(groupsRest, `groups of ${version}`);
  }
  const served = servedIn(raw);
  const first = served?.flights[0];
  if (alive && !needsNoCertificate(listed))
    note(first === undefined ? (served?.rest ?? 'tls.unclear') : undefined, 'certificates');
  const connections = own(raw, 'connections');
  return {
    schema: 'tls-scan/1',
    target,
    versions: everyVersion((version) => {
      if (version === 'SSLv2') {
        const offered = typeof sslv2.offered === 'boolean' ? sslv2.offered : null;
        return {
          offered,
          suites: sslv2.kinds.map(({ code, name }) => ({ id: `0x${hexCode(code).slice(2).padStart(6, '0')}`, name })),
        };
      }
      const state = states.get(version);
      const suites = listed.find((one) => one.version === version)?.suites ?? [];
      return {
        offered: typeof state === 'boolean' ? state : null,
        suites: suites.map((code) => ({ id: hexCode(code), name: suiteOf(code).name })),
      };
    }),
    groups: listed.flatMap(({ version, groups }) =>
      groups.map((code) => ({ id: hexCode(code), name: groupName(code), version })),
    ),
    chains: chainsIn(raw),
    clientCertificate: {
      requested:
        first === undefined
          ? alive || isArray(own(raw, 'served'))
            ? null
            : false
          : (served?.flights.some(({ clientCertificate }) => clientCertificate.requested) ?? null),
    },
    connections: typeof connections === 'number' ? connections : 0,
    elapsedMs: Math.round(elapsedMs),
    unknown: [...unknown.values()],
  };
}
