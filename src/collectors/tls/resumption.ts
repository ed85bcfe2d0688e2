/** Finished connections: what the server answers behind the handshake, the tickets it gives, and what it resumes with them. */
import { answerOrFault, rawFault } from '../../model/facts.ts';
import { FaultError } from '../../model/fault.ts';
import type { ByteStream } from '../../model/io.ts';
import type { JsonObject } from '../../model/json.ts';
import { readerOf, WireError } from '../../wire/tls/bytes.ts';
import { HANDSHAKE } from '../../wire/tls/flight.ts';
import { CONTENT } from '../../wire/tls/record.ts';
import { clientHelloRecord } from '../../wire/tls/client-hello.ts';
import {
  decodeTicket13,
  helloWithPsk,
  makeShare,
  messagesOf,
  READABLE_GROUPS,
  type Ticket13,
} from '../../wire/tls/tls13.ts';
import { dialForTls } from './dial.ts';
import type { Setting } from './eliminate.ts';
import { handshake13 } from './handshake13.ts';
import { helloOptions } from './hello.ts';
import { untilDone } from './prober.ts';
import { FOREIGN_NAME } from './questions.ts';
import { AlertError, connection12 } from './session12.ts';

/** Harmless words that end the conversation, so that nothing is waited for. */
export function lastWords({ endpoint }: Setting): Uint8Array {
  const { protocol, host } = endpoint;
  const name = host.includes(':') ? `[${host}]` : host;
  const words: { readonly [protocol: string]: string } = {
    tls: `HEAD / HTTP/1.1\r\nHost: ${name}\r\nConnection: close\r\n\r\n`,
    imap: 'a9 LOGOUT\r\n',
    sieve: 'LOGOUT\r\n',
  };
  return Buffer.from(words[protocol] ?? 'QUIT\r\n', 'latin1');
}

/** The first line of an answer, cut short: what it says besides is nobody's business. */
function firstLine(bytes: Uint8Array): string {
  const end = Buffer.from(bytes).indexOf(0x0a);
  return Buffer.from(bytes.subarray(0, Math.min(end < 0 ? bytes.length : end, 64))).toString('base64');
}

/** Two fields of an HTTP answer, cut short: what serves here, and what it offers beside. */
function fieldsIn(bytes: Uint8Array): JsonObject {
  const lines = Buffer.from(bytes.subarray(0, 16_384)).toString('latin1').split('\r\n');
  const end = lines.indexOf('');
  const value = (name: string): string | undefined =>
    lines
      .slice(1, end < 0 ? lines.length : end)
      .find((line) => line.toLowerCase().startsWith(`${name}:`))
      ?.slice(name.length + 1)
      .trim()
      .slice(0, 200);
  const [server, altSvc] = [value('server'), value('alt-svc')];
  return { ...(server !== undefined && { server }), ...(altSvc !== undefined && { altSvc }) };
}

interface Records {
  next(): Promise<{ readonly type: number; readonly content: Uint8Array } | undefined>;
}

interface Behind {
  readonly raw: JsonObject;
  /** Handshake messages that came, joined. */
  readonly handshake: Uint8Array;
}

/** Reads until the server answers, ends, or says by an alert why it will not. */
async function behind(connection: Records): Promise<Behind> {
  let handshake: Uint8Array = new Uint8Array();
  const done = (raw: JsonObject): Behind => ({ raw, handshake });
  try {
    for (;;) {
      const record = await connection.next();
      if (record === undefined) return done({ end: 'closed' });
      if (record.type === CONTENT.applicationData && record.content.length > 0)
        return done({ end: 'whole', answer: firstLine(record.content), ...fieldsIn(record.content) });
      if (record.type === CONTENT.alert) return done({ end: 'whole', alert: record.content[1] ?? 0 });
      if (record.type === CONTENT.handshake) handshake = Buffer.concat([handshake, record.content]);
    }
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    return done({ end: error.fault.code });
  }
}

async function withStream<T>({ io, endpoint, prober }: Setting, task: (stream: ByteStream) => Promise<T>): Promise<T> {
  return await prober.insist(async () => {
    const stream = await dialForTls(io, endpoint);
    try {
      return await task(stream);
    } finally {
      stream.close();
    }
  });
}

/** One finished TLS 1.3 connection, and the ticket to come back with. */
async function finish13(
  setting: Setting,
): Promise<{ readonly raw: JsonObject; readonly ticket: Ticket13 | undefined }> {
  const { io, endpoint } = setting;
  let ticket: Ticket13 | undefined;
  const raw = await answerOrFault(
    async () =>
      await withStream(setting, async (stream) => {
        const connection = await (await handshake13(io, endpoint, stream, {})).finish();
        await connection.send(CONTENT.applicationData, lastWords(setting));
        const came = await behind(connection);
        const tickets = ticketsIn(came.handshake);
        const first = tickets[0];
        if (first !== undefined) {
          const { nonce, ticket: bytes, ageAdd } = decodeTicket13(first);
          ticket = { suite: connection.suite, psk: connection.psk(nonce), ticket: bytes, ageAdd };
        }
        return { ...came.raw, tickets: tickets.map((one) => Buffer.from(one).toString('base64')) };
      }),
  );
  return { raw, ticket };
}

