/** A proxy on loopback that counts connections and gives them the round trip of a far server. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** Counts connections, delays each direction by half a round trip, and holds the first bytes of the client one more. */
export async function delayed(
  target: number,
  roundMs: number,
): Promise<{ port: number; count: () => number; close: () => void }> {
  let connections = 0;
  const open = new Set<Socket>();
  const later = (task: () => void, ms: number): void => {
    if (ms === 0) task();
    else setTimeout(task, ms);
  };
  const server = createServer((client) => {
    connections++;
    const behind = connect(target, '127.0.0.1');
    for (const socket of [client, behind]) {
      open.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.once('close', () => open.delete(socket));
    }
    const pass = (from: Socket, to: Socket, extra: number): void => {
      const ready = performance.now() + extra;
      from.on('data', (chunk) => later(() => to.write(chunk), Math.max(0, ready - performance.now()) + roundMs / 2));
      from.on('end', () => later(() => to.end(), roundMs / 2));
      from.on('close', () => later(() => to.destroy(), roundMs));
    };
    pass(client, behind, roundMs);
    pass(behind, client, 0);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    count: () => connections,
    close: () => {
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
}

/** A proxy that loses one connection in five behind the hello, by a close or a reset; the same ones in each run. */
export async function lossy(target: number, way: 'close' | 'reset'): Promise<{ port: number; close: () => void }> {
  let state = 7919;
  const open = new Set<Socket>();
  const server = createServer((client) => {
    open.add(client);
    client.on('error', () => undefined);
    client.once('close', () => open.delete(client));
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    if (state / 2_147_483_648 < 0.2) {
      client.once('data', () => void (way === 'reset' ? client.resetAndDestroy() : client.end()));
      return;
    }
    const behind = connect(target, '127.0.0.1');
    behind.on('error', () => client.destroy());
    client.pipe(behind).pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    close: () => {
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
}
