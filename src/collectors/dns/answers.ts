/** The answers of one job by question: what the DNS said, told apart into records, two kinds of absence, and not knowing. */
import { createHash } from 'node:crypto';
import { FaultError, type FaultCode } from '../../model/fault.ts';
import { faultIn } from '../../model/facts.ts';
import { isArray, isObject, own, type Json, type JsonObject } from '../../model/json.ts';
import { decodeMessage } from '../../wire/dns/message.ts';
import type { KeyMarks } from '../../wire/x509/key-list.ts';
import { canonicalName, mustBeName } from '../../wire/dns/name.ts';
import { RCODES, TYPES, type Message, type ResourceRecord, type TypeName } from '../../wire/dns/types.ts';
import type { Reverse } from './hosts.ts';
import type { Host } from './records.ts';
import type { SpfTree } from './spf/tree.ts';

/** How a question differs from a plain one to the resolver. */
export interface Via {
  /** An address: this server is asked, without recursion. */
  readonly server?: string;
  /** `cd`: checking disabled; `tcp`: over TCP only; `plain`: without EDNS; `recurse`: recursion asked of an authoritative server. */
  readonly how?: 'cd' | 'tcp' | 'plain' | 'recurse';
}

export interface Asked extends Via {
  readonly name: string;
  readonly type: TypeName;
}

interface Seen {
  /** Names behind the CNAMEs that were followed, in order. */
  readonly chain: readonly string[];
  /** Where in raw the answer stands. */
  readonly at: string;
  /** AD was set by a resolver whose AD may be believed; undefined: nobody to believe. */
  readonly authentic: boolean | undefined;
  readonly message: Message;
}

export type Answer =
  | (Seen & {
      readonly is: 'records';
      readonly records: readonly ResourceRecord[];
      /** What `textsOf` read: several parts of the facts look at one answer. */
      texts: readonly string[] | undefined;
    })
  | (Seen & { readonly is: 'nodata' })
  /** With a chain: the name exists, the target of its CNAME does not. */
  | (Seen & { readonly is: 'nxdomain' })
  | { readonly is: 'unknown'; readonly code: FaultCode; readonly at: string };

/** How a question is asked, as it stands in evidence: it may be anything there. */
interface KeptVia {
  readonly server?: string | undefined;
  readonly how?: string | undefined;
}

/** RFC 1034 §5.2.2 leaves the bound to us; deeper chains are nobody's intention. */
const MAX_CHAIN = 16;

const BY_RCODE: { readonly [rcode: number]: FaultCode } = {
  [RCODES.FORMERR]: 'dns.formerr',
  [RCODES.SERVFAIL]: 'dns.servfail',
  [RCODES.NOTIMP]: 'dns.notimp',
  [RCODES.REFUSED]: 'dns.refused',
};

type Reply =
  | { readonly message: Message; readonly trusted: boolean; readonly at: string }
  | { readonly code: FaultCode; readonly at: string };

function readReply(entry: Json, index: number, name: string): Reply {
  const at = `/answers/${String(index)}`;
  const reply = own(entry, 'reply');
  const code = faultIn(reply);
  if (code !== undefined) return { code, at };
  const message = own(reply, 'message');
  if (typeof message !== 'string') return { code: 'evidence.missing', at };
  try {
    const read = decodeMessage(Buffer.from(message, 'base64'), name);
    return { message: read, trusted: own(reply, 'trusted') === true, at };
  } catch (error) {
    if (error instanceof FaultError) return { code: error.fault.code, at };
    throw error;
  }
}

/** One HTTPS answer, or why there is none. */
export type Page =
  | {
      readonly is: 'page';
      readonly status: number;
      readonly type: string;
      readonly body: Uint8Array;
      readonly truncated: boolean;
      readonly authorized: boolean;
      readonly trustError: string;
      readonly at: string;
    }
  | { readonly is: 'unknown'; readonly code: FaultCode; readonly at: string };

function readPage(entry: Json, index: number): Page {
  const at = `/pages/${String(index)}`;
  const reply = own(entry, 'reply');
  const code = faultIn(reply);
  if (code !== undefined) return { is: 'unknown', code, at };
  const status = own(reply, 'status');
  const body = own(reply, 'body');
  if (typeof status !== 'number' || typeof body !== 'string') return { is: 'unknown', code: 'evidence.missing', at };
  const type = own(reply, 'contentType');
  const trustError = own(reply, 'trustError');
  return {
    is: 'page',
    status,
    type: typeof type === 'string' ? type : '',
    body: Uint8Array.from(Buffer.from(body, 'base64')),
    truncated: own(reply, 'truncated') === true,
    authorized: own(reply, 'authorized') === true,
    trustError: typeof trustError === 'string' ? trustError : '',
    at,
  };
}

