/** Facts about key exchange: Diffie-Hellman numbers, curves, shares that come twice, signatures of TLS 1.2. Pure. */
import { checkPrimeSync, createHash } from 'node:crypto';
import { unknown } from '../../model/facts.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { boolean, integer, list, string } from '../../model/schema.ts';
import { GROUPS, signatureName } from '../../wire/tls/names.ts';
import { suiteOf } from '../../wire/tls/suites.ts';
import type { Listed } from './facts-suites.ts';
import { partly } from './partly.ts';

export const exchangeSchema = partly(
  {
    primes: list(
      partly({
        bits: integer(),
        sha256: string(),
        standard: string({ description: 'the name of the group, where it is a published one' }),
        prime: boolean(),
        safe: boolean({ description: '(p-1)/2 is prime too, or the group is a published one' }),
        versions: list(string()),
      }),
      { description: 'of Diffie-Hellman in TLS <= 1.2', 'x-optional-list': true },
    ),
    dhReused: boolean({ description: 'one public value came twice' }),
    ecdhReused: boolean(),
    compressedPoints: boolean({ description: 'a share was a compressed point' }),
    weakCurves: list(string(), { description: 'curves of less than 224 bit' }),
    binaryCurves: list(string(), { description: 'sect curves of 224 bit and more' }),
    curves: list(string()),
    hybrids: list(string(), { description: 'groups with a post-quantum part that are standards' }),
    drafts: list(string(), { description: 'post-quantum groups of drafts' }),
    pureQuantum: list(string(), { description: 'post-quantum groups without a classical part' }),
    firstModern: string({ description: 'the group that TLS 1.3 asks for first; absent: TLS 1.3 is not offered' }),
    schemes: list(string(), { description: 'signature schemes of TLS 1.2 key exchanges' }),
  },
  { description: 'absent where nothing was enumerated' },
);

/** SHA-256 of the prime to its name: RFC 2409, RFC 3526, RFC 5114, RFC 7919. */
const STANDARD: { readonly [sha256: string]: string } = {
  b52ba6a3026520a6c49d37e4587601801bee500123b3259b6bf03e7cecc3e63d: 'Oakley group 1 (768)',
  '3f35a3f5f6c4376a744acad409bb22f8d897f949d2311d885adaa890981b67a0': 'Oakley group 2 (1024)',
  '64fcc83ec403930bf18393dbc883ccaa1fbb08ac876f77f7aa99748ca945019b': 'modp1536',
  d66436f79bbd6b2e38c0ffbd079be904d2641415e2e67140e09448be9a60890e: 'modp2048',
  '48cf8b092fbce4359d9871abf74f98e25b6163379eaa15cd9087e800c6d1c55c': 'modp3072',
  '4ee95187682bcb230ad26a95205f6920e84708f6251b3894329b09ec23919e33': 'modp4096',
  d1bfe6d0925ce7e4da262b62861514a7755e35831e429f343e7b864848657efd: 'modp6144',
  '39ab4feab950a3128fb71accb9fc3965d857012e081998a85996e3ea8b3c3bcf': 'modp8192',
  '9cd3b7f336872f46c09428d1bbc19877a4d440512cda8d1c1cf0cd6e33698966': 'ffdhe2048',
  '0eaf67db3a839156d5013494a5318a772b5697d270d721f37f092efc69ea5a17': 'ffdhe3072',
  '4648414224ac881b3d0dc59b466f96d06a558278776807797ecf1f66ff397b3e': 'ffdhe4096',
  '227ac9066b3ddd9e193670cda2388fa884f65ba0cf98b742d1fe77a6687c79c7': 'ffdhe6144',
  '770b14efaf6f049929c523113b3fa99a8d11dab1b18af3609590122075d19833': 'ffdhe8192',
  '44c55cfee5c075927cf682da5b681bdecbd5c3eb0784c14f5dce7610f0ef133d': 'RFC 5114 group 1 (1024)',
  bfe545862ca102ad1eeddb5fbfa5bf855ac4995c56a8b408ce3fe099dce93a9d: 'RFC 5114 group 2 (2048)',
  '0b7835722cb619827610c2549fdda5587421686c4409a13865e76225522ddcc9': 'RFC 5114 group 3 (2048)',
};

/** Larger numbers are not tested for primality: the work is an attacker's to give. */
const MAX_TESTED_BITS = 4096;
const MAX_PRIMES = 4;

function bitsOf(number: Uint8Array): number {
  const first = number.findIndex((octet) => octet !== 0);
  if (first < 0) return 0;
  return (number.length - first) * 8 - Math.clz32(number[first] ?? 0) + 24;
}

