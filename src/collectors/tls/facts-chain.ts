/** Facts about the certificates that were sent: the leaf, how the chain hangs together, and whether it is trusted. Pure. */
import { faultIn, unknown } from '../../model/facts.ts';
import type { FaultCode } from '../../model/fault.ts';
import { isArray, own, type Json, type JsonObject } from '../../model/json.ts';
import { pointer } from '../../model/pointer.ts';
import { type Certificate, parseCertificate } from '../../wire/x509/certificate.ts';
import type { KeyMarks } from '../../wire/x509/key-list.ts';
import { type Anchor, findPaths } from '../../wire/x509/path.ts';
import { sameBytes } from '../../wire/x509/verify.ts';
import { certificateFacts, type Role, type Setting } from './certificate.ts';
import { addressFacts } from './facts-addresses.ts';
import { issuerOf, ocspFacts, revocationFacts, type Subject } from './facts-revocation.ts';
import { sctFacts } from './facts-scts.ts';
import type { ServedFlights } from './facts-served.ts';
import { hostnameFacts, pathFacts, speaksForHost, trustFacts } from './facts-trust.ts';
import { storedSuffixes } from './suffixes.ts';

export interface ChainInput {
  readonly raw: Json;
  readonly served: ServedFlights | undefined;
  readonly endpoint: { readonly name: { readonly host: string }; readonly text: string };
}

/** Beyond these a server only wastes our time. */
const MAX_CHAIN = 64;

/** Where in raw the certificates stand that the facts are about: facts pointers to raw pointers. */
export function certificatePlaces(raw: Json, served: ServedFlights | undefined): { readonly [fact: string]: string } {
  const flight = served?.flights.find(({ certificates }) => certificates.length > 0);
  const session = own(raw, 'session') === undefined ? undefined : pointer('session');
  const whole = flight === undefined ? session : pointer('served', flight.index);
  if (whole === undefined) return {};
  const at: { [fact: string]: string } = {};
  if (own(raw, 'addresses') !== undefined) at['/addresses'] = pointer('addresses');
  const asked = own(raw, 'revocation');
  if (asked !== undefined) at['/revocation'] = pointer('revocation');
  for (const [fact, member] of [
    ['ocsp', 'ocsp'],
    ['crl', 'crls'],
  ] as const)
    if (own(asked, member) !== undefined) at[pointer('revocation', fact)] = pointer('revocation', member);
  if (flight !== undefined) for (const fact of ['staple', 'scts']) at[pointer(fact)] = pointer('served', flight.index);
  for (const fact of ['leaf', 'chain', 'leaves', 'hostname', 'trust', 'path']) at[pointer(fact)] = whole;
  const apart = own(raw, 'certificates');
  const place = (der: Uint8Array | undefined): string | undefined => {
    const index = isArray(apart) && der !== undefined ? apart.indexOf(Buffer.from(der).toString('base64')) : -1;
    return index < 0 ? undefined : pointer('certificates', index);
  };
  const set = (fact: string, der: Uint8Array | undefined): void => {
    const found = place(der);
    if (found !== undefined) at[fact] = found;
  };
  set('/leaf', flight?.certificates[0]);
  set('/hostname', flight?.certificates[0]);
  const sent = (flight?.certificates ?? []).slice(0, MAX_CHAIN);
  for (const [index, der] of sent.entries()) set(pointer('chain', index), der);
  for (const [index, { der }] of servedLeaves(served).entries()) {
    set(pointer('leaves', index), der);
    if (index > 0) set(pointer('chain', sent.length + index - 1), der);
  }
  return at;
}

/** The chain as sent where a flight was read, else as node built it. */
function sentChain({ raw, served }: ChainInput): readonly Uint8Array[] | FaultCode {
  const flight = served?.flights.find(({ certificates }) => certificates.length > 0);
  if (flight !== undefined) return flight.certificates.slice(0, MAX_CHAIN);
  const session = own(raw, 'session');
  const list = own(session, 'chain');
  if (isArray(list) && list.length > 0)
    return list.slice(0, MAX_CHAIN).map((item) => Buffer.from(typeof item === 'string' ? item : '', 'base64'));
  return faultIn(session) ?? served?.rest ?? 'evidence.missing';
}

function anchorsIn(raw: Json): readonly Anchor[] | FaultCode {
  const list = own(raw, 'anchors');
  if (!isArray(list)) return faultIn(list) ?? 'evidence.missing';
  return list.slice(0, 200).flatMap((item) => {
    const text = own(item, 'certificate');
    const parsed = parseCertificate(Buffer.from(typeof text === 'string' ? text : '', 'base64'));
    return parsed.ok ? [{ certificate: parsed.value, given: own(item, 'given') === true }] : [];
  });
}

