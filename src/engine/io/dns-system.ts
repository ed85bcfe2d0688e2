/** The second DNS backend: node:dns asks, and its answer is written down as a message. For places where no datagram gets out. */
import type { CaaRecord, RecordWithTtl, SoaRecord, TlsaRecord } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import { FaultError } from '../../model/fault.ts';
import { decodeMessage, encodeMessage } from '../../wire/dns/message.ts';
import { canonicalName } from '../../wire/dns/name.ts';
import { latin1Bytes } from '../../wire/dns/rdata.ts';
import { RCODES, typeName, type Question, type Rdata } from '../../wire/dns/types.ts';
import { untilAbort } from '../deadline.ts';
import { codeOf } from './errors.ts';

/** node:dns shows no time to live but of addresses. */
const NO_TTL = 0;

interface Found {
  readonly rdata: Rdata;
  readonly ttl: number;
}

const plain = (rdata: Rdata): Found => ({ rdata, ttl: NO_TTL });
const addresses = (is: 'A' | 'AAAA', found: readonly RecordWithTtl[]): Found[] =>
  found.map(({ address, ttl }) => ({ rdata: { is, address }, ttl }));

async function lookUp(resolver: Resolver, { name, type }: Question): Promise<Found[]> {
  switch (typeName(type)) {
    case 'A':
      return addresses('A', await resolver.resolve4(name, { ttl: true }));
    case 'AAAA':
      return addresses('AAAA', await resolver.resolve6(name, { ttl: true }));
    case 'NS':
      return (await resolver.resolveNs(name)).map((host) => plain({ is: 'NS', name: host }));
    case 'CNAME':
      return (await resolver.resolveCname(name)).map((host) => plain({ is: 'CNAME', name: host }));
    case 'PTR':
      return (await resolver.resolvePtr(name)).map((host) => plain({ is: 'PTR', name: host }));
    case 'MX':
      return (await resolver.resolveMx(name)).map(({ exchange, priority }) =>
        // node:dns writes the root of a null MX as '' (RFC 7505)
        plain({ is: 'MX', preference: priority, exchange: exchange === '' ? '.' : exchange }),
      );
    case 'TXT':
      return (await resolver.resolveTxt(name)).map((chunks) => plain({ is: 'TXT', strings: chunks.map(latin1Bytes) }));
    case 'SRV':
      return (await resolver.resolveSrv(name)).map(({ name: target, port, priority, weight }) =>
        plain({ is: 'SRV', target, port, priority, weight }),
      );
    case 'SOA':
      return [plain(soaOf(await resolver.resolveSoa(name)))];
    case 'CAA':
      return (await resolver.resolveCaa(name)).map((record) => plain(caaOf(record)));
    case 'TLSA':
      return (await resolver.resolveTlsa(name)).map((record) => plain(tlsaOf(record)));
    default:
      throw new FaultError('dns.notimp', `the system's resolver cannot be asked for ${typeName(type)} records`);
  }
}

function soaOf(soa: SoaRecord): Rdata {
  const { nsname, hostmaster, serial, refresh, retry, expire, minttl } = soa;
  return { is: 'SOA', primary: nsname, mailbox: hostmaster, serial, refresh, retry, expire, minimum: minttl };
}

function caaOf(record: CaaRecord): Rdata {
  for (const tag of ['issue', 'issuewild', 'iodef', 'contactemail', 'contactphone'] as const) {
    const value = record[tag];
    if (value !== undefined) return { is: 'CAA', flags: record.critical, tag, value: latin1Bytes(value) };
  }
  throw new FaultError('dns.malformed', "the system's resolver answered a CAA record without a known tag");
}

function tlsaOf(record: TlsaRecord): Rdata {
  const { certUsage: usage, selector, match: matching, data } = record;
  return { is: 'TLSA', usage, selector, matching, data: new Uint8Array(data) };
}

/** The response code that an error of node:dns stands for; what is no answer is thrown as a fault. */
function rcodeOfError(error: unknown, name: string): number {
  if (error instanceof FaultError) throw error;
  switch (codeOf(error)) {
    case 'ENODATA':
      return RCODES.NOERROR;
    case 'ENOTFOUND':
      return RCODES.NXDOMAIN;
    case 'ESERVFAIL':
      return RCODES.SERVFAIL;
    case 'EREFUSED':
      return RCODES.REFUSED;
    case 'EFORMERR':
      return RCODES.FORMERR;
    case 'ENOTIMP':
      return RCODES.NOTIMP;
    case 'EBADNAME':
      throw new FaultError('dns.bad-name', `the system's resolver does not take the name ${JSON.stringify(name)}`);
    case 'EBADRESP':
      throw new FaultError('dns.malformed', "the system's resolver got a malformed answer", { cause: error });
    case 'ETIMEOUT':
    case 'ECANCELLED':
      throw new FaultError('dns.timeout', "the system's resolver got no answer in time", { cause: error });
    default:
      throw new FaultError('dns.network', `the system's resolver failed (${codeOf(error)})`, { cause: error });
  }
}

/** Asks one question through node:dns and writes the answer as a message: no AD bit, no DNSSEC records, no authority section. */
export async function askSystem(
  query: Uint8Array,
  timeoutMs: number,
  signal: AbortSignal,
  servers?: readonly string[],
): Promise<Uint8Array> {
  const asked = decodeMessage(query);
  const question = asked.questions[0];
  if (question === undefined) throw new FaultError('dns.formerr', 'the query holds no question');
  // Time-outs double with every try
  const resolver = new Resolver({ timeout: Math.max(1, Math.ceil(timeoutMs / 3)), tries: 2 });
  if (servers !== undefined) resolver.setServers(servers);
  const name = canonicalName(question.name);
  let found: Found[] = [];
  let rcode: number = RCODES.NOERROR;
  try {
    found = await untilAbort(lookUp(resolver, { ...question, name }), signal);
  } catch (error) {
    rcode = rcodeOfError(error, name);
  } finally {
    resolver.cancel();
  }
  return encodeMessage({
    ...asked,
    response: true,
    authoritative: false,
    truncated: false,
    recursionAvailable: true,
    authenticData: false,
    rcode,
    answers: found.map(({ rdata, ttl }) => ({
      name: question.name,
      type: question.type,
      class: 1,
      ttl,
      rdata,
    })),
    authorities: [],
    additionals: [],
    edns: undefined,
  });
}
