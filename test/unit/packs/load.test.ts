/** Every refusal of the loader, with its place and its sentence (facts/engine §5). */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { packFromJson, packToJson, withExamples, withoutExamples } from '../../../src/packs/pack.ts';
import { loadPack, readPack } from '../../../src/packs/load.ts';
import { problemText } from '../../../src/packs/problem.ts';
import { pathsRead } from '../../../src/packs/read-paths.ts';
import { GOOD, readFolder, readText, SCHEMAS } from '../../support/packs.ts';

/** The problems of the good check after one replacement. */
function spoilt(from: string | RegExp, to: string): readonly string[] {
  const text = GOOD.replace(from, to);
  assert.notEqual(text, GOOD, `nothing was replaced: ${String(from)}`);
  const { check, problems } = readText(text);
  assert.equal(check === undefined, problems.length > 0);
  return problems.map(problemText);
}

const at = (place: string): string => `web.hsts.short.yaml:${place}: `;

test('a good check is read, with nothing to say about it', () => {
  const { check, problems, warnings } = readText(GOOD);

  assert.deepEqual([problems, warnings], [[], []]);
  assert.deepEqual(check?.needs, ['web']);
  const loop =
    'all' in (check?.assert ?? {}) && check !== undefined && 'all' in check.assert ? check.assert.all[1] : undefined;
  assert.deepEqual(loop, {
    every: 'cookies',
    as: 'cookie',
    onEmpty: 'true',
    optionalList: true,
    satisfies: { path: 'cookie.secure', op: 'eq', value: true },
  });
});

