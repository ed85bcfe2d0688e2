/** What stands in raw beside the flights for the sake of their certificates: each one by itself, and the roots above them. */
import type { IO } from '../../model/io.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { anchorsFor } from './anchors.ts';
import { servedIn } from './facts-served.ts';

const MAX_CERTIFICATES = 64;

/** Every certificate of the flights once, in the order sent: evidence points at one of them instead of at a whole flight. */
function sentIn(raw: Json): readonly Uint8Array[] {
  const found = new Map<string, Uint8Array>();
  for (const { certificates } of servedIn(raw)?.flights ?? [])
    for (const der of certificates) found.set(Buffer.from(der).toString('base64'), der);
  return [...found.values()].slice(0, MAX_CERTIFICATES);
}

export async function aboutCertificates(io: IO, raw: Json): Promise<JsonObject> {
  const sent = sentIn(raw);
  const { anchors, rootsGiven } = await anchorsFor(io, sent);
  return { certificates: sent.map((der) => Buffer.from(der).toString('base64')), anchors, rootsGiven };
}
