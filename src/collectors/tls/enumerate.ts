/** Adaptive enumeration: suites of each version, groups, the server's own order, in as few connections as a server allows. */
import type { IO } from '../../model/io.ts';
import type { EndpointName } from '../../model/target.ts';
import { GROUPS } from '../../wire/tls/names.ts';
import { suiteOf, TLS13_SUITES } from '../../wire/tls/suites.ts';
import { nextOffer, type Offer, ordersShown, type Pick, pickIn, type Takes } from './chain.ts';
import { levelsBelow, qualityOf } from './facts-suites.ts';
import { CURVES, groupsFor, helloBytes, type ListName, suitesFor } from './hello.ts';
import { type Answer, type Prober, untilDone } from './prober.ts';
import type { Probed } from './versions.ts';

export interface Chain extends Offer {
  readonly takes: Takes;
  readonly answers: readonly Answer[];
}

export interface OrderQuestion extends Offer {
  readonly answer: Answer;
}

export interface Enumerated {
  readonly chains: readonly Chain[];
  readonly orders: readonly OrderQuestion[];
}

export interface Setting {
  readonly io: IO;
  readonly endpoint: EndpointName;
  readonly prober: Prober;
}

/** A version that was accepted: by which list, and what the server picked from it. */
export interface Accepted {
  readonly version: Probed;
  readonly list: ListName;
  readonly first: Pick;
  /** The highest of TLS <= 1.2: the curves are asked for there. */
  readonly askCurves: boolean;
  /** Versions before TLS 1.2 are offered too: there are many suites, and weak ones. */
  readonly isOld: boolean;
}

/** Nearer than this, rounds cost little, and connections are saved instead. */
const NEAR_MS = 35;
/** Where only a short hello was answered, lists stay short, and with them the hello below 256 octets (facts/tls §6). */
const SHORT = 32;
const MAX_STEPS = 400;
const MANY = 6;

async function askOffer({ io, endpoint, prober }: Setting, offer: Offer): Promise<Answer> {
  return await prober.ask(helloBytes(io, endpoint, offer), untilDone);
}

interface Eliminated {
  readonly chain: Chain;
  readonly picks: readonly Pick[];
}

/** Offers, takes out what was picked, offers again, until the server picks nothing more, or something that `ends` it. */
async function eliminate(
  setting: Setting,
  start: Offer,
  takes: Takes,
  ends: (pick: Pick) => boolean = () => false,
): Promise<Eliminated> {
  const answers: Answer[] = [];
  const picks: Pick[] = [];
  for (let offer: Offer | undefined = start; offer !== undefined && answers.length < MAX_STEPS;) {
    const answer = await askOffer(setting, offer);
    answers.push(answer);
    const pick = pickIn(answer, offer);
    if (typeof pick === 'string') break;
    picks.push(pick);
    if (ends(pick)) break;
    offer = nextOffer(offer, pick, takes);
  }
  return { chain: { ...start, takes, answers }, picks };
}

/** Deals a list into parts like cards, so that what belongs together is asked for in parallel. */
function dealt(list: readonly number[], parts: number): readonly (readonly number[])[] {
  return Array.from({ length: parts }, (_, part) => list.filter((_code, index) => index % parts === part)).filter(
    (part) => part.length > 0,
  );
}

/** Rounds are dear there. */
export function isFar(setting: Setting): boolean {
  return setting.prober.stats().roundMs >= NEAR_MS;
}

const without = (list: readonly number[], taken: readonly number[]): readonly number[] =>
  list.filter((code) => !taken.includes(code));

/** Suites that a server should put last: they are asked for in a row of their own where rounds are dear. */
const isWeak = (code: number): boolean => qualityOf(suiteOf(code)) < 4;

/**
 * Two rows side by side: the weak suites, and all of them until a weak one is picked. What is then left of both is asked for
 * in one row more, so that one refusal ends it. The first row tells too whether a weak suite stands above a strong one.
 */