/** What is known of one question. Those to the resolver about one name hang together: a name is looked up once for all its types. */
interface Kept {
  readonly type: TypeName;
  readonly next: Kept | undefined;
  reply: Reply | undefined;
  answer: Answer | undefined;
  /** It stands in `missing`. */
  wanted: boolean;
}

/** Nobody has asked yet; or at a replay, the answer is lost. */
function isMissing(answer: Answer): boolean {
  return answer.is === 'unknown' && answer.at === '' && answer.code !== 'dns.bad-name';
}

/** How most questions are asked: of the resolver. */
const PLAINLY: Via = {};

/** Looks questions up in what was answered. What is not there is noted in `missing`, for the observer to ask. */
export class Answers {
  #missing: Asked[] = [];
  #wanted: Kept[] = [];
  readonly missingSuffixes = new Set<string>();
  readonly missingPages = new Set<string>();
  /** Hosts that are known in full: several parts of the facts look at one. */
  readonly hosts = new Map<string, Host>();
  /** What is known of the names of addresses, by the addresses: hosts of the MX set are senders too. */
  readonly reverses = new Map<string, Reverse>();
  /** The SPF tree, where it is known in full. */
  spfTree: SpfTree | undefined;
  readonly #pages = new Map<string, Page>();
  /** Questions to the resolver by name, as it was asked; the reply stands at its canonical form. */
  readonly #plain = new Map<string, Kept>();
  /** All others, by type, name, server and how. */
  readonly #special = new Map<string, Kept>();
  readonly #suffixes = new Map<string, string>();
  readonly #marks = new Map<string, KeyMarks>();
  #hasKeyList = false;
  /** DKIM keys that were asked about, by digest: for the observer to look up. */
  readonly keys = new Map<string, Uint8Array>();
  /** What was looked for and not there: to be looked for again when something was added. */
  #open: Kept[] = [];
  #count = 0;
  /** What was never asked because a bound was reached is that fault, else it is lost evidence. */
  #nothing: Answer = { is: 'unknown', code: 'evidence.missing', at: '' };
  /** How often something was looked for and not there. */
  misses = 0;

  /** Reads the raw evidence of the collector; entries of another form are as good as not there. */
  static read(raw: Json): Answers {
    const answers = new Answers();
    if (typeof own(raw, 'limit') === 'string') answers.#nothing = { is: 'unknown', code: 'dns.limit', at: '' };
    const entries = own(raw, 'answers');
    if (isArray(entries)) for (const entry of entries) answers.add(entry);
    const pages = own(raw, 'pages');
    if (isArray(pages)) for (const page of pages) answers.addPage(page);
    const suffixes = own(raw, 'suffixes');
    const names = own(suffixes, 'names');
    if (names !== undefined && names !== null && typeof names === 'object' && !isArray(names)) {
      for (const [name, suffix] of Object.entries(names)) {
        if (typeof suffix === 'string') answers.addSuffix(name, suffix);
      }
    }
    answers.#hasKeyList = own(own(raw, 'options'), 'leaked-keys') !== undefined;
    const marks = own(raw, 'keyMarks');
    if (isObject(marks)) {
      for (const [digest, mark] of Object.entries(marks)) {
        const weak = own(mark, 'debianWeak');
        const debianWeak = typeof weak === 'boolean' ? weak : undefined;
        answers.#marks.set(digest, { leaked: own(mark, 'leaked') === true, debianWeak });
      }
    }
    return answers;
  }

