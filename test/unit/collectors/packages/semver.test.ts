/** Semantic versions, npm's ranges, OSV's events and CVSS: tables of what holds and what does not, and hostile texts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { baseScore } from '../../../../src/collectors/packages/cvss.ts';
import { lookalikeOf } from '../../../../src/collectors/packages/lookalike.ts';
import { isAffected, SEMVER } from '../../../../src/collectors/packages/osv.ts';
import { compareVersions, satisfies, versionOf } from '../../../../src/collectors/packages/semver.ts';

function inRange(version: string, range: string): boolean | undefined {
  const parsed = versionOf(version);
  return parsed === undefined ? undefined : satisfies(parsed, range);
}

test('versions are in the order of Semantic Versioning §11', () => {
  const sorted = [
    '1.0.0-alpha',
    '1.0.0-alpha.1',
    '1.0.0-alpha.beta',
    '1.0.0-beta',
    '1.0.0-beta.2',
    '1.0.0-beta.11',
    '1.0.0-rc.1',
    '1.0.0',
    '1.2.0',
    '1.10.0',
    '2.0.0',
  ];

  const mixed = sorted.toReversed().map((text) => ({ text, version: versionOf(text) }));
  mixed.sort((a, b) =>
    a.version === undefined || b.version === undefined ? 0 : compareVersions(a.version, b.version),
  );

  assert.deepEqual(
    mixed.map(({ text }) => text),
    sorted,
  );
  for (const text of ['', '1', '1.2', 'latest', '1.2.3.4', '01a.2.3', 'git+ssh://x'])
    assert.equal(versionOf(text), undefined, text);
});

test('a range of npm takes what it says', () => {
  const rows: readonly (readonly [range: string, yes: readonly string[], no: readonly string[]])[] = [
    ['^1.2.3', ['1.2.3', '1.9.0'], ['1.2.2', '2.0.0', '1.3.0-beta.1', '2.0.0-rc.1']],
    ['^0.2.3', ['0.2.3', '0.2.9'], ['0.3.0', '0.2.2']],
    ['^0.0.3', ['0.0.3'], ['0.0.4']],
    ['^0.0', ['0.0.9'], ['0.1.0']],
    ['^1', ['1.0.0', '1.99.1'], ['2.0.0']],
    ['~1.2.3', ['1.2.3', '1.2.9'], ['1.3.0']],
    ['~1', ['1.9.9'], ['2.0.0']],
    ['1.2.x', ['1.2.0', '1.2.7'], ['1.3.0']],
    ['1', ['1.5.0'], ['2.0.0']],
    ['*', ['0.0.0', '9.9.9'], ['1.0.0-beta']],
    ['', ['1.0.0'], []],
    ['1.2.3', ['1.2.3', '1.2.3+build'], ['1.2.4']],
    ['=1.2.3', ['1.2.3'], ['1.2.2']],
    ['>=1.2 <2', ['1.2.0', '1.9.9'], ['1.1.9', '2.0.0']],
    ['>= 1.2.0 < 2.0.0', ['1.2.0'], ['2.0.0']],
    ['>1.2', ['1.3.0'], ['1.2.9']],
    ['<=1.2', ['1.2.9'], ['1.3.0']],
    ['1.2.3 - 2.3.4', ['1.2.3', '2.3.4'], ['2.3.5', '1.2.2']],
    ['1.2 - 2.3', ['2.3.9'], ['2.4.0']],
    ['^1.0.0 || ^3.0.0', ['1.1.0', '3.9.0'], ['2.0.0']],
    ['^1.2.3-beta.2', ['1.2.3-beta.4', '1.2.3', '1.9.0'], ['1.2.3-alpha', '1.3.0-beta']],
  ];
  for (const [range, yes, no] of rows) {
    for (const version of yes) assert.equal(inRange(version, range), true, `${version} in "${range}"`);
    for (const version of no) assert.equal(inRange(version, range), false, `${version} not in "${range}"`);
  }
  for (const range of ['latest', 'github:o/r', 'npm:x@1', 'workspace:*', 'https://x/y.tgz', '^a'])
    assert.equal(inRange('1.0.0', range), undefined, range);
});

test('any text as version or range gives an answer', () => {
  const part = fc.constantFrom(
    '1',
    '.',
    'x',
    '*',
    '^',
    '~',
    '>',
    '<',
    '=',
    ' ',
    '-',
    '||',
    'v',
    'a',
    '0',
    '9'.repeat(20),
    '\u0000',
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 40 }), (parts) => {
      assert.ok([true, false, undefined].includes(inRange('1.2.3', parts.join(''))));
      assert.doesNotThrow(() => versionOf(parts.join('')));
    }),
  );
  assert.equal(inRange('1.2.3', '^1.2.3 || '.repeat(100_000)), true);
});

const range = (...events: readonly object[]): never => ({ ranges: [{ type: 'SEMVER', events }] }) as never;

test('OSV events: introduced opens, fixed closes before, last_affected behind its version', () => {
  const fixed = range({ introduced: '0' }, { fixed: '4.17.21' });
  assert.deepEqual(isAffected(fixed, '4.17.20', SEMVER), { fixed: '4.17.21' });
  assert.equal(isAffected(fixed, '4.17.21', SEMVER), undefined);
  assert.deepEqual(isAffected(fixed, '0.0.1-beta', SEMVER), { fixed: '4.17.21' });

  const last = range({ introduced: '1.0.0' }, { last_affected: '1.2.0' });
  assert.equal(isAffected(last, '0.9.0', SEMVER), undefined);
  assert.deepEqual(isAffected(last, '1.2.0', SEMVER), { fixed: undefined });
  assert.equal(isAffected(last, '1.2.1', SEMVER), undefined);

  const twice = range({ introduced: '1.0.0' }, { fixed: '1.1.0' }, { introduced: '2.0.0' }, { fixed: '2.1.0' });
  assert.equal(isAffected(twice, '1.5.0', SEMVER), undefined);
  assert.deepEqual(isAffected(twice, '2.0.5', SEMVER), { fixed: '2.1.0' });
  assert.deepEqual(isAffected({ versions: ['3.0.0'] }, '3.0.0', SEMVER), { fixed: undefined });
  assert.equal(isAffected({ ranges: [{ type: 'GIT', events: [{ introduced: '0' }] }] }, '3.0.0', SEMVER), undefined);
});

test('CVSS base scores are those of the specification', () => {
  assert.equal(baseScore('CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'), 9.8);
  assert.equal(baseScore('CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N'), 6.1);
  assert.equal(baseScore('CVSS:3.0/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N'), 1.8);
  assert.equal(baseScore('CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N'), 0);
  assert.equal(baseScore('CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H'), 9.9);
  for (const vector of ['', 'CVSS:2.0/AV:N', 'CVSS:3.1/AV:N', 'CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'])
    assert.equal(baseScore(vector), undefined, vector);
});

test('names one slip from a much-used one are told, and no other', () => {
  const rows: readonly (readonly [name: string, like: string | undefined])[] = [
    ['lodahs', 'lodash'],
    ['lodas', 'lodash'],
    ['lodaash', 'lodash'],
    ['lodaxh', 'lodash'],
    ['1odash', 'lodash'],
    ['cross_env', 'cross-env'],
    ['crossenv', 'cross-env'],
    ['expresss', 'express'],
    ['comrnander', 'commander'],
    ['lodash', undefined],
    ['express', undefined],
    ['reac', undefined],
    ['my-company-billing', undefined],
    ['@scope/lodahs', undefined],
    ['', undefined],
  ];
  for (const [name, like] of rows) assert.equal(lookalikeOf(name), like, name);
});
