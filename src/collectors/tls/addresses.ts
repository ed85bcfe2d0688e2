/** What the other addresses of a name serve: one plain session each, with the certificates that came. */
import { answerOrFault } from '../../model/facts.ts';
import type { IO } from '../../model/io.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import type { EndpointName } from '../../model/target.ts';
import { decodeMessage, encodeQuery } from '../../wire/dns/message.ts';
import { TYPES } from '../../wire/dns/types.ts';
import { ipBytes } from './hostname.ts';

/** Beyond these a name is a fleet, and a sample has to do. */
const MAX_ADDRESSES = 4;

async function resolved(io: IO, host: string, type: number): Promise<readonly string[]> {
  const { message } = await io.dns({ query: encodeQuery(host, type) });
  return decodeMessage(message).answers.flatMap(({ rdata }) =>
    rdata.is === 'A' || rdata.is === 'AAAA' ? [rdata.address] : [],
  );
}

async function served(io: IO, { host, port }: EndpointName, address: string): Promise<JsonObject> {
  const answer = await answerOrFault(async (): Promise<JsonObject> => {
    const stream = await io.tcp(address, port);
    try {
      const session = await io.tls(stream, { servername: host, alpn: ['h2', 'http/1.1'] });
      session.stream.close();
      return { chain: session.chain.map((certificate) => Buffer.from(certificate).toString('base64')) };
    } finally {
      stream.close();
    }
  });
  return { address, ...answer };
}

/** Of both families some: a name may have many of one, and one of the other that nobody looks after. */
function sample(v4: readonly string[], v6: readonly string[]): readonly string[] {
  const room = Math.max(MAX_ADDRESSES - v6.length, MAX_ADDRESSES / 2);
  const first = v4.slice(0, room);
  return [...first, ...v6.slice(0, MAX_ADDRESSES - first.length)];
}

/** Nothing where the host is an address, or has no more than one. */
export async function askAddresses(io: IO, endpoint: EndpointName): Promise<Json> {
  if (ipBytes(endpoint.host) !== undefined) return { sessions: [] };
  return await answerOrFault(async () => {
    const [v4, v6] = await Promise.all([TYPES.A, TYPES.AAAA].map((type) => resolved(io, endpoint.host, type)));
    const addresses = sample([...new Set(v4)], [...new Set(v6)]);
    if (addresses.length < 2) return { sessions: [] };
    const sessions: Json[] = [];
    for (const address of addresses) sessions.push(await served(io, endpoint, address));
    return { sessions };
  });
}
