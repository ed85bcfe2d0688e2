/** DMARC records by the grammar of RFC 9989 §4.7 and §4.8: tags, what is wrong with each, and the policy that results. */
import { remembering } from '../../../model/memory.ts';
import { parseTags, type Tag } from '../tags.ts';

export const POLICIES = ['none', 'quarantine', 'reject'] as const;
export type Policy = (typeof POLICIES)[number];

/** Tags of RFC 9989, and those that it removed. */
const KNOWN = ['v', 'p', 'sp', 'np', 'rua', 'ruf', 'adkim', 'aspf', 'fo', 'psd', 't'];
const REMOVED = ['pct', 'rf', 'ri'];

export interface ReportUri {
  readonly text: string;
  /** Lower case; absent where it is no URI. */
  readonly scheme: string | undefined;
  /** Of a mailto address, lower case. */
  readonly domain: string | undefined;
  readonly why: string | undefined;
}

export interface DmarcRecord {
  readonly text: string;
  readonly tags: ReadonlyMap<string, string>;
  readonly syntax: readonly string[];
  readonly twice: readonly string[];
  readonly unknown: readonly string[];
  readonly upper: readonly string[];
  readonly removed: readonly string[];
  readonly order: boolean;
  readonly rua: readonly ReportUri[];
  readonly ruf: readonly ReportUri[];
  readonly p: Policy | undefined;
  readonly sp: Policy | undefined;
  readonly np: Policy | undefined;
  /** `p=x`, `sp=y` with values outside the three. */
  readonly invalidPolicies: readonly string[];
  readonly psd: 'y' | 'n' | 'u';
  readonly testing: boolean;
  /** RFC 9989 §4.10.1: no usable p, and no rua to act as none for. */
  readonly void: boolean;
}

/** RFC 9989 §4.7: `v=DMARC1`, case-sensitive, first; white space around `=` is allowed. */
export function isDmarc(text: string): boolean {
  return /^v[ \t]*=[ \t]*DMARC1[ \t]*(?:;|$)/.test(text);
}

