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
