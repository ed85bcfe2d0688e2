import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Status } from '../../../src/model/check.ts';
import { isArray, type Json, own } from '../../../src/model/json.ts';
import { pointer, resolvePointer } from '../../../src/model/pointer.ts';
import type { Reporter } from '../../../src/model/reporter.ts';
import { badgeText } from '../../../src/report/badge.ts';
import { CSV_COLUMNS, csvCell, csvText } from '../../../src/report/csv.ts';
import { cyclonedxText } from '../../../src/report/cyclonedx.ts';
import { githubText } from '../../../src/report/github.ts';
import { gitlabText } from '../../../src/report/gitlab.ts';
import { hdfText } from '../../../src/report/hdf.ts';
import { intotoText } from '../../../src/report/intoto.ts';
import { junitText } from '../../../src/report/junit.ts';
import { OUTCOMES, type Outcome } from '../../../src/report/mapping.ts';
import { codeSpan, markdownReport, markdownText } from '../../../src/report/markdown.ts';
import { metricsText } from '../../../src/report/metrics.ts';
import { ocsfText } from '../../../src/report/ocsf.ts';
import { oscalText, oscalToken } from '../../../src/report/oscal.ts';
import { placeOf, uriOf } from '../../../src/report/places.ts';
import { FORMATS } from '../../../src/report/registry.ts';
import { sarifText } from '../../../src/report/sarif.ts';
import { sha1, uuidOf } from '../../../src/report/uuid.ts';
import { visible } from '../../../src/report/visible.ts';
import { hostileRun, hostileStrings } from '../../support/hostile-run.ts';
import { readCsv, readXml, type XmlElement } from '../../support/parsers.ts';
import { companyRun, largeRun, viewOf } from '../../support/run-builder.ts';

const company = companyRun();
const view = viewOf(company);

type Step = string | number;

/** What stands at a path of a JSON document; null where nothing does. */
function at(document: Json, ...path: readonly Step[]): Json {
  return resolvePointer(document, pointer(...path)) ?? null;
}

function list(document: Json, ...path: readonly Step[]): readonly Json[] {
  const found = at(document, ...path);
  assert.ok(isArray(found), path.join('/'));
  return found;
}

function text(document: Json, ...path: readonly Step[]): string {
  const found = at(document, ...path);
  return typeof found === 'string' ? found : JSON.stringify(found);
}

function parse(json: string): Json {
  return JSON.parse(json) as Json;
}

test('each outcome is told in each format as the table says', () => {
  const rows: readonly (readonly [Outcome, string, string, number, string, boolean, string])[] = [
    ['pass', 'pass', 'passed', 1, 'passed', false, 'pass'],
    ['fail', 'fail', 'failure', 3, 'failed', true, 'fail'],
    ['waived', 'fail', 'skipped', 3, 'failed', true, 'waived'],
    ['error', 'review', 'error', 2, 'error', false, 'error'],
    ['not-applicable', 'notApplicable', 'skipped', 99, 'skipped', false, 'not_applicable'],
    ['manual', 'open', 'skipped', 99, 'skipped', false, 'manual'],
  ];
  assert.equal(rows.length, Object.keys(OUTCOMES).length);
  for (const [outcome, sarif, junit, ocsf, hdf, finding, metrics] of rows) {
    const mapping = OUTCOMES[outcome];
    assert.deepEqual(
      [mapping.sarif.kind, mapping.junit, mapping.ocsf.id, mapping.hdf, mapping.oscalFinding, mapping.metrics],
      [sarif, junit, ocsf, hdf, finding, metrics],
      outcome,
    );
    assert.equal(mapping.sarif.leveled, mapping.sarif.kind === 'fail', outcome);
  }
});

test('an error is a pass in no format', () => {
  const { error, pass } = OUTCOMES;
  for (const key of ['sarif', 'junit', 'ocsf', 'hdf', 'metrics'] as const) assert.notDeepEqual(error[key], pass[key]);
});

