/** Who somebody is: tokens that are not verified, session secrets in the code, cookies without their protections; and database objects without TLS. */
import {
  callOf,
  chainTo,
  enclosing,
  followed,
  isFalse,
  isString,
  isTrue,
  keyIn,
  literalAt,
  ownerOf,
  partsOf,
  textAt,
  tokenAt,
  valueOf,
  type Code,
  mentions,
} from '../lex/code.ts';
import { hostOf, shown, type Sink } from '../hit.ts';
import { isLocalHost, isNetworkName } from '../hosts.ts';
import { isPlaceholder, isSecretName } from '../names.ts';
import type { WordRules } from './tls.ts';

const IDENTITY =
  /^(?:sub|userId|user_id|uid|id|email|username|role|roles|isAdmin|admin|scope|permissions|user|claims)$/;

/** RFC 8725 §3.1: a token that is only decoded says whatever its sender likes. */
function jwtDecode(code: Code, index: number, sink: Sink): void {
  const opening = callOf(code, index);
  if (opening === undefined) return;
  const { names, from } = chainTo(code, index);
  const root = names.at(-2) ?? names.at(-1) ?? '';
  if (!/^(?:jwt|jsonwebtoken|JWT|jose|jwtDecode|jwt_decode|decodeJwt)$/.test(root)) return;
  if (mentions(code, /\b(?:verify|jwtVerify|verifyIdToken|verifyAsync|createRemoteJWKSet|expressjwt|jwtCheck)\s*\(/))
    return;
  const used = identityUse(code, from, code.match[opening] ?? opening);
  sink({
    rule: 'code.jwt.unverified',
    at: tokenAt(code, index).at,
    seen: `${shown(names.slice(-2).join('.'))} without a verification in the file`,
    severity: 'medium',
    ...(used ? {} : { unsure: true as const }),
  });
}

/** `req.user = jwt.decode(t)`, `jwt.decode(t).sub`, `const { sub } = …`, `const p = …; p.sub`. */
function identityUse(code: Code, from: number, closing: number): boolean {
  if (textAt(code, closing + 1) === '.' || textAt(code, closing + 1) === '?.')
    return IDENTITY.test(textAt(code, closing + 2));
  let at = from - 1;
  if (textAt(code, at) === 'await') at--;
  if (textAt(code, at) !== '=') return false;
  if (textAt(code, at - 1) === '}') {
    const names = code.tokens.slice((code.match[at - 1] ?? at) + 1, at - 1).map((token) => token.text);
    return names.some((name) => IDENTITY.test(name));
  }
  const { names } = chainTo(code, at - 1);
  const name = names.at(-1) ?? '';
  if (names.length > 1) return IDENTITY.test(name);
  for (let next = closing; next < Math.min(code.tokens.length, closing + 400); next++) {
    if (textAt(code, next) !== name || tokenAt(code, next).kind !== 'word') continue;
    const link = textAt(code, next + 1);
    if ((link === '.' || link === '?.') && IDENTITY.test(textAt(code, next + 2))) return true;
    if (textAt(code, next - 1) === '=' && IDENTITY.test(textAt(code, next - 2))) return true;
  }
  return false;
}

function unverified(code: Code, index: number, sink: Sink, seen: string, severity?: 'medium'): void {
  sink({
    rule: 'code.jwt.unverified',
    at: tokenAt(code, index).at,
    seen,
    ...(severity === undefined ? {} : { severity }),
  });
}

function pythonSignature(code: Code, index: number, sink: Sink): void {
  const value = valueOf(code, index);
  if (value !== undefined && isFalse(code, value)) unverified(code, index, sink, 'verify_signature is False');
}

function pythonJwtVerify(code: Code, index: number, sink: Sink): void {
  const value = valueOf(code, index);
  const opening = enclosing(code, index, '(');
  if (value === undefined || opening <= 0 || !isFalse(code, value)) return;
  const { names } = chainTo(code, opening - 1);
  if (names.at(-1) === 'decode' && /jwt|jose/i.test(names.join('.')))
    unverified(code, index, sink, 'jwt.decode(verify=False)');
}

function algorithms(code: Code, index: number, sink: Sink): void {
  const value = valueOf(code, index);
  if (value === undefined) return;
  const at = followed(code, value);
  const end = /^[[({]$/.test(textAt(code, at)) ? (code.match[at] ?? at) : at + 1;
  for (let each = at; each < Math.min(end, at + 40); each++) {
    if (isString(code, each) && /^none$/i.test(tokenAt(code, each).text))
      return unverified(code, each, sink, 'the algorithm "none" is accepted');
  }
}

function ignoreExpiration(code: Code, index: number, sink: Sink): void {
  const value = valueOf(code, index);
  if (value !== undefined && isTrue(code, value)) unverified(code, index, sink, 'ignoreExpiration is true', 'medium');
}

function parseUnverified(code: Code, index: number, sink: Sink): void {
  if (callOf(code, index) !== undefined && textAt(code, index - 1) === '.')
    unverified(code, index, sink, 'ParseUnverified');
}

/** A literal key: a plain string that is no reference, template or public key. */
function secretLiteral(code: Code, index: number): boolean {
  const text = literalAt(code, index);
  return (
    text !== undefined &&
    text !== '' &&
    !isTemplate(text) &&
    !/-----BEGIN (?:PUBLIC KEY|CERTIFICATE|RSA PUBLIC KEY)/.test(text)
  );
}

function isTemplate(text: string): boolean {
  return /\$\{|\{\{|<%|^%[\w.]+%$|^\$[A-Z]/.test(text);
}

/** The literal of a value: itself, the fallback behind `||` or `??`, or the first of a list. Yields its index. */
function hardcodedIn(code: Code, value: number): number | undefined {
  if (textAt(code, value) === '[') {
    for (const [from] of partsOf(code, value).slice(0, 10)) if (secretLiteral(code, from)) return from;
    return undefined;
  }
  if (secretLiteral(code, value)) return value;
  for (let at = value; at < value + 12; at++) {
    const text = textAt(code, at);
    if (text === ',' || text === ';' || text === '}' || (text === ')' && (code.match[at] ?? -1) < value))
      return undefined;
    if ((text === '||' || text === '??') && secretLiteral(code, at + 1)) return at + 1;
    const partner = code.match[at] ?? -1;
    if (partner > at) at = partner;
  }
  return undefined;
}

function hardcoded(code: Code, index: number, sink: Sink, seen: string): void {
  sink({ rule: 'code.secret.session-hardcoded', at: tokenAt(code, index).at, seen });
}

/** `session({ secret: '…' })`, `expressjwt({ secret })`, `cookieSession({ keys: ['…'] })`. */
function sessionSecret(code: Code, index: number, sink: Sink): void {
  const brace = enclosing(code, index, '{');
  const call = brace < 0 ? -1 : (code.parent[brace] ?? -1);
  if (call < 0 || textAt(code, call) !== '(') return;
  if (
    !/^(?:session|expressSession|expressjwt|expressJwt|jwt|cookieSession|koaSession|iron|withIronSession|getIronSession|fastifySession|JwtStrategy|Strategy|registerAsync|JwtModule|fastifyJwt|register|sessionMiddleware|betterAuth|NextAuth)$/i.test(
      ownerOf(code, call),
    )
  )
    return;
  const value = valueOf(code, index);
  const shorthand = value === undefined && /^[,}]$/.test(textAt(code, index + 1));
  const place =
    value === undefined ? (shorthand && secretLiteral(code, index) ? index : undefined) : hardcodedIn(code, value);
  if (place !== undefined)
    hardcoded(code, place, sink, `${ownerOf(code, call)}({ ${tokenAt(code, index).text}: a literal })`);
}

function jwtKey(code: Code, index: number, sink: Sink): void {
  const opening = callOf(code, index);
  const { names } = chainTo(code, index);
  if (opening === undefined || !/^(?:jwt|jsonwebtoken|JWT|jwtService|jose|jws)$/i.test(names.at(-2) ?? '')) return;
  const second = partsOf(code, opening)[1];
  const place = second === undefined ? undefined : hardcodedIn(code, second[0]);
  if (place !== undefined) hardcoded(code, place, sink, `${names.slice(-2).join('.')} with a literal key`);
}

/** Flask and Django: `SECRET_KEY = '…'`, `app.secret_key = '…'`, `app.config['SECRET_KEY'] = '…'`. */
function pythonSecretKey(code: Code, index: number, sink: Sink): void {
  const value = valueOf(code, index);
  if (value === undefined) return;
  const opening = enclosing(code, index, '(');
  if (
    textAt(code, index + 1) === '=' &&
    opening >= 0 &&
    !/^(?:dict|update|from_mapping|configure)$/.test(ownerOf(code, opening))
  )
    return;
  // a bytes literal is one too; `x or '…'` and `get('X', '…')` are fallbacks
  let place = secretLiteral(code, value) ? value : undefined;
  for (let at = value; place === undefined && at < value + 10 && !tokenAt(code, at).starts; at++) {
    if (textAt(code, at) === 'or' && secretLiteral(code, at + 1)) place = at + 1;
    const call = callOf(code, at);
    if (call !== undefined && /^(?:get|getenv|config|env|environ|str)$/.test(textAt(code, at))) {
      const fallback = partsOf(code, call)[1];
      const from =
        fallback === undefined ? undefined : textAt(code, fallback[0] + 1) === '=' ? fallback[0] + 2 : fallback[0];
      if (from !== undefined && secretLiteral(code, from)) place = from;
    }
  }
  // the name of a variable or setting that holds the key is no key
  const text = place === undefined ? '' : (literalAt(code, place) ?? '');
  if (place === undefined || (/^[A-Za-z][A-Za-z_]*$/.test(text) && isSecretName(text.replace(/key$/i, '_key')))) return;
  hardcoded(code, place, sink, `${tokenAt(code, index).text} is a literal`);
}

function rubySecretKeyBase(code: Code, index: number, sink: Sink): void {
  const value = valueOf(code, index);
  if (value !== undefined && secretLiteral(code, value)) hardcoded(code, value, sink, 'secret_key_base is a literal');
}

const COOKIE_CALLS =
  /^(?:cookie|setCookie|set|cookieSession|session|expressSession|serialize|cookies|fastifyCookie|fastifySession|koaSession|clearCookie|setcookie|set_cookie|csrf|csurf|lusca|useCookies|withIronSession|getIronSession|cookieParser|setSignedCookie|Set|SetCookie|NewCookieStore)$/i;

/** Whether the object is one of cookie options: given to a call that sets cookies, or under a key `cookie`. */
function cookieContext(code: Code, index: number): string | undefined {
  const brace = enclosing(code, index, '{');
  if (brace < 0) return undefined;
  const owner = ownerOf(code, brace);
  if (/cookie/i.test(owner)) return owner;
  const call = code.parent[brace] ?? -1;
  if (call < 0 || textAt(code, call) !== '(') return undefined;
  const callee = chainTo(code, call - 1).names;
  const last = callee.at(-1) ?? '';
  if (!COOKIE_CALLS.test(last)) return undefined;
  if (/^(?:set|serialize)$/i.test(last) && !callee.some((name) => /cookie/i.test(name))) return undefined;
  const [first] = partsOf(code, call);
  return first === undefined ? last : (literalAt(code, first[0]) ?? tokenAt(code, first[0]).text);
}

function cookie(code: Code, index: number, sink: Sink, seen: string, severity?: 'low'): void {
  sink({
    rule: 'code.cookie.insecure',
    at: tokenAt(code, index).at,
    seen,
    ...(severity === undefined ? {} : { severity }),
  });
}

function jsCookieFlag(code: Code, index: number, sink: Sink): void {
  const value = valueOf(code, index);
  if (value === undefined || !isFalse(code, value)) return;
  const name = cookieContext(code, index);
  const key = tokenAt(code, index).text;
  // a script must read the token of a double-submit cookie
  if (name === undefined || (/^http_?only$/i.test(key) && /csrf|xsrf/i.test(name))) return;
  cookie(code, index, sink, `${key} is false`);
}

/** RFC 6265bis §5.6.7: SameSite=None without Secure is ignored by browsers or sent in the clear. */
function sameSiteNone(code: Code, index: number, sink: Sink): void {
  const value = valueOf(code, index);
  if (value === undefined || !/^none$/i.test(literalAt(code, value) ?? '')) return;
  const bracket = enclosing(code, index, '{') >= 0 ? enclosing(code, index, '{') : enclosing(code, index, '(');
  if (bracket < 0 || keyIn(code, bracket, /^secure$/i) >= 0) return;
  if (cookieContext(code, index) === undefined && !/cookie/i.test(ownerOf(code, bracket))) return;
  cookie(code, index, sink, 'SameSite=None without secure');
}

/** `res.cookie('session', …)` with neither protection. */
function setsCookie(code: Code, index: number, sink: Sink): void {
  const opening = callOf(code, index);
  if (opening === undefined || textAt(code, index - 1) !== '.') return;
  const [name, value, options] = partsOf(code, opening);
  if (name === undefined || value === undefined) return;
  const root = chainTo(code, index).names.at(-2) ?? '';
  if (!/^(?:res|response|reply|ctx|c|cookies)$/.test(root) || (textAt(code, index) === 'set' && root !== 'cookies'))
    return;
  if (
    !/^(?:session|sessionid|session_id|sid|connect\.sid|token|auth|auth_token|access_token|refresh_token|jwt|remember_me)$/i.test(
      literalAt(code, name[0]) ?? '',
    )
  )
    return;
  if (options !== undefined) {
    const at = followed(code, options[0]);
    if (textAt(code, at) !== '{' || keyIn(code, at, /^(?:secure|httpOnly)$/) >= 0) return;
    if (code.tokens.slice(at, (code.match[at] ?? at) + 1).some((token) => token.text === '...')) return;
  }
  cookie(code, index, sink, 'a session cookie with neither secure nor httpOnly', 'low');
}

function pythonCookieSetting(code: Code, index: number, sink: Sink): void {
  const value = valueOf(code, index);
  if (value !== undefined && isFalse(code, value)) cookie(code, index, sink, `${tokenAt(code, index).text} is False`);
}

function pythonCookieFlag(code: Code, index: number, sink: Sink): void {
  const value = valueOf(code, index);
  const call = enclosing(code, index, '(');
  if (value === undefined || call <= 0 || !isFalse(code, value) || textAt(code, call - 1) !== 'set_cookie') return;
  const [first] = partsOf(code, call);
  const name = first === undefined ? '' : (literalAt(code, first[0]) ?? '');
  if (tokenAt(code, index).text === 'httponly' && /csrf|xsrf/i.test(name)) return;
  cookie(code, index, sink, `${tokenAt(code, index).text} is False`);
}

function goCookieFlag(code: Code, index: number, sink: Sink): void {
  const value = valueOf(code, index);
  const brace = enclosing(code, index, '{');
  if (value === undefined || !isFalse(code, value) || brace < 0) return;
  const type = chainTo(code, brace - 1).names;
  if (!/^(?:Cookie|Options)$/.test(type.at(-1) ?? '') || (type.at(-1) === 'Options' && !type.includes('sessions')))
    return;
  const name = keyIn(code, brace, /^Name$/);
  if (tokenAt(code, index).text === 'HttpOnly' && name >= 0 && /csrf|xsrf/i.test(literalAt(code, name + 2) ?? ''))
    return;
  cookie(code, index, sink, `${tokenAt(code, index).text} is false`);
}

const CONSTRUCTORS =
  /^(?:Pool|Client|createConnection|createPool|createPoolCluster|knex|Knex|DataSource|Sequelize|ConnectionPool|connect|Connection|mysql2?|postgres|pgp|pgPromise|forRoot)$/;

/** `new Pool({ ssl: false })`, `encrypt: false` for SQL Server; not where a local host stands beside it. */
function databaseSsl(code: Code, index: number, sink: Sink): void {
  const value = valueOf(code, index);
  if (value === undefined || !isFalse(code, value)) return;
  let brace = enclosing(code, index, '{');
  for (let step = 0; step < 4 && brace >= 0; step++) {
    const host = keyIn(code, brace, /^(?:host|server|hostname|connectionString|url)$/);
    const service = host < 0 ? {} : serviceOf(code, host + 2);
    if (service === undefined) return;
    const owner = code.parent[brace] ?? -1;
    const call = textAt(code, owner) === '(' ? owner : -1;
    const named = call >= 0 ? ownerOf(code, call) : databaseUse(code, brace);
    if (CONSTRUCTORS.test(named)) {
      const key = tokenAt(code, index).text;
      sink({
        rule: 'code.db.ssl-false',
        at: tokenAt(code, value).at,
        seen: `${named} with ${key} switched off`,
        ...service,
      });
      return;
    }
    brace = textAt(code, owner) === '{' ? owner : -1;
  }
}

/** `const config = { … }` that a constructor gets. */
function databaseUse(code: Code, brace: number): string {
  if (textAt(code, brace - 1) !== '=') return '';
  const name = textAt(code, brace - 2);
  if (code.constants.get(name) !== brace) return '';
  for (const [at, token] of code.tokens.entries()) {
    if (token.kind !== 'word' || token.text !== name || textAt(code, at - 1) !== '(') continue;
    const owner = ownerOf(code, at - 1);
    if (CONSTRUCTORS.test(owner)) return owner;
  }
  return '';
}

/** Undefined where the host is local; else what a compose project may know it as. */
function serviceOf(code: Code, value: number): { readonly service?: string } | undefined {
  const text = literalAt(code, value);
  if (text === undefined) return {};
  const host = /:\/\/(?:[^/@]*@)?(\[[^\]]*\]|[^:/?#]*)/.exec(text)?.[1] ?? text;
  if (isLocalHost(host)) return undefined;
  return isNetworkName(host) ? hostOf(host) : {};
}

export const JS_IDENTITY: WordRules = {
  decode: jwtDecode,
  jwtDecode,
  jwt_decode: jwtDecode,
  decodeJwt: jwtDecode,
  algorithms,
  algorithm: algorithms,
  ignoreExpiration,
  secret: sessionSecret,
  secrets: sessionSecret,
  keys: sessionSecret,
  sign: jwtKey,
  verify: jwtKey,
  secure: jsCookieFlag,
  httpOnly: jsCookieFlag,
  sameSite: sameSiteNone,
  cookie: setsCookie,
  setCookie: setsCookie,
  set: setsCookie,
  ssl: databaseSsl,
  encrypt: databaseSsl,
};
export const PYTHON_IDENTITY: WordRules = {
  verify_signature: pythonSignature,
  verify: pythonJwtVerify,
  algorithms,
  SECRET_KEY: pythonSecretKey,
  secret_key: pythonSecretKey,
  SESSION_COOKIE_SECURE: pythonCookieSetting,
  SESSION_COOKIE_HTTPONLY: pythonCookieSetting,
  CSRF_COOKIE_SECURE: pythonCookieSetting,
  secure: pythonCookieFlag,
  httponly: pythonCookieFlag,
};
export const GO_IDENTITY: WordRules = {
  ParseUnverified: parseUnverified,
  Secure: goCookieFlag,
  HttpOnly: goCookieFlag,
};
export const RUBY_IDENTITY: WordRules = { secret_key_base: rubySecretKeyBase };

/** Whether a literal is one that a person would replace: for the rules that look at configuration. */
export function isRealValue(text: string): boolean {
  return text !== '' && !isPlaceholder(text);
}
