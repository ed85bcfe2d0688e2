/** Certificate verification switched off and old protocol versions, in the source of eight languages. */
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
import type { Sink } from '../hit.ts';

export type WordRule = (code: Code, index: number, sink: Sink) => void;

/** Word rules by language: what is done where a word, or a string as a key, stands in the file. */
export type WordRules = { readonly [word: string]: WordRule };

const DATABASE_CALLS =
  /^(?:Sequelize|DataSource|createConnection|createConnections|createPool|knex|Knex|forRoot|forRootAsync|TypeOrmModule)$/;
const DATABASE_KEYS = /^(?:dialect|dialectOptions|entities|synchronize|migrations|sequelize|typeorm|knex)$/;

/** The object is the `ssl` of a Sequelize, TypeORM or Knex configuration. */
function isDatabaseSsl(code: Code, index: number): boolean {
  let brace = enclosing(code, index, '{');
  if (brace < 0 || ownerOf(code, brace) !== 'ssl') return false;
  for (let step = 0; step < 6; step++) {
    const owner = code.parent[brace] ?? -1;
    if (owner < 0) return ownerOf(code, brace) === 'dialectOptions';
    const text = textAt(code, owner);
    if (text === '{') {
      if (/^(?:dialectOptions|connection)$/.test(ownerOf(code, owner))) return true;
      if (keyIn(code, owner, DATABASE_KEYS) >= 0) return true;
      const type = keyIn(code, owner, /^(?:type|client)$/);
      if (
        type >= 0 &&
        /^(?:postgres|mysql|mariadb|mssql|cockroachdb|pg|mysql2|tedious|oracledb)$/.test(
          literalAt(code, type + 2) ?? '',
        )
      )
        return true;
    }
    if (text === '(' && DATABASE_CALLS.test(ownerOf(code, owner))) return true;
    brace = owner;
  }
  return false;
}

/** `type Options = { … }`, `interface Options { … }`: what is written there is no value. */
function isInType(code: Code, index: number): boolean {
  const brace = enclosing(code, index, '{');
  if (brace < 0) return false;
  const named = textAt(code, brace - 1) === '=' ? brace - 3 : brace - 2;
  return /^(?:type|interface)$/.test(textAt(code, named));
}

function rejectUnauthorized(code: Code, index: number, sink: Sink): void {
  const value = valueOf(code, index);
  if (value === undefined || !isFalse(code, value) || isInType(code, index)) return;
  const { at } = tokenAt(code, value);
  sink({ rule: 'code.tls.verify-off-node', at, seen: 'rejectUnauthorized is switched off' });
  if (isDatabaseSsl(code, index)) {
    sink({ rule: 'code.db.sequelize-verify-off', at, seen: 'ssl with rejectUnauthorized switched off' });
  }
}

/** `() => undefined`, `() => {}`, `function () { return; }`, `name() {}`: nothing is looked at. */
function checksNothing(code: Code, index: number): boolean {
  let at = followed(code, index);
  if (textAt(code, at) === 'async') at++;
  if (textAt(code, at) === 'function') at++;
  if (tokenAt(code, at).kind === 'word' && textAt(code, at + 1) === '(') at++;
  if (textAt(code, at) === '(') at = code.match[at] ?? -1;
  if (at < 0) return false;
  at++;
  if (textAt(code, at) === ':' && tokenAt(code, at + 1).kind === 'word') at += 2;
  if (textAt(code, at) === '=>') at++;
  const body = textAt(code, at);
  if (/^(?:undefined|null)$/.test(body)) return /^[,})\];]?$/.test(textAt(code, at + 1));
  if (body === 'void' && tokenAt(code, at + 1).text === '0') return true;
  const closing = body === '{' ? (code.match[at] ?? -1) : -1;
  if (closing < 0) return false;
  const inside = code.tokens.slice(at + 1, Math.min(closing, at + 8)).map((token) => token.text);
  return closing - at <= 8 && /^(?:return(?: (?:undefined|null|void 0))?)? ?;?$/.test(inside.join(' '));
}

function serverIdentity(code: Code, index: number, sink: Sink): void {
  const value = valueOf(code, index);
  const method =
    value === undefined && textAt(code, index + 1) === '(' && textAt(code, (code.match[index + 1] ?? -2) + 1) === '{';
  if (method ? checksNothing(code, index + 1) : value !== undefined && checksNothing(code, value)) {
    sink({
      rule: 'code.tls.verify-off-node',
      at: tokenAt(code, value ?? index).at,
      seen: 'checkServerIdentity accepts every name',
    });
  }
}

