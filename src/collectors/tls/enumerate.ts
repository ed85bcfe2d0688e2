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
/** Rows side by side of one version, at most: each costs one connection, which is refused. */
const ROWS = 3;

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

/** Deals suites into parts like cards, sorted by key exchange: what a server supports of each is asked for side by side. */
function dealt(list: readonly number[], parts: number): readonly (readonly number[])[] {
  const kind = (code: number): string => `${suiteOf(code).keyExchange} ${suiteOf(code).authentication}`;
  const cards = list.toSorted((a, b) => (kind(a) < kind(b) ? -1 : kind(a) > kind(b) ? 1 : 0));
  const part = new Map(cards.map((code, index) => [code, index % parts]));
  return Array.from({ length: parts }, (_, hand) => list.filter((code) => part.get(code) === hand)).filter(
    (hand) => hand.length > 0,
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
 * Rows side by side: the weak suites, and all of them until a weak one is picked. What is then left is asked for in one row
 * more, so that one refusal ends it and the row stands in the server's order; where the first row has told already that the
 * server follows us, or puts weaker suites above stronger ones, in several.
 */
async function strongAndWeak(setting: Setting, start: Offer, accepted: Accepted): Promise<readonly Eliminated[]> {
  const { isOld, first, version } = accepted;
  let beside: Promise<readonly Eliminated[]> | undefined;
  let count = 0;
  let joined = false;
  const mixed = await eliminate(setting, start, 'suites', ({ suite }) => {
    // a server of the newer versions alone seldom has so many suites that a second row pays
    if (isOld || ++count > MANY) beside ??= weakRows(setting, start, () => joined);
    return beside !== undefined && isWeak(suite);
  });
  if (beside === undefined) return [mixed];
  const last = mixed.picks.at(-1);
  if (last === undefined || !isWeak(last.suite)) return [mixed, ...(await beside)];
  joined = true;
  const others = await beside;
  const picked = mixed.picks.map(({ suite }) => suite);
  const closed = others.filter(({ picks, chain }) => picks.length < chain.answers.length);
  const decided = new Set(closed.flatMap(({ chain }) => chain.suites));
  const found = suitesOf([mixed, ...others]);
  const left = without(start.suites, found).filter((code) => !decided.has(code));
  const told =
    isInverted([first.suite, ...picked]) || ordersShown(first.suite, [picked], suitesFor(version, 'all')) === 'client';
  // few weak ones so far, or a row at its end: there is little left
  const rows = told && others.length > 1 && closed.length === 0 ? ROWS : 1;
  const rest = await Promise.all(dealt(left, rows).map((suites) => eliminate(setting, { ...start, suites }, 'suites')));
  return [mixed, ...others, ...rest];
}

/** The weak suites until somebody takes them over: in one row, and from the seventh on in two. */
async function weakRows(setting: Setting, start: Offer, isOver: () => boolean): Promise<readonly Eliminated[]> {
  const weak = start.suites.filter((code) => isWeak(code));
  let count = 0;
  const row = await eliminate(setting, { ...start, suites: weak }, 'suites', () => ++count >= MANY || isOver());
  const left = without(weak, suitesOf([row]));
  if (row.picks.length < row.chain.answers.length || left.length === 0 || isOver()) return [row];
  return [
    row,
    ...(await Promise.all(dealt(left, 2).map((suites) => eliminate(setting, { ...start, suites }, 'suites', isOver)))),
  ];
}

const suitesOf = (rows: readonly Eliminated[]): readonly number[] =>
  rows.flatMap(({ picks }) => picks.map(({ suite }) => suite));

/** A weaker suite above a stronger one. */
function isInverted(picked: readonly number[]): boolean {
  const qualities = picked.map((code) => qualityOf(suiteOf(code)));
  return qualities.some((quality, index) => index > 0 && quality > (qualities[index - 1] ?? quality));
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
