/** Rules of a gitleaks file: TOML by its grammar, problems with their places, gitleaks' meaning of a rule. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { sampler } from '../../../src/collectors/secrets/sample.ts';
import type { DetectorSet } from '../../../src/model/detector.ts';
import { UsageError } from '../../../src/model/fault.ts';
import { detectorCheck, detectorData } from '../../../src/packs/detectors.ts';
import { gitleaksPack, readGitleaksRules } from '../../../src/packs/gitleaks.ts';
import { joinPacks, makePack } from '../../../src/packs/pack.ts';
import { readToml, TomlError } from '../../../src/wire/toml.ts';
import { ownDetectors } from '../../support/detectors.ts';

const plain = (text: string): unknown => JSON.parse(JSON.stringify(readToml(text).value));

test('TOML is read: tables, lists of tables, dotted keys, all kinds of text, numbers, comments', () => {
  const text = `# comment\ntitle = "a\\tb\\u00e9" # more\n'quoted key' = 'C:\\path'\na.b.c = 1_000\n[x]\nlist = [ 1, 2.5, # two\n  "three", ]\ninline = { k = true, n = -0x1 }\nlong = """\nfirst \\\n   second""""\nraw = '''\n\\d+'''\n[[x.items]]\nid = 1\n[[x.items]]\nid = 2\n[x.items.sub]\nz = inf_\n`;

  assert.deepEqual(plain(text.replace('z = inf_\n', 'z = false\n').replace('-0x1', '0x1f')), {
    title: 'a\tb\u00e9',
    'quoted key': 'C:\\path',
    a: { b: { c: 1000 } },
    x: {
      list: [1, 2.5, 'three'],
      inline: { k: true, n: 31 },
      long: 'first second"',
      raw: '\\d+',
      items: [{ id: 1 }, { id: 2, sub: { z: false } }],
    },
  });
});

test('what is no TOML is refused with line and column', () => {
  for (const [text, line, column] of [
    ['a = ', 1, 5],
    ['a = 1\nb 2', 2, 3],
    ['[a\n', 1, 3],
    ['a = [1', 1, 5],
    ['a = "x', 1, 5],
    ['a = 1\na = 2', 2, 1],
    ['[a]\n[a]', 2, 1],
    ['a = 1 b', 1, 7],
    ['a = "\\q"', 1, 5],
    ['a = 2026-01-01', 1, 5],
    ["a = '''x", 1, 5],
  ] as const) {
    assert.throws(
      () => readToml(text),
      (error) => error instanceof TomlError && error.place.line === line && error.place.column === column,
      text,
    );
  }
});

test('any text is TOML or is refused', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), (text) => {
      try {
        readToml(text);
      } catch (error) {
        assert.ok(error instanceof TomlError, String(error));
      }
    }),
    { numRuns: 2000 },
  );
});

function scanWith(toml: string): (text: string, path?: string) => readonly string[] {
  const rules = readGitleaksRules(toml, 'rules.toml');
  const set = JSON.parse(Buffer.from(detectorData(rules.files, rules.allow)).toString('utf8')) as DetectorSet;
  const sample = sampler(set);
  return (text, path = 'x.txt') =>
    sample(path, text).found.map((found) => `${found.detector}:${String(found.line)}:${String(found.column)}`);
}

test('the secret is the group that was asked for, else the first that is not empty', () => {
  const scan = scanWith(
    `[[rules]]\nid = "a"\nregex = '''key=(\\w+)(?:-(\\d+))?'''\nkeywords = ["KEY"]\n[[rules]]\nid = "b"\nregex = '''key=(\\w+)-(\\d+)'''\nsecretGroup = 2\n`,
  );

  assert.deepEqual(scan('x key=abc-12'), ['a:1:7', 'b:1:11']);
});

test('entropy must be exceeded; keywords are a filter over the whole text; a rule without any always runs', () => {
  const scan = scanWith(
    `[[rules]]\nid = "a"\nregex = '''[a-z]{8}'''\nentropy = 2.9\nkeywords = ["needle"]\n[[rules]]\nid = "always"\nregex = '''Q{4}'''\n`,
  );

  assert.deepEqual(scan('abcdefgh'), []);
  assert.deepEqual(scan(`abcdefgh${'\n'.repeat(30_000)}needle`), ['a:1:1']);
  assert.deepEqual(scan('aaaabbbb needle'), []);
  assert.deepEqual(scan('QQQQ'), ['always:1:1']);
});

test('allow-lists: secret, match, line, stop words, paths, and all conditions together', () => {
  const rule = (list: string): string =>
    `[[rules]]\nid = "a"\nregex = '''tok_(\\w{4,})'''\n[[rules.allowlists]]\n${list}\n`;

  assert.deepEqual(scanWith(rule("regexes = ['''^dead''']"))('tok_dead1'), []);
  assert.deepEqual(scanWith(rule("regexes = ['''^dead''']\nregexTarget = \"match\""))('tok_dead1'), ['a:1:5']);
  assert.deepEqual(scanWith(rule("regexes = ['''test$''']\nregexTarget = \"line\""))('tok_dead1 test'), []);
  assert.deepEqual(scanWith(rule('stopwords = ["BEEF"]'))('tok_xxbeefxx'), []);
  assert.deepEqual(scanWith(rule("paths = ['''^docs/''']"))('tok_abcd', 'docs/a.md'), []);
  const both = rule("condition = \"AND\"\npaths = ['''^docs/''']\nstopwords = [\"beef\"]");
  assert.deepEqual(scanWith(both)('tok_beef', 'docs/a.md'), []);
  assert.deepEqual(scanWith(both)('tok_abcd', 'docs/a.md'), ['a:1:5']);
  assert.deepEqual(scanWith(both)('tok_beef', 'src/a.md'), ['a:1:5']);
  assert.deepEqual(
    scanWith(`${rule('stopwords = ["zzz"]')}[allowlist]\nregexes = ['''^true|false|null$''']\n`)('tok_isfalse'),
    [],
  );
});

test('a path rule alone names the file, empty ones too', () => {
  assert.deepEqual(scanWith("[[rules]]\nid = \"p12\"\npath = '''(?i)\\.p12$'''\n")('', 'a.P12'), ['p12:1:1']);
});

test('a pattern that other engines run away on is run by the linear one', () => {
  const scan = scanWith("[[rules]]\nid = \"slow\"\nregex = '''(a+)+b'''\n");

  assert.deepEqual(scan('a'.repeat(4000)), []);
  assert.deepEqual(scan('xaab'), ['slow:1:2']);
});

test('problems are named with their places, all at once', () => {
  const toml = `[[rules]]\nid = "a"\nregex = '''(?=x)'''\n[[rules]]\nid = "b"\nregex = "a**"\nsecretGroup = 3\n[[rules]]\nregex = "x"\n`;

  assert.throws(
    () => readGitleaksRules(toml, 'rules.toml'),
    (error) =>
      error instanceof UsageError &&
      /rules\.toml:3:1: regex: this kind of group is not in the dialect/.test(error.message) &&
      /rules\.toml:6:1: regex: a repetition of a repetition/.test(error.message) &&
      /rules\.toml:8:1: a rule needs an id/.test(error.message),
  );
  const { warnings } = readGitleaksRules('[[rules]]\nid = "a"\nregex = "x"\nfoo = 1\n', 'r.toml');
  assert.deepEqual(
    warnings.map((one) => `${String(one.line)} ${one.message}`),
    ['4 "foo" is not known and has no effect'],
  );
});

test('a pack of rules takes the place of our detectors, or stands beside them with useDefault', () => {
  const own = ownDetectors();
  const ours = makePack({
    name: 'checks',
    checks: own.map((file) => detectorCheck(file)),
    profiles: [],
    frameworks: [],
    detectors: own,
  });
  const joinedWith = (toml: string): ReturnType<typeof joinPacks> =>
    joinPacks([ours, gitleaksPack(readGitleaksRules(toml, 'r.toml'), 'rules', own)]);

  const beside = joinedWith(
    '[extend]\nuseDefault = true\ndisabledRules = ["jwt"]\n[[rules]]\nid = "github-pat"\nregex = "x"\n',
  );
  const alone = joinedWith('[[rules]]\nid = "a"\nregex = "x"\n');

  assert.equal(beside.detectors.length, own.length - 1);
  assert.deepEqual(
    beside.checks.filter((check) => /^secret\.(?:github-pat|jwt)$/.test(check.id)).map((check) => check.id),
    ['secret.github-pat'],
  );
  assert.deepEqual(
    alone.detectors.map((file) => file.detector.id),
    ['a'],
  );
  assert.deepEqual(
    alone.checks.map((check) => check.id),
    ['secret.a'],
  );
});