function strictSsl(code: Code, index: number, sink: Sink): void {
  const value = valueOf(code, index);
  if (value !== undefined && isFalse(code, value)) {
    sink({ rule: 'code.tls.verify-off-node', at: tokenAt(code, value).at, seen: 'strictSSL is switched off' });
  }
}

/** RFC 8996 §2: TLS 1.0 and 1.1 must not be used. */
function nodeVersion(code: Code, index: number, sink: Sink): void {
  const value = valueOf(code, index);
  const text = value === undefined ? undefined : literalAt(code, value);
  if (value === undefined || text === undefined || !/^(?:TLSv1|TLSv1\.0|TLSv1\.1|SSLv[23])$/.test(text)) return;
  const { at } = tokenAt(code, value);
  sink({ rule: 'code.tls.old-version-node', at, seen: `${tokenAt(code, index).text} is ${text}` });
}

function secureProtocol(code: Code, index: number, sink: Sink): void {
  const value = valueOf(code, index);
  const text = value === undefined ? undefined : literalAt(code, value);
  if (value === undefined || text === undefined) return;
  if (!/^(?:SSLv2|SSLv3|TLSv1_(?:client_|server_)?method$|TLSv1_1_)/.test(text)) return;
  sink({
    rule: 'code.tls.old-version-node',
    at: tokenAt(code, value).at,
    seen: `secureProtocol is ${text.slice(0, 40)}`,
  });
}

function legacyOption(code: Code, index: number, sink: Sink): void {
  if (isString(code, index) || textAt(code, index - 1) === '~' || textAt(code, index + 1) === ':') return;
  const { at, text } = tokenAt(code, index);
  sink({ rule: 'code.tls.old-version-node', at, seen: text });
}

export const JS_TLS: WordRules = {
  rejectUnauthorized,
  checkServerIdentity: serverIdentity,
  strictSSL: strictSsl,
  minVersion: nodeVersion,
  maxVersion: nodeVersion,
  DEFAULT_MIN_VERSION: nodeVersion,
  DEFAULT_MAX_VERSION: nodeVersion,
  secureProtocol,
  SSL_OP_LEGACY_SERVER_CONNECT: legacyOption,
  SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION: legacyOption,
};

const HTTP_VERBS = /^(?:get|post|put|patch|delete|head|options|request|send|stream|ws_connect|download|upload|fetch)$/i;
const HTTP_MAKERS =
  /^(?:Session|Client|AsyncClient|ClientSession|TCPConnector|client|resource|HTTPTransport|AsyncHTTPTransport)$/;

/** The call whose keyword argument stands at `index`, as its names; empty where it is none. */
function calleeOf(code: Code, index: number): readonly string[] {
  const opening = enclosing(code, index, '(');
  return opening <= 0 || (code.parent[index] ?? -1) !== opening ? [] : chainTo(code, opening - 1).names;
}

function pythonVerify(code: Code, index: number, sink: Sink): void {
  const value = valueOf(code, index);
  if (value === undefined || isString(code, index) || textAt(code, index + 1) !== '=' || !isFalse(code, value)) return;
  const { at } = tokenAt(code, value);
  const libraries = /\b(?:requests|httpx|aiohttp|boto3|botocore|urllib3)\b/;
  if (textAt(code, index - 1) === '.') {
    const { names } = chainTo(code, index);
    if (!mentions(code, libraries) && !/session|client/i.test(names.at(-2) ?? '')) return;
    sink({ rule: 'code.tls.verify-off-python', at, seen: `${names.slice(-2).join('.')} = False` });
    return;
  }
  const names = calleeOf(code, index);
  const last = names.at(-1) ?? '';
  if (names.length === 0 || /decode/i.test(last)) return;
  const named =
    /^(?:requests|httpx|boto3|aiohttp)$/.test(names[0] ?? '') || /session|http|client/i.test(names.at(-2) ?? '');
  if (!named && !(mentions(code, libraries) && (HTTP_VERBS.test(last) || HTTP_MAKERS.test(last)))) return;
  sink({ rule: 'code.tls.verify-off-python', at, seen: `${names.slice(-2).join('.')}(verify=False)` });
}

function aiohttpSsl(code: Code, index: number, sink: Sink): void {
  const value = valueOf(code, index);
  if (value === undefined || textAt(code, index + 1) !== '=' || !isFalse(code, value)) return;
  const names = calleeOf(code, index);
  const last = names.at(-1) ?? '';
  if (!mentions(code, /\baiohttp\b/) || !(HTTP_VERBS.test(last) || HTTP_MAKERS.test(last))) return;
  const { at } = tokenAt(code, value);
  sink({ rule: 'code.tls.verify-off-python', at, seen: `${names.slice(-2).join('.')}(${textAt(code, index)}=False)` });
}

