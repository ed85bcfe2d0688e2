/**
 * Questions over TCP. A connection takes all questions to its server that come while it is open, and stays open for a moment (RFC 7766
 * §6.2.1); answers belong to questions by their id, in whatever order they come.
 */
import { connect, type Socket } from 'node:net';
import { FaultError } from '../../model/fault.ts';
import { malformed, networkFault } from './dns-faults.ts';
import { belongsTo, idOf, MAX_MESSAGE } from './dns-header.ts';
import type { DnsServer } from './dns-server.ts';
import { type Outcome, random16 } from './dns-udp.ts';

/**
 * Frames that leave together, in octets; a write for each would cost ten times the question. No more than this: the server shall work
 * on them while the next questions are put together.
 */
const BATCH = 2 * 1024;
/** Answers that belong to no question; more of them is hostile. */
const MAX_FOREIGN = 16;
/** A connection without a question stays open so long, and so many of them: descriptors are few. */
const IDLE_MS = 300;
const MAX_IDLE = 32;

interface Waiting {
  readonly query: Uint8Array;
  /** Where it was sent last, and with which id. */
  stream: Stream | undefined;
  id: number;
  readonly done: (outcome: Outcome) => void;
}

interface Stream {
  readonly server: DnsServer;
  readonly socket: Socket;
  /** By id. */
  readonly waiting: Map<number, Waiting>;
  pending: Buffer;
  /** Frames that leave when all that can be read was read, and how many octets of them there are. */
  batch: Buffer;
  filled: number;
  foreign: number;
  /** It has answered: where it breaks off now, a new connection may do better. */
  proven: boolean;
  over: boolean;
}

export interface Streams {
  /**
   * Asks once; the answer is the function that gives up, with `late` because the answer did not come in time. `done` is called at most
   * once, and never after that; the octets it gets are its own.
   */
  ask(query: Uint8Array, server: DnsServer, done: (outcome: Outcome) => void): (late: boolean) => void;
  close(): void;
}

const EMPTY = Buffer.alloc(0);

/** What was put together leaves in one write. */
function flush(stream: Stream): void {
  const { batch, filled } = stream;
  stream.batch = EMPTY;
  stream.filled = 0;
  if (!stream.over && filled > 0) stream.socket.write(batch.subarray(0, filled));
}

/** RFC 7766 §8: two octets of length and the message, in one write. */
function enqueue(stream: Stream, query: Uint8Array, id: number): void {
  const length = Math.min(query.length, MAX_MESSAGE);
  if (stream.filled + length + 2 > stream.batch.length) {
    if (stream.filled > 0) flush(stream);
    else setImmediate(flush, stream);
    stream.batch = Buffer.allocUnsafe(Math.max(BATCH, length + 2));
  }
  stream.batch.writeUInt16BE(length, stream.filled);
  stream.batch.set(query, stream.filled + 2);
  stream.batch.writeUInt16BE(id, stream.filled + 2);
  stream.filled += length + 2;
}

export function createStreams(): Streams {
  const open = new Map<string, Stream>();
  const idle = new Set<Stream>();
  /** Servers that answered one question on a connection and were silent to the next. */
  const singles = new Set<string>();

  function end(stream: Stream): void {
    stream.over = true;
    idle.delete(stream);
    const name = stream.server.name;
    if (open.get(name) === stream) open.delete(name);
    stream.socket.destroy();
  }

  /** The connection is of no more use; who still waits is told, or asks again where the connection was only too old. */
  function breakOff(stream: Stream, outcome: FaultError, mayAskAgain: boolean): void {
    if (stream.over) return;
    end(stream);
    for (const waiting of stream.waiting.values()) {
      if (mayAskAgain && stream.proven) send(streamTo(stream.server), waiting);
      else waiting.done(outcome);
    }
  }

  function rest(stream: Stream): void {
    if (stream.over || stream.waiting.size > 0) return;
    if (singles.has(stream.server.name)) {
      end(stream);
      return;
    }
    idle.add(stream);
    const [oldest] = idle;
    if (idle.size > MAX_IDLE && oldest !== undefined) end(oldest);
  }

  function receive(stream: Stream, chunk: Buffer): void {
    stream.pending = stream.pending.length === 0 ? chunk : Buffer.concat([stream.pending, chunk]);
    const { buffer, byteOffset, length: size } = stream.pending;
    const { pending } = stream;
    let at = 0;
    while (!stream.over && at + 2 <= size) {
      const length = ((pending[at] ?? 0) << 8) | (pending[at + 1] ?? 0);
      if (at + 2 + length > size) break;
      const message = new Uint8Array(buffer, byteOffset + at + 2, length);
      at += 2 + length;
      const id = idOf(message);
      const waiting = stream.waiting.get(id);
      if (waiting !== undefined && belongsTo(waiting.query, message, id) === 'yes') {
        stream.proven = true;
        stream.waiting.delete(id);
        waiting.done(message);
        rest(stream);
      } else if (++stream.foreign > MAX_FOREIGN) {
        breakOff(stream, malformed(stream.server, 'is for another question'), false);
      }
    }
    stream.pending = at === size ? EMPTY : pending.subarray(at);
  }

  function brokenOff({ server, pending }: Stream): FaultError {
    return pending.length === 0
      ? new FaultError('dns.network', `${server.name} closed the TCP connection without an answer`)
      : malformed(server, `broke off after ${String(pending.length)} bytes`);
  }

  function start(server: DnsServer): Stream {
    const socket = connect({ host: server.address, port: server.port, noDelay: true });
    const stream: Stream = {
      server,
      socket,
      waiting: new Map(),
      pending: EMPTY,
      batch: EMPTY,
      filled: 0,
      foreign: 0,
      proven: false,
      over: false,
    };
    socket.on('error', (error) => breakOff(stream, networkFault(error, server, 'TCP'), true));
    socket.on('end', () => breakOff(stream, brokenOff(stream), true));
    socket.on('data', (chunk) => receive(stream, chunk));
    socket.setTimeout(IDLE_MS, () => {
      if (stream.waiting.size === 0) end(stream);
    });
    // deadlines keep the program alive, open connections do not
    socket.unref();
    open.set(server.name, stream);
    return stream;
  }

  function send(stream: Stream, waiting: Waiting): void {
    let id = random16();
    while (stream.waiting.has(id)) id = random16();
    waiting.stream = stream;
    waiting.id = id;
    stream.waiting.set(id, waiting);
    idle.delete(stream);
    enqueue(stream, waiting.query, id);
  }

  function streamTo(server: DnsServer): Stream {
    return open.get(server.name) ?? start(server);
  }

  return {
    ask(query, server, done) {
      const waiting: Waiting = { query, done, stream: undefined, id: 0 };
      send(streamTo(server), waiting);
      return (late) => {
        const { stream, id } = waiting;
        if (stream?.waiting.get(id) !== waiting) return;
        stream.waiting.delete(id);
        if (late && stream.proven) singles.add(server.name);
        if (stream.waiting.size === 0) end(stream);
      };
    },
    close() {
      for (const stream of open.values()) end(stream);
    },
  };
}
