/** Facts from raw TLS evidence: pure, and total over any JSON. */
import type { Interpretation } from '../../model/evidence.ts';
import { faultIn, isString, required, unknown } from '../../model/facts.ts';
import type { FaultCode } from '../../model/fault.ts';
import { isArray, isObject, own, type Json, type JsonObject } from '../../model/json.ts';
import { pointer } from '../../model/pointer.ts';
import { type EndpointName, PROTOCOLS, type Protocol } from '../../model/target.ts';
import { dialogueFor, replayDialogue } from '../../wire/starttls/index.ts';
import type { Outcome } from '../../wire/starttls/dialogue.ts';
import { SSLV2_KINDS, sslv2ServerHello } from '../../wire/tls/sslv2.ts';
import { parseCertificate } from '../../wire/x509/certificate.ts';
import { certificateFacts, type Role } from './certificate.ts';
import { attemptOf, listVersions, suiteFacts } from './facts-suites.ts';
import { matchesHost } from './hostname.ts';
import { type Attempt, isOffered, PROBED, type Probed, saysNo, verdictOf } from './versions.ts';

const FACT_NAMES: { readonly [version in Probed]: string } = {
  SSLv3: 'sslv3',
  'TLSv1.0': 'tls10',
  'TLSv1.1': 'tls11',
  'TLSv1.2': 'tls12',
  'TLSv1.3': 'tls13',
};

/** Beyond these a server only wastes our time. */
const MAX_CHAIN = 64;

function bytesOf(value: Json | undefined): Uint8Array | undefined {
  return typeof value === 'string' ? Buffer.from(value, 'base64') : undefined;
}

function protocolOf(raw: Json): Protocol | undefined {
  const text = own(raw, 'protocol');
  return text === 'tls' ? 'tls' : PROTOCOLS.find((protocol) => protocol === text);
}

interface Endpoint {
  readonly name: EndpointName;
  readonly text: string;
}

function endpointIn(raw: Json): Endpoint | undefined {
  const host = own(raw, 'host');
  const port = own(raw, 'port');
  const text = own(raw, 'endpoint');
  const protocol = protocolOf(raw);
  if (typeof host !== 'string' || !Number.isInteger(port) || typeof port !== 'number' || typeof text !== 'string')
    return undefined;
  return protocol === undefined ? undefined : { name: { host, port, protocol }, text };
}

/** The dialogue before TLS, replayed over the stored replies. */
function upgradeOf(raw: Json, { name }: Endpoint): Outcome | FaultCode | undefined {
  const dialogue = dialogueFor(name.protocol, name.host);
  if (dialogue === undefined) return undefined;
  const upgrade = own(raw, 'upgrade');
  const replies = own(upgrade, 'replies');
  if (!isArray(replies)) return 'evidence.missing';
  const outcome = replayDialogue(
    dialogue,
    replies.flatMap((reply) => bytesOf(reply) ?? []),
  );
  return outcome ?? faultIn(own(upgrade, 'failure')) ?? 'evidence.missing';
}

function attemptsIn(raw: Json, version: Probed): readonly Attempt[] {
  const attempts = own(own(raw, 'versions'), version);
  return isArray(attempts) ? attempts.flatMap((attempt) => attemptOf(attempt) ?? []) : [];
}

/** Each version: offered or not, or the reason for not knowing. */
function versionsOf(raw: Json): ReadonlyMap<Probed, boolean | FaultCode> {
  const attempts = new Map(PROBED.map((version) => [version, attemptsIn(raw, version)]));
  const alive = PROBED.some((version) =>
    (attempts.get(version) ?? []).some((attempt) => verdictOf(attempt, version) === 'accepted'),
  );
  return new Map(
    PROBED.map((version) => [version, isOffered(attempts.get(version) ?? [], version, alive, isLossless(raw))]),
  );
}

/** No question had to be asked twice for a connection that was lost by chance. */
function isLossless(raw: Json): boolean {
  return own(raw, 'lost') === 0;
}

