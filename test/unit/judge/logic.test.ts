/** Three-valued logic, exhaustively, and the property that ignorance never makes a pass (facts/engine §2). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Expr } from '../../../src/model/check.ts';
import { isArray, isObject, type Json, type JsonObject } from '../../../src/model/json.ts';
import { evaluate } from '../../../src/judge/evaluate.ts';
import { compileCheck } from '../../../src/judge/compile.ts';
import type { Truth } from '../../../src/judge/truth.ts';
import { checkOf, judgeExpr } from '../../support/judging.ts';

const TRUTHS: readonly Truth[] = [true, false, 'unknown'];
const FACTS: { readonly [truth: string]: Json } = { true: 1, false: 0, unknown: { $unknown: 'dns.timeout' } };
const OUTCOME: { readonly [truth: string]: string } = { true: 'pass', false: 'fail', unknown: 'dns.timeout' };

const leaf = (path: string): Expr => ({ path, op: 'eq', value: 1 });
const outcome = (truth: Truth): string => OUTCOME[String(truth)] ?? '';
const fact = (truth: Truth): Json => FACTS[String(truth)] ?? null;

/** By the definition, not by the code under test: minimum and maximum over false < unknown < true. */
function rank(truth: Truth): number {
  return truth === false ? 0 : truth === true ? 2 : 1;
}

function triples(): Truth[][] {
  return TRUTHS.flatMap((a) => TRUTHS.flatMap((b) => TRUTHS.map((c) => [a, b, c])));
}

test('all, any, every and some over three parts are the minimum and the maximum, in all 27 cases', () => {
  for (const triple of triples()) {
    const [a = false, b = false, c = false] = triple;
    const facts = { a: fact(a), b: fact(b), c: fact(c), list: triple.map((truth) => ({ v: fact(truth) })) };
    const parts = [leaf('a'), leaf('b'), leaf('c')];
    const least = triple.toSorted((x, y) => rank(x) - rank(y))[0] ?? false;
    const most = triple.toSorted((x, y) => rank(y) - rank(x))[0] ?? false;
    const name = triple.map(String).join(' ');

    assert.equal(judgeExpr({ all: parts }, facts), outcome(least), `all ${name}`);
    assert.equal(judgeExpr({ any: parts }, facts), outcome(most), `any ${name}`);
    const every: Expr = { every: 'list', as: 'item', satisfies: leaf('item.v'), onEmpty: 'false' };
    assert.equal(judgeExpr(every, facts), outcome(least), `every ${name}`);
    assert.equal(
      judgeExpr({ some: 'list', as: 'item', satisfies: leaf('item.v') }, facts),
      outcome(most),
      `some ${name}`,
    );
  }
});

test('nested groups keep the table', () => {
  for (const triple of triples()) {
    const [a = false, b = false, c = false] = triple;
    const facts = { a: fact(a), b: fact(b), c: fact(c) };
    const both = rank(a) < rank(b) ? a : b;
    const expected = rank(both) > rank(c) ? both : c;

    assert.equal(judgeExpr({ any: [{ all: [leaf('a'), leaf('b')] }, leaf('c')] }, facts), outcome(expected));
  }
});

test('loops over empty, absent, unknown and partial lists', () => {
  const every = (onEmpty: 'true' | 'false', optionalList?: true): Expr => ({
    every: 'list',
    as: 'item',
    satisfies: leaf('item'),
    onEmpty,
    ...(optionalList === undefined ? {} : { optionalList }),
  });
  const some: Expr = { some: 'list', as: 'item', satisfies: leaf('item') };
  const partial = (...items: Json[]): JsonObject => ({ list: { $items: items, $unknown: 'aws.throttled' } });
  const table: readonly (readonly [Expr, JsonObject, string])[] = [
    [every('true'), { list: [] }, 'pass'],
    [every('false'), { list: [] }, 'fail'],
    [some, { list: [] }, 'fail'],
    [every('true'), {}, 'fail'],
    [every('false'), {}, 'fail'],
    [every('true', true), {}, 'pass'],
    [every('false', true), {}, 'fail'],
    [some, {}, 'fail'],
    [every('true'), { list: { $unknown: 'dns.timeout' } }, 'dns.timeout'],
    [every('false'), { list: { $unknown: 'dns.timeout' } }, 'dns.timeout'],
    [some, { list: { $unknown: 'dns.timeout' } }, 'dns.timeout'],
    [every('true'), partial(1, 1), 'aws.throttled'],
    [every('true'), partial(1, 0), 'fail'],
    [every('true'), partial(), 'aws.throttled'],
    [some, partial(0, 1), 'pass'],
    [some, partial(0), 'aws.throttled'],
    [some, partial(), 'aws.throttled'],
    [every('true'), { list: 'x' }, 'engine.type'],
    [every('true'), { list: { a: 1 } }, 'engine.type'],
    [some, { list: 7 }, 'engine.type'],
    [every('true'), { list: null }, 'engine.type'],
  ];

  for (const [expr, facts, expected] of table) {
    assert.equal(judgeExpr(expr, facts), expected, JSON.stringify([expr, facts]));
  }
});

