/** The OpenPGP keys that a security.txt names, and whether its signature was made by one of them. */
import { unknown } from '../../model/facts.ts';
import type { FaultCode } from '../../model/fault.ts';
import { type Json, own } from '../../model/json.ts';
import type { Field, SecurityTxt } from '../../wire/http/security-txt.ts';
import { mailboxOf, schemeOf } from '../../wire/http/security-txt-values.ts';
import {
  type Certificate,
  dearmor,
  packetsOf,
  type PublicKey,
  readCertificates,
  readSignature,
  verifySignature,
  weakness,
} from '../../wire/openpgp.ts';
import { domainOf } from './links.ts';
import { readChain } from './raw.ts';
import { instant, present, shown } from './view.ts';

type Fetched =
  | { readonly is: 'keys'; readonly certificates: readonly Certificate[] }
  | { readonly is: 'unknown'; readonly code: FaultCode };

function fetched(links: Json | undefined, url: string): Fetched {
  const chain = readChain(own(own(links, 'keys'), url), '');
  const last = chain.hops.at(-1);
  if (chain.fault !== undefined || last?.is !== 'response')
    return { is: 'unknown', code: chain.fault ?? 'evidence.missing' };
  if (last.status === 429 || last.status >= 500 || last.status === 403)
    return { is: 'unknown', code: 'http.unavailable' };
  if (last.status !== 200) return { is: 'keys', certificates: [] };
  const base64 = own(last.body.raw, 'base64');
  if (typeof base64 !== 'string') return { is: 'unknown', code: 'evidence.missing' };
  if (last.body.truncated) return { is: 'unknown', code: last.body.fault ?? 'http.limit' };
  return certificatesIn(base64);
}

function certificatesIn(base64: string): Fetched {
  return { is: 'keys', certificates: readCertificates(dearmor(Buffer.from(base64, 'base64')) ?? new Uint8Array(0)) };
}

/** One item for each Encryption line whose key can be fetched. */
export function keyFacts(links: Json | undefined, fields: readonly Field[], line: (number: number) => string): Json {
  const domains = fields.flatMap(({ name, value }) =>
    name === 'contact' && schemeOf(value) === 'mailto' ? mailboxOf(value.slice(7)).split(',').map(domainOf) : [],
  );
  return fields
    .filter(({ name, value }) => name === 'encryption' && schemeOf(value) === 'https')
    .map(({ value, line: number }) => {
      const about = { at: line(number), url: shown(value) };
      const keys = fetched(links, value);
      if (keys.is === 'unknown') {
        const lost = unknown(keys.code);
        return { ...about, parsed: lost, revoked: lost, weak: lost, encrypts: lost, named: lost, expires: lost };
      }
      const [certificate] = keys.certificates;
      return certificate === undefined
        ? { ...about, parsed: false }
        : { ...about, ...certificateFact(certificate, domains) };
    });
}

/** What of a key decides whether reporters can use it; `domains` are those of the contacts. */
export function certificateFact(
  certificate: Certificate,
  domains: readonly string[],
): { readonly [name: string]: Json } {
  const usable = certificate.subkeys.filter(({ encrypts, revoked }) => encrypts && !revoked);
  const keys: readonly PublicKey[] = [certificate.primary, ...usable.map(({ key }) => key)];
  // the latest end of a usable subkey is the end of the certificate, where that comes first
  const ends = usable.map(({ expires }) => expires ?? Number.POSITIVE_INFINITY);
  const last = Math.min(
    certificate.expires ?? Number.POSITIVE_INFINITY,
    ends.length === 0 ? Number.POSITIVE_INFINITY : Math.max(...ends),
  );
  return present({
    parsed: true,
    revoked: certificate.revoked,
    expires: Number.isFinite(last) ? instant(last * 1000) : undefined,
    weak: keys.flatMap((key) => weakness(key) ?? []),
    encrypts: usable.length > 0 || certificate.primaryEncrypts,
    named:
      domains.length === 0 ||
      certificate.userIds.some((id) => {
        const address = /([^\s<>]+@[^\s<>]+)>?\s*$/.exec(id.slice(0, 500))?.[1];
        return address !== undefined && domains.includes(domainOf(address));
      }),
  });
}

/** RFC 9116 §2.3: the signature by the key that the user brought or one that the file names; a key that nobody can see is no proof of anything. */
export function signatureFact(links: Json | undefined, key: Json | undefined, file: SecurityTxt): Json | undefined {
  if (!file.signed) return undefined;
  if (file.signature === undefined) return false;
  const armour = dearmor(Buffer.from(file.signature.armour, 'latin1'));
  const signatures = packetsOf(armour ?? new Uint8Array(0)).flatMap(({ tag, body }) =>
    tag === 2 ? [readSignature(body)] : [],
  );
  const readable = signatures.filter((signature) => signature !== undefined);
  if (readable.length === 0) return false;
  const urls = file.fields.flatMap(({ name, value }) =>
    name === 'encryption' && schemeOf(value) === 'https' ? [value] : [],
  );
  const data = Buffer.from(file.signature.text, 'utf8');
  let why: FaultCode = 'http.no-key';
  const brought: readonly Fetched[] = typeof key === 'string' ? [certificatesIn(key)] : [];
  for (const keys of [...brought, ...urls.map((url) => fetched(links, url))]) {
    if (keys.is === 'unknown') {
      why = keys.code;
      continue;
    }
    for (const key of keys.certificates.flatMap(({ primary, subkeys }) => [
      primary,
      ...subkeys.map((subkey) => subkey.key),
    ])) {
      for (const signature of readable) {
        if (
          !signature.issuers.some(
            (issuer) => issuer !== '' && (key.fingerprint.endsWith(issuer) || key.fingerprint.startsWith(issuer)),
          )
        )
          continue;
        const verdict = verifySignature(signature, key, data);
        if (verdict !== undefined) return verdict;
      }
    }
  }
  return unknown(why);
}
