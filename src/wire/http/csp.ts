/** Content Security Policy Level 3 §2.2: header text to policies, source expressions to kinds, defects kept beside them. */

export type SourceKind = 'none' | 'keyword' | 'nonce' | 'hash' | 'scheme' | 'host' | 'invalid';

export interface Source {
  /** As written. */
  readonly text: string;
  readonly kind: SourceKind;
  /** Lower case: keyword without quotes, scheme without colon, host without scheme, port and path; nonce and hash value as written. */
  readonly value: string;
  /** Of a host source, lower case; undefined where none is written. */
  readonly scheme: string | undefined;
}

export interface Policy {
  /** By lower-case name; of a repeated directive the first counts (CSP3 §2.2.1). */
  readonly directives: ReadonlyMap<string, readonly string[]>;
  /** Names that occur again. */
  readonly repeated: readonly string[];
  /** There are directives with other characters than ASCII: browsers pass over them (CSP3 §2.2.1), and so do we. */
  readonly nonAscii: boolean;
}

const MAX_DIRECTIVES = 200;
const MAX_VALUES = 500;

/** The policies of all lines of one header: a comma parts policies, also inside one line. */
export function parsePolicies(lines: readonly string[]): Policy[] {
  return lines
    .flatMap((line) => line.split(','))
    .map(parsePolicy)
    .filter(({ directives }) => directives.size > 0);
}

export function parsePolicy(text: string): Policy {
  const directives = new Map<string, readonly string[]>();
  const repeated: string[] = [];
  let nonAscii = false;
  for (const part of text.split(';', MAX_DIRECTIVES)) {
    // oxlint-disable-next-line no-control-regex -- ASCII is the class meant
    if (/[^\u0000-\u007f]/.test(part)) {
      nonAscii = true;
      continue;
    }
    // CSP3 §2.2: ASCII white space only
    const tokens = part.split(/[\t\n\f\r ]+/, MAX_VALUES).filter((token) => token !== '');
    const name = tokens[0]?.toLowerCase();
    if (name === undefined) continue;
    if (directives.has(name)) repeated.push(name);
    else directives.set(name, tokens.slice(1));
  }
  return { directives, repeated, nonAscii };
}

const KEYWORDS = new Set([
  'self',
  'unsafe-inline',
  'unsafe-eval',
  'wasm-unsafe-eval',
  'trusted-types-eval',
  'strict-dynamic',
  'unsafe-hashes',
  'report-sample',
  'report-sha256',
  'report-sha384',
  'report-sha512',
  'unsafe-allow-redirects',
  'inline-speculation-rules',
]);

/** CSP3 §2.3.1: the grammar of a source expression. */
export function parseSource(text: string): Source {
  const source = (kind: SourceKind, value: string, scheme?: string): Source => ({ text, kind, value, scheme });
  const quoted = /^'([^']*)'$/.exec(text)?.[1];
  if (quoted !== undefined) {
    const lower = quoted.toLowerCase();
    if (lower === 'none') return source('none', lower);
    if (KEYWORDS.has(lower)) return source('keyword', lower);
    const value = /^(?:nonce|sha(?:256|384|512))-([A-Za-z0-9+/_-]+={0,2})$/i.exec(quoted)?.[1];
    if (value === undefined) return source('invalid', lower);
    return source(lower.startsWith('nonce-') ? 'nonce' : 'hash', value);
  }
  const scheme = /^([A-Za-z][A-Za-z0-9+\-.]*):$/.exec(text)?.[1];
  if (scheme !== undefined) return source('scheme', scheme.toLowerCase());
  const host =
    /^(?:([A-Za-z][A-Za-z0-9+\-.]*):\/\/)?(\*|(?:\*\.)?[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.?|\[[0-9A-Fa-f:.]+\])(?::(?:[0-9]+|\*))?(?:\/[^\s?#;,]*)?$/.exec(
      text,
    );
  if (host?.[2] !== undefined) return source('host', host[2].toLowerCase(), host[1]?.toLowerCase());
  return source('invalid', text);
}

/** CSP3 §6.8.3: which directive decides about a kind of fetch, and its sources; undefined where the policy is silent. */
export function effective(policy: Policy, ...names: readonly string[]): readonly Source[] | undefined {
  for (const name of names) {
    const values = policy.directives.get(name);
    if (values !== undefined) return values.map(parseSource);
  }
  return undefined;
}

export function hasKeyword(sources: readonly Source[], keyword: string): boolean {
  return sources.some(({ kind, value }) => kind === 'keyword' && value === keyword);
}

export function hasNonceOrHash(sources: readonly Source[]): boolean {
  return sources.some(({ kind }) => kind === 'nonce' || kind === 'hash');
}

/** CSP3 §8.2: with 'strict-dynamic' and a nonce or hash browsers ignore hosts and schemes in script-src. */
export function ignoresHosts(sources: readonly Source[]): boolean {
  return hasKeyword(sources, 'strict-dynamic') && hasNonceOrHash(sources);
}

/** CSP3 §6.7.3.2: a nonce or a hash switches 'unsafe-inline' off; 'strict-dynamic' does so for scripts only. */
export function allowsInline(sources: readonly Source[], type: 'script' | 'style' = 'script'): boolean {
  if (type === 'script' && hasKeyword(sources, 'strict-dynamic')) return false;
  return hasKeyword(sources, 'unsafe-inline') && !hasNonceOrHash(sources);
}

/** Everything or nearly everything may be loaded: `*`, `https:`, `http:`, or a wildcard over a whole top-level domain. */
export function isWildcard({ kind, value }: Source): boolean {
  if (kind === 'scheme') return value === 'https' || value === 'http' || value === 'ws' || value === 'wss';
  return kind === 'host' && (value === '*' || /^\*\.[a-z0-9-]+$/.test(value));
}

export function isIpSource({ kind, value }: Source): boolean {
  return kind === 'host' && value !== '127.0.0.1' && (/^[0-9]+(?:\.[0-9]+){3}$/.test(value) || value.startsWith('['));
}

/** Bytes that a nonce decodes to, by base64 or base64url. */
export function nonceBytes(nonce: string): number {
  return Math.floor((nonce.replace(/=+$/, '').length * 3) / 4);
}

/** Directives of CSP3 and of the specifications that extend it. */
export const DIRECTIVES: ReadonlySet<string> = new Set([
  'default-src',
  'script-src',
  'script-src-elem',
  'script-src-attr',
  'style-src',
  'style-src-elem',
  'style-src-attr',
  'child-src',
  'connect-src',
  'font-src',
  'frame-src',
  'img-src',
  'manifest-src',
  'media-src',
  'object-src',
  'worker-src',
  'fenced-frame-src',
  'base-uri',
  'form-action',
  'frame-ancestors',
  'navigate-to',
  'report-to',
  'report-uri',
  'sandbox',
  'upgrade-insecure-requests',
  'require-trusted-types-for',
  'trusted-types',
  'webrtc',
  'require-sri-for',
]);

/** Directives that were taken out again. */
export const DEPRECATED: ReadonlySet<string> = new Set([
  'block-all-mixed-content',
  'plugin-types',
  'referrer',
  'reflected-xss',
  'prefetch-src',
]);

/** Directives that hold source lists. */
export function isFetchDirective(name: string): boolean {
  return name.endsWith('-src') || name.endsWith('-src-elem') || name.endsWith('-src-attr');
}
