/** Look-alike names: every class of permutation, the skeleton that readers see, and DNS under a budget. */
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { test } from 'node:test';
import { collector } from '../../../../src/collectors/brand/collector.ts';
import { scriptsOf, skeleton } from '../../../../src/collectors/brand/glyphs.ts';
import { CLASSES, lookAlikes, toAscii } from '../../../../src/collectors/brand/permutations.ts';
import { areAlike, sketchHtml } from '../../../../src/collectors/brand/copy.ts';
import { factsSchema } from '../../../../src/collectors/brand/schema.ts';
import { createIO } from '../../../../src/engine/io/create.ts';
import { createData } from '../../../../src/engine/io/data.ts';
import { createCa } from '../../../../src/lab/ca.ts';
import { startDns } from '../../../../src/lab/dns.ts';
import { redirect, response, startWeb } from '../../../../src/lab/http.ts';
import { isArray, isObject, type Json, type JsonObject, own } from '../../../../src/model/json.ts';
import { validateFacts } from '../../../../src/packs/facts-schema.ts';
import { parseConfusables, skeletonBy } from '../../../../src/wire/confusables.ts';

const ca = createCa({ name: 'brand' });
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

test('words and suffixes of the user give names of their own classes', () => {
  const names = (label: string) =>
    lookAlikes(label, 'com', { words: ['login', 'not a word'], suffixes: ['net', 'co.uk', '.'] })
      .filter(({ kind }) => kind === 'dictionary' || kind === 'tld-swap')
      .map(({ name }) => name);

  assert.deepEqual(names('acme'), [
    'acmelogin.com',
    'acme-login.com',
    'loginacme.com',
    'login-acme.com',
    'acme.net',
    'acme.co.uk',
  ]);
  assert.ok(['big-login.com', 'login-shop.com'].every((name) => names('big-shop').includes(name)));
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

test('copies, seen certificates, top domains and a table of confusables are of the user', async (t) => {
  const words = Array.from({ length: 80 }, (_, index) => `word${String(index * 7)}`).join(' ');
  const page = (title: string, text: string) => response('200 OK', [], `<title>${title}</title><p>${text}`);
  const certificate = (name: string) => {
    const { chainPem, keyPem } = ca.issue({ names: [name] });
    return { chainPem, keyPem };
  };
  const site = (name: string, reply: string) => ({
    name,
    certificate: certificate(name),
    https: () => reply,
    http: () => reply,
  });
  const web = await startWeb([
    site('acme.test', page('Acme', words)),
    site('acne.test', page('ACME!', words.replace('word7 ', ''))),
    site(
      'acmes.test',
      page('Other people', 'We sell bread and have done so for a hundred years, every day but Sunday.'),
    ),
    site('amce.test', redirect('https://acme.test/')),
  ]);
  const dns = await startDns({
    lines: [
      '$ORIGIN test.',
      '@ SOA ns h 1 7200 3600 1209600 300',
      'acne A 192.0.2.1',
      'acmes A 192.0.2.1',
      'amce A 192.0.2.1',
      'axme A 192.0.2.1',
    ],
  });
  t.after(async () => void (await Promise.all([web.close(), dns.close()])));
  const table = '# Version: 17.0.0\n# Date: 2025-07-22, 05:49:26 GMT\n0078 ;\t0063 ;\tMA\t# ( x → c )\n';
  const data = createData([
    { name: 'confusables', read: () => Buffer.from(table) },
    { name: 'top-domains', read: () => Buffer.from('1,example.com\n2,acme.test\n') },
    { name: 'seen-certificates', read: () => Buffer.from('*.acme.test\nlogin.acne.test\n*.amce.test\n\0\n') },
  ]);
  const options = (copies: boolean, paths: readonly string[] = []) =>
    collector.plan?.(target, {
      options: { brand: { domains: ['amce.test'], copies } },
      paths,
      connectTo: [],
      switches: {},
      dataDigest: (name) => data.digest(name),
    }) ?? {};
  const job = createIO(
    {
      resolvers: [dns.address],
      connectTo: [
        { host: '', port: 443, toHost: '127.0.0.1', toPort: web.httpsPort },
        { host: 'axme.test', port: 80, toHost: '127.0.0.1', toPort: 1 },
      ],
      allowPrivate: false,
      timeoutMs: 3000,
      concurrency: 1,
      rate: 0,
      maxConnections: 8,
    },
    { signal: AbortSignal.timeout(60_000), data },
  );
  t.after(() => job.end());
  const observe = async (jobOptions: JsonObject) =>
    collector.interpret(
      JSON.parse(
        JSON.stringify(await collector.observe({ collector: 'lookalikes', target, options: jobOptions }, job.io)),
      ) as Json,
    ).facts;

  const facts = await observe(options(true));
  const few = await observe(options(true, ['topDomain']));

  assert.deepEqual(validateFacts(factsSchema, facts), []);
  const registered = own(facts, 'registered');
  assert.ok(isArray(registered));
  assert.deepEqual(
    registered.map((item) => (isObject(item) ? [item['name'], item['copy'], item['homoglyph']] : [])),
    [
      ['acmes.test', false, false],
      ['acne.test', true, false],
      ['amce.test', undefined, false],
      // by the user's table x is taken for c; what answers there is no TLS host of that name
      ['axme.test', false, true],
    ],
  );
  assert.deepEqual(own(facts, 'certificates'), [
    { name: 'login.acne.test', lookalike: 'acne.test', own: false },
    { name: 'amce.test', lookalike: 'amce.test', own: true },
  ]);
  assert.equal(own(facts, 'topDomain'), true);
  assert.equal(own(facts, 'confusables'), 'Unicode confusables 17.0.0 of 2025-07-22');
  assert.deepEqual([own(few, 'topDomain'), own(few, 'asked')], [true, 0]);
});

test('pages are alike by title of several words or by most of their words', () => {
  const words = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) => `w${String(from + index)}`).join(' ');
  const page = (title: string, text: string) =>
    sketchHtml(`<html><title>${title}</title><script>x < y</script>${text}`);

  assert.equal(areAlike(page('Acme Bank', 'a'), page('ACME  bank', 'b')), true);
  assert.equal(areAlike(page('Home', 'a'), page('Home', 'b')), false);
  assert.equal(areAlike(page('A', words(0, 200)), page('B', words(10, 210))), true);
  assert.equal(areAlike(page('A', words(0, 200)), page('B', words(150, 350))), false);
  assert.equal(areAlike(page('A', words(0, 10)), null), undefined);
});

