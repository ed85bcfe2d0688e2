/** RFC 7208 check_host: one mail judged by the SPF records of its sender. A generator: it yields DNS questions and gets answers. */
import { formatAddress, parseAddress, reverseName } from '../../../wire/dns/address.ts';
import { escapeLabel } from '../../../wire/dns/name.ts';
import { expandMacros, fitName, parseMacros, type MacroPart } from './macro.ts';
import { isSpf, parseSpf, type DomainSpec, type Mechanism, type SpfRecord } from './record.ts';
import { redirectOf } from './tree.ts';

export type SpfResult = 'pass' | 'fail' | 'softfail' | 'neutral' | 'none' | 'temperror' | 'permerror';

export interface SpfQuestion {
  /** Presentation form, without the final dot. */
  readonly name: string;
  readonly type: 'TXT' | 'A' | 'AAAA' | 'MX' | 'PTR';
}

/** TXT: the joined strings; A and AAAA: addresses; MX and PTR: names. `void`: the answer holds nothing. */
export type SpfReply =
  | { readonly is: 'records'; readonly values: readonly string[] }
  | { readonly is: 'void' }
  | { readonly is: 'error'; readonly why: string };

export interface SpfMail {
  readonly ip: string;
  /** MAIL FROM; empty for a bounce. */
  readonly sender: string;
  readonly helo: string;
  /** The name of the receiving host, for `%{r}`. */
  readonly receiver?: string;
  /** Seconds since 1970, for `%{t}`. */
  readonly time?: number;
}

export interface SpfOutcome {
  readonly result: SpfResult;
  /** The expanded text of exp=; null where there is none or it cannot be used. */
  readonly explanation: string | null;
  /** Why it is an error, for a person. */
  readonly why: string | undefined;
}

export type SpfRun<T> = Generator<SpfQuestion, T, SpfReply>;

/** RFC 7208 §4.6.4. */
const MAX_LOOKUPS = 10;
const MAX_VOIDS = 2;
const MAX_NAMES = 10;

/** Ends the evaluation from any depth; §4.6: an error is the result of the whole. */
class SpfError extends Error {
  readonly result: 'temperror' | 'permerror';
  constructor(result: 'temperror' | 'permerror', why: string) {
    super(why);
    this.result = result;
  }
}

interface Context {
  readonly address: Uint8Array;
  readonly mail: SpfMail;
  readonly local: string;
  /** The domain of the sender identity. */
  readonly origin: string;
  lookups: number;
  voids: number;
  /** Names that the client's address points at and that point back (§5.5). */
  validated: readonly string[] | undefined;
}

interface HostResult {
  readonly result: SpfResult;
  /** The exp= that explains a fail, and the domain that it stands at. */
  readonly exp: { readonly spec: DomainSpec; readonly domain: string } | undefined;
}

/** The sixteen octets of an IPv4-mapped address are those of IPv4 (§5). */
function clientAddress(ip: string): Uint8Array | undefined {
  const octets = parseAddress(ip);
  if (octets === undefined || octets.length === 4) return octets;
  const mapped = octets.every((octet, index) => (index < 10 ? octet === 0 : index < 12 ? octet === 0xff : true));
  return mapped ? octets.slice(12) : octets;
}

/** §4.3: at least two labels, each of 1 to 63 octets. A final dot is allowed. */
function isDomain(text: string): boolean {
  const labels = text.replace(/\.$/, '').split('.');
  if (labels.length < 2 || /^\[.*\]$/.test(text)) return false;
  return labels.every((label) => label.length >= 1 && label.length <= 63) && text.length <= 254;
}

function question(domain: string, type: SpfQuestion['type']): SpfQuestion {
  return { name: domain.replace(/\.$/, '').split('.').map(escapeLabel).join('.'), type };
}

/** Names are octets: a local part beyond ASCII is UTF-8 on the wire (RFC 6531 §3.3), one code point an octet here. */
function octetsOf(text: string): string {
  return /[^\x00-\x7f]/.test(text) ? Buffer.from(text, 'utf8').toString('latin1') : text;
}

export function* evaluateSpf(asked: SpfMail): SpfRun<SpfOutcome> {
  const mail = { ...asked, sender: octetsOf(asked.sender), helo: octetsOf(asked.helo) };
  const address = clientAddress(mail.ip);
  const sender = mail.sender === '' ? `postmaster@${mail.helo}` : mail.sender;
  const cut = sender.lastIndexOf('@');
  const origin = sender.slice(cut + 1);
  // §4.3: without a local part it is postmaster
  const local = cut > 0 ? sender.slice(0, cut) : 'postmaster';
  if (address === undefined) return { result: 'permerror', explanation: null, why: `${mail.ip} is no address` };
  if (!isDomain(origin)) return { result: 'none', explanation: null, why: undefined };
  const context: Context = { address, mail, local, origin, lookups: 0, voids: 0, validated: undefined };
  try {
    const { result, exp } = yield* checkHost(context, origin);
    const explanation = result === 'fail' && exp !== undefined ? yield* explain(context, exp) : null;
    return { result, explanation, why: undefined };
  } catch (error) {
    if (error instanceof SpfError) return { result: error.result, explanation: null, why: error.message };
    throw error;
  }
}

