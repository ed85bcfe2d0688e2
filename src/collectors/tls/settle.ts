/**
 * When a close is a "no". A server may refuse by closing, and a path or a limit may lose connections the same way: what was closed
 * on is asked again when the rest is answered, as often as the rest says, and last something that has an answer.
 */
import { sslv2ServerHello } from '../../wire/tls/sslv2.ts';
import { suiteOf } from '../../wire/tls/suites.ts';
import { type Accepted, askOffer, type Enumerated, isFar, type Setting } from './eliminate.ts';
import { enumerate } from './enumerate.ts';
import { acceptedIn, isClosed, type Tried, trySslv2, tryVersion } from './first-hellos.ts';
import { type Answer, type ProberStats, SOME_ANSWERS, TRIES, TRIES_ON_LOSS } from './prober.ts';
import { isSpoken, PROBED, type Probed } from './versions.ts';

export interface Answers {
  sslv2: Answer;
  readonly attempts: Map<Probed, readonly Tried[]>;
  /** Undefined where the suites are not asked for. */
  readonly lists: Map<Probed, Enumerated> | undefined;
}

/** A question that was closed on. */
interface Doubt {
  closes: number;
  /** How many closes are a "no". */
  readonly needed: (stats: ProberStats) => number;
  /** Asks once more, with the number of closes so far; what is answered is put among the answers. */
  readonly again: (closes: number) => Promise<'closed' | 'answered'>;
}

/** So many answers without a loss say that a path loses none. */
const ENOUGH_ANSWERS = 25;

/** Suites, groups and orders of every version that was accepted, and of which they are not known yet. */
export async function listSuites(setting: Setting, { attempts, lists }: Answers): Promise<void> {
  if (lists === undefined) return;
  const accepted = acceptedIn(attempts);
  // SSLv3 knows no list of groups
  const highest = accepted.findLast(({ version }) => version !== 'TLSv1.3' && version !== 'SSLv3');
  const isOld = accepted.some(({ version }) => version !== 'TLSv1.2' && version !== 'TLSv1.3');
  const missing = accepted
    .filter(({ version }) => !lists.has(version))
    .map((one): Accepted => ({ ...one, askCurves: one === highest, isOld }));
  // the newest first: theirs are the longest rows
  const task = async (): Promise<readonly Enumerated[]> =>
    await Promise.all(missing.toReversed().map(async (one) => await enumerate(setting, one)));
  for (const found of await (isFar(setting) ? setting.prober.readyFor(task) : task())) lists.set(found.version, found);
}

/** A question that was answered before, asked as the last: the closes before it were not the end of the server. */
export interface Again extends Answer {
  readonly version: Probed | 'SSLv2';
}

/** Asks until every close is a "no" or was none. */
export async function settle(setting: Setting, answers: Answers): Promise<Again | undefined> {
  const { prober } = setting;
  const isAnswered = sslv2ServerHello(answers.sslv2.bytes) !== undefined;
  if (!isAnswered && acceptedIn(answers.attempts).length === 0) return undefined;
  const doubts = [...firstDoubts(setting, answers), ...rowDoubts(setting, answers)];
  for (;;) {
    const open = doubts.filter(({ closes, needed }) => closes < needed(prober.stats()));
    if (open.length === 0) break;
    await Promise.all(
      open.map(async (doubt) => {
        const most = prober.stats().lost > 0 ? TRIES_ON_LOSS : 1;
        const said = await doubt.again(doubt.closes);
        if (said === 'closed') doubt.closes += most;
        else doubts.splice(doubts.indexOf(doubt), 1);
      }),
    );
    const before = new Set(answers.lists?.keys());
    await listSuites(setting, answers);
    doubts.push(...rowDoubts(setting, answers, before));
  }
  if (prober.stats().isAlive) return undefined;
  const [known] = acceptedIn(answers.attempts).toReversed();
  if (known === undefined) return { ...(await trySslv2(setting, {})), version: 'SSLv2' };
  return { ...(await tryVersion(setting, known.version, known.list, {})), version: known.version };
}

/**
 * SSLv2, and the versions that were closed on. Where the next version was closed on too, a loss would have to come twice. A gap above a
 * version that is offered is odd, and so is a close of who refuses in words.
 */
