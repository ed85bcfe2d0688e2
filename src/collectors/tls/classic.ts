/** TLS 1.2 and older: suites, curves and the server's own order, in rows that reveal as much as a connection can. */
import { suiteOf } from '../../wire/tls/suites.ts';
import { type Offer, ordersShown, type Pick } from './chain.ts';
import {
  type Accepted,
  askOffer,
  dealt,
  eliminate,
  type Eliminated,
  type Enumerated,
  isFar,
  type OrderQuestion,
  type Setting,
  suitesOf,
  USUAL,
  without,
} from './eliminate.ts';
import { levelsBelow, qualityOf } from './facts-order.ts';
import { curvesOf, groupsOf, isEcdhe, settledBy, withCurves, withOtherCurves } from './curves.ts';
import { CURVES, groupsFor, suitesFor } from './hello.ts';

/** Where only a short hello was answered, lists stay short, and with them the hello below 256 octets (facts/tls §6). */
const SHORT = 32;
const MANY = 6;
/** Rows side by side of one version, once its order is told: each costs one connection, which is refused. */
const ROWS = 4;
const FEW_ROWS = 2;

const quality = (code: number): number => qualityOf(suiteOf(code));
/** Suites that a server should put last: they are asked for in a row of their own where rounds are dear. */
const isWeak = (code: number): boolean => quality(code) < 4;
const isClosed = ({ picks, chain }: Eliminated): boolean => picks.length < chain.answers.length;

/** A weaker suite above a stronger one. */
function isInverted(picked: readonly number[]): boolean {
  return picked.some((code, index) => index > 0 && quality(code) > quality(picked[index - 1] ?? code));
}

/** The picks tell already that the server follows us. */
function isOurs({ version, list, first }: Accepted, picked: readonly number[]): boolean {
  return list === 'all' && ordersShown(first.suite, [picked], suitesFor(version, 'all')) === 'client';
}

/** The picks tell already that the server follows us, or puts weaker suites above stronger ones. */
function isTold(accepted: Accepted, picked: readonly number[]): boolean {
  return isInverted([accepted.first.suite, ...picked]) || isOurs(accepted, picked);
}

/**
 * Rows side by side: the weak suites, and all of them until a weak one is picked. What is then left is asked for in one row
 * more, so that one refusal ends it and the row stands in the server's order; where the order is told, in several.
 */
async function strongAndWeak(setting: Setting, start: Offer, accepted: Accepted): Promise<readonly Eliminated[]> {
  let joined = false;
  let beside: Promise<readonly Eliminated[]> | undefined;
  let count = 0;
  const mixed = await mixedRow(setting, start, accepted, ({ suite }) => {
    // a server of the newer versions alone seldom has so many suites that a second row pays
    if (++count > MANY || accepted.isOld) beside ??= weakRows(setting, start, () => joined);
    return beside !== undefined && isWeak(suite);
  });
  if (beside === undefined) return mixed;
  if (mixed.slice(-1).some(isClosed)) return [...mixed, ...(await beside)];
  joined = true;
  const others = await beside;
  const closed = others.filter(isClosed);
  const decided = new Set(closed.flatMap(({ chain }) => chain.suites));
  const left = without(start.suites, suitesOf([...mixed, ...others])).filter((code) => !decided.has(code));
  const told = [...mixed, ...others].some((row) => isTold(accepted, suitesOf([row])));
  // few weak ones so far, or a row at its end: there is little left
  const few = accepted.isOld ? 1 : FEW_ROWS;
  const hands = dealt(left, !told || closed.length > 0 ? 1 : others.length > 1 ? ROWS : few);
  const found = [accepted.first.group ?? 0, ...groupsOf([...mixed, ...others])];
  const curves = hands.length > 1 && accepted.isOld ? without(USUAL, found) : [];
  const rest = await Promise.all(
    hands.map((suites, hand) => withOtherCurves(setting, { ...start, suites }, hand === 0 ? curves : [])),
  );
  return [...mixed, ...others, ...rest.flat()];
}

/** Once the order is told nothing is lost if each suite comes with another curve. */
async function mixedRow(
  setting: Setting,
  start: Offer,
  accepted: Accepted,
  ends: (pick: Pick) => boolean,
): Promise<readonly Eliminated[]> {
  const { isOld, first } = accepted;
  const picked: number[] = [];
  let over = false;
  const head = await eliminate(setting, start, 'suites', (pick) => {
    picked.push(pick.suite);
    const told = isTold(accepted, picked);
    over = ends(pick) || (told && !isOld && picked.length > MANY);
    return over || (told && isOld && first.group !== undefined);
  });
  const suites = without(start.suites, picked);
  if (over || isClosed(head) || suites.length === 0) return [head];
  const groups = without(USUAL, first.group === undefined ? [] : [first.group]);
  return [head, ...(await withOtherCurves(setting, { ...start, suites }, groups, ends))];
}

/** The weak suites until somebody takes them over: in one row, and from the seventh on in two. */
async function weakRows(setting: Setting, start: Offer, isOver: () => boolean): Promise<readonly Eliminated[]> {
  const weak = start.suites.filter((code) => isWeak(code));
  let count = 0;
  const row = await eliminate(setting, { ...start, suites: weak }, 'suites', () => ++count >= MANY || isOver());
  const picked = suitesOf([row]);
  const left = without(weak, picked);
  if (isClosed(row) || left.length === 0 || isOver()) return [row];
  const reached = quality(picked.at(-1) ?? 0);
  const weaker = left.filter((code) => quality(code) < reached);
  // who picks a weaker suite while stronger ones stand beside it shows its order, and so the rows need not
  if (weaker.length === 0 || isInverted(picked)) {
    const rows = dealt(left, 2).map((suites) => eliminate(setting, { ...start, suites }, 'suites', isOver));
    return [row, ...(await Promise.all(rows))];
  }
  const rows = [
    eliminate(setting, { ...start, suites: left }, 'suites', ({ suite }) => isOver() || quality(suite) < reached),
    eliminate(setting, { ...start, suites: weaker }, 'suites', isOver),
  ];
  return [row, ...(await Promise.all(rows))];
}