  /** What was asked since the last time, and is not known. */
  takeMissing(): readonly Asked[] {
    const missing = this.#missing;
    for (const kept of this.#wanted) kept.wanted = false;
    this.#missing = [];
    this.#wanted = [];
    return missing;
  }

  /** Makes room for one more entry; the answer is its index. */
  #next(): number {
    if (this.#open.length > 0) {
      for (const kept of this.#open) kept.answer = undefined;
      this.#open = [];
    }
    const index = this.#count;
    this.#count += 1;
    return index;
  }

  /** The answer to a question, where it was read already: it need not be read from its entry. */
  told(asked: Asked, message: Message, trusted: boolean): void {
    const at = `/answers/${String(this.#next())}`;
    this.#keptOf(asked.type, canonicalName(asked.name), asked).reply ??= { message, trusted, at };
  }

  add(entry: Json): void {
    const index = this.#next();
    const name = own(entry, 'name');
    const type = own(entry, 'type');
    // nobody asks for any other type; and few of them share a name
    if (typeof name !== 'string' || typeof type !== 'string' || !Object.hasOwn(TYPES, type)) return;
    const server = own(entry, 'server');
    const how = own(entry, 'how');
    const via: KeptVia = {
      server: typeof server === 'string' ? server : undefined,
      how: typeof how === 'string' ? how : undefined,
    };
    this.#keptOf(type as TypeName, canonicalName(name), via).reply ??= readReply(entry, index, name);
  }

  #keptOf(type: TypeName, name: string, via: KeptVia): Kept {
    if (via.server === undefined && via.how === undefined) return this.#plainAt(type, name);
    const key = `${type} ${name} ${via.server ?? ''} ${via.how ?? ''}`;
    const known = this.#special.get(key);
    if (known !== undefined) return known;
    const made: Kept = { type, next: undefined, reply: undefined, answer: undefined, wanted: false };
    this.#special.set(key, made);
    return made;
  }

  #plainAt(type: TypeName, name: string): Kept {
    const first = this.#plain.get(name);
    for (let kept = first; kept !== undefined; kept = kept.next) if (kept.type === type) return kept;
    const made: Kept = { type, next: first, reply: undefined, answer: undefined, wanted: false };
    this.#plain.set(name, made);
    return made;
  }

  addPage(entry: Json): void {
    const url = own(entry, 'url');
    if (typeof url === 'string' && !this.#pages.has(url)) this.#pages.set(url, readPage(entry, this.#pages.size));
  }

  /** A document fetched over HTTPS. */
  page(url: string): Page {
    const page = this.#pages.get(url);
    if (page !== undefined) return page;
    this.misses += 1;
    this.missingPages.add(url);
    return { is: 'unknown', code: 'evidence.missing', at: '' };
  }

  /** What the list of keys that others hold says of a key; undefined where the job had no list, `lost` where it had. */
  keyMarks(spki: Uint8Array): KeyMarks | 'lost' | undefined {
    const digest = createHash('sha256').update(spki).digest('hex');
    this.keys.set(digest, spki);
    return this.#marks.get(digest) ?? (this.#hasKeyList ? 'lost' : undefined);
  }

  addSuffix(name: string, suffix: string): void {
    this.#suffixes.set(name, suffix);
  }

  ask(name: string, type: TypeName, via: Via = PLAINLY): Answer {
    const kept = via === PLAINLY ? this.#plainAt(type, name) : this.#keptOf(type, name, via);
    const known = kept.answer;
    if (known !== undefined) {
      if (isMissing(known)) this.misses += 1;
      return known;
    }
    const asked: Asked = via === PLAINLY ? { name, type } : { ...via, name, type };
    const answer = this.#resolve(asked, 0, kept);
    kept.answer = answer;
    if (isMissing(answer)) this.#open.push(kept);
    return answer;
  }

  /** The public suffix of a name (ICANN section); undefined where it was not looked up. */
  suffix(name: string): string | undefined {
    const canonical = canonicalName(name);
    const suffix = this.#suffixes.get(canonical);
    if (suffix === undefined) {
      this.misses += 1;
      this.missingSuffixes.add(canonical);
    }
    return suffix;
  }

  /** The domain that somebody registered: one label below the public suffix. `none` for a suffix itself, which holds no dot. */
  registrable(name: string): string | undefined {
    const suffix = this.suffix(name);
    if (suffix === undefined) return undefined;
    const canonical = canonicalName(name);
    if (canonical === suffix) return 'none';
    const below = canonical.slice(0, canonical.length - suffix.length - 1);
    return `${below.slice(below.lastIndexOf('.') + 1)}.${suffix}`;
  }

  /** `as`: where the question is kept by its name as it was asked. */
  #resolve(asked: Asked, depth: number, as: Kept): Answer {
    const canonical = canonicalName(asked.name);
    const kept = canonical === asked.name ? as : this.#keptOf(asked.type, canonical, asked);
    const { reply } = kept;
    if (reply === undefined) return this.#miss(asked, kept);
    if ('code' in reply) return { is: 'unknown', code: reply.code, at: reply.at };
    const { message, at } = reply;
    const question = message.questions[0];
    const code = TYPES[asked.type];
    if (
      !message.response ||
      (question !== undefined && (question.type !== code || !isSameName(question.name, asked.name)))
    ) {
      return { is: 'unknown', code: 'dns.malformed', at };
    }
    if (message.rcode !== 0 && message.rcode !== RCODES.NXDOMAIN) {
      return { is: 'unknown', code: BY_RCODE[message.rcode] ?? 'dns.servfail', at };
    }
    if (message.truncated) return { is: 'unknown', code: 'dns.malformed', at };
    const authentic = reply.trusted ? message.authenticData : undefined;
    const { records, chain, looped } = follow(message, asked.name, code);
    if (looped) return { is: 'unknown', code: 'dns.loop', at };
    if (records.length > 0) return { is: 'records', records, chain, at, authentic, message, texts: undefined };
    if (message.rcode === RCODES.NXDOMAIN) return { is: 'nxdomain', chain, at, authentic, message };
    const negative = holdsType(message.authorities, TYPES.SOA);
    const end = chain.at(-1);
    // a server that is no resolver leaves the target of a CNAME to us
    if (end !== undefined && !negative && asked.server === undefined) return this.#chase(asked, chain, end, depth, at);
    const isFinal = negative || message.authoritative || message.recursionAvailable || asked.server !== undefined;
    // a referral
    if (!isFinal && holdsType(message.authorities, TYPES.NS)) return { is: 'unknown', code: 'dns.refused', at };
    return { is: 'nodata', chain, at, authentic, message };
  }

  #chase(asked: Asked, chain: readonly string[], end: string, depth: number, at: string): Answer {
    if (depth + chain.length > MAX_CHAIN) return { is: 'unknown', code: 'dns.loop', at };
    const answer = this.#resolve({ ...asked, name: end }, depth + chain.length, this.#keptOf(asked.type, end, asked));
    return answer.is === 'unknown' ? answer : { ...answer, chain: [...chain, ...answer.chain] };
  }

  #miss(asked: Asked, kept: Kept): Answer {
    if (!kept.wanted) {
      try {
        mustBeName(asked.name);
      } catch {
        // a name that DNS cannot carry was never asked: that is a fault of its own, not lost evidence
        return { is: 'unknown', code: 'dns.bad-name', at: '' };
      }
      kept.wanted = true;
      this.#wanted.push(kept);
      this.#missing.push(asked);
    }
    this.misses += 1;
    return this.#nothing;
  }
}

