/** Questions of one connection each, beside the enumeration: what a server makes of a hello that is odd in one thing. */
import { answerOrFault, rawFault } from '../../model/facts.ts';
import type { JsonObject } from '../../model/json.ts';
import { httpPlain } from '../../wire/starttls/plain.ts';
import { extension } from '../../wire/tls/client-hello.ts';
import { VERSION_CODES } from '../../wire/tls/names.ts';
import { suiteOf } from '../../wire/tls/suites.ts';
import { makeShare } from '../../wire/tls/tls13.ts';
import { type Pick, toHex } from './chain.ts';
import { askPlainly, type Spoken } from './dial.ts';
import type { Setting } from './eliminate.ts';
import { FEW_SUITES, helloBytes, padded, type Question, suitesFor } from './hello.ts';
import { type Answer, untilDone } from './prober.ts';
import { flight13 } from './served.ts';
import type { Probed } from './versions.ts';

/** A version that is offered, and what it picked first. */
export interface Offered {
  readonly version: Probed;
  readonly first: Pick;
}

/** A name that no server has (RFC 2606 §2). */
export const FOREIGN_NAME = 'unknown-name.invalid';
/** RFC 7301 §6 registers nothing of the kind. */
const FOREIGN_ALPN = 'x-probity';
/** RFC 7507 §2. */
const FALLBACK_SCSV = 0x5600;
/** RFC 8446 drafts 18 to 28 as they stood in supported_versions. */
const DRAFTS = [28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18].map((draft) => 0x7f00 | draft);
/** RFC 8701 §2: of the sixteen values of each kind, one. */
const GREASE = { suite: 0x1a1a, group: 0x2a2a, extension: 0x3a3a, empty: 0xeaea, version: 0x4a4a, scheme: 0x5a5a };
/** Old F5 devices died on hellos from 256 to 511 octets (RFC 7685 §1). */
const LONG = 300;
/** What a post-quantum share makes of a hello: more than one segment. */
const HUGE = 1700;

/** Schemes of one hash, to be offered alone. */
const WEAK = { md5: [0x0101, 0x0103], sha1: [0x0201, 0x0203, 0x0202], sha224: [0x0301, 0x0303, 0x0302] } as const;

/** What nearly every client signs with: the ordinary hello stays below 256 octets. */
const COMMON_SCHEMES = [
  0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601, 0x0807, 0x0203, 0x0201, 0x0603, 0x0808, 0x0809,
  0x080a, 0x080b,
];
const COMMON_GROUPS = [0x001d, 0x0017, 0x0018, 0x0019];
/** A certificate on such a curve is shown only to who names it (RFC 8422 §5.1). */
const BRAINPOOL = [0x001a, 0x001b, 0x001c];

/** A short hello of the version that the server is known to answer: what it picked is on the list. */
function ordinary({ version, first }: Offered): Question {
  const known = version === 'TLSv1.3' ? suitesFor(version, 'few') : FEW_SUITES.slice(0, 16);
  const group = first.group === undefined ? [] : [first.group];
  return {
    version,
    suites: [...new Set([first.suite, ...known])],
    groups: [...new Set([...group, ...COMMON_GROUPS, ...(version === 'TLSv1.3' ? [] : BRAINPOOL)])],
    signatures: COMMON_SCHEMES,
  };
}

function greased(question: Question): Question {
  const { version } = question;
  return {
    ...question,
    suites: [GREASE.suite, ...question.suites],
    groups: [GREASE.group, ...(question.groups ?? [])],
    signatures: [GREASE.scheme, ...(question.signatures ?? [])],
    ...(version === 'TLSv1.3' && { versions: [GREASE.version, VERSION_CODES[version]] }),
    extensions: [extension(GREASE.empty), extension(GREASE.extension, Uint8Array.of(0))],
  };
}

