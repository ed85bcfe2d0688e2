/** Facts about suites, groups and order from the chains of questions. Pure. */
import type { FaultCode } from '../../model/fault.ts';
import { isFaultCode } from '../../model/fault.ts';
import { partialList, unknown } from '../../model/facts.ts';
import { isArray, own, type Json, type JsonObject } from '../../model/json.ts';
import { pointer } from '../../model/pointer.ts';
import { GROUPS, groupName } from '../../wire/tls/names.ts';
import { type Suite, suiteOf } from '../../wire/tls/suites.ts';
import {
  fromHex,
  nextOffer,
  type Offer,
  ordersShown,
  type Pick,
  pickIn,
  showsOrder,
  type Takes,
  withKnown,
} from './chain.ts';
import { CURVES, groupsFor, type ListName, suitesFor } from './hello.ts';
import { type Choice, choiceOf, type CurvesLeft, isWeakFirst, levelsBelow, qualityOf } from './facts-order.ts';
import { CLASSES } from './suite-classes.ts';
import { type Attempt, isProbed, type Probed, PROBED, saysNo } from './versions.ts';

/** What the enumeration says of one version. */
export interface Listed {
  readonly version: Probed;
  /** In the order of the server's picks. */
  readonly picks: readonly Pick[];
  /** Where in raw each of them stands. */
  readonly places: readonly string[];
  readonly suites: readonly number[];
  /** Why there may be more suites; undefined where all are known. */
  readonly suitesRest: FaultCode | undefined;
  readonly groups: readonly number[];
  readonly groupsRest: FaultCode | undefined;
  readonly order: 'server' | 'client' | FaultCode | undefined;
  /** What was picked over what; read where order is judged. */
  readonly choices: () => readonly Choice[];
  /** How many questions about order were answered. */
  readonly asked: number;
}

export function attemptOf(raw: Json | undefined): Attempt | undefined {
  const flight = own(raw, 'flight');
  const end = own(raw, 'end');
  if (typeof flight !== 'string') return undefined;
  const known = end === 'whole' || end === 'closed' || isFaultCode(end) ? end : 'tls.unclear';
  return { bytes: Buffer.from(flight, 'base64'), end: known };
}

function offerOf(raw: Json): Offer | undefined {
  const version = own(raw, 'version');
  const suites = own(raw, 'suites');
  const groups = own(raw, 'groups');
  if (!isProbed(version) || typeof suites !== 'string' || typeof groups !== 'string') return undefined;
  return { version, suites: fromHex(suites), groups: fromHex(groups) };
}

interface Walked {
  readonly offer: Offer;
  /** What the last question offered. */
  readonly last: Offer;
  readonly takes: Takes;
  readonly picks: readonly Pick[];
  /** What each pick was picked from. */
  readonly offers: readonly Offer[];
  readonly place: string;
  /** Why there may be more; undefined where the row came to its end. */
  readonly rest: FaultCode | undefined;
}

/** How far the evidence goes: what a close or a reset in it means, and the first pick of the version. */
interface Reading {
  readonly alive: boolean;
  readonly lossless: boolean;
  readonly first: FirstPick | undefined;
}

/** Follows a chain through its answers, and says whether it came to its end. */
function walk(raw: Json, place: string, { alive, lossless, first }: Reading): Walked | undefined {
  const start = offerOf(raw);
  const answers = own(raw, 'answers');
  const takes = own(raw, 'takes');
  const behind = own(raw, 'known');
  const known = typeof behind === 'string' ? fromHex(behind) : [];
  if (start === undefined || !isArray(answers)) return undefined;
  if (takes !== 'suites' && takes !== 'groups' && takes !== 'both') return undefined;
  const picks: Pick[] = [];
  const offers: Offer[] = [];
  let offer: Offer | undefined = start;
  let last = start;
  for (const item of answers) {
    if (offer === undefined) break;
    last = offer;
    const attempt = attemptOf(item);
    const walked = { offer: start, last, takes, picks, offers, place } as const;
    if (attempt === undefined) return { ...walked, rest: 'evidence.missing' };
    const pick = pickIn(attempt, withKnown(offer, known));
    if (typeof pick === 'string') return { ...walked, rest: saysNo(pick, alive, lossless) ? undefined : faultOf(pick) };
    if (!offer.suites.includes(pick.suite)) {
      const follows =
        pick.suite === known[0] &&
        first !== undefined &&
        showsOrder(known, first.pick.suite, suitesFor(start.version, first.list));
      return { ...walked, rest: follows ? undefined : 'tls.unclear' };
    }
    picks.push(pick);
    offers.push(offer);
    offer = nextOffer(offer, pick, takes);
  }
  const rest = offer === undefined ? undefined : 'evidence.missing';
  return { offer: start, last, takes, picks, offers, place, rest };
}

