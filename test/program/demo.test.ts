/** The demo from outside: it finds what it planted, every verdict can be followed to its evidence, and a replay gives the same bytes. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Evidence } from '../../src/model/evidence.ts';
import type { Json } from '../../src/model/json.ts';
import type { Result, Run } from '../../src/model/result.ts';
import { probity, type Ran } from '../support/program.ts';

const BASE = mkdtempSync(join(tmpdir(), 'probity-program-'));
const DEMO = join(BASE, 'demo');
let ran: Ran;
let run: Run;

before(async () => {
  ran = await probity(['demo', '--output', DEMO], { cwd: BASE });
  run = readRunFile(DEMO);
});
after(() => rmSync(BASE, { recursive: true, force: true }));

function readRunFile(folder: string): Run {
  return JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')) as Run;
}

/** RFC 8785 for the values that occur in runs, written again here so that the tests do not trust the program's own. */
function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item as Json)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = value as { readonly [key: string]: Json };
  const keys = Object.keys(members).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(members[key] ?? null)}`).join(',')}}`;
}

const sha256 = (bytes: string | Uint8Array): Buffer => createHash('sha256').update(bytes).digest();
const digest = (value: Json): string => `sha256:${sha256(canonical(value)).toString('hex')}`;

/** RFC 6962 §2.1, straight from its definition. */
function treeHash(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return sha256('');
  if (leaves.length === 1) return sha256(Buffer.concat([Buffer.of(0), leaves[0] ?? Buffer.alloc(0)]));
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return sha256(Buffer.concat([Buffer.of(1), treeHash(leaves.slice(0, k)), treeHash(leaves.slice(k))]));
}

function evidenceOf(folder: string, id: string, collector: string): Evidence {
  return JSON.parse(readFileSync(join(folder, 'evidence', collector, `${id}.json`), 'utf8')) as Evidence;
}

function resolve(document: unknown, pointer: string): unknown {
  let value = document;
  for (const token of pointer === '' ? [] : pointer.slice(1).split('/')) {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as { readonly [key: string]: unknown })[key];
  }
  return value;
}

test('the demo finds everything that it planted, raises no false alarm, and says where the report is', () => {
  assert.equal(ran.code, 0, ran.stdout + ran.stderr);
  assert.match(ran.stdout, /\b(\d+) of \1 planted defects found, 0 false alarms/);
  assert.doesNotMatch(ran.stdout, /missed|false alarm {2}/);
  assert.match(ran.stdout, /demo\/report\.html$/m);
  assert.ok(existsSync(join(DEMO, 'report.html')));
});

test('everything in the demo could be observed: no fault, no defect of the program', () => {
  assert.equal(run.complete, true);
  assert.deepEqual(
    run.targets.filter((target) => target.jobs.faulted > 0),
    [],
  );
  const bugs = run.results.filter((result) => result.fault?.code.endsWith('.bug') === true);
  assert.deepEqual(bugs, []);
  assert.doesNotMatch(ran.stderr, /defect/);
});

test("every reason's evidence pointer resolves in its evidence file", () => {
  const collectors = new Map(run.evidence.map((entry) => [entry.id, entry.collector]));
  let followed = 0;
  for (const result of run.results) {
    for (const reason of result.reasons) {
      const [id = '', pointer] = reason.evidence.split('#');
      const collector = collectors.get(id);
      assert.ok(
        collector !== undefined,
        `${result.check} ${result.subject}: ${reason.evidence} is not in the list of evidence`,
      );
      if (pointer === undefined) continue;
      const { outcome } = evidenceOf(DEMO, id, collector);
      assert.ok(outcome.is === 'observed', reason.evidence);
      assert.notEqual(
        resolve(outcome.raw, pointer),
        undefined,
        `${result.check}: ${reason.evidence} resolves to nothing`,
      );
      followed += 1;
    }
  }
  assert.ok(followed > 300, String(followed));
});

test('passes and fails carry their reasons, errors their fault, all of them clause and remediation', () => {
  for (const result of run.results) {
    assert.ok(result.references.length > 0 && result.remediation !== '' && result.message !== '', result.check);
    assert.ok(result.message.length <= 300, result.message);
    if (result.status === 'pass' || result.status === 'fail')
      assert.ok(result.reasons.length > 0, `${result.check} ${result.subject}`);
    assert.equal(result.status === 'error', result.fault !== undefined, result.check);
  }
});

test('digests, fingerprints, the configuration digest and the Merkle root hold when they are computed again by other code', () => {
  for (const entry of run.evidence) {
    const { digest: said, ...rest } = evidenceOf(DEMO, entry.id, entry.collector);
    assert.equal(said, entry.digest);
    assert.equal(digest(rest as unknown as Json), said);
    assert.equal(entry.id, `ev-${digest([rest.job.collector, rest.job.target.id, rest.job.options]).slice(7, 23)}`);
    assert.equal(entry.observedAt, rest.startedAt);
  }
  for (const result of run.results)
    assert.equal(result.fingerprint, digest([result.check, result.target, result.subject]));
  assert.equal(run.configDigest, `sha256:${sha256(readFileSync(join(DEMO, 'inputs.json'))).toString('hex')}`);
  const leaves = [
    ...run.evidence.map((entry) => Buffer.from(entry.digest.slice(7), 'hex')),
    ...run.results.map((result) => Buffer.from(canonical(result as unknown as Json))),
  ];
  assert.equal(run.merkleRoot, `sha256:${treeHash(leaves).toString('hex')}`);
});

