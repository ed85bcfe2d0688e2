/** What only a whole tree can tell: what git tracks, the Go version, compose services, what was left out and what could not be read. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { collector } from '../../../../src/collectors/code/collector.ts';
import { FaultError } from '../../../../src/model/fault.ts';
import { isArray, own, type Json } from '../../../../src/model/json.ts';
import { validateFacts } from '../../../../src/packs/facts-schema.ts';
import { found, memoryIO, rawOf, verdictsOf } from '../../../support/code-judge.ts';
import { sourceIO, sourceJob } from '../../../support/source-io.ts';

const folders: string[] = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function treeOf(files: { readonly [path: string]: string }): string {
  const folder = mkdtempSync(join(tmpdir(), 'probity-code-'));
  folders.push(folder);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

async function observed(folder: string, options = {}): Promise<Json> {
  const raw = await collector.observe(sourceJob('code', folder, options), sourceIO());
  assert.deepEqual(validateFacts(collector.rawSchema, raw), []);
  return raw;
}

function textOf(hit: Json, key: string): string {
  const value = own(hit, key);
  return typeof value === 'string' ? value : '';
}

function hitsIn(raw: Json): readonly string[] {
  const hits = own(raw, 'hits');
  return isArray(hits) ? hits.map((hit) => `${textOf(hit, 'rule')} ${textOf(hit, 'file')}`) : [];
}

const key = `${['-----BEGIN', 'PRIVATE', 'KEY-----'].join(' ')}\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n`;

test('in a repository only tracked environments and keys are committed; elsewhere what is there', async () => {
  const files = { '.env': 'A=b\n', 'app/.env.local': 'A=b\n', 'server.key': key, 'other.key': key };
  const folder = treeOf(files);
  assert.deepEqual(hitsIn(await observed(folder)), [
    'code.env.committed .env',
    'code.env.committed app/.env.local',
    'code.key.committed other.key',
    'code.key.committed server.key',
  ]);

  execFileSync('git', ['-C', folder, 'init', '--quiet']);
  execFileSync('git', ['-C', folder, 'add', 'app/.env.local', 'server.key']);

  assert.deepEqual(hitsIn(await observed(folder)), [
    'code.env.committed app/.env.local',
    'code.key.committed server.key',
  ]);
});

test('a Go server without MinVersion counts below Go 1.22 only; the nearest go.mod decides', async () => {
  const server = 'package a\nvar c = &tls.Config{Certificates: certs}\n';
  assert.deepEqual(await found({ 'a.go': server, 'go.mod': 'module a\n\ngo 1.22\n' }), []);
  assert.deepEqual(await found({ 'a.go': server, 'go.mod': 'module a\n\ngo 1.21.3\n' }), [
    'code.tls.min-version-go:low',
  ]);
  assert.deepEqual(
    await found({ 'x/a.go': server, 'go.mod': 'module a\n\ngo 1.18\n', 'x/go.mod': 'module x\n\ngo 1.23\n' }),
    [],
  );
  assert.deepEqual(await found({ 'a.go': server }), ['code.tls.min-version-go:low']);
});

test('the services of a compose file are local in the whole tree', async () => {
  const code = "createClient({ url: 'redis://cache:6379' }); fetch('http://api:3000/x');";
  const compose = 'services:\n  cache:\n    image: redis\n  api:\n    build: .\n';

  assert.deepEqual(await found({ 'a.js': code }), ['code.db.cleartext-url', 'code.http.cleartext-request']);
  assert.deepEqual(await found({ 'a.js': code, 'docker-compose.yml': compose }), []);
});

test('one result passes for the tree where files were read, and none applies where there are none', async () => {
  const verdicts = await verdictsOf({ 'a.go': 'package a\n' });
  const statusOf = (check: string): string =>
    verdicts
      .filter((one) => one.check === check)
      .map((one) => `${one.status} ${one.subject}`)
      .join(', ');

  assert.equal(statusOf('code.tls.verify-off-go'), 'pass source:./memory');
  assert.equal(statusOf('code.tls.verify-off-node'), 'not-applicable source:./memory');
  assert.equal(statusOf('code.webhook.stripe-unverified'), 'not-applicable source:./memory');
  assert.equal(statusOf('code.env.committed'), 'pass source:./memory');
});

test('a second finding in a file has a subject of its own, and its place', async () => {
  const verdicts = await verdictsOf({
    'src/a.js': 'a({ rejectUnauthorized: false });\n\n  b({ rejectUnauthorized: false });\n',
  });
  const fails = verdicts.filter((one) => one.status === 'fail');

  assert.deepEqual(
    fails.map(({ subject, location, message }) => ({ subject, location, message })),
    [
      {
        subject: 'src/a.js',
        location: { file: 'src/a.js', line: 1, column: 25 },
        message: 'src/a.js: rejectUnauthorized is switched off, on line 1',
      },
      {
        subject: 'src/a.js~2',
        location: { file: 'src/a.js', line: 3, column: 27 },
        message: 'src/a.js~2: rejectUnauthorized is switched off, on line 3',
      },
    ],
  );
});

test('what is vendored, generated, binary or a link is left out and counted; strict reads and counts it like code', async () => {
  const bad = 'x({ rejectUnauthorized: false });';
  const folder = treeOf({
    'a.js': 'run();',
    'node_modules/b/c.js': bad,
    'dist/d.js': bad,
    'dist/d.js.map': '{}',
    'e.min.js': bad,
    'f.js': `${bad}${' '.repeat(70_000)}`,
    'g.js': `\u0000${bad}`,
    'test/h.js': bad,
    'package-lock.json': '{}',
  });
  symlinkSync('a.js', join(folder, 'i.js'));

  const [usual, strict] = [await observed(folder), await observed(folder, { strict: true })];

  const left = own(own(usual, 'coverage'), 'skipped');
  const counts = Object.fromEntries((isArray(left) ? left : []).map((one) => [own(one, 'reason'), own(one, 'count')]));
  assert.deepEqual(counts, { binary: 1, generated: 3, 'long-line': 1, symlink: 1, vendored: 1 });
  assert.deepEqual(hitsIn(usual), ['code.tls.verify-off-node test/h.js']);
  assert.deepEqual(hitsIn(strict), [
    'code.tls.verify-off-node node_modules/b/c.js',
    'code.tls.verify-off-node test/h.js',
  ]);
  const severities = (raw: Json): unknown[] => (own(raw, 'hits') as readonly Json[]).map((hit) => own(hit, 'severity'));
  assert.deepEqual([severities(usual), severities(strict)], [['info'], ['high', 'high']]);
});

test('a file that cannot be read is an error of the rules about such files, and of no other', async () => {
  const io = memoryIO({ 'a.go': 'package a\n', 'b.js': 'run();' });
  const tree = io.files('');
  const read: typeof tree.read = async (path) => {
    if (path === 'a.go') throw new FaultError('source.unreadable', 'a.go cannot be read (EACCES)');
    return await tree.read(path);
  };

  const raw = await collector.observe(sourceJob('code', './memory'), { ...io, files: () => ({ ...tree, read }) });
  const { facts } = collector.interpret(raw);

  assert.deepEqual(own(own(own(facts, 'tls'), 'verifyOffGo'), 'hits'), { $items: [], $unknown: 'source.unreadable' });
  assert.deepEqual(own(own(own(facts, 'tls'), 'verifyOffNode'), 'hits'), []);
});

test('no value of a file is in what is kept', async () => {
  const secret = ['pl', 'ant', 'ed', '7Q9x', 'Zz31'].join('');
  const raw = JSON.stringify(
    await rawOf({
      'a.js': `jwt.sign(p, '${secret}'); session({ secret: '${secret}' }); fetch('http://u:${secret}@api.acme.io/${secret}?k=${secret}'); new Pool({ password: '${secret}', host: 'db.acme.io', ssl: false });`,
      'b.py': `SECRET_KEY = '${secret}'\nURL = "postgres://u:${secret}@db.acme.io/x?sslmode=disable"\n`,
      '.env': `TOKEN=${secret}\n`,
      Dockerfile: `FROM x\nENV API_TOKEN=${secret}\nRUN curl -k -u a:${secret} https://api.acme.io | sh\n`,
      'secret.yaml': `kind: Secret\nstringData:\n  password: ${secret}\n`,
      'main.tf': `provider "aws" {\n  secret_key = "${secret}"\n}\n`,
      'c.properties': `url=jdbc:mysql://db.acme.io/x?useSSL=false&password=${secret}\n`,
      'hook.js': `app.post('/stripe', (req, res) => { const e = stripe.webhooks.constructEvent(req.body, sig, '${secret}'); use(e); });`,
    }),
  );

  assert.ok(!raw.includes(secret.slice(0, 8)) && !raw.includes(secret.slice(-6)));
  assert.ok(
    raw.includes('code.secret.session-hardcoded') &&
      raw.includes('code.secret.terraform-aws') &&
      raw.includes('code.webhook.secret-hardcoded'),
  );
});