function faultOf(verdict: string): FaultCode {
  return isFaultCode(verdict) ? verdict : verdict === 'closed' ? 'net.closed' : 'tls.unclear';
}

interface FirstPick {
  readonly pick: Pick;
  readonly list: ListName;
  readonly place: string;
}

/** The pick of the first accepted hello of a version, and the list that the hello had. */
function firstPick(raw: Json, version: Probed): FirstPick | undefined {
  const attempts = own(own(raw, 'versions'), version);
  if (!isArray(attempts)) return undefined;
  for (const [index, item] of attempts.entries()) {
    const attempt = attemptOf(item);
    const list: ListName = own(item, 'hello') === 'few' ? 'few' : 'all';
    if (attempt === undefined) continue;
    const pick = pickIn(attempt, { version, suites: suitesFor(version, list), groups: groupsFor(version, list) });
    if (typeof pick !== 'string') return { pick, list, place: pointer('versions', version, index) };
  }
  return undefined;
}

function orderOf(raw: Json, version: Probed, first: Pick, rows: readonly Walked[]): Listed['order'] {
  const orders = own(raw, 'orders');
  if (!isArray(orders)) return 'evidence.missing';
  const question = orders.find((item) => own(item, 'version') === version);
  if (question === undefined) {
    if (version === 'TLSv1.3') return 'evidence.missing';
    const sequences = rows.map(({ picks }) => unique(picks.map(({ suite }) => suite)));
    return ordersShown(first.suite, sequences, suitesFor(version, 'all')) ?? 'evidence.missing';
  }
  const offer = offerOf(question);
  const attempt = attemptOf(question);
  if (offer === undefined || attempt === undefined) return 'evidence.missing';
  const pick = pickIn(attempt, offer);
  if (typeof pick === 'string') return faultOf(pick);
  return pick.suite === first.suite ? 'server' : 'client';
}

interface Asked {
  readonly offer: Offer;
  readonly pick: Pick;
}

/** The answered questions about order; the first of them names a group too. */
function ordersIn(raw: Json, version: Probed): readonly Asked[] {
  const orders = own(raw, 'orders');
  const questions = isArray(orders) ? orders.filter((item) => own(item, 'version') === version) : [];
  return questions.flatMap((question) => {
    const offer = offerOf(question);
    const attempt = attemptOf(question);
    const pick = offer === undefined || attempt === undefined ? 'refused' : pickIn(attempt, offer);
    return offer === undefined || typeof pick === 'string' ? [] : [{ offer, pick }];
  });
}

/** What was picked over what: in the first hello, in the rows, and where the order was asked for. */
function choicesIn(
  version: Probed,
  first: FirstPick | undefined,
  rows: readonly Walked[],
  orders: readonly Asked[],
): readonly Choice[] {
  const list = first?.list ?? 'all';
  const groups = groupsFor(version, list);
  const left = (offer: Offer, later: readonly Pick[]): CurvesLeft =>
    offer.groups.length >= groups.length ? 'all' : later.some(({ group }) => group !== undefined) ? 'some' : 'unknown';
  const hello = { version, suites: suitesFor(version, list), groups };
  return [
    ...(first === undefined ? [] : [choiceOf(hello, first.pick.suite, 'all')]),
    ...rows.flatMap(({ picks, offers }) =>
      offers.map((offer, index) => choiceOf(offer, picks[index]?.suite ?? 0, left(offer, picks.slice(index)))),
    ),
    ...orders.map(({ offer, pick }) => choiceOf(offer, pick.suite, left(offer, [pick]))),
  ];
}

