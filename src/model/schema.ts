/** The subset of JSON Schema (2020-12) that describes raw evidence and facts, with short builders for it. */

export interface Schema {
  readonly type?: 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean' | 'null';
  readonly description?: string;
  readonly properties?: { readonly [name: string]: Schema };
  readonly required?: readonly string[];
  /** `false`: no other key; a schema: a map from any key to such values. */
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly enum?: readonly (string | number | boolean)[];
  /** For strings: `date-time` (RFC 3339 UTC), `duration` (365d, 36h), `ip`, `cidr`, `domain`, `version`, `base64`. */
  readonly format?: 'date-time' | 'duration' | 'ip' | 'cidr' | 'domain' | 'version' | 'base64';
  readonly anyOf?: readonly Schema[];
  /** In raw only: the engine replaces the value before the first write. */
  readonly 'x-redact'?: boolean;
  /** In facts only: an absent list is an empty list for `each`, `every` and `some` (facts/engine §2). */
  readonly 'x-optional-list'?: boolean;
}

type Extra = Omit<Schema, 'type' | 'properties' | 'items' | 'required'>;

/** An object. A name that ends in `?` is optional (may be absent); the others are required; no other key is allowed. */
export function object(properties: { readonly [name: string]: Schema }, extra: Extra = {}): Schema {
  const plain: { [name: string]: Schema } = {};
  const required: string[] = [];
  for (const [name, schema] of Object.entries(properties)) {
    if (name.endsWith('?')) {
      plain[name.slice(0, -1)] = schema;
    } else {
      plain[name] = schema;
      required.push(name);
    }
  }
  return { type: 'object', properties: plain, required, additionalProperties: false, ...extra };
}

/** A map from names that are data (header names, detector ids) to values of one shape. */
export function map(values: Schema, extra: Extra = {}): Schema {
  return { type: 'object', additionalProperties: values, ...extra };
}

export function list(items: Schema, extra: Extra = {}): Schema {
  return { type: 'array', items, ...extra };
}

export function string(extra: Extra = {}): Schema {
  return { type: 'string', ...extra };
}

export function oneOf(...values: readonly string[]): Schema {
  return { type: 'string', enum: values };
}

export function number(extra: Extra = {}): Schema {
  return { type: 'number', ...extra };
}

export function integer(extra: Extra = {}): Schema {
  return { type: 'integer', ...extra };
}

export function boolean(extra: Extra = {}): Schema {
  return { type: 'boolean', ...extra };
}

/** An instant: RFC 3339 in UTC. */
export function dateTime(extra: Extra = {}): Schema {
  return { type: 'string', format: 'date-time', ...extra };
}

/** Any JSON value: for raw whose form another party decides. Facts do not use it. */
export function anything(extra: Extra = {}): Schema {
  return extra;
}
