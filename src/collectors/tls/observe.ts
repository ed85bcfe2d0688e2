/** Asks one endpoint: the words before TLS, a hello of each version, and a whole session. */
import { FaultError } from '../../model/fault.ts';
import { answerOrFault, rawFault } from '../../model/facts.ts';
import type { Job } from '../../model/evidence.ts';
import type { IO, TlsOptions } from '../../model/io.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { type EndpointName, endpointOf, nameOf } from '../../model/target.ts';
import { sslv2Hello, sslv2Length } from '../../wire/tls/sslv2.ts';
import { type Offer, pickIn, toHex, trimmed } from './chain.ts';
import { dial, dialForTls, type Spoken } from './dial.ts';
import { type Accepted, enumerate, type Setting } from './enumerate.ts';
import { groupsFor, helloBytes, type ListName, suitesFor } from './hello.ts';
import { ALL_PARTS } from './plan.ts';
import { type Answer, createProber, untilDone } from './prober.ts';
import { type Attempt, PROBED, type Probed, saysVersion, verdictOf } from './versions.ts';

/** Connections at once; mail servers fall over sooner (facts/tls §6). */
const PARALLEL = 8;
const PARALLEL_SMTP = 2;

interface Tried extends Attempt {
  readonly hello: ListName;
}

async function tryVersion(setting: Setting, version: Probed): Promise<readonly Tried[]> {
  const attempts: Tried[] = [];
  for (const hello of ['all', 'few'] as const) {
    const question = { version, suites: suitesFor(version, hello), groups: groupsFor(version, hello) };
    const { bytes, end } = await setting.prober.ask(helloBytes(setting.io, setting.endpoint, question), untilDone);
    const attempt = { hello, bytes, end };
    attempts.push(attempt);
    // one refused hello is not yet "unsupported": the reason may be the length of the list
    if (verdictOf(attempt, version) === 'accepted' || saysVersion(attempt, version)) break;
  }
  return attempts;
}

function acceptedIn(version: Probed, attempts: readonly Tried[]): Omit<Accepted, 'askCurves'> | undefined {
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
async function enumeration(setting: Setting, accepted: readonly Omit<Accepted, 'askCurves'>[]): Promise<JsonObject> {
  // SSLv3 knows no list of groups
  const highest = accepted.findLast(({ version }) => version !== 'TLSv1.3' && version !== 'SSLv3');
  const found = await Promise.all(
    accepted.map((version) => enumerate(setting, { ...version, askCurves: version === highest })),
  );
  return {
    chains: found
      .flatMap(({ chains }) => chains)
      .map((chain) => ({ ...offerRaw(chain), takes: chain.takes, answers: chain.answers.map(answerRaw) })),
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

export async function observe(job: Job, io: IO): Promise<Json> {
  const endpoint = endpointOf(job.target.id);
  if (endpoint === undefined) throw new FaultError('collector.bug', `${job.target.id} is no endpoint`);
  const { host, port, protocol } = endpoint;
  const parts = partsOf(job);
  // an upgrade is listened to once by itself; elsewhere the first questions tell whether anything listens
  const spoken = await greeting(io, endpoint);
  const head = {
    endpoint: nameOf(job.target),
    host,
    port,
    protocol,
    ...(spoken !== undefined && { upgrade: upgradeRaw(spoken) }),
  };
  if (spoken !== undefined && spoken.outcome?.ready !== true) return { ...head, versions: {}, connections: 1 };
  const prober = createProber(io, endpoint, protocol === 'smtp' ? PARALLEL_SMTP : PARALLEL, spoken !== undefined);
  const setting = { io, endpoint, prober };
  const [old, session, ...attempts] = await Promise.all([
    sslv2(setting),
    parts.has('session') ? sessionOf(setting) : undefined,
    ...PROBED.map((version) => tryVersion(setting, version)),
  ]);
  const accepted = PROBED.flatMap((version, index) => acceptedIn(version, attempts[index] ?? []) ?? []);
  const lists = parts.has('suites') ? await enumeration(setting, accepted) : {};
  const versions = Object.fromEntries(
    PROBED.map((version, index) => [
      version,
      (attempts[index] ?? []).map(({ hello, bytes, end }) => ({ hello, end, flight: base64(bytes) })),
    ]),
  );
  const raw = { ...head, sslv2: old, versions, ...lists, ...(session !== undefined && { session }) };
  const { opened, lost } = prober.stats();
  return { ...raw, connections: opened + (spoken === undefined ? 0 : 1), lost };
}

/** The words before TLS, on a connection of their own. The first connection's fault is that of the whole job. */
async function greeting(io: IO, endpoint: EndpointName): Promise<Spoken | undefined> {
  if (endpoint.protocol === 'tls') return undefined;
  const { stream, spoken } = await dial(io, endpoint);
  stream.close();
  return spoken;
}
