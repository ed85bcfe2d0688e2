/** Rules of a gitleaks file as detectors with gitleaks' meaning (facts/secrets §4.6); what cannot be kept is said. */
import type { Detector, DetectorFile, GitleaksAllow } from '../model/detector.ts';
import { isArray, isObject, type Json } from '../model/json.ts';
import { parsePattern, PatternError } from '../pattern/parse.ts';
import { programOf } from '../pattern/linear.ts';
import { detectorCheck } from './detectors.ts';
import { makePack, type Pack } from './pack.ts';
import { type Problem, refuse } from './problem.ts';
import { readToml, TomlError, type Table, type Toml } from '../wire/toml.ts';

export interface GitleaksRules {
  readonly files: readonly DetectorFile[];
  /** Allow-lists over all rules. */
  readonly allow: readonly GitleaksAllow[];
  /** `[extend] useDefault`: our own detectors stay, without those that are disabled. */
  readonly useDefault: boolean;
  readonly disabled: readonly string[];
  readonly warnings: readonly Problem[];
}

const RULE_KEYS = [
  'id',
  'description',
  'regex',
  'secretGroup',
  'entropy',
  'keywords',
  'path',
  'tags',
  'allowlist',
  'allowlists',
  'report',
  'skipReport',
];
const TOP_KEYS = ['title', 'description', 'extend', 'rules', 'allowlist', 'allowlists', 'minVersion'];
const ALLOW_KEYS = [
  'id',
  'description',
  'condition',
  'commits',
  'paths',
  'regexes',
  'regexTarget',
  'stopwords',
  'targetRules',
];

/** Reads a gitleaks file; throws a UsageError that names every problem with its place. */
export function readGitleaksRules(text: string, name: string): GitleaksRules {
  try {
    return new RuleReader(readToml(text), name).read();
  } catch (error) {
    if (error instanceof TomlError) return refuse([{ file: name, ...error.place, message: error.message }]);
    throw error;
  }
}

class RuleReader {
  private readonly problems: Problem[] = [];
  private readonly warnings: Problem[] = [];
  private readonly toml: Toml;
  private readonly name: string;

  constructor(toml: Toml, name: string) {
    this.toml = toml;
    this.name = name;
  }

  read(): GitleaksRules {
    const { value } = this.toml;
    this.unknownKeys(value, TOP_KEYS);
    const rules = this.tables(value, 'rules').map((rule) => this.rule(rule));
    const lists = [...this.tables(value, 'allowlists'), ...this.tables(value, 'allowlist')];
    const allow = lists.filter((list) => list['targetRules'] === undefined).map((list) => this.allow(list));
    const targeted = lists.filter((list) => list['targetRules'] !== undefined);
    const extend = this.tables(value, 'extend')[0] ?? {};
    if (extend['path'] !== undefined || extend['url'] !== undefined) {
      this.warn(extend, 'path', 'other files are not read: join them into this one');
    }
    const ids = new Set<string>();
    for (const { detector } of rules) {
      if (ids.has(detector.id)) this.report(value, 'rules', `two rules are called "${detector.id}"`);
      ids.add(detector.id);
    }
    if (this.problems.length > 0) return refuse(this.problems);
    return {
      files: rules.map((file) => withTargeted(file, targeted, (list) => this.allow(list))),
      allow,
      useDefault: extend['useDefault'] === true,
      disabled: texts(extend['disabledRules']),
      warnings: this.warnings,
    };
  }

  private report(holder: object, key: string, message: string): void {
    this.problems.push({ file: this.name, ...this.toml.placeOf(holder, key), message });
  }

  private warn(holder: object, key: string, message: string): void {
    this.warnings.push({ file: this.name, ...this.toml.placeOf(holder, key), message });
  }

  private unknownKeys(table: Table, known: readonly string[]): void {
    for (const key of Object.keys(table))
      if (!known.includes(key)) this.warn(table, key, `"${key}" is not known and has no effect`);
  }

  /** One table or a list of them. */
  private tables(holder: Table, key: string): Table[] {
    const value: unknown = holder[key];
    if (value === undefined) return [];
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (list.every((item) => isObject(item))) return list as Table[];
    this.report(holder, key, `"${key}" must be a table`);
    return [];
  }

