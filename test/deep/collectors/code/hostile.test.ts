/** Hostile files: every reader stays linear and never throws; interpretation of anything is by the schema; comments change nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { collector } from '../../../../src/collectors/code/collector.ts';
import { readFile } from '../../../../src/collectors/code/file.ts';
import { classify } from '../../../../src/collectors/code/paths.ts';
import type { Json } from '../../../../src/model/json.ts';
import { resolvePointer } from '../../../../src/model/pointer.ts';
import { validateFacts } from '../../../../src/packs/facts-schema.ts';
import { found, rawOf } from '../../../support/code-judge.ts';
import { POSITIVES } from './positives.ts';

const PATHS = [
  'a.js',
  'a.json',
  'a.py',
  'a.go',
  'A.java',
  'A.kt',
  'A.cs',
  'a.php',
  'a.rb',
  'a.rs',
  'a.sh',
  'Dockerfile',
  'Makefile',
  'a.tf',
  'a.yaml',
  '.github/workflows/a.yml',
  'a.xml',
  '.env',
  'a.properties',
  'pip.conf',
  'sources.list',
  'package.json',
  'server.key',
  'App.vue',
];

/** Units that open something, or that make a rule look around. */
const UNITS = [
  '(',
  '[[',
  '{',
  '${',
  '`${',
  '"',
  "'",
  '`a',
  '/*',
  'a/',
  '\\',
  '<<A\n',
  'a(',
  'console.log(',
  'x = ',
  'a:\n',
  '{{ a',
  '<!--',
  'a://b',
  'fetch("http://a.io/x",',
  'rejectUnauthorized: false, ',
  'function f(',
  '=> {',
  'app.post("/stripe", f, ',
  'function a(req){ b(req, "x-slack-signature") }\n',
  'constructEvent(',
  '$(',
  'curl | ',
  'sslmode=',
  '&a *a ',
  'if x:\n ',
  'RUN <<A\n',
  'ARG A_TOKEN\n',
  'import ',
  'jwt.decode(',
  'signature === ',
  'export A_TOKEN=b\n',
];

const PREFIX = 'console.log token stripe ssl kind: Secret run: uses: script:\n';

function timeOf(path: string, unit: string, length: number): number {
  const classified = classify(path);
  assert.ok(classified !== undefined, path);
  const text = PREFIX + unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
  const start = process.cpuUsage();
  readFile({ path, text, classified });
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

test('no reader takes more than its share for a file that grows', () => {
  const slow: string[] = [];
  for (const path of PATHS) {
    for (const unit of UNITS) {
      if (timeOf(path, unit, 60_000) < 150) continue;
      // eight times the text may take eight times the time, and as much again for noise; a square would take 64 times
      const [small, large] = [timeOf(path, unit, 60_000), timeOf(path, unit, 480_000)];
      if (large > Math.max(small, 60) * 20)
        slow.push(`${path} ${JSON.stringify(unit)}: ${small.toFixed(0)} ms, then ${large.toFixed(0)} ms`);
    }
  }
  assert.deepEqual(slow, []);
});

test('a megabyte of each unit is read as each form', () => {
  for (const path of PATHS) {
    const classified = classify(path);
    assert.ok(classified !== undefined);
    const text = UNITS.map((unit) => unit.repeat(Math.ceil(28_000 / unit.length))).join('\n');
    assert.ok(text.length > 1_000_000);
    assert.doesNotThrow(() => readFile({ path, text, classified }));
  }
});

test('any text as any file gives findings that lie in it', () => {
  const piece = fc.constantFrom(
    ...UNITS,
    ...POSITIVES.map(([, , text]) => text),
    '\u0000',
    '\ud800',
    '\r\n',
    '\ufeff',
    '\t',
  );
  fc.assert(
    fc.property(fc.constantFrom(...PATHS), fc.array(piece, { maxLength: 12 }), (path, pieces) => {
      const classified = classify(path);
      assert.ok(classified !== undefined);
      const text = pieces.join('');
      const lines = text.split('\n').length;
      for (const hit of readFile({ path, text, classified }).hits) {
        assert.ok(hit.line >= 1 && hit.line <= lines && hit.column >= 1, `${path}: ${JSON.stringify(hit)}`);
      }
    }),
    { numRuns: 400 },
  );
});

test('a cut file of the table never throws', () => {
  for (const [, path, text] of POSITIVES) {
    const classified = classify(path);
    assert.ok(classified !== undefined, path);
    for (let length = 0; length < text.length; length += 3) {
      assert.doesNotThrow(() => readFile({ path, text: text.slice(0, length), classified }));
    }
  }
});

const LINE_COMMENT: { readonly [extension: string]: string } = {
  js: '//',
  ts: '//',
  go: '//',
  java: '//',
  kt: '//',
  cs: '//',
  rs: '//',
  py: '#',
  rb: '#',
  tf: '#',
};

test('a comment and a blank line in front never change what is found', async () => {
  for (const [ids, path, text] of POSITIVES) {
    const mark = LINE_COMMENT[path.slice(path.lastIndexOf('.') + 1)];
    if (mark === undefined || text.startsWith('\ufeff')) continue;
    const changed = `${mark} rejectUnauthorized: false, console.log(token)\n\n${text}\n${mark} the end`;
    assert.equal((await found({ [path]: changed })).join(' '), ids, changed);
  }
});

test('line ends of Windows never change what is found', async () => {
  for (const [ids, path, text] of POSITIVES) {
    if (text.includes('\r')) continue;
    assert.equal((await found({ [path]: text.replaceAll('\n', '\r\n') })).join(' '), ids, text);
  }
});

function byTheSchema(raw: Json): void {
  const { facts, at } = collector.interpret(raw);
  assert.deepEqual(validateFacts(collector.factsSchema, facts), []);
  assert.equal(typeof at[''], 'string');
}

test('interpretation of any JSON is by the schema', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (raw) => byTheSchema(raw as Json)),
    { numRuns: 300 },
  );
});

test('raw that lacks or changes a member never turns a finding into a pass, and every pointer leads into it', async () => {
  const files = Object.fromEntries(
    POSITIVES.slice(0, 60).map(([, path, text], index) => [`${String(index)}/${path}`, text]),
  );
  const raw = await rawOf(files);
  assert.deepEqual(validateFacts(collector.rawSchema, raw), []);
  const { at } = collector.interpret(raw);
  for (const place of Object.values(at)) assert.notEqual(resolvePointer(raw, place), undefined, place);

  const object = raw as { readonly [key: string]: Json };
  for (const key of Object.keys(object)) {
    for (const other of [undefined, null, 7, 'x', [], {}, [null], [{}]] as const) {
      const changed = Object.fromEntries(
        Object.entries(object).flatMap(([name, value]) =>
          name !== key ? [[name, value]] : other === undefined ? [] : [[name, other]],
        ),
      );
      byTheSchema(changed);
    }
  }
});

test('what could not be read is an error of every rule that looks at such files', async () => {
  const list = (await found({ 'a.yaml': `run: ${'['.repeat(3000)}` })).filter((id) => id.endsWith(':error'));

  assert.ok(list.includes('code.tls.skip-verify-k8s:error'), list.join(' '));
  assert.ok(list.includes('code.secret.k8s-manifest:error'), list.join(' '));
  assert.ok(!list.includes('code.tls.verify-off-go:error'), list.join(' '));
});
