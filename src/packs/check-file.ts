/** One check file: shape, then meaning; every problem with its place (facts/engine §5). */
import type { Check, Each, Expr, Leaf } from '../model/check.ts';
import type { CollectorSchema } from '../model/collector.ts';
import type { Json } from '../model/json.ts';
import type { TargetKind } from '../model/target.ts';
import { partsOfSays } from '../judge/compile.ts';
import { OPERATIONS } from '../judge/operators.ts';
import { isDateTime } from '../judge/time.ts';
import { didYouMean } from '../model/nearest.ts';
import * as paths from './paths.ts';
import type { Problem } from './problem.ts';
import { profileKey } from './select.ts';
import { CHECK_SHAPE } from './shapes.ts';
import { shapeProblems } from './shape-errors.ts';
import { factTypes, typeProblem } from './types.ts';
import type { Path, YamlFile } from './yaml.ts';

/** Collector id to its schemas; `accepts` lets the loader refuse a target that the collector does not observe. */
export type Schemas = ReadonlyMap<string, CollectorSchema & { readonly accepts?: readonly TargetKind[] }>;

export interface CheckReading {
  /** Missing where the file has problems. */
  readonly check?: Check;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  /** The leaves whose operand a profile gives: they are judged when the profiles are known. */
  readonly operands: readonly ProfileOperand[];
}

export interface ProfileOperand {
  readonly key: string;
  readonly leaf: Leaf;
  readonly place: paths.PlaceInFacts | undefined;
  readonly at: Omit<Problem, 'message'>;
}

/** A check as it is written, after its shape was found good. */
interface Written extends Omit<Check, 'needs'> {
  readonly needs: string | readonly string[];
}

/** Reads a check from its file. `expectedId` is the id that the file's name demands. */
export function readCheck(file: YamlFile, schemas: Schemas, expectedId?: string): CheckReading {
  const shape = shapeProblems(CHECK_SHAPE, file);
  if (shape.length > 0) return { problems: shape, warnings: [], operands: [] };
  return new CheckReader(file, schemas).read(file.value as unknown as Written, expectedId);
}

/** Collects the problems of one file while it turns what is written into a check. */
class CheckReader {
  private readonly problems: Problem[] = [];
  private readonly warnings: Problem[] = [];
  private readonly operands: ProfileOperand[] = [];
  private readonly file: YamlFile;
  private readonly schemas: Schemas;

  constructor(file: YamlFile, schemas: Schemas) {
    this.file = file;
    this.schemas = schemas;
  }

  read(source: Written, expectedId: string | undefined): CheckReading {
    if (expectedId !== undefined && source.id !== expectedId) {
      this.report(['id'], `id "${source.id}" does not match the file name (${expectedId})`);
    }
    const needs = typeof source.needs === 'string' ? [source.needs] : source.needs;
    const scope = this.scope(source, needs);
    const check = scope === undefined ? { ...source, needs } : this.logic({ ...source, needs }, scope);
    this.examples(source);
    const { problems, warnings, operands } = this;
    return { problems, warnings, operands, ...(problems.length > 0 ? {} : { check }) };
  }

  private report(path: Path, message: string): void {
    this.problems.push({ file: this.file.name, ...this.file.at(path), message });
  }

  /** Where the paths of the check start; undefined where a collector is not known. */
  private scope(source: Written, needs: readonly string[]): paths.Scope | undefined {
    let known = true;
    for (const [index, id] of needs.entries()) {
      const schema = this.schemas.get(id);
      if (schema === undefined) {
        known = false;
        const at = typeof source.needs === 'string' ? ['needs'] : ['needs', index];
        this.report(at, `there is no collector "${id}"${didYouMean(id, this.schemas.keys())}`);
      } else if (schema.accepts?.includes(source.target) === false) {
        this.report(['target'], `collector "${id}" does not observe a target of kind ${source.target}`);
      }
    }
    return known ? paths.rootScope(needs, (id) => this.schemas.get(id)?.factsSchema ?? {}) : undefined;
  }

  /** Resolves every path and operator; loops learn from the schema whether absence is emptiness. */
  private logic(check: Check, root: paths.Scope): Check {
    const { each, subject, when, manualWhen, assert, severityWhen } = check;
    let scope = root;
    let optionalList = false;
    if (each !== undefined) {
      if (subject !== undefined) this.report(['subject'], 'subject stands inside each where there is one');
      const list = this.list(each.path, each.as, root, ['each', 'path'], ['each', 'as']);
      if (list === undefined) return check;
      scope = paths.withItem(root, each.as, list.items);
      optionalList = list.optional;
      this.eachPaths(each, scope);
    } else if (subject !== undefined) {
      this.textPath(subject, root, ['subject']);
    }
    const expression = (expr: Expr, ...at: Path): Expr => this.expression(expr, scope, at);
    for (const part of partsOfSays(check.says ?? ''))
      if (typeof part !== 'string') this.place(part.path, scope, ['says']);
    return {
      ...check,
      ...(each === undefined ? {} : { each: { ...each, ...(optionalList ? { optionalList } : {}) } }),
      ...(when === undefined ? {} : { when: expression(when, 'when') }),
      ...(manualWhen === undefined
        ? {}
        : { manualWhen: { ...manualWhen, when: expression(manualWhen.when, 'manualWhen', 'when') } }),
      assert: 'manual' in assert ? assert : expression(assert, 'assert'),
      ...(severityWhen === undefined
        ? {}
        : {
            severityWhen: severityWhen.map((rule, index) => ({
              ...rule,
              when: expression(rule.when, 'severityWhen', index, 'when'),
            })),
          }),
    };
  }