  private rule(table: Table): DetectorFile {
    this.unknownKeys(table, RULE_KEYS);
    const id = typeof table['id'] === 'string' ? table['id'] : '';
    if (id === '') this.report(table, 'id', 'a rule needs an id');
    const regex = this.pattern(table, 'regex');
    const path = this.pattern(table, 'path');
    if (table['regex'] === undefined && table['path'] === undefined)
      this.report(table, 'id', `the rule "${id}" has neither regex nor path`);
    const { secretGroup = 0, entropy } = table;
    const groups = regex === undefined ? 0 : parsePattern(regex).groups;
    if (typeof secretGroup !== 'number' || secretGroup < 0 || secretGroup > groups) {
      this.report(table, 'secretGroup', `there is no group ${JSON.stringify(secretGroup)} in the regex`);
    }
    const lists = [...this.tables(table, 'allowlists'), ...this.tables(table, 'allowlist')];
    const description = typeof table['description'] === 'string' ? table['description'] : id;
    const detector: Detector = {
      id: safeId(id),
      title: description.slice(0, 120),
      severity: 'high',
      keywords: texts(table['keywords']).map((word) => word.toLowerCase()),
      ...(regex === undefined ? {} : { pattern: regex }),
      ...(path === undefined ? {} : { files: path }),
      fixed: true,
      ...(typeof entropy === 'number' && entropy > 0 ? { entropy } : {}),
      gitleaks: {
        secretGroup: typeof secretGroup === 'number' ? secretGroup : 0,
        allow: lists.map((list) => this.allow(list)),
      },
    };
    return {
      detector,
      references: [{ spec: 'CWE', section: '798', url: 'https://cwe.mitre.org/data/definitions/798.html' }],
      remediation:
        'Revoke the credential at its issuer and issue a new one; then remove it from the file and, where it cannot be revoked, from the history.',
      examples: { positive: [], negative: [] },
    };
  }

  private allow(table: Table): GitleaksAllow {
    this.unknownKeys(table, ALLOW_KEYS);
    const { condition, regexTarget } = table;
    const target = regexTarget === 'match' || regexTarget === 'line' ? regexTarget : 'secret';
    if (regexTarget !== undefined && regexTarget !== target)
      this.report(table, 'regexTarget', 'regexTarget is secret, match or line');
    return {
      and: typeof condition === 'string' && /^(?:and|&&)$/i.test(condition),
      target,
      regexes: this.patterns(table, 'regexes'),
      paths: this.patterns(table, 'paths'),
      stopwords: texts(table['stopwords']).map((word) => word.toLowerCase()),
      commits: texts(table['commits']),
    };
  }

  private patterns(table: Table, key: string): string[] {
    const list = texts(table[key]);
    for (const [index, pattern] of list.entries()) this.check(table, key, pattern, ` (item ${String(index + 1)})`);
    return list;
  }

  private pattern(table: Table, key: string): string | undefined {
    const value = table[key];
    if (value === undefined) return undefined;
    if (typeof value === 'string') return this.check(table, key, value, '') ? value : undefined;
    this.report(table, key, `"${key}" must be a text`);
    return undefined;
  }

  private check(table: Table, key: string, pattern: string, where: string): boolean {
    try {
      programOf(parsePattern(pattern).root);
      return true;
    } catch (error) {
      if (!(error instanceof PatternError)) throw error;
      this.report(
        table,
        key,
        `${key}${where}: ${error.message} (at character ${String(error.offset + 1)} of the pattern)`,
      );
      return false;
    }
  }
}

function withTargeted(file: DetectorFile, lists: readonly Table[], read: (list: Table) => GitleaksAllow): DetectorFile {
  const mine = lists.filter((list) => texts(list['targetRules']).includes(file.detector.id)).map(read);
  const { gitleaks } = file.detector;
  if (mine.length === 0 || gitleaks === undefined) return file;
  return { ...file, detector: { ...file.detector, gitleaks: { ...gitleaks, allow: [...gitleaks.allow, ...mine] } } };
}

function texts(value: Json | Table | undefined): string[] {
  return isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** The id as a check id can hold it. */
function safeId(id: string): string {
  const safe = id
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, '-')
    .replace(/^[-_]+/, '');
  return safe === '' || safe === 'none' ? `rule-${safe}` : safe;
}

/**
 * A gitleaks file as a pack beside ours. As there, the rules of the file are all that runs, unless it says useDefault:
 * then our detectors stay, but for those that it disables or defines itself.
 */
export function gitleaksPack(rules: GitleaksRules, name: string, own: readonly DetectorFile[]): Pack {
  const taken = new Set([...rules.files.map((file) => file.detector.id), ...rules.disabled]);
  const replaced = own.map((file) => file.detector.id).filter((id) => !rules.useDefault || taken.has(id));
  // the lists over all rules go into each of them, so that a stored run holds all that it needs
  const detectors = rules.files.map((file) => withLists(file, rules.allow));
  return makePack({
    name,
    checks: detectors.map((file) => detectorCheck(file)),
    profiles: [],
    frameworks: [],
    detectors,
    replaces: replaced.map((id) => `secret.${id}`),
  });
}

function withLists(file: DetectorFile, lists: readonly GitleaksAllow[]): DetectorFile {
  const { gitleaks } = file.detector;
  if (gitleaks === undefined || lists.length === 0) return file;
  return { ...file, detector: { ...file.detector, gitleaks: { ...gitleaks, allow: [...lists, ...gitleaks.allow] } } };
}
