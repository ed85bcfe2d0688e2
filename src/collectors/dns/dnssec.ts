/** The facts of a zone's DNSSEC: delegation signer, keys, signatures, and how non-existence is proved. */
import { unknown } from '../../model/facts.ts';
import type { FaultCode } from '../../model/fault.ts';
import type { Json } from '../../model/json.ts';
import { TYPES, type Rdata, type ResourceRecord } from '../../wire/dns/types.ts';
import type { Answer, Answers } from './answers.ts';
import { Sheet, type Part } from './sheet.ts';

type Key = Extract<Rdata, { is: 'DNSKEY' }>;
type Signer = Extract<Rdata, { is: 'DS' }>;

/** Algorithms that RFC 9904 to 9906 and RFC 8624 say not to sign with. */
const OLD_ALGORITHMS: { readonly [number: number]: string } = {
  1: 'RSAMD5',
  3: 'DSA',
  5: 'RSASHA1',
  6: 'DSA-NSEC3-SHA1',
  7: 'RSASHA1-NSEC3-SHA1',
  12: 'GOST',
};
const RSA_ALGORITHMS = [1, 5, 7, 8, 10];
/** SHA-1 and GOST. */
const OLD_DIGESTS = [1, 3];
const SEP = 1;

/** RFC 4034 appendix B. */
export function keyTag(key: Key): number {
  const octets = [key.flags >>> 8, key.flags & 0xff, key.protocol, key.algorithm, ...key.key];
  let sum = 0;
  for (const [index, octet] of octets.entries()) sum += index % 2 === 0 ? octet << 8 : octet;
  return (sum + ((sum >>> 16) & 0xffff)) & 0xffff;
}

/** Bits of an RSA modulus as RFC 3110 §2 writes it. */
export function rsaBits(key: Uint8Array): number {
  const [first = 0, second = 0, third = 0] = key;
  const start = first === 0 ? 3 + second * 256 + third : 1 + first;
  const modulus = key.subarray(start);
  const lead = modulus.findIndex((octet) => octet !== 0);
  if (lead < 0) return 0;
  return (modulus.length - lead) * 8 - Math.clz32(modulus[lead] ?? 0) + 24;
}

function rdataOf<K extends Rdata['is']>(answer: Answer, is: K): Extract<Rdata, { is: K }>[] {
  if (answer.is !== 'records') return [];
  return answer.records.flatMap(({ rdata }) => (rdata.is === is ? [rdata as Extract<Rdata, { is: K }>] : []));
}

const OF_THE_CHAIN = ['signed', 'matched', 'algorithms', 'nsec3'];

export function dnssecFacts(answers: Answers, domain: string): Part {
  const sheet = new Sheet();
  const soa = answers.ask(domain, 'SOA');
  // RFC 4035 §5.5: a validator answers SERVFAIL for what does not verify, and gives it with checking disabled
  if (soa.is === 'unknown') {
    const bare = soa.code === 'dns.servfail' ? answers.ask(domain, 'SOA', { how: 'cd' }) : soa;
    sheet.set('bogus', bare.is === 'unknown' ? unknown(soa.code) : true, soa.at, bare.at);
    for (const key of OF_THE_CHAIN) sheet.set(key, unknown(soa.code), soa.at);
    return sheet.part(soa.at);
  }
  sheet.set('bogus', false, soa.at);
  // only a zone has a delegation of its own
  if (soa.is !== 'records' || soa.chain.length > 0) return sheet.part(soa.at);
  const ds = answers.ask(domain, 'DS');
  if (ds.is === 'unknown') {
    for (const key of OF_THE_CHAIN) sheet.set(key, unknown(ds.code), ds.at);
    return sheet.part(ds.at);
  }
  const signers = rdataOf(ds, 'DS');
  sheet.set('signed', signers.length > 0, ds.at);
  if (signers.length > 0) signedFacts(sheet, answers, domain, signers, ds.at);
  return sheet.part(ds.at);
}

function signedFacts(sheet: Sheet, answers: Answers, domain: string, signers: readonly Signer[], at: string): void {
  const answer = answers.ask(domain, 'DNSKEY');
  if (answer.is === 'unknown') {
    for (const key of ['orphans', 'matched', 'algorithms', 'keys']) sheet.set(key, unknown(answer.code), answer.at);
  } else {
    const keys = rdataOf(answer, 'DNSKEY');
    const orphans = signers.filter(
      (signer) => !keys.some((key) => key.algorithm === signer.algorithm && keyTag(key) === signer.keyTag),
    );
    sheet.set(
      'orphans',
      orphans.map((signer) => `${String(signer.keyTag)} (algorithm ${String(signer.algorithm)})`),
      at,
      answer.at,
    );
    // RFC 4035 §5.2: one DS that matches is enough to validate
    sheet.set('matched', orphans.length < signers.length, at, answer.at);
    sheet.set(
      'keys',
      keys.map((key) => `${String(keyTag(key))}: algorithm ${String(key.algorithm)}, flags ${String(key.flags)}`),
      answer.at,
    );
    sheet.set('algorithms', [...oldDigests(signers), ...keys.flatMap(weakKey)], at, answer.at);
  }
  const nsec3 = answers.ask(domain, 'NSEC3PARAM');
  if (nsec3.is === 'unknown') sheet.set('nsec3', unknown(nsec3.code), nsec3.at);
  const parameters = rdataOf(nsec3, 'NSEC3PARAM')[0];
  if (parameters !== undefined) {
    sheet.set('nsec3', { iterations: parameters.iterations, saltOctets: parameters.salt.length }, nsec3.at);
  }
}

function oldDigests(signers: readonly Signer[]): string[] {
  // a newer digest beside the old one is what validators use
  if (signers.some((signer) => !OLD_DIGESTS.includes(signer.digestType))) return [];
  return signers.map((signer) => `DS ${String(signer.keyTag)} has only digest type ${String(signer.digestType)}`);
}

function weakKey(key: Key): string[] {
  const name = `key ${String(keyTag(key))}`;
  const old = OLD_ALGORITHMS[key.algorithm];
  if (old !== undefined) return [`${name} uses algorithm ${String(key.algorithm)} (${old})`];
  if (!RSA_ALGORITHMS.includes(key.algorithm)) return [];
  const bits = rsaBits(key.key);
  if (bits >= 2048) return [];
  const role = (key.flags & SEP) === 0 ? 'zone-signing key; 1024 and up is common there' : 'key-signing key';
  return [`${name} is RSA of ${String(bits)} bits (${role})`];
}

/** The signatures over a record set, with the instants that a rule needs. */
export function signatureFacts(records: readonly ResourceRecord[]): Json[] {
  return records.flatMap(({ rdata }) => {
    if (rdata.is !== 'RRSIG') return [];
    const quarter = (rdata.expiration - rdata.inception) / 4;
    return [
      {
        covers: rdata.covered === TYPES.SOA ? 'SOA' : rdata.covered === TYPES.DNSKEY ? 'DNSKEY' : String(rdata.covered),
        expires: instant(rdata.expiration),
        lastQuarter: instant(rdata.expiration - Math.max(0, quarter)),
      },
    ];
  });
}

/** Seconds since 1970, as RFC 4034 §3.1.5 counts until 2106. */
function instant(seconds: number): string {
  return new Date(Math.round(seconds) * 1000).toISOString().replace('.000Z', 'Z');
}

/** Whether the resolver vouches for an answer: unknown where nobody can be believed. */
export function authentic(answer: Answer): boolean | FaultCode {
  if (answer.is === 'unknown') return answer.code;
  return answer.authentic ?? 'dns.unvalidated';
}
