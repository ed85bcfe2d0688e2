/** The DNS capability: one message out, the answer that belongs to it back; retries, TCP on truncation, one answer per question a run. */
import { getServers } from 'node:dns';
import { performance } from 'node:perf_hooks';
import { FaultError } from '../../model/fault.ts';
import type { DnsReply, DnsRequest } from '../../model/io.ts';
import type { NetworkOptions } from '../../model/options.ts';
import { RCODES } from '../../wire/dns/types.ts';
import { reasonOf } from '../deadline.ts';
import { isLoopback, privateRange } from './address.ts';
import { matchConnectTo } from './connect-to.ts';
import { malformed } from './dns-faults.ts';
import { HEADER, idOf, isTruncated, isWhole, MAX_MESSAGE, questionKey, rcodeOf, setId, withId } from './dns-header.ts';
import { createLane, type Lane } from './dns-lane.ts';
import { parseServer, serverAt, type DnsServer } from './dns-server.ts';
import { askSystem } from './dns-system.ts';
import { createStreams } from './dns-tcp.ts';
import { createTicker } from './dns-ticker.ts';
import { createDatagrams, type Datagrams, type Outcome } from './dns-udp.ts';

/** facts/email §3: at most 64 questions in flight, because more datagrams get lost. A stream loses none: more of them go in one write. */
const IN_FLIGHT = 64;
const IN_FLIGHT_STREAMED = 256;
const TRIES = 3;
/** Longer than any resolver needs; a lost packet costs no more than this. */
const MAX_TRY_MS = 2000;
/** What the cache may hold in bytes of messages and questions. */
const MAX_CACHED = 16 * 1024 * 1024;

const BLOCK = 64 * 1024;

export interface DnsClient {
  ask(request: DnsRequest, signal: AbortSignal): Promise<DnsReply>;
  /** Closes the sockets that stay open between questions. */
  close(): void;
}

interface Server extends DnsServer {
  /** Its AD bit may be believed: the user named it, or it is on this machine. */
  readonly trusted: boolean;
  readonly datagrams: Datagrams;
  readonly lane: Lane;
}

/** Who waits for an answer. */
interface Waiter {
  /** The id of its own question, in the answer too. */
  readonly id: number;
  readonly flight: Flight;
  /** All who wait under the same signal, and where among them this one is. */
  readonly peers: Waiter[];
  place: number;
  readonly resolve: (reply: DnsReply) => void;
  readonly reject: (error: Error) => void;
}

/** One question under way: the tries made of it, and who waits. It is given up when nobody waits for it any more. */
interface Flight {
  readonly key: string;
  readonly query: Uint8Array;
  /** What the one who asks insists on; undefined: the lane of the server decides. */
  readonly transport: 'udp' | 'tcp' | undefined;
  readonly servers: readonly Server[];
  /** node:dns may ask in our place: nobody said which server. */
  readonly systemMayAsk: boolean;
  waiters: Waiter[];
  attempt: number;
  /** The servers whose answer did not help, and the first such answer. */
  answered: readonly string[];
  second: DnsReply | undefined;
  failure: FaultError | undefined;
  /** The try that is under way: where, since when, how long it may take, and what ends it. */
  server: Server | undefined;
  via: 'udp' | 'tcp';
  started: number;
  part: number;
  giveUp: ((late: boolean) => void) | undefined;
  over: boolean;
  /** Where it is among those in flight; -1: it is not. */
  place: number;
  /** Ends it: nobody waits any more. */
  readonly abandon: (flight: Flight) => void;
}

/** Who waits under a signal, by signal: one listener on it, because one for each question is slow. */
const waitersOf = new WeakMap<AbortSignal, Waiter[]>();
const NONE: readonly string[] = [];
const NOBODY: Waiter[] = [];

/** Answers that another server might give better (RFC 1034 §5.3.3 step 4d: go back to step 3 with another server). */
const TRY_ELSEWHERE: readonly number[] = [RCODES.SERVFAIL, RCODES.REFUSED, RCODES.NOTIMP, RCODES.FORMERR];