function ticketsIn(handshake: Uint8Array): readonly Uint8Array[] {
  try {
    return messagesOf(handshake)
      .filter(({ type }) => type === HANDSHAKE.newSessionTicket)
      .slice(0, 4)
      .map(({ body }) => body);
  } catch (error) {
    if (error instanceof WireError) throw new FaultError('tls.malformed', error.message, { cause: error });
    throw error;
  }
}

/** A hello of TLS 1.3 that resumes: with psk_ke alone and no share, or for another name. */
async function resume13(
  setting: Setting,
  ticket: Ticket13,
  wishes: { readonly pskOnly: boolean; readonly name?: string },
): Promise<JsonObject> {
  const { io, endpoint, prober } = setting;
  const random = io.random(32);
  const shares = wishes.pskOnly ? [] : [makeShare(0x001d), makeShare(0x0017)];
  let record: Uint8Array = new Uint8Array();
  helloWithPsk(ticket, (last) => {
    record = clientHelloRecord(
      helloOptions(io, endpoint, {
        version: 'TLSv1.3',
        suites: [ticket.suite],
        groups: READABLE_GROUPS,
        keyShares: shares,
        pskModes: wishes.pskOnly ? [0] : [1],
        random,
        ...(wishes.name !== undefined && { servername: wishes.name }),
        extensions: [last],
      }),
    );
    return record.subarray(5);
  });
  const { bytes, end } = await prober.ask(record, untilDone);
  return { flight: Buffer.from(bytes.subarray(0, 8192)).toString('base64'), end };
}

interface Ticket12 {
  readonly lifetime: number;
  readonly ticket: Uint8Array;
}

/** NewSessionTicket of TLS 1.2 (RFC 5077 §3.3). */
export function decodeTicket12(body: Uint8Array): Ticket12 {
  const reader = readerOf(body);
  return { lifetime: reader.uint(4), ticket: reader.vector(2) };
}

async function finish12(
  setting: Setting,
): Promise<{ readonly raw: JsonObject; readonly ticket: Uint8Array | undefined }> {
  const { io, endpoint } = setting;
  let ticket: Uint8Array | undefined;
  const raw = await answerOrFault(
    async () =>
      await withStream(setting, async (stream) => {
        const connection = connection12(io, endpoint, stream);
        try {
          const { messages } = await connection.handshake({});
          const given = messages.find(({ type }) => type === HANDSHAKE.newSessionTicket)?.body;
          if (given !== undefined) ({ ticket } = decodeTicket12(given));
          await connection.send(CONTENT.applicationData, lastWords(setting));
          const came = await behind(connection);
          return { ...came.raw, tickets: given === undefined ? [] : [Buffer.from(given).toString('base64')] };
        } catch (error) {
          // a server that wants a certificate says so instead of its Finished
          if (!(error instanceof AlertError)) throw error;
          return { ...rawFault(error), alert: error.description };
        }
      }),
  );
  return { raw, ticket: ticket?.length === 0 ? undefined : ticket };
}

async function resume12(setting: Setting, ticket: Uint8Array, name: string): Promise<JsonObject> {
  const { io, endpoint } = setting;
  return await answerOrFault(
    async () =>
      await withStream(setting, async (stream) => {
        const { resumed } = await connection12(io, endpoint, stream).greet({
          ticket,
          sessionId: io.random(32),
          servername: name,
        });
        return { resumed };
      }),
  );
}

/** Both versions, where they are offered. `crossHost`: a foreign name is served by another certificate. */
export async function askSessions(
  setting: Setting,
  offered: { readonly tls12: boolean; readonly tls13: boolean },
  crossHost: boolean,
): Promise<JsonObject> {
  // one after the other: some servers talk to one client at a time, and wait for these to say more
  const modern = offered.tls13 ? await finish13(setting) : undefined;
  const classic = offered.tls12 ? await finish12(setting) : undefined;
  const [pskOnly, cross13, cross12] = await Promise.all([
    modern?.ticket === undefined ? undefined : resume13(setting, modern.ticket, { pskOnly: true }),
    modern?.ticket === undefined || !crossHost
      ? undefined
      : resume13(setting, modern.ticket, { pskOnly: false, name: FOREIGN_NAME }),
    classic?.ticket === undefined || !crossHost || modern?.ticket !== undefined
      ? undefined
      : resume12(setting, classic.ticket, FOREIGN_NAME),
  ]);
  const cross = cross13 ?? cross12;
  return {
    asked: setting.io.now(),
    ...(modern !== undefined && { 'TLSv1.3': modern.raw }),
    ...(classic !== undefined && { 'TLSv1.2': classic.raw }),
    ...(pskOnly !== undefined && { pskOnly }),
    ...(cross !== undefined && { crossHost: cross }),
  };
}
