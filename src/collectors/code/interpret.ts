/** Turns the findings of the files into one list for every rule, and the handlers into levels of verification. */
import { SEVERITIES } from '../../model/check.ts';
import type { Interpretation } from '../../model/evidence.ts';
import { isNumber, partialList, required, unknown, type Unknown } from '../../model/facts.ts';
import { isFaultCode, type FaultCode } from '../../model/fault.ts';
import { isArray, own, type Json, type JsonObject } from '../../model/json.ts';
import { pointer } from '../../model/pointer.ts';
import { isRuleId, KINDS, RULES, WEBHOOK_KINDS, type Kind, type RuleId } from './rules.ts';
import { PROVIDERS, TRAITS, type Provider } from './rules/webhook-providers.ts';

const isCount = (value: Json): value is number => isNumber(value) && Number.isSafeInteger(value) && value >= 0;

export function interpret(raw: Json): Interpretation {
  const at: { [fact: string]: string } = { '': '', '/coverage': '/coverage' };
  const gaps = gapsOf(raw);
  const byRule = hitsOf(raw);
  const damaged = byRule === undefined || own(raw, 'truncated') !== false ? 'evidence.missing' : undefined;
  const facts: { [name: string]: Json } = { coverage: coverageOf(raw) };
  for (const id of Object.keys(RULES).filter(isRuleId)) {
    const { fact, kinds } = RULES[id];
    const gap = damaged ?? gapFor(gaps, kinds);
    const hits = byRule?.get(id) ?? [];
    const path = pointer(...fact.split('.'));
    at[path] = '/files';
    at[`${path}/hits`] = gap !== undefined && damaged === undefined ? '/unread' : '/hits';
    for (const [index, hit] of hits.entries()) at[`${path}/hits/${String(index)}`] = hit.at;
    put(facts, fact, {
      files: filesOf(raw, kinds),
      hits: partialList(
        hits.map((hit) => hit.fact),
        gap,
      ),
    });
  }
  for (const provider of PROVIDERS)
    put(facts, `webhook.${provider}`, webhook(raw, provider, gapFor(gaps, WEBHOOK_KINDS), at));
  return { facts, at };
}

function put(facts: { [name: string]: Json }, path: string, value: JsonObject): void {
  const [group = '', name] = path.split('.');
  facts[group] = name === undefined ? value : { ...(facts[group] as JsonObject | undefined), [name]: value };
}

function coverageOf(raw: Json): JsonObject {
  const coverage = own(raw, 'coverage');
  const skipped = own(coverage, 'skipped');
  const words = isArray(skipped)
    ? skipped.map((one) => `${JSON.stringify(own(one, 'count') ?? '?')} ${textOf(one, 'reason')}`).join(', ')
    : undefined;
  return {
    files: required(coverage, 'read', isCount),
    bytes: required(coverage, 'bytes', isCount),
    skipped: words === undefined ? unknown('evidence.missing') : words === '' ? 'nothing' : words,
  };
}

function textOf(item: Json, key: string): string {
  const value = own(item, key);
  return typeof value === 'string' ? value : '?';
}

/** The files of a rule's kinds; what raw does not count is not known. */
function filesOf(raw: Json, kinds: readonly Kind[]): number | Unknown {
  const files = own(raw, 'files');
  let sum = 0;
  for (const kind of kinds) {
    const count = required(files, kind, isCount);
    if (typeof count !== 'number') return count;
    sum += count;
  }
  return sum;
}

/** For each kind the fault of the first file that was not read; undefined where raw does not say. */
function gapsOf(raw: Json): ReadonlyMap<string, FaultCode> | undefined {
  const unread = own(raw, 'unread');
  if (!isArray(unread)) return undefined;
  const gaps = new Map<string, FaultCode>();
  for (const one of unread) {
    const [kind, code] = [own(one, 'kind'), own(one, 'code')];
    const known = typeof kind === 'string' && KINDS.some((name) => name === kind);
    if (!known) return undefined;
    if (!gaps.has(kind)) gaps.set(kind, isFaultCode(code) ? code : 'source.unreadable');
  }
  return gaps;
}

function gapFor(gaps: ReadonlyMap<string, FaultCode> | undefined, kinds: readonly Kind[]): FaultCode | undefined {
  if (gaps === undefined) return 'evidence.missing';
  for (const kind of kinds) {
    const code = gaps.get(kind);
    if (code !== undefined) return code;
  }
  return undefined;
}

interface Found {
  readonly fact: JsonObject;
  readonly at: string;
}

