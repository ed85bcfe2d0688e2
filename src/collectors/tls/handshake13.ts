/** A TLS 1.3 handshake of our own up to the server's Finished: its encrypted flight is kept decrypted, never a key. */
import { FaultError } from '../../model/fault.ts';
import type { ByteStream, IO } from '../../model/io.ts';
import type { EndpointName } from '../../model/target.ts';
import { concat, readerOf, uint, vector, WireError } from '../../wire/tls/bytes.ts';
import { extension } from '../../wire/tls/client-hello.ts';
import { type Flight, HANDSHAKE, MAX_FLIGHT, parseFlight } from '../../wire/tls/flight.ts';
import { EXTENSION } from '../../wire/tls/names.ts';
import { CONTENT, cutRecords } from '../../wire/tls/record.ts';
import type { ServerHello } from '../../wire/tls/server-hello.ts';
import {
  makeShare,
  messagesOf,
  READABLE_GROUPS,
  READABLE_SUITES,
  type Schedule,
  schedule13,
  type Share,
  transcriptAfterRetry,
} from '../../wire/tls/tls13.ts';
import { helloBytes } from './hello.ts';

export interface Handshake13 {
  /** The ServerHello message. */
  readonly hello: Uint8Array;
  /** The decrypted messages, joined: EncryptedExtensions to Finished. */
  readonly messages: Uint8Array;
  /** Sends our Finished, without a certificate where one was asked for, and goes on to application data. */
  finish(): Promise<Connection13>;
}

/** A finished connection. */
export interface Connection13 {
  readonly suite: number;
  send(type: number, content: Uint8Array): Promise<void>;
  /** The next record, decrypted; undefined at the end of the stream. */
  next(): Promise<{ readonly type: number; readonly content: Uint8Array } | undefined>;
  psk(nonce: Uint8Array): Uint8Array;
}

export interface Wishes {
  readonly signatures?: readonly number[];
  readonly alpn?: readonly string[];
  /** Another name than the endpoint's, or null for none. */
  readonly servername?: string | null;
  /** `none`: the server has to ask for one (RFC 8446 §4.1.4). */
  readonly shares?: 'none';
}

/** How far a handshake came, where it came to no end. */
export interface Progress {
  /** The request of the server for another hello was answered. */
  retried: boolean;
}

/** OCSP and SCTs are delivered only to those who ask. */
export const ASKS_FOR_STAPLE = [
  extension(EXTENSION.statusRequest, uint(1, 1), uint(0, 2), uint(0, 2)),
  extension(EXTENSION.signedCertificateTimestamp),
];

const whole = (type: number, body: Uint8Array): Uint8Array => concat(Uint8Array.of(type), vector(3, body));

interface Inbox {
  readonly stream: ByteStream;
  bytes: Uint8Array;
}

async function more(inbox: Inbox): Promise<void> {
  const chunk = await inbox.stream.read();
  if (chunk === undefined) throw new FaultError('net.closed', 'the server closed the connection in the handshake');
  if (inbox.bytes.length + chunk.length > MAX_FLIGHT)
    throw new FaultError('net.limit', "the server's flight is endless");
  inbox.bytes = concat(inbox.bytes, chunk);
}

async function nextHello(inbox: Inbox, wanted: (hello: ServerHello) => boolean): Promise<Flight> {
  for (;;) {
    const flight = parseFlight(inbox.bytes);
    const { serverHello } = flight;
    const alert = flight.alerts[0];
    if (alert !== undefined) throw new FaultError('tls.handshake', `alert ${String(alert.description)}`);
    if (serverHello !== undefined && wanted(serverHello)) return flight;
    if (flight.error !== undefined) throw new FaultError('tls.malformed', flight.error);
    if (serverHello !== undefined) throw new FaultError('tls.malformed', 'a second HelloRetryRequest');
    await more(inbox);
  }
}

/** The bytes of the first records up to and with the first ServerHello are done with; the rest stays. */
function afterFirstRecord(bytes: Uint8Array): Uint8Array {
  const length = ((bytes[3] ?? 0) << 8) | (bytes[4] ?? 0);
  let rest = bytes.subarray(5 + length);
  // RFC 8446 §D.4: a ChangeCipherSpec may stand behind the retry request
  if (rest.length >= 6 && rest[0] === CONTENT.changeCipherSpec) rest = rest.subarray(6);
  return rest;
}

async function decrypted(inbox: Inbox, keys: Schedule): Promise<Uint8Array> {
  let plain: Uint8Array = new Uint8Array();
  let opened = 0;
  for (;;) {
    const flight = parseFlight(inbox.bytes);
    for (const record of flight.encrypted.slice(opened)) {
      opened++;
      const { type, content } = keys.server.open(record.header, record.fragment);
      if (type === CONTENT.alert) throw new FaultError('tls.handshake', `alert ${String(content[1] ?? 0)}`);
      if (type === CONTENT.handshake) plain = concat(plain, content);
      if (messagesOf(plain).some((message) => message.type === HANDSHAKE.finished)) {
        // what comes behind the Finished is under other keys
        inbox.bytes = afterEncrypted(inbox.bytes, opened);
        return plain;
      }
    }
    if (flight.error !== undefined) throw new FaultError('tls.malformed', flight.error);
    await more(inbox);
  }
}

