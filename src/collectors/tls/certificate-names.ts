/** Facts about the names in a certificate: what is wrong with a subjectAltName, a common name or a subject. Pure. */
import { partialList } from '../../model/facts.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { boolean, integer, list, string } from '../../model/schema.ts';
import type { Certificate } from '../../wire/x509/certificate.ts';
import { type GeneralName, ipText } from '../../wire/x509/general-name.ts';
import { COUNTRIES } from './countries.ts';
import { ipBytes } from './hostname.ts';
import { partly } from './partly.ts';
import { bareName, type Suffixes, topLevel } from './suffixes.ts';

/** More names than these are not spelt out in facts; the list is then known in part. */
const MAX_NAMES = 1000;

const names = list(string());

export const namesSchema = partly(
  {
    critical: boolean(),
    entries: integer(),
    dns: names,
    ips: names,
    others: list(string(), { description: 'kinds of the other entries' }),
    empty: integer({ description: 'entries without content' }),
    duplicates: names,
    badLabels: list(string(), { description: 'DNS names with a label that is empty, too long or not LDH' }),
    tooLong: list(string(), { description: 'DNS names of more than 253 octets' }),
    spaces: names,
    underscores: names,
    nulls: names,
    leadingPeriods: names,
    wildcards: names,
    badWildcards: list(string(), { description: 'a * that is not the whole left-most label of a longer name' }),
    reservedIps: names,
    onSuffix: list(string(), { description: 'wildcards directly under a public suffix (ICANN section)' }),
    internal: list(string(), { description: 'DNS names without a public top-level domain' }),
  },
  { description: 'absent: the certificate has no subjectAltName' },
);

export const subjectSchema = {
  commonNames: partly({
    values: names,
    notInSan: list(string(), { description: 'common names that the subjectAltName does not hold' }),
    reservedIps: names,
    badLabels: names,
    internal: list(string(), { description: 'common names without a public top-level domain' }),
  }),
  attributes: partly({
    empty: boolean({ description: 'the subject has no attribute' }),
    issuerEmpty: boolean(),
    units: list(string(), { description: 'organizationalUnitName' }),
    badCountries: list(string(), { description: 'countries that ISO 3166-1 does not know' }),
    tooLong: list(string(), { description: 'attributes above their upper bound (RFC 5280 §A.1)' }),
    placeholders: list(string(), { description: 'attributes without any letter or digit' }),
  }),
};

function shown(found: readonly string[]): Json {
  const texts = found.slice(0, MAX_NAMES).map((name) => name.toWellFormed());
  return partialList(texts, found.length > MAX_NAMES ? 'net.limit' : undefined);
}

/** IANA special-purpose registries: not globally reachable, or documentation. */
const RESERVED_V4: readonly (readonly [prefix: number, bits: number])[] = [
  [0x00000000, 8],
  [0x0a000000, 8],
  [0x64400000, 10],
  [0x7f000000, 8],
  [0xa9fe0000, 16],
  [0xac100000, 12],
  [0xc0000000, 24],
  [0xc0000200, 24],
  [0xc0a80000, 16],
  [0xc6120000, 15],
  [0xc6336400, 24],
  [0xcb007100, 24],
  [0xe0000000, 3],
];

export function isReserved(bytes: Uint8Array): boolean {
  if (bytes.length === 4) {
    const address = Buffer.from(bytes).readUInt32BE(0);
    return RESERVED_V4.some(([prefix, bits]) => address >>> (32 - bits) === prefix >>> (32 - bits));
  }
  if (bytes.length !== 16) return false;
  const first = Buffer.from(bytes).readUInt16BE(0);
  // only 2000::/3 is global unicast; 2001:db8::/32 and 3fff::/20 are for documentation, 2001::/23 for protocols
  const documentation = (first === 0x2001 && Buffer.from(bytes).readUInt16BE(2) === 0x0db8) || first === 0x3fff;
  return first >> 13 !== 1 || documentation || (first === 0x2001 && (bytes[2] ?? 0) < 2);
}

function hasBadLabel(name: string): boolean {
  if (ipBytes(name) !== undefined) return false;
  return name.split('.').some((label, _index, labels) => {
    if (label.length > 63) return true;
    if (label === '') return labels.length > 1 || name === '';
    return !/^[A-Za-z0-9_*-]+$/.test(label) && label !== '?';
  });
}

