/** Asks one endpoint: the words before TLS, a hello of each version, and a whole session. */
import { FaultError } from '../../model/fault.ts';
import { answerOrFault, rawFault } from '../../model/facts.ts';
import type { Job } from '../../model/evidence.ts';
import type { IO, TlsOptions } from '../../model/io.ts';
import { own, type Json, type JsonObject } from '../../model/json.ts';
import { type EndpointName, endpointOf, nameOf } from '../../model/target.ts';
import { dialogueFor } from '../../wire/starttls/index.ts';
import { plainQuestion } from '../../wire/starttls/plain.ts';
import { extension } from '../../wire/tls/client-hello.ts';
import { EXTENSION, VERSION_CODES } from '../../wire/tls/names.ts';
import { sslv2Hello, sslv2Length } from '../../wire/tls/sslv2.ts';
import { type Offer, pickIn, toHex, trimmed } from './chain.ts';
import { askPlainly, dial, dialForTls, type Spoken } from './dial.ts';
import { type Accepted, type Enumerated, isFar, type Setting } from './eliminate.ts';
import { enumerate } from './enumerate.ts';
import { FEW_SUITES, groupsFor, helloBytes, type ListName, padded, suitesFor } from './hello.ts';
import { askBindings } from './bindings.ts';
import { ALL_PARTS, FLIGHTS } from './plan.ts';
import { ASKS_FOR_STAPLE } from './handshake13.ts';
import { type Answer, createProber, type Instead, untilDone } from './prober.ts';
import { servedClear, servedModern } from './served.ts';
import { askReach } from './upgrades.ts';
import { type Attempt, PROBED, type Probed, saysVersion, verdictOf } from './versions.ts';

/** Connections at once; mail servers fall over sooner (facts/tls §6). */
const PARALLEL = 8;
const PARALLEL_SMTP = 2;

interface Tried extends Attempt {
  readonly hello: ListName;
}

async function tryVersion(setting: Setting, version: Probed, hello: ListName): Promise<Tried> {
  const question = {
    version,
    suites: suitesFor(version, hello),
    groups: groupsFor(version, hello),
    // asked once, with the long list: what a server should not agree to
    ...(hello === 'all' && version !== 'TLSv1.3' && version !== 'SSLv3' && BAIT),
  };
  const { io, endpoint, prober } = setting;
  // RFC 7685 §1: between 256 and 511 octets some devices answer nothing
  const make = (): Uint8Array =>
    hello === 'all' ? padded(io, endpoint, question, 520) : helloBytes(io, endpoint, question);
  const { bytes, end } = await prober.ask(
    make,
    untilDone,
    version === 'TLSv1.3' ? insteadOf(setting, question) : undefined,
  );
  return { hello, bytes, end };
}

/** An older server has nothing to pick from the suites of TLS 1.3, but it has from these. */
function insteadOf({ io, endpoint }: Setting, question: Offer): Instead {
  const suites = [...question.suites, ...FEW_SUITES];
  return {
    hello: () => padded(io, endpoint, { ...question, suites }, 520),
    isRefusal: ({ serverHello }) => serverHello !== undefined && serverHello.version < VERSION_CODES['TLSv1.3'],
  };
}

/** Things that a good server leaves unanswered, and the staple that it may send. */
const BAIT = {
  compression: [1, 0],
  extensions: [
    ...ASKS_FOR_STAPLE,
    extension(EXTENSION.truncatedHmac),
    extension(EXTENSION.heartbeat, Uint8Array.of(1)),
    extension(EXTENSION.nextProtocolNegotiation),
  ],
};

/**
 * One refused hello is not yet "unsupported": the reason may be the length of the list, unless another version took the
 * same list. What is not clear is asked again with a short one.
 */
