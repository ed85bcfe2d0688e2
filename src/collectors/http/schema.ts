/** The shapes of the http collector: raw chains of hops, and the facts that checks read. */
import {
  anything,
  boolean,
  dateTime,
  integer,
  list,
  map,
  object,
  oneOf,
  type Schema,
  string,
} from '../../model/schema.ts';

/** One response, or the fault of one hop with its URL. */
const rawHop: Schema = map(anything(), {
  description: 'url, status, headers as [name, value] in wire order, tls, next, body',
});
const rawChain: Schema = {
  type: 'object',
  properties: { hops: list(rawHop), end: string(), asked: boolean() },
  additionalProperties: anything(),
};

export const rawSchema: Schema = {
  type: 'object',
  properties: {
    url: string({ description: 'the URL of the site' }),
    https: rawChain,
    http: rawChain,
    sectxt: map(rawChain, { description: 'control, wellKnown, root, plain' }),
  },
  required: ['url', 'https', 'http'],
  additionalProperties: anything(),
};

const headerItem = object({ header: string(), value: string(), url: string() });

const hsts = object(
  {
    'line?': string({ description: 'the first Strict-Transport-Security line of the first https response' }),
    'lines?': integer({ description: 'how many such lines that response has' }),
    'valid?': boolean({ description: 'a browser accepts the first line (RFC 6797 §6.1)' }),
    'maxAge?': integer({ description: 'seconds, capped at 2^53-1' }),
    'includeSubDomains?': boolean(),
    'preload?': boolean(),
    'unknown?': list(string()),
    'errors?': list(string()),
  },
  { description: 'absent: the first https response of the host has no such line' },
);

const redirect = object({
  asked: boolean({ description: 'false where the site has a port of its own' }),
  'port80?': oneOf('refused', 'answers'),
  'status?': integer({ description: 'of the first answer on port 80' }),
  'leadsToHttps?': boolean(),
  'first?': object(
    { status: integer(), scheme: string(), host: string(), sameHost: boolean(), location: string() },
    { description: 'absent: the first answer on port 80 is no redirect' },
  ),
  'downgrades?': list(object({ from: string(), to: string() })),
  'badLocations?': list(object({ url: string(), status: integer(), problem: string(), 'location?': string() })),
  'loops?': list(string()),
  'tooMany?': list(string()),
});

const cookie = object({
  name: string(),
  'nameless?': boolean(),
  'valuePrefix?': string(),
  'url?': string(),
  'scheme?': string(),
  'session?': boolean(),
  'secure?': boolean(),
  'httpOnly?': boolean(),
  'partitioned?': boolean(),
  'sameSite?': string(),
  'prefix?': oneOf('__secure-', '__host-http-', '__host-', '__http-'),
  'path?': string(),
  'domain?': string(),
  'domainScope?': oneOf('host-only', 'own', 'ancestor', 'foreign', 'public-suffix'),
  'maxAge?': integer(),
  'expires?': dateTime(),
  'size?': integer(),
  'oversized?': list(string()),
  'controlCharacters?': boolean(),
  'repeated?': boolean(),
});

const tokenHeader = object(
  { line: string(), 'token?': string({ description: 'absent: browsers ignore the header' }) },
  { description: 'absent: the header is not sent' },
);

const page = object(
  {
    url: string(),
    status: integer(),
    scheme: string(),
    'contentType?': string(),
    'charset?': boolean({ description: 'a charset in Content-Type or in a meta element' }),
    'contentTypeOptions?': string(),
    'referrer?': object({ line: string(), 'policy?': string() }),
    'frameOptions?': list(string(), { description: 'the different values of X-Frame-Options, lower case' }),
    'frameKinds?': list(oneOf('deny', 'sameorigin', 'allow-from', 'other')),
    'frameAncestors?': boolean({ description: 'a Content-Security-Policy header has frame-ancestors' }),
    'permissions?': object({ line: string(), valid: boolean() }),
    'coop?': tokenHeader,
    'coep?': tokenHeader,
    'corp?': tokenHeader,
    'altSvc?': object({ line: string(), valid: boolean(), hosts: list(string()) }),
  },
  { description: 'the last HTML response of the https chain on the own host; absent where it shows none' },
);

