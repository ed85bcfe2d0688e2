/**
 * The quick look before a source file is lexed: which groups of rules could find anything in it at all. One pass over the text looks
 * for all their words at once. What it leaves out, no rule would report; what it lets through, the rules decide.
 */
import type { Language } from './lex/language.ts';

/** Groups of rules that may find something. */
export interface Worth {
  /** Rules that begin at a word of the language's table. */
  readonly words: boolean;
  /** Addresses and connection strings in texts. */
  readonly addresses: boolean;
  readonly requests: boolean;
  readonly logging: boolean;
  readonly timing: boolean;
  readonly webhooks: boolean;
}

/**
 * How a text has to stand there. `part`: anywhere, whatever its case. `word`: as a whole word in this spelling. `name`: the last words
 * of a name, as facts/code §3.1 splits names. `begin`: it begins a word of a name.
 */
type Mode = 'part' | 'word' | 'name' | 'begin';

interface Atom {
  readonly text: string;
  readonly mode: Mode;
  /** With `name`: one of these words stands before it in the name. */
  readonly after?: readonly string[];
}

const parts = (list: string): Atom[] => list.split(' ').map((text) => ({ text, mode: 'part' }));
const names = (list: string): Atom[] => list.split(' ').map((text) => ({ text, mode: 'name' }));
const blanked = (atoms: readonly Atom[]): Atom[] =>
  atoms.map((one) => ({ ...one, text: one.text.replaceAll('·', ' ') }));

/** `:\/\/` is how printers of JSON write addresses. */
const ESCAPED_ADDRESS = parts(':\\/\\/');
const CLEARTEXT = [...ESCAPED_ADDRESS, ...parts('http://')];
const ADDRESSES = [
  ...ESCAPED_ADDRESS,
  ...blanked(
    parts(
      'ftp:// telnet:// ldap:// ws:// smtp:// redis:// amqp:// mongodb:// memcached:// nats:// plaintext:// :9200 sslmode ssl-mode usessl skip-ssl ssl=0 tls=false tls=preferred tls=skip encrypt trustserver trust·server tls-min-v1',
    ),
  ),
];
const SECRETS: readonly Atom[] = [
  ...names(
    'password passwd pwd passphrase secret token apikey credential credentials authorization cookie jwt bearer otp ssn cvv dsn',
  ),
  { text: 'key', mode: 'name', after: ['api', 'access', 'private', 'signing', 'encryption'] },
  { text: 'id', mode: 'name', after: ['session'] },
  { text: 'pin', mode: 'name', after: ['user', 'card'] },
  { text: 'string', mode: 'name', after: ['connection'] },
];
const ENVIRONMENTS: readonly Atom[] = [
  ...parts('environ getenv $_env $_server'),
  { text: 'env', mode: 'word' },
  { text: 'ENV', mode: 'word' },
];
/** These log by themselves. */
const TELLTALES = parts('phpinfo morgan');
const HEADERS: readonly Atom[] = [
  ...parts('headers .config'),
  { text: 'Header', mode: 'word' },
  { text: 'META', mode: 'word' },
];
/** Owners of the calls that log, in every language. */
const LOGGERS: readonly Atom[] = [
  { text: 'log', mode: 'begin' },
  ...parts(
    'console winston pino bunyan syslog slog glog monolog structlog zap timber tracing rails sugar stdout stderr',
  ),
];
/** Calls that write without any owner, or with another; a language that is not here has words for it that are everywhere. */
const PRINTERS: { readonly [language in Language]?: readonly Atom[] } = {
  js: [],
  python: parts('print'),
  go: parts('fmt.print fmt.fprint'),
  java: parts('print'),
  kotlin: parts('print'),
  csharp: parts('debug trace'),
  php: parts('print_r var_dump var_export trigger_error'),
};
const SIGNATURES = names('signature hmac digest hexdigest mac sig');
const FRESH: readonly Atom[] = [
  ...names('header headers digest hexdigest'),
  { text: 'META', mode: 'word' },
  ...parts('"x- \'x- `x-'),
];
const PROVIDERS = parts(
  'stripe hub-signature hub_signature slack svix webhook-id webhook-signature twilio twiml shopify messagingresponse voiceresponse',
);
const REPOSITORIES = parts('github');
/** Without one of these a file that names GitHub, as most do, says so in an address or a comment. */
const HOOKS = parts(
  'hook octokit hmac timingsafeequal compare_digest safecompare securecompare tsscmp constant_time_compare clerk resend constructevent construct_event requestvalidator validatepayload validatesignature payment_intent url_verification invoice. customer. charge. checkout.session eventadapter messageadapter expressreceiver is_valid',
);

