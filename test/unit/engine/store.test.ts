/** The run folder: what is written comes back, and nothing that was changed, lost or led elsewhere is believed. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import * as fc from 'fast-check';
import { evidenceId, intactEvidence, seal } from '../../../src/engine/evidence.ts';
import { checkOutputFolder, clearOutputFolder } from '../../../src/engine/output-folder.ts';
import { plainJson } from '../../../src/engine/plain.ts';
import { evidenceReader, evidenceStore } from '../../../src/engine/store.ts';
import { canonicalJson } from '../../../src/model/canonical.ts';
import type { Evidence } from '../../../src/model/evidence.ts';
import { FaultError, UsageError } from '../../../src/model/fault.ts';
import type { Json, JsonObject } from '../../../src/model/json.ts';
import { target } from './collectors.ts';

function folder(t: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), 'probity-store-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  return root;
}

function evidenceOf(raw: Json, name = 'example.com'): Evidence {
  const job = { collector: 'dns', target: target(`domain:${name}`), options: {} };
  return seal({
    schema: 'evidence/1',
    id: evidenceId(job),
    job,
    collectorVersion: 1,
    startedAt: '2026-01-01T00:00:00.000Z',
    elapsedMs: 1,
    attempts: 1,
    redactions: 0,
    outcome: { is: 'observed', raw },
  });
}

function readFault(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof FaultError) return error.fault.code;
    throw error;
  }
  return 'no fault';
}

test('evidence comes back as it was, any JSON, and leaves nothing half written', (t) => {
  const root = folder(t);
  const store = evidenceStore(root);

  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const evidence = evidenceOf(plainJson(value));
      assert.deepEqual(store.keep(evidence), JSON.parse(JSON.stringify(evidence)));
    }),
    { numRuns: 50 },
  );

  assert.deepEqual(readdirSync(join(root, 'evidence', 'dns')).length, 1);
});

test('large evidence is written and digested in pieces: the same bytes, the same digest, and no change is believed', (t) => {
  const root = folder(t);
  const store = evidenceStore(root);
  const raw = Array.from({ length: 5000 }, (_, nth) => ({ nth, name: 'ü'.repeat(nth % 50), b: [null], a: {} }));
  const evidence = evidenceOf({ z: raw, a: { list: raw } });
  const { digest, ...rest } = evidence;

  assert.equal(
    digest,
    `sha256:${createHash('sha256')
      .update(canonicalJson(rest as unknown as Json))
      .digest('hex')}`,
  );
  assert.deepEqual(store.keep(evidence), evidence);
  const path = join(root, 'evidence', 'dns', `${evidence.id}.json`);
  const text = readFileSync(path, 'utf8');
  assert.equal(text, `${JSON.stringify(evidence, null, 1)}\n`);
  assert.deepEqual(evidenceReader(root).read('dns', evidence.id), evidence);
  writeFileSync(path, text.replace('"nth": 4999', '"nth": 4998'));
  assert.equal(
    readFault(() => store.read('dns', evidence.id)),
    'evidence.digest',
  );
});

test('JSON that is plain is taken as it is; what is not, is copied so that it is', () => {
  const plain = { a: [1, 'ä', null, { b: true }], ['__proto__']: {} };
  assert.equal(plainJson(plain), plain);
  for (const [value, expected] of [
    [{ a: undefined, b: 1 }, '{"b":1}'],
    [{ a: [{ b: '\uD800' }] }, '{"a":[{"b":"\uFFFD"}]}'],
    [{ ['\uD800']: 1 }, '{"\uFFFD":1}'],
    [Object.assign(Object.create(null) as object, { a: -0 }), '{"a":0}'],
  ] as const) {
    const made = plainJson(value);
    assert.equal(JSON.stringify(made), expected);
    assert.equal(plainJson(made), made);
  }
  assert.ok(Object.is((plainJson({ a: -0 }) as JsonObject)['a'], 0));
  for (const value of [{ a: Number.NaN }, [new Date()], { a: () => 1 }, [1n], [new Map()]]) {
    assert.throws(() => plainJson(value), TypeError);
  }
});

test('evidence that changes after it was found intact is not believed', (t) => {
  const root = folder(t);
  const store = evidenceStore(root);
  const evidence = evidenceOf({ answer: 'first' });
  store.keep(evidence);
  const path = join(root, 'evidence', 'dns', `${evidence.id}.json`);
  const text = readFileSync(path, 'utf8');
  const read = (): string => readFault(() => store.read('dns', evidence.id));

  writeFileSync(path, text.replace('first', 'other'));
  assert.equal(read(), 'evidence.digest');
  assert.equal(read(), 'evidence.digest');
  writeFileSync(path, text);
  assert.equal(read(), 'no fault');
  assert.deepEqual(store.read('dns', evidence.id), evidence);
});

test('the same evidence is the same bytes', (t) => {
  const [a, b] = [folder(t), folder(t)];
  const evidence = evidenceOf({ b: 1, a: [true, 'ä'] });

  const kept = evidenceStore(a).keep(evidence);
  evidenceStore(b).keep(kept);

  const path = join('evidence', 'dns', `${evidence.id}.json`);
  assert.equal(readFileSync(join(a, path), 'utf8'), readFileSync(join(b, path), 'utf8'));
});

test('lost evidence is evidence.missing', (t) => {
  const root = folder(t);
  const reader = evidenceReader(root);
  const { id } = evidenceOf(1);

  assert.equal(
    readFault(() => reader.read('dns', id)),
    'evidence.missing',
  );
  for (const [collector, name] of [
    ['..', id],
    ['dns/../..', id],
    ['dns', '../run'],
    ['dns', 'ev-0123456789abcdeg'],
    ['', id],
    ['__proto__', id],
  ] as const) {
    assert.equal(
      readFault(() => reader.read(collector, name)),
      'evidence.missing',
    );
  }
});

/** Every change of the stored file, by what it does to the parsed object or to the text. */
const TAMPERED: { readonly [title: string]: (evidence: JsonObject, text: string) => string } = {
  'a changed value': (_, text) => text.replace('"none"', '"reject"'),
  'a changed start': (_, text) => text.replace('2026-01-01', '2026-01-02'),
  'a changed target': (_, text) => text.replace('domain:example.com', 'domain:example.org'),
  'a changed count of redactions': (_, text) => text.replace('"redactions": 0', '"redactions": 1'),
  'an added member': (evidence) => JSON.stringify({ ...evidence, extra: 1 }),
  'a removed member': (evidence) => JSON.stringify({ ...evidence, attempts: undefined }),
  'another digest': (evidence) => JSON.stringify({ ...evidence, digest: `sha256:${'0'.repeat(64)}` }),
  'a digest of another name': (_, text) => text.replace('sha256:', 'sha1:'),
  'no digest': (evidence) => JSON.stringify({ ...evidence, digest: undefined }),
  'another schema': (evidence) => JSON.stringify({ ...evidence, schema: 'evidence/2' }),
  'a file cut short': (_, text) => text.slice(0, -20),
  'an empty file': () => '',
  'no object': () => '[]',
  'a lone surrogate': (_, text) => text.replace('"none"', '"\\ud800"'),
};

