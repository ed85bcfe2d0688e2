/** Which checks run: globs, profiles, severities, operands, deep checks. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Check } from '../../../src/model/check.ts';
import { UsageError } from '../../../src/model/fault.ts';
import { globMatcher } from '../../../src/model/glob.ts';
import type { Profile } from '../../../src/packs/pack.ts';
import { type Selection, selectChecks } from '../../../src/packs/select.ts';
import { checkOf, judgeFacts } from '../../support/judging.ts';
import { GOOD, readFolder } from '../../support/packs.ts';

const check = (id: string, extra: Partial<Check> = {}): Check =>
  checkOf({ id, assert: { path: 'a', op: 'present', value: null }, ...extra });
const days = check('kms.rotation.slow', { assert: { path: 'days', op: 'lte', value: { $profile: 'maxDays' } } });
const checks = [check('dns.caa'), check('kms.grants', { deep: true }), days, check('spf.missing'), check('spf.syntax')];
const profiles: readonly Profile[] = [
  { id: 'bare', title: 'No data', include: ['*'] },
  { id: 'default', title: 'All', include: ['*'], exclude: ['dns.*'], data: { maxDays: 365 } },
  {
    id: 'pci',
    title: 'PCI',
    include: ['kms.*', 'dns.*'],
    severity: { 'dns.caa': 'high', 'kms.rotation.slow': 'low' },
    data: { maxDays: 90 },
  },
  {
    id: 'strict',
    title: 'Strict',
    include: ['dns.*'],
    severity: { 'dns.caa': 'critical' },
    references: { 'dns.caa': [{ spec: 'Own', section: '1' }] },
  },
];

function select(selection: Partial<Selection>): readonly Check[] {
  return selectChecks({ checks, profiles }, { checks: [], skip: [], profiles: [], ...selection });
}

const ids = (selection: Partial<Selection>): readonly string[] =>
  select(selection).map(({ id, profile }) => (profile === undefined ? id : `${id}@${profile}`));

test('without a word the default profile decides, and leaves out what is deep', () => {
  assert.deepEqual(ids({}), ['kms.rotation.slow@default', 'spf.missing', 'spf.syntax']);
});

test('globs choose among all checks; a bare star does not name deep ones, anything else does', () => {
  assert.deepEqual(ids({ checks: ['dns.caa'] }), ['dns.caa']);
  assert.deepEqual(ids({ checks: ['spf.*'], skip: ['*.syntax'] }), ['spf.missing']);
  assert.deepEqual(ids({ checks: ['kms.*'] }), ['kms.grants', 'kms.rotation.slow@default']);
  assert.deepEqual(ids({ checks: ['*'] }), ['dns.caa', 'kms.rotation.slow@default', 'spf.missing', 'spf.syntax']);
  assert.deepEqual(ids({ skip: ['spf.*'] }), ['kms.rotation.slow@default']);
});

test('profiles: the union, the higher severity, all clauses', () => {
  assert.deepEqual(ids({ profiles: ['pci'] }), ['dns.caa', 'kms.grants', 'kms.rotation.slow@pci']);
  const [caa] = select({ profiles: ['pci', 'strict'], checks: ['dns.caa'] });
  assert.equal(caa?.severity, 'critical');
  assert.deepEqual(caa.references, [{ spec: 'RFC 1' }, { spec: 'Own', section: '1' }]);
  assert.equal(select({ profiles: ['pci'], checks: ['dns.caa'] })[0]?.severity, 'high');
  assert.deepEqual(ids({ profiles: ['strict'], checks: ['spf.*', 'dns.*'] }), ['dns.caa']);
});

test('a check that takes its operand from profiles runs once for each, with the profile in its subject', () => {
  const found = select({ profiles: ['default', 'pci', 'strict'], checks: ['kms.rotation.slow'] });

  assert.deepEqual(
    found
      .flatMap((one) => judgeFacts(one, { days: 180 }))
      .map(({ subject, status, severity }) => [subject, status, severity]),
    [
      ['example.com@default', 'pass', 'medium'],
      ['example.com@pci', 'fail', 'low'],
    ],
  );
});

test('a word that names nothing is refused, with the nearest that there is', () => {
  const message = (selection: Partial<Selection>): string => {
    try {
      select(selection);
    } catch (error) {
      assert.ok(error instanceof UsageError);
      return error.message;
    }
    return assert.fail('nothing was refused');
  };

  assert.match(
    message({ checks: ['spf.mising'] }),
    /^--checks: no check is named "spf.mising" \(did you mean "spf.missing"\?\)$/,
  );
  assert.match(message({ skip: ['spf'] }), /^--skip: no check is named "spf" \(did you mean "spf\.\*"\?\)$/);
  assert.match(message({ checks: ['tls.*'] }), /no check is named "tls\.\*"/);
  assert.match(message({ profiles: ['pcy'] }), /^there is no profile "pcy" \(did you mean "pci"\?\)$/);
  assert.match(message({ profiles: ['zzzzzz'] }), /there are bare, default, pci, strict$/);
  assert.match(message({ checks: ['spf.*'], skip: ['spf.*'] }), /^no check is selected/);
  assert.match(
    message({ checks: ['kms.rotation.slow'], profiles: ['bare'] }),
    /kms\.rotation\.slow takes its operand from a profile; choose one with --profile: default, pci$/,
  );
});

test('globs are what they say, in linear time', () => {
  const table: readonly (readonly [string, string, boolean])[] = [
    ['spf.*', 'spf.missing', true],
    ['spf.*', 'spf', false],
    ['*.missing', 'spf.missing', true],
    ['s?f.*', 'spf.a', true],
    ['*', '', true],
    ['', '', true],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'a-b-b', false],
    ['spf.missing', 'spf.missing', true],
    ['[s]pf.*', 'spf.a', false],
    ['spf.(a|b)', 'spf.a', false],
  ];
  for (const [glob, text, expected] of table) assert.equal(globMatcher(glob)(text), expected, `${glob} ${text}`);
  assert.equal(globMatcher(`${'*a'.repeat(2000)}b`)('a'.repeat(20_000)), false);
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '?'), maxLength: 8 });
  fc.assert(
    fc.property(letters, fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 8 }), (glob, text) => {
      const pattern = new RegExp(`^${glob.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.')}$`);
      assert.equal(globMatcher(glob)(text), pattern.test(text), `${glob} ${text}`);
    }),
    { numRuns: 1000 },
  );
});

test('profile files: unknown checks, keys that no profile has, values of the wrong type are load errors', () => {
  const taking = GOOD.replace('value: 15552000', 'value: { $profile: halfYear }');
  const profile = (data: string): string => `id: default\ntitle: All\ninclude: ["*"]\ndata: ${data}\n`;
  const texts = (files: { readonly [path: string]: string }): readonly string[] =>
    readFolder({ 'web.hsts.short.yaml': taking, ...files }, { examples: true }).texts;

  assert.deepEqual(texts({ 'profiles/default.yaml': profile('{ halfYear: 15552000 }') }), []);
  assert.match(
    texts({})[0] ?? '',
    /^pack\/web\.hsts\.short\.yaml:12:44: no profile has the key "halfYear" in its data$/,
  );
  assert.match(texts({ 'profiles/default.yaml': profile('{ halfYaer: 1 }') })[0] ?? '', /did you mean "halfYaer"/);
  assert.match(
    texts({ 'profiles/default.yaml': profile('{ halfYear: 180d }') })[0] ?? '',
    /12:44: with "halfYear" of the profile default: "hsts.maxAge" is a number: gte with "180d" does not fit it$/,
  );
  const good = { 'web.hsts.short.yaml': GOOD };
  const wrong = (text: string): string => readFolder({ ...good, 'profiles/own.yaml': text }).texts.join('\n');
  assert.match(
    wrong('id: own\ntitle: T\ninclude: ["web.*", "spf.*"]\n'),
    /own\.yaml:3:20: no check is named "spf\.\*"/,
  );
  assert.match(
    wrong('id: own\ntitle: T\ninclude: ["*"]\nseverity: { web.hsts.shrt: low }\n'),
    /own\.yaml:4:13: there is no check "web.hsts.shrt" \(did you mean/,
  );
  assert.match(wrong('id: other\ntitle: T\ninclude: ["*"]\n'), /own\.yaml:1:5: id "other" does not match/);
  assert.match(wrong('id: own\ntitle: T\ninclude: []\n'), /own\.yaml:3:10: "include" must not be empty/);
  assert.match(
    wrong('id: own\ntitle: T\ninclude: ["*"]\nseverity: { web.hsts.short: urgent }\n'),
    /cannot be "urgent"/,
  );
});