/** Why a TXT at `_dmarc` that is no record was clearly meant as one; undefined where it is something else. */
export function nearlyDmarc(text: string): 'space' | 'version' | undefined {
  if (isDmarc(text)) return undefined;
  // what was meant shows at the beginning; and no pattern below costs more than that
  const start = text.slice(0, 120);
  if (isDmarc(start.trimStart())) return 'space';
  const meant =
    // a token of a service (`dmarc-verification=…`) is none
    /^[^A-Za-z0-9]*(?:v[^A-Za-z0-9]*dmarc|dmarc[ _-]?[0-9;,])/i.test(start) ||
    /[;\s"']v[ \t]{0,5}[=:][ \t]{0,5}dmarc/i.test(start) ||
    /^\s{0,5}p\s{0,5}=\s{0,5}(?:none|quarantine|reject)\b/i.test(start);
  return meant ? 'version' : undefined;
}

function policyOf(value: string | undefined): Policy | undefined {
  const lower = value?.toLowerCase();
  return POLICIES.find((policy) => policy === lower);
}

/** A tag inside the value of another one: the semicolon between them is missing. */
const SWALLOWED = /[ \t,](?:v|p|sp|np|rua|ruf|adkim|aspf|fo|psd|t|pct|rf|ri)[ \t]*=/i;

export const parseDmarc = remembering(readDmarc, 500);

function readDmarc(text: string): DmarcRecord {
  const list = parseTags(text);
  const syntax = [...list.problems];
  const tags = new Map<string, string>();
  for (const { name, value, column } of list.tags) {
    const swallowed = SWALLOWED.exec(value);
    if (swallowed === null) {
      const lower = name.toLowerCase();
      if (!tags.has(lower)) tags.set(lower, value);
    } else {
      syntax.push(
        `"${name}=${value.slice(0, 60)}" at column ${String(column)}: ";" is missing before "${swallowed[0].slice(1)}"`,
      );
    }
  }
  const names = list.tags.map((tag) => tag.name.toLowerCase());
  const placed = (chosen: readonly Tag[]) =>
    chosen.map(({ name, value, column }) => `"${name}=${value.slice(0, 60)}" at column ${String(column)}`);
  const invalidPolicies = ['p', 'sp', 'np'].flatMap((name) => {
    const value = tags.get(name);
    return value !== undefined && policyOf(value) === undefined ? [`${name}=${value.slice(0, 60)}`] : [];
  });
  const rua = urisOf(tags.get('rua'));
  const p = policyOf(tags.get('p'));
  const usable = rua.some((uri) => uri.why === undefined);
  const psd = tags.get('psd')?.toLowerCase();
  return {
    text,
    tags,
    syntax,
    // readers that ignore case see one tag where the case differs
    twice: placed(
      list.tags.filter((_, index) => names.indexOf(names[index] ?? '') !== names.lastIndexOf(names[index] ?? '')),
    ),
    unknown: placed(list.tags.filter(({ name }) => ![...KNOWN, ...REMOVED].includes(name.toLowerCase()))),
    upper: placed(list.tags.filter(({ name }) => /[A-Z]/.test(name))),
    removed: REMOVED.filter((name) => tags.has(name)),
    order: p === undefined || names[1] === 'p',
    rua,
    ruf: urisOf(tags.get('ruf')),
    p,
    sp: policyOf(tags.get('sp')),
    np: policyOf(tags.get('np')),
    invalidPolicies,
    psd: psd === 'y' || psd === 'n' ? psd : 'u',
    testing: tags.get('t')?.toLowerCase() === 'y',
    void: (p === undefined || invalidPolicies.length > 0) && !usable,
  };
}

/** The policy that the record asks for its own domain; RFC 9989 §4.10.1: without a valid p it acts as none. */
export function effectiveP(record: DmarcRecord): Policy {
  return record.p === undefined || record.invalidPolicies.length > 0 ? 'none' : record.p;
}

export function effectiveSp(record: DmarcRecord): Policy {
  return record.invalidPolicies.length > 0 ? 'none' : (record.sp ?? effectiveP(record));
}

/** RFC 9989 §4.7: np falls back to sp, sp to p. */
export function effectiveNp(record: DmarcRecord): Policy {
  return record.invalidPolicies.length > 0 ? 'none' : (record.np ?? effectiveSp(record));
}

/** `t=y` lowers what receivers apply by one step (RFC 9989 §4.7). */
export function applied(policy: Policy, testing: boolean): Policy {
  if (!testing) return policy;
  return policy === 'reject' ? 'quarantine' : 'none';
}

/** At most this many report addresses are looked at. */
const MAX_URIS = 50;

/** A list of URIs, divided by commas (RFC 9989 §4.8). */
export function urisOf(value: string | undefined): ReportUri[] {
  if (value === undefined) return [];
  return value
    .split(',')
    .slice(0, MAX_URIS)
    .map((part) => uriOf(part.replaceAll(/^[ \t]+|[ \t]+$/g, '')));
}

function uriOf(text: string): ReportUri {
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text)?.[1]?.toLowerCase();
  const shown = { text: text.slice(0, 200), scheme, domain: undefined };
  if (text === '') return { ...shown, why: 'is empty' };
  if (scheme === undefined) return { ...shown, why: 'has no scheme; an address needs "mailto:"' };
  // RFC 9989 removed the size suffix of RFC 7489 §6.2; "!" must be encoded
  if (text.includes('!')) return { ...shown, why: 'has a "!"; the size suffix is gone, and "!" must be written %21' };
  if (!/^[A-Za-z0-9._~:/?#[\]@$&'()*+=%-]+$/.test(text))
    return { ...shown, why: 'has a character that no URI may hold' };
  // RFC 3986 §2.1
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) return { ...shown, why: 'has a "%" that two hexadecimal digits do not follow' };
  if (/^https?:/i.test(text) && !/^https?:\/\/[^/?#]/i.test(text)) return { ...shown, why: 'names no host' };
  if (/^https?:/i.test(text) && !URL.canParse(text)) return { ...shown, why: 'names no host that can be read' };
  if (scheme !== 'mailto') return { ...shown, why: text.length > scheme.length + 1 ? undefined : 'names nothing' };
  // RFC 6068 §2: an address follows the colon; "//" would be part of its local part, which nobody means
  if (/^mailto:\/\//i.test(text)) return { ...shown, why: 'has "//" behind "mailto:"' };
  const address = /^mailto:[^@?]+@([A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.?)(?:\?.*)?$/i.exec(text);
  if (address === null || (address[1] ?? '').split('.').some((label) => label.length > 63))
    return { ...shown, why: 'is no mail address' };
  return { ...shown, domain: (address[1] ?? '').replace(/\.$/, '').toLowerCase(), why: undefined };
}
