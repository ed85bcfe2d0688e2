/** `--psl FILE` in the program: the user's list decides, its digest is part of the job, and a replay needs no file. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startDns, type LabDns } from '../../../src/lab/dns.ts';
import { own, type Json } from '../../../src/model/json.ts';
import { probity } from '../../support/program.ts';

const FOLDER = mkdtempSync(join(tmpdir(), 'probity-psl-'));
const LIST = join(FOLDER, 'suffixes.dat');
const LINES = [
  '$ORIGIN shop.city.test.',
  '@ SOA ns1 h 1 7200 3600 1209600 300',
  '@ MX 10 mail',
  'mail A 192.0.2.2',
  '_dmarc TXT "v=DMARC1; p=reject; rua=mailto:d@shop.city.test"',
];
let server: LabDns;

before(async () => {
  writeFileSync(
    LIST,
    '// VERSION: 2026-11-01\n// ===BEGIN ICANN DOMAINS===\ntest\ncity.test\n// ===END ICANN DOMAINS===\n',
  );
  server = await startDns({ lines: LINES });
});
after(async () => {
  await server.close();
  rmSync(FOLDER, { recursive: true, force: true });
});

async function audited(
  name: string,
  ...options: readonly string[]
): Promise<{ readonly code: number | null; readonly run: Json }> {
  const output = join(FOLDER, name);
  const { code, stdout } = await probity([
    'audit',
    'shop.city.test',
    ...['--resolver', server.address, '--allow-private', '--checks', 'dmarc.walk.diff,spf.missing', '--output', output],
    ...['--json', ...options],
  ]);
  return { code, run: JSON.parse(stdout) as Json };
}

function evidenceOf(name: string): Json {
  const folder = join(FOLDER, name, 'evidence', 'dns');
  return JSON.parse(readFileSync(join(folder, readdirSync(folder)[0] ?? ''), 'utf8')) as Json;
}

function statusOf(run: Json, check: string): Json | undefined {
  const results = own(run, 'results') as readonly Json[];
  return own(
    results.find((result) => own(result, 'check') === check),
    'status',
  );
}

test('by our own list the domain lies below another; by that of the user it is the organizational one', async () => {
  const ours = await audited('ours');
  const theirs = await audited('theirs', '--psl', LIST);

  assert.equal(statusOf(ours.run, 'dmarc.walk.diff'), 'fail');
  assert.equal(statusOf(theirs.run, 'dmarc.walk.diff'), 'pass');
  const evidence = evidenceOf('theirs');
  assert.match(JSON.stringify(own(own(own(evidence, 'job'), 'options'), 'psl')), /sha256:[0-9a-f]{64}/);
  const suffixes = own(own(own(evidence, 'outcome'), 'raw'), 'suffixes');
  assert.equal(own(suffixes, 'date'), '2026-11-01');
  assert.equal(own(own(suffixes, 'names'), 'shop.city.test'), 'city.test');
  assert.equal(own(own(own(evidenceOf('ours'), 'job'), 'options'), 'psl'), undefined);
});

test('the replay of such a run judges the same without the file', async () => {
  await audited('kept', '--psl', LIST);
  const moved = readFileSync(LIST);
  rmSync(LIST);

  const { stdout } = await probity(['replay', join(FOLDER, 'kept'), '--json']);

  writeFileSync(LIST, moved);
  assert.equal(statusOf(JSON.parse(stdout) as Json, 'dmarc.walk.diff'), 'pass');
});

test('a file that is no list is refused before any packet', async () => {
  const bad = join(FOLDER, 'bad.dat');
  writeFileSync(bad, 'test\nhttp://x/\n');

  const { code, stderr } = await probity(['audit', 'shop.city.test', '--psl', bad, '--output', join(FOLDER, 'bad')]);

  assert.equal(code, 2);
  assert.match(stderr, /not a Public Suffix List, "http:\/\/x\/" is no rule/);
});
