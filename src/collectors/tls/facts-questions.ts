/** Facts from the questions of one connection each: what a server makes of a hello that is odd in one thing. Pure. */
import { faultIn, unknown } from '../../model/facts.ts';
import { type FaultCode, isFaultCode } from '../../model/fault.ts';
import { isArray, own, type Json, type JsonObject } from '../../model/json.ts';
import { pointer } from '../../model/pointer.ts';
import { boolean, list, type Schema, string } from '../../model/schema.ts';
import { replayDialogue } from '../../wire/starttls/index.ts';
import { httpPlain } from '../../wire/starttls/plain.ts';
import { certificatesIn, HANDSHAKE, parseFlight } from '../../wire/tls/flight.ts';
import { signatureName } from '../../wire/tls/names.ts';
import { messagesOf } from '../../wire/tls/tls13.ts';
import { parseCertificate } from '../../wire/x509/certificate.ts';
import { exchangeIn } from './chain.ts';
import { attemptOf } from './facts-suites.ts';
import { type Served, type ServedFlights, servedFlight } from './facts-served.ts';
import { matchesHost } from './hostname.ts';
import { partly } from './partly.ts';
import { FOREIGN_NAME, type QuestionName } from './questions.ts';
import { type Attempt, isProbed, type Probed, saysNo, verdictOf } from './versions.ts';

export const questionSchemas: { readonly [fact: string]: Schema } = {
  tolerance: partly(
    {
      higherVersion: boolean({ description: 'a hello that offers a higher version too is answered' }),
      grease: boolean({ description: 'values that nobody knows are passed over (RFC 8701)' }),
      long: boolean({ description: 'a hello of 300 octets is answered' }),
      huge: boolean({ description: 'a hello of 1,700 octets in two segments is answered' }),
    },
    { description: 'beside an ordinary hello that was answered; a member is absent where it cannot be asked' },
  ),
  fallback: partly(
    { refused: boolean({ description: 'TLS_FALLBACK_SCSV in a hello of a lower version is answered by alert 86' }) },
    { description: 'absent: nothing to fall back to, or TLS 1.2 and 1.3 alone' },
  ),
  drafts: list(string(), { description: 'drafts of TLS 1.3 that are spoken', 'x-optional-list': true }),
  weakSignatures: partly(
    { md5: boolean(), sha1: boolean(), sha224: boolean() },
    { description: 'TLS 1.2 signs with this hash where it is offered alone; absent: no TLS 1.2' },
  ),
  alpn: partly({ unknownAccepted: boolean({ description: 'a protocol that nobody speaks, alone, is not refused' }) }),
  sni: partly(
    {
      unknownServed: boolean({ description: 'a name that no server has is answered, by a certificate without it' }),
      missingFails: boolean({ description: 'without a name the handshake fails, or another certificate comes' }),
    },
    { description: 'absent: not asked (SSLv3 knows no names)' },
  ),
  retry: partly(
    { works: boolean({ description: 'the handshake finishes after a HelloRetryRequest' }) },
    { description: 'absent: no TLS 1.3' },
  ),
  plainPort: partly(
    { spoken: string({ description: 'what the port speaks without TLS; absent: nothing' }) },
    { description: 'absent: TLS is started inside another protocol here' },
  ),
  upgradeHttp: partly(
    { switched: boolean({ description: 'HTTP on the plain twin of this port goes over to TLS on demand' }) },
    { description: 'absent: no such twin, or nothing listens there' },
  ),
  clock: partly({ inRandom: boolean({ description: 'the first four octets of the random are the time' }) }),
};

export interface Area {
  readonly facts: JsonObject;
  /** Fact pointer to raw pointer. */
  readonly at: { readonly [factPointer: string]: string };
}

type Truth = boolean | FaultCode;

function known(value: Truth): Json {
  return typeof value === 'boolean' ? value : unknown(value);
}

/** What the questions are read with, beside themselves. */
export interface Seen {
  readonly raw: Json;
  readonly endpoint: { readonly name: { readonly host: string; readonly protocol: string } };
  readonly versions: ReadonlyMap<Probed, boolean | FaultCode>;
  readonly served: ServedFlights | undefined;
  readonly offered: boolean | FaultCode;
  readonly lossless: boolean;
}