const loaded = object({ tag: string(), url: string() });

const content = object(
  {
    'url?': string(),
    'scheme?': string(),
    'mixedActive?': list(loaded),
    'mixedPassive?': list(loaded),
    'formsHttp?': list(loaded),
    'baseHttp?': list(loaded),
    'sri?': list(
      object({ tag: string(), url: string(), integrity: oneOf('missing', 'invalid', 'valid'), crossorigin: boolean() }),
      {
        description: 'scripts and stylesheets of other origins',
      },
    ),
  },
  { description: 'what the markup of the page loads; absent where there is no page' },
);

const csp = object(
  {
    'url?': string(),
    'enforcing?': integer({ description: 'policies in headers and meta elements' }),
    'header?': integer(),
    'reportOnly?': integer(),
    'metaIgnored?': list(string()),
    'scriptGoverned?': boolean({ description: 'some policy has script-src or default-src' }),
    'unsafeInline?': boolean({ description: 'in every policy that governs scripts; so are the following' }),
    'unsafeInlineStyle?': boolean(),
    'unsafeEval?': boolean(),
    'wildcards?': list(string()),
    'dataSources?': list(string()),
    'httpSources?': list(string()),
    'ipSources?': list(string()),
    'bypassHosts?': list(string()),
    'objectGoverned?': boolean({ description: "object-src, or default-src 'none'" }),
    'usesNonces?': boolean(),
    'strictDynamicAlone?': boolean(),
    'baseUri?': boolean(),
    'formAction?': boolean(),
    'frameAncestors?': boolean(),
    'trustedTypes?': boolean(),
    'nonces?': integer(),
    'shortNonces?': list(string()),
    'noncesReused?': boolean(),
    'duplicates?': list(string()),
    'unknownDirectives?': list(string()),
    'deprecated?': list(string()),
    'invalid?': list(string()),
  },
  { description: 'of the page with status 200, else of the last own response with a policy; absent where neither is' },
);

const cors = object({
  probe: oneOf('random', 'null', 'suffix', 'prefix', 'http'),
  'allowed?': boolean({ description: 'the one origin that asked' }),
  'wildcard?': boolean(),
  'allowOrigin?': string(),
  'credentials?': boolean(),
});

const wellKnown = object({
  'soft404?': boolean({ description: 'a path that cannot exist answers 2xx' }),
  'changePassword?': oneOf('redirect', 'form', 'other', 'absent'),
  'mtaStsHere?': boolean(),
  'openid?': object({ present: boolean(), insecure: list(string()), weak: list(string()) }),
  'gpc?': oneOf('absent', 'json', 'not-json'),
  'dnt?': oneOf('absent', 'json', 'not-json'),
});

const intrusive = object({
  asked: boolean(),
  'openByHost?': boolean(),
  'openBySlashes?': boolean(),
  'trace?': boolean(),
  'exposed?': list(object({ file: string(), served: boolean() })),
});

