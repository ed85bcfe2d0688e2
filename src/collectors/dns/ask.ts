/** One question to the DNS through `IO`, as raw evidence. */
import { answerOrFault } from '../../model/facts.ts';
import type { IO } from '../../model/io.ts';
import type { JsonObject } from '../../model/json.ts';
import { encodeQuery } from '../../wire/dns/message.ts';
import { TYPES } from '../../wire/dns/types.ts';
import { rawEntry, type Asked } from './answers.ts';

/** Asks and keeps the answer message, or the fault, in the form that raw evidence has. */
export async function ask(asked: Asked, dns: IO['dns']): Promise<JsonObject> {
  const reply = await answerOrFault(async (): Promise<JsonObject> => {
    const query = encodeQuery(asked.name, TYPES[asked.type], {
      recursionDesired: asked.server === undefined || asked.how === 'recurse',
      checkingDisabled: asked.how === 'cd',
      edns: asked.how !== 'plain',
    });
    const { message, server, transport, elapsedMs, trusted } = await dns({
      query,
      ...(asked.server === undefined ? {} : { server: asked.server }),
      ...(asked.how === 'tcp' ? { transport: 'tcp' as const } : {}),
    });
    return { message: Buffer.from(message).toString('base64'), server, transport, elapsedMs, trusted };
  });
  return rawEntry(asked, reply);
}
