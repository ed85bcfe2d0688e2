/** Validates the shape of a file by ajv and says what is wrong in sentences, each with its place. */
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { isArray, isObject, type Json, type JsonObject, own } from '../model/json.ts';
import { tokensOf } from '../model/pointer.ts';
import { didYouMean, nearest } from '../model/nearest.ts';
import type { Problem } from './problem.ts';
import type { YamlFile } from './yaml.ts';

/** What ajv says of an error, by keyword. */
interface Parameters {
  readonly additionalProperty?: string;
  readonly missingProperty?: string;
  readonly pattern?: string;
  readonly type?: string | readonly string[];
  readonly allowedValues?: readonly (string | boolean)[];
}

const compiled = new WeakMap<JsonObject, ValidateFunction>();

/** What in a file does not keep to a shape; empty where all of it does. */
export function shapeProblems(shape: JsonObject, file: YamlFile): readonly Problem[] {
  let validate = compiled.get(shape);
  if (validate === undefined) {
    const ajv = new Ajv2020({ allErrors: true, verbose: true, strictTypes: false, strictRequired: false });
    validate = ajv.compile(shape);
    compiled.set(shape, validate);
  }
  if (validate(file.value)) return [];
  const errors = (validate.errors ?? []).filter((error) => error.keyword !== 'if');
  const problems = new Map<string, Problem>();
  for (const error of errors) {
    const problem = problemOf(error, file, errors);
    if (problem !== undefined)
      problems.set(`${String(problem.line)}:${String(problem.column)}:${problem.message}`, problem);
  }
  return [...problems.values()];
}

function problemOf(error: ErrorObject, file: YamlFile, all: readonly ErrorObject[]): Problem | undefined {
  const path = tokensOf(error.instancePath);
  const parameters = error.params as Parameters;
  if (error.keyword === 'additionalProperties') {
    const key = parameters.additionalProperty ?? '';
    return { file: file.name, ...file.keyAt([...path, key]), message: unknownKey(key, error) };
  }
  if (error.keyword === 'required' && all.some((other) => explains(other, error))) return undefined;
  const place = error.keyword === 'required' ? file.keyAt(path) : file.at(path);
  return { file: file.name, ...place, message: `${named(path)}${sentence(error, parameters)}` };
}

/** Whether a key that is not known is the reason why another one is missing: misspelt, or of no known form at all. */
function explains(unknown: ErrorObject, missing: ErrorObject): boolean {
  if (unknown.keyword !== 'additionalProperties' || unknown.instancePath !== missing.instancePath) return false;
  const key = (unknown.params as Parameters).additionalProperty ?? '';
  const wanted = (missing.params as Parameters).missingProperty ?? '';
  return key === 'not' || nearest(key, [wanted]).length > 0;
}

function named(path: readonly string[]): string {
  const last = path.at(-1);
  if (last === undefined) return '';
  return /^\d+$/.test(last) ? `item ${String(Number(last) + 1)} of "${path.at(-2) ?? ''}" ` : `"${last}" `;
}

function unknownKey(key: string, error: ErrorObject): string {
  if (key === 'not') return 'there is no "not": use ne, none-in, contains-none, disjoint, none-in-cidr or absent';
  const known = own(error.parentSchema, 'properties');
  return `unknown key "${key}"${didYouMean(key, isObject(known) ? Object.keys(known) : [])}`;
}

function sentence(error: ErrorObject, parameters: Parameters): string {
  const data = error.data as Json;
  const hint = own(error.parentSchema, 'description');
  switch (error.keyword) {
    case 'required':
      return `lacks "${parameters.missingProperty ?? ''}"`.replace(/^/, error.instancePath === '' ? 'the file ' : '');
    case 'type':
      return `must be ${typeWords(parameters.type)}, not ${found(data)}${quoteHint(parameters.type, data, hint)}`;
    case 'enum': {
      const allowed = (parameters.allowedValues ?? []).map(String);
      const near = typeof data === 'string' ? didYouMean(data, allowed) : '';
      const list = allowed.length > 10 && near !== '' ? '' : `: it is one of ${[...new Set(allowed)].join(', ')}`;
      return `cannot be ${JSON.stringify(data)}${near || list}`;
    }
    case 'pattern':
      return `must be ${typeof hint === 'string' ? hint : `of the form ${parameters.pattern ?? ''}`}, not ${found(data)}`;
    case 'minItems':
    case 'minLength':
    case 'minProperties':
      return 'must not be empty';
    default:
      return error.message ?? 'is not valid';
  }
}

function quoteHint(wanted: string | readonly string[] | undefined, data: Json, hint: Json | undefined): string {
  if (wanted !== 'string' || (typeof data !== 'number' && typeof data !== 'boolean')) return '';
  return typeof hint === 'string' && hint.startsWith('quoted')
    ? `: put it in quotes (${hint.replace(/^quoted: /, '')})`
    : ': put it in quotes';
}

function typeWords(type: string | readonly string[] | undefined): string {
  const words: { readonly [type: string]: string } = {
    string: 'text',
    array: 'a list',
    object: 'a mapping',
    integer: 'a whole number',
    number: 'a number',
    boolean: 'true or false',
  };
  const types = typeof type === 'string' ? type.split(',') : (type ?? []);
  return types.map((one) => words[one] ?? one).join(' or ');
}

function found(data: Json): string {
  if (data === null) return 'empty';
  if (isArray(data)) return 'a list';
  if (isObject(data)) return 'a mapping';
  return typeof data === 'string' ? JSON.stringify(data.slice(0, 60)) : `the ${typeof data} ${String(data)}`;
}