function disableWarnings(code: Code, index: number, sink: Sink): void {
  const opening = callOf(code, index);
  if (opening === undefined) return;
  const argument = textAt(code, opening + 1);
  const names = code.tokens.slice(opening + 1, (code.match[opening] ?? opening) + 1).map((token) => token.text);
  if (argument !== ')' && !names.includes('InsecureRequestWarning')) return;
  const { at } = tokenAt(code, index);
  sink({
    rule: 'code.tls.verify-off-python',
    at,
    seen: 'the warning about unverified requests is silenced',
    severity: 'low',
  });
}

function certReqs(code: Code, index: number, sink: Sink): void {
  const value = valueOf(code, index);
  if (value === undefined) return;
  const last = textAt(code, value + 1) === '.' ? value + 2 : value;
  const word = literalAt(code, value) ?? textAt(code, last);
  if (!/^(?:CERT_NONE|NONE)$/.test(word)) return;
  sink({
    rule: 'code.tls.cert-none-python',
    at: tokenAt(code, value).at,
    seen: `${tokenAt(code, index).text} is CERT_NONE`,
  });
}

function checkHostname(code: Code, index: number, sink: Sink): void {
  const value = valueOf(code, index);
  if (value === undefined || !isFalse(code, value)) return;
  sink({ rule: 'code.tls.cert-none-python', at: tokenAt(code, value).at, seen: 'check_hostname is False' });
}

function unverifiedContext(code: Code, index: number, sink: Sink): void {
  if (isString(code, index) || textAt(code, index - 1) === 'def') return;
  sink({
    rule: 'code.tls.unverified-context-python',
    at: tokenAt(code, index).at,
    seen: 'a context that verifies nothing',
  });
}

function defaultContext(code: Code, index: number, sink: Sink): void {
  const value = valueOf(code, index);
  if (value === undefined || isString(code, index)) return;
  for (let at = value; at < value + 8; at++) {
    const text = textAt(code, at);
    if (text === '_create_unverified_context') return;
    if (at > value && tokenAt(code, at).starts) return;
    if (/unverified/i.test(text)) {
      sink({
        rule: 'code.tls.unverified-context-python',
        at: tokenAt(code, value).at,
        seen: 'the default context is one that verifies nothing',
      });
      return;
    }
  }
}

function oldPython(code: Code, index: number, sink: Sink): void {
  // where the name is defined it is not used
  if (isString(code, index) || /^[=:]$/.test(textAt(code, index + 1))) return;
  const { at, text } = tokenAt(code, index);
  const limits = /\bOP_NO_(?:TLSv1\b|SSLv3)|\bminimum_version\b|\.options\b/;
  if (text === 'PROTOCOL_SSLv23' && mentions(code, limits)) return;
  sink({ rule: 'code.tls.old-version-python', at, seen: text });
}

function oldPythonVersion(code: Code, index: number, sink: Sink): void {
  if (isString(code, index) || textAt(code, index - 1) !== '.' || textAt(code, index - 2) !== 'TLSVersion') return;
  // `maximum_version` with an old version is as old; a mere comparison is no setting
  if (/^(?:[=!]=|<|>)=?$/.test(textAt(code, index + 1))) return;
  sink({ rule: 'code.tls.old-version-python', at: tokenAt(code, index).at, seen: `TLSVersion.${textAt(code, index)}` });
}

function wrapSocket(code: Code, index: number, sink: Sink): void {
  if (callOf(code, index) === undefined || chainTo(code, index).names.at(-2) !== 'ssl') return;
  sink({ rule: 'code.tls.old-version-python', at: tokenAt(code, index).at, seen: 'ssl.wrap_socket' });
}

export const PYTHON_TLS: WordRules = {
  verify: pythonVerify,
  ssl: aiohttpSsl,
  verify_ssl: aiohttpSsl,
  disable_warnings: disableWarnings,
  cert_reqs: certReqs,
  verify_mode: certReqs,
  check_hostname: checkHostname,
  _create_unverified_context: unverifiedContext,
  _create_default_https_context: defaultContext,
  PROTOCOL_SSLv2: oldPython,
  PROTOCOL_SSLv3: oldPython,
  PROTOCOL_SSLv23: oldPython,
  PROTOCOL_TLSv1: oldPython,
  PROTOCOL_TLSv1_1: oldPython,
  TLSv1: oldPythonVersion,
  TLSv1_1: oldPythonVersion,
  SSLv3: oldPythonVersion,
  wrap_socket: wrapSocket,
};

