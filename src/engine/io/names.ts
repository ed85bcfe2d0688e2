/** The addresses of a host name. Apart from the rest: where only addresses are connected to, no codec of the DNS is loaded. */
import { FaultError } from '../../model/fault.ts';
import type { NetworkOptions } from '../../model/options.ts';
import { decodeMessage, encodeQuery } from '../../wire/dns/message.ts';
import { canonicalName } from '../../wire/dns/name.ts';
import { RCODES, TYPES, type Message } from '../../wire/dns/types.ts';
import type { DnsClient } from './dns.ts';
import type { Hosts } from './hosts.ts';

/** RFC 1034 §3.6.2 sets no bound; resolvers give up near here. */
const MAX_ALIASES = 16;

/** Of a name in the hosts file of this machine, else in the DNS. */
export async function addressesOf(
  host: string,
  network: NetworkOptions,
  dns: DnsClient,
  hosts: () => Hosts,
  signal: AbortSignal,
): Promise<string[]> {
  const name = canonicalName(host);
  // A hosts file speaks for this machine; a user who names a resolver wants that one's view
  const local = network.resolvers.length === 0 ? hosts().get(name) : undefined;
  if (local !== undefined) return [...local];
  // RFC 6761 §6.3: never ask DNS for these
  if (name === 'localhost' || name.endsWith('.localhost')) return ['127.0.0.1', '::1'];
  const [v4, v6] = await Promise.allSettled([ask(name, TYPES.A, dns, signal), ask(name, TYPES.AAAA, dns, signal)]);
  const found: string[] = [];
  const a = v4.status === 'fulfilled' ? v4.value : [];
  const b = v6.status === 'fulfilled' ? v6.value : [];
  // RFC 8305 §4: families take turns
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    found.push(...a.slice(index, index + 1), ...b.slice(index, index + 1));
  }
  if (found.length > 0) return found;
  // One family failed and the other has nothing: that is not "no address"
  if (v4.status === 'rejected') throw v4.reason;
  if (v6.status === 'rejected') throw v6.reason;
  throw new FaultError('net.no-address', `${name} has no address`);
}

async function ask(name: string, type: number, dns: DnsClient, signal: AbortSignal): Promise<string[]> {
  const reply = await dns.ask({ query: encodeQuery(name, type) }, signal);
  const message = decodeMessage(reply.message);
  switch (message.rcode) {
    case RCODES.NOERROR:
      return addressesIn(message, name, type);
    case RCODES.NXDOMAIN:
      return [];
    case RCODES.REFUSED:
      throw new FaultError('dns.refused', `${reply.server} refused the question for ${name}`);
    case RCODES.NOTIMP:
      throw new FaultError('dns.notimp', `${reply.server} does not answer such questions`);
    case RCODES.FORMERR:
      throw new FaultError('dns.formerr', `${reply.server} did not understand the question for ${name}`);
    default:
      throw new FaultError('dns.servfail', `${reply.server} failed at the question for ${name}`);
  }
}

/** The addresses at the end of the alias chain that starts at the name; records of other names do not count. */
function addressesIn(message: Message, name: string, type: number): string[] {
  let owner = name;
  for (let hop = 0; hop <= MAX_ALIASES; hop++) {
    const here = message.answers.filter((record) => canonicalName(record.name) === owner && record.class === 1);
    const found = here.flatMap(({ rdata }) =>
      (rdata.is === 'A' && type === TYPES.A) || (rdata.is === 'AAAA' && type === TYPES.AAAA) ? [rdata.address] : [],
    );
    if (found.length > 0) return found;
    const alias = here.flatMap(({ rdata }) => (rdata.is === 'CNAME' ? [rdata.name] : []))[0];
    if (alias === undefined) return [];
    owner = canonicalName(alias);
  }
  throw new FaultError('dns.loop', `the aliases of ${name} do not end`);
}
