/** TLS records (RFC 8446 §5.1): framing of what is sent, and cutting of what came. */
import { concat, uint } from './bytes.ts';

export const CONTENT = { changeCipherSpec: 20, alert: 21, handshake: 22, applicationData: 23, heartbeat: 24 } as const;

/** RFC 8446 §5.2: 2^14 + 256, and some room for old stacks. */
export const MAX_RECORD = 16_640;

export interface TlsRecord {
  readonly type: number;
  readonly version: number;
  readonly fragment: Uint8Array;
}

export function encodeRecord(type: number, version: number, fragment: Uint8Array): Uint8Array {
  return concat(uint(type, 1), uint(version, 2), uint(fragment.length, 2), fragment);
}

export interface Cut {
  readonly records: readonly TlsRecord[];
  /** Octets of a record that has not arrived in full. */
  readonly rest: number;
  /** Why these bytes are no TLS records; the records before that point still stand. */
  readonly error: string | undefined;
}

/** Cuts bytes into the records that arrived in full. */
export function cutRecords(bytes: Uint8Array): Cut {
  const records: TlsRecord[] = [];
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  while (at + 5 <= view.length) {
    const type = view.readUInt8(at);
    const version = view.readUInt16BE(at + 1);
    const length = view.readUInt16BE(at + 3);
    if (type < CONTENT.changeCipherSpec || type > CONTENT.heartbeat || version >> 8 !== 3)
      return { records, rest: 0, error: 'the server answers, and not with TLS' };
    if (length > MAX_RECORD) return { records, rest: 0, error: `a record of ${String(length)} octets` };
    if (at + 5 + length > view.length) break;
    records.push({ type, version, fragment: view.subarray(at + 5, at + 5 + length) });
    at += 5 + length;
  }
  return { records, rest: view.length - at, error: undefined };
}