/** `systemServers` and the servers of the second backend are the system's, but for tests. */
export function createDnsClient(
  network: NetworkOptions,
  systemServers: readonly string[] = getServers(),
  secondBackend?: readonly string[],
): DnsClient {
  const isNamed = network.resolvers.length > 0;
  const servers = (isNamed ? network.resolvers : systemServers).map((text) =>
    serverTo(parseServer(text), isNamed, true),
  );
  const streams = createStreams();
  const ticker = createTicker(checkDeadlines);
  /** By question: the answer, or who brings it. One look tells both. */
  const answers = new Map<string, DnsReply | Flight>();
  const waiting: Flight[] = [];
  const flying: Flight[] = [];
  let cached = 0;
  let block = new Uint8Array(0);
  let used = 0;

  function serverTo(server: DnsServer, named: boolean, keep: boolean): Server {
    const trusted = named || isLoopback(server.address);
    return {
      ...server,
      trusted,
      datagrams: createDatagrams(server, keep),
      lane: createLane(),
    };
  }

  /** The server that data named: the address rule holds, unless the user wrote the address. */
  function serverOf(text: string): Server {
    const server = parseServer(text);
    const override = matchConnectTo(network.connectTo, server.address, server.port);
    const to = override === undefined ? server : serverAt(override.host, override.port);
    const known = servers.find((one) => one.address === to.address && one.port === to.port);
    if (known !== undefined) return known;
    if (override !== undefined) return serverTo(parseServer(to.name), false, false);
    const range = network.allowPrivate ? undefined : privateRange(server.address);
    if (range === undefined) return serverTo(server, false, false);
    throw new FaultError('net.private-address', `DNS server ${server.name} is ${range}; --allow-private permits it`);
  }

  /** Starts what waits, as long as there is room in flight. */
  function depart(): void {
    const room = servers[0]?.lane.streams() === true ? IN_FLIGHT_STREAMED : IN_FLIGHT;
    while (flying.length < room) {
      const flight = waiting.shift();
      if (flight === undefined) return;
      if (flight.over) continue;
      enter(flying, flight);
      tryNext(flight);
    }
  }

  /** Servers in turn, each try with its part of the time, until one gives an answer that helps. */
  function tryNext(flight: Flight): void {
    const tries = Math.max(TRIES, Math.min(flight.servers.length, 2 * TRIES));
    while (flight.attempt < tries) {
      const server = flight.servers[flight.attempt % flight.servers.length];
      flight.attempt++;
      if (server === undefined || flight.answered.includes(server.name)) continue;
      flight.part = Math.min(network.timeoutMs / tries, MAX_TRY_MS);
      tryOnce(flight, server);
      return;
    }
    if (flight.second !== undefined) land(flight, flight.second);
    else fail(flight, flight.failure ?? new FaultError('dns.network', 'there is no DNS server to ask'));
  }

  function tryOnce(flight: Flight, server: Server): void {
    flight.server = server;
    flight.started = performance.now();
    ticker.run(flight.part);
    if ((flight.transport ?? server.lane.choose()) === 'tcp') overTcp(flight, server);
    else {
      flight.via = 'udp';
      flight.giveUp = server.datagrams.ask(flight.query, (outcome) => {
        if (outcome instanceof Uint8Array && isTruncated(outcome)) overTcp(flight, server);
        else heard(flight, server, outcome);
      });
    }
  }

  /** Tries whose time is up have failed; whether any is under way. */
  function checkDeadlines(): boolean {
    const now = performance.now();
    for (const flight of [...flying]) {
      const { server, part } = flight;
      if (server === undefined || flight.started + part > now) continue;
      flight.giveUp?.(true);
      const silence = `no answer from DNS server ${server.name} within ${String(Math.ceil(part))} ms`;
      heard(flight, server, new FaultError('dns.timeout', silence));
    }
    return flying.length > 0;
  }

  function overTcp(flight: Flight, server: Server): void {
    flight.via = 'tcp';
    flight.giveUp = streams.ask(flight.query, server, (outcome) => heard(flight, server, outcome));
  }

  /** Messages that are kept lie side by side in few large blocks: a block for each would be most of the memory. */
  function keepBytes(bytes: Uint8Array): Uint8Array {
    if (bytes.length > BLOCK / 8) return bytes;
    if (used + bytes.length > block.length) {
      block = new Uint8Array(BLOCK);
      used = 0;
    }
    const place = block.subarray(used, used + bytes.length);
    place.set(bytes);
    used += bytes.length;
    return place;
  }

  /** A try has ended: with an answer that helps, or there may be another one. */
  function heard(flight: Flight, server: Server, outcome: Outcome): void {
    const { via } = flight;
    flight.giveUp = undefined;
    flight.server = undefined;
    if (flight.over) return;
    if (!(outcome instanceof Uint8Array) || !isWhole(outcome)) {
      server.lane.failed(via);
      // nobody has to look at what is not a message
      flight.failure = outcome instanceof Uint8Array ? malformed(server, 'is no whole message') : outcome;
      tryNext(flight);
      return;
    }
    const elapsedMs = Math.round(performance.now() - flight.started);
    server.lane.answered(via, elapsedMs);
    // what came over TCP lies beside the answers that came with it
    const message = via === 'tcp' ? outcome : keepBytes(outcome);
    // the bytes are ours: nobody else has seen them
    setId(message, idOf(flight.query));
    const reply = { message, server: server.name, transport: via, elapsedMs, trusted: server.trusted };
    if (!TRY_ELSEWHERE.includes(rcodeOf(outcome))) {
      land(flight, reply);
      return;
    }
    flight.answered = [...flight.answered, server.name];
    flight.second ??= reply;
    tryNext(flight);
  }

  /** The answer is kept for the run, within bounds; a failure is not an answer that may be kept (facts/engine §6.6). */
  function land(flight: Flight, reply: DnsReply): void {
    end(flight);
    if (!TRY_ELSEWHERE.includes(rcodeOf(reply.message))) {
      cached += reply.message.length + flight.key.length;
      if (cached > MAX_CACHED) {
        for (const [key, known] of answers) if (isReply(known)) answers.delete(key);
        cached = reply.message.length + flight.key.length;
      }
      answers.set(flight.key, reply);
    } else answers.delete(flight.key);
    for (const waiter of flight.waiters) {
      leave(waiter.peers, waiter);
      waiter.resolve(forId(reply, waiter.id));
    }
    depart();
  }

  function fail(flight: Flight, failure: FaultError): void {
    // Only where no datagram got out: a silent server would be silent to node:dns too
    if (failure.fault.code === 'dns.network' && flight.systemMayAsk) {
      askInstead(flight);
    } else crash(flight, failure);
  }

  /** The second backend, which has its own time. */
  function askInstead(flight: Flight): void {
    const stop = new AbortController();
    const started = performance.now();
    flight.giveUp = () => stop.abort();
    const answered = (message: Uint8Array): void => {
      const elapsedMs = Math.round(performance.now() - started);
      if (!flight.over) land(flight, { message, server: 'system', transport: 'system', elapsedMs, trusted: false });
    };
    askSystem(flight.query, network.timeoutMs, stop.signal, secondBackend)
      .then(answered)
      .catch((error: unknown) => {
        if (!flight.over) crash(flight, error instanceof Error ? error : new FaultError('dns.network'));
      });
  }

  function crash(flight: Flight, error: Error): void {
    end(flight);
    answers.delete(flight.key);
    for (const waiter of flight.waiters) {
      leave(waiter.peers, waiter);
      waiter.reject(error);
    }
    depart();
  }

  function end(flight: Flight): void {
    flight.over = true;
    if (flight.place !== -1) leave(flying, flight);
    if (flying.length === 0) ticker.rest();
  }

  /** Nobody waits any more. */
  function abandon(flight: Flight): void {
    end(flight);
    answers.delete(flight.key);
    flight.giveUp?.(false);
    depart();
  }

  function takeOff(key: string, request: DnsRequest, chosen: readonly Server[]): Flight {
    const flight: Flight = {
      key,
      query: request.query,
      // a server that somebody named is looked at itself: how it answers over UDP is part of the answer
      transport: request.transport ?? (request.server === undefined ? undefined : 'udp'),
      servers: chosen,
      systemMayAsk: request.server === undefined && !isNamed,
      waiters: NOBODY,
      attempt: 0,
      answered: NONE,
      second: undefined,
      failure: undefined,
      server: undefined,
      via: 'udp',
      started: 0,
      part: 0,
      giveUp: undefined,
      over: false,
      place: -1,
      abandon,
    };
    answers.set(key, flight);
    waiting.push(flight);
    return flight;
  }

  /** The list of those who wait under a signal; all of them give up when it aborts. */
  function peersUnder(signal: AbortSignal): Waiter[] {
    const known = waitersOf.get(signal);
    if (known !== undefined) return known;
    const peers: Waiter[] = [];
    waitersOf.set(signal, peers);
    const giveUp = (): void => {
      for (const waiter of peers.splice(0)) {
        const { flight } = waiter;
        flight.waiters.splice(flight.waiters.indexOf(waiter), 1);
        waiter.reject(reasonOf(signal));
        if (flight.waiters.length === 0 && !flight.over) flight.abandon(flight);
      }
    };
    signal.addEventListener('abort', giveUp, { once: true });
    return peers;
  }

  function ask(request: DnsRequest, signal: AbortSignal): Promise<DnsReply> {
    if (signal.aborted) return Promise.reject(reasonOf(signal));
    const { query } = request;
    if (query.length < HEADER || query.length > MAX_MESSAGE) throw new TypeError('not a DNS query message');
    const chosen = request.server === undefined ? servers : [serverOf(request.server)];
    const question = questionKey(query);
    const isUsual = request.server === undefined && request.transport !== 'tcp';
    const key = isUsual
      ? question
      : `${request.transport ?? 'udp'} ${chosen.map(({ name }) => name).join(' ')} ${question}`;
    const known = answers.get(key);
    if (known !== undefined && isReply(known)) return Promise.resolve(forId(known, idOf(query)));
    const flight = known ?? takeOff(key, request, chosen);
    return new Promise<DnsReply>((resolve, reject) => {
      const waiter: Waiter = { id: idOf(query), flight, peers: peersUnder(signal), place: 0, resolve, reject };
      enter(waiter.peers, waiter);
      // nearly always there is one; a list that grows from nothing takes room for 17
      if (flight.waiters.length === 0) flight.waiters = [waiter];
      else flight.waiters.push(waiter);
      depart();
    });
  }

  return {
    ask(request, signal) {
      try {
        return ask(request, signal);
      } catch (error) {
        return Promise.reject(error instanceof Error ? error : new FaultError('dns.network'));
      }
    },
    close() {
      for (const { datagrams } of servers) datagrams.close();
      streams.close();
    },
  };
}

function isReply(known: DnsReply | Flight): known is DnsReply {
  return 'message' in known;
}

/** A list whose members know their place: a set of objects costs several times as much. */
interface Placed {
  place: number;
}

function enter<T extends Placed>(list: T[], one: T): void {
  one.place = list.length;
  list.push(one);
}

/** The last one takes the place that becomes free. */
function leave<T extends Placed>(list: T[], one: T): void {
  const last = list.pop();
  if (last !== undefined && last !== one) {
    list[one.place] = last;
    last.place = one.place;
  }
  one.place = -1;
}

/** Each waiter gets the id that it asked with. */
function forId(reply: DnsReply, id: number): DnsReply {
  return idOf(reply.message) === id ? reply : { ...reply, message: withId(reply.message, id) };
}
