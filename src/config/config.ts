/**
 * probity.yaml and the command line, made into the effective options of an audit; every mistake is named with its place. The
 * file is read elsewhere: its parsers take longer to load than a whole `tls scan` takes.
 */
import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { UsageError } from '../model/fault.ts';
import { isArray, isObject, own, type Json, type JsonObject } from '../model/json.ts';
import type { AuditOptions, TargetSpec } from '../model/options.ts';
import { SEVERITIES, type Severity } from '../model/check.ts';
import { type Problem, problemText, refuse } from '../packs/problem.ts';
import type { YamlFile } from '../packs/yaml.ts';
import { type Arguments, type Flags, type FlagValue, readValue } from './arguments.ts';
import { OPTIONS } from './option-table.ts';
import { parseTarget } from './targets.ts';
import {
  existingFolder,
  parseConnectTo,
  parseInstant,
  parseResolver,
  readCa,
  readHstsList,
  readList,
  readPsl,
} from './values.ts';

const FILE = 'probity.yaml';

export interface Surroundings {
  readonly cwd: string;
  readonly home?: string;
}

/** Looks for probity.yaml from `cwd` upwards; stops at the root of a git work tree, the home folder and the root. */
export function findConfig({ cwd, home }: Surroundings): string | undefined {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const path = join(folder, FILE);
    if (existsSync(path)) return path;
    if (existsSync(join(folder, '.git')) || folder === home || folder === dirname(folder)) return undefined;
  }
}

export interface Layer {
  readonly values: JsonObject;
  readonly file?: YamlFile;
  /** Relative paths in the file start at its folder. */
  readonly folder: string;
}

const strings = (value: FlagValue | undefined): readonly string[] | undefined =>
  Array.isArray(value) ? value.map(String) : undefined;

/** Files of reference data by the key of their option. */
const LISTS = {
  confusables: 'confusables',
  topDomains: 'top-domains',
  seenCertificates: 'seen-certificates',
  key: 'key',
} as const;

function listsOf(flags: Flags, cwd: string): Pick<AuditOptions, keyof typeof LISTS> {
  const entries = Object.entries(LISTS).flatMap(([key, flag]) => {
    const path = flags[key];
    if (typeof path !== 'string') return [];
    return [[key, readList(flag, resolve(cwd, path), flag === 'key' ? 'base64' : 'utf8')] as const];
  });
  return Object.fromEntries(entries);
}

/** Flags of the file in the form of those of the command line: the same texts mean the same. */
function flagsOf(layer: Layer): Flags {
  const flags: { [key: string]: FlagValue } = {};
  for (const option of OPTIONS) {
    const value = option.key === undefined ? undefined : own(layer.values, option.key);
    if (option.key === undefined || value === undefined) continue;
    const position = layer.file?.at([option.key]);
    const where = `${layer.file?.name ?? FILE}:${String(position?.line ?? 1)}:${String(position?.column ?? 1)}: ${option.key}`;
    if (isArray(value)) flags[option.key] = value.map(String);
    else if (typeof value === 'boolean') flags[option.key] = value;
    else if (typeof value === 'string' || typeof value === 'number')
      flags[option.key] = readValue(option, String(value), where);
  }
  for (const key of [
    'output',
    'earlierRun',
    'caFile',
    'hstsList',
    'psl',
    'ctLogs',
    'leakedKeys',
    'osv',
    'rules',
    'state',
    ...Object.keys(LISTS),
  ]) {
    const value = flags[key];
    if (typeof value === 'string' && !isAbsolute(value)) flags[key] = join(layer.folder, value);
  }
  const folders = strings(flags['checksDir']);
  if (folders !== undefined)
    flags['checksDir'] = folders.map((folder) => (isAbsolute(folder) ? folder : join(layer.folder, folder)));
  return flags;
}

const texts = (value: Json | undefined): { readonly [name: string]: string } =>
  isObject(value)
    ? Object.fromEntries(Object.entries(value).map(([key, text]) => [key, typeof text === 'string' ? text : '']))
    : {};

function targetsOf(layer: Layer): TargetSpec[] {
  const written = own(layer.values, 'targets');
  const specs: TargetSpec[] = [];
  const problems: Problem[] = [];
  for (const [index, entry] of (isArray(written) ? written : []).entries()) {
    const named = typeof entry === 'string' ? entry : own(entry, 'target');
    const target = typeof named === 'string' ? named : '';
    const position = layer.file?.at(typeof entry === 'string' ? ['targets', index] : ['targets', index, 'target']) ?? {
      line: 1,
      column: 1,
    };
    const name = layer.file?.name ?? FILE;
    const options = own(entry, 'options');
    try {
      parseTarget(target);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      problems.push({ file: name, ...position, message: error.message });
      continue;
    }
    specs.push({
      target,
      labels: texts(own(entry, 'labels')),
      options: isObject(options) ? options : {},
      at: `${name}:${String(position.line)}:${String(position.column)}`,
    });
  }
  if (problems.length > 0) refuse(problems);
  return specs;
}

const positive = (value: FlagValue | undefined, flag: string, fallback: number, least = 1): number => {
  if (value === undefined) return fallback;
  if (Number(value) < least)
    throw new UsageError(`--${flag}: expected at least ${String(least)}, got ${String(value)}`);
  return Number(value);
};

/** The severity that a flag names, `low` where it names none. */
export function severityOf(value: FlagValue | undefined): Severity {
  return SEVERITIES.find((severity) => severity === value) ?? 'low';
}

