/** waivers.yaml → waivers; everything that is wrong with the file is named with file:line:column. */
import { isArray, isObject, type Json } from '../model/json.ts';
import type { Waiver } from '../model/waiver.ts';
import { type Problem, refuse } from './problem.ts';
import { readYaml, type YamlFile } from './yaml.ts';

const REQUIRED = ['id', 'check', 'target', 'owner', 'reason', 'expires'] as const;
const OPTIONAL = ['subject', 'created', 'approvedBy', 'link'] as const;
const KEYS: readonly string[] = [...REQUIRED, ...OPTIONAL];

/** What is wrong with a waiver beyond its form (too long, everything waived), by its key. */
export type WaiverJudge = (waiver: Waiver) => readonly { readonly key: string; readonly message: string }[];

function texts(value: Json, index: number, file: YamlFile, problems: Problem[]): { [key: string]: string } {
  const found: { [key: string]: string } = {};
  const report = (key: string | undefined, message: string): void => {
    const path = key === undefined ? [index] : [index, key];
    problems.push({ file: file.name, ...file.at(path), message });
  };
  if (!isObject(value)) {
    report(undefined, `a waiver is { ${REQUIRED.join(', ')} }`);
    return found;
  }
  for (const [key, member] of Object.entries(value)) {
    if (!KEYS.includes(key)) {
      problems.push({
        file: file.name,
        ...file.keyAt([index, key]),
        message: `unknown key "${key}"; known are ${KEYS.join(', ')}`,
      });
    } else if (typeof member !== 'string') {
      report(key, `${key} is a text; quote it`);
    } else {
      found[key] = member;
    }
  }
  for (const key of REQUIRED) {
    if (!Object.hasOwn(value, key)) report(undefined, `a waiver needs ${key}`);
  }
  return found;
}

function waiverOf(found: { readonly [key: string]: string }): Waiver {
  const { id = '', check = '', target = '', owner = '', reason = '', expires = '' } = found;
  const { subject, created, approvedBy, link } = found;
  return {
    id,
    check,
    target,
    ...(subject === undefined ? {} : { subject }),
    owner,
    reason,
    expires,
    ...(created === undefined ? {} : { created }),
    ...(approvedBy === undefined ? {} : { approvedBy }),
    ...(link === undefined ? {} : { link }),
  };
}

/** Reads a list of waivers. Throws a UsageError that names every problem of the file. */
export function readWaivers(text: string, name: string, judge: WaiverJudge): Waiver[] {
  const file = readYaml(text, name);
  const problems: Problem[] = [];
  if (!isArray(file.value))
    return refuse([{ file: name, ...file.at([]), message: 'a waiver file is a list of waivers' }]);
  const waivers: Waiver[] = [];
  const ids = new Set<string>();
  for (const [index, value] of file.value.entries()) {
    const before = problems.length;
    const waiver = waiverOf(texts(value, index, file, problems));
    waivers.push(waiver);
    if (problems.length > before) continue;
    if (ids.has(waiver.id)) {
      problems.push({ file: name, ...file.at([index, 'id']), message: `waiver "${waiver.id}" stands here twice` });
    }
    ids.add(waiver.id);
    for (const { key, message } of judge(waiver)) problems.push({ file: name, ...file.at([index, key]), message });
  }
  return problems.length > 0 ? refuse(problems) : waivers;
}