function hasBadWildcard(name: string): boolean {
  const stars = name.split('*').length - 1;
  return stars > 0 && !(stars === 1 && name.startsWith('*.') && name.length > 2);
}

function isInternal(name: string, suffixes: Suffixes): boolean {
  return name !== '' && !suffixes.isTopLevel(topLevel(bareName(name)));
}

export function sanFacts(found: readonly GeneralName[], critical: boolean, suffixes: Suffixes): JsonObject {
  const dns = found.filter(({ kind }) => kind === 'dns').map(({ value }) => value);
  const those = (fits: (name: string) => boolean): Json => shown(dns.filter(fits));
  const seen = new Set<string>();
  const duplicates = new Set<string>();
  for (const name of dns) {
    const folded = name.toLowerCase();
    if (seen.has(folded)) duplicates.add(name);
    seen.add(folded);
  }
  const ips = found.filter(({ kind }) => kind === 'ip');
  return {
    critical,
    entries: found.length,
    dns: shown(dns),
    ips: shown(ips.map(({ value }) => value)),
    others: [...new Set(found.map(({ kind }) => kind))].filter((kind) => kind !== 'dns' && kind !== 'ip'),
    empty: found.filter(({ length }) => length === 0).length,
    duplicates: shown([...duplicates]),
    badLabels: those(hasBadLabel),
    tooLong: those((name) => name.length > 253),
    spaces: those((name) => name === ' '),
    underscores: those((name) => name.includes('_')),
    nulls: those((name) => name.includes('\0')),
    leadingPeriods: those((name) => name.startsWith('.')),
    wildcards: those((name) => name.includes('*')),
    badWildcards: those(hasBadWildcard),
    reservedIps: shown(ips.filter(({ bytes }) => isReserved(bytes)).map(({ value }) => value)),
    onSuffix: those((name) => name.startsWith('*.') && suffixes.isSuffix(bareName(name))),
    internal: those((name) => isInternal(name, suffixes)),
  };
}

const BOUNDS: { readonly [name: string]: number } = { CN: 64, L: 128, O: 64, OU: 64, ST: 128, C: 2 };

/** From here on the common name must be one of the names exactly; before, case did not count. */
const EXACT_FROM = '2021-08-25T00:00:00Z';

function isInSan(commonName: string, certificate: Certificate): boolean {
  const { subjectAltName, notBefore } = certificate;
  if (subjectAltName === undefined || 'malformed' in subjectAltName) return false;
  const exact = notBefore.instant >= EXACT_FROM;
  return subjectAltName.value.some(({ kind, value, bytes }) => {
    if (kind === 'ip') {
      const text = ipText(bytes) ?? '';
      if (text === commonName) return true;
      const given = ipBytes(commonName);
      return !exact && given !== undefined && ipText(given) === text;
    }
    if (kind !== 'dns') return false;
    return exact ? value === commonName : value.toLowerCase() === commonName.toLowerCase();
  });
}

export function subjectFacts(certificate: Certificate, suffixes: Suffixes): JsonObject {
  const { attributes } = certificate.subject;
  const values = (name: string): readonly string[] =>
    attributes.filter((attribute) => attribute.name === name).map(({ value }) => value);
  const commonNames = values('CN');
  const text = ({ name, value }: { readonly name: string; readonly value: string }): string =>
    `${name}=${value.slice(0, 200)}`;
  return {
    commonNames: {
      values: shown(commonNames),
      notInSan: shown(commonNames.filter((name) => !isInSan(name, certificate))),
      reservedIps: shown(
        commonNames.filter((name) => {
          const bytes = ipBytes(name);
          return bytes !== undefined && isReserved(bytes);
        }),
      ),
      badLabels: shown(commonNames.filter((name) => name !== '' && hasBadLabel(name))),
      internal: shown(commonNames.filter((name) => ipBytes(name) === undefined && isInternal(name, suffixes))),
    },
    attributes: {
      empty: attributes.length === 0,
      issuerEmpty: certificate.issuer.attributes.length === 0,
      units: shown(values('OU')),
      badCountries: shown(values('C').filter((country) => country !== 'XX' && !COUNTRIES.has(country.toUpperCase()))),
      tooLong: shown(
        attributes
          .filter(({ name, value }) => name !== 'C' && Array.from(value).length > (BOUNDS[name] ?? 32_768))
          .map(text),
      ),
      placeholders: shown(attributes.filter(({ value }) => !/[\p{L}\p{N}]/u.test(value)).map(text)),
    },
  };
}
