import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { test } from 'node:test';
import type { Drift } from '../../../src/model/drift.ts';
import { html as reporter, htmlText } from '../../../src/report/html.ts';
import { boundedJson } from '../../../src/report/html/evidence.ts';
import { safeHref, shellWord, spans } from '../../../src/report/html/texts.ts';
import { runFromHtml } from '../../../src/report/island.ts';
import { jsonText } from '../../../src/report/json.ts';
import { forgedRun, hostileRun, hostileStrings } from '../../support/hostile-run.ts';
import { companyRun, largeRun, reportAssets, viewOf } from '../../support/run-builder.ts';

const HREFS = /\shref="([^"]*)"/g;

/** The page without its style, its script and its data: what a browser shows. */
function shown(html: string): string {
  return html.replace(/<style>[^]*?<\/style>|<script[^]*?<\/script>/g, '');
}

test('the policy names the exact bytes of style and script, and allows nothing else', () => {
  const html = htmlText(viewOf(companyRun()));

  const style = /<style>([^]*?)<\/style>/.exec(html)?.[1] ?? '';
  const script = /<script>([^]*?)<\/script>/.exec(html)?.[1] ?? '';
  const source = (text: string): string => `'sha256-${hash('sha256', text, 'base64')}'`;
  const policy = /<meta http-equiv="Content-Security-Policy" content="([^"]*)">/.exec(html)?.[1] ?? '';
  assert.equal(
    policy,
    `default-src 'none'; style-src ${source(style)}; script-src ${source(script)}; base-uri 'none'; ` +
      `form-action 'none'; require-trusted-types-for 'script'`,
  );
  assert.ok(style.length > 1_000 && script.length > 1_000);
  assert.doesNotMatch(html, /unsafe-|\sstyle="|\son[a-z]+="|\ssrc=|<link|<img|<iframe/);
});

test('fails, errors, controls, coverage and run facts stand in the page as text, without a script', () => {
  const built = companyRun();

  const page = shown(htmlText(viewOf(built)));

  for (const result of built.run.results) {
    assert.ok(page.includes(`id="r-${result.fingerprint.slice(7, 23)}"`), `${result.check} ${result.subject}`);
  }
  for (const text of [
    '9 fails, 1 accepted fail, 8 could not be determined, 1 needs a person, 4 passed of 23; coverage 14 of 23 (60.8 %)',
    'at least 15552000',
    'aws.access-denied',
    'kms:ListKeys in us-east-1 was refused',
    'platform@harborline.example',
    '128 days left',
    'RFC 6797 §6.1.1',
    built.run.merkleRoot,
    'SOC 2 Trust Services Criteria',
    'deploy/old-release.sh:41:12',
  ]) {
    assert.ok(page.includes(text.replaceAll('=', '&#x3D;')), text);
  }
});

test('a report of results that came one by one is the same, and never asks for the list of them', () => {
  for (const built of [companyRun(), largeRun(4_500)]) {
    const view = viewOf(built);
    const gathering = reporter.gather?.(view.assets);
    const added = built.run.results.map((result) => gathering?.add(result) ?? '');
    const run = Object.defineProperty({ ...built.run }, 'results', {
      enumerable: true,
      get: () => assert.fail('the results were asked for'),
    });

    const pieces = [...(gathering?.pieces({ ...view, run }, added) ?? [])];

    assert.equal(pieces.join(''), htmlText(view));
  }
});

test('a run comes back out of its report byte for byte', () => {
  for (const built of [companyRun(), hostileRun(), largeRun(4_500)]) {
    const back = runFromHtml(htmlText(viewOf(built)));

    assert.ok(back !== undefined);
    assert.equal(jsonText(back), jsonText(built.run));
  }
  assert.equal(runFromHtml('<html></html>'), undefined);
});

test('equal input gives equal bytes in another time zone', () => {
  const view = viewOf(companyRun());
  const before = process.env['TZ'];
  const here = htmlText(view);

  process.env['TZ'] = 'Asia/Kathmandu';
  const there = htmlText(view);
  if (before === undefined) delete process.env['TZ'];
  else process.env['TZ'] = before;

  assert.equal(here, there);
});

