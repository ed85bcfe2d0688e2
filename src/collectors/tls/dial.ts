/** Connects to an endpoint and speaks the words before TLS, keeping every reply for the evidence. */
import { FaultError } from '../../model/fault.ts';
import type { ByteStream, IO } from '../../model/io.ts';
import type { EndpointName } from '../../model/target.ts';
import { insideTds } from './tds.ts';
import { dialogueFor } from '../../wire/starttls/index.ts';
import type { Dialogue, Outcome } from '../../wire/starttls/dialogue.ts';

/** Before TLS a server says little; more than this is no greeting. */
const MAX_REPLY = 65_536;

export interface Spoken {
  readonly replies: readonly Uint8Array[];
  readonly outcome: Outcome | undefined;
  /** Why the dialogue could not be brought to an end. */
  readonly failure: FaultError | undefined;
}

export interface Dialled {
  readonly stream: ByteStream;
  /** Undefined where TLS starts with the first byte. */
  readonly spoken: Spoken | undefined;
}

interface Inbox {
  readonly stream: ByteStream;
  pending: Uint8Array;
}

/** Reads until the reply is whole; what came after it stays for the next. */
async function replyFrom(inbox: Inbox, whole: (received: Uint8Array) => number | undefined): Promise<Uint8Array> {
  for (;;) {
    const end = whole(inbox.pending);
    if (end !== undefined) {
      const reply = inbox.pending.subarray(0, end);
      inbox.pending = inbox.pending.subarray(end);
      return reply;
    }
    if (inbox.pending.length > MAX_REPLY) throw new FaultError('net.limit', 'the reply before TLS is endless');
    const chunk = await inbox.stream.read();
    if (chunk === undefined) throw new FaultError('net.closed', 'the server closed the connection before TLS');
    inbox.pending = Buffer.concat([inbox.pending, chunk]);
  }
}

async function speak(
  stream: ByteStream,
  dialogue: Dialogue,
  instead: (send: Uint8Array) => Uint8Array = (send) => send,
): Promise<Spoken> {
  const replies: Uint8Array[] = [];
  const inbox: Inbox = { stream, pending: new Uint8Array() };
  try {
    let step = dialogue.next();
    while (step.done !== true) {
      if (step.value.send !== undefined) await stream.write(instead(step.value.send));
      const reply = await replyFrom(inbox, step.value.whole);
      replies.push(reply);
      step = dialogue.next(reply);
    }
    return { replies, outcome: step.value, failure: undefined };
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    return { replies, outcome: undefined, failure: error };
  }
}

/** A connection on which a ClientHello may be sent where `spoken` is undefined or its outcome is ready; `instead` changes what is said. */
export async function dial(
  io: IO,
  endpoint: EndpointName,
  instead?: (send: Uint8Array) => Uint8Array,
): Promise<Dialled> {
  const stream = await io.tcp(endpoint.host, endpoint.port);
  const dialogue = dialogueFor(endpoint.protocol, endpoint.host);
  if (dialogue === undefined) return { stream, spoken: undefined };
  try {
    const spoken = await speak(stream, dialogue, instead);
    return { stream: endpoint.protocol === 'mssql' ? insideTds(stream) : stream, spoken };
  } catch (error) {
    stream.close();
    throw error;
  }
}

/** One question in the clear, on a connection of its own. */
export async function askPlainly(io: IO, endpoint: EndpointName, dialogue: Dialogue): Promise<Spoken> {
  const stream = await io.tcp(endpoint.host, endpoint.port);
  try {
    return await speak(stream, dialogue);
  } finally {
    stream.close();
  }
}

/** The same where TLS is known to be on offer: anything else than a stream ready for TLS is a fault. */
export async function dialForTls(io: IO, endpoint: EndpointName): Promise<ByteStream> {
  const { stream, spoken } = await dial(io, endpoint);
  if (spoken === undefined || spoken.outcome?.ready === true) return stream;
  stream.close();
  throw spoken.failure ?? new FaultError('tls.unclear', 'the server took back its offer of TLS');
}
