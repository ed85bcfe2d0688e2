/** The first questions: SSLv2, and a hello of each version, with a long list and, where that is not clear, with a short one. */
import type { EndpointName } from '../../model/target.ts';
import type { IO } from '../../model/io.ts';
import { extension } from '../../wire/tls/client-hello.ts';
import { EXTENSION } from '../../wire/tls/names.ts';
import { sslv2Hello, sslv2Length, sslv2ServerHello } from '../../wire/tls/sslv2.ts';
import { pickIn } from './chain.ts';
import type { Accepted, Setting } from './eliminate.ts';
import { ASKS_FOR_STAPLE } from './handshake13.ts';
import { FEW_SUITES, groupsFor, helloBytes, type ListName, padded, suitesFor } from './hello.ts';
import { type Answer, type Manner, untilDone } from './prober.ts';
import { type Attempt, isSpoken, PROBED, type Probed, saysVersion, type Verdict, verdictOf } from './versions.ts';

export interface Tried extends Answer {
  readonly hello: ListName;
}

/**
 * Behind the suites of TLS 1.3 stand some of the older ones, as in the hellos of browsers: who has no TLS 1.3 has an answer too, and
 * need not refuse. Of servers without encryption, certificate or usual ciphers these.
 */
const RARE_SUITES: readonly number[] = [
  0x003b, 0x0002, 0x0001, 0x0034, 0x0018, 0x001b, 0x00a6, 0xc018, 0x00a8, 0x008c, 0x0041, 0x0096, 0x0007,
];

/** One close each: those of a server that is alive are asked about again (`settle.ts`), those of a dead one are enough. */
const ONCE: Manner = { closes: 1 };
/** What is asked once more where every question was closed on. */
const LIKELY: readonly Probed[] = ['TLSv1.3', 'TLSv1.2', 'TLSv1.0'];

export async function trySslv2({ io, prober }: Setting, manner: Manner = ONCE): Promise<Answer> {
  const hello = sslv2Hello(io.random(16));
  return await prober.ask(hello, (_flight, received) => sslv2Length(received) !== undefined, manner);
}

export async function tryVersion(
  { io, endpoint, prober }: Setting,
  version: Probed,
  hello: ListName,
  manner: Manner = ONCE,
): Promise<Tried> {
  return { hello, ...(await prober.ask(() => firstHello(io, endpoint, version, hello), untilDone, manner)) };
}

function firstHello(io: IO, endpoint: EndpointName, version: Probed, hello: ListName): Uint8Array {
  const isLong = hello === 'all';
  const suites = suitesFor(version, hello);
  const question = {
    version,
    suites: isLong && version === 'TLSv1.3' ? [...suites, ...FEW_SUITES, ...RARE_SUITES] : suites,
    groups: groupsFor(version, hello),
    // asked once, with the long list: what a server should not agree to
    ...(isLong && version !== 'TLSv1.3' && version !== 'SSLv3' && BAIT),
  };
  // RFC 7685 §1: between 256 and 511 octets some devices answer nothing
  return isLong ? padded(io, endpoint, question, 520) : helloBytes(io, endpoint, question);
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

/** Closed on without a word. */
export function isClosed({ bytes, end }: Answer): boolean {
  return end === 'closed' && bytes.length === 0;
}

/** Every version, oldest first. */
export async function tryVersions(setting: Setting): Promise<readonly Tried[]> {
  return await Promise.all(PROBED.map(async (version) => await tryVersion(setting, version, 'all')));
}

/**
 * One refused hello is not yet "unsupported": the reason may be the length of the list, unless another version took the
 * same list. What is not clear is asked again with a short one.
 */
export async function withShortLists(
  setting: Setting,
  sslv2: Answer,
  first: readonly Tried[],
): Promise<Map<Probed, readonly Tried[]>> {
  const isOld = sslv2ServerHello(sslv2.bytes) !== undefined;
  const isDead = !isOld && first.every(isClosed);
  const tried = await Promise.all(
    PROBED.map(async (version, index) => {
      const attempt = first[index];
      const again = attempt === undefined || (isClosed(attempt) && isDead && LIKELY.includes(version));
      return again ? await tryVersion(setting, version, 'all') : attempt;
    }),
  );
  const alive = isOld || tried.some((attempt, index) => verdictIn(attempt, index) === 'accepted');
  const lists = await Promise.all(
    PROBED.map(async (version, index): Promise<readonly [Probed, readonly Tried[]]> => {
      const attempt = tried[index];
      if (attempt === undefined) return [version, []];
      const verdict = verdictIn(attempt, index);
      // some servers refuse by closing
      const says = (verdict === 'refused' || verdict === 'closed') && !isSpoken(version, tried);
      if (verdict === 'accepted' || saysVersion(attempt, version) || (alive && says)) return [version, [attempt]];
      const last = isClosed(attempt) && !isDead ? await tryVersion(setting, version, 'all', { before: 1 }) : attempt;
      if (verdictOf(last, version) === 'accepted') return [version, [last]];
      return [version, [last, await tryVersion(setting, version, 'few')]];
    }),
  );
  return new Map(lists);
}

function verdictIn(attempt: Attempt, index: number): Verdict {
  return verdictOf(attempt, PROBED[index] ?? 'SSLv3');
}

/** A version that was accepted, before it is known what else is. */
export type Found = Omit<Accepted, 'askCurves' | 'isOld'>;

export function acceptedIn(attempts: ReadonlyMap<Probed, readonly Tried[]>): readonly Found[] {
  return PROBED.flatMap((version) => {
    const last = attempts.get(version)?.at(-1);
    if (last === undefined) return [];
    const { hello: list } = last;
    const first = pickIn(last, { version, suites: suitesFor(version, list), groups: groupsFor(version, list) });
    return typeof first === 'string' ? [] : [{ version, list, first }];
  });
}