const PLACE = 'questions';

interface Asked {
  readonly attempt: Attempt;
  readonly version: Probed;
  readonly place: string;
}

function askedIn(raw: Json, name: QuestionName): Asked | undefined {
  const item = own(own(own(raw, PLACE), 'hellos'), name);
  const attempt = attemptOf(item);
  const version = own(item, 'version');
  return attempt === undefined || !isProbed(version)
    ? undefined
    : { attempt, version, place: pointer(PLACE, 'hellos', name) };
}

/** Answered with a ServerHello of the version or a lower one; a clear "no" is an answer of a server that is alive. */
function answered(asked: Asked | undefined, lossless: boolean): Truth {
  if (asked === undefined) return 'evidence.missing';
  const verdict = verdictOf(asked.attempt, asked.version);
  if (verdict === 'accepted' || verdict === 'lower') return true;
  if (saysNo(verdict, true, lossless)) return false;
  return isFaultCode(verdict) ? verdict : 'net.closed';
}

function both(first: Truth | undefined, second: Truth | undefined): Truth | undefined {
  if (first === false || second === false) return false;
  if (typeof first === 'string') return first;
  if (typeof second === 'string') return second;
  return first ?? second;
}

/** Which versions are offered, lowest first; undefined where one is not clear. */
function offeredVersions({ versions }: Seen): readonly Probed[] {
  return [...versions].filter(([, state]) => state === true).map(([version]) => version);
}

function toleranceFacts(seen: Seen): Area {
  const { raw, lossless } = seen;
  const control = askedIn(raw, 'control');
  const offered = offeredVersions(seen);
  const highest = offered.at(-1);
  const alive = answered(control, lossless);
  const at: { [place: string]: string } = control === undefined ? {} : { '/tolerance': control.place };
  if (alive !== true) {
    const missing = unknown(alive === false ? 'tls.unclear' : alive);
    return { facts: { tolerance: missing }, at };
  }
  const facts: { [name: string]: Json } = {};
  const note = (name: string, truth: Truth | undefined, ...asked: readonly (Asked | undefined)[]): void => {
    if (truth === undefined) return;
    facts[name] = known(truth);
    const place = asked.find((one) => one !== undefined && answered(one, lossless) === truth)?.place;
    if (place !== undefined) at[pointer('tolerance', name)] = place;
  };
  const [version, field] = [askedIn(raw, 'higherVersion'), askedIn(raw, 'higherField')];
  const classic = offered.some((one) => one !== 'TLSv1.3');
  const higher = both(
    highest === 'SSLv3' ? undefined : answered(version, lossless),
    classic ? answered(field, lossless) : undefined,
  );
  note('higherVersion', higher, version, field);
  if (highest !== 'SSLv3')
    for (const name of ['grease', 'long', 'huge'] as const) {
      const asked = askedIn(raw, name);
      note(name, answered(asked, lossless), asked);
    }
  return { facts: { tolerance: facts }, at };
}

/** RFC 7507 §3. */
const INAPPROPRIATE_FALLBACK = 86;

function fallbackFacts(seen: Seen): Area {
  const offered = offeredVersions(seen);
  const old = offered.filter((version) => version !== 'TLSv1.3');
  if (offered.length < 2 || (old.length < 2 && old[0] !== 'SSLv3')) return { facts: {}, at: {} };
  const asked = askedIn(seen.raw, 'fallback');
  if (asked === undefined) return { facts: { fallback: unknown('evidence.missing') }, at: {} };
  const { alerts } = parseFlight(asked.attempt.bytes);
  const verdict = verdictOf(asked.attempt, asked.version);
  const refused: Truth = alerts.some(({ description }) => description === INAPPROPRIATE_FALLBACK)
    ? true
    : verdict === 'accepted'
      ? false
      : isFaultCode(verdict)
        ? verdict
        : 'tls.unclear';
  return { facts: { fallback: { refused: known(refused) } }, at: { '/fallback': asked.place } };
}

