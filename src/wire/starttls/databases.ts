/** TLS inside database protocols: PostgreSQL SSLRequest, MySQL CLIENT_SSL. */
import { type Ask, type Dialogue, printable, text } from './dialogue.ts';

const anything: Ask['whole'] = (received) => (received.length > 0 ? 1 : undefined);

/** PostgreSQL "SSL Session Encryption": Int32 8, Int32 80877103, answered by one octet S or N (E: an error). */
export function* postgres(): Dialogue {
  const request = Buffer.alloc(8);
  request.writeUInt32BE(8, 0);
  request.writeUInt32BE(80_877_103, 4);
  const answer = text(yield { send: request, whole: anything });
  return { offered: answer === 'S', ready: answer === 'S', foreign: !['S', 'N', 'E'].includes(answer) };
}

/** One packet: three octets of length, little-endian, one of sequence. */
const packet: Ask['whole'] = (received) => {
  if (received.length < 4) return undefined;
  const end = 4 + Buffer.from(received).readUIntLE(0, 3);
  return received.length < end ? undefined : end;
};

const CLIENT_SSL = 0x0800;

/** MySQL protocol, HandshakeV10: the capability flags stand behind version, thread id and 9 octets. */
export function* mysql(): Dialogue {
  const greeting = Buffer.from(yield { whole: packet }).subarray(4);
  // 0xFF: an error packet (host blocked, too many connections)
  if (greeting[0] !== 10) return { offered: false, ready: false, foreign: greeting[0] !== 0xff };
  const end = greeting.indexOf(0, 1);
  // behind the NUL: thread id (4), scramble (8), filler (1), then the lower capability flags (2)
  if (end < 0 || end + 16 > greeting.length) return { offered: false, ready: false, foreign: true };
  const flags = greeting.readUInt16LE(end + 14);
  const version = printable(greeting.toString('latin1', 1, end));
  if ((flags & CLIENT_SSL) === 0) return { offered: false, ready: false, greeting: version };
  const request = Buffer.alloc(36);
  request.writeUIntLE(32, 0, 3);
  request.writeUInt8(1, 3);
  // CLIENT_PROTOCOL_41 | CLIENT_SSL | CLIENT_SECURE_CONNECTION
  request.writeUInt32LE(0x0200 | CLIENT_SSL | 0x8000, 4);
  request.writeUInt32LE(0x0100_0000, 8);
  request.writeUInt8(33, 12);
  yield { send: request, whole: () => 0 };
  return { offered: true, ready: true, greeting: version };
}

const TDS_HEADER = 8;

/** One packet of TDS: type, status, length in octets 2 and 3 (MS-TDS 2.2.3.1). */
const tdsPacket: Ask['whole'] = (received) => {
  if (received.length < TDS_HEADER) return undefined;
  const end = Math.max(TDS_HEADER, Buffer.from(received).readUInt16BE(2));
  return received.length < end ? undefined : end;
};

/** PRELOGIN with ENCRYPTION (MS-TDS 2.2.6.5); `encrypt` 0 offers, and shows whether the server insists. */
function prelogin(encrypt: number): Uint8Array {
  // VERSION at 11, ENCRYPTION at 17, then the terminator
  const options = [0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xff];
  const body = Uint8Array.from([...options, 0, 0, 0, 0, 0, 0, encrypt]);
  return Uint8Array.from([0x12, 1, 0, TDS_HEADER + body.length, 0, 0, 0, 0, ...body]);
}

/** The ENCRYPTION octet of a PRELOGIN answer: 0 off, 1 on, 2 not supported, 3 required. */
export function tdsEncryption(packet: Uint8Array): number | undefined {
  const body = packet.subarray(TDS_HEADER);
  for (let at = 0; at + 5 <= body.length && body[at] !== 0xff; at += 5) {
    if (body[at] !== 1) continue;
    const offset = ((body[at + 1] ?? 0) << 8) | (body[at + 2] ?? 0);
    return body[offset];
  }
  return undefined;
}

/** Microsoft SQL Server: what it answers to a client that would do without encryption, then to one that wants it. */
export function* mssql(): Dialogue {
  const answer = tdsEncryption(yield { send: prelogin(1), whole: tdsPacket });
  if (answer === undefined) return { offered: false, ready: false, foreign: true };
  return { offered: answer !== 2, ready: answer !== 2 };
}

/** The same question of a client that asks for no encryption (`ENCRYPT_OFF`). */
export function* mssqlPlain(): Dialogue {
  const answer = tdsEncryption(yield { send: prelogin(0), whole: tdsPacket });
  if (answer === undefined) return { offered: false, ready: false, foreign: true };
  // 0x01 and 0x03: the server insists
  return { offered: true, ready: false, plainLogin: answer === 0 || answer === 2 };
}
