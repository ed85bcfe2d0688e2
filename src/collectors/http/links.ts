/** Follows what a security.txt names: web links twice where they seem gone, and the mail domains of its contacts. */
import { rawFault } from '../../model/facts.ts';
import { FaultError } from '../../model/fault.ts';
import type { Hop, IO } from '../../model/io.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { encodeQuery } from '../../wire/dns/message.ts';
import { TYPES } from '../../wire/dns/types.ts';
import { parseSecurityTxt } from '../../wire/http/security-txt.ts';
import { contactDefect, mailboxOf, schemeOf } from '../../wire/http/security-txt-values.ts';
import { follow, type Followed } from './chain.ts';

const MAX_LINKS = 12;
const MAX_DOMAINS = 6;
const MAX_KEYS = 3;
const KEY_BYTES = 256 * 1024;
const FOLLOWED = new Set(['contact', 'policy', 'acknowledgments', 'hiring']);

/** The web links and mail domains of a file, as far as they are followed. */
export function linksOf(text: string): { readonly urls: readonly string[]; readonly domains: readonly string[] } {
  const urls = new Set<string>();
  const domains = new Set<string>();
  for (const { name, value } of parseSecurityTxt(text).fields) {
    if (!FOLLOWED.has(name)) continue;
    const scheme = schemeOf(value);
    if (scheme === 'https' && URL.canParse(value)) urls.add(value);
    if (name === 'contact' && scheme === 'mailto' && contactDefect(value) === undefined) {
      for (const address of mailboxOf(value.slice(7)).split(',')) domains.add(domainOf(address));
    }
  }
  return { urls: [...urls].slice(0, MAX_LINKS), domains: [...domains].slice(0, MAX_DOMAINS) };
}

/** In lower case and A-labels; empty where the name is none. */
export function domainOf(address: string): string {
  return URL.parse(`http://${address.slice(address.lastIndexOf('@') + 1)}/`)?.hostname ?? '';
}

export async function followLinks(io: IO, text: string): Promise<Json> {
  const { urls, domains } = linksOf(text);
  const web = await Promise.all(urls.map(async (url) => [url, await askTwice(io, url)] as const));
  const mail = await Promise.all(domains.map(async (domain) => [domain, await askMail(io, domain)] as const));
  const keys = await Promise.all(keyLinks(text).map(async (url) => [url, await askKey(io, url)] as const));
  return { web: Object.fromEntries(web), mail: Object.fromEntries(mail), keys: Object.fromEntries(keys) };
}

/** The https addresses of Encryption lines; a fingerprint or a DNS name is not fetched. */
export function keyLinks(text: string): readonly string[] {
  const urls = parseSecurityTxt(text).fields.flatMap(({ name, value }) =>
    name === 'encryption' && schemeOf(value) === 'https' && URL.canParse(value) ? [value] : [],
  );
  return [...new Set(urls)].slice(0, MAX_KEYS);
}

async function askKey(io: IO, url: string): Promise<Json> {
  const keep = ({ body }: Hop): JsonObject => ({ base64: Buffer.from(body).toString('base64') });
  return (await follow(io, url, { maxBody: KEY_BYTES, keep })).raw;
}

/** One answer 404 may be an accident; two are none. */
async function askTwice(io: IO, url: string): Promise<Json> {
  const first = await follow(io, url, { maxBody: 0 });
  return isGone(first) ? [first.raw, (await follow(io, url, { maxBody: 0 })).raw] : [first.raw];
}

function isGone({ last }: Followed): boolean {
  return last?.status === 404 || last?.status === 410;
}

async function askMail(io: IO, domain: string): Promise<Json> {
  const found: { [type: string]: JsonObject } = {};
  for (const type of ['MX', 'A', 'AAAA'] as const) found[type] = await ask(io, domain, TYPES[type]);
  return found;
}

async function ask(io: IO, domain: string, type: number): Promise<JsonObject> {
  try {
    const reply = await io.dns({ query: encodeQuery(domain, type) });
    return { message: Buffer.from(reply.message).toString('base64'), server: reply.server };
  } catch (error) {
    if (error instanceof FaultError) return rawFault(error);
    throw error;
  }
}