const JWT = parts('jwt jsonwebtoken jose jws');
const SESSIONS = parts('session jwt iron strategy register betterauth nextauth');
const COOKIES = parts('cookie session csrf csurf lusca');
const OLD_VERSIONS = parts('tlsv1 sslv');
const NONE = parts('none');

/** Of a language's words those that mean something only where one of these texts is in the file too. */
const BESIDE: { readonly [language in Language]?: { readonly [word: string]: readonly Atom[] } } = {
  js: {
    minVersion: OLD_VERSIONS,
    maxVersion: OLD_VERSIONS,
    decode: JWT,
    sign: JWT,
    verify: JWT,
    algorithm: NONE,
    algorithms: NONE,
    secret: SESSIONS,
    secrets: SESSIONS,
    keys: SESSIONS,
    secure: COOKIES,
    httpOnly: COOKIES,
    sameSite: COOKIES,
    set: parts('cookies'),
  },
  python: { ssl: parts('aiohttp'), verify_ssl: parts('aiohttp'), algorithms: NONE, secure: parts('set_cookie') },
  go: { Config: parts('tls'), Secure: COOKIES, HttpOnly: COOKIES },
  java: { verify: parts('sslsession') },
  kotlin: { verify: parts('sslsession') },
};

interface Compiled {
  readonly atoms: readonly Needle[];
  /** By the first three letters, folded: numbers of atoms. */
  readonly slots: readonly (readonly number[] | undefined)[];
  /** By slot: whether there is any, so that most places cost one look. */
  readonly taken: Uint8Array;
  readonly words: readonly (readonly [word: number, beside: readonly number[] | undefined])[];
  readonly groups: { readonly [group: string]: readonly number[] };
}

interface Needle {
  readonly mode: Mode;
  /** Its bytes, of small letters where the case does not count. */
  readonly spelling: Uint8Array;
  readonly after: readonly string[] | undefined;
}

const CLASSES = 32;
const CLASS_OF = new Uint8Array(256);
/** Letters of either case as small ones. */
const LOWER = new Uint8Array(256);
for (let byte = 0; byte < 256; byte++) {
  const lower = byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
  LOWER[byte] = lower;
  // letters are told apart; what else there is shares the other classes
  CLASS_OF[byte] = lower >= 0x61 && lower <= 0x7a ? lower - 0x60 : 27 + (lower % 5);
}
const classOf = (code: number): number => CLASS_OF[code] ?? 0;
const SHORTEST = 2;

const COMPILED = new Map<Language, Compiled>();

function compiled(language: Language, table: Iterable<string>): Compiled {
  const known = COMPILED.get(language);
  if (known !== undefined) return known;
  const atoms: Needle[] = [];
  const numbers = new Map<string, number>();
  const add = ({ text, mode, after }: Atom): number => {
    const key = `${mode} ${text} ${after?.join() ?? ''}`;
    const found = numbers.get(key);
    if (found !== undefined) return found;
    atoms.push({ mode, spelling: Buffer.from(mode === 'word' ? text : text.toLowerCase()), after });
    numbers.set(key, atoms.length - 1);
    return atoms.length - 1;
  };
  const all = (list: readonly Atom[]): readonly number[] => list.map(add);
  const beside = BESIDE[language] ?? {};
  const words = Array.from(table, (word) => {
    const others = beside[word];
    return [add({ text: word, mode: 'word' }), others === undefined ? undefined : all(others)] as const;
  });
  const groups = {
    addresses: all(ADDRESSES),
    requests: all(CLEARTEXT),
    secrets: all(SECRETS),
    environments: all(ENVIRONMENTS),
    headers: all(HEADERS),
    telltales: all(TELLTALES),
    loggers: all([...LOGGERS, ...(PRINTERS[language] ?? [])]),
    signatures: all(SIGNATURES),
    fresh: all(FRESH),
    providers: all(PROVIDERS),
    repositories: all(REPOSITORIES),
    hooks: all(HOOKS),
  };
  const slots: number[][] = [];
  const taken = new Uint8Array(CLASSES ** 3);
  for (const [number, { spelling }] of atoms.entries()) {
    // of two letters the third may be anything
    const thirds =
      spelling.length > SHORTEST ? [classOf(spelling[2] ?? 0)] : Array.from({ length: CLASSES }, (_, i) => i);
    for (const third of thirds) {
      const slot = (classOf(spelling[0] ?? 0) * CLASSES + classOf(spelling[1] ?? 0)) * CLASSES + third;
      (slots[slot] ??= []).push(number);
      taken[slot] = 1;
    }
  }
  const made: Compiled = { atoms, slots, taken, words, groups };
  COMPILED.set(language, made);
  return made;
}

