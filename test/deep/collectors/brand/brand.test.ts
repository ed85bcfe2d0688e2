/** Look-alike names: every class of permutation, the skeleton that readers see, and DNS under a budget. */
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { test } from 'node:test';
import { collector } from '../../../../src/collectors/brand/collector.ts';
import { scriptsOf, skeleton } from '../../../../src/collectors/brand/glyphs.ts';
import { CLASSES, lookAlikes, toAscii } from '../../../../src/collectors/brand/permutations.ts';
import { factsSchema } from '../../../../src/collectors/brand/schema.ts';
import { createIO } from '../../../../src/engine/io/create.ts';
import { createData } from '../../../../src/engine/io/data.ts';
import { startDns } from '../../../../src/lab/dns.ts';
import { isArray, isObject, type Json, own } from '../../../../src/model/json.ts';
import { validateFacts } from '../../../../src/packs/facts-schema.ts';

const target = { kind: 'domain' as const, id: 'domain:acme.test', labels: {} };

test('every class gives its names', () => {
  const names = new Map(lookAlikes('acme', 'co.uk').map(({ name, kind }) => [name, kind]));
  const has = (name: string) => names.has(name);

  for (const name of [
    'acmes.co.uk',
    'acm.co.uk',
    'amce.co.uk',
    'accme.co.uk',
    'ac-me.co.uk',
    'a.cme.co.uk',
    'acxme.co.uk',
    'wcme.co.uk',
    'icme.co.uk',
    'abme.co.uk',
  ]) {
    assert.ok(has(name), name);
  }
  for (const name of [
    'acrne.co.uk',
    'acmé.co.uk',
    'асме.co.uk',
    'αcme.co.uk',
    'wwwacme.co.uk',
    'acmeco.uk',
    'acme-couk.co.uk',
  ]) {
    assert.ok(has(toAscii(name) ?? ''), name);
  }
  assert.ok(!has('acme.co.uk'));
  assert.deepEqual(
    [...new Set(names.values())].filter((kind) => !CLASSES.includes(kind)),
    [],
  );
});

test('every name can be registered: letters, digits and hyphens, no hyphen at an end', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z0-9]{1,5}$/), (label) => {
      for (const { name } of lookAlikes(label, 'com')) assert.match(name, /^(?!-)(?:[a-z0-9-]{1,63}(?<!-)\.)+com$/);
    }),
    { numRuns: 20 },
  );
});

test('a skeleton is what a reader takes the name for', () => {
  for (const text of ['acmé', 'асме', 'acrne', 'αcme', 'ａcme'.normalize('NFKC')])
    assert.equal(skeleton(text), skeleton('acme'), text);
  for (const text of ['acmes', 'acne', 'ocme']) assert.notEqual(skeleton(text), skeleton('acme'), text);
  assert.deepEqual(scriptsOf('еxample'), ['Latin', 'Cyrillic']);
});

test('what is registered is found, what takes mail is told, and own names are known', async (t) => {
  const dns = await startDns({
    lines: [
      '$ORIGIN test.',
      '@ SOA ns h 1 7200 3600 1209600 300',
      'acmes NS ns.elsewhere.test.',
      'acne A 192.0.2.1',
      'acne MX 10 mail.acne.test.',
      'acrne NS ns.elsewhere.test.',
      'defence TXT "v=spf1 -all"',
      'defence MX 0 .',
      'weak TXT "v=spf1 ~all"',
    ],
  });
  t.after(async () => await dns.close());
  const options = collector.plan?.(target, {
    options: { brand: { domains: ['acmes.test'], defensive: ['defence.test', 'weak.test'] } },
    paths: [],
    connectTo: [],
    switches: {},
    dataDigest: () => undefined,
  });
  assert.ok(options !== undefined);
  const job = createIO(
    {
      resolvers: [dns.address],
      connectTo: [],
      allowPrivate: false,
      timeoutMs: 3000,
      concurrency: 1,
      rate: 0,
      maxConnections: 8,
    },
    { signal: AbortSignal.timeout(60_000), data: createData([]) },
  );
  t.after(() => job.end());

  const observe = async (budget: number) =>
    collector.interpret(
      await collector.observe({ collector: 'lookalikes', target, options: { ...options, budget } }, job.io),
    ).facts;
  const facts = await observe(60_000);
  const registered = own(facts, 'registered');
  const cut = own(await observe(10), 'registered');

  assert.deepEqual(validateFacts(factsSchema, facts), []);
  assert.ok(isArray(registered));
  const seen = registered.map((item) =>
    isObject(item) ? [item['name'], item['own'], item['mail'], item['homoglyph']] : [],
  );
  assert.deepEqual(seen, [
    ['acmes.test', true, false, false],
    ['acne.test', false, true, false],
    ['acrne.test', false, false, true],
  ]);
  assert.deepEqual(own(facts, 'defensive'), [
    { name: 'defence.test', spfDenies: true, nullMx: true },
    { name: 'weak.test', spfDenies: false, nullMx: false },
  ]);
  assert.equal(own(cut, '$unknown'), 'dns.limit');
});

test('any raw is interpreted into facts that keep to the schema', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (raw, item) => {
      for (const value of [
        raw,
        { host: 'x', shown: 'x', generated: 1, asked: 1, faults: {}, registered: [item], defensive: [item] },
      ]) {
        assert.deepEqual(validateFacts(factsSchema, collector.interpret(value as Json).facts), []);
      }
    }),
  );
});