/** SSLv2: the kinds that its ServerHello lists; a clear answer of any other form is a "no". */
function sslv2Of(
  raw: Json,
  alive: boolean,
): { readonly offered: boolean | FaultCode; readonly kinds: readonly string[] } {
  const attempt = attemptOf(own(raw, 'sslv2'));
  if (attempt === undefined) return { offered: 'evidence.missing', kinds: [] };
  const hello = sslv2ServerHello(attempt.bytes);
  if (hello !== undefined)
    return { offered: true, kinds: hello.kinds.map((code) => SSLV2_KINDS[code] ?? `0x${code.toString(16)}`) };
  if (attempt.bytes.length > 0) return { offered: false, kinds: [] };
  if (attempt.end === 'whole') return { offered: 'tls.unclear', kinds: [] };
  return { offered: saysNo(attempt.end, alive, isLossless(raw)) ? false : faultOfEnd(attempt.end), kinds: [] };
}

function faultOfEnd(end: 'closed' | FaultCode): FaultCode {
  return end === 'closed' ? 'net.closed' : end;
}

/** TLS is spoken here: some version is, or a session was made; unknown where no refusal of all is clear. */
function offeredOf(
  versions: ReadonlyMap<Probed, boolean | FaultCode>,
  sslv2: boolean | FaultCode,
  session: Json | undefined,
): boolean | FaultCode {
  const all = [...versions.values(), sslv2];
  if (all.includes(true) || isString(own(session, 'protocol') ?? null)) return true;
  return all.find((verdict) => typeof verdict === 'string') ?? false;
}

const isInteger = (value: Json): value is number => Number.isInteger(value);

function known(value: boolean | FaultCode): Json {
  return typeof value === 'boolean' ? value : unknown(value);
}

/** node verifies by its own clock; these codes say nothing about trust (ARCHITECTURE §4). */
const TIME_ERRORS = ['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'];
/** The name is judged by ourselves. */
const NAME_ERROR = 'ERR_TLS_CERT_ALTNAME_INVALID';

function trustOf(session: Json | undefined, leaf: JsonObject): JsonObject {
  const authorized = own(session, 'authorized');
  const error = own(session, 'trustError');
  const selfSigned = leaf['selfIssued'] === true;
  if (authorized === true || error === NAME_ERROR) return { trusted: true, selfSigned };
  if (typeof error !== 'string') return { trusted: unknown('evidence.missing'), selfSigned };
  if (TIME_ERRORS.includes(error)) return { trusted: unknown('tls.unclear'), selfSigned, error };
  return { trusted: false, selfSigned, error };
}

function chainOf(session: Json | undefined, { name, text }: Endpoint): JsonObject {
  const code = faultIn(session);
  const list = own(session, 'chain');
  if (code !== undefined || !isArray(list)) {
    const missing = unknown(code ?? 'evidence.missing');
    return { leaf: missing, chain: missing, hostname: missing, trust: missing };
  }
  const chain = list.slice(0, MAX_CHAIN).map((item, index): Json => {
    const parsed = parseCertificate(bytesOf(item) ?? new Uint8Array());
    if (!parsed.ok) return unknown('cert.malformed');
    const selfIssued = Buffer.compare(parsed.value.subject.raw, parsed.value.issuer.raw) === 0;
    const role: Role = index === 0 ? 'leaf' : selfIssued ? 'root' : 'intermediate';
    return certificateFacts(parsed.value, `${text}#${index === 0 ? 'leaf' : `chain/${String(index)}`}`, role);
  });
  const leaf = chain[0];
  if (leaf === undefined) return { chain };
  const parsed = parseCertificate(bytesOf(list[0]) ?? new Uint8Array());
  const names = parsed.ok ? parsed.value.subjectAltName : undefined;
  const matches =
    !parsed.ok || (names !== undefined && 'malformed' in names)
      ? unknown('cert.malformed')
      : names !== undefined && matchesHost(names.value, name.host);
  const trust = isObject(leaf) && !Object.hasOwn(leaf, '$unknown') ? trustOf(session, leaf) : unknown('cert.malformed');
  return { leaf, chain, hostname: { name: name.host, matches }, trust };
}

function sessionFacts(session: Json | undefined): JsonObject {
  if (!isObject(session)) return { session: unknown('evidence.missing') };
  const alpn = own(session, 'alpn');
  return {
    session: {
      protocol: required(session, 'protocol', isString),
      cipher: required(session, 'cipher', isString),
      ...(typeof alpn === 'string' && { alpn }),
    },
  };
}

