/** Holds a configuration file against its schema and says what is wrong, and where, in a person's words. */
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import { isObject, type JsonObject } from '../model/json.ts';
import { didYouMean } from '../model/nearest.ts';
import { tokensOf } from '../model/pointer.ts';
import { type Problem, refuse } from '../packs/problem.ts';
import type { YamlFile } from '../packs/yaml.ts';
import { configSchema } from './schema.ts';

function sentenceOf(error: ErrorObject, file: YamlFile): Problem {
  const path = tokensOf(error.instancePath);
  const params = error.params as { readonly [name: string]: unknown };
  const key = path.at(-1) ?? '';
  switch (error.keyword) {
    case 'additionalProperties': {
      const unknown = String(params['additionalProperty']);
      const parent = error.parentSchema as { readonly properties?: object } | undefined;
      const names = Object.keys(parent?.properties ?? {});
      return {
        file: file.name,
        ...file.keyAt([...path, unknown]),
        message: `unknown key "${unknown}"${didYouMean(unknown, names)}`,
      };
    }
    case 'required':
      return {
        file: file.name,
        ...file.at(path),
        message: `the key "${String(params['missingProperty'])}" is missing`,
      };
    case 'enum':
      return {
        file: file.name,
        ...file.at(path),
        message: `"${key}" must be one of ${(params['allowedValues'] as unknown[]).map(String).join(', ')}`,
      };
    case 'type':
      return { file: file.name, ...file.at(path), message: `${nameOf(path)} must be ${articled(params['type'])}` };
    case 'pattern': {
      const { description = 'of another form' } = error.parentSchema as { readonly description?: string };
      const written = typeof error.data === 'string' ? error.data : key;
      return {
        file: file.name,
        ...file.at(path),
        message: `${JSON.stringify(written.slice(0, 80))} must be written as ${description}`,
      };
    }
    default:
      return { file: file.name, ...file.at(path), message: `"${key}" ${error.message ?? 'is not as it must be'}` };
  }
}

/** What stands at that path, as a person calls it. */
function nameOf(path: readonly string[]): string {
  const [list, key] = path.slice(-2);
  if (key === undefined) return list === undefined ? 'the file' : `"${list}"`;
  return /^[0-9]+$/.test(key) ? `each of "${list ?? ''}"` : `"${key}"`;
}

function articled(type: unknown): string {
  const names: { readonly [type: string]: string } = {
    array: 'a list',
    object: 'a map of keys',
    string: 'a text',
    boolean: 'true or false',
    integer: 'a whole number',
  };
  return (Array.isArray(type) ? type : [type]).map((name) => names[String(name)] ?? String(name)).join(' or ');
}

/** The values of a valid file; an empty file is an empty configuration. Throws a UsageError with every problem. */
export function validate(file: YamlFile): JsonObject {
  if (file.value === null) return {};
  const ajv = new Ajv2020({ allErrors: true, strict: false, verbose: true });
  const valid = ajv.compile(configSchema());
  if (!valid(file.value)) {
    const errors = valid.errors ?? [];
    // an entry of targets that fits neither form fails thrice: the innermost of the map form says it best
    const told = errors.filter((error) => error.keyword !== 'anyOf' && error.keyword !== 'if');
    const deepest = told.filter(
      (error) =>
        !(
          error.keyword === 'type' &&
          told.some(
            (other) => other !== error && other.instancePath.startsWith(error.instancePath) && other.keyword !== 'type',
          )
        ),
    );
    refuse(dedupe((deepest.length > 0 ? deepest : errors).map((error) => sentenceOf(error, file))));
  }
  return isObject(file.value) ? file.value : {};
}

function dedupe(problems: readonly Problem[]): Problem[] {
  const seen = new Map(
    problems.map((problem) => [`${String(problem.line)}:${String(problem.column)}:${problem.message}`, problem]),
  );
  return [...seen.values()];
}
