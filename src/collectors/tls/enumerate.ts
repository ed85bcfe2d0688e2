/** Adaptive enumeration: suites of each version, groups, the server's own order, in as few connections as a server allows. */
import type { IO } from '../../model/io.ts';
import type { EndpointName } from '../../model/target.ts';
import { GROUPS } from '../../wire/tls/names.ts';
import { suiteOf, TLS13_SUITES } from '../../wire/tls/suites.ts';
import { nextOffer, type Offer, orderShown, type Pick, pickIn, type Takes } from './chain.ts';
import { levelsBelow } from './facts-suites.ts';
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
}

/** Nearer than this, rounds cost little, and connections are saved instead. */
const NEAR_MS = 35;
const PARTS_FAR = 4;
/** Where only a short hello was answered, lists stay short (facts/tls §6). */
const SHORT = 48;
const MAX_STEPS = 400;

async function askOffer({ io, endpoint, prober }: Setting, offer: Offer): Promise<Answer> {
  return await prober.ask(helloBytes(io, endpoint, offer), untilDone);
}

interface Eliminated {
  readonly chain: Chain;
  readonly picks: readonly Pick[];
}

/** Offers, takes out what was picked, offers again, until the server picks nothing more. */
async function eliminate(setting: Setting, start: Offer, takes: Takes): Promise<Eliminated> {
  const answers: Answer[] = [];
  const picks: Pick[] = [];
  for (let offer: Offer | undefined = start; offer !== undefined && answers.length < MAX_STEPS;) {
    const answer = await askOffer(setting, offer);
    answers.push(answer);
    const pick = pickIn(answer, offer);
    if (typeof pick === 'string') break;
    picks.push(pick);
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

function partsFor(setting: Setting, size: number, list: ListName): number {
  const far = setting.prober.stats().roundMs < NEAR_MS ? 1 : PARTS_FAR;
  return list === 'few' ? Math.max(far, Math.ceil(size / SHORT)) : far;
}

const without = (list: readonly number[], taken: readonly number[]): readonly number[] =>
  list.filter((code) => !taken.includes(code));

async function classicSuites(setting: Setting, { version, list, first, askCurves }: Accepted): Promise<Enumerated> {
  // in reverse: then the sequence of picks itself tells whose order counts
  const rest = without(suitesFor(version, 'all'), [first.suite]).toReversed();
  const groups = groupsFor(version, list);
  const parts = dealt(rest, partsFor(setting, rest.length, list));
  const far = setting.prober.stats().roundMs >= NEAR_MS;
  // rounds are dear there: the curves do not wait until the suites are known
  const early =
    far && askCurves ? curves(setting, { version, suites: [first.suite, ...rest], groups }, first, true) : undefined;
  const found = await Promise.all(parts.map((suites) => eliminate(setting, { version, suites, groups }, 'suites')));
  const known = [first, ...found.flatMap(({ picks }) => picks)].map(({ suite }) => suite);
  const chains = found.map(({ chain }) => chain);
  const reversed = { version, suites: known.toReversed(), groups };
  const told = known.length < 2 || (parts.length === 1 && orderShown(known, suitesFor(version, 'all')) !== undefined);
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
  const parts = setting.prober.stats().roundMs < NEAR_MS ? 1 : 2;
  const found = await Promise.all(
    dealt(left, parts).map((groups) => eliminate(setting, { version, suites, groups }, 'groups')),
  );
  return { chains: found.map(({ chain }) => chain), orders };
}

const QUANTUM = new Set(GROUPS.filter(({ kind }) => kind !== 'ec' && kind !== 'ffdhe').map(({ code }) => code));

/**
 * TLS 1.3 on a near server: each HelloRetryRequest reveals a suite and a group (facts/tls §2). Both are taken out together
 * until the server refuses; then the groups go on alone. If one of them is picked, it was the suites that had run out.
 */
async function modernNear(setting: Setting, { first, list }: Accepted): Promise<Enumerated> {
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
  await ask({ suites: without(TLS13_SUITES, suites), groups: without(all, groups) }, 'both');
  // the known suites stand in reverse: the first answer tells whose order counts
  const more = await ask({ suites: suites.toReversed(), groups: without(all, groups) }, 'groups');
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
  const told = chains.find(({ takes, answers }) => takes === 'groups' && answers[0]?.flight.serverHello !== undefined);
  const answer = told?.answers[0];
  if (told !== undefined && answer !== undefined && told.suites.length > 1)
    return [{ version: 'TLSv1.3', suites: told.suites, groups: told.groups, answer }];
  if (suites.length < 2) return [];
  const offer = { version: 'TLSv1.3', suites: suites.toReversed(), groups } as const;
  return [{ ...offer, answer: await askOffer(setting, offer) }];
}

/** TLS 1.3 far away: suites, classical and post-quantum groups are asked for side by side. */
async function modernFar(setting: Setting, { first, list }: Accepted): Promise<Enumerated> {
  const version = 'TLSv1.3';
  const all = groupsFor(version, list);
  const left = first.group === undefined ? all : without(all, [first.group]);
  const halves = [
    left.filter((code) => QUANTUM.has(code)),
    ...dealt(
      left.filter((code) => !QUANTUM.has(code)),
      3,
    ),
  ];
  const [bySuites, ...byGroups] = await Promise.all([
    eliminate(setting, { version, suites: without(TLS13_SUITES, [first.suite]), groups: all }, 'suites'),
    ...halves
      .filter((groups) => groups.length > 0)
      .map((groups) => eliminate(setting, { version, suites: TLS13_SUITES, groups }, 'groups')),
  ]);
  const suites = [first.suite, ...bySuites.picks.map(({ suite }) => suite)];
  const chains = [bySuites.chain, ...byGroups.map(({ chain }) => chain)];
  if (suites.length < 2) return { chains, orders: [] };
  const offer = { version, suites: suites.toReversed(), groups: all } as const;
  return { chains, orders: [{ ...offer, answer: await askOffer(setting, offer) }] };
}

/** All that one accepted version has to tell. */
export async function enumerate(setting: Setting, accepted: Accepted): Promise<Enumerated> {
  if (accepted.version !== 'TLSv1.3') return await classicSuites(setting, accepted);
  const near = setting.prober.stats().roundMs < NEAR_MS;
  return near ? await modernNear(setting, accepted) : await modernFar(setting, accepted);
}
