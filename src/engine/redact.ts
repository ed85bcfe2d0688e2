/** Redaction at the border: what the raw schema marks with `x-redact` is replaced before anything is written (law 5). */
import { faultIn } from '../model/facts.ts';
import { FAULTS } from '../model/fault.ts';
import { isArray, isObject, type Json } from '../model/json.ts';
import type { Schema } from '../model/schema.ts';

const REDACTED = '[redacted]';
/** Collectors that redact a part of a text themselves leave one of these in its place. */
const MARK = /\[(?:redacted|[0-9]{1,9} octets)\]/g;

export interface Redacted {
  readonly raw: Json;
  /** The places in raw where a value was taken out, by the schema or by the collector. */
  readonly redactions: number;
}

/** Whether a schema marks anything at all; most have nothing to hide, and their raw need not be copied. */
function marksAnything(schema: Schema): boolean {
  const known = marking.get(schema);
  if (known !== undefined) return known;
  const { properties, additionalProperties, items, anyOf } = schema;
  const parts = [
    ...Object.values(properties ?? {}),
    ...(typeof additionalProperties === 'object' ? [additionalProperties] : []),
    ...(items === undefined ? [] : [items]),
    ...(anyOf ?? []),
  ];
  const marks = schema['x-redact'] === true || parts.some(marksAnything);
  marking.set(schema, marks);
  return marks;
}

const marking = new WeakMap<Schema, boolean>();

export function redact(raw: Json, schema: Schema): Redacted {
  if (!marksAnything(schema)) return { raw, redactions: marksIn(raw) };
  function walk(value: Json, part: Schema): Json {
    if (part['x-redact'] === true) {
      if (value === null || value === REDACTED) return value;
      // Why it could not be asked is no secret; the words beside it may come from outside, and are ours then
      const code = faultIn(value);
      return code === undefined ? REDACTED : { $fault: code, message: FAULTS[code].title };
    }
    let walked = value;
    if (isArray(walked)) {
      const { items } = part;
      if (items !== undefined) walked = walked.map((item) => walk(item, items));
    } else if (isObject(walked)) {
      walked = Object.fromEntries(
        Object.entries(walked).map(([key, member]) => {
          const inner = schemaOf(part, key);
          return [key, inner === undefined ? member : walk(member, inner)];
        }),
      );
    }
    // Whichever branch was meant: what one of them marks is gone
    for (const branch of part.anyOf ?? []) walked = walk(walked, branch);
    return walked;
  }

  const redacted = walk(raw, schema);
  return { raw: redacted, redactions: marksIn(redacted) };
}

function marksIn(value: Json): number {
  if (typeof value === 'string') return value.includes('[') ? (value.match(MARK)?.length ?? 0) : 0;
  let marks = 0;
  if (isArray(value)) for (const item of value) marks += marksIn(item);
  else if (isObject(value)) for (const member of Object.values(value)) marks += marksIn(member);
  return marks;
}

function schemaOf(schema: Schema, key: string): Schema | undefined {
  const { properties, additionalProperties } = schema;
  if (properties !== undefined && Object.hasOwn(properties, key)) return properties[key];
  return typeof additionalProperties === 'object' ? additionalProperties : undefined;
}
