/** What stands in raw beside the flights for the sake of their certificates: each by itself, the roots above, and what lists say of them. */
import { answerOrFault, rawFault } from '../../model/facts.ts';
import { FaultError } from '../../model/fault.ts';
import type { IO, JobOptions } from '../../model/io.ts';
import { isArray, own, type Json, type JsonObject } from '../../model/json.ts';
import { suffixLists } from '../../wire/psl/source.ts';
import { type Certificate, parseCertificate } from '../../wire/x509/certificate.ts';
import { MAX_CRL } from '../../wire/x509/crl.ts';
import { type CtLogs, parseCtLogs } from '../../wire/x509/ct-logs.ts';
import { DerError } from '../../wire/x509/der.ts';
import { sctListOf } from '../../wire/x509/extensions.ts';
import { type KeyList, keyMarks, parseKeyList } from '../../wire/x509/key-list.ts';
import { MAX_OCSP, ocspRequest } from '../../wire/x509/ocsp.ts';
import { certificatesInPem } from '../../wire/x509/pem.ts';
import { askAddresses } from './addresses.ts';
import { anchorsFor } from './anchors.ts';
import { issuerOf } from './facts-revocation.ts';
import { logsSeen } from './facts-scts.ts';
import { type Served, servedIn } from './facts-served.ts';
import { endpointIn } from './states.ts';
import { answersOf } from './suffixes.ts';

const MAX_CERTIFICATES = 64;
const MAX_LISTS = 4;

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

/** Every certificate of the flights once, in the order sent: evidence points at one of them instead of at a whole flight. */
function sentIn(flights: readonly Served[]): readonly Uint8Array[] {
  const found = new Map<string, Uint8Array>();
  for (const { certificates } of flights) for (const der of certificates) found.set(base64(der), der);
  return [...found.values()].slice(0, MAX_CERTIFICATES);
}

/** The certificates of the other addresses: their roots are looked for too. */
function chainsOf(addresses: Json | undefined): readonly Uint8Array[] {
  const sessions = own(addresses, 'sessions');
  return (isArray(sessions) ? sessions : []).flatMap((session) => {
    const chain = own(session, 'chain');
    return (isArray(chain) ? chain : []).map((text) => Buffer.from(typeof text === 'string' ? text : '', 'base64'));
  });
}

export async function aboutCertificates(io: IO, raw: Json, options: JobOptions): Promise<JsonObject> {
  const flights = servedIn(raw)?.flights ?? [];
  const endpoint = endpointIn(raw)?.name;
  const sent = sentIn(flights);
  const certificates = sent.flatMap((der) => {
    const parsed = parseCertificate(der);
    return parsed.ok ? [parsed.value] : [];
  });
  const asked = (name: string): boolean => Object.hasOwn(options, name);
  const addresses = asked('addresses') && endpoint !== undefined ? await askAddresses(io, endpoint) : undefined;
  const { anchors, rootsGiven } = await anchorsFor(io, [
    ...sent,
    ...chainsOf(addresses),
    // all there is where no flight could be read
    ...chainsOf({ sessions: [own(raw, 'session') ?? null] }),
  ]);
  return {
    certificates: sent.map(base64),
    anchors,
    rootsGiven,
    ...(addresses !== undefined && { addresses }),
    ...(asked('psl') && { suffixes: answersOf(suffixLists(await io.data('psl')).icann, certificates) }),
    ...(asked('ct-logs') && { ctLogs: await knownLogs(io, flights, certificates) }),
    ...(asked('leaked-keys') && { keyList: await knownKeys(io, certificates) }),
    ...(asked('revocation') && { revocation: await askRevocation(io, flights, certificates) }),
  };
}

/** Lists are read once for all jobs of a run: the bytes are the same object each time. */
const readLogs = new WeakMap<Uint8Array, CtLogs>();
const readKeys = new WeakMap<Uint8Array, KeyList>();