async function strongAndWeak(setting: Setting, start: Offer, accepted: Accepted): Promise<readonly Eliminated[]> {
  const { isOld, first, version } = accepted;
  const weak = { ...start, suites: start.suites.filter((code) => isWeak(code)) };
  let beside: Promise<Eliminated> | undefined;
  let count = 0;
  let joined = false;
  const mixed = await eliminate(setting, start, 'suites', ({ suite }) => {
    // a server of the newer versions alone seldom has so many suites that a second row pays
    if (isOld || ++count > MANY) beside ??= eliminate(setting, weak, 'suites', () => joined);
    return beside !== undefined && isWeak(suite);
  });
  if (beside === undefined) return [mixed];
  const last = mixed.picks.at(-1);
  if (last === undefined || !isWeak(last.suite)) return [mixed, await beside];
  const picked = mixed.picks.map(({ suite }) => suite);
  if (ordersShown(first.suite, [picked], suitesFor(version, 'all')) === 'client') {
    // it follows us: that a weak one came does not mean that the strong ones are at their end
    const strong = without(start.suites, picked).filter((code) => !isWeak(code));
    return [mixed, ...(await Promise.all([eliminate(setting, { ...start, suites: strong }, 'suites'), beside]))];
  }
  joined = true;
  const second = await beside;
  const found = [...mixed.picks, ...second.picks].map(({ suite }) => suite);
  const isOpen = second.picks.length === second.chain.answers.length;
  const left = without(start.suites, found).filter((code) => isOpen || !isWeak(code));
  if (left.length === 0) return [mixed, second];
  return [mixed, second, await eliminate(setting, { ...start, suites: left }, 'suites')];
}

async function classicRows(setting: Setting, start: Offer, accepted: Accepted): Promise<readonly Eliminated[]> {
  const { list, askCurves } = accepted;
  if (list === 'few') {
    const parts = dealt(start.suites, Math.ceil(start.suites.length / SHORT));
    return await Promise.all(parts.map((suites) => eliminate(setting, { ...start, suites }, 'suites')));
  }
  if (isFar(setting) && askCurves) return await strongAndWeak(setting, start, accepted);
  return [await eliminate(setting, start, 'suites')];
}

async function classicSuites(setting: Setting, accepted: Accepted): Promise<Enumerated> {
  const { version, list, first, askCurves } = accepted;
  // in reverse: then the sequence of picks itself tells whose order counts
  const rest = without(suitesFor(version, 'all'), [first.suite]).toReversed();
  const groups = groupsFor(version, list);
  const start = { version, suites: rest, groups };
  // rounds are dear there: the curves do not wait until the suites are known, where there are any
  const early =
    isFar(setting) && askCurves && first.group !== undefined
      ? curves(setting, { version, suites: [first.suite, ...rest], groups }, first, true)
      : undefined;
  const rows = await classicRows(setting, start, accepted);
  const known = [...new Set([first, ...rows.flatMap(({ picks }) => picks)].map(({ suite }) => suite))];
  const chains = rows.map(({ chain }) => chain);
  const reversed = { version, suites: known.toReversed(), groups };
  const sequences = rows.map(({ picks }) => picks.map(({ suite }) => suite));
  const told =
    known.length < 2 ||
    (list === 'all' && ordersShown(first.suite, sequences, suitesFor(version, 'all')) !== undefined);
  if (early !== undefined) {
    const asked = await early;
    return { chains: [...chains, ...asked.chains], orders: told ? [] : await orderByLevels(setting, reversed) };
  }
  if (askCurves && known.some((code) => isEcdhe(code))) {
    const asked = await curves(setting, reversed, first, told);
    return { chains: [...chains, ...asked.chains], orders: asked.orders };
  }
  return { chains, orders: told ? [] : await orderByLevels(setting, reversed) };
}

/** The known suites in reverse, then what is left of them below each quality: the pick should be of the best that is offered. */
async function orderByLevels(setting: Setting, reversed: Offer): Promise<readonly OrderQuestion[]> {
  const offers = [reversed, ...levelsBelow(reversed.suites).map((suites) => ({ ...reversed, suites }))];
  return await Promise.all(offers.map(async (offer) => ({ ...offer, answer: await askOffer(setting, offer) })));
}

function isEcdhe(code: number): boolean {
  return suiteOf(code).keyExchange.startsWith('ecdhe');
}

/**
 * The curves of TLS <= 1.2. Where it is not told yet whose order counts, the first question offers the known suites in
 * reverse, and all curves but the one that was picked before.
 */
