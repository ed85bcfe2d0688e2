/**
 * Questions to one server over UDP. Several sockets share them, each on a port that the kernel picked at random; which one takes a
 * question is random too, as is its id, and each is replaced after some hundred questions (RFC 5452 §9.2: an attacker who cannot see
 * the question has to guess port and id). A socket for each question would cost ten times as much.
 */
import { randomFillSync } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { isIP } from 'node:net';
import type { FaultError } from '../../model/fault.ts';
import { malformed, networkFault } from './dns-faults.ts';
import { belongsTo, withId } from './dns-header.ts';
import type { DnsServer } from './dns-server.ts';

const SOCKETS = 8;
/** Questions that one source port may be used for. */
const MOST_USES = 512;

/** The answer message as it came, or why there is none. */
export type Outcome = Uint8Array | FaultError;

interface Waiting {
  /** The query as it was sent. */
  readonly query: Uint8Array;
  readonly done: (outcome: Outcome) => void;
}

interface Port {
  readonly socket: Socket;
  /** By id. */
  readonly waiting: Map<number, Waiting>;
  /** What was asked before the socket was ready. */
  readonly unsent: Uint8Array[];
  readonly sent: (error: Error | null) => void;
  uses: number;
  connected: boolean;
  /** Takes no more questions. */
  retired: boolean;
  closed: boolean;
}

export interface Datagrams {
  /** Asks once; the answer is the function that gives up. `done` is called at most once, and never after that. */
  ask(query: Uint8Array, done: (outcome: Outcome) => void): () => void;
  close(): void;
}

const RANDOM = new Uint16Array(512);
let drawn = RANDOM.length;

export function random16(): number {
  if (drawn === RANDOM.length) {
    randomFillSync(RANDOM);
    drawn = 0;
  }
  const value = RANDOM[drawn] ?? 0;
  drawn += 1;
  return value;
}

/** With `keep` sockets stay open for the next question; without it they close when nobody waits for an answer. */
export function createDatagrams(server: DnsServer, keep: boolean): Datagrams {
  const ports: (Port | undefined)[] = Array.from({ length: SOCKETS }, () => undefined);

  function retire(port: Port): void {
    port.retired = true;
    const slot = ports.indexOf(port);
    if (slot !== -1) ports[slot] = undefined;
    settle(port);
  }

  /** Closes a socket that nobody needs any more. */
  function settle(port: Port): void {
    if (port.closed || port.waiting.size > 0) return;
    if (!port.retired) {
      if (!keep) retire(port);
      return;
    }
    port.closed = true;
    port.socket.close();
  }

  /** An ICMP error names no question: it is about the server, so everything that waits on this socket has failed. */
  function fail(port: Port, error: unknown): void {
    const waiting = [...port.waiting.values()];
    port.waiting.clear();
    retire(port);
    for (const { done } of waiting) done(networkFault(error, server, 'UDP'));
  }

  function receive(port: Port, message: Uint8Array): void {
    const id = ((message[0] ?? 0) << 8) | (message[1] ?? 0);
    const waiting = port.waiting.get(id);
    if (waiting === undefined) return;
    const belongs = belongsTo(waiting.query, message);
    if (belongs === 'no') return;
    port.waiting.delete(id);
    waiting.done(belongs === 'short' ? malformed(server, 'is shorter than a header') : message);
    settle(port);
  }

  function open(): Port {
    const socket = createSocket(isIP(server.address) === 6 ? 'udp6' : 'udp4');
    const port: Port = {
      socket,
      waiting: new Map(),
      unsent: [],
      sent: (error) => {
        if (error !== null) fail(port, error);
      },
      uses: 0,
      connected: false,
      retired: false,
      closed: false,
    };
    socket.on('error', (error) => fail(port, error));
    socket.on('message', (message) => receive(port, message));
    socket.on('connect', () => {
      port.connected = true;
      for (const query of port.unsent.splice(0)) socket.send(query, port.sent);
    });
    // deadlines keep the program alive, open sockets do not
    socket.unref();
    // A connected socket gets datagrams of that server and port only (RFC 5452 §9.1)
    socket.connect(server.port, server.address);
    return port;
  }

  return {
    ask(query, done) {
      const slot = random16() % SOCKETS;
      const port = ports[slot] ?? open();
      ports[slot] = port;
      let id = random16();
      while (port.waiting.has(id)) id = random16();
      const sent = withId(query, id);
      port.waiting.set(id, { query: sent, done });
      if (port.connected) port.socket.send(sent, port.sent);
      else port.unsent.push(sent);
      port.uses += 1;
      if (port.uses >= MOST_USES) retire(port);
      return () => {
        if (port.waiting.delete(id)) settle(port);
      };
    },
    close() {
      for (const port of ports) if (port !== undefined) retire(port);
    },
  };
}