function draftFacts({ raw, lossless }: Seen): Area {
  const asked = askedIn(raw, 'drafts');
  if (asked === undefined) return { facts: { drafts: unknown('evidence.missing') }, at: {} };
  const at = { '/drafts': asked.place };
  const version = parseFlight(asked.attempt.bytes).serverHello?.version;
  if (version !== undefined && version >> 8 === 0x7f)
    return { facts: { drafts: [`draft ${String(version & 0xff)}`] }, at };
  // any ServerHello of a released version, and any refusal, is a "no"
  const verdict = verdictOf(asked.attempt, asked.version);
  if (version !== undefined || saysNo(verdict, true, lossless)) return { facts: { drafts: [] }, at };
  return { facts: { drafts: unknown(isFaultCode(verdict) ? verdict : 'net.closed') }, at };
}

const HASHES = { md5: 'md5', sha1: 'sha1', sha224: 'sha224' } as const;

function signatureFacts({ raw, versions, lossless }: Seen): Area {
  const tls12 = versions.get('TLSv1.2');
  if (tls12 === false) return { facts: {}, at: {} };
  const facts: { [name: string]: Json } = {};
  const at: { [place: string]: string } = {};
  for (const name of Object.values(HASHES)) {
    const asked = askedIn(raw, name);
    if (asked !== undefined) at[pointer('weakSignatures', name)] = asked.place;
    facts[name] = known(typeof tls12 === 'string' ? tls12 : signsWith(asked, name, lossless));
  }
  return { facts: { weakSignatures: facts }, at };
}

/** A server may pass over the list of the client: what counts is what it signed with. */
function signsWith(asked: Asked | undefined, hash: string, lossless: boolean): Truth {
  const answer = answered(asked, lossless);
  if (asked === undefined || answer !== true) return answer;
  const flight = parseFlight(asked.attempt.bytes);
  if (flight.serverHello?.version !== 0x0303) return false;
  const scheme = exchangeIn(flight, 'TLSv1.2')?.scheme;
  return scheme === undefined ? 'tls.unclear' : signatureName(scheme).endsWith(hash);
}

function alpnFacts({ raw, lossless }: Seen): Area {
  const asked = askedIn(raw, 'alpn');
  if (asked === undefined) return { facts: { alpn: unknown('evidence.missing') }, at: {} };
  const retry = parseFlight(asked.attempt.bytes).serverHello?.retry === true;
  // a HelloRetryRequest comes before the choice of a protocol: it says nothing
  const accepted = retry ? 'tls.unclear' : answered(asked, lossless);
  return { facts: { alpn: { unknownAccepted: known(accepted) } }, at: { '/alpn': asked.place } };
}

/** The leaf that came for another name: undefined where the server refused. */
function otherLeaf(item: Json | undefined, lossless: boolean): Uint8Array | 'refused' | FaultCode {
  if (item === undefined) return 'evidence.missing';
  const fault = faultIn(item);
  if (fault === 'tls.handshake') return 'refused';
  if (fault !== undefined) return saysNo(fault, true, lossless) ? 'refused' : fault;
  if (own(item, 'messages') !== undefined) {
    const served = servedFlight(item, 0);
    return typeof served === 'string' ? served : (served.certificates[0] ?? 'tls.unclear');
  }
  const version = own(item, 'version');
  const attempt = attemptOf(item);
  if (attempt === undefined || !isProbed(version)) return 'evidence.missing';
  const verdict = verdictOf(attempt, version);
  if (verdict !== 'accepted')
    return saysNo(verdict, true, lossless) ? 'refused' : isFaultCode(verdict) ? verdict : 'net.closed';
  const message = parseFlight(attempt.bytes).messages.find(({ type }) => type === HANDSHAKE.certificate);
  if (message === undefined) return 'tls.unclear';
  return firstOf(message.body);
}

function firstOf(body: Uint8Array): Uint8Array | FaultCode {
  try {
    return certificatesIn(body)[0] ?? 'tls.unclear';
  } catch {
    return 'tls.malformed';
  }
}

function covers(leaf: Uint8Array, name: string): Truth {
  const parsed = parseCertificate(leaf);
  if (!parsed.ok) return 'cert.malformed';
  const names = parsed.value.subjectAltName;
  if (names === undefined) return false;
  return 'malformed' in names ? 'cert.malformed' : matchesHost(names.value, name);
}

function isServed(leaf: Uint8Array, flights: readonly Served[]): boolean {
  return flights.some(({ certificates }) => {
    const first = certificates[0];
    return first !== undefined && Buffer.compare(first, leaf) === 0;
  });
}

