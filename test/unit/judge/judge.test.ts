/** Checks over observations: subjects, statuses, reasons, evidence, messages, and what a hostile fact cannot do. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { canonicalJson } from '../../../src/model/canonical.ts';
import type { Check, Expr } from '../../../src/model/check.ts';
import type { Json, JsonObject } from '../../../src/model/json.ts';
import { actualOf } from '../../../src/judge/actual.ts';
import { judge, type Observation } from '../../../src/judge/judge.ts';
import { AS_OF, checkOf, judgeFacts, outcomeOf, seen, TARGET } from '../../support/judging.ts';

const holds: Expr = { path: 'ok', op: 'eq', value: true };

test('assert decides pass, fail and error; a false when is not-applicable, an unknown one an error', () => {
  const check = checkOf({ when: { path: 'on', op: 'eq', value: true }, assert: holds });
  const unknown = { $unknown: 'dns.timeout' };
  const table: readonly (readonly [JsonObject, string])[] = [
    [{ on: true, ok: true }, 'pass'],
    [{ on: true, ok: false }, 'fail'],
    [{ on: true }, 'fail'],
    [{ on: true, ok: unknown }, 'dns.timeout'],
    [{ on: false, ok: true }, 'not-applicable'],
    [{ ok: true }, 'not-applicable'],
    [{ on: unknown, ok: true }, 'dns.timeout'],
    [{ on: 'true', ok: true }, 'engine.type'],
  ];

  for (const [facts, expected] of table) {
    assert.equal(outcomeOf(judgeFacts(check, facts)), expected, JSON.stringify(facts));
  }
});

test('a job that failed, or never ran, is an error with its own message, whatever the check asks', () => {
  for (const op of ['present', 'absent'] as const) {
    const check = checkOf({ assert: { path: 'a', op, value: null } });
    const fault = { code: 'dns.servfail', message: 'ns1.example answered SERVFAIL' };

    const [failed] = judge([check], [{ target: TARGET, collectors: { x: { is: 'fault', id: 'ev-1', fault } } }], AS_OF);
    const [never] = judge([check], [{ target: TARGET, collectors: {} }], AS_OF);

    assert.deepEqual(failed?.fault, fault);
    assert.equal(failed?.reasons[0]?.evidence, 'ev-1');
    assert.match(failed?.message ?? '', /ns1\.example answered SERVFAIL \(dns\.servfail\)/);
    assert.equal(never?.fault?.code, 'engine.not-run');
    assert.equal(never?.reasons[0]?.evidence, '');
  }
});

test('a derived endpoint that refuses the connection is not judged; one that the user named is an error', () => {
  const fault = { code: 'net.refused', message: 'refused' };
  const target = { kind: 'endpoint', id: 'endpoint:h:25/smtp', labels: {} } as const;
  const check = checkOf({ assert: holds, target: 'endpoint' });
  const collectors = { x: { is: 'fault', id: 'ev-1', fault } } as const;

  const [derived] = judge([check], [{ target: { ...target, parent: 'domain:h' }, collectors }], AS_OF);
  const [named] = judge([check], [{ target, collectors }], AS_OF);
  const slow = { x: { is: 'fault', id: 'ev-1', fault: { code: 'net.timeout', message: '' } } } as const;
  const [late] = judge([check], [{ target: { ...target, parent: 'domain:h' }, collectors: slow }], AS_OF);

  assert.equal(derived?.status, 'not-applicable');
  assert.match(derived.message, /nothing listens/);
  assert.equal(derived.subject, 'h:25/smtp');
  assert.equal(named?.fault?.code, 'net.refused');
  assert.equal(late?.fault?.code, 'net.timeout');
});

test('several collectors: paths start at their ids, and one fault leaves the other facts known', () => {
  const check = checkOf({
    needs: ['dns', 'tls'],
    assert: {
      any: [
        { path: 'dns.ok', op: 'eq', value: true },
        { path: 'tls.ok', op: 'eq', value: true },
      ],
    },
  });
  const fault = { is: 'fault', id: 'ev-2', fault: { code: 'tls.timeout', message: 'slow' } } as const;

  const [verdict] = judge([check], [{ target: TARGET, collectors: { dns: seen({ ok: true }), tls: fault } }], AS_OF);
  const [other] = judge([check], [{ target: TARGET, collectors: { dns: seen({ ok: false }), tls: fault } }], AS_OF);

  assert.equal(verdict?.status, 'pass');
  assert.deepEqual(
    verdict.reasons.map(({ path }) => path),
    ['dns.ok'],
  );
  assert.equal(other?.fault?.code, 'tls.timeout');
});

const each = (onEmpty: 'pass' | 'fail' | 'not-applicable' | 'silent', extra: Partial<Check> = {}): Check =>
  checkOf({
    each: { path: 'keys', as: 'key', subject: 'key.arn', onEmpty },
    assert: { path: 'key.on', op: 'eq', value: true },
    ...extra,
  });

function statuses(check: Check, facts: Json): { readonly [subject: string]: string } {
  return Object.fromEntries(
    judgeFacts(check, facts).map((verdict) => [verdict.subject, verdict.fault?.code ?? verdict.status]),
  );
}

test('each: one verdict an item, named by its subject; equal subjects are told apart in the order of the list', () => {
  const facts = {
    keys: [
      { arn: 'b', on: true },
      { arn: 'a', on: false },
      { arn: 'a', on: true },
      { arn: 'c', on: { $unknown: 'aws.throttled' } },
      { on: true },
      { arn: { $unknown: 'aws.timeout' }, on: false },
    ],
  };

  const found = statuses(each('pass'), facts);

  assert.deepEqual(found, {
    a: 'fail',
    'a~2': 'pass',
    b: 'pass',
    c: 'aws.throttled',
    'example.com#5': 'pass',
    'example.com#6': 'fail',
  });
});

test('each over nothing: what empty means, and that an absent list is empty only where the schema says so', () => {
  for (const [onEmpty, expected] of [
    ['pass', 'pass'],
    ['fail', 'fail'],
    ['not-applicable', 'not-applicable'],
  ] as const) {
    assert.deepEqual(statuses(each(onEmpty), { keys: [] }), { 'example.com': expected });
  }
  assert.deepEqual(statuses(each('silent'), { keys: [] }), {});
  assert.deepEqual(statuses(each('pass'), {}), { 'example.com': 'fail' });
  assert.deepEqual(statuses(each('not-applicable'), {}), { 'example.com': 'not-applicable' });
  const optional = each('pass');
  const { each: loop } = optional;
  assert.deepEqual(statuses({ ...optional, ...(loop && { each: { ...loop, optionalList: true } }) }, {}), {
    'example.com': 'pass',
  });
});

test('each over what could not be seen: an error about the target, never silence but where the check says so', () => {
  const unknown = { keys: { $unknown: 'aws.access-denied' } };
  const partial = { keys: { $items: [{ arn: 'a', on: true }], $unknown: 'aws.throttled' } };
  for (const onEmpty of ['pass', 'fail', 'not-applicable'] as const) {
    assert.deepEqual(statuses(each(onEmpty), unknown), { 'example.com': 'aws.access-denied' });
    assert.deepEqual(statuses(each(onEmpty), partial), { a: 'pass', 'example.com': 'aws.throttled' });
    assert.deepEqual(statuses(each(onEmpty), { keys: 'text' }), { 'example.com': 'engine.type' });
    assert.deepEqual(statuses(each(onEmpty), { keys: null }), { 'example.com': 'engine.type' });
  }
  const [error] = judge(
    [each('pass')],
    [{ target: TARGET, collectors: { x: seen(unknown, { '/keys': '/list' }) } }],
    AS_OF,
  );
  assert.equal(error?.reasons[0]?.evidence, 'ev-0123456789abcdef#/list');
  assert.deepEqual(statuses(each('silent'), unknown), {});
  assert.deepEqual(statuses(each('silent'), partial), { a: 'pass' });
});

test('each with when: a when that is false without any item decides for the empty and the unseen list', () => {
  const top: Expr = { path: 'enabled', op: 'eq', value: true };
  const own: Expr = { path: 'key.live', op: 'eq', value: true };
  const unknown: Json = { $unknown: 'aws.throttled' };
  const check = each('fail', { when: { all: [top, own] } });

  assert.deepEqual(statuses(check, { enabled: false, keys: [] }), { 'example.com': 'not-applicable' });
  assert.deepEqual(statuses(check, { enabled: false, keys: unknown }), { 'example.com': 'not-applicable' });
  assert.deepEqual(statuses(check, { enabled: true, keys: [] }), { 'example.com': 'fail' });
  assert.deepEqual(statuses(check, { enabled: true, keys: unknown }), { 'example.com': 'aws.throttled' });
  assert.deepEqual(statuses(each('pass', { when: top }), { enabled: unknown, keys: [] }), {
    'example.com': 'aws.throttled',
  });
  assert.deepEqual(statuses(check, { enabled: true, keys: [{ arn: 'a', live: false, on: false }] }), {
    a: 'not-applicable',
  });
  const partial = { $items: [{ arn: 'a', live: true, on: true }], $unknown: 'aws.throttled' };
  assert.deepEqual(statuses(check, { enabled: false, keys: partial }), { a: 'not-applicable' });
});

test('location and waiver are taken from the item; a waiver only of a fail', () => {
  const check = checkOf({
    each: {
      path: 'found',
      as: 'leak',
      subject: 'leak.file',
      onEmpty: 'silent',
      location: 'leak.place',
      waiver: 'leak.waiver',
    },
    assert: { path: 'leak.id', op: 'absent', value: null },
  });
  const place = { file: 'a.ts', line: 3, column: 7, commit: 'c0ffee', extra: 1 };
  const waiver = { id: 'a.ts:3', reason: 'probity:allow' };

  const [fail, pass, odd] = judgeFacts(check, {
    found: [
      { file: 'a.ts', id: 1, place, waiver },
      { file: 'b.ts', place: 'here', waiver },
      { file: 'c.ts', id: 1, place: { file: 3 }, waiver: { id: 'x' } },
    ],
  });

  assert.deepEqual(fail?.location, { file: 'a.ts', line: 3, column: 7, commit: 'c0ffee' });
  assert.deepEqual(fail.waiver, waiver);
  assert.equal(pass?.waiver, undefined);
  assert.equal(pass?.location, undefined);
  assert.equal(odd?.location, undefined);
  assert.equal(odd?.waiver, undefined);
});

test('severityWhen: the first that holds decides; one that only might hold never makes it milder', () => {
  const check = checkOf({
    severity: 'high',
    severityWhen: [
      { when: { path: 'live', op: 'eq', value: true }, severity: 'critical' },
      { when: { path: 'test', op: 'eq', value: true }, severity: 'info' },
    ],
    assert: holds,
  });
  const unknown = { $unknown: 'source.unreadable' };
  const severity = (facts: JsonObject) => judgeFacts(check, facts)[0]?.severity;

  assert.equal(severity({ live: true, test: true }), 'critical');
  assert.equal(severity({ live: false, test: true }), 'info');
  assert.equal(severity({ live: false, test: false }), 'high');
  assert.equal(severity({ live: unknown, test: true }), 'critical');
  assert.equal(severity({ live: false, test: unknown }), 'high');
});

test('manual: always, or only where its condition holds; what is unknown there is an error', () => {
  const always = checkOf({ assert: { manual: 'Is the programme still valid?' } });
  const sometimes = checkOf({
    manualWhen: { when: { path: 'hsm', op: 'eq', value: true }, manual: 'Ask the keeper of the module.' },
    assert: holds,
  });

  const [question] = judgeFacts(always, {});
  assert.equal(question?.status, 'manual');
  assert.equal(question.message, 'example.com: Is the programme still valid?');
  assert.equal(outcomeOf(judgeFacts(sometimes, { hsm: true, ok: true })), 'manual');
  assert.equal(outcomeOf(judgeFacts(sometimes, { hsm: false, ok: true })), 'pass');
  assert.equal(outcomeOf(judgeFacts(sometimes, { ok: false })), 'fail');
  assert.equal(outcomeOf(judgeFacts(sometimes, { hsm: { $unknown: 'aws.timeout' }, ok: true })), 'aws.timeout');
});

test('the subject is what the check names, else the target; under a profile it ends in @NAME', () => {
  const named = checkOf({ subject: 'name', assert: holds });

  assert.equal(judgeFacts(named, { name: '_dmarc.example.com' })[0]?.subject, '_dmarc.example.com');
  assert.equal(judgeFacts(named, { name: { $unknown: 'dns.timeout' } })[0]?.subject, 'example.com');
  assert.equal(judgeFacts({ ...named, profile: 'pci' }, { name: 'x' })[0]?.subject, 'x@pci');
  assert.deepEqual(statuses({ ...each('pass'), profile: 'pci' }, { keys: [{ arn: 'a' }, { arn: 'a' }] }), {
    'a@pci': 'fail',
    'a~2@pci': 'fail',
  });
});

function reasonsOf(assertion: Expr, facts: Json): readonly string[] {
  return judgeFacts(checkOf({ assert: assertion }), facts)[0]?.reasons.map(({ path }) => path) ?? [];
}

test('reasons are minimal: what was false of a fail, what was unknown of an error, what decided a pass', () => {
  const is = (path: string): Expr => ({ path, op: 'eq', value: 1 });
  const unknown = { $unknown: 'dns.timeout' };
  const facts = { t: 1, f: 0, u: unknown, t2: 1, f2: 0 };

  assert.deepEqual(reasonsOf({ all: [is('t'), is('f'), is('u'), is('f2')] }, facts), ['f', 'f2']);
  assert.deepEqual(reasonsOf({ all: [is('t'), is('u')] }, facts), ['u']);
  assert.deepEqual(reasonsOf({ all: [is('t'), is('t2')] }, facts), ['t', 't2']);
  assert.deepEqual(reasonsOf({ any: [is('f'), is('t'), is('t2')] }, facts), ['t']);
  assert.deepEqual(reasonsOf({ any: [is('f'), is('f2')] }, facts), ['f', 'f2']);
  assert.deepEqual(reasonsOf({ any: [is('f'), is('u')] }, facts), ['u']);
  assert.deepEqual(reasonsOf({ any: [is('f'), { all: [is('t'), is('f2')] }] }, facts), ['f', 'f2']);
  const every: Expr = { every: 'l', as: 'i', satisfies: { path: 'i.v', op: 'eq', value: 1 }, onEmpty: 'true' };
  assert.deepEqual(reasonsOf(every, { l: [{ v: 1 }, { v: 0 }, { v: 0 }] }), ['l[1].v', 'l[2].v']);
  assert.deepEqual(reasonsOf(every, { l: [{ v: 1 }, { v: 1 }] }), ['l[0].v', 'l[1].v']);
  assert.deepEqual(reasonsOf(every, { l: [] }), ['l']);
  assert.deepEqual(reasonsOf(every, { l: { $items: [{ v: 1 }], $unknown: 'dns.timeout' } }), ['l']);
  const some: Expr = { some: 'l', as: 'i', satisfies: { path: 'i', op: 'eq', value: 1 } };
  assert.deepEqual(reasonsOf(some, { l: [0, 1, 1] }), ['l[1]']);
  assert.deepEqual(reasonsOf(some, { l: [0, 2] }), ['l[0]', 'l[1]']);
  assert.equal(reasonsOf(every, { l: Array.from({ length: 500 }, () => ({ v: 0 })) }).length, 33);
});

test('a reason quotes expected and actual, absence and ignorance apart', () => {
  const [reason] =
    judgeFacts(checkOf({ assert: { path: 'p', op: 'in', value: ['a', 'b'], why: 'the RFC says so' } }), { p: 'c' })[0]
      ?.reasons ?? [];
  assert.deepEqual(reason, {
    path: 'p',
    op: 'in',
    expected: ['a', 'b'],
    actual: 'c',
    why: 'the RFC says so',
    evidence: 'ev-0123456789abcdef#',
  });

  const of = (fact: Json | undefined) =>
    judgeFacts(
      checkOf({ assert: { path: 'p', op: 'count', value: { eq: 9 } } }),
      fact === undefined ? {} : { p: fact },
    )[0]?.reasons[0];
  assert.deepEqual(of(undefined), {
    path: 'p',
    op: 'count',
    expected: { eq: 9 },
    actual: null,
    absent: true,
    evidence: 'ev-0123456789abcdef#',
  });
  assert.equal(of({ $unknown: 'dns.timeout' })?.unknown, 'dns.timeout');
  assert.deepEqual(of({ $items: [1], $unknown: 'dns.timeout' })?.actual, [1]);
  assert.equal(of({ $items: [1], $unknown: 'dns.timeout' })?.unknown, 'dns.timeout');
  const long = of(Array.from({ length: 2000 }, (_, index) => `item ${String(index)}`));
  assert.equal(long?.truncated, true);
  assert.ok(
    typeof long?.actual === 'string' && Buffer.byteLength(long.actual) <= 2048 && Buffer.byteLength(long.actual) > 2040,
  );
  const wide = of('😀'.repeat(3000));
  assert.ok(typeof wide?.actual === 'string' && wide.actual.isWellFormed() && Buffer.byteLength(wide.actual) <= 2048);
});

test('one path, many facts: what a check reads is that of its own target, collector and item, whatever was read before', () => {
  const ok = (path: string): Expr => ({ path, op: 'eq', value: true });
  const checks = [
    checkOf({ id: 'test.a', needs: ['x', 'y'], assert: { all: [ok('x.ok'), ok('y.ok')] } }),
    checkOf({ id: 'test.b', needs: ['y'], assert: ok('ok') }),
    checkOf({ id: 'test.c', needs: ['x'], assert: ok('ok') }),
    checkOf({
      id: 'test.d',
      needs: ['x'],
      each: { path: 'l', as: 'i', subject: 'i.n', onEmpty: 'pass' },
      assert: ok('i.ok'),
    }),
  ];
  const observations: Observation[] = [
    {
      ok: true,
      l: [
        { n: '1', ok: false },
        { n: '2', ok: true },
      ],
    },
    { l: [{ n: '3' }, { n: '4', ok: true }] },
    undefined,
    { ok: false, l: [] },
    { ok: true },
  ].map((x, index) => ({
    target: { ...TARGET, id: `domain:d${String(index)}.test` },
    collectors: { ...(x === undefined ? {} : { x: seen(x as Json) }), y: seen({ ok: true }) },
  }));

  const found = judge(checks, observations, AS_OF).map(({ check, status }) => `${check.at(-1) ?? ''} ${status}`);

  assert.deepEqual(found, [
    ...['a pass', 'b pass', 'c pass', 'd fail', 'd pass'],
    ...['a fail', 'b pass', 'c fail', 'd fail', 'd pass'],
    ...['a error', 'b pass', 'c error', 'd error'],
    ...['a fail', 'b pass', 'c fail', 'd pass'],
    ...['a pass', 'b pass', 'c pass', 'd fail'],
  ]);
});

test('what a message says of a target does not depend on the targets before it', () => {
  const on = (path: string): Expr => ({ path, op: 'eq', value: true });
  const check = checkOf({ when: { all: [on('a'), on('b')] }, assert: on('c') });
  const facts = [
    { a: false, b: true },
    { a: false, b: false },
    { a: false, b: true, c: false },
  ];
  const seenAt = (index: number): Observation => ({
    target: { ...TARGET, id: `domain:d${String(index)}.test` },
    collectors: { x: seen(facts[index] ?? null) },
  });
  const alone = facts.flatMap((_, index) => judge([check], [seenAt(index)], AS_OF));

  const together = judge(
    [check],
    facts.map((_, index) => seenAt(index)),
    AS_OF,
  );

  assert.deepEqual(together, alone);
  assert.match(together[1]?.message ?? '', /^d1\.test: does not apply: a is false .*; b is false /);
});

test('a found value is shown whole just where its JSON has no more than 2 KiB, and every letter of it is well-formed', () => {
  const text = fc.oneof(
    fc.string({ unit: fc.constantFrom('a', 'é', '€', '😀', '"', '\u0001', '\ud800') }),
    fc.integer({ min: 300, max: 2100 }).map((length) => 'a'.repeat(length)),
    fc.integer({ min: 100, max: 400 }).map((length) => '\u0001'.repeat(length)),
  );
  const key = fc.string({ unit: fc.constantFrom('k', 'é', '"') });
  const number = fc.oneof(fc.double({ noDefaultInfinity: true, noNaN: true }), fc.integer());
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(text, number, fc.boolean(), fc.array(tie('value')), fc.dictionary(key, tie('value'))),
  }));
  fc.assert(
    fc.property(fc.array(value, { maxLength: 40 }), (list) => {
      const fact = list as readonly Json[];
      const json = JSON.stringify(fact);
      const shown = actualOf(fact, undefined);
      const isWhole = Buffer.byteLength(json) <= 2048;
      assert.equal(shown.truncated, isWhole ? undefined : true);
      if (!isWhole) assert.ok(typeof shown.actual === 'string' && json.startsWith(shown.actual));
      else if (json.includes('\\ud8')) assert.ok(!JSON.stringify(shown.actual).includes('\\ud8'));
      else assert.equal(shown.actual, fact);
    }),
  );
});

test('evidence pointers: the longest prefix of the fact, and for a list the deepest place that holds its items', () => {
  const check = (path: string): Check => checkOf({ assert: { path, op: 'present', value: null } });
  const at = {
    '': '',
    '/hsts': '/hops/0/headers',
    '/hsts/maxAge': '/hops/0/headers/3',
    '/mx/0': '/dns/7/answers/0',
    '/mx/1': '/dns/7/answers/1',
    '/a~1b': '/strange',
  };
  const facts = { hsts: { maxAge: 1, valid: true }, mx: ['a', 'b'], other: 1, 'a/b': 1 };
  const evidence = (path: string) =>
    judge([check(path)], [{ target: TARGET, collectors: { x: seen(facts, at) } }], AS_OF)[0]?.reasons[0]?.evidence;

  assert.equal(evidence('hsts.maxAge'), 'ev-0123456789abcdef#/hops/0/headers/3');
  assert.equal(evidence('hsts.valid'), 'ev-0123456789abcdef#/hops/0/headers');
  assert.equal(evidence('hsts.missing'), 'ev-0123456789abcdef#/hops/0/headers');
  assert.equal(evidence('mx'), 'ev-0123456789abcdef#/dns/7/answers');
  assert.equal(evidence('other'), 'ev-0123456789abcdef#');
  assert.equal(evidence('a/b'), 'ev-0123456789abcdef#/strange');
});

test('evidence pointers inside loops and each follow the item, in whole and partial lists', () => {
  const check = each('pass', {
    assert: {
      every: 'key.grants',
      as: 'grant',
      satisfies: { path: 'grant.to', op: 'eq', value: 'me' },
      onEmpty: 'true',
    },
  });
  const keys = [
    { arn: 'a', grants: [] },
    { arn: 'b', grants: [{ to: 'me' }, { to: 'you' }] },
  ];
  const at = { '/keys/1': '/list/1', '/keys/1/grants/1': '/grants/b/1' };
  const marked = { '/keys/$items/1': '/list/1', '/keys/$items/1/grants/1': '/grants/b/1' };
  const evidence = (facts: Json, pointers: { readonly [pointer: string]: string }) =>
    judge([check], [{ target: TARGET, collectors: { x: seen(facts, pointers) } }], AS_OF)
      .find(({ subject }) => subject === 'b')
      ?.reasons.map((reason) => [reason.path, reason.evidence]);

  const expected = [['key.grants[1].to', 'ev-0123456789abcdef#/grants/b/1']];
  assert.deepEqual(evidence({ keys }, at), expected);
  assert.deepEqual(evidence({ keys: { $items: keys, $unknown: 'aws.throttled' } }, at), expected);
  assert.deepEqual(evidence({ keys: { $items: keys, $unknown: 'aws.throttled' } }, marked), expected);
});

test('evidence pointers into a list that was read item by item follow the form of the item', () => {
  const forms = [
    { '/state': '/told/State', '/rule/on': '/status/On' },
    { '': '/told', '/rule': '#/rules' },
  ];
  const keys = [{ arn: 'a' }, { arn: 'b' }, { arn: 'c' }];
  const evidence = (path: string, facts: Json) => {
    const check = each('pass', { assert: { path, op: 'present', value: null } });
    const observed = { ...seen(facts, { '': '/all' }), lists: { '/keys': { raw: '/told/Keys', forms } } };
    return judge([check], [{ target: TARGET, collectors: { x: observed } }], AS_OF).map(({ reasons }) =>
      reasons[0]?.evidence.slice('ev-0123456789abcdef#'.length),
    );
  };

  // The third has no form: what the list itself was read from is what is known
  const expected = {
    'key.state': ['/told/Keys/0/told/State', '/told/Keys/1/told', '/all'],
    'key.rule.on': ['/told/Keys/0/status/On', '/rules', '/all'],
    'key.rule.off': ['/told/Keys/0', '/rules', '/all'],
  };
  for (const [path, places] of Object.entries(expected)) {
    assert.deepEqual(evidence(path, { keys }), places);
    assert.deepEqual(evidence(path, { keys: { $items: keys, $unknown: 'aws.throttled' } }).slice(0, 3), places);
  }
});

test('messages name subject, actual and expected, with units, and stay one visible line of at most 300 characters', () => {
  const message = (assertion: Expr, facts: Json): string =>
    judgeFacts(checkOf({ assert: assertion }), facts)[0]?.message ?? '';

  assert.equal(
    message({ path: 'hsts.maxAge', op: 'gte', value: 15_552_000 }, { hsts: { maxAge: 300 } }),
    'example.com: hsts max age is 300 s (5 minutes); expected at least 15552000 s (180 days)',
  );
  assert.equal(
    message({ path: 'policy', op: 'in', value: ['quarantine', 'reject'] }, { policy: 'none' }),
    'example.com: policy is "none"; expected "quarantine" or "reject"',
  );
  assert.equal(
    message({ path: 'expires', op: 'after', value: 'now+30d' }, {}),
    'example.com: expires is absent; expected later than 30 days after the run',
  );
  assert.equal(
    message({ path: 'names', op: 'subset-of', value: ['a'] }, { names: [] }),
    'example.com: names is empty; required: only items of "a"',
  );
  assert.match(
    message({ path: 'n', op: 'contains', value: 'z' }, { n: Array.from({ length: 22 }, (_, i) => `v${String(i)}`) }),
    /"v7" and 14 more; expected/,
  );
  assert.equal(
    message(holds, { ok: 'yes' }),
    'example.com: could not tell: ok is unknown, the value has another type than the rule expects (engine.type)',
  );
  const all: Expr = { path: 'all', op: 'absent', value: null };
  assert.equal(
    message({ any: [all, { path: 'all', op: 'in', value: ['pass', 'fail'] }] }, { all: 'neutral' }),
    'example.com: all is "neutral"; expected absent or "pass" or "fail"',
  );
  assert.equal(message(holds, { ok: true }), 'example.com: ok is true, as required');
  assert.equal(
    message({ path: 'l', op: 'count', value: { eq: 0 } }, { l: [] }),
    'example.com: l is empty, as required',
  );
  assert.equal(
    message({ path: 'l', op: 'count', value: { eq: 0 } }, { l: [{}] }),
    'example.com: l is 1 item; expected empty',
  );
  assert.equal(
    message({ path: 't', op: 'eq', value: 'x' }, { t: 'a\u001b[31mb\nc\u202ed\ud800' }),
    'example.com: t is "a␛[31mb␊c\\u{202e}d\\u{d800}"; expected "x"',
  );
  const many = message(
    {
      all: Array.from({ length: 20 }, (_, i) => ({ path: `some.long.path${String(i)}`, op: 'eq', value: 1 }) as const),
    },
    {},
  );
  assert.ok(many.length <= 300 && many.endsWith(' more'), many);
});

test('what a service said of a refusal is the message of the error, where the evidence holds it', () => {
  const check = checkOf({ assert: holds });
  const observed = {
    ...seen({ ok: { $unknown: 'aws.access-denied' } }, { '/ok': '/policy' }),
    why: { '/policy': 'no kms:GetKeyPolicy' },
  };

  const [verdict] = judge([check], [{ target: TARGET, collectors: { x: observed } }], AS_OF);

  assert.deepEqual(verdict?.fault, { code: 'aws.access-denied', message: 'no kms:GetKeyPolicy' });
  assert.match(verdict.message, /no kms:GetKeyPolicy \(aws\.access-denied\)$/);
});

test('a defect in a check is an error of that check alone', () => {
  const broken = checkOf({ id: 'test.broken', assert: { path: 'a', op: 'matches', value: '(' } });
  const wrongStart = checkOf({
    id: 'test.start',
    needs: ['x', 'y'],
    assert: { path: 'nowhere.a', op: 'present', value: null },
  });
  const spring = (): never => {
    throw new Error('trap');
  };
  const trap = new Proxy({}, { get: spring, getOwnPropertyDescriptor: spring });

  const found = judge(
    [broken, wrongStart, checkOf({ assert: holds })],
    [{ target: TARGET, collectors: { x: seen({ ok: true }) } }],
    AS_OF,
  );
  const [thrown] = judge([checkOf({ assert: holds })], [{ target: TARGET, collectors: { x: seen(trap) } }], AS_OF);

  assert.deepEqual(
    found.map((verdict) => [verdict.check, verdict.fault?.code ?? verdict.status]),
    [
      ['test.broken', 'engine.bug'],
      ['test.check', 'pass'],
      ['test.start', 'engine.bug'],
    ],
  );
  assert.equal(thrown?.fault?.code, 'engine.bug');
  assert.throws(() => judge([], [], 'yesterday'), /asOf/);
});

test('in a list, short or long, a defect is an error of its item alone, and all come in the order of subjects', () => {
  for (const length of [3, 1000]) {
    const keys = Array.from({ length }, (_, nth) => ({
      arn: `k${String((nth * 7) % length).padStart(4, '0')}`,
      on: nth % 2 === 0,
    }));
    const trapped = {
      arn: 'k0001~',
      get on(): never {
        throw new Error('trap');
      },
    };
    const check = each('pass', { assert: { path: 'key.on', op: 'eq', value: true } });

    const found = judge([check], [{ target: TARGET, collectors: { x: seen({ keys: [...keys, trapped] }) } }], AS_OF);

    const expected = [...keys, { arn: trapped.arn, on: undefined }].sort((a, b) => (a.arn < b.arn ? -1 : 1));
    assert.deepEqual(
      found.map(({ subject, status, fault }) => [subject, fault?.code ?? status]),
      expected.map(({ arn, on }) => [arn, on === undefined ? 'engine.bug' : on ? 'pass' : 'fail']),
    );
  }
});

test('the order of checks, targets and facts changes nothing, and results come by target, check and subject', () => {
  const checks = [
    each('pass'),
    checkOf({ id: 'a.b', assert: holds }),
    { ...each('pass'), profile: 'pci' },
    checkOf({ id: 'a.b-c', assert: holds }),
  ];
  const observation = (name: string): Observation => ({
    target: { kind: 'domain', id: `domain:${name}`, labels: {} },
    collectors: {
      x: seen({
        ok: name !== 'b.example',
        keys: [
          { arn: 'z', on: true },
          { arn: 'k', on: false },
        ],
      }),
    },
  });
  const observations = ['b.example', 'a.example', 'B.example', 'a-b.example'].map(observation);
  const first = judge(checks, observations, AS_OF);

  fc.assert(
    fc.property(
      fc.shuffledSubarray(checks, { minLength: 4 }),
      fc.shuffledSubarray(observations, { minLength: 4 }),
      (someChecks, someTargets) => {
        assert.deepEqual(judge(someChecks, someTargets, AS_OF), first);
      },
    ),
    { numRuns: 50 },
  );
  const keys = first.map((verdict) => [verdict.target, verdict.check, verdict.subject].join('\u0000'));
  assert.deepEqual(
    keys,
    keys.toSorted((a, b) => (a < b ? -1 : 1)),
  );
});

test('hostile facts never throw, never pass where the rule needs a value, and leave verdicts that can be digested', () => {
  const hostile: readonly Json[] = [
    'x'.repeat(1_000_000),
    Array.from({ length: 20_000 }, () => 'y'),
    JSON.parse('{"__proto__": {"on": true}, "arn": "p"}') as Json,
    { arn: '\ud800\u0000', on: '\udfff' },
    { arn: 'q'.repeat(100_000), on: 1 },
    null,
    0,
    [],
    { $unknown: 1 },
    { $items: [{ arn: 'a', on: true }] },
    { $items: 3, $unknown: 'dns.timeout' },
  ];
  const checks = [
    each('fail'),
    checkOf({ assert: { path: 'keys', op: 'eq', value: 'a' } }),
    checkOf({ assert: { path: 'keys', op: 'contains', value: 'z' } }),
  ];

  for (const fact of hostile) {
    for (const facts of [fact, { keys: fact }, { keys: [fact] }]) {
      for (const check of checks) {
        for (const verdict of judgeFacts(check, facts)) {
          assert.notEqual(verdict.status, 'pass');
          assert.notEqual(verdict.fault?.code, 'engine.bug', verdict.fault?.message);
          assert.ok(verdict.message.length <= 300);
          canonicalJson(verdict as unknown as Json);
        }
      }
    }
  }
});

test('what was deleted during the scan does not apply; with another fault beside it, it is still an error', () => {
  const gone = { $unknown: 'aws.gone' };
  const check = checkOf({ assert: { all: [holds, { path: 'other', op: 'eq', value: true }] } });

  assert.equal(outcomeOf(judgeFacts(check, { ok: gone, other: true })), 'not-applicable');
  assert.equal(outcomeOf(judgeFacts(check, { ok: gone, other: { $unknown: 'aws.throttled' } })), 'aws.gone');
  assert.equal(outcomeOf(judgeFacts(check, { ok: gone, other: false })), 'fail');
});

test('a fail says what the check says, with its facts; where one of them is missing the operands speak', () => {
  const written: Check = {
    id: 'x.says',
    version: 1,
    title: 'No leaks',
    severity: 'high',
    needs: ['secrets'],
    target: 'source',
    each: { path: 'leaks', as: 'leak', subject: 'leak.file', onEmpty: 'pass' },
    references: [{ spec: 'CWE', section: '798' }],
    says: 'a key {leak.excerpt} on line {leak.line}',
    assert: { path: 'leak.excerpt', op: 'absent', value: null },
    remediation: 'Revoke it.',
    examples: [],
  };
  const leaks = [
    { file: 'a', excerpt: 'sk_l…', line: 3 },
    { file: 'b', excerpt: 'sk_l…' },
    { file: 'c', line: 1 },
    { file: 'd', excerpt: ['one', 'two'], line: 1 },
    { file: 'e', excerpt: 'x', line: [] },
    {
      file: 'f',
      excerpt: 'x',
      line: { $items: Array.from({ length: 10 }, (_, index) => index), $unknown: 'dns.limit' },
    },
    { file: 'g', excerpt: 'x', line: [{ n: 1 }] },
  ];
  const target = { kind: 'source' as const, id: 'source:.', labels: {} };

  const verdicts = judge(
    [written],
    [{ target, collectors: { secrets: { is: 'facts', id: 'ev-1', facts: { leaks }, at: {} } } }],
    '2026-01-01T00:00:00Z',
  );

  assert.deepEqual(
    verdicts.map(({ subject, status, message }) => [subject, status, message]),
    [
      ['a', 'fail', 'a: a key sk_l… on line 3'],
      ['b', 'fail', 'b: leak excerpt is "sk_l…"; expected absent'],
      ['c', 'pass', 'c: leak excerpt is absent, as required'],
      ['d', 'fail', 'd: a key one; two on line 1'],
      ['e', 'fail', 'e: leak excerpt is "x"; expected absent'],
      ['f', 'fail', 'f: a key x on line 0; 1; 2; 3; 4; 5; 6; 7; and 2 more'],
      ['g', 'fail', 'g: leak excerpt is "x"; expected absent'],
    ],
  );
});

test('control characters of facts are visible in every message, with one leaf and with several', () => {
  const hostile = '\u001b[2J\u202e';
  for (const [op, value] of [
    ['eq', 'x'],
    ['ne', 'x'],
  ] as const) {
    for (const leaves of [1, 2, 3]) {
      const assert_ = { all: Array.from({ length: leaves }, (_, index) => ({ path: `f${String(index)}`, op, value })) };
      const facts = Object.fromEntries(
        Array.from({ length: leaves }, (_, index) => [`f${String(index)}`, `${hostile}${String(index)}`]),
      );
      const written = { ...checkOf({ assert: assert_ }), needs: ['dns'], target: 'domain' as const };
      const target = { kind: 'domain' as const, id: `domain:${hostile}`, labels: {} };

      const [verdict] = judge(
        [written],
        [{ target, collectors: { dns: { is: 'facts', id: 'ev-1', facts, at: {} } } }],
        AS_OF,
      );

      assert.equal(verdict?.status, op === 'eq' ? 'fail' : 'pass');
      assert.doesNotMatch(verdict?.message ?? '\u001b', /[\u001b\u202e]/);
    }
  }
});
