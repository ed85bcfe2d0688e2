/** OpenPGP keys that the page offers, and what security.txt of its site says of contacts and keys. */
import { unknown } from '../../../model/facts.ts';
import type { FaultCode } from '../../../model/fault.ts';
import { type Json, type JsonObject, own } from '../../../model/json.ts';
import { parseSecurityTxt } from '../../../wire/http/security-txt.ts';
import { looksLikeHtml } from '../../../wire/http/sniff.ts';
import { dearmor, readCertificates } from '../../../wire/openpgp.ts';
import { certificateFact } from '../facts-keys.ts';
import { readChain } from '../raw.ts';
import { shown } from '../view.ts';
import { type Context, pathOf } from './context.ts';
import { kindOf } from './kinds.ts';
import { contactsOf } from './read.ts';

export type SecurityTxtValues =
  | { readonly is: 'file'; readonly contacts: readonly string[]; readonly keys: readonly string[] }
  | { readonly is: 'none' }
  | { readonly is: 'unknown'; readonly code: FaultCode };

export function securityTxt(raw: Json): SecurityTxtValues {
  const chain = readChain(own(raw, 'sectxt'), '/sectxt');
  if (!chain.asked) return { is: 'none' };
  if (chain.fault !== undefined) return { is: 'unknown', code: chain.fault };
  const last = chain.hops.at(-1);
  if (last?.is !== 'response') return { is: 'none' };
  if (last.status === 429 || last.status >= 500) return { is: 'unknown', code: 'http.unavailable' };
  const text = own(last.body.raw, 'text');
  if (last.status !== 200 || typeof text !== 'string' || looksLikeHtml(text)) return { is: 'none' };
  const { fields } = parseSecurityTxt(text);
  const named = (wanted: string): string[] => fields.flatMap(({ name, value }) => (name === wanted ? [value] : []));
  const contacts = named('contact');
  return contacts.length === 0 ? { is: 'none' } : { is: 'file', contacts, keys: named('encryption') };
}

const OFFERED = /\b(?:open)?pgp\b|\bgpg\b|\bgnupg\b/i;

export function keyFacts(
  context: Context,
  sectxt: SecurityTxtValues,
): { readonly facts: JsonObject; readonly at: { readonly [fact: string]: string } } {
  const links = context.links.filter(({ link, url }) => kindOf(link, url) === 'pgp');
  const domains = contactsOf(context.read).map(({ domain }) => domain);
  const at: { [fact: string]: string } = { '/keys': '/links' };
  const states: Json[] = [];
  const keys: JsonObject[] = [];
  for (const { url } of links) {
    const { last, code } = context.chain('links', url.href);
    const lost = code ?? (last !== undefined && isRefusal(last.status) ? 'http.unavailable' : undefined);
    if (last === undefined || lost !== undefined) {
      states.push(unknown(lost ?? 'evidence.missing'));
      continue;
    }
    const base64 = own(last.body.raw, 'base64');
    const bytes = Buffer.from(typeof base64 === 'string' ? base64 : '', 'base64');
    const [certificate] = last.status === 200 ? readCertificates(dearmor(bytes) ?? new Uint8Array(0)) : [];
    states.push(certificate !== undefined);
    // the same key is judged in security.txt
    if (certificate === undefined || (sectxt.is === 'file' && sectxt.keys.includes(url.href))) continue;
    at[`/keys/${String(keys.length)}`] = pathOf(url);
    keys.push({ url: shown(url.href), ...certificateFact(certificate, domains) });
  }
  const offered = links.length > 0 || context.read.lines.some(({ text }) => OFFERED.test(text));
  const linked = states.includes(true) ? true : (states.find((state) => typeof state !== 'boolean') ?? false);
  return {
    facts: {
      pgp: { offered, linked: linked === false && context.gap !== undefined ? unknown(context.gap) : linked },
      keys,
    },
    at,
  };
}

/** What says nothing about the link: forms and files often refuse scanners. */
export function isRefusal(status: number): boolean {
  return status === 401 || status === 403 || status === 429 || status >= 500;
}