export type QuestionName =
  | 'control'
  | 'grease'
  | 'higherVersion'
  | 'higherField'
  | 'long'
  | 'huge'
  | 'fallback'
  | 'drafts'
  | 'md5'
  | 'sha1'
  | 'sha224'
  | 'alpn';

interface Asked {
  readonly name: QuestionName;
  readonly question: Question;
  readonly answer: Answer;
}

/** Suites whose server signs its key exchange. */
function signedSuites(question: Question): readonly number[] {
  return question.suites.filter((code) => {
    const { forwardSecret, authentication } = suiteOf(code);
    return forwardSecret && authentication !== 'anon' && authentication !== 'psk';
  });
}

/** RFC 7507 is about clients that try again with a lower version: the lowest, where there is a higher one. */
function fallbackVersion(offered: readonly Offered[]): Offered | undefined {
  const [lowest] = offered;
  const old = offered.filter(({ version }) => version !== 'TLSv1.3');
  return lowest !== undefined && offered.length > 1 && (old.length > 1 || lowest.version === 'SSLv3')
    ? lowest
    : undefined;
}

/** The hellos that are told apart from an ordinary one. */
async function askHellos(setting: Setting, offered: readonly Offered[]): Promise<readonly Asked[]> {
  const { io, endpoint, prober } = setting;
  const highest = offered.at(-1);
  if (highest === undefined) return [];
  const classic = offered.findLast(({ version }) => version !== 'TLSv1.3');
  const modern = highest.version === 'TLSv1.3';
  const control = ordinary(highest);
  const ask = async (name: QuestionName, question: Question, bytes?: readonly Uint8Array[]): Promise<Asked> => ({
    name,
    question,
    answer: await prober.ask(bytes ?? helloBytes(io, endpoint, question), untilDone),
  });
  const asked = [ask('control', control)];
  // SSLv3 has no extensions to put these into
  if (highest.version !== 'SSLv3') {
    const huge = padded(io, endpoint, control, HUGE);
    asked.push(
      ask('grease', greased(control)),
      ask('long', control, [padded(io, endpoint, control, LONG)]),
      // in two segments, as it comes over the Internet
      ask('huge', control, [huge.subarray(0, 1400), huge.subarray(1400)]),
    );
  }
  if (modern) asked.push(ask('higherVersion', { ...control, versions: [0x0305, VERSION_CODES['TLSv1.3']] }));
  else if (highest.version !== 'SSLv3') asked.push(ask('higherVersion', likeABrowser(control, offered)));
  if (classic !== undefined) asked.push(ask('higherField', { ...ordinary(classic), legacy: 0x0304 }));
  const lower = fallbackVersion(offered);
  if (lower !== undefined) {
    const question = ordinary(lower);
    asked.push(ask('fallback', { ...question, suites: [...question.suites, FALLBACK_SCSV] }));
  }
  // behind the suites of TLS 1.3 older ones: who speaks no draft need not refuse
  const suites = [...suitesFor('TLSv1.3', 'few'), ...ordinary(classic ?? highest).suites];
  const drafts = { ...ordinary(highest), version: 'TLSv1.3', suites } as const;
  asked.push(ask('drafts', { ...drafts, versions: DRAFTS }));
  const tls12 = offered.find(({ version }) => version === 'TLSv1.2');
  if (tls12 !== undefined) {
    const question = ordinary(tls12);
    const signed = { ...question, suites: signedSuites(question) };
    for (const name of ['md5', 'sha1', 'sha224'] as const) asked.push(ask(name, { ...signed, signatures: WEAK[name] }));
  }
  asked.push(askAlpn(ask, classic ?? highest));
  return await Promise.all(asked);
}

/** The hello of a client of today, to a server that does not know TLS 1.3: it should choose what it knows. */
function likeABrowser(control: Question, offered: readonly Offered[]): Question {
  const known = offered.map(({ version }) => VERSION_CODES[version]).filter((code) => code > VERSION_CODES.SSLv3);
  return {
    ...control,
    version: 'TLSv1.3',
    suites: [...suitesFor('TLSv1.3', 'few'), ...control.suites],
    versions: [VERSION_CODES['TLSv1.3'], ...known.toReversed()],
    keyShares: [makeShare(0x001d)],
  };
}

