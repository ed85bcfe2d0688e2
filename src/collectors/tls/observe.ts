/** Asks one endpoint: the words before TLS, a hello of each version, and a whole session. */
import { FaultError } from '../../model/fault.ts';
import { answerOrFault, rawFault } from '../../model/facts.ts';
import type { Job } from '../../model/evidence.ts';
import type { IO, TlsOptions } from '../../model/io.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { type EndpointName, endpointOf, nameOf } from '../../model/target.ts';
import { clientHelloRecord } from '../../wire/tls/client-hello.ts';
import { CLASSIC_GROUPS, TLS13_GROUPS } from '../../wire/tls/names.ts';
import { CLASSIC_SUITES, RENEGOTIATION_SCSV, TLS13_SUITES } from '../../wire/tls/suites.ts';
import { ask, untilDone } from './ask.ts';
import { dial, dialForTls, type Spoken } from './dial.ts';
import { ipBytes } from './hostname.ts';
import { inParallel } from './parallel.ts';
import { PROBED, type Probed, saysVersion, verdictOf, type Attempt } from './versions.ts';

/** Connections at once; mail servers fall over sooner (facts/tls §6). */
const PARALLEL = 8;
const PARALLEL_SMTP = 2;

/** What nearly every server since 1999 speaks: for stacks that die on long lists (facts/tls §6). */
const FEW_SUITES: readonly number[] = [
  0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc009, 0xc013, 0xc00a, 0xc014, 0x009c, 0x009d, 0x002f, 0x0035,
  0x0033, 0x0039, 0x000a, 0x0016, 0x0005, 0x0004, 0x0009, 0x0003, 0x0006, 0x0008, 0x0014,
];
const FEW_GROUPS: readonly number[] = [0x001d, 0x0017, 0x0018, 0x0019];

/** RFC 6066 §3: no literal address in SNI. */
function sniOf(endpoint: EndpointName): { readonly servername?: string } {
  return ipBytes(endpoint.host) === undefined ? { servername: endpoint.host } : {};
}

function helloFor(io: IO, endpoint: EndpointName, version: Probed, list: 'all' | 'few'): Uint8Array {
  const tls13 = version === 'TLSv1.3';
  const all = tls13 ? TLS13_SUITES : CLASSIC_SUITES;
  const suites = list === 'all' ? all : tls13 ? [0x1301, 0x1302, 0x1303] : FEW_SUITES;
  return clientHelloRecord({
    version,
    random: io.random(32),
    suites: tls13 ? suites : [...suites, RENEGOTIATION_SCSV],
    groups: list === 'few' ? FEW_GROUPS : tls13 ? TLS13_GROUPS : CLASSIC_GROUPS,
    bare: version === 'SSLv3',
    ...sniOf(endpoint),
  });
}

interface Tried extends Attempt {
  readonly hello: 'all' | 'few';
}

async function tryVersion(io: IO, endpoint: EndpointName, version: Probed): Promise<readonly Tried[]> {
  const attempts: Tried[] = [];
  for (const list of ['all', 'few'] as const) {
    const { bytes, end } = await ask(io, endpoint, helloFor(io, endpoint, version, list), untilDone);
    const attempt = { hello: list, bytes, end };
    attempts.push(attempt);
    // one refused hello is not yet "unsupported": the reason may be the length of the list
    if (verdictOf(attempt, version) === 'accepted' || saysVersion(attempt, version)) break;
  }
  return attempts;
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
async function sessionOf(io: IO, endpoint: EndpointName): Promise<Json> {
  const alpn = endpoint.protocol === 'tls' ? { alpn: ['h2', 'http/1.1'] } : {};
  return await answerOrFault(async () => {
    try {
      return await sessionWith(io, endpoint, alpn);
    } catch (error) {
      if (!(error instanceof FaultError) || error.fault.code !== 'tls.handshake') throw error;
      return await sessionWith(io, endpoint, { ciphers: 'ALL:@SECLEVEL=0', minVersion: 'TLSv1' });
    }
  });
}

function upgradeRaw(spoken: Spoken): JsonObject {
  return {
    replies: spoken.replies.map((reply) => Buffer.from(reply).toString('base64')),
    ...(spoken.failure !== undefined && { failure: rawFault(spoken.failure) }),
  };
}

export async function observe(job: Job, io: IO): Promise<Json> {
  const endpoint = endpointOf(job.target.id);
  if (endpoint === undefined) throw new FaultError('collector.bug', `${job.target.id} is no endpoint`);
  const { host, port, protocol } = endpoint;
  // the first connection says whether anything listens: its fault is that of the whole job
  const first = await dial(io, endpoint);
  first.stream.close();
  const head = {
    endpoint: nameOf(job.target),
    host,
    port,
    protocol,
    address: first.stream.address,
    ...(first.spoken !== undefined && { upgrade: upgradeRaw(first.spoken) }),
  };
  if (first.spoken !== undefined && first.spoken.outcome?.ready !== true) return { ...head, versions: {} };
  const limit = protocol === 'smtp' ? PARALLEL_SMTP : PARALLEL;
  const versions: { [version: string]: Json } = {};
  let session: Json = null;
  await inParallel(limit, [
    ...PROBED.map((version) => async () => {
      const attempts = await tryVersion(io, endpoint, version);
      versions[version] = attempts.map(({ hello, bytes, end }) => ({
        hello,
        end,
        flight: Buffer.from(bytes).toString('base64'),
      }));
    }),
    async () => {
      session = await sessionOf(io, endpoint);
    },
  ]);
  return { ...head, versions, session };
}