test('paths: below absent is absent, below unknown is unknown, through another type is unknown', () => {
  const at = (op: 'present' | 'absent'): Expr => ({ path: 'a.b.c', op, value: null });
  const table: readonly (readonly [JsonObject, string, string])[] = [
    [{}, 'fail', 'pass'],
    [{ a: {} }, 'fail', 'pass'],
    [{ a: { b: {} } }, 'fail', 'pass'],
    [{ a: { b: { c: 0 } } }, 'pass', 'fail'],
    [{ a: { $unknown: 'dns.servfail' } }, 'dns.servfail', 'dns.servfail'],
    [{ a: { b: { $unknown: 'dns.servfail' } } }, 'dns.servfail', 'dns.servfail'],
    [{ a: { b: { c: { $unknown: 'dns.servfail' } } } }, 'dns.servfail', 'dns.servfail'],
    [{ a: 'text' }, 'engine.type', 'engine.type'],
    [{ a: [{ b: 1 }] }, 'engine.type', 'engine.type'],
    [{ a: { b: null } }, 'engine.type', 'engine.type'],
    [{ a: { b: { c: null } } }, 'engine.type', 'engine.type'],
    [{ a: { $items: [], $unknown: 'dns.servfail' } }, 'engine.type', 'engine.type'],
  ];

  for (const [facts, present, absent] of table) {
    assert.equal(judgeExpr(at('present'), facts), present, `present ${JSON.stringify(facts)}`);
    assert.equal(judgeExpr(at('absent'), facts), absent, `absent ${JSON.stringify(facts)}`);
  }
});

test('members of the prototype are not facts', () => {
  for (const path of ['constructor', 'toString', '__proto__', 'hasOwnProperty', '__proto__.x', 'constructor.name']) {
    assert.equal(judgeExpr({ path, op: 'present', value: null }, {}), 'fail', path);
  }
  const hostile = JSON.parse('{"__proto__": {"f": 1}, "constructor": {"f": 1}}') as JsonObject;
  assert.equal(judgeExpr({ path: 'f', op: 'present', value: null }, hostile), 'fail');
});

const atom: fc.Arbitrary<Expr> = fc.oneof(
  fc.constantFrom<Expr>(
    { path: 'n', op: 'gte', value: 2 },
    { path: 's', op: 'in', value: ['a', 'b'] },
    { path: 's', op: 'ne', value: 'a' },
    { path: 'l', op: 'contains', value: 'a' },
    { path: 'l', op: 'contains-none', value: ['a'] },
    { path: 'l', op: 'subset-of', value: ['a', 'b'] },
    { path: 'l', op: 'disjoint', value: ['b'] },
    { path: 'l', op: 'count', value: { lte: 1 } },
    { path: 'o.k', op: 'present', value: null },
    { path: 'o.k', op: 'absent', value: null },
    { every: 'os', as: 'i', satisfies: { path: 'i.k', op: 'eq', value: 1 }, onEmpty: 'true' },
    { some: 'os', as: 'i', satisfies: { path: 'i.k', op: 'ne', value: 1 } },
  ),
);
const { expression } = fc.letrec<{ expression: Expr }>((tie) => ({
  expression: fc.oneof(
    { depthSize: 'small' },
    atom,
    fc.array(tie('expression'), { minLength: 1, maxLength: 3 }).map((all) => ({ all })),
    fc.array(tie('expression'), { minLength: 1, maxLength: 3 }).map((any) => ({ any })),
  ),
}));
const facts = fc.record({
  n: fc.integer({ min: 0, max: 4 }),
  s: fc.constantFrom('a', 'b', 'c'),
  l: fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 }),
  o: fc.oneof(fc.constant({}), fc.constant({ k: 1 })),
  os: fc.array(fc.record({ k: fc.integer({ min: 0, max: 2 }) }), { maxLength: 3 }),
});

function truthOf(expr: Expr, value: Json): Truth {
  const compiled = compileCheck(checkOf({ assert: expr }), 0);
  if (compiled.assert.is === 'manual') throw new Error('not an expression');
  return evaluate(compiled.assert, [value, ...compiled.frame.slice(1)]);
}

/** Every way to forget one thing in a value: the whole, a member, an item, the tail of a list. */
function forgotten(value: Json): Json[] {
  const unknown: Json = { $unknown: 'evidence.missing' };
  const ways: Json[] = [unknown];
  if (isArray(value)) {
    for (const [index, item] of value.entries()) {
      for (const less of forgotten(item)) ways.push(value.with(index, less));
      ways.push({ $items: value.filter((_, other) => other !== index), $unknown: 'evidence.missing' });
    }
    ways.push({ $items: value, $unknown: 'evidence.missing' });
  } else if (isObject(value)) {
    for (const [key, member] of Object.entries(value)) {
      for (const less of forgotten(member)) ways.push({ ...value, [key]: less });
    }
  }
  return ways;
}

test('forgetting any part of the facts never turns one certain answer into the other, and never makes certain', () => {
  fc.assert(
    fc.property(expression, facts, (expr, value) => {
      const before = truthOf(expr, value);
      for (const less of forgotten(value)) {
        const after = truthOf(expr, less);
        assert.ok(
          after === 'unknown' || after === before,
          `${String(before)} became ${String(after)}: ${JSON.stringify(less)}`,
        );
      }
    }),
    { numRuns: 300 },
  );
});