function unique(codes: readonly (number | undefined)[]): readonly number[] {
  return [...new Set(codes.filter((code) => code !== undefined))];
}

/**
 * Why not every code of a list is decided: it was picked, or stood in a row that came to its end. A row may end early by
 * design where others go on with the rest.
 */
function restOf(
  list: readonly number[],
  decided: ReadonlySet<number | undefined>,
  rows: readonly Walked[],
): FaultCode | undefined {
  if (list.every((code) => decided.has(code))) return undefined;
  const faults = rows.flatMap(({ rest }) => rest ?? []);
  return faults.find((rest) => rest !== 'evidence.missing') ?? 'evidence.missing';
}

function listVersion(raw: Json, version: Probed, means: Omit<Reading, 'first'>, highest: boolean): Listed {
  const first = firstPick(raw, version);
  const chains = own(raw, 'chains');
  const walks = isArray(chains)
    ? chains.flatMap((chain, index) =>
        own(chain, 'version') === version ? (walk(chain, pointer('chains', index), { ...means, first }) ?? []) : [],
      )
    : [];
  const orders = ordersIn(raw, version);
  const bySuites = walks.filter(({ takes }) => takes === 'suites');
  const byGroups = walks.filter(({ takes }) => takes === 'groups');
  const picks = [...(first === undefined ? [] : [first.pick]), ...walks.flatMap((found) => found.picks)];
  // the picks of a row stand at its front: what is no pick ends it
  const places = [
    ...(first === undefined ? [] : [first.place]),
    ...walks.flatMap((row) => row.picks.map((_, index) => `${row.place}${pointer('answers', index)}`)),
  ];
  const suites = unique(picks.map(({ suite }) => suite));
  const all = suitesFor(version, 'all');
  const closed = (rows: readonly Walked[]): readonly Walked[] => rows.filter(({ rest }) => rest === undefined);
  // suites and groups were taken out together until a refusal; one of the groups left, picked later, shows that it was the suites
  const modern = walks.filter(({ takes }) => takes === 'both' && version === 'TLSv1.3');
  const exhausted = closed(modern).filter(({ last }) =>
    byGroups.some((row) => row.picks.some(({ group }) => group !== undefined && last.groups.includes(group))),
  );
  const decidedSuites = new Set([
    ...suites,
    ...closed(bySuites).flatMap(({ offer }) => offer.suites),
    ...exhausted.flatMap(({ last }) => last.suites),
  ]);
  const decidedGroups = new Set([
    ...picks.map(({ group }) => group),
    ...orders.map(({ pick }) => pick.group),
    ...closed(byGroups).flatMap(({ offer }) => offer.groups),
  ]);
  const ecdhe = version === 'TLSv1.3' || suites.some((code) => suiteOf(code).keyExchange.startsWith('ecdhe'));
  const expectGroups = version === 'TLSv1.3' || (highest && ecdhe && version !== 'SSLv3');
  const wanted = version === 'TLSv1.3' ? groupsFor(version, first?.list ?? 'all') : CURVES;
  return {
    version,
    picks,
    places,
    suites,
    suitesRest: first === undefined ? 'evidence.missing' : restOf(all, decidedSuites, walks),
    groups: unique([...picks, ...orders.slice(0, 1).map(({ pick }) => pick)].map(({ group }) => group)),
    groupsRest:
      first === undefined ? 'evidence.missing' : expectGroups ? restOf(wanted, decidedGroups, byGroups) : undefined,
    order:
      first === undefined
        ? 'evidence.missing'
        : suites.length < 2
          ? undefined
          : orderOf(
              raw,
              version,
              first.pick,
              walks.filter(({ takes }) => takes !== 'groups'),
            ),
    choices: () => choicesIn(version, first, walks, orders),
    asked: orders.length,
  };
}

/** What is known of each version that is offered, or may be. */
export function listVersions(
  raw: Json,
  offered: ReadonlyMap<Probed, boolean | FaultCode>,
  means: Omit<Reading, 'first'>,
): readonly Listed[] {
  const highest = PROBED.findLast((version) => version !== 'TLSv1.3' && offered.get(version) === true);
  return PROBED.flatMap((version) => {
    const state = offered.get(version) ?? 'evidence.missing';
    if (state === false) return [];
    const listed = listVersion(raw, version, means, version === highest);
    return state === true ? [listed] : [{ ...listed, suitesRest: state, groupsRest: state, order: state }];
  });
}