const NO_CHAIN: readonly string[] = [];
const NOTHING_THERE = { records: [], chain: NO_CHAIN, looped: false };

function isSameName(one: string, other: string): boolean {
  return one === other || canonicalName(one) === canonicalName(other);
}

function holdsType(records: readonly ResourceRecord[], type: number): boolean {
  for (const record of records) if (record.type === type) return true;
  return false;
}

/** All of them are what was asked for: no alias, no signature. */
function areAsked(records: readonly ResourceRecord[], name: string, type: number): boolean {
  for (const record of records) if (record.type !== type || !isSameName(record.name, name)) return false;
  return true;
}

/** Follows the CNAMEs inside one message from the asked name to the records of the asked type. */
function follow(
  message: Message,
  name: string,
  type: number,
): { readonly records: readonly ResourceRecord[]; readonly chain: readonly string[]; readonly looped: boolean } {
  const { answers } = message;
  // most answers hold nothing, or just what was asked
  if (answers.length === 0) return NOTHING_THERE;
  if (areAsked(answers, name, type)) return { records: answers, chain: NO_CHAIN, looped: false };
  const chain: string[] = [];
  const seen = new Set<string>();
  let at = canonicalName(name);
  for (;;) {
    const here = answers.filter((record) => canonicalName(record.name) === at);
    const records = here.filter((record) => record.type === type);
    if (records.length > 0) return { records, chain, looped: false };
    const alias = here.find((record) => record.rdata.is === 'CNAME');
    if (alias?.rdata.is !== 'CNAME') return { records: [], chain, looped: false };
    seen.add(at);
    at = canonicalName(alias.rdata.name);
    chain.push(at);
    if (seen.has(at) || chain.length > MAX_CHAIN) return { records: [], chain, looped: true };
  }
}

/** The raw form of one question and its reply. */
export function rawEntry(asked: Asked, reply: JsonObject): JsonObject {
  const { name, type, server, how } = asked;
  if (server === undefined && how === undefined) return { name, type, reply };
  return { name, type, ...(server === undefined ? {} : { server }), ...(how === undefined ? {} : { how }), reply };
}