test('results and evidence are sorted, and no (check, target, subject) occurs twice', () => {
  const keys = run.results.map((result) => [result.target, result.check, result.subject]);
  const sorted = [...keys].sort((a, b) => {
    const at = a.findIndex((part, index) => part !== b[index]);
    return at < 0 ? 0 : (a[at] ?? '') < (b[at] ?? '') ? -1 : 1;
  });
  assert.deepEqual(keys, sorted);
  assert.equal(new Set(run.results.map((result) => result.fingerprint)).size, run.results.length);
  assert.deepEqual(
    run.evidence.map((entry) => entry.id),
    run.evidence.map((entry) => entry.id).sort(),
  );
});

test('a replay in another time zone and locale gives the same bytes', async () => {
  const again = join(BASE, 'again');

  const replayed = await probity(['replay', DEMO, '--output', again], {
    env: { TZ: 'Pacific/Auckland', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' },
  });

  assert.equal(replayed.code, 1);
  for (const name of ['run.json', 'inputs.json', 'report.html']) {
    assert.ok(readFileSync(join(DEMO, name)).equals(readFileSync(join(again, name))), `${name} differs`);
  }
  for (const entry of run.evidence) {
    const path = join('evidence', entry.collector, `${entry.id}.json`);
    assert.ok(readFileSync(join(DEMO, path)).equals(readFileSync(join(again, path))), path);
  }
});

test('with the evidence of one collector deleted its results become errors, none passes and none vanishes', async () => {
  const keyOf = (result: Result): string => `${result.target} ${result.check} ${result.subject}`;
  for (const collector of readdirSync(join(DEMO, 'evidence'))) {
    const copy = join(BASE, `without-${collector}`);
    cpSync(DEMO, copy, { recursive: true });
    rmSync(join(copy, 'evidence', collector), { recursive: true });

    const replayed = await probity(['replay', copy, '--output', `${copy}-out`]);

    const now = new Map(readRunFile(`${copy}-out`).results.map((result) => [keyOf(result), result]));
    const lost = new Set(run.evidence.filter((entry) => entry.collector === collector).map((entry) => entry.target));
    assert.notEqual(replayed.code, 0, collector);
    let changed = 0;
    for (const result of run.results) {
      const after = now.get(keyOf(result));
      assert.ok(after !== undefined, `${collector}: ${keyOf(result)} vanished`);
      if (after.status === result.status) continue;
      assert.ok(lost.has(result.target), `${collector}: ${keyOf(result)} changed though its evidence is there`);
      assert.equal(after.status, 'error', `${collector}: ${keyOf(result)}`);
      assert.equal(after.fault?.code, 'evidence.missing');
      changed += 1;
    }
    assert.ok(changed > 0 || collector === 'aws-login', `${collector}: nothing changed`);
    assert.equal(now.size, run.results.length, `${collector}: results appeared`);
  }
});

test('one changed byte in an evidence file is told, not judged', async () => {
  const copy = join(BASE, 'tampered');
  cpSync(DEMO, copy, { recursive: true });
  const entry = run.evidence.find((one) => one.collector === 'dns');
  assert.ok(entry !== undefined);
  const path = join(copy, 'evidence', 'dns', `${entry.id}.json`);
  const { writeFileSync } = await import('node:fs');
  writeFileSync(path, readFileSync(path, 'utf8').replace(/"elapsedMs": (\d+)/, '"elapsedMs": 1$1'));

  await probity(['replay', copy, '--output', `${copy}-out`]);

  const results = readRunFile(`${copy}-out`).results.filter((result) => result.target === entry.target);
  assert.ok(results.length > 10);
  for (const result of results)
    assert.equal(result.fault?.code, 'evidence.digest', `${result.check}: ${result.status}`);
});

test('a replay with another as-of judges the same evidence by that time', async () => {
  const later = await probity([
    'replay',
    DEMO,
    '--as-of',
    '2040-01-01T00:00:00Z',
    '--checks',
    'cert.expired',
    '--json',
  ]);

  const results = (JSON.parse(later.stdout) as Run).results;
  assert.ok(results.length >= 5);
  const statuses = new Set(results.map((result) => result.status));
  assert.ok(statuses.has('fail') && !statuses.has('pass'), [...statuses].join(' '));
});

test('the report of a stored run can be rendered again, into another folder', async () => {
  const folder = join(BASE, 'rendered');

  const reported = await probity(['report', DEMO, '--output', folder, '--format', 'html,json,sarif']);

  assert.equal(reported.code, 0, reported.stderr);
  assert.ok(readFileSync(join(folder, 'report.html')).equals(readFileSync(join(DEMO, 'report.html'))));
  assert.ok(readFileSync(join(folder, 'run.json')).equals(readFileSync(join(DEMO, 'run.json'))));
  assert.equal(
    (JSON.parse(readFileSync(join(folder, 'report.sarif'), 'utf8')) as { version: string }).version,
    '2.1.0',
  );
});
