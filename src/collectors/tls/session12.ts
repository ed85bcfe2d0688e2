/** A TLS 1.2 connection of ours that goes beyond the first flight: finished, resumed, renegotiated. */
import { FaultError } from '../../model/fault.ts';
import type { ByteStream, IO } from '../../model/io.ts';
import type { EndpointName } from '../../model/target.ts';
import { concat, readerOf, vector, WireError } from '../../wire/tls/bytes.ts';
import { certificatesIn, HANDSHAKE, MAX_FLIGHT, MAX_MESSAGE, type Message } from '../../wire/tls/flight.ts';
import { decodeKeyExchange } from '../../wire/tls/key-exchange.ts';
import { EXTENSION } from '../../wire/tls/names.ts';
import { CONTENT, cutRecords, encodeRecord } from '../../wire/tls/record.ts';
import { decodeServerHello, type ServerHello } from '../../wire/tls/server-hello.ts';
import { type Suite, suiteOf } from '../../wire/tls/suites.ts';
import {
  agree,
  type Agreed,
  type CbcProtection,
  masterSecret,
  type Protection,
  protections,
  READABLE_GROUPS12,
  READABLE_SUITES12,
  verifyData,
} from '../../wire/tls/tls12.ts';
import { helloBytes, type Question } from './hello.ts';

/** A fatal alert, or the "no renegotiation" of a server that goes on. */
export class AlertError extends FaultError {
  readonly description: number;
  constructor(description: number) {
    super('tls.handshake', `alert ${String(description)}`);
    this.description = description;
  }
}

export interface Record12 {
  readonly type: number;
  readonly content: Uint8Array;
}

export interface Finished12 {
  readonly hello: ServerHello;
  readonly suite: Suite;
  /** Cleartext and decrypted messages of the server, in order. */
  readonly messages: readonly Message[];
  readonly clientVerify: Uint8Array;
  readonly serverVerify: Uint8Array;
}

export interface Connection12 {
  /**
   * A handshake from ClientHello to Finished, under encryption where one went before. `agreed` is sent in place of an honest
   * key exchange.
   */
  handshake(wishes: Partial<Question>, agreed?: Agreed): Promise<Finished12>;
  /** Only the answer to a hello: a resumption is known by it. */
  greet(wishes: Partial<Question>): Promise<{ readonly hello: ServerHello; readonly resumed: boolean }>;
  send(type: number, content: Uint8Array): Promise<void>;
  sendRaw(bytes: Uint8Array): Promise<void>;
  /** The next record, decrypted; undefined at the end of the stream. */
  next(): Promise<Record12 | undefined>;
  /** Our key exchange was sent: what the server refuses from now on is that. */
  isKeyed(): boolean;
  /** How records are sealed now, where that can be spoilt. */
  cbc(): CbcProtection | undefined;
}

const whole = (type: number, body: Uint8Array): Uint8Array => concat(Uint8Array.of(type), vector(3, body));

