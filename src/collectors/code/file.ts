/** Reads one file: how it is lexed or parsed by its form, and which rules look at it. Pure: text in, findings out. */
import { literalAt, codeOf, isString, textAt, tokenAt, valueOf, type Code } from './lex/code.ts';
import type { Language } from './lex/language.ts';
import { linePlaces } from './line-places.ts';
import type { Hit, Sink } from './hit.ts';
import { isEnvironmentFile, isEnvrc, isKeyContainer, type Classified } from './paths.ts';
import { RULES, type Kind } from './rules.ts';
import { addressRules, sslmode } from './rules/addresses.ts';
import { commandRules } from './rules/commands.ts';
import { dockerRules } from './rules/docker.ts';
import { GO_IDENTITY, JS_IDENTITY, PYTHON_IDENTITY, RUBY_IDENTITY } from './rules/identity.ts';
import { aptRules, committedValue, curlrcRules, lineRules, yarnrcRules } from './rules/lines.ts';
import { loggingRules } from './rules/logging.ts';
import { cleartextRequests, JS_REQUESTS, PYTHON_REQUESTS } from './rules/requests.ts';
import { terraformRules } from './rules/terraform.ts';
import {
  CSHARP_TLS,
  GO_TLS,
  JS_TLS,
  JVM_TLS,
  PHP_TLS,
  PYTHON_TLS,
  RUBY_TLS,
  RUST_TLS,
  type WordRule,
  type WordRules,
} from './rules/tls.ts';
import { VARIABLES, variableRules } from './rules/variables.ts';
import { parsedBody, timingRules, webhooksOf, type Webhooks } from './rules/webhooks.ts';
import { MAX_YAML, yamlRules } from './rules/yaml.ts';
import { isRemote } from './hosts.ts';
import { worthOf } from './worth.ts';

/** A finding with its place in the file. */
export interface PlacedHit extends Omit<Hit, 'at'> {
  readonly line: number;
  readonly column: number;
  /** The reason behind an inline `probity:allow`, where one stands on the line or the line above. */
  readonly allowed?: string;
}

export interface FileReading {
  readonly hits: readonly PlacedHit[];
  readonly webhooks?: {
    readonly handlers: readonly {
      readonly provider: string;
      readonly line: number;
      readonly column: number;
      readonly verified?: number;
      readonly weak?: true;
      readonly allowed?: string;
    }[];
    readonly calls: readonly { readonly provider: string; readonly line: number }[];
  };
  /** Names of compose services: local hosts in this tree. */
  readonly services: readonly string[];
  /** The version line of a go.mod. */
  readonly goVersion?: string;
  /** It could not be lexed or parsed whole. */
  readonly broken?: 'source.malformed' | 'source.too-complex';
}

export interface FileInput {
  readonly path: string;
  readonly text: string;
  /** The text as UTF-8, where it is at hand. */
  readonly bytes?: Uint8Array;
  readonly classified: Classified;
}

const MAX_HITS = 2000;

export function readFile({ path, text, bytes, classified }: FileInput): FileReading {
  const hits: Hit[] = [];
  const seen = new Set<string>();
  const kinds = new Set<Kind>(['any', ...classified.kinds]);
  const sink: Sink = (hit) => {
    // a rule speaks of the kinds it says it looks at, or its silence would not be what it seems
    if (hits.length >= MAX_HITS || !RULES[hit.rule].kinds.some((kind) => kinds.has(kind))) return;
    const key = `${hit.rule} ${String(hit.at)}`;
    if (seen.has(key)) return;
    seen.add(key);
    hits.push(hit);
  };
  const services = new Set<string>();
  const { broken, webhooks } = read(path, text, bytes, classified, services, sink);
  committed(path, text, sink);
  const goVersion = classified.form.is === 'gomod' ? /^go[ \t]+(\d+\.\d+)/m.exec(text)?.[1] : undefined;
  const places = linePlaces(text);
  return {
    hits: hits
      .sort((a, b) => a.at - b.at || (a.rule < b.rule ? -1 : 1))
      .map(({ at, ...hit }) => ({ ...hit, ...places.at(at), ...allowance(places.around(at), hit.rule) })),
    ...(webhooks === undefined || webhooks.handlers.length + webhooks.calls.length === 0
      ? {}
      : { webhooks: placed(webhooks, places) }),
    services: [...services],
    ...(goVersion === undefined ? {} : { goVersion }),
    ...(broken === undefined ? {} : { broken }),
  };
}