/** A protocol that nobody speaks. Before TLS 1.3 chooses one it wants a share that it can use. */
function askAlpn(ask: (name: QuestionName, question: Question) => Promise<Asked>, offered: Offered): Promise<Asked> {
  const shares = offered.version === 'TLSv1.3' ? { keyShares: [makeShare(0x001d), makeShare(0x0017)] } : {};
  return ask('alpn', { ...ordinary(offered), ...shares, alpn: [FOREIGN_ALPN] });
}

function askedRaw({ question, answer }: Asked): JsonObject {
  return {
    version: question.version,
    suites: toHex(question.suites),
    groups: toHex(question.groups ?? []),
    flight: Buffer.from(answer.bytes.subarray(0, 8192)).toString('base64'),
    end: answer.end,
  };
}

/** Which certificate comes for another name, or for none: in the clear where the version shows it. */
async function servedFor(setting: Setting, offered: Offered, name: string | null): Promise<JsonObject> {
  if (offered.version === 'TLSv1.3') return await flight13(setting, { servername: name });
  const { io, endpoint, prober } = setting;
  const { bytes, end } = await prober.ask(
    helloBytes(io, endpoint, { ...ordinary(offered), servername: name }),
    untilDone,
  );
  return { version: offered.version, flight: Buffer.from(bytes).toString('base64'), end };
}

/** The plain twin of a port for HTTPS. */
const TWINS: { readonly [port: number]: number } = { 443: 80, 8443: 8080 };

/** HTTP in the clear, on this port or on its twin. */
async function http({ io, endpoint, prober }: Setting, port: number, upgrade: boolean): Promise<JsonObject> {
  const once = async (): Promise<Spoken> =>
    await prober.slot(async () => await askPlainly(io, { ...endpoint, port }, httpPlain(endpoint.host, upgrade)));
  return await answerOrFault(async () => {
    const first = await once();
    // one silence may be chance
    const isSilent = first.failure?.fault.code === 'net.timeout';
    const { replies, failure } = isSilent ? await once() : first;
    return {
      port,
      tries: isSilent ? 2 : 1,
      replies: replies.map((reply) => Buffer.from(reply.subarray(0, 4096)).toString('base64')),
      ...(failure !== undefined && { failure: rawFault(failure) }),
    };
  });
}

/** All of them, side by side. */
export async function askQuestions(setting: Setting, offered: readonly Offered[]): Promise<JsonObject> {
  const { io, endpoint } = setting;
  const highest = offered.at(-1);
  const shown = offered.findLast(({ version }) => version !== 'TLSv1.3' && version !== 'SSLv3') ?? highest;
  const named = shown !== undefined && shown.version !== 'SSLv3';
  const modern = highest?.version === 'TLSv1.3';
  const direct = endpoint.protocol === 'tls';
  const twin = direct ? TWINS[endpoint.port] : undefined;
  const [hellos, other, none, retry, plain, upgrade] = await Promise.all([
    askHellos(setting, offered),
    named ? servedFor(setting, shown, FOREIGN_NAME) : undefined,
    named ? servedFor(setting, shown, null) : undefined,
    modern ? flight13(setting, { shares: 'none' }) : undefined,
    direct ? http(setting, endpoint.port, false) : undefined,
    twin === undefined ? undefined : http(setting, twin, true),
  ]);
  return {
    asked: io.now(),
    hellos: Object.fromEntries(hellos.map((asked) => [asked.name, askedRaw(asked)])),
    ...(other !== undefined && { sniOther: other }),
    ...(none !== undefined && { sniNone: none }),
    ...(retry !== undefined && { retry }),
    ...(plain !== undefined && { plainHttp: plain }),
    ...(upgrade !== undefined && { upgradeHttp: upgrade }),
  };
}
