import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diffRuns } from '../../../src/assurance/diff.ts';
import { columnsOf, fit, wrap } from '../../../src/report/columns.ts';
import { consoleText } from '../../../src/report/console.ts';
import { diffText } from '../../../src/report/diff.ts';
import { visible } from '../../../src/report/visible.ts';
import { forgedRun, hostileRun, hostileStrings } from '../../support/hostile-run.ts';
import { companyRun, largeRun } from '../../support/run-builder.ts';

// oxlint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u200B-\u200F\u2028-\u202E\u2066-\u2069\uFEFF]/;
// oxlint-disable-next-line no-control-regex
const SGR = /\u001b\[(?:1|2|22|31|32|33|36|39)m/g;

test('the summary says verdict, fails by severity with clause, what could not be told, waivers and coverage', () => {
  const text = consoleText(companyRun().run, { width: 100 });

  for (const line of [
    '✖ 9 fails, 1 accepted fail, 8 could not be determined, 1 needs a person, 4 passed of 23',
    'HIGH  3',
    '[RFC 9989 §4.7]',
    '? aws.access-denied 2 results: AWS refused the call: the permission is missing',
    'Coverage 14 of 23 judged (60.8 %), 1 did not apply, 1 needs a person',
    'Observed 9 observations planned of 9 targets, 6 made, 3 faulted',
    'accepted by',
  ]) {
    assert.ok(text.includes(line), line);
  }
  assert.ok(text.indexOf('CRITICAL') < text.indexOf('HIGH'));
});

test('no line is wider than the terminal', () => {
  for (const width of [40, 80, 120]) {
    for (const built of [companyRun(), hostileRun()]) {
      for (const line of consoleText(built.run, { width }).split('\n')) {
        assert.ok(columnsOf(line) <= width, `${String(width)}: ${line}`);
      }
    }
  }
});

test('nothing hostile reaches the terminal, with colour only our own colours do', () => {
  const built = hostileRun();

  assert.doesNotMatch(consoleText(built.run), CONTROLS);
  assert.doesNotMatch(consoleText(built.run, { color: true }).replaceAll(SGR, ''), CONTROLS);
  const { run } = companyRun();
  for (const text of hostileStrings()) assert.doesNotMatch(consoleText(forgedRun(run, text)), CONTROLS);
});

test('a large run is summed up, with the number of what is left out', () => {
  const text = consoleText(largeRun(5_000).run);

  assert.ok(text.split('\n').length < 400);
  assert.match(text, /… and \d+ more results: see the report/);
});

test('an incomplete run and a run in which nothing was judged are never a tick', () => {
  const { run } = companyRun();
  const passes = run.results.filter((result) => result.status === 'pass');
  const counts = { ...run.summary.byStatus, fail: 0, error: 0, pass: passes.length };
  const severities = { critical: 0, high: 0, medium: 0, low: 0, info: 0 };
  const clean = { ...run, results: passes, summary: { ...run.summary, byStatus: counts, bySeverity: severities } };

  assert.match(consoleText(clean), /✔ no fail/);
  assert.match(consoleText({ ...clean, complete: false }), /\? no fail[^]*This run is incomplete/);
  const nothing = { ...clean.summary, coverage: { judged: 0, applicable: 0 } };
  assert.match(consoleText({ ...clean, summary: nothing }), /\? no fail/);
});

test('controls, bidi and invisible characters become visible, everything else stays', () => {
  const rows: readonly (readonly [string, string])[] = [
    ['plain é 漢 🧨', 'plain é 漢 🧨'],
    ['\u001b[31m', '␛[31m'],
    ['a\u0000b\n', 'a␀b␊'],
    ['\u007f', '␡'],
    ['\u009b', '\\u{009b}'],
    ['\u202e\u200b', '\\u{202e}\\u{200b}'],
    ['\ud800', '\\u{d800}'],
    ['\u{E0041}', '\\u{e0041}'],
  ];
  for (const [text, expected] of rows) assert.equal(visible(text), expected);
});

test('text is cut and wrapped by columns, not by units', () => {
  assert.equal(columnsOf('漢字'), 4);
  assert.equal(columnsOf('e\u0301'), 1);
  assert.equal(fit('漢字漢字', 5), '漢字…');
  assert.deepEqual(wrap('one two three', 20, '  '), ['  one two three']);
  assert.deepEqual(wrap('x'.repeat(45), 20), ['x'.repeat(20), 'x'.repeat(20), 'x'.repeat(5)]);
});

test('a difference says the counts, then what is new, what could not be told and what is fixed', () => {
  const { run } = companyRun();
  const cured = {
    ...run,
    results: run.results.map((result) => (result.status === 'fail' ? { ...result, status: 'pass' as const } : result)),
  };

  const worse = diffText(diffRuns(cured, run));
  const better = diffText(diffRuns(run, cured));

  assert.match(worse, /^10 new, 0 regressed, 8 unknown, 0 still, 0 fixed, 0 gone\n/);
  assert.ok(worse.indexOf('✖ new  10') < worse.indexOf('? unknown  8'));
  assert.match(better, /^0 new, 0 regressed, 8 unknown, 0 still, 10 fixed, 0 gone\n/);
  assert.doesNotMatch(diffText(diffRuns({ ...run, results: [] }, hostileRun().run)), CONTROLS);
  assert.equal(diffText([]), '0 new, 0 regressed, 0 unknown, 0 still, 0 fixed, 0 gone\n');
});
