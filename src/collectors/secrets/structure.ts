/** Looks inside a candidate: what its format promises must be there (facts/secrets §5). */
import type { Severity } from '../../model/check.ts';
import type { StructureName } from '../../model/detector.ts';
import { isPlaceholder, isTemplate } from './placeholder.ts';

/** Where a candidate stands. */
export interface Place {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  readonly limit: number;
}

export interface Inside {
  /** Where the value itself stands, where the pattern only found the way to it. */
  readonly start?: number;
  /** Another end than the pattern's, where the format says where it ends. */
  readonly end?: number;
  readonly severity?: Severity;
  readonly note?: string;
}

/** Undefined: the candidate is not what it seemed. */
type Structure = (value: string, place: Place) => Inside | undefined;

const MAX_PEM = 64 * 1024;
/** As strings, lists and XML write it. */
const LINE_END = /\\[nr]|&#(?:1[03]|[xX]0{0,6}[aAdD]);|["'+,\s\\]/g;

function textAfter(place: Place, length: number): string {
  return place.bytes.toString('latin1', place.end, Math.min(place.limit, place.end + length));
}

/** RFC 7468: equal labels, a base64 body, and a body that says whether a passphrase protects it. */
function pem(value: string, place: Place): Inside | undefined {
  const label = /-----BEGIN ([A-Z0-9 ]{1,60})-----/.exec(value)?.[1];
  if (label === undefined) return undefined;
  const short = textAfter(place, 8192);
  // another marker ends the look: a body is read once, however many begin
  const text = short.includes('-----') ? short : textAfter(place, MAX_PEM);
  const endsAt = text.indexOf(`-----END ${label}-----`);
  // the labels must be equal, and a body goes no further than the next marker
  const marker = text.indexOf('-----');
  if (endsAt < 0 && text.startsWith('-----END ', marker)) return undefined;
  const stop = endsAt >= 0 ? endsAt : marker >= 0 ? Math.min(marker, 4096) : 4096;
  const body = text.slice(0, stop).replaceAll(LINE_END, '\n');
  const lines = body.split('\n').filter((line) => line !== '');
  const encrypted = label.includes('ENCRYPTED') || /Proc-Type:4,ENCRYPTED|DEK-Info/.test(lines.join(''));
  const base64 = lines.filter((line) => /^[A-Za-z0-9/=]{16,}$/.test(line.replaceAll('+', ''))).join('');
  if (base64.length < 48) return undefined;
  if (new Set(base64).size < 12) return undefined;
  const end = endsAt < 0 ? place.end : place.end + endsAt;
  // OpenSSH's own format names its cipher in the clear
  const openssh =
    label.startsWith('OPENSSH') && /bcrypt/.test(Buffer.from(base64.slice(0, 120), 'base64').toString('latin1'));
  if (encrypted || openssh) return { end, severity: 'medium', note: 'the key is protected by a passphrase' };
  return { end };
}

function base64url(part: string): string {
  return Buffer.from(part, 'base64url').toString('utf8');
}