function half(prime: Uint8Array): Uint8Array {
  const value = BigInt(`0x${Buffer.from(prime).toString('hex')}`) >> 1n;
  const digits = value.toString(16);
  return Buffer.from(digits.length % 2 === 1 ? `0${digits}` : digits, 'hex');
}

function primeFacts(prime: Uint8Array, versions: readonly string[]): JsonObject {
  const bits = bitsOf(prime);
  const first = Math.max(
    0,
    prime.findIndex((octet) => octet !== 0),
  );
  const sha256 = createHash('sha256').update(prime.subarray(first)).digest('hex');
  const standard = STANDARD[sha256];
  const common = { bits, sha256, versions: [...versions] };
  if (standard !== undefined) return { ...common, standard, prime: true, safe: true };
  if (bits > MAX_TESTED_BITS || bits < 8)
    return { ...common, prime: unknown('tls.unclear'), safe: unknown('tls.unclear') };
  const isPrime = checkPrimeSync(prime, { checks: 40 });
  return { ...common, prime: isPrime, safe: isPrime && checkPrimeSync(half(prime), { checks: 40 }) };
}

function primesIn(all: readonly Listed[]): Json {
  const found = new Map<string, { readonly prime: Uint8Array; readonly versions: Set<string> }>();
  for (const { version, picks } of all) {
    for (const { exchange } of picks) {
      if (exchange?.dh === undefined) continue;
      const key = Buffer.from(exchange.dh.prime).toString('hex');
      const known = found.get(key) ?? { prime: exchange.dh.prime, versions: new Set<string>() };
      known.versions.add(version);
      if (found.size < MAX_PRIMES || found.has(key)) found.set(key, known);
    }
  }
  return [...found.values()].map(({ prime, versions }) => primeFacts(prime, [...versions]));
}

function comesTwice(values: readonly Uint8Array[]): boolean {
  const texts = values.map((value) => Buffer.from(value).toString('base64'));
  return new Set(texts).size < texts.length;
}

export function exchangeFacts(all: readonly Listed[]): JsonObject {
  const rest = all.find(({ suitesRest, groupsRest }) => suitesRest !== undefined || groupsRest !== undefined);
  const code = rest?.suitesRest ?? rest?.groupsRest;
  const exchanges = all.flatMap(({ picks }) => picks.flatMap(({ exchange }) => exchange ?? []));
  const groups = GROUPS.filter((group) => all.some((listed) => listed.groups.includes(group.code)));
  const names = (fits: (group: (typeof GROUPS)[number]) => boolean): Json => {
    const found = groups.filter(fits).map(({ name }) => name);
    return code === undefined ? found : { $items: found, $unknown: code };
  };
  const points = exchanges.flatMap(({ point }) => point ?? []);
  const values = exchanges.flatMap(({ dh }) => (dh === undefined ? [] : [dh.public]));
  const modern = all.find(({ version }) => version === 'TLSv1.3');
  const firstGroup = modern?.picks[0]?.group;
  const primes = primesIn(all);
  const dheUnread = all.some(({ picks }) =>
    picks.some(({ suite, exchange }) => suiteOf(suite).keyExchange === 'dhe' && exchange?.dh === undefined),
  );
  return {
    primes: dheUnread || code !== undefined ? { $items: primes, $unknown: code ?? 'tls.malformed' } : primes,
    dhReused: comesTwice(values),
    ecdhReused: comesTwice(points),
    // RFC 8422 §5.4.1: 2 and 3 introduce a compressed point of a Weierstrass curve
    compressedPoints: exchanges.some(
      ({ group, point }) => group !== 0x1d && group !== 0x1e && (point?.[0] === 2 || point?.[0] === 3),
    ),
    weakCurves: names(({ kind, bits }) => kind === 'ec' && bits < 224),
    binaryCurves: names(({ name, bits }) => name.startsWith('sect') && bits >= 224),
    curves: names(({ kind }) => kind === 'ec'),
    hybrids: names(({ kind }) => kind === 'hybrid'),
    drafts: names(({ kind }) => kind === 'draft-pq'),
    pureQuantum: names(({ kind }) => kind === 'pure-pq'),
    ...(firstGroup !== undefined && { firstModern: GROUPS.find((group) => group.code === firstGroup)?.kind ?? 'ec' }),
    schemes: [...new Set(exchanges.flatMap(({ scheme }) => (scheme === undefined ? [] : [signatureName(scheme)])))],
  };
}