function placed(webhooks: Webhooks, places: ReturnType<typeof linePlaces>): NonNullable<FileReading['webhooks']> {
  return {
    handlers: webhooks.handlers.map(({ at, verified, ...handler }) => ({
      ...handler,
      ...places.at(at),
      ...(verified === undefined ? {} : { verified: places.at(verified).line }),
      ...allowance(places.around(at), `code.webhook.${handler.provider}-unverified`),
    })),
    calls: webhooks.calls.map(({ provider, at }) => ({ provider, line: places.at(at).line })),
  };
}

/** `probity:allow code.tls.verify-off-node reason` on the line or the one above. */
function allowance(text: string, rule: string): { readonly allowed?: string } {
  for (const found of text.matchAll(/probity:allow[ \t]+((?:code|package)\.[a-z0-9.*-]{1,80})[ \t]*([^\n]{0,200})/g)) {
    const named = found[1] ?? '';
    if (named !== rule && !(named.endsWith('*') && rule.startsWith(named.slice(0, -1)))) continue;
    const reason = (found[2] ?? '').replace(/\s*(?:\*\/|-->|\}\})\s*$/, '').trim();
    return { allowed: reason === '' ? 'no reason is given' : reason.toWellFormed() };
  }
  return {};
}

interface Read {
  readonly broken?: FileReading['broken'];
  readonly webhooks?: Webhooks;
}

function read(
  path: string,
  text: string,
  bytes: Uint8Array | undefined,
  { form, kinds }: Classified,
  services: Set<string>,
  sink: Sink,
): Read {
  switch (form.is) {
    case 'code':
      return codeRules(path, text, bytes ?? Buffer.from(text), form.language, sink);
    case 'hcl': {
      const code = codeOf('hcl', text);
      if (code === undefined) return { broken: 'source.too-complex' };
      terraformRules(code, sink);
      strings(code, sink);
      return {};
    }
    case 'yaml': {
      if (text.length > MAX_YAML) return { broken: 'source.too-complex' };
      const ci = kinds.includes('ci');
      const good = yamlRules({
        text,
        ci,
        github: kinds.includes('workflow'),
        rails: /secrets|credentials|application/.test(path),
        sink,
        services,
      });
      return good ? {} : { broken: 'source.malformed' };
    }
    case 'docker':
      dockerRules(text, sink);
      return {};
    case 'shell':
      commandRules(text, 0, { builds: false, secrets: false, ci: false, script: true }, sink);
      return {};
    case 'make':
      commandRules(
        text.replaceAll('\t@', '\t ').replaceAll('$$', ' $'),
        0,
        { builds: false, secrets: false, ci: false, script: true },
        sink,
      );
      return {};
    case 'lines':
      lineRules(text, form.kind, sink);
      return {};
    case 'curlrc':
      curlrcRules(text, sink);
      return {};
    case 'apt':
      aptRules(text, sink);
      return {};
    case 'yarnrc':
      yarnrcRules(text, sink);
      return {};
    case 'xml':
      xmlRules(text, sink);
      return {};
    default:
      return {};
  }
}

/** Values of attributes and text between tags; comments are blanked out. */
function xmlRules(text: string, sink: Sink): void {
  const visible = withoutComments(text);
  for (const found of visible.matchAll(/"([^"<\n]{4,4000})"|>([^<>]{4,4000})</g)) {
    const value = (found[1] ?? found[2] ?? '').replaceAll('&amp;', '&');
    addressRules({ text: value, at: found.index + 1 }, sink);
  }
}

function withoutComments(text: string): string {
  let kept = '';
  let at = 0;
  for (let open = text.indexOf('<!--'); open >= 0; open = text.indexOf('<!--', at)) {
    const close = text.indexOf('-->', open + 4);
    const end = close < 0 ? text.length : close + 3;
    kept += text.slice(at, open) + text.slice(open, end).replaceAll(/[^\n]/g, ' ');
    at = end;
  }
  return kept + text.slice(at);
}

