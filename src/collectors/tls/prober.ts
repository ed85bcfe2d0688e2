/** Questions to one TLS server: bounded in parallel, lost connections tried again, everything counted. */
import { FaultError, type FaultCode } from '../../model/fault.ts';
import type { ByteStream, IO } from '../../model/io.ts';
import type { EndpointName } from '../../model/target.ts';
import { type Flight, HANDSHAKE, MAX_FLIGHT, parseFlight } from '../../wire/tls/flight.ts';
import { dialForTls } from './dial.ts';

export interface Answer {
  readonly bytes: Uint8Array;
  readonly flight: Flight;
  /** `whole`: nothing more was due. A fault code: how the connection was lost. */
  readonly end: 'whole' | 'closed' | FaultCode;
}

/** When the reader has seen enough and hangs up. */
export type Enough = (flight: Flight, bytes: Uint8Array) => boolean;
/** All that a TLS <= 1.2 server says before the client speaks again, or the ServerHello of TLS 1.3. */
export const untilDone: Enough = (flight) => flight.ended || (flight.serverHello?.version ?? 0) >= 0x0304;

/** Several segments where it is a list; a function makes it while the connection is made. */
export type Hello = Uint8Array | readonly Uint8Array[] | (() => Uint8Array);

/** What is asked once in place of a question that was closed on: a server that refuses the first has an answer to it. */
export interface Instead {
  readonly hello: Hello;
  /** What its answer says of the first: refused, answered (then its connection was lost), or nothing. */
  readonly says: (answer: Answer) => 'refused' | 'answered' | 'nothing';
}

export interface Manner {
  /** Made where it is needed. */
  readonly instead?: () => Instead | undefined;
  /** So many closes are taken for the answer as long as no connection was lost: who asks comes back to it (`settle.ts`). */
  readonly closes?: number;
  /** How often the same question was closed on before. */
  readonly before?: number;
}

export interface Prober {
  /** A hello on a fresh connection; retried where the connection was lost before anything was said. */
  ask(hello: Hello, enough: Enough, manner?: Manner): Promise<Answer>;
  /** The same for a task that rejects where its connection was lost. */
  insist<T>(task: () => Promise<T>): Promise<T>;
  /** Takes a slot for something else than a hello (a session), and counts its connection. */
  slot<T>(task: () => Promise<T>): Promise<T>;
  stats(): ProberStats;
  /**
   * From now on connections are made ready while others are waited for: far away that halves the time of a row of questions.
   * `task` is what they are for; what is left of them after it is closed.
   */
  readyFor<T>(task: () => Promise<T>): Promise<T>;
  /** The first whole flight with each certificate that was sent in the clear, in order of arrival; at most eight. */
  served(): readonly Flight[];
}

