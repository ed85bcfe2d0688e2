/** RDP: TLS after the X.224 negotiation (MS-RDPBCGR 2.2.1.1, 2.2.1.2). */
import type { Ask, Dialogue } from './dialogue.ts';

/** TPKT (RFC 1006 §6): version 3, then the length of the whole in octets 2 and 3. */
const packet: Ask['whole'] = (received) => {
  if (received.length < 4) return received[0] === undefined || received[0] === 3 ? undefined : received.length;
  if (received[0] !== 3) return received.length;
  const end = Math.max(4, Buffer.from(received).readUInt16BE(2));
  return received.length < end ? undefined : end;
};

const SECURITY: { readonly [selected: number]: string } = { 0: 'standard', 1: 'tls', 2: 'nla', 4: 'rdstls', 8: 'nla' };
/** SSL_NOT_ALLOWED_BY_SERVER. */
const NOT_ALLOWED = 2;

/** Offers TLS and both kinds of CredSSP; `greeting` is what the server selects: standard, tls, nla, or why it refuses. */
export function* rdp(): Dialogue {
  const negotiation = [1, 0, 8, 0, 0x0b, 0, 0, 0];
  // X.224 connection request: length, 0xE0, no references, class 0
  const request = [14, 0xe0, 0, 0, 0, 0, 0, ...negotiation];
  const reply = Buffer.from(yield { send: Uint8Array.from([3, 0, 0, 4 + request.length, ...request]), whole: packet });
  // 0xD0: connection confirm
  if (reply[0] !== 3 || reply.length < 11 || reply[5] !== 0xd0) return { offered: false, ready: false, foreign: true };
  const answer = reply.subarray(11);
  // a server of before 2007 says nothing of security: it knows its own alone
  if (answer.length < 8) return { offered: false, ready: false, greeting: 'standard' };
  const value = answer.readUInt32LE(4);
  if (answer[0] !== 2)
    return { offered: false, ready: false, greeting: value === NOT_ALLOWED ? 'standard' : `refused ${String(value)}` };
  const ready = (value & 0x0b) !== 0;
  return { offered: ready, ready, greeting: SECURITY[value] ?? `protocol ${String(value)}` };
}