/** facts/code: PEM keys and containers of keys do not belong into a tree, nor do environments with values. */
function committed(path: string, text: string, sink: Sink): void {
  const pem =
    /-----BEGIN (?:[A-Z0-9]{2,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----\s+(?:[A-Za-z-]+: [^\n]*\n|\s)*[A-Za-z0-9+/=]{16}/;
  if (isKeyContainer(path)) sink({ rule: 'code.key.committed', at: 0, seen: 'a file of keys' });
  else if (/\.(?:pem|key|crt|cer|txt)$|(?:^|\/)[^./]+$/i.test(path)) {
    const found = text.includes('PRIVATE KEY') ? pem.exec(text.slice(0, 1_000_000)) : null;
    if (found !== null) sink({ rule: 'code.key.committed', at: found.index, seen: 'a private key' });
  }
  if (isEnvironmentFile(path) || isEnvrc(path)) {
    const at = committedValue(text, isEnvrc(path));
    if (at !== undefined) sink({ rule: 'code.env.committed', at, seen: 'an environment with values' });
  }
}

const WORD_RULES: { readonly [language in Language]?: readonly WordRules[] } = {
  js: [JS_TLS, JS_REQUESTS, JS_IDENTITY],
  json: [JS_TLS],
  python: [PYTHON_TLS, PYTHON_REQUESTS, PYTHON_IDENTITY],
  go: [GO_TLS, GO_IDENTITY],
  java: [JVM_TLS],
  kotlin: [JVM_TLS],
  csharp: [CSHARP_TLS],
  php: [PHP_TLS],
  ruby: [RUBY_TLS, RUBY_IDENTITY],
  rust: [RUST_TLS],
};

/** `process.env.NAME = '0'`, `os.Setenv("NAME", "0")`, `{ NAME: 0 }`. */
function variable(code: Code, index: number, sink: Sink): void {
  const value =
    valueOf(code, index) ??
    (isString(code, index) && textAt(code, index - 1) === '(' && textAt(code, index + 1) === ','
      ? index + 2
      : undefined);
  if (value === undefined) return;
  const token = tokenAt(code, value);
  const text =
    token.kind === 'number'
      ? token.text
      : (literalAt(code, value) ?? (/^(?:true|false|True|False)$/.test(token.text) ? token.text : undefined));
  if (text !== undefined) variableRules({ name: tokenAt(code, index).text, value: text, at: token.at }, sink);
}

function sslmodeKey(code: Code, index: number, sink: Sink): void {
  const value = valueOf(code, index);
  const mode = value === undefined ? undefined : literalAt(code, value);
  if (value === undefined || mode === undefined || !/^(?:disable|allow|prefer|require)$/i.test(mode)) return;
  const bracket = code.parent[index] ?? -1;
  const around = code.tokens.slice(Math.max(0, bracket), Math.max(bracket, code.match[bracket] ?? index) + 1);
  const hostKey = around.findIndex((token) => /^(?:host|HOST|server|hostname)$/.test(token.text));
  const host = hostKey < 0 ? undefined : around[hostKey + 2];
  if (host?.kind === 'string' && !isRemote(host.text)) return;
  const verified = around.some((token) => /^(?:sslrootcert|sslRootCert)$/.test(token.text));
  sslmode(mode, verified ? 'sslrootcert' : '', (seen, more) =>
    sink({ rule: 'code.db.sslmode', at: tokenAt(code, value).at, seen, ...more }),
  );
}

const TABLES = new Map<Language, ReadonlyMap<string, readonly WordRule[]>>();

function tableOf(language: Language): ReadonlyMap<string, readonly WordRule[]> {
  const known = TABLES.get(language);
  if (known !== undefined) return known;
  const table = new Map<string, WordRule[]>();
  const add = (word: string, rule: WordRule): void => void table.set(word, [...(table.get(word) ?? []), rule]);
  for (const rules of WORD_RULES[language] ?? []) for (const [word, rule] of Object.entries(rules)) add(word, rule);
  for (const word of ['sslmode', 'sslMode', 'ssl_mode']) add(word, sslmodeKey);
  for (const word of VARIABLES) add(word, variable);
  if (language === 'js') for (const word of ['constructEvent', 'constructEventAsync']) add(word, parsedBody);
  TABLES.set(language, table);
  return table;
}

function codeRules(path: string, text: string, bytes: Uint8Array, language: Language, sink: Sink): Read {
  const table = tableOf(language);
  const worth = worthOf(language, table.keys(), bytes);
  const commands = language === 'json' && /(?:^|\/)package\.json$/.test(path) && text.includes('"scripts"');
  if (worth === undefined && !commands) return {};
  const code = codeOf(language, sourceOf(path, text, language));
  if (code === undefined) return { broken: 'source.too-complex' };
  if (commands) scripts(code, sink);
  if (worth?.words === true) words(code, table, sink);
  if (worth?.addresses === true) strings(code, sink);
  if (worth?.requests === true) cleartextRequests(code, sink);
  if (worth?.logging === true) loggingRules(code, sink);
  if (worth?.timing === true) timingRules(code, sink);
  const webhooks = worth?.webhooks === true ? webhooksOf(code, path, sink) : undefined;
  return webhooks === undefined ? {} : { webhooks };
}

function words(code: Code, table: ReadonlyMap<string, readonly WordRule[]>, sink: Sink): void {
  for (let index = 0; index < code.tokens.length; index++) {
    const token = tokenAt(code, index);
    if ((token.kind !== 'word' && token.kind !== 'string') || token.text.length > 60) continue;
    const rules = table.get(token.text);
    if (rules !== undefined) for (const rule of rules) rule(code, index, sink);
  }
}

/** Addresses and connection strings in every string; what an expression goes on with is known in part. */
function strings(code: Code, sink: Sink): void {
  for (const [index, token] of code.tokens.entries()) {
    if (token.kind !== 'string' || token.text.length < 5 || isDocumentation(code, index)) continue;
    const quote =
      code.text.charCodeAt(token.at) === 0x22 ||
      code.text.charCodeAt(token.at) === 0x27 ||
      code.text.charCodeAt(token.at) === 0x60
        ? 1
        : 0;
    addressRules({ text: token.text, at: token.at + quote, open: textAt(code, index + 1) === '${' }, sink);
    if (/--tls-min-v1\.[01]\b/.test(token.text) && token.text.length < 2000)
      sink({ rule: 'code.tls.old-version-node', at: token.at, seen: '--tls-min below TLS 1.2' });
  }
}

/** Python: a string that is a statement of its own is a comment. */
function isDocumentation(code: Code, index: number): boolean {
  if (code.language !== 'python' || !tokenAt(code, index).starts || (code.parent[index] ?? -1) >= 0) return false;
  const next = code.tokens[index + 1];
  return next === undefined || next.starts;
}

/** The scripts of a package.json are commands. */
function scripts(code: Code, sink: Sink): void {
  for (let index = 0; index < code.tokens.length; index++) {
    if (
      tokenAt(code, index).text !== 'scripts' ||
      textAt(code, index + 2) !== '{' ||
      (code.parent[code.parent[index] ?? -1] ?? -1) >= 0
    )
      continue;
    const end = code.match[index + 2] ?? -1;
    for (let at = index + 3; at < end; at++) {
      if (textAt(code, at) !== ':' || !isString(code, at + 1)) continue;
      const value = tokenAt(code, at + 1);
      commandRules(value.text, value.at + 1, { builds: false, secrets: false, ci: false, script: true }, sink);
    }
    return;
  }
}

/** Of files that are only partly code, the code, with everything else blanked out: places stay right. */
function sourceOf(path: string, text: string, language: Language): string {
  if (language === 'php') return onlyInside(text, /<\?(?:php\b|=)?/g, '?>');
  return /\.(?:vue|svelte|astro)$/.test(path) && text.includes('<script')
    ? onlyInside(text, /<script[^>]{0,500}>/g, '</script')
    : text;
}

function onlyInside(text: string, opening: RegExp, closing: string): string {
  let kept = '';
  let at = 0;
  for (const found of text.matchAll(opening)) {
    if (found.index < at) continue;
    const from = found.index + found[0].length;
    const end = text.indexOf(closing, from);
    const to = end < 0 ? text.length : end;
    kept += text.slice(at, from).replaceAll(/[^\n]/g, ' ') + text.slice(from, to);
    at = to;
  }
  return kept + text.slice(at).replaceAll(/[^\n]/g, ' ');
}