const isUpper = (code: number): boolean => code >= 0x41 && code <= 0x5a;
const isLower = (code: number): boolean => code >= 0x61 && code <= 0x7a;
const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;
const isAlphanumeric = (code: number): boolean => isUpper(code) || isLower(code) || isDigit(code);
const isWordPart = (code: number): boolean => isAlphanumeric(code) || code === 0x5f;

/** A hump of camel case, or what follows a sign, begins here. */
function beginsWord(bytes: Uint8Array, at: number): boolean {
  return !isAlphanumeric(bytes[at - 1] ?? 0x20) || isUpper(bytes[at] ?? 0);
}

function stands({ spelling, mode, after }: Needle, bytes: Uint8Array, at: number): boolean {
  const end = at + spelling.length;
  for (let i = 0; i < spelling.length; i++) {
    const byte = bytes[at + i] ?? 0;
    if ((mode === 'word' ? byte : LOWER[byte]) !== spelling[i]) return false;
  }
  switch (mode) {
    case 'part':
      return true;
    case 'begin':
      return beginsWord(bytes, at);
    case 'word':
      return !isWordPart(bytes[at - 1] ?? 0) && !isWordPart(bytes[end] ?? 0);
    default:
      if (isAlphanumeric(bytes[end] ?? 0) || !beginsWord(bytes, at)) return false;
      return after === undefined || after.some((word) => follows(word, bytes, at));
  }
}

/** The word stands before a place, with signs between them at most. */
function follows(word: string, bytes: Uint8Array, at: number): boolean {
  let to = at;
  while (to > 0 && to > at - 8 && !isAlphanumeric(bytes[to - 1] ?? 0)) to--;
  const from = to - word.length;
  if (from < 0) return false;
  for (let i = 0; i < word.length; i++) if (LOWER[bytes[from + i] ?? 0] !== word.charCodeAt(i)) return false;
  return true;
}

/** By number of atom: 1 where it stands in the text. */
function atomsIn({ atoms, slots, taken }: Compiled, bytes: Uint8Array): Uint8Array {
  const found = new Uint8Array(atoms.length);
  const { length } = bytes;
  let slot = (CLASS_OF[bytes[0] ?? 0] ?? 0) * CLASSES + (CLASS_OF[bytes[1] ?? 0] ?? 0);
  for (let at = 2; at < length; at++) {
    slot = ((slot & 0x3ff) << 5) | (CLASS_OF[bytes[at] as number] as number);
    if (taken[slot] === 1) note(atoms, slots[slot], bytes, at - 2, found);
  }
  return found;
}

function note(
  atoms: readonly Needle[],
  numbers: readonly number[] | undefined,
  bytes: Uint8Array,
  at: number,
  found: Uint8Array,
): void {
  for (const number of numbers ?? []) {
    const atom = atoms[number];
    if (found[number] === 0 && atom !== undefined && stands(atom, bytes, at)) found[number] = 1;
  }
}

/** Undefined where no rule can find anything; `table`: the words at which rules of the language begin. */
export function worthOf(language: Language, table: Iterable<string>, bytes: Uint8Array): Worth | undefined {
  const program = compiled(language, table);
  const found = atomsIn(program, bytes);
  const has = (group: string): boolean => (program.groups[group] ?? []).some((number) => found[number] === 1);
  const words = program.words.some(
    ([word, beside]) => found[word] === 1 && (beside === undefined || beside.some((number) => found[number] === 1)),
  );
  const code = language !== 'json';
  const environment = has('environments');
  const secret = has('secrets') || has('headers') || environment;
  const written = PRINTERS[language] === undefined || has('loggers') || (language === 'js' && environment);
  const worth: Worth = {
    words,
    addresses: has('addresses'),
    requests: code && has('requests'),
    logging: code && ((secret && written) || has('telltales')),
    timing: code && has('signatures') && has('fresh'),
    webhooks: code && (has('providers') || (has('repositories') && has('hooks'))),
  };
  return Object.values(worth).includes(true) ? worth : undefined;
}
