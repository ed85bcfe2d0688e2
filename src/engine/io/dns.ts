/** The DNS capability: one message out, the answer that belongs to it back; retries, TCP on truncation, one answer per question a run. */
import { randomInt } from 'node:crypto';
import { getServers } from 'node:dns';
import { performance } from 'node:perf_hooks';
import { FaultError } from '../../model/fault.ts';
import type { DnsReply, DnsRequest } from '../../model/io.ts';
import type { NetworkOptions } from '../../model/options.ts';
import { decodeMessage } from '../../wire/dns/message.ts';
import { RCODES } from '../../wire/dns/types.ts';
import { reasonOf, untilAbort, withDeadline } from '../deadline.ts';
import { createGate } from '../limits.ts';
import { isLoopback, privateRange } from './address.ts';
import { matchConnectTo } from './connect-to.ts';
import { HEADER, idOf, isTruncated, MAX_MESSAGE, questionKey, rcodeOf, withId } from './dns-header.ts';
import { parseServer, serverName, type DnsServer } from './dns-server.ts';
import { askSystem } from './dns-system.ts';
import { askTcp, askUdp } from './dns-transport.ts';

/** facts/email §3: at most 64 questions in flight. */
const IN_FLIGHT = 64;
const TRIES = 3;
/** Longer than any resolver needs; a lost packet costs no more than this. */
const MAX_TRY_MS = 2000;
/** What the cache may hold in bytes of messages. */
const MAX_CACHED = 64 * 1024 * 1024;

export interface DnsClient {
  ask(request: DnsRequest, signal: AbortSignal): Promise<DnsReply>;
}

/** One question under way or answered; it is given up when nobody waits for it any more. */
interface Flight {
  readonly reply: Promise<DnsReply>;
  readonly stop: AbortController;
  waiters: number;
  done: boolean;
}

interface Asked {
  readonly query: Uint8Array;
  readonly transport: 'udp' | 'tcp';
  readonly servers: readonly DnsServer[];
  /** node:dns may ask in our place: nobody said which server. */
  readonly systemMayAsk: boolean;
}

/** Answers that another server might give better (RFC 1034 §5.3.3 step 4d: go back to step 3 with another server). */
const TRY_ELSEWHERE: readonly number[] = [RCODES.SERVFAIL, RCODES.REFUSED, RCODES.NOTIMP, RCODES.FORMERR];