test('all formats hold the same results with the same outcome', () => {
  const key = (check: string, target: string, subject: string, status: string): string =>
    [check, target, subject, status].join(' | ');
  const expected = company.run.results.map((r) => key(r.check, r.target, r.subject, r.status)).sort();

  const sarif = list(parse(sarifText(view, true)), 'runs', 0, 'results');
  assert.deepEqual(
    [...sarif]
      .map((r) =>
        key(
          text(r, 'ruleId'),
          text(r, 'properties', 'target'),
          text(r, 'properties', 'subject'),
          text(r, 'properties', 'status'),
        ),
      )
      .sort(),
    expected,
  );
  const ocsf = list(parse(ocsfText(view)));
  assert.deepEqual(
    ocsf
      .map((e) =>
        key(
          text(e, 'compliance', 'control'),
          text(e, 'resources', 0, 'uid'),
          text(e, 'resources', 0, 'name'),
          text(e, 'unmapped', 'probity_status'),
        ),
      )
      .sort(),
    expected,
  );
  const [header, ...rows] = readCsv(csvText(company.run));
  assert.deepEqual(header, [...CSV_COLUMNS]);
  assert.deepEqual(
    rows.map(([status = '', , check = '', target = '', subject = '']) => key(check, target, subject, status)).sort(),
    expected,
  );
  const cases = readXml(junitText(company.run)).children.flatMap((suite) =>
    suite.children.map((one) => `${one.attributes['name'] ?? ''} | ${suite.attributes['name'] ?? ''}`),
  );
  assert.deepEqual(cases.sort(), company.run.results.map((r) => `${r.check} ${r.subject} | ${r.target}`).sort());
  const hdf = list(parse(hdfText(view)), 'profiles', 0, 'controls');
  const told = [...hdf].flatMap((control) =>
    list(control, 'results').map((r) => `${text(control, 'id')} | ${text(r, 'code_desc')}`),
  );
  assert.deepEqual(told.sort(), company.run.results.map((r) => `${r.check} | ${r.target} ${r.subject}`).sort());
});

test('every format is the same twice, and holds hostile texts without a raw control character', async () => {
  const hostile = viewOf(hostileRun());
  // oxlint-disable-next-line no-control-regex
  const controls = /[\u0000-\u0009\u000B\u000C\u000E-\u001F\u007F-\u009F\u200B-\u200F\u2028-\u202E\u2066-\u2069\uFEFF]/;
  for (const entry of FORMATS) {
    const reporter: Reporter = await entry.load();
    const text = reporter.render(hostile);
    assert.equal(reporter.render(hostile), text, entry.id);
    assert.equal(controls.exec(text)?.[0], undefined, entry.id);
    assert.ok(text.isWellFormed(), entry.id);
    if (reporter.mediaType.includes('json')) assert.ok(parse(text), entry.id);
  }
});

test('SARIF puts the worst first, points at rules by index, and gives a level to fails only', () => {
  const run = at(parse(sarifText(view)), 'runs', 0);
  const rules = list(run, 'tool', 'driver', 'rules');
  const results = list(run, 'results');

  for (const result of results) {
    assert.equal(at(rules, text(result, 'ruleIndex'), 'id'), at(result, 'ruleId'));
    assert.equal(at(result, 'level') === 'none', at(result, 'kind') !== 'fail');
    assert.match(text(result, 'message', 'text'), /[.!?…]$/);
    assert.match(text(result, 'partialFingerprints', 'probity/v1'), /^sha256:/);
    const uri = text(result, 'locations', 0, 'physicalLocation', 'artifactLocation', 'uri');
    assert.match(uri, /^[A-Za-z0-9._%/-]+$/);
  }
  assert.deepEqual(
    results.slice(0, 2).map((r) => at(r, 'properties', 'severity')),
    ['critical', 'high'],
  );
  assert.equal(results.filter((r) => at(r, 'suppressions') !== null).length, 1);
  assert.equal(results.length, 19);
  assert.match(text(rules, 0, 'properties', 'security-severity'), /^\d\.\d$/);
});

test('SARIF stops at 25,000 results and says how many are left out', () => {
  const built = largeRun(100);
  const [one] = built.run.results;
  assert.ok(one !== undefined);
  const results = Array.from({ length: 25_003 }, () => ({ ...one, status: 'fail' as const }));

  const log = sarifText({ ...viewOf(built), run: { ...built.run, results } });

  assert.equal(list(parse(log), 'runs', 0, 'results').length, 25_000);
  assert.match(log, /3 results of the least severity were left out/);
});