/** The bytes behind the first so many encrypted records. */
function afterEncrypted(bytes: Uint8Array, count: number): Uint8Array {
  let at = 0;
  let seen = 0;
  for (const record of cutRecords(bytes).records) {
    at += 5 + record.fragment.length;
    if (record.type === CONTENT.applicationData && ++seen === count) break;
  }
  return bytes.subarray(at);
}

/** The context of a CertificateRequest among the messages of the server: what asks for an answer. */
function certificateContext(messages: Uint8Array): Uint8Array | undefined {
  const request = messagesOf(messages).find(({ type }) => type === HANDSHAKE.certificateRequest);
  return request === undefined ? undefined : readerOf(request.body).vector(1);
}

async function finished(
  inbox: Inbox,
  suite: number,
  keys: Schedule,
  upToServer: Uint8Array,
  messages: Uint8Array,
): Promise<Connection13> {
  const context = certificateContext(messages);
  // RFC 8446 §4.4.2: who has no certificate says so
  const empty =
    context === undefined ? new Uint8Array() : whole(HANDSHAKE.certificate, concat(vector(1, context), vector(3)));
  const before = concat(upToServer, empty);
  const own = whole(HANDSHAKE.finished, keys.clientVerify(before));
  const { stream } = inbox;
  if (empty.length > 0) await stream.write(keys.client.seal(CONTENT.handshake, empty));
  await stream.write(keys.client.seal(CONTENT.handshake, own));
  const application = keys.application(upToServer, concat(before, own));
  let total = 0;
  async function next(): Promise<{ readonly type: number; readonly content: Uint8Array } | undefined> {
    for (;;) {
      const { records, error } = cutRecords(inbox.bytes);
      const first = records[0];
      if (first !== undefined) {
        const header = inbox.bytes.subarray(0, 5);
        inbox.bytes = inbox.bytes.subarray(5 + first.fragment.length);
        // a ChangeCipherSpec for middleboxes, or an alert of a server that never took our keys
        if (first.type !== CONTENT.applicationData) {
          if (first.type === CONTENT.alert) return { type: first.type, content: first.fragment };
          continue;
        }
        return application.server.open(header, first.fragment);
      }
      if (error !== undefined) throw new FaultError('tls.malformed', error);
      const chunk = await stream.read();
      if (chunk === undefined) return undefined;
      total += chunk.length;
      if (total > MAX_FLIGHT) throw new FaultError('net.limit', "the server's answers are endless");
      inbox.bytes = concat(inbox.bytes, chunk);
    }
  }
  return {
    suite,
    psk: (nonce) => application.psk(nonce),
    send: async (type, content) => await stream.write(application.client.seal(type, content)),
    async next() {
      try {
        return await next();
      } catch (error) {
        if (error instanceof WireError) throw new FaultError('tls.malformed', error.message, { cause: error });
        throw error;
      }
    },
  };
}

export async function handshake13(
  io: IO,
  endpoint: EndpointName,
  stream: ByteStream,
  wishes: Wishes,
  progress: Progress = { retried: false },
): Promise<Handshake13> {
  const inbox: Inbox = { stream, bytes: new Uint8Array() };
  const random = io.random(32);
  const { shares, ...rest } = wishes;
  const hello = (share: Share | undefined, cookie: Uint8Array | undefined): Uint8Array =>
    helloBytes(io, endpoint, {
      version: 'TLSv1.3',
      suites: READABLE_SUITES,
      groups: READABLE_GROUPS,
      keyShares: share === undefined ? [] : [share],
      random,
      ...rest,
      extensions: [...ASKS_FOR_STAPLE, ...(cookie === undefined ? [] : [{ type: EXTENSION.cookie, data: cookie }])],
    });
  try {
    let share = makeShare(0x001d);
    const first = hello(shares === 'none' ? undefined : share, undefined);
    await stream.write(first);
    let flight = await nextHello(inbox, () => true);
    let sent = first.subarray(5);
    const retry = flight.serverHello;
    if (retry?.retry === true) {
      if (retry.group === undefined || !READABLE_GROUPS.includes(retry.group))
        throw new FaultError('tls.unclear', 'the server asks for a group that cannot be read');
      const request = whole(HANDSHAKE.serverHello, flight.messages[0]?.body ?? new Uint8Array());
      share = makeShare(retry.group);
      const second = hello(share, retry.cookie);
      sent = concat(transcriptAfterRetry(retry.suite, first.subarray(5), request), second.subarray(5));
      inbox.bytes = afterFirstRecord(inbox.bytes);
      await stream.write(second);
      progress.retried = true;
      flight = await nextHello(inbox, (answer) => !answer.retry);
    }
    const server = flight.serverHello;
    if (server?.version !== 0x0304 || server.share === undefined)
      throw new FaultError('tls.handshake', 'the server does not speak TLS 1.3 with these groups');
    const message = whole(HANDSHAKE.serverHello, flight.messages[0]?.body ?? new Uint8Array());
    const shared = share.agree(server.share);
    const keys = schedule13(server.suite, shared, concat(sent, message));
    const messages = await decrypted(inbox, keys);
    const upToServer = concat(sent, message, messages);
    const { suite } = server;
    return { hello: message, messages, finish: async () => await finished(inbox, suite, keys, upToServer, messages) };
  } catch (error) {
    if (error instanceof WireError) throw new FaultError('tls.malformed', error.message, { cause: error });
    throw error;
  }
}