function insecureSkipVerify(code: Code, index: number, sink: Sink): void {
  const value = valueOf(code, index);
  if (value === undefined || isString(code, index) || !isTrue(code, value)) return;
  const literal = textAt(code, index + 1) === ':' ? enclosing(code, index, '{') : -1;
  const own = literal >= 0 && keyIn(code, literal, /^(?:VerifyPeerCertificate|VerifyConnection)$/) >= 0;
  sink({
    rule: 'code.tls.verify-off-go',
    at: tokenAt(code, value).at,
    seen: own ? 'InsecureSkipVerify with a verification of its own' : 'InsecureSkipVerify is true',
    ...(own ? { severity: 'low' as const } : {}),
  });
}

function goVersion(code: Code, index: number, sink: Sink): void {
  const value = valueOf(code, index);
  if (value === undefined) return;
  const name = textAt(code, value + 1) === '.' ? textAt(code, value + 2) : '';
  if (!/^Version(?:SSL30|TLS10|TLS11)$/.test(name)) return;
  sink({ rule: 'code.tls.min-version-go', at: tokenAt(code, value).at, seen: `MinVersion is tls.${name}` });
}

/** A server's configuration that leaves the least version to the toolchain: below Go 1.22 that is TLS 1.0. */
function goConfig(code: Code, index: number, sink: Sink): void {
  if (textAt(code, index - 1) !== '.' || textAt(code, index - 2) !== 'tls' || textAt(code, index + 1) !== '{') return;
  const literal = index + 1;
  if (keyIn(code, literal, /^MinVersion$/) >= 0 || mentions(code, /\.MinVersion\b/)) return;
  if (keyIn(code, literal, /^(?:Certificates|GetCertificate|GetConfigForClient|ClientAuth|ClientCAs)$/) < 0) return;
  const { at } = tokenAt(code, index);
  sink({ rule: 'code.tls.min-version-go', at, seen: 'a server without MinVersion', severity: 'low', oldGo: true });
}

export const GO_TLS: WordRules = { InsecureSkipVerify: insecureSkipVerify, MinVersion: goVersion, Config: goConfig };

function trustAll(code: Code, index: number, sink: Sink, seen: string): void {
  sink({ rule: 'code.tls.trust-all-java', at: tokenAt(code, index).at, seen });
}

/** A method whose body is empty, or is a bare return: nobody is refused. */
function emptyMethod(code: Code, index: number, sink: Sink): void {
  const closing = code.match[index + 1] ?? -1;
  if (textAt(code, index + 1) !== '(' || closing < 0) return;
  for (let at = closing + 1; at < closing + 12; at++) {
    const text = textAt(code, at);
    if (text === '{') {
      const end = code.match[at] ?? -1;
      const inside = code.tokens.slice(at + 1, Math.max(at + 1, Math.min(end, at + 4))).map((token) => token.text);
      if (end > 0 && end - at <= 3 && /^(?:return)? ?;?$/.test(inside.join(' ')))
        trustAll(code, index, sink, 'checkServerTrusted looks at nothing');
      return;
    }
    if (text === '=' && textAt(code, at + 1) === 'Unit')
      return trustAll(code, index, sink, 'checkServerTrusted looks at nothing');
    if (text === ';' || text === '=' || text === '}') return;
  }
}

/** From here a lambda or body follows that says only "true". */
function saysOnlyTrue(code: Code, index: number): boolean {
  const at = index;
  const first = textAt(code, at);
  if (/^(?:true|True)$/.test(first)) return /^[;,)}\]]?$/.test(textAt(code, at + 1)) || tokenAt(code, at + 1).starts;
  if (first !== '{') return false;
  const end = code.match[at] ?? -1;
  if (end < 0 || end - at > 12) return false;
  const words = code.tokens.slice(at + 1, end).map((token) => token.text);
  const arrow = words.lastIndexOf('->');
  return /^(?:return )?(?:true)(?: ;)?$/.test(words.slice(arrow + 1).join(' '));
}

/** Java and Kotlin: `verify(String h, SSLSession s) { return true; }`, `(h, s) -> true`, `HostnameVerifier { _, _ -> true }`. */
function hostnameVerifier(code: Code, index: number, sink: Sink): void {
  for (let at = index + 1; at < index + 14; at++) {
    const text = textAt(code, at);
    if (text === ';') return;
    if ((text === '->' || text === '=>') && saysOnlyTrue(code, at + 1))
      return trustAll(code, index, sink, 'a HostnameVerifier that accepts every name');
    if (text === '{' && saysOnlyTrue(code, at))
      return trustAll(code, index, sink, 'a HostnameVerifier that accepts every name');
    if (text === '{' && textAt(code, at - 1) === ')') return;
  }
}