function* checkHost(context: Context, domain: string): SpfRun<HostResult> {
  const record = yield* recordOf(domain);
  if (record === undefined) return { result: 'none', exp: undefined };
  const problem = record.problems[0];
  // §4.6: the syntax of the whole record comes before any match
  if (problem !== undefined) throw new SpfError('permerror', `${domain}: "${problem.text}" ${problem.why}`);
  const exp = record.terms.find((term) => term.is === 'modifier' && term.name === 'exp')?.spec;
  const explained = exp === undefined ? undefined : { spec: exp, domain };
  for (const term of record.terms) {
    if (term.is !== 'mechanism') continue;
    if (yield* matches(context, domain, term)) {
      const result = { '+': 'pass', '-': 'fail', '~': 'softfail', '?': 'neutral' } as const;
      return { result: result[term.qualifier], exp: explained };
    }
  }
  const redirect = redirectOf(record);
  if (redirect?.spec === undefined) return { result: 'neutral', exp: undefined };
  count(context, redirect.text);
  const target = yield* nameOf(context, domain, redirect.spec);
  const redirected: HostResult = isDomain(target)
    ? yield* checkHost(context, target)
    : { result: 'none', exp: undefined };
  // §6.1: a redirect to a name without a record is a permanent error
  if (redirected.result === 'none') throw new SpfError('permerror', `${target} has no SPF record to redirect to`);
  return redirected;
}

function* recordOf(domain: string): SpfRun<SpfRecord | undefined> {
  const reply = yield question(domain, 'TXT');
  if (reply.is === 'error') throw new SpfError('temperror', `TXT of ${domain}: ${reply.why}`);
  const records = reply.is === 'records' ? reply.values.filter(isSpf) : [];
  if (records.length > 1) throw new SpfError('permerror', `${domain} has several SPF records`);
  return records[0] === undefined ? undefined : parseSpf(records[0]);
}

function count(context: Context, term: string): void {
  context.lookups += 1;
  if (context.lookups > MAX_LOOKUPS) throw new SpfError('permerror', `"${term}" is the eleventh look-up`);
}

/** One question of a mechanism; what it finds nothing for is counted (§4.6.4). */
function* lookUp(context: Context, name: string, type: SpfQuestion['type']): SpfRun<readonly string[]> {
  const reply = yield question(name, type);
  if (reply.is === 'error') throw new SpfError('temperror', `${type} of ${name}: ${reply.why}`);
  if (reply.is === 'records') return reply.values;
  context.voids += 1;
  if (context.voids > MAX_VOIDS) throw new SpfError('permerror', `${name} is the third look-up that finds nothing`);
  return [];
}

function* nameOf(context: Context, domain: string, spec: DomainSpec | undefined): SpfRun<string> {
  return spec === undefined ? domain : fitName((yield* expand(context, domain, spec.parts)).replace(/\.$/, ''));
}

function* matches(context: Context, domain: string, term: Mechanism): SpfRun<boolean> {
  switch (term.name) {
    case 'all':
      return true;
    case 'ip4':
      return inNetwork(context, term.address, term.prefix4);
    case 'ip6':
      return inNetwork(context, term.address, term.prefix6);
    default:
      break;
  }
  count(context, term.text);
  const name = yield* nameOf(context, domain, term.spec);
  if (term.name === 'include') return yield* includes(context, name);
  // §4.8: a name that cannot be asked matches nothing
  if (!isDomain(name)) return false;
  switch (term.name) {
    case 'a':
      return yield* pointsHere(context, name, term);
    case 'mx':
      return yield* exchangesHere(context, name, term);
    case 'exists':
      return (yield* lookUp(context, name, 'A')).length > 0;
    default:
      return (yield* validatedNames(context)).some((one) => isBelow(one, name));
  }
}

/** §5.2: pass matches; what is no verdict about the client is an error of the whole. */
function* includes(context: Context, name: string): SpfRun<boolean> {
  const { result } = isDomain(name) ? yield* checkHost(context, name) : { result: 'none' };
  if (result === 'none') throw new SpfError('permerror', `${name} has no SPF record to include`);
  return result === 'pass';
}

function inNetwork(context: Context, address: Uint8Array | undefined, prefix: number): boolean {
  if (address?.length !== context.address.length) return false;
  return address.every((octet, index) => {
    const mask = 0xff & ~(0xff >>> Math.min(8, Math.max(0, prefix - index * 8)));
    return (octet & mask) === ((context.address[index] ?? 0) & mask);
  });
}

