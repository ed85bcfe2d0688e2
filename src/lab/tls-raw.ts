/** A scripted TLS server: reads the ClientHello, answers the bytes that a script says. For what no library serves any more. */
import { createServer } from 'node:net';
import { concat, uint, vector } from '../wire/tls/bytes.ts';
import { type ClientHello, decodeClientHello, encodeExtensions, type Extension } from '../wire/tls/client-hello.ts';
import { CONTENT, cutRecords, encodeRecord } from '../wire/tls/record.ts';
import { type LabServer, listenOnLoopback } from './tls.ts';

/** What came: a hello of SSLv3 or later, or the raw bytes of something else (an SSLv2 hello). */
export type Script = (hello: ClientHello | undefined, bytes: Uint8Array) => Uint8Array | 'close' | 'reset' | 'silence';

export async function startRawTlsServer(script: Script): Promise<LabServer> {
  const server = createServer((socket) => {
    let received: Uint8Array = new Uint8Array();
    socket.on('data', (chunk: Buffer) => {
      received = concat(received, chunk);
      const { records, rest, error } = cutRecords(received);
      const first = records[0];
      if (first === undefined && error === undefined && rest > 0) return;
      // alerts of the client are not answered
      if (first !== undefined && (first.type !== CONTENT.handshake || first.fragment[0] !== 1)) return;
      const hello = first === undefined ? undefined : decodeClientHello(first.fragment.subarray(4));
      const answer = script(hello, received);
      received = new Uint8Array();
      if (answer === 'close') socket.end();
      else if (answer === 'reset') socket.resetAndDestroy();
      else if (answer !== 'silence') socket.write(answer);
    });
  });
  return await listenOnLoopback(server);
}

export function alertRecord(description: number, version = 0x0301): Uint8Array {
  return encodeRecord(CONTENT.alert, version, Uint8Array.of(2, description));
}

export interface RawServerHello {
  readonly version: number;
  readonly suite: number;
  readonly random?: Uint8Array;
  readonly compression?: number;
  readonly extensions?: readonly Extension[];
  /** ServerHelloDone behind it, as TLS <= 1.2 does. */
  readonly done?: boolean;
}

export function serverHelloRecord(options: RawServerHello): Uint8Array {
  const message = (type: number, body: Uint8Array): Uint8Array => concat(Uint8Array.of(type), vector(3, body));
  const body = concat(
    uint(options.version, 2),
    options.random ?? Buffer.alloc(32, 0x5a),
    vector(1),
    uint(options.suite, 2),
    uint(options.compression ?? 0, 1),
    options.extensions === undefined ? new Uint8Array() : encodeExtensions(options.extensions),
  );
  const done = options.done === false ? new Uint8Array() : message(14, new Uint8Array());
  return encodeRecord(CONTENT.handshake, Math.min(options.version, 0x0303), concat(message(2, body), done));
}
