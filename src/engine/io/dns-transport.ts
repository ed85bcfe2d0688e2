/** One DNS question to one server, over UDP or TCP. Foreign datagrams are ignored; every handle is closed at the end. */
import { createSocket } from 'node:dgram';
import { connect, isIP } from 'node:net';
import { FaultError } from '../../model/fault.ts';
import { reasonOf } from '../deadline.ts';
import { belongsTo, MAX_MESSAGE } from './dns-header.ts';
import { serverName, type DnsServer } from './dns-server.ts';
import { netFault } from './errors.ts';

/** Answers over TCP that belong to another question; more of them is hostile. */
const MAX_FOREIGN = 16;

function networkFault(error: unknown, server: DnsServer, transport: string): FaultError {
  const fault = netFault(error, `DNS server ${serverName(server)} over ${transport}`);
  return fault.fault.code.startsWith('net.')
    ? new FaultError('dns.network', fault.fault.message, { cause: error })
    : fault;
}

function malformed(server: DnsServer, what: string): FaultError {
  return new FaultError('dns.malformed', `the answer of ${serverName(server)} ${what}`);
}

/** The kernel picks the random port, and a connected socket gets datagrams of that server and port only (RFC 5452 §9.1). */
export async function askUdp(query: Uint8Array, server: DnsServer, signal: AbortSignal): Promise<Uint8Array> {
  const socket = createSocket(isIP(server.address) === 6 ? 'udp6' : 'udp4');
  try {
    return await new Promise<Uint8Array>((resolve, reject) => {
      const giveUp = (): void => reject(reasonOf(signal));
      if (signal.aborted) return giveUp();
      signal.addEventListener('abort', giveUp, { once: true });
      const fail = (error: unknown): void => {
        signal.removeEventListener('abort', giveUp);
        reject(networkFault(error, server, 'UDP'));
      };
      socket.on('error', fail);
      socket.on('message', (message) => {
        const belongs = belongsTo(query, message);
        if (belongs === 'no') return;
        signal.removeEventListener('abort', giveUp);
        if (belongs === 'short') reject(malformed(server, 'is shorter than a header'));
        else resolve(message);
      });
      socket.connect(server.port, server.address, () => {
        socket.send(query, (error) => {
          if (error !== null) fail(error);
        });
      });
    });
  } finally {
    socket.close();
  }
}

/** RFC 7766 §8: two octets of length, then the message; both may arrive in any pieces. */
export async function askTcp(query: Uint8Array, server: DnsServer, signal: AbortSignal): Promise<Uint8Array> {
  const socket = connect({ host: server.address, port: server.port, noDelay: true });
  try {
    return await new Promise<Uint8Array>((resolve, reject) => {
      const giveUp = (): void => reject(reasonOf(signal));
      if (signal.aborted) return giveUp();
      signal.addEventListener('abort', giveUp, { once: true });
      const settle = (end: () => void): void => {
        signal.removeEventListener('abort', giveUp);
        end();
      };
      let pending: Buffer = Buffer.alloc(0);
      let foreign = 0;
      socket.on('error', (error) => settle(() => reject(networkFault(error, server, 'TCP'))));
      socket.on('end', () =>
        settle(() =>
          reject(
            pending.length === 0
              ? new FaultError('dns.network', `${serverName(server)} closed the TCP connection without an answer`)
              : malformed(server, `broke off after ${String(pending.length)} bytes`),
          ),
        ),
      );
      socket.on('data', (chunk) => {
        pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
        while (pending.length >= 2) {
          const length = pending.readUInt16BE(0);
          if (pending.length < length + 2) return;
          const message = pending.subarray(2, length + 2);
          if (belongsTo(query, message) === 'yes') return settle(() => resolve(Uint8Array.from(message)));
          if (++foreign > MAX_FOREIGN) return settle(() => reject(malformed(server, 'is for another question')));
          pending = pending.subarray(length + 2);
        }
      });
      socket.on('connect', () => {
        const framed = Buffer.alloc(query.length + 2);
        framed.writeUInt16BE(Math.min(query.length, MAX_MESSAGE), 0);
        framed.set(query, 2);
        socket.write(framed);
      });
    });
  } finally {
    socket.destroy();
  }
}