function family(context: Context): 'A' | 'AAAA' {
  return context.address.length === 4 ? 'A' : 'AAAA';
}

function anyHere(context: Context, addresses: readonly string[], term: Mechanism): boolean {
  const prefix = context.address.length === 4 ? term.prefix4 : term.prefix6;
  return addresses.some((text) => inNetwork(context, parseAddress(text), prefix));
}

function* pointsHere(context: Context, name: string, term: Mechanism): SpfRun<boolean> {
  return anyHere(context, yield* lookUp(context, name, family(context)), term);
}

function* exchangesHere(context: Context, name: string, term: Mechanism): SpfRun<boolean> {
  const exchanges = yield* lookUp(context, name, 'MX');
  if (exchanges.length > MAX_NAMES) throw new SpfError('permerror', `${name} has more than ten mail exchangers`);
  for (const exchange of exchanges) {
    if (exchange === '.') continue;
    // the look-ups inside an mx term do not count as void ones of their own: its MX answer did
    const reply = yield { name: exchange, type: family(context) };
    if (reply.is === 'error') throw new SpfError('temperror', `${family(context)} of ${exchange}: ${reply.why}`);
    if (reply.is === 'records' && anyHere(context, reply.values, term)) return true;
  }
  return false;
}

/** §5.5: the first ten names of the client's address that point back to it; errors only lose names. */
function* validatedNames(context: Context): SpfRun<readonly string[]> {
  if (context.validated !== undefined) return context.validated;
  const reverse = reverseName(formatAddress(context.address)) ?? '';
  const pointers = yield { name: reverse, type: 'PTR' };
  const names: string[] = [];
  if (pointers.is === 'records') {
    for (const name of pointers.values.slice(0, MAX_NAMES)) {
      const reply = yield { name, type: family(context) };
      if (reply.is !== 'records') continue;
      if (reply.values.some((text) => inNetwork(context, parseAddress(text), context.address.length * 8)))
        names.push(name);
    }
  }
  context.validated = names;
  return names;
}

function isBelow(name: string, domain: string): boolean {
  const [one, other] = [name, domain].map((text) => text.toLowerCase().replace(/\.$/, ''));
  return one === other || one?.endsWith(`.${other ?? ''}`) === true;
}

/** Expands a macro string; `%{p}` may have to ask (§7.3). */
function* expand(context: Context, domain: string, parts: readonly MacroPart[]): SpfRun<string> {
  const wantsName = parts.some((part) => part.is === 'macro' && part.letter === 'p');
  const validated = wantsName ? clientName(yield* validatedNames(context), domain) : '';
  return expandMacros(parts, (letter) => macroValue(context, domain, letter, validated));
}

/** §7.3 `p`: the domain itself, else a name below it, else any; "unknown" where none is validated. */
function clientName(names: readonly string[], domain: string): string {
  const same = names.find((name) => name.toLowerCase() === domain.toLowerCase());
  return same ?? names.find((name) => isBelow(name, domain)) ?? names[0] ?? 'unknown';
}

function macroValue(context: Context, domain: string, letter: string, validated: string): string {
  const { address, mail, local, origin } = context;
  switch (letter) {
    case 's':
      return `${local}@${origin}`;
    case 'l':
      return local;
    case 'o':
      return origin;
    case 'd':
      return domain;
    case 'i':
      return address.length === 4 ? address.join('.') : nibbles(address);
    case 'p':
      return validated;
    case 'v':
      return address.length === 4 ? 'in-addr' : 'ip6';
    case 'h':
      return mail.helo;
    case 'c':
      return formatAddress(address);
    case 'r':
      return mail.receiver ?? 'unknown';
    default:
      return String(mail.time ?? 0);
  }
}

/** §7.3 `i`: IPv6 as nibbles with dots, in upper case as the suite of the RFC has them. */
function nibbles(address: Uint8Array): string {
  return [...address]
    .flatMap((octet) => [octet >>> 4, octet & 15].map((nibble) => nibble.toString(16).toUpperCase()))
    .join('.');
}

/** §6.2: exactly one TXT of US-ASCII whose macros expand; any problem, and there is no explanation. */
function* explain(context: Context, exp: NonNullable<HostResult['exp']>): SpfRun<string | null> {
  const name = yield* nameOf(context, exp.domain, exp.spec);
  if (!isDomain(name)) return null;
  const reply = yield question(name, 'TXT');
  const text = reply.is === 'records' && reply.values.length === 1 ? reply.values[0] : undefined;
  if (text === undefined || /[^\t\x20-\x7e]/.test(text)) return null;
  const { parts, problems } = parseMacros(text, true);
  if (problems.length > 0) return null;
  const explanation = yield* expand(context, exp.domain, parts);
  return /[^\t\x20-\x7e]/.test(explanation) ? null : explanation;
}
