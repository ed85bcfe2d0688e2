/** Requests and servers in the clear: calls that send to http://, servers without TLS, protocols that know none. */
import {
  callOf,
  chainTo,
  enclosing,
  followed,
  isString,
  keyIn,
  literalAt,
  ownerOf,
  partsOf,
  textAt,
  tokenAt,
  type Code,
  mentions,
} from '../lex/code.ts';
import { hostOf, shown, type Sink } from '../hit.ts';
import { isRemote, urlsIn } from '../hosts.ts';
import type { WordRule, WordRules } from './tls.ts';

/** An `http://` address of another host at the beginning of a string, or of the first part of a template. */
function cleartextAt(code: Code, index: number): { readonly at: number; readonly host: string } | undefined {
  const token = tokenAt(code, followed(code, index));
  if (token.kind !== 'string' || !/^http:\/\//i.test(token.text)) return undefined;
  const [url] = urlsIn(token.text);
  // `http://${host}`: the part ends where the host begins
  if (url === undefined || !isRemote(url.host)) return undefined;
  const at = code.tokens[index]?.at ?? token.at;
  return { at, host: url.host };
}

/** The addresses in the arguments of a call: as an argument, or as `url:`, `baseURL:` and the like in an object. */
function reportArguments(code: Code, opening: number, call: string, sink: Sink): void {
  for (const [from, to] of partsOf(code, opening).slice(0, 6)) {
    const found = addressIn(code, from, to);
    if (found === undefined) continue;
    sink({
      rule: 'code.http.cleartext-request',
      at: found.at,
      seen: `${shown(call)} sends to http://${shown(found.host)}`,
      ...hostOf(found.host),
    });
    return;
  }
}

const ADDRESS_KEYS = /^(?:url|uri|baseURL|baseUrl|base_url|prefixUrl|BaseAddress|href)$/;
/** Calls that only make an address of a text. */
const ADDRESS_MAKERS = /^(?:URL|URI|Uri|create|parse|URI\.parse|new|Request|HttpRequest|uri|newBuilder|join)$/;

function addressIn(code: Code, from: number, to: number): { readonly at: number; readonly host: string } | undefined {
  const direct = cleartextAt(code, from);
  if (direct !== undefined) return direct;
  // `url="http://…"` of Python, `url: …` of Ruby
  const next = textAt(code, from + 1);
  if ((next === '=' || next === ':') && ADDRESS_KEYS.test(tokenAt(code, from).text)) return cleartextAt(code, from + 2);
  if (textAt(code, from) === '{' || textAt(code, from) === '[') {
    const key = keyIn(code, from, ADDRESS_KEYS);
    return key < 0 ? undefined : cleartextAt(code, key + 2);
  }
  // `new URL('http://…')`, `URI.create("http://…")`
  for (let at = from; at < Math.min(to, from + 8); at++) {
    const opening = callOf(code, at);
    if (opening !== undefined && ADDRESS_MAKERS.test(textAt(code, at))) return cleartextAt(code, opening + 1);
  }
  return undefined;
}

type Sends = (names: readonly string[]) => boolean;
const VERBS = /^(?:get|post|put|patch|delete|del|head|options|request|fetch|stream|create|extend|send)$/;

const sendsJs: Sends = (names) => {
  const [first = '', last = ''] = [names[0], names.at(-1)];
  if (names.length === 1)
    return /^(?:fetch|axios|got|request|superagent|needle|ky|wretch|ofetch|\$fetch|undici|phin|bent)$/.test(last);
  if (
    /^(?:axios|got|request|superagent|undici|http|needle|ky|client|api|\$http|httpClient|Http|instance|window|globalThis)$/.test(
      first,
    ) ||
    names.includes('http')
  ) {
    return VERBS.test(last);
  }
  return /^(?:ajax|getJSON|open|requestUrl)$/.test(last);
};

const sendsPython: Sends = (names) => {
  const last = names.at(-1) ?? '';
  if (last === 'urlopen' || last === 'urlretrieve') return true;
  if (last === 'Request') return names.includes('urllib') || names.includes('request') || names.includes('scrapy');
  if (
    !/^(?:get|post|put|patch|delete|head|options|request|stream|Client|AsyncClient|ClientSession|ws_connect)$/.test(
      last,
    )
  )
    return false;
  return names.some((name) =>
    /^(?:requests|httpx|aiohttp|urllib3?|http|pool|client|session|s)$|session|client/i.test(name),
  );
};

const sendsGo: Sends = (names) => {
  const last = names.at(-1) ?? '';
  if (/^(?:NewRequest|NewRequestWithContext)$/.test(last)) return true;
  return /^(?:Get|Post|PostForm|Head|Put|Delete)$/.test(last) && names.length > 1;
};

const sendsJvm: Sends = (names) => {
  const last = names.at(-1) ?? '';
  return /^(?:URL|HttpGet|HttpPost|HttpPut|HttpDelete|HttpPatch|create|uri|url|baseUrl|getForObject|getForEntity|postForObject|postForEntity|exchange|openConnection|target)$/.test(
    last,
  );
};

const sendsCsharp: Sends = (names) =>
  /^(?:GetAsync|PostAsync|PutAsync|DeleteAsync|SendAsync|GetStringAsync|GetByteArrayAsync|GetStreamAsync|PatchAsync|DownloadString|DownloadFile|UploadString|Uri|RestClient|HttpRequestMessage|WebRequest|Create)$/.test(
    names.at(-1) ?? '',
  );

const sendsRuby: Sends = (names) =>
  names.some((name) => /^(?:Net|HTTP|HTTParty|Faraday|RestClient|Excon|Typhoeus|HTTPClient|URI)$/.test(name)) ||
  (names.length === 1 && names[0] === 'open');

const sendsPhp: Sends = (names) => {
  const last = names.at(-1) ?? '';
  if (names.length === 1)
    return /^(?:file_get_contents|fopen|curl_init|curl_setopt|get_headers|simplexml_load_file|Client)$/.test(last);
  return (
    /^(?:get|post|put|patch|delete|request|head|send)$/i.test(last) && /client|http|guzzle|Http/i.test(names[0] ?? '')
  );
};

const sendsRust: Sends = (names) => {
  const last = names.at(-1) ?? '';
  return (
    /^(?:get|post|put|patch|delete|head|request)$/.test(last) &&
    names.some((name) => /^(?:reqwest|ureq|client|Client|surf|blocking)$/.test(name))
  );
};

const SENDS: { readonly [language in Code['language']]?: Sends } = {
  js: sendsJs,
  python: sendsPython,
  go: sendsGo,
  java: sendsJvm,
  kotlin: sendsJvm,
  csharp: sendsCsharp,
  ruby: sendsRuby,
  php: sendsPhp,
  rust: sendsRust,
};

/** Looks at every call, from the strings: only a call near an http address is of interest. */
export function cleartextRequests(code: Code, sink: Sink): void {
  const sends = SENDS[code.language];
  if (sends === undefined || !mentions(code, /http:\/\//i)) return;
  const calls = new Set<number>();
  const consider = (index: number): void => {
    let at = index;
    for (let step = 0; step < 4; step++) {
      const opening = enclosing(code, at, '(', 4);
      if (opening <= 0 || calls.has(opening)) return;
      const names = calleeNames(code, opening);
      if (names !== undefined && sends(names)) {
        calls.add(opening);
        reportArguments(code, opening, names.slice(-2).join('.'), sink);
        return;
      }
      at = opening;
    }
  };
  const constants = new Set<string>();
  for (const [index, token] of code.tokens.entries()) {
    if (token.kind === 'string' && /^http:\/\//i.test(token.text)) {
      consider(index);
      // C#: BaseAddress = new Uri("http://…")
      if (/^(?:=|:=|=>)$/.test(textAt(code, index - 1)) || textAt(code, index - 1) === ':')
        constants.add(textAt(code, index - 2));
    }
  }
  if (constants.size === 0) return;
  for (const [index, token] of code.tokens.entries()) {
    if (token.kind !== 'word' || !constants.has(token.text) || !code.constants.has(token.text)) continue;
    const next = textAt(code, index + 1);
    if (next === ',' || next === ')' || next === '}') consider(index);
  }
}

function calleeNames(code: Code, opening: number): readonly string[] | undefined {
  let at = opening - 1;
  if (textAt(code, at) === '>') {
    // type arguments
    while (at > opening - 12 && textAt(code, at) !== '<') at--;
    at--;
  }
  return tokenAt(code, at).kind === 'word' ? chainTo(code, at).names : undefined;
}

/** A host literal on which the server is reached from outside. */
function isOpenAddress(host: string): boolean {
  return host === '0.0.0.0' || host === '::' || isRemote(host);
}

function listen(code: Code, index: number, sink: Sink): void {
  const opening = callOf(code, index);
  if (opening === undefined) return;
  const { names } = chainTo(code, index);
  const root = names.at(-2) ?? '';
  const parts = partsOf(code, opening);
  const [port] = parts;
  // port 0 is a free one, for tests
  if (port !== undefined && tokenAt(code, port[0]).text === '0' && port[1] - port[0] === 1) return;
  const host = hostArgument(code, parts);
  const plain = isPlainServer(code, root, index);
  if (plain && (host === undefined || isOpenAddress(host))) {
    const where = host === undefined ? 'on every address' : `on ${shown(host)}`;
    sink({ rule: 'code.http.cleartext-server', at: tokenAt(code, index).at, seen: `an http server listens ${where}` });
    return;
  }
  if (plain || host === undefined || !isOpenAddress(host)) return;
  if (
    !/^(?:app|server|fastify|express|api)$/i.test(root) ||
    mentions(code, /\bcreateSecureServer\b|\bhttps\s*\.\s*createServer\b/)
  )
    return;
  if (mentions(code, /trust proxy|trustProxy|\bapp\.proxy\s*=/)) return;
  sink({
    rule: 'code.http.cleartext-server',
    at: tokenAt(code, index).at,
    seen: `an http server listens on ${shown(host)}`,
  });
}

/** The host that is given literally; undefined where none is (a name or expression counts as given and unknown: ''). */
function hostArgument(code: Code, parts: readonly (readonly [number, number])[]): string | undefined {
  const [first, second] = parts;
  if (first !== undefined && textAt(code, first[0]) === '{') {
    const key = keyIn(code, first[0], /^host$/);
    return key < 0 ? undefined : (literalAt(code, key + 2) ?? '');
  }
  if (second === undefined) return undefined;
  const text = textAt(code, second[0]);
  // a callback is no host
  if (text === '(' || text === 'function' || text === 'async' || textAt(code, second[0] + 1) === '=>') return undefined;
  return literalAt(code, second[0]) ?? '';
}

function isPlainServer(code: Code, root: string, index: number): boolean {
  if (root === 'createServer') {
    const { names } = chainTo(code, index);
    return (
      names.includes('http') ||
      (names.length === 2 && mentions(code, /from ['"](?:node:)?http['"]|require\(['"](?:node:)?http['"]\)/))
    );
  }
  const value = code.constants.get(root);
  if (value === undefined) return false;
  return textAt(code, value) === 'http' && textAt(code, value + 2) === 'createServer';
}

/** `import telnetlib`, `require('ftp')`: modules that speak in the clear only. */
function cleartextModule(code: Code, index: number, sink: Sink): void {
  if (!isString(code, index)) return;
  const owner = enclosing(code, index, '(');
  const before = textAt(code, index - 1);
  if (before !== 'from' && before !== 'import' && !(owner >= 0 && /^(?:require|import)$/.test(ownerOf(code, owner))))
    return;
  const { at, text } = tokenAt(code, index);
  sink({ rule: 'code.cleartext.protocol', at, seen: `the module ${text} speaks in the clear` });
}

function telnetlib(code: Code, index: number, sink: Sink): void {
  const before = textAt(code, index - 1);
  if (isString(code, index) || (before !== 'import' && before !== 'from')) return;
  sink({
    rule: 'code.cleartext.protocol',
    at: tokenAt(code, index).at,
    seen: 'the module telnetlib speaks in the clear',
  });
}

function ftplib(code: Code, index: number, sink: Sink): void {
  if (callOf(code, index) === undefined || !mentions(code, /\bftplib\b/)) return;
  const { names } = chainTo(code, index);
  if (names.length > 1 && names.at(-2) !== 'ftplib') return;
  sink({ rule: 'code.cleartext.protocol', at: tokenAt(code, index).at, seen: 'ftplib.FTP without TLS' });
}

export const JS_REQUESTS: WordRules = {
  listen,
  ftp: cleartextModule,
  'telnet-client': cleartextModule,
  jsftp: cleartextModule,
} satisfies { readonly [word: string]: WordRule };
export const PYTHON_REQUESTS: WordRules = { telnetlib, FTP: ftplib };