/** The findings by rule; undefined where one of them is not of the form. */
function hitsOf(raw: Json): ReadonlyMap<RuleId, readonly Found[]> | undefined {
  const hits = own(raw, 'hits');
  if (!isArray(hits)) return undefined;
  const found = new Map<RuleId, Found[]>();
  for (const [index, hit] of hits.entries()) {
    const rule = own(hit, 'rule');
    const fact = hitFact(hit);
    if (typeof rule !== 'string' || !isRuleId(rule) || fact === undefined) return undefined;
    const list = found.get(rule) ?? [];
    list.push({ fact, at: pointer('hits', index) });
    found.set(rule, list);
  }
  return found;
}

const PLACES = ['code', 'test', 'example'] as const;
const IN_PLACE = { code: '', test: ', in a test', example: ', in an example' } as const;

function locationOf(item: Json): JsonObject | undefined {
  const [file, line, column] = [own(item, 'file'), own(item, 'line'), own(item, 'column')];
  if (typeof file !== 'string' || !isCount(line ?? null) || !isCount(column ?? null)) return undefined;
  return { file, line: line ?? 0, column: column ?? 0 };
}

function waiverOf(item: Json): JsonObject {
  const allowed = own(item, 'allowed');
  return typeof allowed === 'string' ? { waiver: { id: 'inline:probity:allow', reason: allowed } } : {};
}

function hitFact(hit: Json): JsonObject | undefined {
  const location = locationOf(hit);
  const seen = own(hit, 'seen');
  const severity = SEVERITIES.find((one) => one === own(hit, 'severity'));
  const place = PLACES.find((one) => one === own(hit, 'place'));
  if (location === undefined || typeof seen !== 'string' || severity === undefined || place === undefined)
    return undefined;
  return {
    file: location['file'] ?? '',
    location,
    seen,
    says: `${seen}, on line ${JSON.stringify(location['line'])}${IN_PLACE[place]}`,
    severity,
    place,
    ...(own(hit, 'unsure') === true ? { unsure: true } : {}),
    ...waiverOf(hit),
  };
}

/** facts/code §4: a verification on the handler's path, elsewhere in the tree, or none. What was not read may hold one. */
function webhook(
  raw: Json,
  provider: Provider,
  gap: FaultCode | undefined,
  at: { [fact: string]: string },
): JsonObject {
  const listed = own(raw, 'handlers');
  const calls = own(raw, 'calls');
  const path = pointer('webhook', provider);
  at[path] = '/files';
  at[`${path}/handlers`] = '/handlers';
  const files = filesOf(raw, WEBHOOK_KINDS);
  if (!isArray(listed) || !isArray(calls)) return { files, handlers: unknown('evidence.missing') };
  const handlers: JsonObject[] = [];
  let damaged: FaultCode | undefined;
  const call = calls.find((one) => own(one, 'provider') === provider);
  for (const [index, handler] of listed.entries()) {
    if (own(handler, 'provider') !== provider) {
      if (!PROVIDERS.some((one) => one === own(handler, 'provider'))) damaged = 'evidence.missing';
      continue;
    }
    const location = locationOf(handler);
    if (location === undefined) {
      damaged = 'evidence.missing';
      continue;
    }
    const place = pointer('handlers', index);
    at[`${path}/handlers/${String(handlers.length)}`] = place;
    handlers.push({
      file: location['file'] ?? '',
      location,
      ...levelOf(handler, provider, call, gap),
      ...waiverOf(handler),
    });
  }
  return { files, handlers: partialList(handlers, damaged ?? gap) };
}

function levelOf(handler: Json, provider: Provider, call: Json | undefined, gap: FaultCode | undefined): JsonObject {
  const { name } = TRAITS[provider];
  const verified = own(handler, 'verified');
  if (typeof verified === 'number')
    return { level: 'on-path', says: `the ${name} signature is verified on line ${String(verified)}` };
  if (own(handler, 'weak') === true)
    return { level: 'none', says: `the ${name} handler looks at a SHA-1 signature only` };
  if (call !== undefined) {
    const where = `${textOf(call, 'file')}:${JSON.stringify(own(call, 'line') ?? '?')}`;
    return {
      level: 'elsewhere',
      says: `a ${name} signature is verified at ${where}, not proven on this handler's path`,
    };
  }
  const says = `no verification of ${name} signatures is anywhere in the tree`;
  return gap === undefined ? { level: 'none', says } : { level: unknown(gap), says };
}