/**
 * Every suite is known, and none of them comes with a certificate: anonymous ones (RFC 5246 §7.4.2), pre-shared keys
 * (RFC 4279 §2), passwords, Kerberos.
 */
export function needsNoCertificate(all: readonly Listed[]): boolean {
  return (
    all.length > 0 &&
    all.every(
      ({ suites, suitesRest }) =>
        suitesRest === undefined &&
        suites.every((code) => ['anon', 'psk', 'krb5'].includes(suiteOf(code).authentication)),
    )
  );
}

export function hexCode(code: number): string {
  return `0x${code.toString(16).toUpperCase().padStart(4, '0')}`;
}

function weakFirst({ suites, choices, asked }: Listed): boolean | FaultCode {
  const shown = isWeakFirst(suites, choices());
  if (shown !== undefined) return shown;
  // of each quality the best suite stands above all that is weaker: more is not asked where lists must be short
  return asked > levelsBelow(suites).length ? false : 'tls.unclear';
}

function known(value: boolean | FaultCode): Json {
  return typeof value === 'boolean' ? value : unknown(value);
}

function orderFacts(listed: Listed): Json {
  const { order, version, suites } = listed;
  if (order !== undefined && order !== 'server' && order !== 'client') return unknown(order);
  const mixed = new Set(suites.map((code) => qualityOf(suiteOf(code)))).size > 1;
  return {
    version,
    ...(order !== undefined && { by: order }),
    mixed,
    ...(order === 'server' && { weakFirst: known(mixed ? weakFirst(listed) : false) }),
  };
}

/** Facts of the lists; `unasked` where the job did not ask for them. */
export function suiteFacts(all: readonly Listed[], endpoint: string): JsonObject {
  const rest = all.find(({ suitesRest }) => suitesRest !== undefined)?.suitesRest;
  const groupsRest = all.find(({ groupsRest }) => groupsRest !== undefined)?.groupsRest;
  const suites = all.flatMap(({ version, suites }) => suites.map((code) => ({ version, suite: suiteOf(code) })));
  const names = (fits: (suite: Suite, version: Probed) => boolean): Json =>
    partialList(
      suites
        .filter(({ suite, version }) => fits(suite, version))
        .map(({ suite, version }) => `${version}/${suite.name}`),
      rest,
    );
  const best = all.at(-1);
  const bestSuites = best?.suites.map((code) => suiteOf(code)) ?? [];
  const bestRest = best?.suitesRest;
  const some = (found: boolean, code: FaultCode | undefined): Json =>
    found || code === undefined ? found : unknown(code);
  return {
    suites: partialList(
      suites.map(({ version, suite }) => ({
        id: `${endpoint}#${version}/${suite.name}`,
        version,
        code: hexCode(suite.code),
        name: suite.name,
        keyExchange: suite.keyExchange,
        authentication: suite.authentication,
        encryption: suite.encryption,
        mode: suite.mode,
        mac: suite.mac,
        forwardSecret: suite.forwardSecret,
      })),
      rest,
    ),
    ciphers: {
      ...Object.fromEntries(Object.entries(CLASSES).map(([name, fits]) => [name, names(fits)])),
      names: partialList([...new Set(suites.map(({ suite }) => suite.name))], rest),
      aeadAtBest: some(
        bestSuites.some(({ mac }) => mac === 'aead'),
        bestRest,
      ),
      anyForwardSecret: some(
        suites.some(({ suite }) => suite.forwardSecret),
        rest,
      ),
    },
    groups: partialList(
      all.flatMap(({ version, groups }) =>
        groups.map((code) => ({
          version,
          code: hexCode(code),
          name: groupName(code),
          kind: GROUPS.find((group) => group.code === code)?.kind ?? 'ec',
          bits: GROUPS.find((group) => group.code === code)?.bits ?? 0,
        })),
      ),
      groupsRest,
    ),
    order: all.map(orderFacts),
  };
}
