/** DKIM key records by the grammar of RFC 6376 §3.6.1. */
import { parseTags, tagValue, type TagList } from '../tags.ts';
import { readKey, type DkimKey } from './key.ts';

export interface DkimRecord {
  readonly text: string;
  readonly syntax: readonly string[];
  readonly twice: readonly string[];
  /** v= is absent, or first and DKIM1. */
  readonly versionGood: boolean;
  /** undefined: there is no p tag, or it is empty. */
  readonly key: DkimKey | undefined;
  readonly missingP: boolean;
  readonly revoked: boolean;
  readonly testing: boolean;
  /** t=s: no subdomains of the signing identity. */
  readonly strict: boolean;
  readonly hashes: readonly string[] | undefined;
  readonly services: readonly string[];
  readonly granularity: string | undefined;
  /** p= without white space, to compare keys. */
  readonly p: string;
}

function listOf(value: string | undefined): string[] | undefined {
  return value?.split(':').map((part) => part.replaceAll(/[ \t\r\n]/g, '').toLowerCase());
}

/** Whether a TXT at a selector was meant as a key; others, such as SPF under a wildcard, are no business of DKIM. */
export function isKeyRecord(text: string): boolean {
  return /(?:^|;)[ \t\r\n]*(?:p|k)[ \t\r\n]*=/i.test(text) || /v[ \t]*=[ \t]*DKIM/i.test(text) || BARE_KEY.test(text);
}

/** A public key without any tag: the head of a PEM file, or of the base64 of a DER sequence longer than 127 octets. */
const BARE_KEY = /^[ \t"]{0,9}(?:-----BEGIN [A-Z ]{0,20}PUBLIC KEY-----|MI[A-Za-z0-9+/]{80})/;

/** A tag inside the value of another one: the semicolon between them is missing. */
const SWALLOWED = /[ \t\r\n,](?:v|k|p|h|s|t|n)[ \t]*=(?!=|$)/i;

function swallowed(list: TagList): string[] {
  return list.tags.flatMap(({ name, value, column }) => {
    // a note may say anything
    const found = name === 'n' ? null : SWALLOWED.exec(value);
    if (found === null) return [];
    return [
      `"${name}=${value.slice(0, 60)}" at column ${String(column)}: ";" is missing before "${found[0].slice(1)}"`,
    ];
  });
}

export function parseDkim(text: string): DkimRecord {
  const list = parseTags(text);
  const first = list.tags[0];
  const version = tagValue(list, 'v');
  const p = tagValue(list, 'p')?.replaceAll(/[ \t\r\n]/g, '');
  const flags = listOf(tagValue(list, 't')) ?? [];
  return {
    text,
    syntax: [...list.problems, ...swallowed(list)],
    twice: list.twice,
    versionGood: version === undefined || (first?.name === 'v' && version === 'DKIM1'),
    key: p === undefined || p === '' ? undefined : readKey((tagValue(list, 'k') ?? 'rsa').toLowerCase(), p),
    missingP: p === undefined,
    revoked: p === '',
    testing: flags.includes('y'),
    strict: flags.includes('s'),
    hashes: listOf(tagValue(list, 'h')),
    services: listOf(tagValue(list, 's')) ?? ['*'],
    granularity: tagValue(list, 'g'),
    p: p ?? '',
  };
}

/** A verifier can check signatures with it. */
export function isUsable(record: DkimRecord): boolean {
  return (
    record.versionGood &&
    record.key !== undefined &&
    record.key.bad === undefined &&
    record.twice.length === 0 &&
    (record.hashes === undefined || record.hashes.includes('sha256')) &&
    record.services.some((service) => service === '*' || service === 'email')
  );
}