function parsed(text: string): { readonly [key: string]: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/** RFC 7519: the header is JSON and names an algorithm. */
function jwt(value: string): Inside | undefined {
  const [head = '', body = ''] = value.split('.');
  const header = parsed(base64url(head));
  const payload = parsed(base64url(body));
  if (typeof header?.['alg'] !== 'string' || payload === undefined) return undefined;
  if (header['alg'].toLowerCase() === 'none') return { note: 'its algorithm is none: anybody can forge it' };
  // whatever it is signed with: the subject of a thousand tutorials is nobody
  if (payload['sub'] === '1234567890' && payload['name'] === 'John Doe')
    return { severity: 'info', note: 'its subject is that of the documentation' };
  if (payload['role'] === 'anon') return { severity: 'info', note: 'its role is anon: meant to be public' };
  // a fixed instant, so that the same tree gives the same finding: older tokens cannot be valid any more
  const expires = payload['exp'];
  if (typeof expires === 'number' && expires < 1_700_000_000) return { severity: 'low', note: 'it has expired' };
  return {};
}

function supabaseJwt(value: string): Inside | undefined {
  const payload = parsed(base64url(value.split('.')[1] ?? ''));
  return payload?.['role'] === 'service_role' && jwt(value) !== undefined ? {} : undefined;
}

/** Part 1 is a decimal user id in base64. */
function discordBot(value: string): Inside | undefined {
  return /^\d{17,20}$/.test(base64url(value.split('.')[0] ?? '')) ? {} : undefined;
}

/** `user:password` in base64, both printable. */
function basicAuth(value: string): Inside | undefined {
  const text = Buffer.from(value, 'base64').toString('latin1');
  const pair = /^[\x20-\x39\x3b-\x7e]{1,64}:([\x20-\x7e]{3,200})$/.exec(text);
  return pair === null || /^(?:\$\{|<|\{\{)/.test(pair[1] ?? '') ? undefined : {};
}

/** A value of base64 letters that is random: not hex, not a path, not words. */
function randomBase64(value: string): Inside | undefined {
  if (/^[0-9a-fA-F]+$/.test(value) || !/[0-9]/.test(value) || !/[a-z]/.test(value) || !/[A-Z]/.test(value))
    return undefined;
  if ((value.match(/\//g)?.length ?? 0) > 5) return undefined;
  return {};
}

/** Base32 of an AWS key id holds the account's number (facts/secrets §5): public, and useful to whoever revokes it. */
function awsKeyId(value: string): Inside | undefined {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  let bits = 0n;
  for (const char of value.slice(4, 14)) {
    const digit = alphabet.indexOf(char);
    if (digit < 0) return {};
    bits = (bits << 5n) | BigInt(digit);
  }
  const account = ((bits >> 2n) & 0x7fffffffff80n) >> 7n;
  const text = account.toString().padStart(12, '0');
  return text.length === 12 && account > 0n ? { note: `the key id names the account ${text}` } : {};
}

/** The JSON object of a service account: the pattern found its type, the key stands beside it. */
function gcpServiceAccount(_value: string, place: Place): Inside | undefined {
  const from = Math.max(0, place.start - 4096);
  const text = place.bytes.toString('latin1', from, Math.min(place.limit, place.end + 4096));
  const open = text.lastIndexOf('{', place.start - from);
  const key = text.indexOf('"private_key"', Math.max(0, open));
  if (open < 0 || key < 0) return undefined;
  const body = /^"private_key"\s{0,8}:\s{0,8}"-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----(?:\\n|\\\\n)[A-Za-z0-9+/]{24}/;
  if (!body.test(text.slice(key, key + 160))) return undefined;
  const close = text.indexOf('}', key);
  return { end: close < 0 ? place.end : Math.max(place.end, from + close) };
}

const MAX_DOCUMENT = 16 * 1024;

/** The first literal value under data or stringData of a manifest whose kind is Secret. */
function kubernetesSecret(_value: string, place: Place): Inside | undefined {
  const from = Math.max(0, place.start - MAX_DOCUMENT);
  const text = place.bytes.toString('latin1', from, Math.min(place.limit, place.end + MAX_DOCUMENT));
  const here = place.start - from;
  const before = text.lastIndexOf('\n---', here);
  const after = text.indexOf('\n---', here);
  let at = before < 0 ? 0 : before + 1;
  let inside: 'data' | 'stringData' | undefined;
  let depth = 0;
  for (const line of text.slice(at, after < 0 ? undefined : after).split('\n')) {
    const found = /^([ \t]*)(?:([\w.-]{1,253}):)?[ \t]*(["']?)([^"'\s#][^"'\r\n]*?)?\3[ \t\r]*$/.exec(line);
    const indent = found?.[1]?.length ?? 0;
    const key = found?.[2];
    const value = found?.[4] ?? '';
    if (inside !== undefined && key !== undefined && indent <= depth) inside = undefined;
    if ((key === 'data' || key === 'stringData') && value === '') [inside, depth] = [key, indent];
    else if (inside !== undefined && isSecretText(value, inside === 'data')) {
      const start = from + at + line.indexOf(value);
      return { start, end: start + value.length };
    }
    at += line.length + 1;
  }
  return undefined;
}

/** A literal of substance: not a template, not sealed, and what base64 holds is no placeholder either. */
function isSecretText(value: string, encoded: boolean): boolean {
  if (value.length < 8 || isTemplate(value) || /^(?:ENC\[|\||>|!)/.test(value)) return false;
  if (!encoded) return !isPlaceholder(value, false);
  if (!/^[A-Za-z0-9+/]{8,}={0,2}$/.test(value)) return false;
  const text = Buffer.from(value, 'base64').toString('latin1').trim();
  return text.length >= 6 && !isPlaceholder(text, false);
}

/** The middle of an organisation token is JSON that names the organisation. */
function sentry(value: string): Inside | undefined {
  const payload = /^sntrys_([A-Za-z0-9+/=]+)_/.exec(value)?.[1];
  if (payload === undefined) return {};
  return typeof parsed(base64url(payload))?.['org'] === 'string' ? {} : undefined;
}

/** The other parameters of the signed address: its version, and until when it is good. */
function azureSas(_value: string, place: Place): Inside | undefined {
  const from = Math.max(0, place.start - 600);
  const before =
    place.bytes
      .toString('latin1', from, place.start)
      .split(/[\s"'<>`]/)
      .at(-1) ?? '';
  const after = textAfter(place, 600).split(/[\s"'<>`]/)[0] ?? '';
  const address = `${before}&${after}`;
  const expires = /[?&;]se=(\d{4}-\d\d-\d\d)/.exec(address)?.[1];
  if (expires === undefined || !/[?&;]sv=\d{4}-\d\d-\d\d/.test(address)) return undefined;
  // a fixed day, so that the same tree gives the same finding
  return expires < '2023-11-14' ? { severity: 'low', note: 'it has expired' } : {};
}

const RULES: { readonly [name in StructureName]: Structure } = {
  pem,
  jwt,
  'supabase-jwt': supabaseJwt,
  'discord-bot': discordBot,
  'basic-auth': basicAuth,
  'random-base64': randomBase64,
  'aws-key-id': awsKeyId,
  'gcp-service-account': gcpServiceAccount,
  'kubernetes-secret': kubernetesSecret,
  sentry,
  'azure-sas': azureSas,
};

export function lookInside(name: StructureName | undefined, value: string, place: Place): Inside | undefined {
  if (name === undefined) return {};
  return RULES[name](value, place);
}
