/** One DNS question to one server over TCP. Messages for other questions are ignored; the connection is closed at the end. */
import { connect } from 'node:net';
import { FaultError } from '../../model/fault.ts';
import { malformed, networkFault } from './dns-faults.ts';
import { belongsTo, MAX_MESSAGE, withId } from './dns-header.ts';
import { serverName, type DnsServer } from './dns-server.ts';
import { type Outcome, random16 } from './dns-udp.ts';

/** Answers over TCP that belong to another question; more of them is hostile. */
const MAX_FOREIGN = 16;

/**
 * RFC 7766 §8: two octets of length, then the message; both may arrive in any pieces. The answer is the function that gives up; `done`
 * is called at most once, and never after that.
 */
export function askTcp(asked: Uint8Array, server: DnsServer, done: (outcome: Outcome) => void): () => void {
  const query = withId(asked, random16());
  const socket = connect({ host: server.address, port: server.port, noDelay: true });
  let ended = false;
  let pending: Buffer = Buffer.alloc(0);
  let foreign = 0;

  function end(outcome?: Outcome): void {
    if (ended) return;
    ended = true;
    socket.destroy();
    if (outcome !== undefined) done(outcome);
  }

  function brokenOff(): FaultError {
    return pending.length === 0
      ? new FaultError('dns.network', `${serverName(server)} closed the TCP connection without an answer`)
      : malformed(server, `broke off after ${String(pending.length)} bytes`);
  }

  socket.on('error', (error) => end(networkFault(error, server, 'TCP')));
  socket.on('end', () => end(brokenOff()));
  socket.on('data', (chunk) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    while (!ended && pending.length >= 2) {
      const length = pending.readUInt16BE(0);
      if (pending.length < length + 2) return;
      const message = pending.subarray(2, length + 2);
      if (belongsTo(query, message) === 'yes') end(Uint8Array.from(message));
      else if (++foreign > MAX_FOREIGN) end(malformed(server, 'is for another question'));
      pending = pending.subarray(length + 2);
    }
  });
  socket.on('connect', () => {
    const framed = Buffer.alloc(query.length + 2);
    framed.writeUInt16BE(Math.min(query.length, MAX_MESSAGE), 0);
    framed.set(query, 2);
    socket.write(framed);
  });
  return () => end();
}
