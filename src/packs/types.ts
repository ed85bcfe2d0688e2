/** Whether an operator and its operand fit the type that the facts schema declares (facts/engine §3). */
import type { FactType, ItemType, Leaf, Operator } from '../model/check.ts';
import { isArray, type Json } from '../model/json.ts';
import type { Schema } from '../model/schema.ts';
import { parseDuration, parseInstant } from '../judge/time.ts';
import { didYouMean } from '../model/nearest.ts';
import type { PlaceInFacts } from './paths.ts';

/** The types of a place as the judge looks at them; undefined where the schema leaves one of them open. */
export function factTypes(place: PlaceInFacts): readonly FactType[] | undefined {
  const found = new Set<FactType>();
  for (const schema of place.schemas) {
    const type = itemType(schema);
    const items = schema.items === undefined ? undefined : itemType(schema.items);
    if (type !== undefined) found.add(type);
    else if (schema.type === 'array') found.add(items === undefined ? 'array' : `array of ${items}`);
    else return undefined;
  }
  return [...found];
}

function itemType(schema: Schema): ItemType | undefined {
  return schema.type === 'object' ? 'object' : scalarType(schema);
}

/** The sentence that says why a leaf's operator cannot be asked of this place; undefined where it can. */
export function typeProblem(leaf: Leaf, place: PlaceInFacts): string | undefined {
  const { op } = leaf;
  if (op === 'present' || op === 'absent') {
    return place.optional || place.schemas.length > 1
      ? undefined
      : `"${leaf.path}" is never absent by the facts schema: ${op} is always ${op === 'present' ? 'true' : 'false'}`;
  }
  const problems = place.schemas.map((schema) => formProblem(op, leaf.value, schema));
  // One form under anyOf that fits is enough
  return problems.includes(undefined) ? undefined : problems[0] && `"${leaf.path}" ${problems[0]}`;
}

function formProblem(op: Operator, value: Json, schema: Schema): string | undefined {
  switch (op) {
    case 'eq':
    case 'ne':
      return scalarProblem(op, [value], schema);
    case 'in':
    case 'none-in':
      return scalarProblem(op, isArray(value) ? value : [], schema);
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      return orderProblem(op, value, schema);
    case 'between':
      return orderProblem(op, isArray(value) ? (value[0] ?? null) : value, schema);
    case 'count':
      return schema.type === 'array' ? undefined : `is ${kind(schema)}: count takes a list`;
    case 'contains':
    case 'contains-none':
    case 'contains-all':
    case 'subset-of':
    case 'superset-of':
    case 'disjoint':
      if (schema.type !== 'array' || schema.items === undefined) return `is ${kind(schema)}: ${op} takes a list`;
      return scalarProblem(op, isArray(value) ? value : [value], schema.items);
    case 'matches':
    case 'starts-with':
    case 'ends-with':
    case 'domain-within':
      return schema.type === 'string' ? undefined : `is ${kind(schema)}: ${op} takes text`;
    case 'version-gte':
    case 'version-lt':
      return schema.type === 'string' ? undefined : `is ${kind(schema)}: ${op} takes a version`;
    case 'before':
    case 'after':
    case 'within':
      return schema.format === 'date-time' ? undefined : `is ${kind(schema)}: ${op} takes an instant (date-time)`;
    case 'in-cidr':
    case 'none-in-cidr': {
      const address = schema.type === 'array' ? schema.items : schema;
      const fits = address?.type === 'string' && (address.format ?? 'ip') !== 'date-time';
      return fits ? undefined : `is ${kind(schema)}: ${op} takes an address or a list of them`;
    }
    default:
      return undefined;
  }
}

function scalarProblem(op: Operator, operands: readonly Json[], schema: Schema): string | undefined {
  const wanted = scalarType(schema);
  if (wanted === undefined) return `is ${kind(schema)}: ${op} takes texts, numbers, or true/false`;
  for (const operand of operands) {
    if (typeof operand !== wanted) return `is ${kind(schema)}, but the value ${JSON.stringify(operand)} is not`;
    const known: readonly Json[] | undefined = schema.enum;
    if (known !== undefined && !known.includes(operand)) {
      const names = known.map(String);
      return `is never ${JSON.stringify(operand)}${didYouMean(JSON.stringify(operand).replaceAll('"', ''), names) || `; it is one of ${names.join(', ')}`}`;
    }
  }
  return undefined;
}

function scalarType(schema: Schema): 'string' | 'number' | 'boolean' | undefined {
  switch (schema.type) {
    case 'string':
    case 'number':
    case 'boolean':
      return schema.type;
    case 'integer':
      return 'number';
    default:
      return undefined;
  }
}

function orderProblem(op: Operator, value: Json, schema: Schema): string | undefined {
  const isNumber = schema.type === 'number' || schema.type === 'integer';
  if (typeof value === 'number') return isNumber ? undefined : `is ${kind(schema)}: ${op} with a number takes a number`;
  if (typeof value !== 'string') return undefined; // the operand itself is refused elsewhere
  if (parseInstant(value) !== undefined && schema.format === 'date-time') return undefined;
  if (parseDuration(value) !== undefined && schema.format === 'duration') return undefined;
  return `is ${kind(schema)}: ${op} with ${JSON.stringify(value)} does not fit it`;
}

function kind(schema: Schema): string {
  switch (schema.type) {
    case 'array':
      return 'a list';
    case 'object':
      return 'an object';
    case 'string':
      return schema.format === undefined ? 'text' : `text of the format ${schema.format}`;
    case 'boolean':
      return 'true or false';
    case 'integer':
    case 'number':
      return 'a number';
    default:
      return 'of no declared type';
  }
}