test('SARIF compares with the run before', () => {
  const before = {
    ...company.run,
    results: company.run.results.slice(1).map((r) => (r.status === 'error' ? { ...r, status: 'pass' as const } : r)),
  };

  const results = list(parse(sarifText({ ...view, previous: before })), 'runs', 0, 'results');

  const states = new Map<string, number>();
  for (const result of results)
    states.set(text(result, 'baselineState'), (states.get(text(result, 'baselineState')) ?? 0) + 1);
  assert.deepEqual(states.get('updated'), 8);
  assert.ok((states.get('unchanged') ?? 0) >= 10);
});

test('a place is relative, inside the repository, and percent-encoded', () => {
  const [result] = company.run.results;
  assert.ok(result !== undefined);
  const at = (target: string, file: string): string =>
    placeOf({ ...result, target, location: { file, line: 3 } }, {}).path;

  assert.equal(at('source:./app', 'src/a.ts'), 'app/src/a.ts');
  assert.equal(at('source:.', './src//a.ts'), 'src/a.ts');
  assert.equal(at('source:/abs/app', 'src/a.ts'), 'src/a.ts');
  assert.equal(at('source:.', '../../etc/passwd'), 'probity.yaml');
  assert.equal(at('source:.', '/etc/passwd'), 'probity.yaml');
  assert.equal(at('source:.', '..\\..\\windows'), 'probity.yaml');
  assert.deepEqual(
    placeOf({ ...result, target: 'domain:x' }, { declared: () => ({ file: 'ops/probity.yaml', line: 12 }) }),
    {
      path: 'ops/probity.yaml',
      line: 12,
    },
  );
  assert.equal(uriOf('a b/#?ü%.ts'), 'a%20b/%23%3F%C3%BC%25.ts');
});

test('JUnit counts add up, names are unique, and an error is an error', () => {
  for (const run of [company.run, hostileRun().run]) {
    const root = readXml(junitText(run));
    const total = (elements: readonly XmlElement[], key: string): number =>
      elements.reduce((sum, { attributes }) => sum + Number(attributes[key]), 0);
    for (const key of ['tests', 'failures', 'errors', 'skipped']) {
      assert.equal(Number(root.attributes[key]), total(root.children, key), key);
    }
    const cases = root.children.flatMap(({ children }) => children);
    assert.equal(cases.length, run.results.length);
    assert.equal(
      new Set(cases.map(({ attributes }) => `${attributes['classname'] ?? ''}\n${attributes['name'] ?? ''}`)).size,
      cases.length,
    );
    const holding = (name: string): number =>
      cases.filter(({ children }) => children.some((child) => child.name === name)).length;
    const count = (status: Status): number => run.summary.byStatus[status];
    assert.equal(holding('error'), count('error'));
    assert.equal(holding('failure'), run.results.filter((r) => r.status === 'fail' && r.waiver === undefined).length);
    assert.equal(holding('failure') + holding('error') + holding('skipped') + count('pass'), run.results.length);
  }
});