function firstDoubts(setting: Setting, answers: Answers): readonly Doubt[] {
  const { attempts } = answers;
  const isLost = (version: Probed | undefined): boolean => {
    const last = version === undefined ? undefined : attempts.get(version)?.at(-1);
    return last !== undefined && isClosed(last);
  };
  const needed =
    (version: Probed | 'SSLv2') =>
    ({ lost, answered, alerts }: ProberStats): number => {
      if (lost > 0 || (version !== 'SSLv2' && isSpoken(version, [...attempts.values()].flat()))) return TRIES_ON_LOSS;
      const place = PROBED.findIndex((one) => one === version);
      const isGap = acceptedIn(attempts).some((one) => PROBED.indexOf(one.version) < place);
      if (isGap || (alerts && version !== 'SSLv2')) return TRIES;
      return isLost(PROBED[place + 1]) || answered >= ENOUGH_ANSWERS ? 2 : 3;
    };
  const old: Doubt = {
    closes: 1,
    needed: needed('SSLv2'),
    again: async (before) => {
      const answer = await trySslv2(setting, { closes: 1, before });
      if (isClosed(answer)) return 'closed';
      answers.sslv2 = answer;
      return 'answered';
    },
  };
  const versions = PROBED.flatMap((version): readonly Doubt[] => {
    const tried = attempts.get(version) ?? [];
    const last = tried.at(-1);
    if (last === undefined || !isLost(version)) return [];
    const again = async (before: number): Promise<'closed' | 'answered'> => {
      const answer = await tryVersion(setting, version, last.hello, { closes: 1, before });
      if (isClosed(answer)) return 'closed';
      attempts.set(version, [...tried.slice(0, -1), answer]);
      return 'answered';
    };
    return [{ closes: 1, needed: needed(version), again }];
  });
  return isClosed(answers.sslv2) ? [old, ...versions] : versions;
}

/** The rows of each version that ended with a close. Where one of them was none, the version is listed anew. */
function rowDoubts(setting: Setting, { lists }: Answers, but: ReadonlySet<Probed> = new Set()): readonly Doubt[] {
  if (lists === undefined) return [];
  return [...lists.values()].flatMap(({ version, closed }): readonly Doubt[] => {
    if (closed.length === 0 || but.has(version)) return [];
    // rows of curves, and of TLS 1.3, have nothing to be compared with
    const isOld = version !== 'TLSv1.3' && closed.every(({ takes }) => takes === 'suites');
    return [
      {
        closes: Math.min(...closed.map(({ closes }) => closes)),
        needed: ({ lost, answered, alerts }) => {
          if (lost > 0) return TRIES_ON_LOSS;
          const agreed = isOld ? isAgreed(version, lists) : undefined;
          if (agreed === true) return 2;
          if (agreed === false || alerts || answered < SOME_ANSWERS) return TRIES;
          return answered < ENOUGH_ANSWERS ? 3 : 2;
        },
        again: async (before) => {
          const said = await Promise.all(
            closed.map(async ({ offer }) => await askOffer(setting, offer, { closes: 1, before })),
          );
          if (said.every(isClosed)) return 'closed';
          lists.delete(version);
          return 'answered';
        },
      },
    ];
  });
}

/**
 * Whether the other versions before TLS 1.3 ended after the same suites, of those that all of them may have: a loss would have to come
 * twice, at one place. Undefined where there is no other version.
 */
function isAgreed(version: Probed, lists: ReadonlyMap<Probed, Enumerated>): boolean | undefined {
  const mine = oldSuites(lists.get(version));
  const others = [...lists.values()].filter((other) => other.version !== version && other.version !== 'TLSv1.3');
  return others.length === 0 || mine === '' ? undefined : others.every((other) => oldSuites(other) === mine);
}

/** Those that every version before TLS 1.3 may have: without the hashes and modes of TLS 1.2. */
function oldSuites(list: Enumerated | undefined): string {
  const suites = list?.suites.filter((code) => ['md5', 'sha1'].includes(suiteOf(code).mac)) ?? [];
  return suites.toSorted((a, b) => a - b).join();
}