function verifyMethod(code: Code, index: number, sink: Sink): void {
  const closing = code.match[index + 1] ?? -1;
  if (textAt(code, index + 1) !== '(' || closing < 0) return;
  const parameters = code.tokens.slice(index + 2, closing).map((token) => token.text);
  if (!parameters.includes('SSLSession') && !parameters.includes('SSLSession?')) return;
  for (let at = closing + 1; at < closing + 5; at++) {
    const text = textAt(code, at);
    if (text === '{' || text === '=') {
      if (saysOnlyTrue(code, text === '{' ? at : at + 1))
        trustAll(code, index, sink, 'a HostnameVerifier that accepts every name');
      return;
    }
  }
}

function acceptsAll(code: Code, index: number, sink: Sink): void {
  if (isString(code, index)) return;
  for (let at = index - 1; at >= Math.max(0, index - 40); at--) {
    if (textAt(code, at) === 'import') return;
    if (tokenAt(code, at).starts && !/^[.\w]/.test(textAt(code, at))) break;
    if (textAt(code, at) === ';' || textAt(code, at) === '{') break;
  }
  trustAll(code, index, sink, tokenAt(code, index).text);
}

/** C#: a callback that returns true whatever the certificate. */
function validationCallback(code: Code, index: number, sink: Sink): void {
  for (let at = index + 1; at < index + 40; at++) {
    const text = textAt(code, at);
    if (text === ';') return;
    if (text === '=>' && saysOnlyTrue(code, at + 1))
      return trustAll(code, index, sink, `${textAt(code, index)} accepts every certificate`);
    if (text === 'delegate') {
      const body = textAt(code, at + 1) === '(' ? (code.match[at + 1] ?? -2) + 1 : at + 1;
      if (saysOnlyTrue(code, body)) trustAll(code, index, sink, `${textAt(code, index)} accepts every certificate`);
      return;
    }
  }
}

export const JVM_TLS: WordRules = {
  checkServerTrusted: emptyMethod,
  HostnameVerifier: hostnameVerifier,
  setHostnameVerifier: hostnameVerifier,
  setDefaultHostnameVerifier: hostnameVerifier,
  hostnameVerifier,
  verify: verifyMethod,
  NoopHostnameVerifier: acceptsAll,
  TrustAllStrategy: acceptsAll,
  ALLOW_ALL_HOSTNAME_VERIFIER: acceptsAll,
  AllowAllHostnameVerifier: acceptsAll,
};

export const CSHARP_TLS: WordRules = {
  ServerCertificateValidationCallback: validationCallback,
  ServerCertificateCustomValidationCallback: validationCallback,
  RemoteCertificateValidationCallback: validationCallback,
  DangerousAcceptAnyServerCertificateValidator: acceptsAll,
};

/** PHP: `curl_setopt($ch, CURLOPT_SSL_VERIFYPEER, false)` and `CURLOPT_SSL_VERIFYPEER => 0`. */
function curlOption(code: Code, index: number, sink: Sink): void {
  if (isString(code, index)) return;
  const next = textAt(code, index + 1);
  if ((next === ',' || next === '=>') && isFalse(code, index + 2))
    trustAll(code, index, sink, `${textAt(code, index)} is switched off`);
}

function phpVerify(code: Code, index: number, sink: Sink): void {
  if (!isString(code, index) || textAt(code, index + 1) !== '=>' || !isFalse(code, index + 2)) return;
  trustAll(code, index, sink, `${tokenAt(code, index).text} is switched off`);
}

export const PHP_TLS: WordRules = {
  CURLOPT_SSL_VERIFYPEER: curlOption,
  CURLOPT_SSL_VERIFYHOST: curlOption,
  verify_peer: phpVerify,
  verify_peer_name: phpVerify,
};

export const RUBY_TLS: WordRules = { VERIFY_NONE: acceptsAll };

function dangerAccept(code: Code, index: number, sink: Sink): void {
  const opening = callOf(code, index);
  const [first] = opening === undefined ? [] : partsOf(code, opening);
  if (first !== undefined && isTrue(code, first[0])) trustAll(code, index, sink, `${textAt(code, index)}(true)`);
}

export const RUST_TLS: WordRules = {
  danger_accept_invalid_certs: dangerAccept,
  danger_accept_invalid_hostnames: dangerAccept,
};