function roleOf(certificate: Certificate, index: number): Role {
  if (index === 0) return 'leaf';
  return sameBytes(certificate.subject.raw, certificate.issuer.raw) ? 'root' : 'intermediate';
}

function idOf(endpoint: string, index: number): string {
  return `${endpoint}#${index === 0 ? 'leaf' : `chain/${String(index)}`}`;
}

/** One leaf for each certificate that the server has. */
function servedLeaves(
  served: ServedFlights | undefined,
): readonly { readonly der: Uint8Array; readonly leaf: Certificate }[] {
  const leaves = new Map<string, { readonly der: Uint8Array; readonly leaf: Certificate }>();
  for (const { certificates } of served?.flights ?? []) {
    const der = certificates[0] ?? new Uint8Array();
    const parsed = parseCertificate(der);
    if (parsed.ok) leaves.set(parsed.value.fingerprint, { der, leaf: parsed.value });
  }
  return [...leaves.values()];
}

/** Each with whether it speaks for the host; without a flight that was read, the one that node was shown. */
function leavesOf({ served, endpoint }: ChainInput, shown: Certificate, setting: Setting): readonly Json[] {
  const leaves = servedLeaves(served).map(({ leaf }) => leaf);
  return (leaves.length > 0 ? leaves : [shown]).map((leaf, index) => ({
    ...certificateFacts(leaf, `${endpoint.text}#leaf${index === 0 ? '' : `/${String(index + 1)}`}`, 'leaf', setting),
    speaksForHost: speaksForHost(leaf, endpoint.name.host),
  }));
}

/** What a list of the user's said of the keys when they were seen. */
function settingIn(raw: Json): Setting {
  const suffixes = storedSuffixes(raw);
  const list = own(raw, 'keyList');
  if (list === undefined) return { suffixes };
  const marks = ({ keyFingerprint }: Certificate): KeyMarks => {
    const debian = own(own(list, 'debianWeak'), keyFingerprint);
    return {
      leaked: own(own(list, 'leaked'), keyFingerprint) === true,
      debianWeak: typeof debian === 'boolean' ? debian : undefined,
    };
  };
  return { suffixes, marks };
}

export function chainFacts(input: ChainInput): JsonObject {
  const { raw, endpoint, served } = input;
  const sent = sentChain(input);
  if (typeof sent === 'string') return { ...missingFacts(sent), ...revocationFacts(raw, sent) };
  const setting = settingIn(raw);
  const parsed = sent.map((der) => parseCertificate(der));
  const facts = parsed.map((result, index): Json =>
    result.ok
      ? certificateFacts(result.value, idOf(endpoint.text, index), roleOf(result.value, index), setting)
      : unknown('cert.malformed'),
  );
  const chain = parsed.flatMap((result) => (result.ok ? [result.value] : []));
  const leaf = parsed[0]?.ok === true ? parsed[0].value : undefined;
  const leafFacts = facts[0];
  if (leaf === undefined || leafFacts === undefined)
    return { ...missingFacts('cert.malformed'), ...revocationFacts(raw, 'cert.malformed'), chain: facts };
  const anchors = anchorsIn(raw);
  const roots = typeof anchors === 'string' ? [] : anchors.map(({ certificate }) => certificate);
  const subject = { leaf, issuer: issuerOf(leaf, [...chain.slice(1), ...roots]) };
  const paths = typeof anchors === 'string' ? anchors : findPaths(leaf, chain.slice(1), anchors);
  const rootsGiven = own(raw, 'rootsGiven') === true;
  const leaves = leavesOf(input, leaf, setting);
  return {
    leaf: leafFacts,
    // a second certificate of the server is judged by the rules for certificates too
    chain: [...facts, ...leaves.slice(1)],
    leaves,
    hostname: hostnameFacts(leaf, endpoint.name.host),
    trust: trustFacts(leaf, paths, rootsGiven),
    path: pathFacts(chain, paths, { idOf: (index) => idOf(endpoint.text, index), rootsGiven }),
    ...addressFacts(raw, anchors),
    ...besideFacts(raw, served, subject),
    ...revocationFacts(raw, subject),
  };
}

function missingFacts(code: FaultCode): JsonObject {
  const missing = unknown(code);
  return { leaf: missing, chain: missing, leaves: missing, hostname: missing, trust: missing, path: missing };
}

/** What came beside the certificate in the same flight: its OCSP answer and timestamps. */
function besideFacts(raw: Json, served: ServedFlights | undefined, subject: Subject): JsonObject {
  const flight = served?.flights.find(({ certificates }) => certificates.length > 0);
  if (flight === undefined) return {};
  const { staple, scts: extension } = flight;
  return {
    staple: { sent: staple !== undefined, ...(staple !== undefined && ocspFacts(staple, subject)) },
    scts: sctFacts({ ...subject, raw, extension, staple }),
  };
}