async function withShortLists(setting: Setting, first: readonly Tried[]): Promise<readonly (readonly Tried[])[]> {
  const verdicts = PROBED.map((version, index) => {
    const attempt = first[index];
    return attempt === undefined ? 'evidence.missing' : verdictOf(attempt, version);
  });
  const alive = verdicts.includes('accepted');
  return await Promise.all(
    PROBED.map(async (version, index) => {
      const attempt = first[index];
      const verdict = verdicts[index];
      if (attempt === undefined) return [];
      // some servers refuse by closing: it was tried four times
      const says = verdict === 'refused' || verdict === 'closed';
      const clear = verdict === 'accepted' || saysVersion(attempt, version) || (alive && says);
      return clear ? [attempt] : [attempt, await tryVersion(setting, version, 'few')];
    }),
  );
}

/** A version that was accepted, before it is known what else is. */
type Found = Omit<Accepted, 'askCurves' | 'isOld'>;

function acceptedIn(version: Probed, attempts: readonly Tried[]): Found | undefined {
  const last = attempts.at(-1);
  if (last === undefined) return undefined;
  const { hello: list } = last;
  const first = pickIn(last, { version, suites: suitesFor(version, list), groups: groupsFor(version, list) });
  return typeof first === 'string' ? undefined : { version, list, first };
}

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

/** Suites, groups and orders of every version that was accepted. */
async function enumeration(setting: Setting, accepted: readonly Found[]): Promise<JsonObject> {
  // SSLv3 knows no list of groups
  const highest = accepted.findLast(({ version }) => version !== 'TLSv1.3' && version !== 'SSLv3');
  const isOld = accepted.some(({ version }) => version !== 'TLSv1.2' && version !== 'TLSv1.3');
  // the newest first: theirs are the longest rows
  const task = async (): Promise<readonly Enumerated[]> =>
    await Promise.all(
      accepted.toReversed().map((one) => enumerate(setting, { ...one, askCurves: one === highest, isOld })),
    );
  const found = isFar(setting) ? await setting.prober.readyFor(task) : await task();
  return {
    chains: found
      .flatMap(({ chains }) => chains)
      .map(({ control, ...chain }) => ({
        ...offerRaw(chain),
        takes: chain.takes,
        ...(control !== undefined && { control: toHex([control]) }),
        answers: chain.answers.map(answerRaw),
      })),
    orders: found
      .flatMap(({ orders }) => orders)
      .map((question) => ({ ...offerRaw(question), ...answerRaw(question.answer) })),
  };
}

async function sslv2(setting: Setting): Promise<JsonObject> {
  const hello = sslv2Hello(setting.io.random(16));
  const { bytes, end } = await setting.prober.ask(hello, (_flight, received) => sslv2Length(received) !== undefined);
  return { flight: base64(bytes.subarray(0, 16_384)), end };
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
  const [old, session, ...first] = await Promise.all([
    sslv2(setting),
    parts.has('session') && protocol !== 'mssql' ? sessionOf(setting) : undefined,
    ...PROBED.map((version) => tryVersion(setting, version, 'all')),
  ]);
  const attempts = await withShortLists(setting, first);
  const accepted = PROBED.flatMap((version, index) => acceptedIn(version, attempts[index] ?? []) ?? []);
  const modern = accepted.some(({ version }) => version === 'TLSv1.3');
  const flightsWanted = parts.has('served') || parts.has(FLIGHTS);
  const [lists, flights] = await Promise.all([
    parts.has('suites') ? enumeration(setting, accepted) : {},
    flightsWanted && modern ? servedModern(setting, accepted.length === 1) : [],
  ]);
  const served = flightsWanted ? { served: [...flights, ...servedClear(prober)] } : {};
  const beyond = BEYOND.some((part) => parts.has(part))
    ? await (await import('./beyond.ts')).askBeyond(setting, parts, accepted, served)
    : { asides: 0 };
  const versions = Object.fromEntries(
    PROBED.map((version, index) => [
      version,
      (attempts[index] ?? []).map(({ hello, bytes, end }) => ({ hello, end, flight: base64(bytes) })),
    ]),
  );
  const earlier = Object.hasOwn(job.options, 'earlier-tickets') ? await earlierTickets(io, job.target.id) : undefined;
  const raw = {
    ...head,
    sslv2: old,
    versions,
    ...lists,
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