test('hostile texts open no element, no attribute and no link', () => {
  const tags = (html: string): number => shown(html).split('<').length;
  const strings = hostileStrings();
  const hostile = htmlText(viewOf(hostileRun(strings)));
  const harmless = htmlText(
    viewOf(hostileRun(strings.map((text, index) => `t${String(index)}${text.includes('`') ? '`b`' : ''}`))),
  );

  assert.doesNotMatch(shown(hostile), /<(?:svg onload|script|img|style|math|iframe|textarea)/i);
  assert.equal(hostile.split('</script>').length, 3);
  for (const [, href] of shown(hostile).matchAll(HREFS)) {
    assert.match(href ?? '', /^(?:#[a-z0-9-]*|https:\/\/|mailto:)/);
  }
  // text of our own and of theirs makes the same elements, but for links that a URL or code that a back-tick makes
  assert.ok(
    Math.abs(tags(hostile) - tags(harmless)) < strings.length * 20,
    `${String(tags(hostile))} ${String(tags(harmless))}`,
  );
  assert.equal(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u200B-\u200F\u202A-\u202E\u2066-\u2069]/.exec(hostile), null);
});

test('a forged run with one hostile text everywhere is still shown, and bounded', () => {
  const built = companyRun();
  // each eighth: a page takes its time, and the browser tests see the whole corpus
  for (const text of hostileStrings().filter((_, index) => index % 8 === 0)) {
    const html = htmlText({ ...viewOf(built), run: forgedRun(built.run, text) });
    assert.equal(html.split('</script>').length, 3, JSON.stringify(text.slice(0, 40)));
  }
});

test('large evidence does not make a large report', () => {
  const built = companyRun();
  const huge = 'A'.repeat(1_000_000);
  const view = viewOf(built);

  const html = htmlText({
    ...view,
    evidence: (id) => {
      const evidence = built.evidence.get(id);
      return evidence === undefined ? undefined : { ...evidence, outcome: { is: 'observed', raw: { huge } } };
    },
  });

  assert.ok(html.length < htmlText(view).length + 9 * 20_000);
  assert.match(html, /Shown in part: see the evidence file/);
});

test('lost evidence is named, and the report is still made', () => {
  const html = htmlText({ ...viewOf(companyRun()), evidence: () => undefined });

  assert.match(html, /The evidence file is not there/);
});

test('a run above 4000 results keeps every fail in the page, counts its passes, and stays small', () => {
  const built = largeRun(5_000);

  const page = shown(htmlText(viewOf(built)));

  for (const result of built.run.results) {
    if (result.status !== 'fail' && result.status !== 'error') continue;
    assert.ok(page.includes(result.subject) && page.includes(result.check));
  }
  const lines = page.split('\n').length;
  assert.ok(lines < 15_000, String(lines));
  assert.match(page, /passes are counted by check here/);
});

test('what changed since the run before is listed by state, and hostile names stay text', () => {
  const { run } = companyRun();
  const base = { check: 'a.b', target: 't', fingerprint: 'f', severity: 'low', title: 'x', message: 'x' } as const;
  const drift: Drift[] = [
    { ...base, state: 'new', subject: '<script>alert(1)</script>', notes: [] },
    { ...base, state: 'still', subject: 'quiet one', notes: [] },
    { ...base, state: 'unknown', subject: 'lost one', notes: ['lost sight'] },
  ];

  const page = shown(htmlText({ ...viewOf(companyRun()), previous: run, drift }));

  assert.match(page, /New fails <span class="n">1<\/span>/);
  assert.match(page, /a\.b {2}&lt;script&gt;/);
  assert.match(page, /lost one {2}\(lost sight\)/);
  assert.doesNotMatch(page, /quiet one|<script>alert/);
  assert.doesNotMatch(shown(htmlText(viewOf(companyRun()))), /Since the run before/);
});

test('an asset that is missing or would end its element is a bug, not a broken page', () => {
  const view = viewOf(companyRun());
  const assets = reportAssets();

  assert.throws(
    () => htmlText({ ...view, assets: { ...assets, 'report.css': 'a{}</style>' } }),
    /would end its element/,
  );
  const { 'report.js': _, ...rest } = assets;
  assert.throws(() => htmlText({ ...view, assets: rest }), /report\.js is missing/);
});

test('only plain web and mail addresses become links', () => {
  const rows: readonly (readonly [string, boolean])[] = [
    ['https://www.rfc-editor.org/rfc/rfc6797#section-6.1.1', true],
    ['http://a.example/', true],
    ['mailto:a@b.example', true],
    ['javascript:alert(1)', false],
    ['JAVASCRIPT:alert(1)', false],
    [' https://a.example', false],
    ['java\tscript:alert(1)', false],
    ['data:text/html,x', false],
    ['//evil.test/x.js', false],
    ['https://a.example/"onclick="x', false],
    ['https://a.example/\u202E', false],
    ['file:///etc/passwd', false],
    ['', false],
  ];
  for (const [url, good] of rows) assert.equal(safeHref(url), good ? url : '', url);
});

test('back-ticks mark code, an odd one is itself', () => {
  assert.deepEqual(spans('Send `a: b` now'), [
    { code: false, text: 'Send ' },
    { code: true, text: 'a: b' },
    { code: false, text: ' now' },
  ]);
  assert.deepEqual(spans('a ` b'), [
    { code: false, text: 'a ' },
    { code: false, text: '` b' },
  ]);
});

test('a word for the shell is quoted where it must be', () => {
  assert.equal(shellWord('example.com:443'), 'example.com:443');
  assert.equal(shellWord("a b'; rm -rf $(x)"), "'a b'\\''; rm -rf $(x)'");
});

test('raw evidence is cut at its bound, whatever its form', () => {
  assert.deepEqual(boundedJson({ a: 1 }, 100), { text: '{\n  "a": 1\n}', cut: false });
  for (const value of ['x'.repeat(9_999), Array.from({ length: 9_999 }, () => 0), { ['k'.repeat(9_999)]: null }]) {
    const { text, cut } = boundedJson(value, 100);
    assert.ok(cut && text.length <= 101, text);
  }
});