/** `systemServers` and the servers of the second backend are the system's, but for tests. */
export function createDnsClient(
  network: NetworkOptions,
  systemServers: readonly string[] = getServers(),
  secondBackend?: readonly string[],
): DnsClient {
  const named = network.resolvers.map(parseServer);
  const servers = named.length > 0 ? named : systemServers.map(parseServer);
  const believed = new Set(named.map(serverName));
  const gate = createGate(IN_FLIGHT);
  const flights = new Map<string, Flight>();
  let cached = 0;

  /** The server that data named: the address rule holds, unless the user wrote the address. */
  function serverOf(text: string): DnsServer {
    const server = parseServer(text);
    if (servers.some((one) => serverName(one) === serverName(server))) return server;
    const override = matchConnectTo(network.connectTo, server.address, server.port);
    if (override !== undefined) return parseServer(serverName({ address: override.host, port: override.port }));
    const range = network.allowPrivate ? undefined : privateRange(server.address);
    if (range === undefined) return server;
    throw new FaultError(
      'net.private-address',
      `DNS server ${serverName(server)} is ${range}; --allow-private permits it`,
    );
  }

  async function once(asked: Asked, server: DnsServer, signal: AbortSignal): Promise<DnsReply> {
    const started = performance.now();
    const query = withId(asked.query, randomInt(0x10000));
    let transport = asked.transport;
    let message = transport === 'udp' ? await askUdp(query, server, signal) : await askTcp(query, server, signal);
    if (transport === 'udp' && isTruncated(message)) {
      transport = 'tcp';
      message = await askTcp(query, server, signal);
    }
    // Throws dns.malformed: nobody has to look at what is not a message
    decodeMessage(message);
    const trusted = believed.has(serverName(server)) || isLoopback(server.address);
    const elapsedMs = Math.round(performance.now() - started);
    return { message: Uint8Array.from(message), server: serverName(server), transport, elapsedMs, trusted };
  }

  /** Servers in turn, each try with its part of the time, until one gives an answer that helps. */
  async function inTurn(asked: Asked, signal: AbortSignal): Promise<DnsReply> {
    const tries = Math.max(TRIES, Math.min(asked.servers.length, 2 * TRIES));
    const part = Math.min(network.timeoutMs / tries, MAX_TRY_MS);
    const answered = new Set<string>();
    let second: DnsReply | undefined;
    let failure: FaultError | undefined;
    for (let attempt = 0; attempt < tries; attempt++) {
      const server = asked.servers[attempt % asked.servers.length];
      if (server === undefined || answered.has(serverName(server))) continue;
      const silence = `no answer from DNS server ${serverName(server)} within ${String(Math.ceil(part))} ms`;
      try {
        const reply = await withDeadline(signal, part, 'dns.timeout', silence, (within) => once(asked, server, within));
        if (!TRY_ELSEWHERE.includes(rcodeOf(reply.message))) return reply;
        answered.add(serverName(server));
        second ??= reply;
      } catch (error) {
        if (!(error instanceof FaultError) || signal.aborted) throw error;
        failure = error;
      }
    }
    if (second !== undefined) return second;
    throw failure ?? new FaultError('dns.network', 'there is no DNS server to ask');
  }

  async function exchange(asked: Asked, signal: AbortSignal): Promise<DnsReply> {
    const leave = await gate.enter(signal);
    try {
      return await inTurn(asked, signal);
    } catch (error) {
      // Only where no datagram got out: a silent server would be silent to node:dns too
      const blocked = error instanceof FaultError && error.fault.code === 'dns.network';
      if (!blocked || !asked.systemMayAsk || signal.aborted) throw error;
      const started = performance.now();
      const message = await askSystem(asked.query, network.timeoutMs, signal, secondBackend);
      const elapsedMs = Math.round(performance.now() - started);
      return { message, server: 'system', transport: 'system', elapsedMs, trusted: false };
    } finally {
      leave();
    }
  }

  function forget(key: string, flight: Flight): void {
    if (flights.get(key) === flight) flights.delete(key);
  }

  /** Keeps answers for the run, within bounds; a failure is not an answer that may be kept (facts/engine §6.6). */
  async function land(key: string, flight: Flight): Promise<void> {
    try {
      const reply = await flight.reply;
      if (TRY_ELSEWHERE.includes(rcodeOf(reply.message))) forget(key, flight);
      else cached += reply.message.length + key.length;
    } catch (error) {
      forget(key, flight);
      if (!(error instanceof Error)) throw error;
    } finally {
      flight.done = true;
    }
    if (cached > MAX_CACHED) {
      flights.clear();
      cached = 0;
    }
  }

  function takeOff(key: string, asked: Asked): Flight {
    const stop = new AbortController();
    const flight: Flight = { reply: exchange(asked, stop.signal), stop, waiters: 0, done: false };
    flights.set(key, flight);
    void land(key, flight);
    return flight;
  }

  return {
    async ask(request, signal) {
      if (signal.aborted) throw reasonOf(signal);
      const { query } = request;
      if (query.length < HEADER || query.length > MAX_MESSAGE) throw new TypeError('not a DNS query message');
      const chosen = request.server === undefined ? servers : [serverOf(request.server)];
      const transport = request.transport ?? 'udp';
      const systemMayAsk = request.server === undefined && named.length === 0;
      const key = `${transport} ${chosen.map(serverName).join(' ')} ${questionKey(query)}`;
      const flight = flights.get(key) ?? takeOff(key, { query, transport, servers: chosen, systemMayAsk });
      flight.waiters++;
      try {
        const reply = await untilAbort(flight.reply, signal);
        return { ...reply, message: withId(reply.message, idOf(query)) };
      } finally {
        flight.waiters--;
        if (flight.waiters === 0 && !flight.done) {
          forget(key, flight);
          flight.stop.abort();
        }
      }
    },
  };
}