  private eachPaths(each: Each, scope: paths.Scope): void {
    this.textPath(each.subject, scope, ['each', 'subject']);
    if (each.location !== undefined) this.place(`${each.location}.file`, scope, ['each', 'location']);
    if (each.waiver !== undefined) this.place(`${each.waiver}.reason`, scope, ['each', 'waiver']);
  }

  private place(path: string, scope: paths.Scope, at: Path): paths.PlaceInFacts | undefined {
    const place = paths.resolvePath(scope, path);
    if (typeof place !== 'string') return place;
    this.report(at, place);
    return undefined;
  }

  private textPath(path: string, scope: paths.Scope, at: Path): void {
    const place = this.place(path, scope, at);
    if (place?.schemas.every((schema) => schema.type !== 'string') === true) this.report(at, `"${path}" is no text`);
  }

  private list(
    path: string,
    as: string,
    scope: paths.Scope,
    at: Path,
    asAt: Path,
  ): { readonly items: paths.PlaceInFacts; readonly optional: boolean } | undefined {
    if (paths.hides(scope, as)) this.report(asAt, `the name "${as}" hides a fact or a loop item of that name`);
    const place = this.place(path, scope, at);
    if (place === undefined) return undefined;
    const items = paths.itemsOf(place, path);
    if (typeof items !== 'string') return { items, optional: paths.isOptionalList(place) };
    this.report(at, items);
    return undefined;
  }

  private expression(expr: Expr, scope: paths.Scope, at: Path): Expr {
    const part = (child: Expr, ...steps: Path): Expr => this.expression(child, scope, [...at, ...steps]);
    if ('all' in expr) return { all: expr.all.map((child, index) => part(child, 'all', index)) };
    if ('any' in expr) return { any: expr.any.map((child, index) => part(child, 'any', index)) };
    if ('path' in expr) return this.leaf(expr, scope, at);
    const [key, path] = 'every' in expr ? (['every', expr.every] as const) : (['some', expr.some] as const);
    const list = this.list(path, expr.as, scope, [...at, key], [...at, 'as']);
    if (list === undefined) return expr;
    const inner = paths.withItem(scope, expr.as, list.items);
    const loop = {
      ...expr,
      satisfies: this.expression(expr.satisfies, inner, [...at, 'satisfies']),
      ...(list.optional ? { optionalList: true as const } : {}),
    };
    // `onEmpty: true` without quotes is a boolean in YAML
    return 'every' in loop ? { ...loop, onEmpty: isTrue(loop.onEmpty) ? 'true' : 'false' } : loop;
  }

  private leaf(source: Leaf, scope: paths.Scope, at: Path): Leaf {
    const written: Json | undefined = source.value;
    const leaf: Leaf = { ...source, value: written ?? null };
    const place = this.place(leaf.path, scope, [...at, 'path']);
    if (leaf.caseless !== undefined && !['eq', 'ne', 'in', 'none-in'].includes(leaf.op)) {
      this.report([...at, 'caseless'], `caseless has no meaning for ${leaf.op}`);
    }
    if (leaf.future !== undefined && leaf.op !== 'within') {
      this.report([...at, 'future'], `future has no meaning for ${leaf.op}`);
    }
    const key = profileKey(leaf.value);
    if (key !== undefined) {
      this.operands.push({ key, leaf, place, at: { file: this.file.name, ...this.file.at([...at, 'value']) } });
      return leaf;
    }
    const wrong = leafProblem(leaf, place);
    if (wrong !== undefined) this.report([...at, wrong.at], wrong.message);
    const asksNoType = leaf.op === 'present' || leaf.op === 'absent' || leaf.op === 'count';
    const type = asksNoType && place !== undefined ? factTypes(place) : undefined;
    return type === undefined ? leaf : { ...leaf, type };
  }

  private examples(source: Written): void {
    const statuses = new Set<string>();
    for (const [index, { expect, asOf }] of source.examples.entries()) {
      for (const status of typeof expect === 'string' ? [expect] : Object.values(expect)) statuses.add(status);
      if (asOf !== undefined && !isDateTime(asOf)) {
        this.report(['examples', index, 'asOf'], `"${asOf}" is no instant such as 2026-01-01T00:00:00Z`);
      }
    }
    const at = { file: this.file.name, ...this.file.keyAt(['examples']) };
    const lacks = (status: string): boolean => !statuses.has(status);
    const message = (status: string): string => `there is no example that is expected to be ${status}`;
    const manual = 'manual' in source.assert;
    for (const status of (manual ? ['manual'] : ['pass', 'fail']).filter(lacks)) {
      this.problems.push({ ...at, message: message(status) });
    }
    const wanted = [...(manual ? [] : ['error']), ...(source.when === undefined ? [] : ['not-applicable'])];
    for (const status of wanted.filter(lacks)) this.warnings.push({ ...at, message: message(status) });
  }
}

function isTrue(value: Json): boolean {
  return value === true || value === 'true';
}

/** What is wrong with the operand of a leaf, or with its operator over such a fact. */
export function leafProblem(
  leaf: Leaf,
  place: paths.PlaceInFacts | undefined,
): { readonly at: 'value' | 'op'; readonly message: string } | undefined {
  const prepared = OPERATIONS[leaf.op](leaf.value, { asOf: 0, caseless: leaf.caseless, future: leaf.future });
  if (typeof prepared === 'string') return { at: 'value', message: `the value of ${leaf.op} ${prepared}` };
  const type = place === undefined ? undefined : typeProblem(leaf, place);
  return type === undefined ? undefined : { at: 'op', message: type };
}
