/** What the engine's tests share: options for loopback, an IO that ends with its test, and tiny servers. */
import { createSocket, type RemoteInfo, type Socket as UdpSocket } from 'node:dgram';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { createData, type DataSource } from '../../../src/engine/io/data.ts';
import { createIO } from '../../../src/engine/io/create.ts';
import { FaultError } from '../../../src/model/fault.ts';
import type { IO } from '../../../src/model/io.ts';
import type { NetworkOptions } from '../../../src/model/options.ts';
import { decodeMessage, encodeMessage } from '../../../src/wire/dns/message.ts';
import { TYPES, type Message, type Rdata } from '../../../src/wire/dns/types.ts';

export function network(overrides: Partial<NetworkOptions> = {}): NetworkOptions {
  return {
    resolvers: [],
    connectTo: [],
    allowPrivate: true,
    timeoutMs: 2000,
    concurrency: 8,
    rate: 0,
    maxConnections: 8,
    ...overrides,
  };
}

/** An IO whose handles end with the test. */
export function ioFor(
  t: TestContext,
  overrides: Partial<NetworkOptions> = {},
  signal: AbortSignal = new AbortController().signal,
  data: readonly DataSource[] = [],
): IO {
  const job = createIO(network(overrides), { signal, data: createData(data) });
  t.after(() => job.end());
  return job.io;
}

/** Runs `serve` for every connection; answers the port. */
export async function tcpServer(t: TestContext, serve: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    // A client that gives up resets the connection: no concern of the server of a test
    socket.on('error', () => socket.destroy());
    serve(socket);
  });
  endWith(t, server);
  return await listening(server);
}

/** Ends the server and its connections with the test. */
export function endWith(t: TestContext, server: Server): void {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  t.after(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
}

export async function listening(server: Server, host = '127.0.0.1', port = 0): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return (server.address() as AddressInfo).port;
}

/** A server on the TCP port that the UDP port has; another pair where that one is taken. Answers the port. */
export async function besideUdp(t: TestContext, udp: Respond, serve: (socket: Socket) => void): Promise<number> {
  for (let attempt = 0; ; attempt += 1) {
    const port = await udpServer(t, udp);
    const server = createServer(serve);
    try {
      await listening(server, '127.0.0.1', port);
    } catch (error) {
      if (attempt === 20) throw error;
      continue;
    }
    endWith(t, server);
    return port;
  }
}

/** A port on which nothing listens. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  const port = await listening(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export type Respond = (query: Buffer, peer: RemoteInfo, socket: UdpSocket) => void;

/** A DNS server over UDP that does with a query what the test says. */
export async function udpServer(t: TestContext, respond: Respond): Promise<number> {
  const socket = createSocket('udp4');
  socket.on('message', (query, peer) => respond(query, peer, socket));
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  t.after(() => socket.close());
  return socket.address().port;
}

/** The answer to a query: these contents for its name and type, or this response code. */
export function answer(query: Uint8Array, contents: readonly Rdata[], overrides: Partial<Message> = {}): Uint8Array {
  const asked = decodeMessage(query);
  const question = asked.questions[0] ?? { name: '.', type: TYPES.A, class: 1 };
  return encodeMessage({
    ...asked,
    response: true,
    recursionAvailable: true,
    authorities: [],
    additionals: [],
    edns: undefined,
    answers: contents.map((rdata) => ({ name: question.name, type: TYPES[typeKey(rdata)], class: 1, ttl: 60, rdata })),
    ...overrides,
  });
}

function typeKey(rdata: Rdata): keyof typeof TYPES {
  return rdata.is === 'raw' ? 'TXT' : rdata.is;
}

/** A resolver that knows these addresses and nothing else. */
export async function resolverOf(
  t: TestContext,
  names: { readonly [name: string]: readonly string[] },
): Promise<string> {
  const port = await udpServer(t, (query, peer, socket) => {
    const question = decodeMessage(query).questions[0];
    const known = question === undefined ? undefined : names[question.name];
    const wanted = question?.type === TYPES.AAAA ? 'AAAA' : 'A';
    const found = (known ?? []).filter((address) => address.includes(':') === (wanted === 'AAAA'));
    const message = answer(
      query,
      found.map((address) => ({ is: wanted, address })),
      { rcode: known === undefined ? 3 : 0 },
    );
    socket.send(message, peer.port, peer.address);
  });
  return `127.0.0.1:${String(port)}`;
}

/** All that an iterable yields. */
export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** The fault code of what a promise rejects with. */
export async function faultOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof FaultError) return error.fault.code;
    throw error;
  }
  return 'no fault';
}