export interface ProberStats {
  readonly opened: number;
  /** Connections that were lost though the same question was answered on another. */
  readonly lost: number;
  /** The shortest time from a hello to its answer so far, in milliseconds; to connect says nothing behind a proxy. */
  readonly roundMs: number;
  /** Connections on which something was said. */
  readonly answered: number;
  /** A question was answered with an alert: who has not done so may refuse by closing. */
  readonly alerts: boolean;
  /** After each question that was never answered, another was. */
  readonly isAlive: boolean;
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

/** facts/tls §6: a lost connection is tried three times more, fresh, before it means anything. */
export const TRIES = 4;
/** On a path that has lost connections of answered questions: four in a row are lost there too, now and then. */
export const TRIES_ON_LOSS = 9;
/** Of a server that is known to refuse by closing, and whose connections are not lost otherwise. */
const KNOWN_TRIES = 2;
/** So many answers without a loss say that a path does not lose every other connection. */
export const SOME_ANSWERS = 10;
/** Silence costs a whole time-out each: it is asked twice. */
const SILENT_TRIES = 2;
const MAX_SERVED = 8;
/** A server that drips its answer, each octet in time, is out of time as a whole. */
const MAX_ANSWER_MS = 20_000;

function isLoss(error: unknown): error is FaultError {
  return error instanceof FaultError && LOSSES.includes(error.fault.code);
}

async function readFlight(stream: ByteStream, enough: Enough): Promise<Answer> {
  const chunks: Uint8Array[] = [];
  let bytes: Uint8Array = new Uint8Array();
  let flight = parseFlight(bytes);
  const started = performance.now();
  try {
    while (!enough(flight, bytes)) {
      if (performance.now() - started > MAX_ANSWER_MS) return { bytes, flight, end: 'net.timeout' };
      const chunk = await stream.read();
      if (chunk === undefined) return { bytes, flight, end: 'closed' };
      chunks.push(chunk);
      bytes = Buffer.concat(chunks);
      if (bytes.length > MAX_FLIGHT) return { bytes: bytes.subarray(0, MAX_FLIGHT), flight, end: 'net.limit' };
      flight = parseFlight(bytes);
    }
    return { bytes, flight, end: 'whole' };
  } catch (error) {
    if (isLoss(error)) return { bytes, flight, end: error.fault.code };
    throw error;
  }
}

/** Neither an answer nor an alert: nothing that the server said decides. */
function isSilent({ bytes, flight, end }: Answer): boolean {
  if (end === 'whole' || end === 'net.limit') return false;
  return flight.serverHello === undefined && flight.alerts.length === 0 && (end !== 'closed' || bytes.length === 0);
}

/** What became of a connection that was made ahead. */
type Made = { readonly stream: ByteStream } | { readonly error: unknown };

/** `known`: a connection has been made already; before that, a failure to connect is the fault of the whole job. */
export function createProber(io: IO, endpoint: EndpointName, limit: number, known: boolean): Prober {
  const waiting: (() => void)[] = [];
  let busy = 0;
  let opened = 0;
  let lost = 0;
  let roundMs = Number.POSITIVE_INFINITY;
  let met = known;
  /** A question was closed on every time. */
  let closes = false;
  let alerts = false;
  let answers = 0;
  /** How many were answered when the latest of the lost questions was lost first. */
  let answersThen = -1;
  const served = new Map<string, Flight>();
  /** Connections that were made before there was a question for them; a failure waits for whoever takes it. */
  const ready: Promise<Made>[] = [];
  let asking = 0;
  let preparing = false;

  function keep(flight: Flight): void {
    const message = flight.messages.find(({ type }) => type === HANDSHAKE.certificate);
    if (message === undefined || served.size >= MAX_SERVED) return;
    const key = Buffer.from(message.body).toString('base64');
    if (!served.has(key)) served.set(key, flight);
  }

  async function slot<T>(task: () => Promise<T>): Promise<T> {
    return await held(async () => {
      opened++;
      return await task();
    });
  }

  async function held<T>(task: () => Promise<T>): Promise<T> {
    if (busy + ready.length >= limit) await new Promise<void>((resolve) => waiting.push(resolve));
    else busy++;
    try {
      return await task();
    } finally {
      release();
    }
  }

  function release(): void {
    const next = waiting.shift();
    if (next === undefined) busy--;
    else next();
  }

  async function dialled(): Promise<Made> {
    opened++;
    try {
      return { stream: await dialForTls(io, endpoint) };
    } catch (error) {
      return { error };
    }
  }

  /** One for each row of questions but one: what a row leaves behind in the end another takes up. */
  function prepare(): void {
    if (!preparing || waiting.length > 0) return;
    while (ready.length < asking - 1 && busy + ready.length < limit) ready.push(dialled());
  }

  async function connection(): Promise<ByteStream> {
    const made = await (ready.shift() ?? dialled());
    if ('error' in made) throw made.error;
    return made.stream;
  }

  async function once(hello: Hello, enough: Enough): Promise<Answer> {
    const mine = connection();
    prepare();
    const made = typeof hello === 'function' ? hello() : hello;
    const stream = await mine;
    met = true;
    try {
      for (const segment of made instanceof Uint8Array ? [made] : made) await stream.write(segment);
      const asked = performance.now();
      return await readFlight(stream, (flight, bytes) => {
        if (bytes.length > 0) roundMs = Math.min(roundMs, performance.now() - asked);
        return enough(flight, bytes);
      });
    } finally {
      stream.close();
    }
  }

  /** A slot for a question: one that a connection waits for is at hand. */
  async function asked<T>(task: () => Promise<T>): Promise<T> {
    asking++;
    try {
      if (ready.length === 0) return await held(task);
      busy++;
      try {
        return await task();
      } finally {
        release();
      }
    } finally {
      asking--;
    }
  }

  async function readyFor<T>(task: () => Promise<T>): Promise<T> {
    preparing = true;
    try {
      return await task();
    } finally {
      preparing = false;
      for (const made of ready.splice(0)) {
        const left = await made;
        if ('stream' in left) left.stream.close();
      }
    }
  }

  function isKnownToClose(): boolean {
    return closes && lost === 0 && answers >= SOME_ANSWERS;
  }

  /** One connection for a hello; lost ones are answers too. */
  async function attempt(hello: Hello, enough: Enough): Promise<Answer> {
    try {
      const answer = await asked(async () => await once(hello, enough));
      keep(answer.flight);
      if (!isSilent(answer)) answers++;
      alerts ||= answer.flight.alerts.length > 0;
      return answer;
    } catch (error) {
      if (!isLoss(error) || !met) throw error;
      return { bytes: new Uint8Array(), flight: parseFlight(new Uint8Array()), end: error.fault.code };
    }
  }

  async function ask(hello: Hello, enough: Enough, { instead, closes: few, before = 0 }: Manner = {}): Promise<Answer> {
    let other = instead;
    let timeouts = 0;
    let onlyClosed = true;
    for (let tries = 1; ; tries++) {
      const answer = await attempt(hello, enough);
      if (!isSilent(answer)) {
        lost += before + tries - 1;
        return answer;
      }
      if (tries + before === 1) answersThen = answers;
      if (answer.end === 'net.timeout' || answer.end === 'tls.timeout') timeouts++;
      if (answer.end !== 'closed') onlyClosed = false;
      const made = onlyClosed ? other?.() : undefined;
      if (made !== undefined) {
        const second = await attempt(made.hello, enough);
        const says = isSilent(second) ? 'lost' : made.says(second);
        // the server has an answer to it, and so has it to the question if that is answered in its place
        if (says === 'lost' || says === 'answered') lost++;
        if (says === 'answered' || says === 'refused') return second;
        if (says === 'nothing') other = undefined;
      }
      const most = lost > 0 ? TRIES_ON_LOSS : onlyClosed ? (few ?? (isKnownToClose() ? KNOWN_TRIES : TRIES)) : TRIES;
      if (tries < most && timeouts < SILENT_TRIES) continue;
      closes ||= onlyClosed;
      return answer;
    }
  }

  async function insist<T>(task: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await slot(task);
      } catch (error) {
        if (!isLoss(error) || error.fault.code === 'net.timeout' || error.fault.code === 'tls.unclear') throw error;
        if (tries >= (error.fault.code === 'net.closed' && isKnownToClose() ? KNOWN_TRIES : TRIES)) throw error;
      }
    }
  }

  return {
    ask,
    insist,
    slot,
    readyFor,
    stats: () => ({
      opened,
      lost,
      roundMs,
      answered: answers,
      alerts,
      isAlive: answersThen < answers,
    }),
    served: () => [...served.values()],
  };
}