const sectxt = object({
  present: boolean(),
  'url?': string(),
  'wellKnown?': boolean({ description: 'it lies under /.well-known/' }),
  'secure?': boolean({ description: 'served by https without passing http' }),
  'trusted?': boolean({ description: 'no certificate error on the way; absent where no https hop was' }),
  'offHost?': boolean(),
  'contentType?': string(),
  'charset?': string(),
  'utf8?': boolean(),
  'nul?': boolean(),
  'bom?': boolean(),
  'bytes?': integer(),
  'contacts?': list(
    object({ at: string(), value: string(), 'scheme?': string(), 'defect?': string(), 'dead?': boolean() }),
  ),
  'expires?': list(object({ at: string(), value: string(), 'instant?': dateTime() })),
  'expiresAt?': dateTime({ description: 'of the first Expires that parses' }),
  'languages?': list(object({ at: string(), value: string(), valid: boolean() })),
  'links?': list(
    object({
      at: string(),
      field: string(),
      value: string(),
      'scheme?': string(),
      'defect?': string(),
      'dead?': boolean(),
    }),
  ),
  'canonical?': list(string()),
  'canonicalMatches?': boolean(),
  'lineDefects?': list(object({ line: integer(), kind: string(), text: string() })),
  'endingDefects?': list(object({ line: integer(), kind: string() })),
  'unknownFields?': list(object({ line: integer(), name: string(), 'near?': string() })),
  'keys?': list(
    object({
      at: string(),
      url: string(),
      'parsed?': boolean(),
      'revoked?': boolean(),
      'expires?': dateTime({ description: 'absent: the key never expires' }),
      'weak?': list(string()),
      'encrypts?': boolean({
        description: 'it has a subkey for encryption that is neither revoked nor expired when it was made',
      }),
      'named?': boolean({ description: 'a user id is of the domain of a mail contact' }),
    }),
  ),
  'signatureValid?': boolean({ description: 'absent: the file is not signed' }),
  'signed?': boolean(),
  'signatureDefects?': list(object({ line: integer(), kind: string() })),
});

export const factsSchema: Schema = object({
  'url?': string(),
  'scheme?': oneOf('https', 'http'),
  'host?': string(),
  'logout?': string({ description: 'the page that logs out, as the option `http: { logout: URL }` names it' }),
  'first?': object(
    { url: string(), 'address?': string(), status: integer(), trusted: boolean(), 'trustError?': string() },
    { description: 'the first https response of the own host, before any redirect' },
  ),
  'hsts?': hsts,
  'hstsElsewhere?': list(object({ url: string(), status: integer(), sent: boolean() })),
  'hstsOverHttp?': list(object({ url: string(), line: string() })),
  'redirect?': redirect,
  'cookies?': list(cookie),
  'page?': page,
  'content?': content,
  'csp?': csp,
  'plainPage?': object(
    { url: string(), 'status?': integer(), 'passwordFields?': list(loaded), 'sendsElsewhere?': boolean() },
    { description: 'the page that plain http shows; absent where it shows none' },
  ),
  'head?': object({ sameStatus: boolean(), differs: list(string()) }),
  'cors?': list(cors),
  'wellKnown?': wellKnown,
  'queryLeak?': object({ redirects: boolean(), leaks: boolean(), to: string() }),
  'intrusive?': intrusive,
  'cachedCookies?': list(object({ cookie: string(), cached: string(), url: string() })),
  'earlyHints?': list(headerItem),
  'preload?': object({
    'source?': string({ description: 'which list, with version and digest' }),
    'date?': string({ description: 'as of when the list says what it says' }),
    'listed?': boolean({ description: 'unknown where the host is absent from a list older than 90 days' }),
    'entry?': object(
      { name: string(), includeSubDomains: boolean(), own: boolean() },
      { description: 'absent: this list has no entry that covers the host' },
    ),
    'issues?': list(object({ code: string(), level: oneOf('error', 'warning') }), {
      description: 'what hstspreload.org would say of the host, by its codes',
    }),
  }),
  'parents?': object({
    subdomain: boolean({ description: 'the host lies below the registered name' }),
    'covered?': boolean({
      description: 'a parent sends HSTS with includeSubDomains; asked where the host has no header',
    }),
    'by?': string(),
  }),
  'leaks?': list(headerItem),
  'dead?': list(headerItem),
  'duplicates?': list(headerItem),
  'malformed?': list(object({ url: string(), problem: string() })),
  'sectxt?': sectxt,
});
