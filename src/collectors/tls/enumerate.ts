/** Adaptive enumeration: suites of each version, groups, the server's own order, in as few connections as a server allows. */
import { GROUPS } from '../../wire/tls/names.ts';
import { TLS13_SUITES } from '../../wire/tls/suites.ts';
import type { Offer, Takes } from './chain.ts';
import { classicSuites } from './classic.ts';
import {
  type Accepted,
  askOffer,
  type Chain,
  type Closed,
  eliminate,
  type Enumerated,
  isFar,
  type OrderQuestion,
  type Setting,
  USUAL,
  without,
} from './eliminate.ts';
import { groupsFor } from './hello.ts';

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
  const closed: Closed[] = [];
  const suites = [first.suite];
  const groups = first.group === undefined ? [] : [first.group];
  const ask = async (offer: Omit<Offer, 'version'>, takes: Takes): Promise<number> => {
    if (offer.suites.length === 0 || offer.groups.length === 0) return 0;
    const { chain, picks, closed: end } = await eliminate(setting, { version, ...offer }, takes);
    chains.push(chain);
    if (end !== undefined) closed.push(end);
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
  return { version, chains, orders: await orderOf(setting, chains, suites, groups), suites, closed };
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
