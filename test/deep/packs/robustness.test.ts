/** Mutated facts through every check of ours: what is spoilt or forgotten never makes a pass (facts/engine §10). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Check, Expr } from '../../../src/model/check.ts';
import { isArray, isObject, type Json, type JsonObject } from '../../../src/model/json.ts';
import { judgeExample } from '../../../src/packs/examples.ts';
import { resolvePath, rootScope } from '../../../src/packs/paths.ts';
import type { Schemas } from '../../../src/packs/check-file.ts';
import { judgeVariants, ownPack } from '../../support/packs.ts';

type Place = readonly string[];

/** What a check looks at in the facts of an example. */
interface Sight {
  /** Every place on the way to a fact that is read, down to the second item of each list. */
  readonly places: readonly Place[];
  /** The places of which the check asks whether they are absent, and lists that may be. */
  readonly absences: readonly Place[];
}

function sightOf(check: Check, facts: JsonObject): Sight {
  const places = new Map<string, Place>();
  const absences: Place[] = [];
  const note = (place: Place): void => {
    for (let length = 1; length <= place.length; length += 1) {
      const prefix = place.slice(0, length);
      places.set(prefix.join('\u0000'), prefix);
    }
  };
  const resolve = (path: string, items: ReadonlyMap<string, Place>): Place => {
    const [first = '', ...rest] = path.split('.');
    const place = [...(items.get(first) ?? [first]), ...rest];
    note(place);
    return place;
  };
  const itemsOf = (list: Place): Place[] => {
    const value = valueAt(facts, list);
    const [items, at] =
      isObject(value) && isArray(value['$items']) ? [value['$items'], [...list, '$items']] : [value, list];
    return isArray(items) ? [...items.slice(0, 2).keys()].map((index) => [...at, String(index)]) : [];
  };
  const walk = (expr: Expr, items: ReadonlyMap<string, Place>): void => {
    if ('all' in expr) for (const part of expr.all) walk(part, items);
    else if ('any' in expr) for (const part of expr.any) walk(part, items);
    else if ('path' in expr) {
      const place = resolve(expr.path, items);
      if (expr.op === 'absent') absences.push(place);
    } else {
      const list = resolve('every' in expr ? expr.every : expr.some, items);
      if (expr.optionalList === true) absences.push(list);
      for (const item of itemsOf(list)) {
        note(item);
        walk(expr.satisfies, new Map(items).set(expr.as, item));
      }
    }
  };
  const walkAll = (items: ReadonlyMap<string, Place>): void => {
    const exprs = [check.when, check.manualWhen?.when, 'manual' in check.assert ? undefined : check.assert];
    for (const expr of exprs) if (expr !== undefined) walk(expr, items);
  };
  const { each } = check;
  if (each === undefined) walkAll(new Map());
  else {
    const list = resolve(each.path, new Map());
    if (each.optionalList === true) absences.push(list);
    for (const item of itemsOf(list)) walkAll(new Map([[each.as, item]]));
  }
  return { places: [...places.values()], absences };
}

function valueAt(facts: Json, place: Place): Json | undefined {
  let value: Json | undefined = facts;
  for (const token of place) {
    if (isArray(value)) value = value[Number(token)];
    else value = isObject(value) && Object.hasOwn(value, token) ? value[token] : undefined;
  }
  return value;
}

/** The facts with another value at a place; `undefined` takes it away. */
function replaced(value: Json, place: Place, by: Json | undefined): Json {
  const [token = '', ...rest] = place;
  if (isArray(value)) {
    if (rest.length === 0 && by === undefined) return value.filter((_, index) => String(index) !== token);
    return value.map((item, index) =>
      String(index) !== token ? item : rest.length === 0 ? (by ?? null) : replaced(item, rest, by),
    );
  }
  if (!isObject(value)) return value;
  if (rest.length > 0) {
    const member = Object.hasOwn(value, token) ? value[token] : undefined;
    return member === undefined ? value : { ...value, [token]: replaced(member, rest, by) };
  }
  const { [token]: _, ...others } = value;
  return by === undefined ? others : { ...others, [token]: by };
}

const HOSTILE = JSON.parse('{"__proto__": {"valid": true}, "constructor": true}') as Json;

