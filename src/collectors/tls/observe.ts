/** Asks one endpoint: the words before TLS, a hello of each version, and a whole session. */
import { FaultError } from '../../model/fault.ts';
import { answerOrFault, rawFault } from '../../model/facts.ts';
import type { Job } from '../../model/evidence.ts';
import type { IO, TlsOptions } from '../../model/io.ts';
import { own, type Json, type JsonObject } from '../../model/json.ts';
import { type EndpointName, endpointOf, nameOf } from '../../model/target.ts';
import { dialogueFor } from '../../wire/starttls/index.ts';
import { plainQuestion } from '../../wire/starttls/plain.ts';
import { type Offer, toHex, trimmed } from './chain.ts';
import { askPlainly, dial, dialForTls, type Spoken } from './dial.ts';
import type { Enumerated, Setting } from './eliminate.ts';
import { acceptedIn, trySslv2, tryVersions, withShortLists } from './first-hellos.ts';
import { askBindings } from './bindings.ts';
import { ALL_PARTS, FLIGHTS } from './plan.ts';
import { type Answer, createProber } from './prober.ts';
import { servedClear, servedModern } from './served.ts';
import { type Answers, listSuites, settle } from './settle.ts';
import { askReach } from './upgrades.ts';
import { PROBED, type Probed } from './versions.ts';

/** Connections at once; mail servers fall over sooner (facts/tls §6). */
const PARALLEL = 8;
const PARALLEL_SMTP = 2;

async function sessionWith(io: IO, endpoint: EndpointName, options: TlsOptions): Promise<JsonObject> {
  const stream = await dialForTls(io, endpoint);
  try {
    const session = await io.tls(stream, { servername: endpoint.host, ...options });
    const raw: JsonObject = {
      protocol: session.protocol,
      cipher: session.cipher,
      alpn: session.alpn ?? null,
      chain: session.chain.map((certificate) => Buffer.from(certificate).toString('base64')),
      authorized: session.authorized,
      trustError: session.trustError ?? null,
      rootsDigest: session.rootsDigest,
    };
    session.stream.close();
    return raw;
  } finally {
    stream.close();
  }
}

/** A session as browsers make it; where that fails, one with everything that OpenSSL can still do. */
async function sessionOf({ io, endpoint, prober }: Setting): Promise<JsonObject> {
  const alpn = endpoint.protocol === 'tls' ? { alpn: ['h2', 'http/1.1'] } : {};
  const once = async (options: TlsOptions): Promise<JsonObject> =>
    await prober.slot(async () => await sessionWith(io, endpoint, options));
  return await answerOrFault(async () => {
    try {
      return await once(alpn);
    } catch (error) {
      if (!(error instanceof FaultError) || error.fault.code !== 'tls.handshake') throw error;
      return await once({ ciphers: 'ALL:@SECLEVEL=0', minVersion: 'TLSv1' });
    }
  });
}

