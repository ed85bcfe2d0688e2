/** Hostile lockfiles and settings: each reader ends, stays linear, and gives entries by the schema or nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { advisories } from '../../../../src/collectors/packages/advisories.ts';
import { registry } from '../../../../src/collectors/packages/registry.ts';
import { bunLockOf, pnpmLockOf, relaxedJson, yarnLockOf } from '../../../../src/collectors/packages/read-others.ts';
import { yarnSettingsOf } from '../../../../src/collectors/packages/read-npm.ts';
import { treeOf } from '../../../../src/collectors/packages/yaml-lines.ts';
import type { Json } from '../../../../src/model/json.ts';
import { validateFacts } from '../../../../src/packs/facts-schema.ts';
import { judged, troubles } from '../../../support/package-judge.ts';

const READERS: { readonly [name: string]: (text: string) => unknown } = {
  yarn: yarnLockOf,
  pnpm: pnpmLockOf,
  bun: bunLockOf,
  json: relaxedJson,
  yaml: treeOf,
  settings: (text) => yarnSettingsOf('.yarnrc.yml', text),
};

const HEADS = [
  '# yarn lockfile v1\n',
  '__metadata:\n  version: 8\n',
  "lockfileVersion: '9.0'\npackages:\n",
  '{"lockfileVersion":1,"packages":{',
];
const UNITS = [
  'a@1:\n  version "1"\n',
  'a@1, ',
  '"a',
  "'a': ",
  'a:\n',
  ' ',
  '  a:\n    b: {c: d, e: f}\n',
  '{a: ',
  ', ',
  ',',
  ',}',
  '/*',
  '//',
  '"\\',
  '[[',
  '  - a\n',
  '  x: |-\n      y\n',
  '__proto__:\n  a: b\n',
  'constructor: {toString: x}\n',
  '\r\n',
  '\u0000',
  '    resolution: {integrity: sha512-x, tarball: http://a/b.tgz}\n',
  '  /a/1.0.0(b@1)(c@2):\n',
];

test('a lockfile that grows takes its share of time, whatever it is made of', () => {
  const slow: string[] = [];
  const cpu = (read: (text: string) => unknown, text: string): number => {
    const start = process.cpuUsage();
    read(text);
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  };
  for (const [name, read] of Object.entries(READERS)) {
    for (const head of HEADS) {
      for (const unit of UNITS) {
        const text = (length: number): string => head + unit.repeat(Math.ceil(length / unit.length));
        if (cpu(read, text(125_000)) < 60) continue;
        const [small, large] = [cpu(read, text(125_000)), cpu(read, text(500_000))];
        if (large > Math.max(small, 40) * 20)
          slow.push(`${name} ${JSON.stringify(head + unit)}: ${small.toFixed(0)} ms, then ${large.toFixed(0)} ms`);
      }
    }
  }
  assert.deepEqual(slow, []);
});

test('any text as any lockfile ends in entries or in nothing', () => {
  const piece = fc.constantFrom(...HEADS, ...UNITS);
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(READERS)), fc.array(piece, { maxLength: 20 }), (name, pieces) => {
      assert.doesNotThrow(() => READERS[name]?.(pieces.join('')));
    }),
    { numRuns: 500 },
  );
});

test('hostile lockfiles are judged by the schema, and names stay data', async () => {
  const texts = [
    [
      'yarn.lock',
      '# yarn lockfile v1\n\n"__proto__@^1":\n  version "1.0.0"\n  resolved "https://u:p@evil.acme.io/x.tgz?k=1"\n\n"constructor@^1":\n  version "\u001b[31m"\n',
    ],
    [
      'pnpm-lock.yaml',
      "lockfileVersion: '6.0'\n\ndependencies:\n  __proto__:\n    specifier: ^1\n    version: 1.0.0\n\npackages:\n\n  /__proto__@1.0.0:\n    resolution: {integrity: x}\n",
    ],
    [
      'bun.lock',
      '{"lockfileVersion":1,"workspaces":{"":{"dependencies":{"__proto__":"1"}}},"packages":{"__proto__":["__proto__@1.0.0","",{},"x"],"a":[null],"b":[],"c":"d"}}',
    ],
  ] as const;
  for (const [name, text] of texts) {
    // the schemas are asserted inside
    const result = await judged('packages', { 'package.json': { dependencies: { a: '1' } }, [name]: text });
    assert.ok(troubles(result).length > 0);
    assert.ok(!JSON.stringify(result.raw).includes('u:p@'));
  }
});

test('interpretation of any JSON is by the schema: registry and advisories', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      for (const collector of [registry, advisories]) {
        for (const raw of [
          value,
          { packages: [value], keys: [value] },
          {
            packages: [{ subject: 'a', file: 'b', name: 'c', version: '1.0.0', document: value }],
            found: [value],
            unread: value,
            advisories: value,
          },
        ]) {
          assert.deepEqual(validateFacts(collector.factsSchema, collector.interpret(raw as Json).facts), []);
        }
      }
    }),
    { numRuns: 200 },
  );
});
