/** Whether what a security.txt names is still there: dead, alive, or could not tell. */
import { faultIn, unknown } from '../../model/facts.ts';
import type { FaultCode } from '../../model/fault.ts';
import { isArray, type Json, own } from '../../model/json.ts';
import { decodeMessage } from '../../wire/dns/message.ts';
import { RCODES } from '../../wire/dns/types.ts';
import { mailboxOf } from '../../wire/http/security-txt-values.ts';
import { domainOf } from './links.ts';
import { readChain } from './raw.ts';

/** `dead` of one value of a contact or link; undefined where nothing was to be asked. */
export function isDead(links: Json | undefined, value: string, scheme: string | undefined): Json | undefined {
  if (scheme === 'https') return webDead(own(own(links, 'web'), value));
  if (scheme !== 'mailto') return undefined;
  const states = mailboxOf(value.slice(7))
    .split(',')
    .map((address) => mailDead(own(own(links, 'mail'), domainOf(address))));
  // several addresses in one contact: one that works is enough
  if (states.includes(false)) return false;
  return states.find((state) => state !== true) ?? true;
}

/** Of a web link: two answers 404 or 410, or a name without address. */
export function webDead(answers: Json | undefined): Json {
  if (!isArray(answers) || answers.length === 0) return unknown('evidence.missing');
  let gone = 0;
  for (const [index, answer] of answers.entries()) {
    const chain = readChain(answer, `/${String(index)}`);
    // NXDOMAIN, or a name without address
    if (chain.fault === 'net.no-address') return true;
    if (chain.fault !== undefined) return unknown(chain.fault);
    const last = chain.hops.at(-1);
    if (last?.is !== 'response') return unknown('evidence.missing');
    if (last.status === 404 || last.status === 410) gone += 1;
    else if (last.status >= 200 && last.status <= 399) return false;
    // forms often refuse scanners: 403, 429 and 5xx say nothing about the link
    else return unknown('http.unavailable');
  }
  return gone >= 2 ? true : unknown('evidence.missing');
}

/** RFC 5321 §5.1, RFC 7505: a domain takes mail by an MX that is not null, or by an address of its own. */
export function mailDead(replies: Json | undefined): Json {
  const mx = readReply(own(replies, 'MX'));
  if (typeof mx === 'string') return unknown(mx);
  if (mx.nxdomain) return true;
  const exchanges = mx.records.flatMap((rdata) => (rdata.is === 'MX' ? [rdata.exchange] : []));
  if (exchanges.length > 0) return exchanges.every((exchange) => exchange === '.' || exchange === '');
  for (const type of ['A', 'AAAA']) {
    const reply = readReply(own(replies, type));
    if (typeof reply === 'string') return unknown(reply);
    if (reply.records.some(({ is }) => is === type)) return false;
  }
  return true;
}

type Records = ReturnType<typeof decodeMessage>['answers'][number]['rdata'][];

function readReply(raw: Json | undefined): { readonly nxdomain: boolean; readonly records: Records } | FaultCode {
  const code = faultIn(raw);
  const message = own(raw, 'message');
  if (code !== undefined || typeof message !== 'string') return code ?? 'evidence.missing';
  try {
    const { rcode, answers } = decodeMessage(Buffer.from(message, 'base64'));
    if (rcode === RCODES.NXDOMAIN) return { nxdomain: true, records: [] };
    if (rcode === RCODES.REFUSED) return 'dns.refused';
    if (rcode !== RCODES.NOERROR) return 'dns.servfail';
    return { nxdomain: false, records: answers.map(({ rdata }) => rdata) };
  } catch (error) {
    // whatever the codec throws of, the answer could not be read
    if (error instanceof Error) return 'dns.malformed';
    throw error;
  }
}
