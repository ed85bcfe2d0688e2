/** Python's versions, in the order of PEP 440. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { isAffected } from '../../../../src/collectors/packages/osv.ts';
import { PEP440 } from '../../../../src/collectors/packages/pep440.ts';

const order = (a: string, b: string): number | undefined => {
  const [left, right] = [PEP440.read(a), PEP440.read(b)];
  return left === undefined || right === undefined ? undefined : PEP440.compare(left, right);
};

test('versions stand in the order of the specification', () => {
  const ordered = [
    '0.9',
    '1.0.dev456',
    '1.0a1',
    '1.0a2.dev456',
    '1.0a12.dev456',
    '1.0a12',
    '1.0b1.dev456',
    '1.0b2',
    '1.0b2.post345.dev456',
    '1.0b2.post345',
    '1.0rc1.dev456',
    '1.0rc1',
    '1.0',
    '1.0.post456.dev34',
    '1.0.post456',
    '1.0.15',
    '1.1.dev1',
    '1!0.1',
  ];
  for (const [index, version] of ordered.entries()) {
    for (const [other, later] of ordered.entries()) {
      assert.equal(Math.sign(order(version, later) ?? Number.NaN), Math.sign(index - other), `${version} ${later}`);
    }
  }
});

test('what is written in different ways is the same version', () => {
  const same = [
    ['1.0', '1.0.0', 'v1', '1.0+local.1', ' 1.0 '],
    ['1.1a1', '1.1.alpha1', '1.1-ALPHA-1', '1.1_a_1'],
    ['1.0rc1', '1.0c1', '1.0-preview1', '1.0.pre.1'],
    ['1.0.post2', '1.0-2', '1.0-r2', '1.0rev2'],
    ['1.0a0', '1.0a'],
    ['1.0.dev0', '1.0dev'],
  ];
  for (const [first = '', ...others] of same) for (const other of others) assert.equal(order(first, other), 0, other);
});

test('what is no version is none', () => {
  for (const text of ['', 'latest', '1.0.x', '1..0', '1.0-', '1.0+', '1.0 2', '-1', '1'.repeat(400), '1!']) {
    assert.equal(PEP440.read(text), undefined, text);
  }
  assert.equal(
    isAffected({ ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }] }] }, 'latest', PEP440),
    undefined,
  );
  assert.deepEqual(isAffected({ versions: ['1.0'] }, '1.0.0', PEP440), { fixed: undefined });
});

test('any text ends, and the order is one', () => {
  const part = fc.constantFrom('1', '0', '.', '!', 'a', 'rc', 'post', 'dev', '-', '_', '+', 'v', '12');
  const text = fc.array(part, { maxLength: 8 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, text, text, (a, b, c) => {
      const [ab, ba, bc, ac] = [order(a, b), order(b, a), order(b, c), order(a, c)];
      if (ab !== undefined && ba !== undefined) assert.equal(Math.sign(ab), -Math.sign(ba) || 0);
      if (ab !== undefined && bc !== undefined && ac !== undefined && ab <= 0 && bc <= 0) assert.ok(ac <= 0);
    }),
    { numRuns: 1000 },
  );
});