/** What may stand where a value was expected, and is of another type than it. */
function wrongTypes(value: Json | undefined): Json[] {
  const wrong: Json[] = [null];
  if (typeof value !== 'number') wrong.push(7);
  if (typeof value !== 'boolean') wrong.push(true, false);
  if (typeof value !== 'string') wrong.push('text');
  if (!isArray(value)) wrong.push([], [[]]);
  if (!isObject(value)) wrong.push({}, HOSTILE);
  if (isArray(value)) wrong.push([[]], [null], ...(value[0] === undefined || isObject(value[0]) ? [] : [[HOSTILE]]));
  return wrong.filter((item) => !(isArray(item) && item.length === 0 && isArray(value)));
}

interface Mutation {
  readonly name: string;
  readonly facts: JsonObject;
}

function mutationsOf(facts: JsonObject, place: Place): Mutation[] {
  const value = valueAt(facts, place);
  const make = (name: string, by: Json): Mutation => ({
    name: `${place.join('.')} ${name}`,
    facts: replaced(facts, place, by) as JsonObject,
  });
  const found = [make('unknown', { $unknown: 'evidence.missing' })];
  // A value that is not there has no type that could be wrong: the example observed its absence
  if (value === undefined || (isObject(value) && Object.hasOwn(value, '$unknown'))) return found;
  for (const wrong of wrongTypes(value)) found.push(make(`as ${JSON.stringify(wrong)}`, wrong));
  found.push(make('as 1 MB of text', LONG));
  if (isArray(value)) found.push(make('known in part', { $items: value, $unknown: 'aws.throttled' }));
  return found;
}

const LONG = 'x'.repeat(1_000_000);

/** Judges every mutation of every example, and names those that pass where the example did not. */
async function falsePasses(mutate: (check: Check, facts: JsonObject, schemas: Schemas) => Mutation[]) {
  const { reading, schemas } = await ownPack();
  const { profiles, checks } = reading.pack;
  const found = new Set<string>();
  let tried = 0;
  for (const check of checks) {
    for (const example of check.examples) {
      const before = new Map(judgeExample(check, example, profiles).map(({ subject, status }) => [subject, status]));
      const wasPass = [...before.values()].every((status) => status === 'pass');
      const mutations = mutate(check, example.facts, schemas);
      const after = judgeVariants(
        check,
        example,
        mutations.map(({ facts }) => facts),
        profiles,
      );
      for (const [index, verdicts] of after.entries()) {
        for (const { subject, status, fault, message } of verdicts) {
          tried += 1;
          const name = `${check.id}: ${mutations[index]?.name ?? ''}`;
          assert.notEqual(fault?.code, 'engine.bug', `${name}: ${message}`);
          const was = before.get(subject);
          // A subject that lost its name stands for one of those that there were
          if (status === 'pass' && was !== 'pass' && !(was === undefined && wasPass))
            found.add(`${name} (was ${was ?? 'no result'})`);
        }
      }
    }
  }
  return { found: [...found], tried };
}

test('ignorance, wrong types, prototypes and endless text never make a pass, in any fact that any check reads', async () => {
  const { found, tried } = await falsePasses((check, facts) =>
    sightOf(check, facts).places.flatMap((place) => mutationsOf(facts, place)),
  );

  assert.ok(tried > 5000, String(tried));
  assert.deepEqual(found, []);
});

test('absence makes a pass only where the schema allows it and the check asks for it', async () => {
  const { found, tried } = await falsePasses((check, facts, schemas) => {
    const { places, absences } = sightOf(check, facts);
    const scope = rootScope(check.needs, (id) => schemas.get(id)?.factsSchema ?? {});
    return places
      .filter((place) => valueAt(facts, place) !== undefined && !place.some((token) => /^\d+$/.test(token)))
      .filter((place) => {
        const declared = resolvePath(scope, place.join('.'));
        return typeof declared !== 'string' && declared.optional;
      })
      .filter((place) => !absences.some((asked) => place.every((token, index) => asked[index] === token)))
      .map((place) => ({ name: `${place.join('.')} absent`, facts: replaced(facts, place, undefined) as JsonObject }));
  });

  assert.ok(tried > 100, String(tried));
  assert.deepEqual(found, []);
});