/** The rows of one version, those of its curves among them. */
async function rowsOf(setting: Setting, start: Offer, accepted: Accepted): Promise<readonly Eliminated[]> {
  const { list, askCurves, isOld, first } = accepted;
  if (list === 'few') {
    const parts = dealt(start.suites, Math.ceil(start.suites.length / SHORT));
    return await Promise.all(parts.map((suites) => eliminate(setting, { ...start, suites }, 'suites')));
  }
  if (!askCurves) return [await eliminate(setting, start, 'suites')];
  // where a refusal may be a close, each end of a row costs more
  const far = isFar(setting) && setting.prober.stats().alerts;
  if (first.group === undefined)
    return far ? await strongAndWeak(setting, start, accepted) : await nearRows(setting, start, accepted);
  const others = without(CURVES, [first.group]);
  if (far) {
    // the curves do not wait until the suites are known, unless they may come with them
    const lists = [without(others, USUAL), ...(isOld ? [] : [others.filter((code) => USUAL.includes(code))])];
    const suites = [first.suite, ...start.suites];
    const [rows, ...curves] = await Promise.all([
      strongAndWeak(setting, start, accepted),
      ...lists.map((groups) => curvesOf(setting, { ...start, suites, groups })),
    ]);
    return [...rows, ...curves.flat()];
  }
  const ahead = await withCurves(setting, { ...start, groups: others }, first);
  const rest = without(start.suites, settledBy(ahead));
  return [ahead, ...(await nearRows(setting, { ...start, suites: rest }, accepted, groupsOf([ahead])))];
}

/** One row, or two where there are many suites and the order is told: there the curves that are left come along. */
async function nearRows(
  setting: Setting,
  start: Offer,
  accepted: Accepted,
  found: readonly number[] = [],
): Promise<readonly Eliminated[]> {
  const picked: number[] = [];
  const row = await eliminate(setting, start, 'suites', ({ suite }) => {
    picked.push(suite);
    return picked.length > MANY && isTold(accepted, picked) && setting.prober.stats().alerts;
  });
  const suites = without(start.suites, picked);
  if (isClosed(row) || suites.length === 0) return [row];
  const seen = [...found, ...groupsOf([row]), ...(accepted.first.group === undefined ? [] : [accepted.first.group])];
  // who has a curve that few have may have many of them: a suite for each
  const isRich = seen.some((code) => !USUAL.includes(code));
  const hands = isRich
    ? [suites.filter((code) => isEcdhe(code)), suites.filter((code) => !isEcdhe(code))]
    : dealt(suites, FEW_ROWS);
  const curves = without(isRich ? CURVES : USUAL, seen);
  const rows = await Promise.all(
    hands
      .filter((hand) => hand.length > 0)
      .map((hand, index) => withOtherCurves(setting, { ...start, suites: hand }, index === 0 ? curves : [])),
  );
  return [row, ...rows.flat()];
}

export async function classicSuites(asking: Setting, accepted: Accepted): Promise<Enumerated> {
  const { version, list, first, askCurves } = accepted;
  const setting = { ...asking, first: { suite: first.suite, list: suitesFor(version, list) } };
  const all = suitesFor(version, 'all');
  const groups = groupsFor(version, list);
  // in reverse: then the sequence of picks itself tells whose order counts
  const start = { version, suites: without(all, [first.suite]).toReversed(), groups };
  const rows = await rowsOf(setting, start, accepted);
  const suites = [...new Set([first.suite, ...suitesOf(rows)])];
  const sequences = rows.filter(({ chain }) => chain.takes !== 'groups').map((row) => suitesOf([row]));
  const isTold = suites.length < 2 || (list === 'all' && ordersShown(first.suite, sequences, all) !== undefined);
  const asked = new Set(rows.filter(({ chain }) => chain.takes === 'groups').flatMap(({ chain }) => chain.groups));
  const taken = [...(first.group === undefined ? [] : [first.group]), ...groupsOf(rows), ...asked];
  const reversed = { version, suites: suites.toReversed(), groups };
  const curves =
    askCurves && suites.some((code) => isEcdhe(code))
      ? await curvesOf(setting, { ...reversed, groups: without(CURVES, taken) })
      : [];
  const found = [...rows, ...curves];
  const shown = rows.flatMap(({ order }) => order ?? [])[0];
  return {
    version,
    chains: found.map(({ chain }) => chain),
    orders: isTold ? [] : await orderByLevels(setting, reversed, shown),
    suites,
    // a row of suites and curves is gone on with in another
    closed: found.flatMap(({ closed }) => (closed === undefined || closed.takes === 'both' ? [] : [closed])),
  };
}

/**
 * The known suites in reverse, unless the end of a row has shown whose order counts, then what is left of them below each
 * quality: the pick should be of the best that is offered.
 */
async function orderByLevels(
  setting: Setting,
  reversed: Offer,
  shown: OrderQuestion | undefined,
): Promise<readonly OrderQuestion[]> {
  const levels = levelsBelow(reversed.suites).map((suites) => ({ ...reversed, suites }));
  const offers = shown === undefined ? [reversed, ...levels] : levels;
  const asked = await Promise.all(offers.map(async (offer) => ({ ...offer, answer: await askOffer(setting, offer) })));
  return shown === undefined ? asked : [shown, ...asked];
}
