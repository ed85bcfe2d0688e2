/** Validates facts against a collector's schema, where every value may also be `$unknown` and every list known in part. */
import { isFaultCode } from '../model/fault.ts';
import { isArray, isObject, type Json, type JsonObject } from '../model/json.ts';
import { pointer } from '../model/pointer.ts';
import type { Schema } from '../model/schema.ts';
import { isDateTime, isDuration } from '../judge/time.ts';
import { parseCidr, parseIp } from '../judge/ip.ts';
import { parseVersion } from '../judge/version.ts';
import { labelsOf } from '../judge/domain.ts';

export interface FactsProblem {
  /** RFC 6901 pointer into the facts. */
  readonly pointer: string;
  readonly message: string;
}

const MAX_PROBLEMS = 20;

/** What in `facts` does not keep to the schema; empty where all of it does. */
export function validateFacts(schema: Schema, facts: Json): readonly FactsProblem[] {
  const problems: FactsProblem[] = [];
  visit(schema, facts, [], problems);
  return problems;
}

type Tokens = readonly (string | number)[];

function visit(schema: Schema, value: Json, at: Tokens, problems: FactsProblem[]): void {
  if (problems.length >= MAX_PROBLEMS) return;
  const report = (message: string): void => {
    problems.push({ pointer: pointer(...at), message });
  };
  if (isObject(value) && Object.hasOwn(value, '$unknown')) {
    markers(schema, value, at, problems);
    return;
  }
  if (schema.anyOf !== undefined) {
    const fits = schema.anyOf.some((option) => validateFacts(option, value).length === 0);
    if (!fits) report('fits none of the forms that are allowed here');
  }
  if (schema.enum !== undefined && !schema.enum.some((allowed) => allowed === value)) {
    report(
      `${JSON.stringify(value)} is not one of ${schema.enum.map((allowed) => JSON.stringify(allowed)).join(', ')}`,
    );
    return;
  }
  switch (schema.type) {
    case undefined:
      return;
    case 'object':
      if (isObject(value)) visitObject(schema, value, at, problems);
      else report(`expected an object, found ${kindOf(value)}`);
      return;
    case 'array':
      if (!isArray(value)) report(`expected a list, found ${kindOf(value)}`);
      else if (schema.items !== undefined) {
        for (const [index, item] of value.entries()) visit(schema.items, item, [...at, index], problems);
      }
      return;
    case 'string':
      if (typeof value !== 'string') report(`expected text, found ${kindOf(value)}`);
      else if (schema.format !== undefined && !fitsFormat(schema.format, value)) {
        report(`${JSON.stringify(value)} is not of the format ${schema.format}`);
      }
      return;
    case 'number':
      if (typeof value !== 'number' || !Number.isFinite(value)) report(`expected a number, found ${kindOf(value)}`);
      return;
    case 'integer':
      if (!Number.isInteger(value)) report(`expected an integer, found ${kindOf(value)}`);
      return;
    case 'boolean':
      if (typeof value !== 'boolean') report(`expected true or false, found ${kindOf(value)}`);
      return;
    case 'null':
      if (value !== null) report(`expected null, found ${kindOf(value)}`);
  }
}

/** `{ $unknown }` stands in any place, `{ $items, $unknown }` only in that of a list. */
function markers(schema: Schema, value: JsonObject, at: Tokens, problems: FactsProblem[]): void {
  const extra = Object.keys(value).find((key) => key !== '$unknown' && key !== '$items');
  if (!isFaultCode(value['$unknown'])) {
    problems.push({
      pointer: pointer(...at),
      message: `${JSON.stringify(value['$unknown'])} is not a known fault code`,
    });
  } else if (extra !== undefined) {
    problems.push({ pointer: pointer(...at, extra), message: 'nothing else may stand beside $unknown' });
  } else if (Object.hasOwn(value, '$items')) {
    const items = value['$items'];
    const list = schema.type === 'array' ? schema : schema.anyOf?.find((option) => option.type === 'array');
    if (!isArray(items)) problems.push({ pointer: pointer(...at, '$items'), message: 'expected a list' });
    else if (list !== undefined) visit(list, items, at, problems);
    else if (schema.type !== undefined || schema.anyOf !== undefined) {
      problems.push({ pointer: pointer(...at), message: '$items may stand only where a list is expected' });
    }
  }
}

function visitObject(schema: Schema, value: JsonObject, at: Tokens, problems: FactsProblem[]): void {
  for (const name of schema.required ?? []) {
    if (!Object.hasOwn(value, name)) problems.push({ pointer: pointer(...at, name), message: 'is missing' });
  }
  for (const [name, member] of Object.entries(value)) {
    const declared =
      schema.properties !== undefined && Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
    const rest = schema.additionalProperties;
    if (declared !== undefined) visit(declared, member, [...at, name], problems);
    else if (typeof rest === 'object') visit(rest, member, [...at, name], problems);
    else if (rest === false) problems.push({ pointer: pointer(...at, name), message: 'is not declared in the schema' });
  }
}

function fitsFormat(format: NonNullable<Schema['format']>, text: string): boolean {
  switch (format) {
    case 'date-time':
      return isDateTime(text);
    case 'duration':
      return isDuration(text);
    case 'ip':
      return parseIp(text) !== undefined;
    case 'cidr':
      return parseCidr(text) !== undefined;
    case 'domain':
      return labelsOf(text) !== undefined;
    case 'version':
      return parseVersion(text) !== undefined;
    default: // base64
      return /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text);
  }
}

function kindOf(value: Json): string {
  if (value === null) return 'null';
  if (isArray(value)) return 'a list';
  switch (typeof value) {
    case 'object':
      return 'an object';
    case 'string':
      return 'text';
    case 'boolean':
      return String(value);
    default:
      return String(value);
  }
}
