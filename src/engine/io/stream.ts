/** A node socket as the pull-mode `ByteStream` of the model: bounded in bytes and time, faults typed. */
import type { Socket } from 'node:net';
import { FaultError } from '../../model/fault.ts';
import type { ByteStream } from '../../model/io.ts';
import { withDeadline } from '../deadline.ts';
import { netFault } from './errors.ts';

/** Bytes read over the life of one connection. */
export const MAX_STREAM_BYTES = 16 * 1024 * 1024;
const DEFAULT_READ = 64 * 1024;

export interface StreamLimits {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

interface Inside {
  readonly socket: Socket;
  handOver(): void;
}

const insides = new WeakMap<ByteStream, Inside>();
const outers = new WeakMap<ByteStream, Socket>();

/**
 * The socket behind a stream of this module, for TLS or HTTP over it; the stream must not be read any more.
 * `close` of the stream goes on to work, by `closeBy` where a session wraps the socket: node 24 crashes (SIGSEGV) when the
 * inner socket of a TLS session is destroyed just before the outer one.
 */
export function takeSocket(stream: ByteStream): Socket {
  const inside = insides.get(stream);
  if (inside === undefined) throw new TypeError('not a stream that this engine opened');
  inside.handOver();
  return inside.socket;
}

/** From now on closing the stream destroys this socket, which wraps the stream's own. */
export function closeBy(stream: ByteStream, outer: Socket): void {
  outers.set(stream, outer);
}

export function createStream(
  socket: Socket,
  peer: Pick<ByteStream, 'address' | 'otherAddresses' | 'port'>,
  limits: StreamLimits,
): ByteStream {
  const where = `${peer.address} port ${String(peer.port)}`;
  let failure: FaultError | undefined;
  let ended = false;
  let received = 0;
  let wake: (() => void) | undefined;
  const stir = (): void => wake?.();

  socket.on('error', (error) => {
    failure ??= netFault(error, where);
    stir();
  });
  socket.on('end', () => {
    ended = true;
    stir();
  });
  socket.on('close', stir);
  socket.on('readable', stir);

  /** What can be said now: bytes, the end (undefined), a fault, or `wait`. */
  function now(max: number): Uint8Array | undefined | 'wait' {
    const size = Math.min(max, socket.readableLength);
    const chunk: unknown = size > 0 ? socket.read(size) : null;
    if (chunk instanceof Uint8Array) {
      received += chunk.length;
      if (received > limits.maxBytes) {
        socket.destroy();
        throw new FaultError('net.limit', `${where} sent more than ${String(limits.maxBytes)} bytes`);
      }
      return chunk;
    }
    if (failure !== undefined) throw failure;
    if (ended || socket.readableEnded) return undefined;
    if (socket.destroyed) throw new FaultError('net.closed', `the connection to ${where} is closed`);
    // Lets the stream fetch more, and tells an end that nobody has read yet
    socket.read(0);
    return 'wait';
  }

  async function untilStirred(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      wake = resolve;
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    wake = undefined;
  }

  const stream: ByteStream = {
    ...peer,
    async read(max = DEFAULT_READ) {
      const first = now(max);
      if (first !== 'wait') return first;
      return await withDeadline(
        limits.signal,
        limits.timeoutMs,
        'net.timeout',
        `${where} sent nothing in time`,
        async (signal) => {
          for (;;) {
            await untilStirred(signal);
            if (signal.aborted) return undefined;
            const next = now(max);
            if (next !== 'wait') return next;
          }
        },
      );
    },
    async write(bytes) {
      if (failure !== undefined) throw failure;
      if (socket.destroyed || socket.writableEnded) {
        throw new FaultError('net.closed', `the connection to ${where} is closed`);
      }
      await withDeadline(limits.signal, limits.timeoutMs, 'net.timeout', `${where} accepts no bytes`, async () => {
        await new Promise<void>((resolve, reject) => {
          socket.write(bytes, (error) => {
            if (error === null || error === undefined) resolve();
            else reject(failure ?? netFault(error, where));
          });
        });
      });
    },
    close() {
      (outers.get(stream) ?? socket).destroy();
    },
  };
  // A stream with a listener for `readable` does not flow
  insides.set(stream, { socket, handOver: () => socket.off('readable', stir) });
  return stream;
}
