/** A chain of questions: a list is offered, what the server picks is taken out, until it refuses. Shared by both halves. */
import { concat, vector } from '../../wire/tls/bytes.ts';
import { HANDSHAKE, parseFlight, type Flight } from '../../wire/tls/flight.ts';
import { decodeKeyExchange, type KeyExchange } from '../../wire/tls/key-exchange.ts';
import { VERSION_CODES } from '../../wire/tls/names.ts';
import { CONTENT, encodeRecord } from '../../wire/tls/record.ts';
import { suiteOf } from '../../wire/tls/suites.ts';
import { type Attempt, type Probed, type Verdict, verdictOf } from './versions.ts';

/** What an answer takes out of the next offer. */
export type Takes = 'suites' | 'groups' | 'both';

export interface Offer {
  readonly version: Probed;
  readonly suites: readonly number[];
  readonly groups: readonly number[];
}

export interface Pick {
  readonly suite: number;
  /** The group of the key exchange, where the answer tells it. */
  readonly group: number | undefined;
  readonly exchange: KeyExchange | undefined;
  /** Types of the extensions that the server answered. */
  readonly extensions: readonly number[];
  readonly compression: number;
  /** Hex. */
  readonly random: string;
}

/** The choice in an accepted answer, if it was among what was offered: anything else breaks the protocol. */
export function pickIn(attempt: Attempt, offer: Offer): Pick | Exclude<Verdict, 'accepted'> {
  const verdict = verdictOf(attempt, offer.version);
  if (verdict !== 'accepted') return verdict;
  const flight = parseFlight(attempt.bytes);
  const hello = flight.serverHello;
  if (hello === undefined || !offer.suites.includes(hello.suite)) return 'tls.malformed';
  const exchange = exchangeIn(flight, offer.version);
  const group = offer.version === 'TLSv1.3' ? hello.group : exchange?.group;
  if (group !== undefined && offer.groups.length > 0 && !offer.groups.includes(group)) return 'tls.malformed';
  return {
    suite: hello.suite,
    group,
    exchange,
    extensions: hello.extensions.map(({ type }) => type),
    compression: hello.compression,
    random: hello.retry ? '' : Buffer.from(hello.random).toString('hex'),
  };
}

export function exchangeIn(flight: Flight, version: Probed): KeyExchange | undefined {
  const message = flight.messages.find(({ type }) => type === HANDSHAKE.serverKeyExchange);
  if (message === undefined || flight.serverHello === undefined) return undefined;
  return decodeKeyExchange(message.body, suiteOf(flight.serverHello.suite), version === 'TLSv1.2');
}

/** The offer that follows a pick; undefined where nothing is left to ask. */
export function nextOffer(offer: Offer, pick: Pick, takes: Takes): Offer | undefined {
  const suites = takes === 'groups' ? offer.suites : offer.suites.filter((code) => code !== pick.suite);
  // a pick without a group cannot go on taking groups away
  if (takes === 'groups' && pick.group === undefined) return undefined;
  const groups = takes === 'suites' ? offer.groups : offer.groups.filter((code) => code !== pick.group);
  return suites.length === 0 || (groups.length === 0 && offer.groups.length > 0)
    ? undefined
    : { ...offer, suites, groups };
}

/**
 * The end of a row, asked for with two known suites behind what is left: one that was picked from the list in reverse, and the
 * one that was picked from the list as it is. Who follows its client picks the former, and so has nothing of what stands
 * before it; who goes by an order of its own picks the latter.
 */
export function withKnown(offer: Offer, known: readonly number[]): Offer {
  return known.length === 0 ? offer : { ...offer, suites: [...offer.suites, ...known] };
}

/** Whether these two are known to stand in this order in the list, and in the other one in its reverse. */
export function showsOrder(known: readonly number[], first: number, list: readonly number[]): boolean {
  const [latter = 0, former] = known;
  return former === first && list.includes(first) && list.indexOf(latter) > list.indexOf(first);
}

/** So many picks in the order of the client, forwards and backwards, are no chance. */
const ENOUGH = 5;

/**
 * Whose order a sequence of picks shows: the first was picked from the list as it is, the others from the list in reverse.
 * A server that follows its client shows exactly that; any other sequence is its own. A short one may be either.
 */
function orderShown(picks: readonly number[], list: readonly number[]): 'server' | 'client' | undefined {
  const [first = 0, ...others] = picks.map((code) => list.indexOf(code));
  const follows = others.every((place, index) => place > first && place < (others[index - 1] ?? list.length));
  if (!follows) return 'server';
  return picks.length >= ENOUGH ? 'client' : undefined;
}

/** The same for rows side by side: one that is no client's tells the server's, a long one that is the client's tells that. */
export function ordersShown(
  first: number,
  rows: readonly (readonly number[])[],
  list: readonly number[],
): 'server' | 'client' | undefined {
  const shown = rows.filter((row) => row.length > 0).map((row) => orderShown([first, ...row], list));
  return shown.includes('server') ? 'server' : shown.find((order) => order !== undefined);
}

/** Code points as four hex digits each: how a list stands in raw. */
export function toHex(codes: readonly number[]): string {
  return codes.map((code) => code.toString(16).padStart(4, '0')).join('');
}

/** Total: what is no code point is left out; at most 1024. */
export function fromHex(text: string): readonly number[] {
  const found: number[] = [];
  for (let at = 0; at + 4 <= text.length && found.length < 1024; at += 4) {
    const digits = text.slice(at, at + 4);
    if (/^[0-9a-f]{4}$/.test(digits)) found.push(Number.parseInt(digits, 16));
  }
  return found;
}

const KEPT: readonly number[] = [HANDSHAKE.serverHello, HANDSHAKE.serverKeyExchange];

/** The flight without its certificates, which stand once elsewhere; other answers as they came. */
export function trimmed(bytes: Uint8Array): Uint8Array {
  const { serverHello, messages, error } = parseFlight(bytes);
  if (serverHello === undefined || error !== undefined) return bytes.subarray(0, 4096);
  const kept = messages.filter(({ type }) => KEPT.includes(type));
  const joined = concat(...kept.map(({ type, body }) => concat(Uint8Array.of(type), vector(3, body))));
  const version = Math.min(serverHello.version, VERSION_CODES['TLSv1.2']);
  return joined.length <= 16_384 ? encodeRecord(CONTENT.handshake, version, joined) : bytes.subarray(0, 4096);
}
