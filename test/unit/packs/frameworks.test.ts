import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { mappingOf } from '../../../src/model/framework.ts';
import { loadFrameworks, readFramework } from '../../../src/packs/frameworks.ts';

const SHIPPED = fileURLToPath(new URL('../../../checks/frameworks', import.meta.url));

const GOOD = `id: own
name: Own rules
version: "1.0"
publisher: us
rights: public-domain
controls:
  - id: "2.10"
    label: Mail
    checks: [dmarc, spf.all]
`;

function problemsOf(text: string, name = 'own.yaml'): string[] {
  const reading = readFramework(text, name);
  return reading.is === 'read'
    ? []
    : reading.problems.map(({ line, column, message }) => `${String(line)}:${String(column)} ${message}`);
}

test('a good framework file is read', () => {
  const reading = readFramework(GOOD, 'dir/own.yaml');

  assert.deepEqual(reading, {
    is: 'read',
    framework: {
      id: 'own',
      name: 'Own rules',
      version: '1.0',
      publisher: 'us',
      rights: 'public-domain',
      controls: [{ id: '2.10', label: 'Mail', checks: ['dmarc', 'spf.all'] }],
    },
  });
});

test('what is wrong is named with line and column', () => {
  const rows: readonly (readonly [string, string, string])[] = [
    ['"2.10"', '2.10', '7:9 the control id is not quoted: write "2.10"'],
    ['"2.10"', 'A.5.14', '7:9 the control id is not quoted: write "A.5.14"'],
    ['"1.0"', '1.0', '3:10 version is not quoted: write "1.0"'],
    ['label: Mail', 'label: ""', '8:12 the label is a text that is not empty'],
    ['label: Mail', 'labels: Mail', '8:5 unknown key "labels"; known are id, label, baselines, checks, note'],
    ['publisher: us', 'publisher: us\ntitle: x', '5:1 unknown key "title"'],
    ['rights: public-domain', 'rights: free', '5:9 rights is one of'],
    ['[dmarc, spf.all]', '[dmarc, dmarc]', '9:21 "dmarc" stands here twice'],
    ['[dmarc, spf.all]', '["dmarc*"]', '9:14 this is not a check id or prefix'],
    ['[dmarc, spf.all]', 'dmarc', '9:13 checks is a list'],
    ['id: own', 'id: other', '1:5 id "other" is not the name of the file'],
    ['id: own', 'id: own\nid: own', 'this key occurs twice'],
    ['controls:', 'unmapped: [dmarc]\ncontrols:', '6:12 "dmarc" is mapped: control "2.10" names it'],
  ];

  for (const [from, to, expected] of rows) {
    assert.ok(GOOD.includes(from));
    const problems = problemsOf(GOOD.replace(from, to));
    assert.ok(
      problems.some((problem) => problem.includes(expected)),
      `${to}: ${problems.join('; ')}`,
    );
  }
});

test('a doubled control, an empty list and a file of another shape are refused', () => {
  const second = '  - { id: "2.10", label: Again, checks: [] }\n';

  assert.deepEqual(problemsOf(GOOD + second), ['10:11 control "2.10" stands here twice']);
  assert.match(
    problemsOf(GOOD.slice(0, GOOD.indexOf('  - ')))[0] ?? '',
    /controls is a list with at least one control/,
  );
  assert.match(problemsOf('- 1')[0] ?? '', /a framework file is a map/);
  assert.match(problemsOf('a: [')[0] ?? '', /^1:/);
});

test('a folder with a bad file is refused with the name of the file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'frameworks-'));
  writeFileSync(join(folder, 'own.yaml'), GOOD.replace('"2.10"', '2.10'));

  assert.throws(() => loadFrameworks(folder), /own\.yaml:7:9: the control id is not quoted/);
});

test('the shipped frameworks load: sixteen, with 504 controls', () => {
  const frameworks = loadFrameworks(SHIPPED);

  assert.equal(frameworks.length, 16);
  assert.equal(
    frameworks.reduce((sum, { controls }) => sum + controls.length, 0),
    504,
  );
});

test('a check bears on the controls of its own objective, not on those of a shorter key', () => {
  const soc2 = loadFrameworks(SHIPPED).find(({ id }) => id === 'soc2');
  assert.ok(soc2 !== undefined);
  const controlsOf = (check: string): string[] => mappingOf(soc2)(check).map((index) => soc2.controls[index]?.id ?? '');

  assert.deepEqual(controlsOf('dns.soa.serial'), ['CC6.6', 'CC7.1']);
  assert.ok(controlsOf('dns.ns.count').includes('A1.1'));
  assert.ok(!controlsOf('dns.soa.serial').includes('A1.1'));
  assert.deepEqual(controlsOf('dmarc.p.none'), ['CC6.6', 'CC6.8']);
  assert.deepEqual(controlsOf('no.such.check'), []);
});
