/** A server's first flight, from the bytes that came: what it says, and whether more is due. Total and bounded. */
import { readerOf, WireError } from './bytes.ts';
import { CONTENT, cutRecords } from './record.ts';
import { decodeServerHello, type ServerHello } from './server-hello.ts';

export const HANDSHAKE = {
  clientHello: 1,
  serverHello: 2,
  newSessionTicket: 4,
  encryptedExtensions: 8,
  certificate: 11,
  serverKeyExchange: 12,
  certificateRequest: 13,
  serverHelloDone: 14,
  certificateVerify: 15,
  clientKeyExchange: 16,
  finished: 20,
  certificateStatus: 22,
} as const;

/** facts/tls §6: a chain of ten certificates fits; endless messages do not. */
export const MAX_MESSAGE = 131_072;
export const MAX_FLIGHT = 262_144;
/** A flight in more records than these is made to keep a client busy. */
const MAX_RECORDS = 1024;

export interface Message {
  readonly type: number;
  readonly body: Uint8Array;
}

export interface Alert {
  readonly level: number;
  readonly description: number;
}

export interface Flight {
  readonly serverHello: ServerHello | undefined;
  /** Clear handshake messages in order, the ServerHello among them. */
  readonly messages: readonly Message[];
  readonly alerts: readonly Alert[];
  /** Encrypted records behind a TLS 1.3 ServerHello, in order. */
  readonly encrypted: readonly { readonly header: Uint8Array; readonly fragment: Uint8Array }[];
  /** Nothing more is due before the client speaks: fatal alert, HelloRetryRequest, ServerHelloDone. */
  readonly ended: boolean;
  /** Why this is no TLS, or breaks it. */
  readonly error: string | undefined;
  readonly length: number;
}

/** Complete messages at the front of joined handshake fragments. */
function messagesIn(joined: Uint8Array): readonly Message[] {
  const reader = readerOf(joined);
  const found: Message[] = [];
  while (reader.left() >= 4) {
    const type = reader.uint(1);
    const length = reader.uint(3);
    if (length > MAX_MESSAGE) throw new WireError(`a handshake message of ${String(length)} octets`);
    if (reader.left() < length) break;
    found.push({ type, body: reader.bytes(length) });
  }
  return found;
}

/** What was read once is asked for several times: by the reader, for the version, for the pick. */
const read = new WeakMap<Uint8Array, Flight>();

export function parseFlight(bytes: Uint8Array): Flight {
  const known = read.get(bytes);
  if (known !== undefined && known.length === bytes.length) return known;
  const flight = flightOf(bytes);
  read.set(bytes, flight);
  return flight;
}

function flightOf(bytes: Uint8Array): Flight {
  const cut = cutRecords(bytes);
  const fragments: Uint8Array[] = [];
  const alerts: Alert[] = [];
  const encrypted: { header: Uint8Array; fragment: Uint8Array }[] = [];
  for (const record of cut.records) {
    if (record.type === CONTENT.alert && record.fragment.length === 2)
      alerts.push({ level: record.fragment[0] ?? 0, description: record.fragment[1] ?? 0 });
    else if (record.type === CONTENT.handshake) fragments.push(record.fragment);
    else if (record.type === CONTENT.applicationData)
      encrypted.push({
        header: Uint8Array.of(
          record.type,
          record.version >> 8,
          record.version & 0xff,
          record.fragment.length >> 8,
          record.fragment.length & 0xff,
        ),
        fragment: record.fragment,
      });
  }
  let messages: readonly Message[] = [];
  let serverHello: ServerHello | undefined;
  let error = cut.error ?? (cut.records.length > MAX_RECORDS ? 'a flight in too many records' : undefined);
  try {
    messages = messagesIn(Buffer.concat(fragments));
    const first = messages[0];
    if (first !== undefined && first.type !== HANDSHAKE.serverHello)
      throw new WireError(`handshake message ${String(first.type)} where a ServerHello is due`);
    if (first !== undefined) serverHello = decodeServerHello(first.body);
  } catch (thrown) {
    if (!(thrown instanceof WireError)) throw thrown;
    error ??= thrown.message;
  }
  const fatal = alerts.some(({ level, description }) => level === 2 || description === 0);
  const done = messages.some(({ type }) => type === HANDSHAKE.serverHelloDone);
  return {
    serverHello,
    messages,
    alerts,
    encrypted,
    ended: fatal || done || error !== undefined || serverHello?.retry === true,
    error,
    length: bytes.length,
  };
}

/** The certificates of a TLS <= 1.2 Certificate message, as sent; at most 64 of them. */
export function certificatesIn(body: Uint8Array): readonly Uint8Array[] {
  const list = readerOf(readerOf(body).vector(3));
  const found: Uint8Array[] = [];
  while (list.left() > 0 && found.length < 64) found.push(list.vector(3));
  return found;
}
