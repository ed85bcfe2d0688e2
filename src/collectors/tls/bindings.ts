/** What the DNS says of a certificate: TLSA for a mail host, CAA for the name of a web host. Asked beside the handshakes. */
import { answerOrFault } from '../../model/facts.ts';
import type { IO } from '../../model/io.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import type { EndpointName } from '../../model/target.ts';
import { encodeQuery } from '../../wire/dns/message.ts';
import { TYPES } from '../../wire/dns/types.ts';
import { ipBytes } from './hostname.ts';

/** The longest name has more; nobody's is so deep. */
const MAX_LABELS = 20;

async function asked(io: IO, name: string, type: number): Promise<JsonObject> {
  const reply = await answerOrFault(async (): Promise<JsonObject> => {
    const { message, trusted } = await io.dns({ query: encodeQuery(name, type) });
    return { message: Buffer.from(message).toString('base64'), trusted };
  });
  return { name, reply };
}

/** RFC 8659 §3: the name and everything above it; all at once, because most are answered already. */
function climbFrom(host: string): string[] {
  const labels = host.replace(/\.$/, '').split('.').slice(-MAX_LABELS);
  return labels.map((_, index) => labels.slice(index).join('.'));
}

/** RFC 7672 §2.2 for mail, RFC 8659 §3 for everything that is TLS from the first byte. */
export async function askBindings(io: IO, { host, port, protocol }: EndpointName): Promise<Json> {
  if (ipBytes(host) !== undefined) return {};
  if (protocol === 'smtp') return { tlsa: await asked(io, `_${String(port)}._tcp.${host}`, TYPES.TLSA) };
  if (protocol !== 'tls') return {};
  return { caa: await Promise.all(climbFrom(host).map(async (name) => await asked(io, name, TYPES.CAA))) };
}