export function connection12(io: IO, endpoint: EndpointName, stream: ByteStream): Connection12 {
  let inbox: Uint8Array = new Uint8Array();
  let total = 0;
  let joined: Uint8Array = new Uint8Array();
  let write: Protection | CbcProtection | undefined;
  let read: Protection | undefined;
  let nextRead: Protection | undefined;
  let keyed = false;

  async function record(): Promise<Record12 | undefined> {
    for (;;) {
      const { records, error } = cutRecords(inbox);
      const first = records[0];
      if (first !== undefined) {
        inbox = inbox.subarray(5 + first.fragment.length);
        if (first.type === CONTENT.changeCipherSpec) {
          read = nextRead ?? read;
          return { type: first.type, content: first.fragment };
        }
        return {
          type: first.type,
          content: read === undefined ? first.fragment : read.open(first.type, first.fragment),
        };
      }
      if (error !== undefined) throw new FaultError('tls.malformed', error);
      const chunk = await stream.read();
      if (chunk === undefined) return undefined;
      total += chunk.length;
      if (total > MAX_FLIGHT) throw new FaultError('net.limit', "the server's answers are endless");
      inbox = concat(inbox, chunk);
    }
  }

  /** The next handshake message, or `changed` at a ChangeCipherSpec. */
  async function message(): Promise<Message | 'changed'> {
    for (;;) {
      if (joined.length >= 4) {
        const reader = readerOf(joined);
        const type = reader.uint(1);
        const length = reader.uint(3);
        if (length > MAX_MESSAGE) throw new FaultError('tls.malformed', 'a handshake message is too long');
        if (reader.left() >= length) {
          const body = reader.bytes(length);
          joined = joined.subarray(4 + length);
          return { type, body };
        }
      }
      const came = await record();
      if (came === undefined) throw new FaultError('net.closed', 'the server closed the connection in the handshake');
      if (came.type === CONTENT.changeCipherSpec) return 'changed';
      if (came.type === CONTENT.alert) throw new AlertError(came.content[1] ?? 0);
      if (came.type === CONTENT.handshake) joined = concat(joined, came.content);
    }
  }

  async function send(type: number, content: Uint8Array): Promise<void> {
    await stream.write(write === undefined ? encodeRecord(type, 0x0303, content) : write.seal(type, content));
  }

  function hello(wishes: Partial<Question>, random: Uint8Array): Uint8Array {
    return helloBytes(io, endpoint, {
      version: 'TLSv1.2',
      suites: READABLE_SUITES12,
      groups: READABLE_GROUPS12,
      random,
      ...wishes,
    }).subarray(5);
  }

  async function serverHello(): Promise<{ readonly hello: ServerHello; readonly message: Message }> {
    for (;;) {
      const came = await message();
      if (came === 'changed') throw new FaultError('tls.malformed', 'a ChangeCipherSpec where a ServerHello is due');
      // RFC 5246 §7.4.1.1: a HelloRequest may come at any time
      if (came.type === 0) continue;
      if (came.type !== HANDSHAKE.serverHello) throw new FaultError('tls.malformed', 'no ServerHello');
      const answer = decodeServerHello(came.body);
      if (answer.version !== 0x0303) throw new FaultError('tls.unclear', 'the server answers with another version');
      return { hello: answer, message: came };
    }
  }

  async function handshake(wishes: Partial<Question>, agreed?: Agreed): Promise<Finished12> {
    try {
      return await throughHandshake(wishes, agreed);
    } catch (error) {
      if (error instanceof WireError) throw new FaultError('tls.malformed', error.message, { cause: error });
      throw error;
    }
  }

  async function throughHandshake(wishes: Partial<Question>, agreed: Agreed | undefined): Promise<Finished12> {
    const random = io.random(32);
    const first = hello(wishes, random);
    await send(CONTENT.handshake, first);
    const opening = await serverHello();
    const { hello: answer } = opening;
    const messages: Message[] = [opening.message];
    while (messages.at(-1)?.type !== HANDSHAKE.serverHelloDone) {
      const came = await message();
      if (came === 'changed') throw new FaultError('tls.unclear', 'the server resumes what was not offered');
      messages.push(came);
      if (messages.length > 16) throw new FaultError('tls.malformed', 'endless messages of the server');
    }
    const body = (type: number): Uint8Array | undefined => messages.find((one) => one.type === type)?.body;
    const suite = suiteOf(answer.suite);
    const certificate = body(HANDSHAKE.certificate);
    const exchange = body(HANDSHAKE.serverKeyExchange);
    const ours =
      agreed ??
      agree(
        suite,
        exchange === undefined ? undefined : decodeKeyExchange(exchange, suite, true),
        certificate === undefined ? undefined : certificatesIn(certificate)[0],
      );
    const sent: Uint8Array[] = [];
    // RFC 5246 §7.4.6: who has no certificate says so
    if (body(HANDSHAKE.certificateRequest) !== undefined) sent.push(whole(HANDSHAKE.certificate, vector(3)));
    sent.push(whole(HANDSHAKE.clientKeyExchange, ours.message));
    let transcript = concat(first, ...messages.map((one) => whole(one.type, one.body)), ...sent);
    const has = (type: number): boolean => answer.extensions.some((one) => one.type === type);
    const randoms = { client: random, server: answer.random };
    const ems = has(EXTENSION.extendedMasterSecret);
    const master = masterSecret(suite, ours.premaster, randoms, ems ? transcript : undefined);
    const both = protections(suite, master, randoms, has(EXTENSION.encryptThenMac) && suite.mode === 'cbc');
    for (const one of sent) await send(CONTENT.handshake, one);
    keyed = true;
    await send(CONTENT.changeCipherSpec, Uint8Array.of(1));
    write = both.client;
    nextRead = both.server;
    const clientVerify = verifyData(suite, master, 'client', transcript);
    const finished = whole(HANDSHAKE.finished, clientVerify);
    await send(CONTENT.handshake, finished);
    transcript = concat(transcript, finished);
    for (;;) {
      const came = await message();
      if (came === 'changed') continue;
      messages.push(came);
      if (came.type !== HANDSHAKE.finished) {
        transcript = concat(transcript, whole(came.type, came.body));
        continue;
      }
      const serverVerify = verifyData(suite, master, 'server', transcript);
      if (Buffer.compare(serverVerify, came.body) !== 0)
        throw new FaultError('tls.malformed', "the server's Finished is wrong");
      return { hello: answer, suite, messages, clientVerify, serverVerify };
    }
  }

  async function greet(wishes: Partial<Question>): Promise<{ readonly hello: ServerHello; readonly resumed: boolean }> {
    try {
      await send(CONTENT.handshake, hello(wishes, io.random(32)));
      const { hello: answer } = await serverHello();
      const following = await message();
      // RFC 5077 §3.1: a resumed session goes on with a new ticket or the ChangeCipherSpec
      return { hello: answer, resumed: following === 'changed' || following.type === HANDSHAKE.newSessionTicket };
    } catch (error) {
      if (error instanceof WireError) throw new FaultError('tls.malformed', error.message, { cause: error });
      throw error;
    }
  }

  async function next(): Promise<Record12 | undefined> {
    try {
      return await record();
    } catch (error) {
      if (error instanceof WireError) throw new FaultError('tls.malformed', error.message, { cause: error });
      throw error;
    }
  }

  return {
    handshake,
    greet,
    send,
    sendRaw: async (bytes) => await stream.write(bytes),
    next,
    isKeyed: () => keyed,
    cbc: () => (write !== undefined && 'sealSpoilt' in write ? write : undefined),
  };
}
