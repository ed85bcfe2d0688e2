/** Reads the certificates and cipher suites in use out of the evidence of a run, for the registers of its report. */
import type { Evidence, Interpretation } from './model/evidence.ts';
import { isPartialList } from './model/facts.ts';
import type { Inventory, InventoryGap, RegisteredCertificate, RegisteredSuite } from './model/inventory.ts';
import { byCodeUnit, isArray, isObject, own, type Json } from './model/json.ts';
import type { Run, RunTarget } from './model/result.ts';
import { endpointOf } from './model/target.ts';

const MAX_NAMES = 20;
/** What an endpoint fails in these is a reason to look at its suites. */
const OF_SUITES = /^tls\.(?:proto|cipher|kx|vuln)\./;

interface Seen {
  readonly target: RunTarget;
  readonly id: string;
  readonly observedAt: string;
  readonly interpretation: Interpretation;
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

/** The items of a list that may be known in part, and why it is not whole. */
function itemsOf(value: Json | undefined): { readonly items: readonly Json[]; readonly code: string | undefined } {
  if (isArray(value)) return { items: value, code: undefined };
  const code = text(own(value, '$unknown'));
  if (isPartialList(value)) return { items: value.$items, code };
  return { items: [], code: value === undefined ? undefined : code || 'engine.type' };
}

function texts(value: Json | undefined): readonly string[] {
  return itemsOf(value).items.map(text);
}

const KINDS: { readonly [kind: string]: string } = { rsa: 'RSA', 'rsa-pss': 'RSA-PSS', ec: 'EC', dsa: 'DSA' };

function keyText(key: Json | undefined): string {
  const kind = text(own(key, 'kind'));
  return `${KINDS[kind] ?? kind} ${text(own(key, 'curve')) || text(own(key, 'bits'))}`.trim();
}

function trustText(trust: Json | undefined): string {
  const trusted = own(trust, 'trusted');
  if (own(trust, 'public') === true) return 'public root';
  if (trusted === true) return 'root of --ca-file';
  if (trusted === false) return own(trust, 'selfSigned') === true ? 'self-signed' : 'no known root';
  return `unknown: ${text(own(trusted ?? trust, '$unknown')) || 'evidence.missing'}`;
}

function place({ interpretation: { at }, id }: Seen, fact: string): string {
  return `${id}#${at[fact] ?? at[`/${fact.split('/')[1] ?? ''}`] ?? ''}`;
}

function certificatesOf(seen: Seen): readonly RegisteredCertificate[] {
  const { facts } = seen.interpretation;
  const trust = trustText(own(facts, 'trust'));
  const chain = itemsOf(own(facts, 'chain')).items.map((certificate, index) => ({
    certificate,
    fact: `/chain/${String(index)}`,
  }));
  // a server with two keys has a second leaf
  const others = itemsOf(own(facts, 'leaves'))
    .items.map((certificate, index) => ({ certificate, fact: `/leaves/${String(index)}` }))
    .filter(({ certificate }) => !chain.some((one) => own(one.certificate, 'sha256') === own(certificate, 'sha256')));
  return [...chain, ...others].flatMap(({ certificate, fact }) => {
    const sha256 = text(own(certificate, 'sha256'));
    if (sha256 === '') return [];
    const names = own(certificate, 'names');
    const key = own(certificate, 'key');
    return [
      {
        target: seen.target.id,
        subject: text(own(certificate, 'id')),
        role: text(own(certificate, 'role')),
        name: text(own(certificate, 'subject')),
        names: [...texts(own(names, 'dns')), ...texts(own(names, 'ips'))].slice(0, MAX_NAMES),
        issuer: text(own(certificate, 'issuer')),
        serial: text(own(own(certificate, 'serial'), 'hex')),
        notBefore: text(own(certificate, 'notBefore')),
        notAfter: text(own(certificate, 'notAfter')),
        key: keyText(key),
        keySha256: text(own(key, 'sha256')),
        signature: text(own(own(certificate, 'signature'), 'name')),
        sha256,
        trust,
        sharedWith: [],
        observedAt: seen.observedAt,
        evidence: place(seen, fact),
      },
    ];
  });
}

function purposeOf({ id, labels }: RunTarget): string {
  const protocol = endpointOf(id)?.protocol ?? 'tls';
  const words = Object.entries(labels).map(([key, value]) => `${key}:${value}`);
  return [protocol === 'tls' ? 'TLS from the first byte' : `${protocol}, upgraded to TLS`, ...words].join('; ');
}

function suitesOf(seen: Seen, fails: readonly string[]): readonly RegisteredSuite[] {
  const { facts } = seen.interpretation;
  const groups = itemsOf(own(facts, 'groups')).items;
  return itemsOf(own(facts, 'suites')).items.map((suite) => {
    const version = text(own(suite, 'version'));
    const mode = text(own(suite, 'mode'));
    return {
      target: seen.target.id,
      purpose: purposeOf(seen.target),
      version,
      code: text(own(suite, 'code')),
      suite: text(own(suite, 'name')),
      keyExchange: text(own(suite, 'keyExchange')),
      authentication: text(own(suite, 'authentication')),
      encryption: [text(own(suite, 'encryption')), mode].filter((word) => word !== '').join(' '),
      mac: text(own(suite, 'mac')),
      forwardSecret: own(suite, 'forwardSecret') === true,
      groups: groups.filter((group) => own(group, 'version') === version).map((group) => text(own(group, 'name'))),
      fails,
      observedAt: seen.observedAt,
      evidence: place(seen, '/suites'),
    };
  });
}

/** Why a register lacks something of an endpoint where TLS is spoken. */
function gapsOf({ target, interpretation: { facts } }: Seen): readonly InventoryGap[] {
  if (own(facts, 'offered') === false) return [];
  const gap = (what: InventoryGap['what'], value: Json | undefined): readonly InventoryGap[] => {
    const code = value === undefined ? 'engine.not-run' : itemsOf(value).code;
    return code === undefined ? [] : [{ target: target.id, what, code }];
  };
  return [...gap('certificates', own(facts, 'chain')), ...gap('suites', own(facts, 'suites'))];
}

/** Endpoints that use one key, by its hash. */
function sharing(certificates: readonly RegisteredCertificate[]): readonly RegisteredCertificate[] {
  const users = new Map<string, Set<string>>();
  for (const { keySha256, target, role } of certificates)
    if (role === 'leaf') users.set(keySha256, (users.get(keySha256) ?? new Set()).add(target));
  return certificates.map((certificate) => {
    if (certificate.role !== 'leaf') return certificate;
    const others = [...(users.get(certificate.keySha256) ?? [])].filter((target) => target !== certificate.target);
    return { ...certificate, sharedWith: others.sort(byCodeUnit) };
  });
}

export async function inventoryOf(run: Run, evidence: (id: string) => Evidence | undefined): Promise<Inventory> {
  const entries = run.evidence.filter(({ collector }) => collector === 'tls');
  if (entries.length === 0) return { certificates: [], suites: [], gaps: [] };
  const { interpret } = await import('./collectors/tls/interpret.ts');
  const targets = new Map(run.targets.map((target) => [target.id, target]));
  const failing = new Map<string, Set<string>>();
  for (const { check, target, status } of run.results) {
    if (status !== 'fail' || !OF_SUITES.test(check)) continue;
    failing.set(target, (failing.get(target) ?? new Set()).add(check));
  }
  const certificates: RegisteredCertificate[] = [];
  const suites: RegisteredSuite[] = [];
  const gaps: InventoryGap[] = [];
  for (const { id, target: name, observedAt } of entries) {
    const target = targets.get(name);
    const outcome = evidence(id)?.outcome;
    if (target === undefined) continue;
    if (outcome?.is !== 'observed') {
      const code = outcome === undefined ? 'evidence.missing' : outcome.fault.code;
      gaps.push({ target: name, what: 'certificates', code }, { target: name, what: 'suites', code });
      continue;
    }
    const interpretation = interpret(outcome.raw);
    if (!isObject(interpretation.facts)) continue;
    const seen = { target, id, observedAt, interpretation };
    certificates.push(...certificatesOf(seen));
    suites.push(...suitesOf(seen, [...(failing.get(name) ?? [])].sort(byCodeUnit)));
    gaps.push(...gapsOf(seen));
  }
  return { certificates: sharing(certificates), suites, gaps };
}