function sniFacts(seen: Seen): Area {
  const { raw, lossless, served } = seen;
  const questions = own(raw, PLACE);
  const highest = offeredVersions(seen).at(-1);
  const [other, none] = [own(questions, 'sniOther'), own(questions, 'sniNone')];
  if (highest === 'SSLv3') return { facts: {}, at: {} };
  const forOther = otherLeaf(other, lossless);
  const forNone = otherLeaf(none, lossless);
  const unknownServed: Truth =
    forOther === 'refused' ? false : typeof forOther === 'string' ? forOther : inverted(covers(forOther, FOREIGN_NAME));
  const flights = served?.flights ?? [];
  // where an ordinary hello is refused too, it is not the name that is missed
  const alive = answered(askedIn(raw, 'control'), lossless);
  const missingFails: Truth =
    forNone === 'refused'
      ? alive === false
        ? 'tls.unclear'
        : true
      : typeof forNone === 'string'
        ? forNone
        : flights.length === 0
          ? 'evidence.missing'
          : !isServed(forNone, flights);
  return {
    facts: { sni: { unknownServed: known(unknownServed), missingFails: known(missingFails) } },
    at: {
      ...(other !== undefined && { '/sni/unknownServed': pointer(PLACE, 'sniOther') }),
      ...(none !== undefined && { '/sni/missingFails': pointer(PLACE, 'sniNone') }),
    },
  };
}

/** A name that no server has is served by another certificate than this one's: sessions must not go from one to the other. */
export function isServedElsewhere(questions: Json, served: ServedFlights | undefined): boolean {
  const leaf = otherLeaf(own(questions, 'sniOther'), true);
  const flights = served?.flights ?? [];
  return typeof leaf !== 'string' && flights.length > 0 && !isServed(leaf, flights);
}

function inverted(truth: Truth): Truth {
  return typeof truth === 'boolean' ? !truth : truth;
}

function retryFacts({ raw, versions }: Seen): Area {
  const modern = versions.get('TLSv1.3');
  if (modern === false) return { facts: {}, at: {} };
  const item = own(own(raw, PLACE), 'retry');
  const at = item === undefined ? {} : { '/retry': pointer(PLACE, 'retry') };
  return { facts: { retry: { works: known(typeof modern === 'string' ? modern : retryWorks(item)) } }, at };
}

function retryWorks(item: Json | undefined): Truth {
  if (item === undefined) return 'evidence.missing';
  const fault = faultIn(item);
  // after the right answer to its own request a refusal is the server's failure
  if (fault !== undefined) {
    const broken = own(item, 'retried') === true && ['tls.handshake', 'net.closed', 'net.reset'].includes(fault);
    return broken ? false : fault;
  }
  const messages = own(item, 'messages');
  if (typeof messages !== 'string') return 'evidence.missing';
  try {
    return messagesOf(Buffer.from(messages, 'base64')).some(({ type }) => type === HANDSHAKE.finished)
      ? true
      : 'tls.unclear';
  } catch {
    return 'tls.malformed';
  }
}

interface HttpSeen {
  /** Undefined: the answer is no HTTP. */
  readonly status: number | undefined;
  readonly reply: Uint8Array;
}

function httpIn(item: Json | undefined, host: string, upgrade: boolean): HttpSeen | FaultCode {
  const replies = own(item, 'replies');
  if (!isArray(replies)) return faultIn(item) ?? 'evidence.missing';
  const bytes = replies.slice(0, 4).map((reply) => Buffer.from(typeof reply === 'string' ? reply : '', 'base64'));
  const outcome = replayDialogue(httpPlain(host, upgrade), bytes);
  if (outcome === undefined) return faultIn(own(item, 'failure')) ?? 'evidence.missing';
  return {
    status: outcome.greeting === undefined ? undefined : Number(outcome.greeting),
    reply: bytes[0] ?? new Uint8Array(),
  };
}

/** Statuses by which a server serves what was asked in the clear; 400 and redirects send the client away. */
function isServing(status: number): boolean {
  return status < 300 || [401, 403, 404, 405, 501].includes(status);
}