for (const [title, change] of Object.entries(TAMPERED)) {
  test(`${title} is evidence.digest`, (t) => {
    const root = folder(t);
    const store = evidenceStore(root);
    const evidence = evidenceOf({ policy: 'none' });
    store.keep(evidence);
    const file = join(root, 'evidence', 'dns', `${evidence.id}.json`);
    const text = readFileSync(file, 'utf8');
    const changed = change(evidence as unknown as JsonObject, text);
    assert.notEqual(changed, text);
    writeFileSync(file, changed);

    assert.equal(
      readFault(() => evidenceReader(root).read('dns', evidence.id)),
      'evidence.digest',
    );
  });
}

test('evidence under the name of another, a link, a pipe or a folder in its place is not believed', (t) => {
  const root = folder(t);
  const store = evidenceStore(root);
  const first = evidenceOf(1, 'a.example');
  const second = evidenceOf(2, 'b.example');
  store.keep(first);
  store.keep(second);
  const place = (id: string): string => join(root, 'evidence', 'dns', `${id}.json`);

  renameSync(place(first.id), join(root, 'aside.json'));
  symlinkSync(join(root, 'aside.json'), place(first.id));
  assert.equal(
    readFault(() => evidenceReader(root).read('dns', first.id)),
    'evidence.digest',
  );
  rmSync(place(first.id));
  renameSync(place(second.id), place(first.id));
  assert.equal(
    readFault(() => evidenceReader(root).read('dns', first.id)),
    'evidence.digest',
  );
  mkdirSync(place(second.id));
  assert.equal(
    readFault(() => evidenceReader(root).read('dns', second.id)),
    'evidence.digest',
  );
  renameSync(join(root, 'evidence', 'dns'), join(root, 'elsewhere'));
  symlinkSync(join(root, 'elsewhere'), join(root, 'evidence', 'dns'));
  assert.equal(
    readFault(() => evidenceReader(root).read('dns', first.id)),
    'evidence.digest',
  );
});