test('a sketch of any text ends, and is of bounded size', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('<', '>', '/', 'script', 'style', 'a', ' ', '\0'), maxLength: 400 }),
      (html) => {
        const { sketch, title } = sketchHtml(html);
        assert.ok(sketch.length <= 128 && title.length <= 600);
      },
    ),
  );
  assert.ok(sketchHtml('<script'.repeat(200_000)).words < 10);
});

test('a table of confusables is read as published, and nothing else is', () => {
  const table = parseConfusables(
    '\uFEFF# confusables.txt\n# Date: 2025-07-22, 05:49:26 GMT\n# Version: 17.0.0\n\n0441 ;\t0063 ;\tMA\t# x\n006D ;\t0072 006E ;\tMA\n',
  );
  assert.ok(table !== undefined);
  assert.deepEqual([table.version, table.date, table.prototypes.size], ['17.0.0', '2025-07-22', 2]);
  assert.equal(skeletonBy(table, '\u0441om'), skeletonBy(table, 'corn'));
  assert.notEqual(skeletonBy(table, 'dom'), skeletonBy(table, 'corn'));
  for (const bad of [
    '',
    'x',
    '# Version: 17.0.0\n# Date: 2025-07-22\n',
    '# Version: 17.0.0\n# Date: 2025-07-22\nZZ ; 0063 ; MA\n',
    '# Version: 1.0\n# Date: 2025-07-22\n110000 ; 0063 ; MA\n',
  ])
    assert.equal(parseConfusables(bad), undefined, JSON.stringify(bad));
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