function starttlsFacts(outcome: Outcome | FaultCode | undefined, handshake: boolean | FaultCode): JsonObject {
  if (outcome === undefined) return {};
  if (typeof outcome === 'string') return { starttls: unknown(outcome) };
  const { offered, ready, plainLogin, greeting } = outcome;
  return {
    starttls: {
      offered,
      ready,
      handshake: ready ? known(handshake) : false,
      ...(plainLogin !== undefined && { plainLogin }),
      ...(greeting !== undefined && { greeting }),
    },
  };
}

/** Where in raw each fact comes from. */
function placesOf(raw: Json, facts: JsonObject): { readonly [factPointer: string]: string } {
  const at: { [factPointer: string]: string } = {};
  if (own(raw, 'sslv2') !== undefined) at['/protocols/sslv2'] = pointer('sslv2');
  if (own(raw, 'chains') !== undefined)
    for (const fact of ['suites', 'ciphers', 'groups']) at[pointer(fact)] = pointer('chains');
  if (own(raw, 'orders') !== undefined) at['/order'] = pointer('orders');
  for (const version of PROBED) {
    if (own(own(raw, 'versions'), version) !== undefined)
      at[pointer('protocols', FACT_NAMES[version])] = pointer('versions', version);
  }
  if (own(raw, 'upgrade') !== undefined) at['/starttls'] = pointer('upgrade');
  if (own(raw, 'session') === undefined) return at;
  for (const fact of ['session', 'leaf', 'chain', 'hostname', 'trust']) at[pointer(fact)] = pointer('session');
  const list = own(own(raw, 'session'), 'chain');
  if (!isArray(list) || list.length === 0) return at;
  at['/chain'] = pointer('session', 'chain');
  for (const fact of ['leaf', 'hostname']) at[pointer(fact)] = pointer('session', 'chain', 0);
  const chain = facts['chain'];
  if (isArray(chain))
    for (const index of chain.keys()) at[pointer('chain', index)] = pointer('session', 'chain', index);
  return at;
}

export function interpret(raw: Json): Interpretation {
  const endpoint = endpointIn(raw);
  const head = {
    endpoint: required(raw, 'endpoint', isString),
    host: required(raw, 'host', isString),
    port: required(raw, 'port', isInteger),
    protocol: protocolOf(raw) ?? unknown('evidence.missing'),
  };
  if (endpoint === undefined) {
    const missing = unknown('evidence.missing');
    const facts = {
      ...head,
      offered: missing,
      starttls: missing,
      protocols: missing,
      leaf: missing,
      chain: missing,
      suites: missing,
      ciphers: missing,
      groups: missing,
      order: missing,
    };
    return { facts: { ...facts, hostname: missing, trust: missing, session: missing }, at: {} };
  }
  const upgrade = upgradeOf(raw, endpoint);
  const none = typeof upgrade === 'object' && !upgrade.ready;
  const session = own(raw, 'session');
  const versions = versionStates(raw, upgrade);
  const alive = [...versions.values()].includes(true);
  const sslv2 = none ? { offered: false, kinds: [] } : sslv2Of(raw, alive);
  const offered = typeof upgrade === 'string' ? upgrade : none ? false : offeredOf(versions, sslv2.offered, session);
  const facts: JsonObject = {
    ...head,
    offered: known(offered),
    ...starttlsFacts(upgrade, offered),
    protocols: {
      sslv2: { offered: known(sslv2.offered), kinds: [...sslv2.kinds] },
      ...Object.fromEntries([...versions].map(([version, state]) => [FACT_NAMES[version], { offered: known(state) }])),
    },
    ...(offered !== false && {
      ...sessionFacts(session),
      ...chainOf(session, endpoint),
      ...listFacts(raw, endpoint, versions),
    }),
  };
  return { facts, at: placesOf(raw, facts) };
}

function versionStates(raw: Json, upgrade: Outcome | FaultCode | undefined): ReadonlyMap<Probed, boolean | FaultCode> {
  if (typeof upgrade === 'string') return new Map(PROBED.map((version) => [version, upgrade]));
  if (upgrade?.ready === false) return new Map(PROBED.map((version) => [version, false]));
  return versionsOf(raw);
}

function listFacts(raw: Json, endpoint: Endpoint, versions: ReadonlyMap<Probed, boolean | FaultCode>): JsonObject {
  return suiteFacts(listVersions(raw, versions, isLossless(raw)), endpoint.text);
}
