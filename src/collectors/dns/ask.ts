/** One question to the DNS through `IO`, as raw evidence. */
import { answerOrFault, rawFault } from '../../model/facts.ts';
import { FaultError } from '../../model/fault.ts';
import type { IO } from '../../model/io.ts';
import type { JsonObject } from '../../model/json.ts';
import { encodeQuery } from '../../wire/dns/message.ts';
import { TYPES, type Message } from '../../wire/dns/types.ts';
import { rawEntry, type Answers, type Asked } from './answers.ts';
import { redactedMessage } from './redact.ts';

/** One question answered: as raw evidence, and the message in it as the next questions need it. */
export interface Told {
  readonly asked: Asked;
  readonly entry: JsonObject;
  /** Missing where there was a fault. */
  readonly message?: Message;
  readonly trusted?: boolean;
}

/** What was told, for the next questions. */
export function learn(answers: Answers, { asked, entry, message, trusted }: Told): void {
  if (message === undefined) answers.add(entry);
  else answers.told(asked, message, trusted === true);
}

/** Where a message becomes text: most are short, and to copy one costs less than a Buffer of its own. */
const SHORT = Buffer.alloc(1024);

function base64(bytes: Uint8Array): string {
  if (bytes.length > SHORT.length) return Buffer.from(bytes).toString('base64');
  SHORT.set(bytes);
  return SHORT.toString('base64', 0, bytes.length);
}

/** Asks and keeps the answer message, or the fault, in the form that raw evidence has. */
export async function ask(asked: Asked, io: Pick<IO, 'dns'>): Promise<Told> {
  try {
    const query = encodeQuery(asked.name, TYPES[asked.type], {
      recursionDesired: asked.server === undefined || asked.how === 'recurse',
      checkingDisabled: asked.how === 'cd',
      edns: asked.how !== 'plain',
    });
    const plain = asked.server === undefined ? { query } : { query, server: asked.server };
    const { message, server, transport, elapsedMs, trusted } = await io.dns(
      asked.how === 'tcp' ? { ...plain, transport: 'tcp' } : plain,
    );
    const clean = redactedMessage(message, asked.name);
    const text = base64(clean.bytes);
    const entry = rawEntry(asked, { message: text, server, transport, elapsedMs, trusted });
    return { asked, entry, message: clean.message, trusted };
  } catch (error) {
    if (error instanceof FaultError) return { asked, entry: rawEntry(asked, rawFault(error)) };
    throw error;
  }
}

/** RFC 8461 §3.3 and the BIMI draft: documents of at most this size are of use. */
export const MAX_BODY = 64 * 1024;

/** One document over HTTPS, no redirects followed. */
export async function fetchPage(url: string, io: IO): Promise<JsonObject> {
  const reply = await answerOrFault(async (): Promise<JsonObject> => {
    const hop = await io.fetch({ method: 'GET', url, maxBody: MAX_BODY + 1 });
    const type = hop.headers.find(([name]) => name.toLowerCase() === 'content-type');
    return {
      status: hop.status,
      contentType: type?.[1] ?? '',
      body: Buffer.from(hop.body).toString('base64'),
      truncated: hop.truncated || hop.body.length > MAX_BODY,
      authorized: hop.tls?.authorized ?? false,
      trustError: hop.tls?.trustError ?? '',
      address: hop.address,
    };
  });
  return { url, reply };
}
