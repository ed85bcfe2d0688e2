/** probity.yaml: where it is found, what it may say, how the command line wins, and how each mistake is named. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parseArguments } from '../../../src/config/arguments.ts';
import { findConfig } from '../../../src/config/config.ts';
import { effectiveOptions } from '../../../src/config/file.ts';
import { parseConnectTo, parseInstant, parseResolver } from '../../../src/config/values.ts';
import { UsageError } from '../../../src/model/fault.ts';

const BASE = mkdtempSync(join(tmpdir(), 'probity-config-'));
after(() => rmSync(BASE, { recursive: true, force: true }));

let counter = 0;
function folder(yaml?: string): string {
  const path = join(BASE, String((counter += 1)));
  mkdirSync(join(path, '.git'), { recursive: true });
  if (yaml !== undefined) writeFileSync(join(path, 'probity.yaml'), yaml);
  return path;
}

const options = (yaml: string, argv: readonly string[] = []) =>
  effectiveOptions(parseArguments('audit', argv), { cwd: folder(yaml) });

function refuses(action: () => unknown, message: RegExp): void {
  assert.throws(action, (error: unknown) => {
    assert.ok(error instanceof UsageError, String(error));
    assert.match(error.message, message);
    return true;
  });
}

test('targets may be texts or maps with labels and options', () => {
  const { targets } = options(
    'targets:\n  - example.com\n  - { target: aws@eu-west-1, labels: { env: prod }, options: { aws: { externalId: x } } }\n',
  );

  assert.deepEqual(
    targets.map(({ target, labels }) => ({ target, labels })),
    [
      { target: 'example.com', labels: {} },
      { target: 'aws@eu-west-1', labels: { env: 'prod' } },
    ],
  );
  assert.deepEqual(targets[1]?.options, { aws: { externalId: 'x' } });
  assert.equal(targets[1]?.at, 'probity.yaml:3:15');
});

test('the command line wins key by key, and targets on it replace those of the file', () => {
  const yaml = 'targets: [example.com]\nfailOn: high\ntimeout: 3s\nchecks: ["tls.*"]\nallowPrivate: true\n';

  const made = options(yaml, ['example.org', '--fail-on', 'info', '--checks', 'spf.*']);

  assert.deepEqual(
    made.targets.map((spec) => spec.target),
    ['example.org'],
  );
  assert.equal(made.failOn, 'info');
  assert.deepEqual(made.checks, ['spf.*']);
  assert.equal(made.timeoutMs, 3000);
  assert.equal(made.allowPrivate, true);
});

test('without a file the defaults hold', () => {
  const made = effectiveOptions(parseArguments('audit', ['example.com']), { cwd: folder() });

  assert.equal(made.failOn, 'low');
  assert.deepEqual(made.formats, ['html']);
  assert.match(made.output, /probity-report$/);
  assert.equal(made.maxFile, 268_435_456);
});

test('paths in the file start at its folder, also when it was found above', () => {
  const root = folder('targets: [example.com]\noutput: out\nchecksDir: [mine]\n');
  const below = join(root, 'a', 'b');
  mkdirSync(below, { recursive: true });

  const made = effectiveOptions(parseArguments('audit', []), { cwd: below });

  assert.equal(made.output, join(root, 'out'));
  assert.deepEqual(made.checksDirs, [join(root, 'mine')]);
});

test('the search ends at the git root and at the home folder', () => {
  const root = folder('targets: []\n');
  const repository = join(root, 'repo', 'src');
  mkdirSync(join(root, 'repo', '.git'), { recursive: true });
  mkdirSync(repository, { recursive: true });
  mkdirSync(join(root, 'home', 'x'), { recursive: true });

  assert.equal(findConfig({ cwd: repository }), undefined);
  assert.equal(findConfig({ cwd: join(root, 'home', 'x'), home: join(root, 'home') }), undefined);
  assert.equal(findConfig({ cwd: join(root, 'home', 'x') }), join(root, 'probity.yaml'));
});

test('each mistake in the file is named with file, line and column', () => {
  const table: readonly (readonly [string, RegExp])[] = [
    ['targets: [example.com]\nformt: [html]\n', /^probity\.yaml:2:1: unknown key "formt" \(did you mean "format"\?\)$/],
    ['targets:\n  - example.com\n  - gopher://x\n', /^probity\.yaml:3:5: target "gopher:\/\/x": unknown scheme/],
    ['targets: example.com\n', /^probity\.yaml:1:10: "targets" must be a list$/],
    ['targets:\n  - { targt: example.com }\n', /probity\.yaml:2:7: unknown key "targt" \(did you mean "target"\?\)/],
    ['failOn: hgh\n', /^probity\.yaml:1:9: "failOn" must be one of critical, high, medium, low, info$/],
    ['timeout: soon\n', /^probity\.yaml:1:10: timeout: expected a time/],
    ['concurrency: many\n', /^probity\.yaml:1:14: "concurrency" must be a whole number$/],
    ['allowPrivate: yes\n', /^probity\.yaml:1:15: "allowPrivate" must be true or false$/],
    ['scope: { pci: [prod] }\n', /^probity\.yaml:1:16: .*key:value/],
    ['targets: [a.example\n', /^probity\.yaml:\d+:\d+: /],
    ['targets: []\ntargets: []\n', /^probity\.yaml:2:1: this key occurs twice$/],
    ['- a\n', /^probity\.yaml:1:1: the file must be a map of keys$/],
    ['resolver: [192.0.2.1, 10.0.0]\n', /^probity\.yaml:1:23: resolver: expected IP or IP:PORT, got "10\.0\.0"$/],
    ['# roots\ncaFile: no.pem\n', /^probity\.yaml:2:9: caFile .*no\.pem: cannot be read \(ENOENT\)$/],
    ['osv: nowhere\n', /^probity\.yaml:1:6: osv .*nowhere: there is no such folder$/],
    ['concurrency: 0\n', /^probity\.yaml:1:14: concurrency: expected at least 1, got 0$/],
    ['options: { dkmi: { selectors: [a] } }\n', /^probity\.yaml:1:12: unknown key "dkmi" \(did you mean "dkim"\?\)$/],
    ['options: { dkim: { selector: [a] } }\n', /1:20: unknown key "selector" \(did you mean "selectors"\?\)$/],
    ['options: { dkim: { selectors: [a b] } }\n', /1:32: "a b" must be written as a DKIM selector, such as s1$/],
    ['options: { aws: { accounts: [12] } }\n', /^probity\.yaml:1:30: each of "accounts" must be a text$/],
    [
      'targets: [{ target: a.example, options: { page: { url: b } } }]\n',
      /1:56: "b" must be written as an http address$/,
    ],
    ['claims: x.yaml\n', /^probity\.yaml:1:1: unknown key "claims"/],
  ];

  for (const [yaml, message] of table) refuses(() => options(yaml), message);
});

test('limits of the online rules are whole numbers, for all targets and for one', () => {
  refuses(
    () => options('targets: [./a]\noptions:\n  packages: { staleAfterDays: soon }\n'),
    /probity\.yaml:3:31: .*staleAfterDays/,
  );
  refuses(
    () => options('targets:\n  - target: ./a\n    options:\n      packages: { minDownloads: -1 }\n'),
    /probity\.yaml:4:33: "minDownloads"/,
  );
});

test('what the command line says wrong is not looked for in the file', () => {
  refuses(
    () => options('resolver: [192.0.2.1]\n', ['--resolver', '10.0.0']),
    /^--resolver: expected IP or IP:PORT, got "10\.0\.0"$/,
  );
});

test('a configuration that was named and is not there is said so', () => {
  refuses(
    () => effectiveOptions(parseArguments('audit', ['--config', 'nope.yaml']), { cwd: folder() }),
    /nope\.yaml: cannot be read \(ENOENT\)/,
  );
});

test('a CA file must be readable and hold a certificate', () => {
  const cwd = folder();
  writeFileSync(join(cwd, 'empty.pem'), 'nothing');

  refuses(
    () => effectiveOptions(parseArguments('audit', ['--ca-file', 'no.pem']), { cwd }),
    /--ca-file .*no\.pem: cannot be read/,
  );
  refuses(
    () => effectiveOptions(parseArguments('audit', ['--ca-file', 'empty.pem']), { cwd }),
    /holds no PEM certificate/,
  );
});

test('resolvers, --connect-to and instants keep to their grammar', () => {
  assert.deepEqual(['192.0.2.1', '192.0.2.1:5353', '2001:db8::1', '[2001:db8::1]:5353'].map(parseResolver), [
    '192.0.2.1:53',
    '192.0.2.1:5353',
    '[2001:db8::1]:53',
    '[2001:db8::1]:5353',
  ]);
  for (const bad of ['dns.example', '192.0.2.1:0', '192.0.2.1:99999', '', '1.2.3'])
    refuses(() => parseResolver(bad), /--resolver/);
  assert.deepEqual(parseConnectTo('A.example:443:127.0.0.1:8443'), {
    host: 'a.example',
    port: 443,
    toHost: '127.0.0.1',
    toPort: 8443,
  });
  assert.deepEqual(parseConnectTo('::[::1]:'), { host: '', port: 0, toHost: '::1', toPort: 0 });
  for (const bad of ['a:b', 'a.example:1:2', 'a.example:x:b.example:1', 'a b:1:c:2', 'a.example:70000:b:1'])
    refuses(() => parseConnectTo(bad), /--connect-to/);
  assert.equal(parseInstant('2026-11-22T10:00:00+01:00'), '2026-11-22T09:00:00.000Z');
  assert.equal(parseInstant('2026-11-22'), '2026-11-22T00:00:00.000Z');
  for (const bad of ['yesterday', '2026-02-30', '2026-02-30T00:00:00Z', '2026-11-22T10:00:00', '2026-13-01', '1'])
    refuses(() => parseInstant(bad), /--as-of/);
});

test('a Public Suffix List is read where the configuration lies, and named by its digest', () => {
  const cwd = folder('psl: suffixes.dat\n');
  writeFileSync(join(cwd, 'suffixes.dat'), '// VERSION: 2026-11-01\ntest\n');

  const { psl } = effectiveOptions(parseArguments('audit', ['example.com']), { cwd });

  assert.equal(psl?.text, '// VERSION: 2026-11-01\ntest\n');
  assert.match(psl.digest, /^sha256:[0-9a-f]{64}$/);
  refuses(
    () => effectiveOptions(parseArguments('audit', ['example.com', '--psl', 'nowhere.dat']), { cwd: folder() }),
    /--psl .*nowhere\.dat: cannot be read/,
  );
});