async function curves(setting: Setting, reversed: Offer, first: Pick, told: boolean): Promise<Enumerated> {
  const { version } = reversed;
  const suites = reversed.suites.filter((code) => isEcdhe(code));
  let left = first.group === undefined ? CURVES : without(CURVES, [first.group]);
  const orders: OrderQuestion[] = [];
  if (!told) {
    const question = { ...reversed, groups: left };
    const answer = await askOffer(setting, question);
    orders.push({ ...question, answer });
    const pick = pickIn(answer, question);
    if (typeof pick !== 'string' && pick.group !== undefined) left = without(left, [pick.group]);
  }
  const lists = isFar(setting)
    ? [left.filter((code) => USUAL.includes(code)), left.filter((code) => !USUAL.includes(code))]
    : [left];
  const found = await Promise.all(
    lists
      .filter((groups) => groups.length > 0)
      .map((groups) => eliminate(setting, { version, suites, groups }, 'groups')),
  );
  return { chains: found.map(({ chain }) => chain), orders };
}

/** What nearly every stack supports as a whole: a list of these ends without a refusal. */
const USUAL: readonly number[] = [0x001d, 0x0017, 0x0018, 0x0019, 0x001e];
const FFDHE: readonly number[] = GROUPS.filter(({ kind }) => kind === 'ffdhe').map(({ code }) => code);

/**
 * TLS 1.3: each HelloRetryRequest reveals a suite and a group (facts/tls §2). Both are taken out together until the server
 * refuses; then the groups go on alone. If one of them is picked, it was the suites that had run out. Far away the groups
 * that come together are asked for side by side.
 */
async function modern(setting: Setting, { first, list }: Accepted): Promise<Enumerated> {
  const version = 'TLSv1.3';
  const all = groupsFor(version, list);
  const chains: Chain[] = [];
  const suites = [first.suite];
  const groups = first.group === undefined ? [] : [first.group];
  const ask = async (offer: Omit<Offer, 'version'>, takes: Takes): Promise<number> => {
    if (offer.suites.length === 0 || offer.groups.length === 0) return 0;
    const { chain, picks } = await eliminate(setting, { version, ...offer }, takes);
    chains.push(chain);
    for (const pick of picks) {
      if (!suites.includes(pick.suite)) suites.push(pick.suite);
      if (pick.group !== undefined && !groups.includes(pick.group)) groups.push(pick.group);
    }
    return picks.length;
  };
  const main = isFar(setting) ? all.filter((code) => USUAL.includes(code)) : all;
  const rest = without(all, [...main, ...groups]);
  const beside = isFar(setting) ? [rest.filter((code) => FFDHE.includes(code)), without(rest, FFDHE)] : [];
  const asides = Promise.all(beside.map((some) => ask({ suites: TLS13_SUITES, groups: some }, 'groups')));
  await ask({ suites: without(TLS13_SUITES, suites), groups: without(main, groups) }, 'both');
  // the known suites stand in reverse: the first answer tells whose order counts
  const more = await ask({ suites: suites.toReversed(), groups: without(main, groups) }, 'groups');
  await asides;
  if (more === 0) await ask({ suites: without(TLS13_SUITES, suites), groups }, 'suites');
  return { chains, orders: await orderOf(setting, chains, suites, groups) };
}

/** Whose order counts in TLS 1.3: told by an answer to the known suites in reverse, asked for where there was none. */
async function orderOf(
  setting: Setting,
  chains: readonly Chain[],
  suites: readonly number[],
  groups: readonly number[],
): Promise<readonly OrderQuestion[]> {
  const told = chains.find(
    ({ takes, suites: offered, answers }) =>
      takes === 'groups' && offered.length === suites.length && answers[0]?.flight.serverHello !== undefined,
  );
  const answer = told?.answers[0];
  if (told !== undefined && answer !== undefined && told.suites.length > 1)
    return [{ version: 'TLSv1.3', suites: told.suites, groups: told.groups, answer }];
  if (suites.length < 2) return [];
  const offer = { version: 'TLSv1.3', suites: suites.toReversed(), groups } as const;
  return [{ ...offer, answer: await askOffer(setting, offer) }];
}

/** All that one accepted version has to tell. */
export async function enumerate(setting: Setting, accepted: Accepted): Promise<Enumerated> {
  if (accepted.version !== 'TLSv1.3') return await classicSuites(setting, accepted);
  return await modern(setting, accepted);
}
