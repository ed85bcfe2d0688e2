/** checks/frameworks/*.yaml → frameworks: control ids stay quoted strings, nothing unknown and nothing twice. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Control, Framework } from '../model/framework.ts';
import { byCodeUnit, isArray, isObject, own, type Json } from '../model/json.ts';
import { inOrder, type Problem, refuse } from './problem.ts';
import { type Path, tryYaml, type YamlFile } from './yaml.ts';

const RIGHTS = ['public-domain', 'reuse-permitted', 'non-commercial', 'no-derivatives', 'restricted'] as const;
const FRAMEWORK_KEYS = ['id', 'name', 'version', 'publisher', 'rights', 'note', 'controls', 'unmapped'];
const CONTROL_KEYS = ['id', 'label', 'baselines', 'checks', 'note'];
const CHECK_KEY = /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/;

export type FrameworkReading =
  | { readonly is: 'read'; readonly framework: Framework }
  | { readonly is: 'bad'; readonly problems: readonly Problem[] };

/** One file being read: the problems gather, so that one run names all of them. */
interface Reading {
  readonly file: YamlFile;
  readonly lines: readonly string[];
  readonly problems: Problem[];
}

function report(reading: Reading, path: Path, message: string, at: 'at' | 'keyAt' = 'at'): void {
  reading.problems.push({ file: reading.file.name, ...reading.file[at](path), message });
}

function text(reading: Reading, value: Json | undefined, path: Path, what: string): string {
  if (typeof value === 'string' && value.trim() !== '') return value;
  report(reading, path, value === undefined ? `${what} is missing` : `${what} is a text that is not empty`);
  return '';
}

/** Ids and versions look like numbers: unquoted, 2.10 becomes 2.1. So the quotes are required, not only where it went wrong. */
function quoted(reading: Reading, value: Json | undefined, path: Path, what: string): string {
  if (value === undefined || (typeof value !== 'string' && typeof value !== 'number')) {
    return text(reading, value, path, what);
  }
  const { line, column } = reading.file.at(path);
  const first = reading.lines[line - 1]?.[column - 1];
  if (typeof value === 'string' && (first === '"' || first === "'")) return text(reading, value, path, what);
  report(reading, path, `${what} is not quoted: write "${reading.lines[line - 1]?.slice(column - 1).trim() ?? ''}"`);
  return '';
}

function knownKeys(reading: Reading, value: Json, path: Path, keys: readonly string[]): void {
  if (!isObject(value)) return;
  for (const key of Object.keys(value)) {
    if (!keys.includes(key)) {
      report(reading, [...path, key], `unknown key "${key}"; known are ${keys.join(', ')}`, 'keyAt');
    }
  }
}

function checkKeys(reading: Reading, value: Json | undefined, path: Path): string[] {
  if (!isArray(value)) {
    report(reading, path, 'checks is a list of check ids or of prefixes of them; [] where no check bears on it');
    return [];
  }
  const keys: string[] = [];
  for (const [index, key] of value.entries()) {
    const here = [...path, index];
    if (typeof key !== 'string' || !CHECK_KEY.test(key)) report(reading, here, 'this is not a check id or prefix');
    else if (keys.includes(key)) report(reading, here, `"${key}" stands here twice`);
    else keys.push(key);
  }
  return keys;
}

function texts(reading: Reading, value: Json, path: Path): string[] {
  if (!isArray(value)) {
    report(reading, path, 'this is a list of texts');
    return [];
  }
  return value.map((item, index) => text(reading, item, [...path, index], 'this'));
}

function control(reading: Reading, value: Json, path: Path): Control | undefined {
  if (!isObject(value)) {
    report(reading, path, 'a control is { id, label, checks }');
    return undefined;
  }
  knownKeys(reading, value, path, CONTROL_KEYS);
  const baselines = own(value, 'baselines');
  const note = own(value, 'note');
  return {
    id: quoted(reading, own(value, 'id'), [...path, 'id'], 'the control id'),
    label: text(reading, own(value, 'label'), [...path, 'label'], 'the label'),
    checks: checkKeys(reading, own(value, 'checks'), [...path, 'checks']),
    ...(baselines === undefined ? {} : { baselines: texts(reading, baselines, [...path, 'baselines']) }),
    ...(note === undefined ? {} : { note: text(reading, note, [...path, 'note'], 'the note') }),
  };
}

function controls(reading: Reading, value: Json | undefined): Control[] {
  if (!isArray(value) || value.length === 0) {
    report(reading, ['controls'], 'controls is a list with at least one control');
    return [];
  }
  const found: Control[] = [];
  const ids = new Set<string>();
  for (const [index, item] of value.entries()) {
    const made = control(reading, item, ['controls', index]);
    if (made === undefined) continue;
    if (made.id !== '' && ids.has(made.id))
      report(reading, ['controls', index, 'id'], `control "${made.id}" stands here twice`);
    ids.add(made.id);
    found.push(made);
  }
  return found;
}

/** Reads one framework file, with the problems as data. */
export function readFramework(content: string, name: string): FrameworkReading {
  const yaml = tryYaml(content, name);
  if (yaml.is === 'bad') return yaml;
  const { file } = yaml;
  const reading: Reading = { file, lines: content.split(/\r\n|\n/), problems: [] };
  if (!isObject(file.value)) {
    report(reading, [], 'a framework file is a map with id, name, version, publisher, rights and controls');
    return { is: 'bad', problems: reading.problems };
  }
  knownKeys(reading, file.value, [], FRAMEWORK_KEYS);
  const field = (key: string): Json | undefined => own(file.value, key);
  const rights = text(reading, field('rights'), ['rights'], 'rights');
  if (rights !== '' && !RIGHTS.some((known) => known === rights)) {
    report(reading, ['rights'], `rights is one of ${RIGHTS.join(', ')}`);
  }
  const id = text(reading, field('id'), ['id'], 'id');
  if (id !== '' && basename(name).replace(/\.ya?ml$/, '') !== id) {
    report(reading, ['id'], `id "${id}" is not the name of the file`);
  }
  const note = field('note');
  const unmapped = field('unmapped');
  const framework: Framework = {
    id,
    name: text(reading, field('name'), ['name'], 'name'),
    version: quoted(reading, field('version'), ['version'], 'version'),
    publisher: text(reading, field('publisher'), ['publisher'], 'publisher'),
    rights,
    ...(note === undefined ? {} : { note: text(reading, note, ['note'], 'the note') }),
    controls: controls(reading, field('controls')),
    ...(unmapped === undefined ? {} : { unmapped: checkKeys(reading, unmapped, ['unmapped']) }),
  };
  for (const [index, key] of (framework.unmapped ?? []).entries()) {
    const owner = framework.controls.find((entry) => entry.checks.includes(key));
    if (owner !== undefined) report(reading, ['unmapped', index], `"${key}" is mapped: control "${owner.id}" names it`);
  }
  return reading.problems.length === 0 ? { is: 'read', framework } : { is: 'bad', problems: inOrder(reading.problems) };
}

/** All frameworks of a folder, by id. Throws a UsageError that names every problem with its place. */
export function loadFrameworks(folder: string): Framework[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  const problems: Problem[] = [];
  const frameworks: Framework[] = [];
  for (const name of names.sort(byCodeUnit)) {
    const path = join(folder, name);
    const reading = readFramework(readFileSync(path, 'utf8'), path);
    if (reading.is === 'read') frameworks.push(reading.framework);
    else problems.push(...reading.problems);
  }
  if (problems.length > 0) refuse(problems);
  return frameworks;
}
