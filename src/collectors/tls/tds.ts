/** TLS inside TDS: each handshake record travels in a PRELOGIN packet (MS-TDS 2.2.6.5, 3.2.5.1). */
import { FaultError } from '../../model/fault.ts';
import type { ByteStream } from '../../model/io.ts';

const HEADER = 8;
const PRELOGIN = 0x12;
/** The default packet size of TDS, header included. */
const PACKET = 4096;

export function insideTds(stream: ByteStream): ByteStream {
  let pending: Uint8Array = new Uint8Array();

  async function fill(count: number): Promise<boolean> {
    while (pending.length < count) {
      const chunk = await stream.read();
      if (chunk === undefined) return false;
      pending = Buffer.concat([pending, chunk]);
    }
    return true;
  }

  return {
    address: stream.address,
    port: stream.port,
    async write(bytes) {
      for (let at = 0; at < bytes.length; at += PACKET - HEADER) {
        const part = bytes.subarray(at, at + PACKET - HEADER);
        const last = at + part.length === bytes.length ? 1 : 0;
        const head = Buffer.from([PRELOGIN, last, 0, 0, 0, 0, 0, 0]);
        head.writeUInt16BE(HEADER + part.length, 2);
        await stream.write(Buffer.concat([head, part]));
      }
    },
    async read() {
      if (!(await fill(HEADER))) return undefined;
      const length = ((pending[2] ?? 0) << 8) | (pending[3] ?? 0);
      if (length < HEADER) throw new FaultError('tls.malformed', 'a TDS packet shorter than its header');
      if (!(await fill(length))) return undefined;
      const body = pending.subarray(HEADER, length);
      pending = pending.subarray(length);
      return body;
    },
    close: () => stream.close(),
  };
}
