/** The TCP capability: a slot for the host, the address rule, then the first address that answers. */
import { connect, type Socket } from 'node:net';
import { FaultError, type FaultCode } from '../../model/fault.ts';
import type { ByteStream } from '../../model/io.ts';
import { reasonOf, withDeadline } from '../deadline.ts';
import { netFault } from './errors.ts';
import { resolveDestination, type Destination } from './resolve.ts';
import type { Scope } from './scope.ts';
import { createStream, MAX_STREAM_BYTES } from './stream.ts';
import type { World } from './world.ts';

/** RFC 8305 §5: the pause before the next address is tried beside the first. */
const NEXT_ADDRESS_MS = 250;

/** Shorter waits are those of the event loop. */
const NOTICEABLE_MS = 5;

/** When all addresses fail, the fault that says most: a silent address may be the one that serves. */
const WEIGHT: readonly FaultCode[] = ['net.limit', 'net.timeout', 'net.reset', 'net.refused', 'net.unreachable'];

interface Connected {
  readonly socket: Socket;
  readonly address: string;
  readonly port: number;
}

/** `only`: this address of the name, and no other. */
export async function openTcp(
  world: World,
  scope: Scope,
  host: string,
  port: number,
  only?: string,
): Promise<ByteStream> {
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw new TypeError(`not a port: ${String(port)}`);
  const key = host.toLowerCase();
  const resolved = await resolveDestination(host, port, world.network, world.dns, world.hosts, scope.signal);
  if (only !== undefined && !resolved.addresses.includes(only))
    throw new FaultError('net.no-address', `${only} is not an address of ${host}`);
  const destination = only === undefined ? resolved : { ...resolved, addresses: [only] };
  const leaves: (() => void)[] = [];
  try {
    await turn(world, scope, key, leaves);
    const { socket, ...peer } = await firstToAnswer(destination, host, world.network.timeoutMs, scope.signal);
    const { timeoutMs } = world.network;
    const otherAddresses = resolved.addresses.filter((address) => address !== peer.address);
    const about = otherAddresses.length === 0 ? peer : { ...peer, otherAddresses };
    const stream = createStream(socket, about, { signal: scope.signal, timeoutMs, maxBytes: MAX_STREAM_BYTES });
    socket.once('close', () => {
      for (const leave of leaves) leave();
    });
    const release = scope.hold(() => stream.close());
    socket.once('close', release);
    return stream;
  } catch (error) {
    for (const leave of leaves) leave();
    throw error;
  }
}

/** Waits for what the user's limits allow; slots that were given stand in `leaves`, also where the wait is broken off. */
async function turn(world: World, scope: Scope, host: string, leaves: (() => void)[]): Promise<void> {
  let unblock: (() => void) | undefined;
  const noticed = setTimeout(() => {
    unblock = scope.blocked();
  }, NOTICEABLE_MS);
  try {
    leaves.push(await world.perHost(host, scope.signal));
    leaves.push(await world.connections.enter(scope.signal));
    await world.rate(host, scope.signal);
  } finally {
    clearTimeout(noticed);
    if (unblock !== undefined) {
      unblock();
      scope.waited();
    }
  }
}

async function firstToAnswer(
  { addresses, port }: Destination,
  host: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Connected> {
  const silence = `${host} port ${String(port)} did not accept a connection in time`;
  return await withDeadline(
    signal,
    timeoutMs,
    'net.timeout',
    silence,
    async (within) => await race(addresses, port, within),
  );
}

/** Starts with one address and adds the next when it fails or hesitates; the first connection wins, the others are destroyed. */
async function race(addresses: readonly string[], port: number, signal: AbortSignal): Promise<Connected> {
  return await new Promise<Connected>((resolve, reject) => {
    const open = new Set<Socket>();
    const failures: FaultError[] = [];
    let started = 0;
    let settled = false;
    let timer: NodeJS.Timeout | undefined;

    function settle(winner?: Socket): void {
      settled = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
      for (const socket of open) if (socket !== winner) socket.destroy();
    }
    function giveUp(): void {
      settle();
      reject(reasonOf(signal));
    }
    function next(): void {
      clearTimeout(timer);
      const address = addresses[started];
      if (settled || address === undefined) return;
      started++;
      const socket = connect({ host: address, port, noDelay: true });
      open.add(socket);
      socket.on('error', (error) => {
        if (settled || !open.delete(socket)) return;
        failures.push(netFault(error, `${address} port ${String(port)}`));
        if (started < addresses.length) next();
        else if (open.size === 0) {
          settle();
          reject(gravest(failures));
        }
      });
      socket.once('connect', () => {
        if (settled) return;
        settle(socket);
        // The readers of the stream come later; until then nothing may be lost
        socket.pause();
        resolve({ socket, address, port });
      });
      if (started < addresses.length) timer = setTimeout(next, NEXT_ADDRESS_MS);
    }

    signal.addEventListener('abort', giveUp, { once: true });
    if (signal.aborted) giveUp();
    else next();
  });
}

function gravest(failures: readonly FaultError[]): FaultError {
  const sorted = [...failures].sort((a, b) => WEIGHT.indexOf(a.fault.code) - WEIGHT.indexOf(b.fault.code));
  return sorted[0] ?? new FaultError('net.unreachable');
}