async function knownLogs(io: IO, flights: readonly Served[], certificates: readonly Certificate[]): Promise<Json> {
  const bytes = await io.data('ct-logs');
  const list = readLogs.get(bytes) ?? parseCtLogs(Buffer.from(bytes).toString('utf8'));
  if (list === undefined) return null;
  readLogs.set(bytes, list);
  const embedded = certificates.flatMap(({ scts }) => (scts !== undefined && 'value' in scts ? scts.value : []));
  const beside = flights.flatMap(({ scts }) => {
    try {
      return scts === undefined ? [] : sctListOf(scts);
    } catch (error) {
      if (error instanceof DerError) return [];
      throw error;
    }
  });
  return logsSeen(
    list,
    [...embedded, ...beside].map(({ log }) => log),
    io.now(),
  );
}

async function knownKeys(io: IO, certificates: readonly Certificate[]): Promise<Json> {
  const bytes = await io.data('leaked-keys');
  const list = readKeys.get(bytes) ?? parseKeyList(Buffer.from(bytes).toString('latin1'));
  if ('badLine' in list) return null;
  readKeys.set(bytes, list);
  const marked = certificates.map((certificate) => {
    const marks = keyMarks(list, certificate.key, certificate.keyFingerprint);
    return [certificate.keyFingerprint, marks] as const;
  });
  return {
    leaked: Object.fromEntries(marked.map(([key, { leaked }]) => [key, leaked])),
    debianWeak: Object.fromEntries(
      marked.flatMap(([key, { debianWeak }]) => (debianWeak === undefined ? [] : [[key, debianWeak]])),
    ),
  };
}

async function fetched(io: IO, url: string, maxBody: number): Promise<JsonObject> {
  return await answerOrFault(async () => {
    const { status, body, truncated } = await io.fetch({ method: 'GET', url, maxBody });
    // what was cut or refused is no answer
    return { url, status, ...(status === 200 && !truncated && { body: base64(body) }) };
  });
}

function isHttp(url: string): boolean {
  return /^http:\/\//i.test(url);
}

/** The responder and the lists that the leaf itself names; only with the option `tls.revocation`. */
async function askRevocation(io: IO, flights: readonly Served[], certificates: readonly Certificate[]): Promise<Json> {
  const first = flights.find((flight) => flight.certificates.length > 0)?.certificates[0];
  const parsed = first === undefined ? undefined : parseCertificate(first);
  if (parsed?.ok !== true) return {};
  const leaf = parsed.value;
  const { access, distributionPoints } = leaf;
  const places = access !== undefined && 'value' in access ? access.value : [];
  const responder = places.find(({ method, location }) => method === 'ocsp' && isHttp(location.value))?.location.value;
  const issuer = issuerOf(leaf, [...certificates, ...(await rootsIn(io))]);
  const points = distributionPoints !== undefined && 'value' in distributionPoints ? distributionPoints.value : [];
  const lists = points.flatMap((point) => point.map(({ value }) => value).find(isHttp) ?? []).slice(0, MAX_LISTS);
  const crls: Json[] = [];
  for (const url of lists) crls.push(await fetched(io, url, MAX_CRL));
  const ocsp =
    responder === undefined
      ? {}
      : issuer === undefined
        ? { ocsp: rawFault(new FaultError('cert.issuer-missing')) }
        : { ocsp: await askResponder(io, responder, leaf, issuer) };
  return { at: io.now(), ...ocsp, ...(lists.length > 0 && { crls }) };
}

/** RFC 6960 §A.1: the question in the path of a GET. */
async function askResponder(io: IO, responder: string, leaf: Certificate, issuer: Certificate): Promise<Json> {
  const question = encodeURIComponent(base64(ocspRequest(leaf, issuer)));
  return await fetched(io, `${responder.replace(/\/$/, '')}/${question}`, MAX_OCSP);
}

/** A leaf may be issued by a root, which nobody sends. */
async function rootsIn(io: IO): Promise<readonly Certificate[]> {
  const found: Certificate[] = [];
  for (const name of ['ca', 'roots']) {
    const pem = await answerOrFault(async () => Buffer.from(await io.data(name)).toString('latin1'));
    for (const der of typeof pem === 'string' ? certificatesInPem(pem) : []) {
      const parsed = parseCertificate(der);
      if (parsed.ok) found.push(parsed.value);
    }
  }
  return found;
}
