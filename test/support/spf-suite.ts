/** Reads the RFC 7208 test suite: scenarios with their tests and zones. */
import { parseAllDocuments } from 'yaml';
import type { SpfQuestion, SpfReply } from '../../src/collectors/dns/spf/evaluate.ts';
import { TYPES, type Rdata, type ResourceRecord } from '../../src/wire/dns/types.ts';
import { conformanceFile } from './conformance.ts';

export interface SuiteTest {
  readonly helo: string;
  readonly mailfrom: string;
  readonly host: string;
  readonly result: string | readonly string[];
  readonly explanation?: string;
}

type ZoneEntry = string | { readonly [type: string]: unknown };

export interface Scenario {
  readonly description: string;
  readonly tests: { readonly [name: string]: SuiteTest };
  readonly zonedata: { readonly [name: string]: readonly ZoneEntry[] };
}

export function spfScenarios(): readonly Scenario[] {
  const text = conformanceFile('email/rfc7208-tests.yml').toString('utf8');
  return parseAllDocuments(text, { schema: 'core', strict: false, logLevel: 'error' })
    .map((document) => ('toJS' in document ? (document.toJS() as Scenario) : undefined))
    .filter((scenario): scenario is Scenario => scenario?.tests !== undefined);
}

export function accepted(test: SuiteTest): readonly string[] {
  return typeof test.result === 'string' ? [test.result] : test.result;
}

interface Data {
  readonly records: Map<string, string[]>;
  readonly timeout: boolean;
}

/** One code point an octet, as on the wire; the suite writes octets as Unicode escapes. */
function textOf(value: unknown): string {
  return Array.isArray(value) ? value.map(String).join('') : String(value);
}

/** README: `SPF` answers TXT too, unless there is a `TXT` entry; `TXT: NONE` is no TXT; `TIMEOUT`: types not listed fail. */
function dataAt(entries: readonly ZoneEntry[]): Data {
  const records = new Map<string, string[]>();
  const hasTxt = entries.some((entry) => typeof entry === 'object' && 'TXT' in entry);
  for (const entry of entries) {
    if (typeof entry !== 'object') continue;
    for (const [type, value] of Object.entries(entry)) {
      const target = type === 'SPF' ? 'TXT' : type;
      if (type === 'SPF' && hasTxt) continue;
      if (type === 'TXT' && value === 'NONE') continue;
      const text = type === 'MX' ? String((value as readonly unknown[])[1]) : textOf(value);
      records.set(target, [...(records.get(target) ?? []), text]);
    }
  }
  return { records, timeout: entries.includes('TIMEOUT') };
}

/** Answers questions from the zones of a scenario, in the process. */
export function stubResolver(scenario: Scenario): (question: SpfQuestion) => SpfReply {
  const names = new Map(
    Object.entries(scenario.zonedata).map(([name, entries]) => [name.toLowerCase(), dataAt(entries)]),
  );
  const plain = (name: string) =>
    name.replaceAll(/\\([0-9]{3})|\\(.)/gs, (_, code?: string, other?: string) =>
      code === undefined ? (other ?? '') : String.fromCharCode(Number(code)),
    );
  const answer = ({ name, type }: SpfQuestion, depth: number): SpfReply => {
    const data = names.get(plain(name).toLowerCase().replace(/\.$/, ''));
    if (data === undefined) return { is: 'void' };
    const values = data.records.get(type);
    if (values !== undefined)
      return {
        is: 'records',
        values: type === 'MX' || type === 'PTR' ? values.map((one) => (one === '' ? '.' : one)) : values,
      };
    if (data.timeout) return { is: 'error', why: 'time-out' };
    const alias = data.records.get('CNAME')?.[0];
    return alias === undefined || depth > 8 ? { is: 'void' } : answer({ name: alias, type }, depth + 1);
  };
  return (question) => answer(question, 0);
}

/** The zones as records for the lab server, and the questions that fail. */
export function suiteRecords(scenario: Scenario): {
  records: ResourceRecord[];
  timeouts: (name: string, type: number) => boolean;
} {
  const records: ResourceRecord[] = [];
  const failing = new Map<string, Set<string>>();
  for (const [name, entries] of Object.entries(scenario.zonedata)) {
    const { records: byType, timeout } = dataAt(entries);
    if (timeout) failing.set(name.toLowerCase(), new Set(byType.keys()));
    for (const type of byType.keys()) records.push(...recordsOf(name, type, entries));
  }
  return {
    records,
    timeouts: (name, type) => {
      const listed = failing.get(name.toLowerCase());
      if (listed === undefined) return false;
      return ![...listed].some((known) => TYPES[known as keyof typeof TYPES] === type);
    },
  };
}

function recordsOf(name: string, type: string, entries: readonly ZoneEntry[]): ResourceRecord[] {
  const hasTxt = entries.some((entry) => typeof entry === 'object' && 'TXT' in entry);
  const found: ResourceRecord[] = [];
  for (const entry of entries) {
    if (typeof entry !== 'object') continue;
    for (const [key, value] of Object.entries(entry)) {
      const target = key === 'SPF' && !hasTxt ? 'TXT' : key;
      if (target !== type || value === 'NONE') continue;
      const code = TYPES[type as keyof typeof TYPES];
      found.push({ name: escaped(name), type: code, class: 1, ttl: 60, rdata: rdata(type, value) });
    }
  }
  return found;
}

/** Names of the suite hold characters that presentation form escapes. */
function escaped(name: string): string {
  return name.replaceAll(
    /[;()@$"\\]|[^\x21-\x7e]/g,
    (character) => `\\${String(character.charCodeAt(0)).padStart(3, '0')}`,
  );
}

function rdata(type: string, value: unknown): Rdata {
  switch (type) {
    case 'A':
    case 'AAAA':
      return { is: type, address: String(value) };
    case 'MX': {
      const [preference, exchange] = value as readonly [number, string];
      return { is: 'MX', preference, exchange: exchange === '' ? '.' : exchange };
    }
    case 'PTR':
    case 'CNAME':
      return { is: type, name: String(value) };
    default:
      return { is: 'TXT', strings: strings(value) };
  }
}

/** A list is one TXT of several strings; a text longer than 255 octets needs several too. */
function strings(value: unknown): Uint8Array[] {
  const parts = Array.isArray(value) ? value.map(String) : [String(value)];
  return parts.flatMap((part) => {
    const octets = Buffer.from(part, 'latin1');
    const chunks: Uint8Array[] = [];
    for (let at = 0; at === 0 || at < octets.length; at += 255) chunks.push(octets.subarray(at, at + 255));
    return chunks;
  });
}
