/** Redaction at the border: what the raw schema marks with `x-redact` is replaced before anything is written (law 5). */
import { faultIn } from '../model/facts.ts';
import { isArray, isObject, type Json } from '../model/json.ts';
import type { Schema } from '../model/schema.ts';

export const REDACTED = '[redacted]';

export interface Redacted {
  readonly raw: Json;
  readonly redactions: number;
}

export function redact(raw: Json, schema: Schema): Redacted {
  let redactions = 0;

  function walk(value: Json, part: Schema): Json {
    if (part['x-redact'] === true) {
      // Nothing there, or why it could not be asked: no value that could be secret
      if (value === null || value === REDACTED || isFaultOnly(value)) return value;
      redactions++;
      return REDACTED;
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

  return { raw: walk(raw, schema), redactions };
}

function isFaultOnly(value: Json): boolean {
  return (
    faultIn(value) !== undefined &&
    isObject(value) &&
    Object.keys(value).every((key) => key === '$fault' || key === 'message')
  );
}

function schemaOf(schema: Schema, key: string): Schema | undefined {
  const { properties, additionalProperties } = schema;
  if (properties !== undefined && Object.hasOwn(properties, key)) return properties[key];
  return typeof additionalProperties === 'object' ? additionalProperties : undefined;
}