/** The effective options: the command line wins over the file, key by key, and TARGETs replace `targets`. */
export function optionsFrom(layer: Layer, args: Arguments, around: Surroundings): AuditOptions {
  try {
    return readOptions(layer, args, around);
  } catch (error) {
    throw placed(error, layer, args);
  }
}

/** What is wrong with a value of the file, with its place there; the error as it is where the value came from elsewhere. */
export function placed(error: unknown, { values, file }: Layer, args: Arguments): unknown {
  if (!(error instanceof UsageError) || file === undefined) return error;
  const flag = error.flag ?? /^--([a-z-]+)/.exec(error.message)?.[1];
  const key = flag === undefined ? undefined : keyOf(flag);
  const value = key === undefined ? undefined : own(values, key);
  if (key === undefined || value === undefined || Object.hasOwn(args.flags, key)) return error;
  const said = error.message.replace(/--([a-z-]+)/g, (text, named: string) => keyOf(named) ?? text);
  const message = said.startsWith(key) ? said : `${key}: ${said}`;
  const { line, column } = file.at([key, ...itemNamed(said, value)]);
  return new UsageError(problemText({ file: file.name, line, column, message }), { cause: error });
}

/** The index of the item that a message quotes first, or holds; none where it is about no single item. */
function itemNamed(message: string, value: Json): readonly number[] {
  const items = isArray(value) ? value.map(String) : [];
  const quoted = /"([^"]*)"/.exec(message)?.[1];
  const index = quoted === undefined ? items.findIndex((one) => message.includes(one)) : items.indexOf(quoted);
  return index < 0 ? [] : [index];
}

/** What a flag is called in the file. */
function keyOf(flag: string): string | undefined {
  return OPTIONS.find((option) => option.flag === flag)?.key;
}

function readOptions(layer: Layer, args: Arguments, around: Surroundings): AuditOptions {
  const flags: Flags = { ...flagsOf(layer), ...args.flags };
  const specs =
    args.positionals.length > 0
      ? args.positionals.map((target) => ({ target, labels: {}, options: {} }))
      : targetsOf(layer);
  for (const spec of specs) parseTarget(spec.target);
  const subjectOptions = own(layer.values, 'options');
  const scope = own(layer.values, 'scope');
  const asOf = flags['asOf'];
  const caFile = flags['caFile'];
  const hstsList = flags['hstsList'];
  const psl = flags['psl'];
  if (typeof flags['state'] === 'string' && flags['history'] !== true) throw new UsageError('--state needs --history');
  const { ctLogs, leakedKeys } = flags;
  return {
    targets: specs,
    profiles: strings(flags['profile']) ?? [],
    checks: strings(flags['checks']) ?? [],
    skip: strings(flags['skip']) ?? [],
    checksDirs: (strings(flags['checksDir']) ?? []).map((folder) => resolve(around.cwd, folder)),
    formats: strings(flags['format']) ?? ['html'],
    output: resolve(around.cwd, typeof flags['output'] === 'string' ? flags['output'] : 'probity-report'),
    json: flags['json'] === true,
    failOn: severityOf(flags['failOn']),
    allowIncomplete: flags['allowIncomplete'] === true,
    ...(typeof asOf === 'string' ? { asOf: parseInstant(asOf) } : {}),
    options: isObject(subjectOptions) ? subjectOptions : {},
    scope: isObject(scope)
      ? Object.fromEntries(
          Object.entries(scope).map(([key, labels]) => [key, isArray(labels) ? labels.map(String) : []]),
        )
      : {},
    maxFile: positive(flags['maxFile'], 'max-file', 256 * 1024 ** 2),
    resolvers: (strings(flags['resolver']) ?? []).map(parseResolver),
    connectTo: (strings(flags['connectTo']) ?? []).map(parseConnectTo),
    ...(typeof caFile === 'string' ? { ca: readCa(resolve(around.cwd, caFile)) } : {}),
    allowPrivate: flags['allowPrivate'] === true,
    ...(flags['intrusive'] === true ? { intrusive: true } : {}),
    ...(flags['history'] === true ? { history: true } : {}),
    ...(flags['archives'] === true ? { archives: true } : {}),
    ...(flags['online'] === true ? { online: true } : {}),
    ...(typeof flags['osv'] === 'string' ? { osv: existingFolder('osv', flags['osv'], around.cwd) } : {}),
    ...(typeof flags['state'] === 'string' ? { state: resolve(around.cwd, flags['state']) } : {}),
    ...(typeof flags['rules'] === 'string' ? { rules: flags['rules'] } : {}),
    ...(typeof hstsList === 'string'
      ? { hstsList: readHstsList(resolve(around.cwd, hstsList), flags['hstsListDate']) }
      : {}),
    ...(typeof psl === 'string' ? { psl: readPsl(resolve(around.cwd, psl)) } : {}),
    ...(typeof ctLogs === 'string' ? { ctLogs: readList('ct-logs', resolve(around.cwd, ctLogs)) } : {}),
    ...(typeof leakedKeys === 'string' ? { leakedKeys: readList('leaked-keys', resolve(around.cwd, leakedKeys)) } : {}),
    ...(typeof flags['earlierRun'] === 'string'
      ? { earlierRun: resolve(around.cwd, existingFolder('earlier-run', flags['earlierRun'], around.cwd)) }
      : {}),
    ...listsOf(flags, around.cwd),
    timeoutMs: positive(flags['timeout'], 'timeout', 10_000),
    concurrency: positive(flags['concurrency'], 'concurrency', 16),
    rate: positive(flags['rate'], 'rate', 0, 0),
    maxConnections: positive(flags['maxConnections'], 'max-connections', 8),
  };
}