function upgradeRaw(spoken: Spoken): JsonObject {
  return {
    replies: spoken.replies.map((reply) => base64(reply)),
    ...(spoken.failure !== undefined && { failure: rawFault(spoken.failure) }),
  };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function offerRaw({ version, suites, groups }: Offer): JsonObject {
  return { version, suites: toHex(suites), groups: toHex(groups) };
}

function answerRaw({ bytes, end }: Answer): JsonObject {
  return { flight: base64(trimmed(bytes)), end };
}

function enumeratedRaw(lists: ReadonlyMap<Probed, Enumerated>): JsonObject {
  const found = [...lists.values()];
  return {
    chains: found
      .flatMap(({ chains }) => chains)
      .map(({ known, ...chain }) => ({
        ...offerRaw(chain),
        takes: chain.takes,
        ...(known !== undefined && { known: toHex(known) }),
        answers: chain.answers.map(answerRaw),
      })),
    orders: found
      .flatMap(({ orders }) => orders)
      .map((question) => ({ ...offerRaw(question), ...answerRaw(question.answer) })),
  };
}

function partsOf(job: Job): ReadonlySet<Json> {
  const { parts } = job.options;
  return new Set(Array.isArray(parts) ? parts : ALL_PARTS);
}

/** Parts that go beyond the enumeration; their code is loaded for them alone, and `tls scan` is quick without. */
const BEYOND = ['questions', 'sessions', 'injection', 'direct', 'compression', 'intrusive'];

export async function observe(job: Job, io: IO): Promise<Json> {
  const endpoint = endpointOf(job.target.id);
  if (endpoint === undefined) throw new FaultError('collector.bug', `${job.target.id} is no endpoint`);
  const { host, port, protocol } = endpoint;
  const parts = partsOf(job);
  const isPrivate = job.options['private'] === true;
  const reach = isPrivate ? await askReach(io, endpoint) : undefined;
  const policy = {
    clientCertificate: job.options['clientCertificate'] === 'required',
    intrusive: parts.has('intrusive'),
    ...(isPrivate && { private: true }),
    ...(typeof job.options['mtaSts'] === 'string' && { mtaSts: job.options['mtaSts'] }),
  };
  const name = { endpoint: nameOf(job.target), host, port, protocol, policy };
  if (reach instanceof FaultError) return { ...name, reach: rawFault(reach), versions: {}, connections: 1 };
  // an upgrade is listened to once by itself; elsewhere the first questions tell whether anything listens
  const spoken = await greeting(io, endpoint);
  const plain = parts.has('plain') ? await plainly(io, endpoint) : {};
  const bindings = parts.has('bindings') ? await askBindings(io, endpoint) : {};
  const head = {
    ...plain,
    bindings,
    ...name,
    ...(reach !== undefined && { reach }),
    ...(spoken !== undefined && { upgrade: upgradeRaw(spoken) }),
  };
  if (spoken !== undefined && spoken.outcome?.ready !== true) return { ...head, versions: {}, connections: 1 };
  const prober = createProber(io, endpoint, protocol === 'smtp' ? PARALLEL_SMTP : PARALLEL, spoken !== undefined);
  const setting = { io, endpoint, prober };
  const [sslv2, session, first] = await Promise.all([
    trySslv2(setting),
    parts.has('session') && protocol !== 'mssql' ? sessionOf(setting) : undefined,
    tryVersions(setting),
  ]);
  const attempts = await withShortLists(setting, sslv2, first);
  const answers: Answers = { sslv2, attempts, lists: parts.has('suites') ? new Map() : undefined };
  const isModern = (): boolean => acceptedIn(attempts).some(({ version }) => version === 'TLSv1.3');
  const flightsWanted = parts.has('served') || parts.has(FLIGHTS);
  const flightsOf13 = async (): Promise<readonly Json[]> =>
    flightsWanted && isModern() ? await servedModern(setting, acceptedIn(attempts).length === 1) : [];
  const [, early] = await Promise.all([listSuites(setting, answers), flightsOf13()]);
  const again = await settle(setting, answers);
  const flights = early.length === 0 ? await flightsOf13() : early;
  const accepted = acceptedIn(attempts);
  const served = flightsWanted ? { served: [...flights, ...servedClear(prober)] } : {};
  const beyond = BEYOND.some((part) => parts.has(part))
    ? await (await import('./beyond.ts')).askBeyond(setting, parts, accepted, served)
    : { asides: 0 };
  const versions = Object.fromEntries(
    PROBED.map((version) => [
      version,
      (attempts.get(version) ?? []).map(({ hello, bytes, end }) => ({ hello, end, flight: base64(bytes) })),
    ]),
  );
  const earlier = Object.hasOwn(job.options, 'earlier-tickets') ? await earlierTickets(io, job.target.id) : undefined;
  const raw = {
    ...head,
    sslv2: { flight: base64(answers.sslv2.bytes.subarray(0, 16_384)), end: answers.sslv2.end },
    versions,
    ...(answers.lists !== undefined && enumeratedRaw(answers.lists)),
    ...(again !== undefined && { again: { version: again.version, ...answerRaw(again) } }),
    ...served,
    ...beyond,
    ...(session !== undefined && { session }),
    ...(earlier !== undefined && { earlierTickets: earlier }),
  };
  const certificates = parts.has('served')
    ? await (await import('./observe-certificates.ts')).aboutCertificates(io, raw, job.options)
    : {};
  const { opened, lost } = prober.stats();
  return { ...raw, ...certificates, connections: opened + (spoken === undefined ? 0 : 1), lost };
}

/** What an older run saw of this endpoint's tickets: the names of their keys, and when. */
async function earlierTickets(io: IO, id: string): Promise<Json> {
  const known: Json = JSON.parse(Buffer.from(await io.data('earlier-tickets')).toString('utf8'));
  return own(known, id) ?? [];
}

/** What a service says to a client without TLS, where the protocol has something to ask. */
async function plainly(io: IO, endpoint: EndpointName): Promise<JsonObject> {
  const question = plainQuestion(endpoint.protocol);
  return question === undefined ? {} : { plain: upgradeRaw(await askPlainly(io, endpoint, question)) };
}

/** The words before TLS, on a connection of their own. The first connection's fault is that of the whole job. */
async function greeting(io: IO, endpoint: EndpointName): Promise<Spoken | undefined> {
  if (dialogueFor(endpoint.protocol, endpoint.host) === undefined) return undefined;
  const { stream, spoken } = await dial(io, endpoint);
  stream.close();
  return spoken;
}
