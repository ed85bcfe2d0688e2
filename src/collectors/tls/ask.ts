/** One question to a TLS server: a hello out, the first flight back, lost connections tried again. */
import { FaultError, type FaultCode } from '../../model/fault.ts';
import type { ByteStream, IO } from '../../model/io.ts';
import type { EndpointName } from '../../model/target.ts';
import { type Flight, MAX_FLIGHT, parseFlight } from '../../wire/tls/flight.ts';
import { dialForTls } from './dial.ts';

export interface Answer {
  readonly bytes: Uint8Array;
  readonly flight: Flight;
  /** `whole`: nothing more was due. A fault code: how the connection was lost. */
  readonly end: 'whole' | 'closed' | FaultCode;
}

/** What may befall a single connection of a server that is alive. */
const LOSSES: readonly FaultCode[] = [
  'net.reset',
  'net.closed',
  'net.timeout',
  'net.refused',
  'net.unreachable',
  'tls.timeout',
  'tls.unclear',
];

export function isLoss(code: FaultCode): boolean {
  return LOSSES.includes(code);
}

/** Reads until `enough` is content with the flight, the server ends, or the connection is lost. */
export async function readFlight(stream: ByteStream, enough: (flight: Flight) => boolean): Promise<Answer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  let flight = parseFlight(new Uint8Array());
  const answer = (end: Answer['end']): Answer => ({ bytes: Buffer.concat(chunks), flight, end });
  try {
    while (!flight.ended && !enough(flight)) {
      const chunk = await stream.read();
      if (chunk === undefined) return answer('closed');
      chunks.push(chunk);
      size += chunk.length;
      if (size > MAX_FLIGHT) return answer('net.limit');
      flight = parseFlight(Buffer.concat(chunks));
    }
    return answer('whole');
  } catch (error) {
    if (error instanceof FaultError && isLoss(error.fault.code)) return answer(error.fault.code);
    throw error;
  }
}

async function askOnce(
  io: IO,
  endpoint: EndpointName,
  hello: Uint8Array,
  enough: (flight: Flight) => boolean,
): Promise<Answer> {
  const stream = await dialForTls(io, endpoint);
  try {
    await stream.write(hello);
    return await readFlight(stream, enough);
  } finally {
    stream.close();
  }
}

/** Neither an answer nor an alert: nothing that the server said decides. */
function isSilent(answer: Answer): boolean {
  return answer.end !== 'whole' && answer.flight.serverHello === undefined && answer.flight.alerts.length === 0;
}

/** facts/tls §6: a lost connection is tried three times more, fresh, before it means anything. */
const TRIES = 4;
/** Silence costs a whole time-out each: it is asked twice. */
const SILENT_TRIES = 2;

export type Enough = (flight: Flight) => boolean;
export const untilHello: Enough = (flight) => flight.serverHello !== undefined;
/** All that a TLS <= 1.2 server says, or the ServerHello of TLS 1.3. */
export const untilDone: Enough = (flight) => flight.serverHello !== undefined && flight.serverHello.version >= 0x0304;

export async function ask(io: IO, endpoint: EndpointName, hello: Uint8Array, enough: Enough): Promise<Answer> {
  let last: Answer = { bytes: new Uint8Array(), flight: parseFlight(new Uint8Array()), end: 'tls.unclear' };
  let timeouts = 0;
  for (let attempt = 0; attempt < TRIES && timeouts < SILENT_TRIES; attempt++) {
    try {
      last = await askOnce(io, endpoint, hello, enough);
    } catch (error) {
      if (!(error instanceof FaultError) || !isLoss(error.fault.code)) throw error;
      last = { ...last, end: error.fault.code };
    }
    if (!isSilent(last)) return last;
    if (last.end === 'net.timeout' || last.end === 'tls.timeout') timeouts++;
  }
  return last;
}