const GREETINGS: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/^220[ -].*(?:SMTP|ESMTP|LMTP)/i, 'smtp'],
  [/^220[ -]/, 'ftp'],
  [/^\* (?:OK|PREAUTH|BYE)/i, 'imap'],
  [/^\+OK/i, 'pop3'],
  [/^SSH-/, 'ssh'],
  [/^20[01] /, 'nntp'],
];

function plainPortFacts(seen: Seen): Area {
  const { raw, endpoint, offered } = seen;
  if (endpoint.name.protocol !== 'tls') return { facts: {}, at: {} };
  const item = own(own(raw, PLACE), 'plainHttp');
  const http = httpIn(item, endpoint.name.host, false);
  const at = item === undefined ? {} : { '/plainPort': pointer(PLACE, 'plainHttp') };
  // a connection that is ended is how servers of TLS answer words in the clear; some, alive on the same port, stay silent
  const isSilent = http === 'net.timeout' && offered === true && own(item, 'tries') === 2;
  if (http === 'net.closed' || http === 'net.reset' || isSilent) return { facts: { plainPort: {} }, at };
  if (typeof http === 'string') return { facts: { plainPort: unknown(http) }, at };
  if (http.status !== undefined) {
    const spoken = isServing(http.status) || offered === false;
    return { facts: { plainPort: spoken ? { spoken: 'http' } : {} }, at };
  }
  const text = Buffer.from(http.reply).toString('latin1').slice(0, 200);
  const found = GREETINGS.find(([pattern]) => pattern.test(text));
  return { facts: { plainPort: found === undefined ? {} : { spoken: found[1] } }, at };
}

function upgradeFacts({ raw, endpoint }: Seen): Area {
  const item = own(own(raw, PLACE), 'upgradeHttp');
  if (own(raw, PLACE) === undefined) return { facts: { upgradeHttp: unknown('evidence.missing') }, at: {} };
  if (item === undefined || faultIn(item) === 'net.refused') return { facts: {}, at: {} };
  const http = httpIn(item, endpoint.name.host, true);
  const at = { '/upgradeHttp': pointer(PLACE, 'upgradeHttp') };
  if (http === 'net.closed' || http === 'net.reset') return { facts: { upgradeHttp: { switched: false } }, at };
  return {
    facts: { upgradeHttp: typeof http === 'string' ? unknown(http) : { switched: http.status === 101 } },
    at,
  };
}

const DAY_S = 86_400;

/** RFC 5246 §7.4.1.2 put the time there; a clock may be wrong, by less than a day. Two randoms are no chance. */
function clockFacts({ raw }: Seen): Area {
  const asked = own(own(raw, PLACE), 'asked');
  const now = typeof asked === 'string' ? Date.parse(asked) / 1000 : Number.NaN;
  if (Number.isNaN(now)) return { facts: { clock: unknown('evidence.missing') }, at: {} };
  const names = ['control', 'grease', 'long', 'huge', 'higherField', 'fallback', 'sha1'] as const;
  const hellos = names.flatMap((name) => {
    const hello = askedIn(raw, name);
    const answer = hello === undefined ? undefined : parseFlight(hello.attempt.bytes).serverHello;
    return answer === undefined || answer.retry ? [] : [Buffer.from(answer.random).readUInt32BE(0)];
  });
  const at = { '/clock': pointer(PLACE, 'hellos') };
  if (hellos.length < 2) return { facts: {}, at: {} };
  return { facts: { clock: { inRandom: hellos.every((time) => Math.abs(time - now) < DAY_S) } }, at };
}

const AREAS = [
  toleranceFacts,
  fallbackFacts,
  draftFacts,
  signatureFacts,
  alpnFacts,
  sniFacts,
  retryFacts,
  upgradeFacts,
  clockFacts,
] as const;

/** Where TLS is not offered only what the port speaks instead is told. */
export function questionFacts(seen: Seen): Area {
  const areas = [plainPortFacts(seen), ...(seen.offered === false ? [] : AREAS.map((area) => area(seen)))];
  return {
    facts: Object.fromEntries(areas.flatMap(({ facts }) => Object.entries(facts))),
    at: Object.fromEntries(areas.flatMap(({ at }) => Object.entries(at))),
  };
}

export const QUESTION_FACTS: readonly string[] = Object.keys(questionSchemas);
