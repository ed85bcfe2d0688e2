/** Checks: one requirement each, as data (ARCHITECTURE §3, §6; facts/engine §3). */
import type { Json, JsonObject } from './json.ts';
import type { TargetKind } from './target.ts';

export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

export const STATUSES = ['pass', 'fail', 'error', 'not-applicable', 'manual'] as const;
export type Status = (typeof STATUSES)[number];

export const OPERATORS = [
  'eq',
  'ne',
  'in',
  'none-in',
  'gt',
  'gte',
  'lt',
  'lte',
  'between',
  'count',
  'contains',
  'contains-none',
  'contains-all',
  'subset-of',
  'superset-of',
  'disjoint',
  'matches',
  'starts-with',
  'ends-with',
  'before',
  'after',
  'within',
  'in-cidr',
  'none-in-cidr',
  'domain-within',
  'version-gte',
  'version-lt',
  'present',
  'absent',
] as const;
export type Operator = (typeof OPERATORS)[number];

/** The JSON type that the facts schema declares; of a list with that of its items. */
export type FactType = ItemType | 'array' | `array of ${ItemType}`;
export type ItemType = 'string' | 'number' | 'boolean' | 'object';

/** One comparison. `value` may be `{ $profile: KEY }` in a file; the loader puts the profile's value there. */
export interface Leaf {
  readonly path: string;
  readonly op: Operator;
  readonly value: Json;
  readonly why?: string;
  /** Strings are compared without ASCII case (eq, ne, in, none-in). */
  readonly caseless?: boolean;
  /** `within` accepts instants after asOf too. */
  readonly future?: boolean;
  /** Set by the loader for operators that themselves ask for no type (present, absent, count): a fact of another is unknown. */
  readonly type?: readonly FactType[];
}

export type Expr =
  | { readonly all: readonly Expr[] }
  | { readonly any: readonly Expr[] }
  | {
      readonly every: string;
      readonly as: string;
      readonly satisfies: Expr;
      readonly onEmpty: 'true' | 'false';
      /** Set by the loader from `x-optional-list`: here an absent list is an empty one. */
      readonly optionalList?: true;
    }
  | { readonly some: string; readonly as: string; readonly satisfies: Expr; readonly optionalList?: true }
  | Leaf;

export interface Each {
  readonly path: string;
  readonly as: string;
  /** Path to a string: `key.arn`, or `key` where the items are strings. */
  readonly subject: string;
  /** `silent` yields no result at all and passes faults over in silence (detectors: `secret.none` speaks for them). */
  readonly onEmpty: 'pass' | 'fail' | 'not-applicable' | 'silent';
  /** Path to `{ file, line, column, commit? }`. */
  readonly location?: string;
  /** Path to an inline waiver `{ id, reason }` that the source itself carries. */
  readonly waiver?: string;
  /** Set by the loader from `x-optional-list`: here an absent list is an empty one. */
  readonly optionalList?: true;
}

export interface Reference {
  readonly spec: string;
  readonly section?: string;
  readonly url?: string;
}

export interface Example {
  readonly facts: JsonObject;
  readonly expect: Status | { readonly [subject: string]: Status };
  /** RFC 3339; default 2026-01-01T00:00:00Z. */
  readonly asOf?: string;
  /** What the example shows, for the documentation. */
  readonly title?: string;
}

export interface Check {
  readonly id: string;
  readonly version: number;
  readonly title: string;
  readonly severity: Severity;
  /** One collector: paths start at its facts; several: at the collector's id. */
  readonly needs: readonly string[];
  readonly target: TargetKind;
  /** Path to the string that names what the result is about; default: the target. Not together with `each`. */
  readonly subject?: string;
  readonly each?: Each;
  readonly severityWhen?: readonly { readonly when: Expr; readonly severity: Severity }[];
  readonly references: readonly Reference[];
  /** Why it matters, for a lay reader. */
  readonly description?: string;
  /**
   * What a fail says in place of the operands, with facts in braces: `{leak.excerpt} on line {leak.location.line}`. A list is said item
   * by item. Where one of them is neither a value nor a list of some, the operands speak: explaining can never change a verdict.
   */
  readonly says?: string;
  readonly when?: Expr;
  /** Where this holds, only a person can tell: the result is `manual`, with this question. */
  readonly manualWhen?: { readonly when: Expr; readonly manual: string };
  readonly assert: Expr | { readonly manual: string };
  readonly remediation: string;
  readonly examples: readonly Example[];
  /** Runs only when `--checks` or a profile names it (a call a resource at a low quota). */
  readonly deep?: boolean;
  /** Set by the loader on a check specialised for a profile: its subject ends in `@NAME`. */
  readonly profile?: string;
}
