/** Rows that show curves of TLS 1.2 and older, alone or along with suites. */
import { suiteOf } from '../../wire/tls/suites.ts';
import type { Offer, Pick } from './chain.ts';
import { eliminate, type Eliminated, type Setting, suitesOf, USUAL, without } from './eliminate.ts';
import { qualityOf } from './facts-order.ts';

/** So many suites without a curve, one after the other: there is none left. */
const BARE = 3;

const quality = (code: number): number => qualityOf(suiteOf(code));

export function isEcdhe(code: number): boolean {
  return suiteOf(code).keyExchange.startsWith('ecdhe');
}

/**
 * The first suites of the best quality, each with another curve. Who has lost the curve of its certificate cannot use it
 * (RFC 8422 §5.1), so that such a row tells less of the order: its end is asked for again in the next row.
 */
export async function withCurves(setting: Setting, start: Offer, first: Pick): Promise<Eliminated> {
  const usual = new Set(without(USUAL, first.group === undefined ? [] : [first.group]));
  let bare = 0;
  return await eliminate(setting, start, 'both', ({ suite, group }) => {
    if (quality(suite) !== quality(first.suite)) return true;
    if (group === undefined) return ++bare === 2;
    bare = 0;
    return usual.delete(group) ? usual.size === 0 : usual.size === 0 && USUAL.includes(group);
  });
}

/** What such a row has settled: all before the last suite with a curve. */
export function settledBy({ picks }: Eliminated): readonly number[] {
  const last = picks.findLastIndex(({ group }) => group !== undefined);
  return picks.slice(0, Math.max(0, last)).map(({ suite }) => suite);
}

/** The curves of a list: nothing is asked where it is empty. */
export async function curvesOf(setting: Setting, offer: Offer): Promise<readonly Eliminated[]> {
  const suites = offer.suites.filter((code) => isEcdhe(code));
  return offer.groups.length === 0 ? [] : [await eliminate(setting, { ...offer, suites }, 'groups')];
}

export function groupsOf(rows: readonly Eliminated[]): readonly number[] {
  return rows.flatMap(({ picks }) => picks.flatMap(({ group }) => group ?? []));
}

/** A row that shows another one of these curves with each suite as long as there are some, and goes on with all of them. */
export async function withOtherCurves(
  setting: Setting,
  start: Offer,
  groups: readonly number[],
  ends: (pick: Pick) => boolean = () => false,
): Promise<readonly Eliminated[]> {
  if (groups.length === 0) return [await eliminate(setting, start, 'suites', ends)];
  let over = false;
  let bare = 0;
  const row = await eliminate(setting, { ...start, groups }, 'both', (pick) => {
    over = ends(pick);
    bare = pick.group === undefined ? bare + 1 : 0;
    return over || bare === BARE;
  });
  const suites = without(start.suites, suitesOf([row]));
  if (over || suites.length === 0) return [row];
  return [row, await eliminate(setting, { ...start, suites }, 'suites', ends)];
}