test('each refusal names file, line and column, and says what to do', () => {
  const table: readonly (readonly [string | RegExp, string, string, RegExp])[] = [
    ['remediation:', 'remedation:', '14:1', /^unknown key "remedation" \(did you mean "remediation"\?\)$/],
    ['remediation: Send it.\n', '', '1:1', /^the file lacks "remediation"$/],
    ['severity: medium', 'severity: urgent', '4:11', /^"severity" cannot be "urgent": it is one of critical/],
    ['severity: medium', 'severity: hihg', '4:11', /did you mean "high"/],
    ['version: 1', 'version: "1"', '2:10', /^"version" must be a whole number, not "1"$/],
    ['version: 1', 'version: 0', '2:10', /version/],
    ['target: site', 'target: server', '6:9', /^"target" cannot be "server"/],
    ['section: "6.1.1"', 'section: 6.10', '8:32', /^"section" must be text, not the number 6.1: put it in quotes/],
    ['https://www', 'http://www', '8:46', /^"url" must be an https:\/\/ address/],
    [/ {2}- \{ spec.*\n/, '  []\n', '8:3', /^"references" must not be empty$/],
    [/references:\n.*\n/, '', '1:1', /lacks "references"/],
    [
      'id: web.hsts.short',
      'id: web.hsts.shrt',
      '1:5',
      /^id "web.hsts.shrt" does not match the file name \(web.hsts.short\)$/,
    ],
    ['id: web.hsts.short', 'id: HSTS', '1:5', /^"id" must be an id such as/],
    ['needs: web', 'needs: wbe', '5:8', /^there is no collector "wbe" \(did you mean "web"\?\)$/],
    ['target: site', 'target: endpoint', '6:9', /^collector "web" does not observe a target of kind endpoint$/],
    ['path: hsts.maxAge', 'path: hsts.maxAg', '12:15', /^"hsts" has no "maxAg" \(did you mean "hsts.maxAge"\?\)$/],
    ['path: hsts.valid', 'path: htst.valid', '9:15', /^the facts have no "htst" \(did you mean "hsts.valid"/],
    ['path: hsts.valid', 'path: hsts.valid.x', '9:15', /^"hsts.valid" has no "x"/],
    ['path: cookie.secure', 'path: cookies.secure', '13:71', /^"cookies" is a list: look at its items/],
    ['path: hsts.valid', 'path: hsts..valid', '9:15', /^"path" must be a path/],
    ['op: gte', 'op: ge', '12:32', /^"op" cannot be "ge" \(did you mean/],
    ['value: 15552000', 'value: "15552000"', '12:44', /^the value of gte needs a number/],
    ['value: 15552000', 'value: 365d', '12:32', /^"hsts.maxAge" is a number: gte with "365d" does not fit it$/],
    [
      'op: eq, value: true }\n',
      'op: eq, value: "true" }\n',
      '9:31',
      /^"hsts.valid" is true or false, but the value "true" is not$/,
    ],
    [
      '{ path: hsts.valid, op: eq, value: true }',
      '{ path: scheme, op: eq, value: htps }',
      '9:27',
      /^"scheme" is never "htps" \(did you mean "https"\?\)$/,
    ],
    [
      '{ path: hsts.valid, op: eq, value: true }',
      '{ path: scheme, op: in, value: [] }',
      '9:38',
      /^the value of in needs a list with at least one item$/,
    ],
    [
      '{ path: hsts.valid, op: eq, value: true }',
      '{ path: scheme, op: present }',
      '9:27',
      /^"scheme" is never absent by the facts schema: present is always true$/,
    ],
    [
      '{ path: hsts.valid, op: eq, value: true }',
      '{ path: names, op: eq, value: a }',
      '9:26',
      /^"names" is a list: eq takes/,
    ],
    [
      '{ path: hsts.valid, op: eq, value: true }',
      '{ path: scheme, op: contains, value: http }',
      '9:27',
      /^"scheme" is text: contains takes a list$/,
    ],
    [
      '{ path: hsts.valid, op: eq, value: true }',
      '{ path: scheme, op: count, value: { eq: 1 } }',
      '9:27',
      /count takes a list/,
    ],
    [
      '{ path: hsts.valid, op: eq, value: true }',
      '{ path: names, op: matches, value: a }',
      '9:26',
      /matches takes text/,
    ],
    [
      '{ path: hsts.valid, op: eq, value: true }',
      '{ path: scheme, op: before, value: now }',
      '9:27',
      /takes an instant/,
    ],
    [
      '{ path: hsts.valid, op: eq, value: true }',
      '{ path: hsts.valid, op: in-cidr, value: [10.0.0.0/8] }',
      '9:31',
      /takes an address/,
    ],
    [
      '{ path: hsts.valid, op: eq, value: true }',
      '{ path: hsts.valid, op: version-gte, value: "1.2" }',
      '9:31',
      /takes a version/,
    ],
    [
      '{ path: hsts.valid, op: eq, value: true }',
      '{ path: scheme, op: matches, value: (a+)+ }',
      '9:43',
      /^the value of matches is refused: a quantifier inside/,
    ],
    [
      '{ path: hsts.valid, op: eq, value: true }',
      '{ path: hsts.valid, op: eq, value: true, future: true }',
      '9:56',
      /^future has no meaning for eq$/,
    ],
    [
      '{ path: hsts.valid, op: eq, value: true }',
      '{ path: hsts.maxAge, op: gt, value: 1, caseless: true }',
      '9:56',
      /^caseless has no meaning for gt$/,
    ],
    ['{ path: hsts.valid, op: eq, value: true }', '{ all: [] }', '9:14', /^"all" must not be empty$/],
    ['{ path: hsts.valid, op: eq, value: true }', '{ any: [] }', '9:14', /^"any" must not be empty$/],
    [
      '{ path: hsts.valid, op: eq, value: true }',
      '{ not: { path: hsts.valid, op: eq, value: true } }',
      '9:9',
      /^there is no "not"/,
    ],
    [
      '{ path: hsts.valid, op: eq, value: true }',
      '{ path: hsts.valid, op: eq, vlaue: true }',
      '9:35',
      /^unknown key "vlaue" \(did you mean "value"\?\)$/,
    ],
    ['{ path: hsts.valid, op: eq, value: true }', '{ path: hsts.valid, value: true }', '9:1', /lacks "op"/],
    [' onEmpty: true,', '', '13:7', /lacks "onEmpty"/],
    [' onEmpty: true,', ' onEmpty: maybe,', '13:46', /cannot be "maybe"/],
    ['every: cookies', 'every: cookie', '13:16', /^the facts have no "cookie" \(did you mean "cookies"/],
    ['every: cookies', 'every: scheme', '13:16', /^"scheme" is no list$/],
    [/as: cookie,(.*)cookie\.secure/, 'as: names,$1names.secure', '13:29', /^the name "names" hides a fact/],
    [/ {2}- \{ expect: pass.*\n/, '', '15:1', /^there is no example that is expected to be pass$/],
    [/ {2}- \{ expect: fail.*\n/, '', '15:1', /^there is no example that is expected to be fail$/],
    ['expect: pass', 'expect: passes', '16:15', /cannot be "passes" \(did you mean "pass"\?\)/],
    ['expect: pass,', 'expect: pass, asOf: 2026-01-31,', '16:27', /is no instant such as/],
    ['remediation: Send it.', 'remediation: ""', '14:14', /^"remediation" must not be empty$/],
    ['remediation: Send it.', 'subject: hsts.valid\nremediation: x', '14:10', /^"hsts.valid" is no text$/],
    ['remediation: Send it.', 'subject: hots\nremediation: x', '14:10', /^the facts have no "hots"/],
    [
      'when:',
      'each: { path: cookies, as: c, subject: c.nam, onEmpty: pass }\nwhen:',
      '9:40',
      /^"c" has no "nam" \(did you mean "c.name"/,
    ],
    [
      'when:',
      'each: { path: cookies, as: c, subject: c.secure, onEmpty: pass }\nwhen:',
      '9:40',
      /^"c.secure" is no text$/,
    ],
    ['when:', 'each: { path: cookies, as: c, subject: c.name }\nwhen:', '9:1', /lacks "onEmpty"/],
    [
      'when:',
      'each: { path: cookies, as: scheme, subject: scheme.name, onEmpty: pass }\nwhen:',
      '9:28',
      /hides a fact/,
    ],
    [
      'when:',
      'each: { path: cookies, as: c, subject: c.name, onEmpty: pass, location: c.plac }\nwhen:',
      '9:73',
      /has no "plac"/,
    ],
    [
      'when:',
      'severityWhen: [{ when: { path: hsts.vald, op: eq, value: true }, severity: low }]\nwhen:',
      '9:32',
      /has no "vald"/,
    ],
    [
      'when:',
      'manualWhen: { when: { path: hsts.vald, op: eq, value: true }, manual: Look }\nwhen:',
      '9:29',
      /has no "vald"/,
    ],
  ];

  for (const [from, to, place, sentence] of table) {
    const problems = spoilt(from, to);

    const [first = ''] = problems;
    assert.equal(problems.length, 1, `${String(from)} -> ${to}\n${problems.join('\n')}`);
    assert.equal(first.slice(0, at(place).length), at(place), `${to}\n${first}`);
    assert.match(first.slice(at(place).length), sentence, to);
  }
});

test('several problems of a file are all named at once, in the order of the file', () => {
  const { texts } = readFolder({
    'web/web.hsts.short.yaml': GOOD.replace('hsts.maxAge', 'hsts.maxAg')
      .replace('hsts.valid', 'hsts.vald')
      .replace('expect: pass', 'expect: fail'),
    'web/other.yaml': 'id: [',
  });

  assert.deepEqual(
    texts.map((text) => text.split(': ')[0]),
    [
      'pack/web/other.yaml:1:6',
      'pack/web/web.hsts.short.yaml:9:15',
      'pack/web/web.hsts.short.yaml:12:15',
      'pack/web/web.hsts.short.yaml:15:1',
    ],
  );
  assert.throws(() => loadPack('/nowhere/at/all', SCHEMAS), /cannot be read \(ENOENT\)/);
});

test('what is no readable text is named, not left out: links, huge files, other encodings', () => {
  const folder = mkdtempSync(join(tmpdir(), 'probity-links-'));
  try {
    const elsewhere = join(folder, 'elsewhere');
    const pack = join(folder, 'pack');
    mkdirSync(elsewhere);
    mkdirSync(pack);
    writeFileSync(join(elsewhere, 'good'), GOOD);
    symlinkSync(join(elsewhere, 'good'), join(pack, 'web.hsts.short.yaml'));
    symlinkSync(join(elsewhere, 'nothing'), join(pack, 'broken.yaml'));
    writeFileSync(join(pack, 'huge.yaml'), 'x'.repeat(300 * 1024));
    writeFileSync(join(pack, 'latin.yaml'), Buffer.from([0x61, 0x3a, 0x20, 0xe9]));
    mkdirSync(join(pack, 'folder.yaml'));

    const reading = readPack(pack, SCHEMAS, { shownAs: 'pack' });
    symlinkSync(elsewhere, join(pack, 'linked'));

    assert.deepEqual(
      reading.pack.checks.map(({ id }) => id),
      ['web.hsts.short'],
    );
    assert.deepEqual(reading.problems.map(problemText), [
      'pack/broken.yaml:1:1: cannot be read (ENOENT)',
      'pack/huge.yaml:1:1: the file is larger than 256 KiB',
      'pack/latin.yaml:1:1: the file is not UTF-8',
    ]);
    assert.throws(() => readPack(pack, SCHEMAS), /linked is a link to a folder/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('an id may stand once, in all packs together', () => {
  const twice = readFolder({ 'a/web.hsts.short.yaml': GOOD, 'b/web.hsts.short.yaml': GOOD });
  assert.deepEqual(twice.texts, [
    'pack/b/web.hsts.short.yaml:1:5: check "web.hsts.short" is already in pack/a/web.hsts.short.yaml',
  ]);
  const { pack } = readFolder({ 'a/web.hsts.short.yaml': GOOD });
  const again = readFolder({ 'web.hsts.short.yaml': GOOD }, { beside: [pack] });
  assert.deepEqual(again.texts, ['pack/web.hsts.short.yaml:1:5: check "web.hsts.short" is already in the pack test']);
});

test('examples: facts must keep to the schema, and the outcome must be the one that is said', () => {
  const problemsOf = (from: string, to: string): readonly string[] =>
    readFolder({ 'web.hsts.short.yaml': GOOD.replace(from, to) }, { examples: true }).texts;

  assert.deepEqual(readFolder({ 'web.hsts.short.yaml': GOOD }, { examples: true }).texts, []);
  const [outcome = ''] = problemsOf('maxAge: 300', 'maxAge: 15552000');
  assert.match(
    outcome,
    /^pack\/web\.hsts\.short\.yaml:17:15: expected fail, but it is pass: https:\/\/example\.com\/: hsts max age is 15552000/,
  );
  const [unknown = ''] = problemsOf('maxAge: 300', 'maxAgo: 300');
  assert.match(unknown, /yaml:17:\d+: "maxAgo" is not declared in the schema|yaml:17:\d+: is not declared/);
  const [type = ''] = problemsOf('maxAge: 300', 'maxAge: many');
  assert.match(type, /yaml:17:\d+: expected an integer, found text \(facts of web, \/hsts\/maxAge\)/);
  const [fault = ''] = problemsOf('http.timeout', 'http.timeuot');
  assert.match(fault, /not a known fault code/);
});

test('warnings are not refusals: a missing error or not-applicable example', () => {
  const { check, warnings } = readText(
    GOOD.replace(/ {2}- \{ expect: error.*\n/, '').replace(/ {2}- \{ expect: not-app.*\n/, ''),
  );

  assert.ok(check !== undefined);
  assert.deepEqual(
    warnings.map((warning) => warning.message),
    ['there is no example that is expected to be error', 'there is no example that is expected to be not-applicable'],
  );
});

test('several collectors: paths start at their ids', () => {
  const text = GOOD.replace('needs: web', 'needs: [web, dns]')
    .replace('target: site', 'target: domain')
    .replaceAll('path: hsts', 'path: web.hsts')
    .replace('every: cookies', 'every: web.cookies');
  const { check, problems } = readText(text);

  assert.deepEqual(problems.map(problemText), []);
  assert.deepEqual(check && Object.fromEntries(pathsRead(check)), {
    web: ['cookies', 'cookies.secure', 'hsts.maxAge', 'hsts.valid'],
    dns: [],
  });
  const { problems: wrong } = readText(text.replace('web.hsts.valid', 'hsts.valid'));
  assert.match(wrong[0]?.message ?? '', /^the facts have no "hsts" \(did you mean "web.hsts.valid"/);
});

test('the paths that a check reads are whole, loops and each resolved', () => {
  const text = GOOD.replace(
    'when:',
    'each: { path: cookies, as: c, subject: c.name, onEmpty: pass, location: c.place }\nwhen:',
  ).replace('path: hsts.valid', 'path: c.secure');
  const { check } = readText(text);

  assert.deepEqual(check && Object.fromEntries(pathsRead(check)), {
    web: ['cookies', 'cookies.name', 'cookies.place', 'cookies.secure', 'hsts.maxAge'],
  });
});

test('a pack is the same from YAML and from the one JSON of the build, and its digest sees every change', () => {
  const { pack } = readFolder({ 'a/web.hsts.short.yaml': GOOD });

  const lean = withoutExamples(pack);
  assert.deepEqual(packFromJson(packToJson(pack)), pack);
  assert.ok(lean.pack.checks.every(({ examples }) => examples.length === 0));
  assert.deepEqual(withExamples(packFromJson(packToJson(lean.pack)), lean.examples), pack);
  assert.match(pack.digest, /^sha256:[0-9a-f]{64}$/);
  assert.equal(readFolder({ 'b/web.hsts.short.yaml': `# a comment\n${GOOD}` }).pack.digest, pack.digest);
  assert.notEqual(
    readFolder({ 'a/web.hsts.short.yaml': GOOD.replace('15552000', '15552001') }).pack.digest,
    pack.digest,
  );
  assert.throws(() => packFromJson('{"schema":"pack/2"}'), /build it again/);
});