test('CSV survives a strict reader, and no cell is a formula', () => {
  for (const text of [...hostileStrings(), '-1', '@x', '+a', ' =x', '"=x', '\t=x', '＝x', '\u3000=x']) {
    const [[cell = ''] = []] = readCsv(`${csvCell(text)}\r\n`);
    assert.doesNotMatch(cell, /^[\s"]*[=+\-@＝＋－＠]/u, JSON.stringify(text));
    const plain = visible(text.replaceAll('\u0000', ''));
    assert.ok(cell === plain || cell === `'${plain}`);
  }
  assert.equal(readCsv(csvText(hostileRun().run)).length, hostileRun().run.results.length + 1);
});

test('Markdown keeps hostile text inert', () => {
  const report = markdownReport(hostileRun().run);
  const outside = report.replaceAll(/(?<![\\`])(`+)(?!`)[^]*?[^`]\1(?!`)/g, '');

  assert.equal(/.{0,40}<[a-z!/].{0,40}/i.exec(outside)?.[0], undefined);
  assert.equal(/.{0,40}\]\((?!https:).{0,40}/.exec(outside)?.[0], undefined);
  assert.equal(/.{0,40}[^\\]@(?!&#8205;)\w.{0,40}/.exec(outside.replaceAll(/\]\(https:[^)]*\)/g, ''))?.[0], undefined);
  assert.equal(
    markdownText('@everyone #1 a|b <b> [x](javascript:1) https://evil.test'),
    '@&#8205;everyone \\#&#8205;1 a\\|b &lt;b&gt; \\[x\\]\\(javascript\\:1\\) https&#8205;\\://evil\\.test',
  );
  assert.equal(codeSpan('a`b``c'), '```a`b``c```');
  assert.equal(codeSpan('`x`'), '`` `x` ``');
  assert.equal(codeSpan(' '), '` `');
});

test('Markdown stays within its bytes, fails first, and says what was left out', () => {
  const { run } = largeRun(3_000);

  const text = markdownReport(run, 20_000);

  assert.ok(Buffer.byteLength(text) <= 20_000);
  assert.match(text, /\*\*\d+ rows left out\*\*: run\.json has all of them/);
  assert.ok(text.indexOf('### critical') > 0);
  assert.match(text, /Coverage: \d+ of \d+ judged/);
  assert.doesNotMatch(markdownReport(company.run), /left out/);
});

test('annotations are one line each, and no text can begin a command of its own', () => {
  const lines = githubText(viewOf(hostileRun())).trimEnd().split('\n');

  for (const line of lines) {
    assert.match(line, /^::(?:error|warning|notice) file=[^:,]*,line=\d+(?:,col=\d+)?,title=[^:,]*::/);
  }
  const company = githubText(view).trimEnd().split('\n');
  assert.equal(company.length, 9 + 8);
  assert.match(
    text(company, 0),
    /^::error file=app\/deploy\/old-release\.sh,line=41,col=12,title=critical%3A secret\.aws-access-key::/,
  );
  assert.equal(githubText({ ...view, run: { ...view.run, results: [] } }), '');
});

test('GitLab issues have unique fingerprints, and leave out what was accepted', () => {
  const issues = list(parse(gitlabText(view)));

  assert.equal(issues.length, 9);
  assert.equal(new Set(issues.map((issue) => at(issue, 'fingerprint'))).size, 9);
  assert.ok(issues.every((issue) => /^(?:info|minor|major|critical|blocker)$/.test(text(issue, 'severity'))));
  assert.ok(issues.every((issue) => !text(issue, 'location', 'path').startsWith('./')));
  const [one] = company.run.results.filter(({ status, waiver }) => status === 'fail' && waiver === undefined);
  assert.ok(one !== undefined);
  const twice = list(parse(gitlabText({ ...view, run: { ...company.run, results: [one, one] } })));
  assert.equal(new Set(twice.map((issue) => at(issue, 'fingerprint'))).size, 2);
});

test('OpenMetrics keeps to its grammar, with zeros, and ends with EOF', () => {
  for (const run of [company.run, hostileRun().run]) {
    const lines = metricsText(run).split('\n');
    assert.deepEqual(lines.slice(-2), ['# EOF', '']);
    for (const line of lines.slice(0, -2)) {
      assert.match(
        line,
        /^(?:# (?:TYPE|HELP) probity_[a-z_]+ .+|probity_[a-z_]+(?:\{[a-z]+="(?:[^"\\]|\\["\\n])*"(?:,[a-z]+="(?:[^"\\]|\\["\\n])*")*\})? -?[0-9.e+-]+)$/,
      );
    }
  }
  const text = metricsText(company.run);
  assert.ok(text.includes('probity_results{status="waived",severity="high"} 1'));
  assert.ok(text.includes('probity_results{status="error",severity="info"} 0'));
  assert.ok(
    text.includes(
      `probity_certificate_not_after_seconds{target="endpoint:harborline.example:443",subject="harborline.example:443"} ${String(Date.UTC(2026, 11, 1) / 1000)}`,
    ),
  );
  const samples = text.split('\n').filter((line) => line.startsWith('probity_results'));
  assert.equal(
    samples.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0),
    company.run.results.length,
  );
});

test('a badge counts, and is green only where nothing is open', () => {
  const { run } = company;
  const clean = {
    ...run,
    summary: {
      byStatus: { pass: 4, fail: 0, error: 0, 'not-applicable': 0, manual: 0 },
      bySeverity: { critical: 0, high: 0, medium: 0, low: 0, info: 0 },
      coverage: { judged: 4, applicable: 4 },
    },
  };
  const badge = (of: typeof run): string =>
    `${text(parse(badgeText(of)), 'color')}: ${text(parse(badgeText(of)), 'message')}`;
  const claims: Json[] = [{ verdict: 'proven' }, { verdict: 'proven' }, { verdict: 'unproven' }];

  assert.equal(badge(run), 'red: 9 fails, 4 of 23 passed, 8 undetermined');
  assert.equal(badge(clean), 'green: 4 of 4 passed');
  assert.equal(badge({ ...clean, complete: false }), 'yellow: 4 of 4 passed, incomplete');
  assert.equal(badge({ ...clean, claims }), 'yellow: 2 proven, 1 open');
  assert.equal(badge({ ...clean, claims: [...claims, { verdict: 'refuted' }] }), 'red: 2 proven, 1 refuted, 1 open');
});

test('the verification summary is PASSED only where nothing is open', () => {
  const result = (of: typeof company.run): string => text(parse(intotoText(of)), 'predicate', 'verificationResult');
  const counts = { pass: 4, fail: 0, error: 0, 'not-applicable': 0, manual: 0 };
  const summary = {
    byStatus: counts,
    bySeverity: { critical: 0, high: 0, medium: 0, low: 0, info: 0 },
    coverage: { judged: 4, applicable: 4 },
  };
  const clean = { ...company.run, summary };

  assert.equal(result(company.run), 'FAILED');
  assert.equal(result(clean), 'PASSED');
  assert.equal(result({ ...clean, complete: false }), 'FAILED');
  assert.equal(result({ ...clean, summary: { ...summary, byStatus: { ...counts, error: 1 } } }), 'FAILED');
  assert.equal(result({ ...clean, summary: { ...summary, byStatus: { ...counts, pass: 0 } } }), 'FAILED');
});

test('OSCAL names controls by tokens that differ, and finds only what is contradicted or accepted', () => {
  assert.equal(oscalToken('nist80053', 'AC-2(3)'), 'ac-2.3');
  assert.equal(oscalToken('pci', '4.2.1'), 'pci_4.2.1');
  assert.equal(oscalToken('nist80053', '4(1)'), '_4.1');
  const tokens = company.frameworks.flatMap(({ id, controls }) =>
    controls.map((control) => oscalToken(id, control.id)),
  );
  assert.equal(new Set(tokens).size, tokens.length);

  const result = at(parse(oscalText(view)), 'assessment-results', 'results', 0);
  const findings = list(result, 'findings');
  const bad = company.run.controls.filter(({ status }) => status === 'contradicted' || status === 'accepted');
  assert.equal(findings.length, bad.length);
  assert.ok(findings.every((finding) => at(finding, 'target', 'status', 'state') === 'not-satisfied'));
  assert.doesNotMatch(oscalText(view), /"state": "satisfied"/);
  assert.equal(list(result, 'observations').length, company.run.results.length);
});

test('every reference of the CycloneDX attestation resolves, and every name is unique', () => {
  for (const built of [company, hostileRun(), largeRun(300, company.frameworks)]) {
    const bom = JSON.parse(cyclonedxText(viewOf(built))) as Json;
    const names: string[] = [];
    const used: string[] = [];
    const walk = (node: Json): void => {
      if (typeof node !== 'object' || node === null) return;
      for (const [key, value] of Object.entries(node)) {
        if (key === 'bom-ref' && typeof value === 'string') names.push(value);
        if (['claims', 'counterClaims', 'evidence', 'counterEvidence'].includes(key) && Array.isArray(value)) {
          used.push(...value.filter((item) => typeof item === 'string'));
        }
        if (['requirement', 'assessor', 'target'].includes(key) && typeof value === 'string') used.push(value);
        walk(value);
      }
    };
    walk(bom);
    assert.equal(new Set(names).size, names.length);
    const known = new Set(names);
    assert.deepEqual(
      used.filter((name) => !known.has(name)),
      [],
    );
    assert.ok(own(bom, 'declarations') !== undefined && used.length > 0);
  }
});

test('SHA-1 and UUIDs of version 5 are those of the standards', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      assert.equal(Buffer.from(sha1(bytes)).toString('hex'), createHash('sha1').update(bytes).digest('hex'));
    }),
    { numRuns: 50 },
  );
  assert.match(uuidOf('a', 'b'), /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(uuidOf('a', 'b'), uuidOf('a', 'b'));
  assert.notEqual(uuidOf('a', 'b'), uuidOf('a","b'));
});