test('what is not evidence is never taken for it', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => intactEvidence(value as Json, 'ev-0000000000000000') === undefined));
});

test('an old run is replaced, what lies beside it stays', (t) => {
  const root = folder(t);
  evidenceStore(root).keep(evidenceOf(1));
  for (const name of ['report.html', 'inputs.json', 'notes.txt']) writeFileSync(join(root, name), 'x');
  writeFileSync(join(root, 'run.json'), '{"schema": "run/1"}');

  clearOutputFolder(root);

  assert.deepEqual(readdirSync(root), ['notes.txt']);
});

test('a folder that holds something else is refused and left alone', (t) => {
  const root = folder(t);
  const cases: readonly (readonly [string, () => void])[] = [
    ['foreign file', () => writeFileSync(join(root, 'thesis.tex'), 'x')],
    ['run.json of somebody else', () => writeFileSync(join(root, 'run.json'), '{"schema": "other"}')],
    ['run.json that is no JSON', () => writeFileSync(join(root, 'run.json'), 'not json')],
  ];
  for (const [title, make] of cases) {
    make();
    const before = readdirSync(root);

    assert.throws(() => checkOutputFolder(root), UsageError, title);
    assert.throws(() => clearOutputFolder(root), UsageError, title);
    assert.deepEqual(readdirSync(root), before);
  }
  assert.throws(() => checkOutputFolder(join(root, 'thesis.tex')), UsageError);
});

test('a new or empty folder is made ready, and checking makes nothing', (t) => {
  const root = folder(t);
  const fresh = join(root, 'a', 'b');

  checkOutputFolder(fresh);
  assert.equal(existsSync(fresh), false);
  clearOutputFolder(fresh);
  clearOutputFolder(root.concat('/a/b'));

  assert.equal(existsSync(fresh), true);
});

test('a link that leads nowhere is no output folder, and no folder is made where it points', (t) => {
  const root = folder(t);
  symlinkSync(join(root, 'nowhere'), join(root, 'out'));

  assert.throws(() => clearOutputFolder(join(root, 'out')), /out cannot be made \(EEXIST\)/);
  assert.throws(() => clearOutputFolder(join(root, 'out', 'below')), /below cannot be made \(EEXIST\)/);
  assert.equal(existsSync(join(root, 'nowhere')), false);
});

test('a link named evidence is removed, not what it leads to', (t) => {
  const root = folder(t);
  const outside = folder(t);
  writeFileSync(join(outside, 'precious'), 'x');
  symlinkSync(outside, join(root, 'evidence'));

  clearOutputFolder(root);

  assert.equal(existsSync(join(outside, 'precious')), true);
});
