import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { certificatesInFile, fileFacts } from '../../src/collectors/tls/files.ts';
import { factsSchema } from '../../src/collectors/tls/schema.ts';
import { collectorSchemas } from '../../src/commands/packs.ts';
import { judge } from '../../src/judge/judge.ts';
import { loadPack } from '../../src/packs/load.ts';
import { validateFacts } from '../../src/packs/facts-schema.ts';
import { conformanceFile, needsConformance } from '../support/conformance.ts';

interface Case {
  readonly file: string;
  readonly expect: { readonly [rule: string]: 'fail' | 'not-fail' };
  readonly pem: string;
}

test('every verdict that zlint gives on its certificates is ours', needsConformance(), async () => {
  const folder = fileURLToPath(new URL('../../checks/cert', import.meta.url));
  const pack = loadPack(folder, await collectorSchemas());
  const checks = pack.checks.filter(({ needs }) => needs.join() === 'tls');
  const cases = conformanceFile('tls/zlint/cases.jsonl')
    .toString('utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Case);
  const wrong: string[] = [];
  let claims = 0;

  for (const { file, expect, pem } of cases) {
    const facts = fileFacts(file, certificatesInFile(Buffer.from(pem)), { isPublic: true });
    assert.deepEqual(validateFacts(factsSchema, facts), [], file);
    const target = { kind: 'endpoint', id: `endpoint:${file}`, labels: {} } as const;
    const collectors = { tls: { is: 'facts', id: 'file', facts, at: {} } } as const;
    const verdicts = judge(checks, [{ target, collectors }], '2026-11-22T00:00:00Z');
    for (const [rule, expected] of Object.entries(expect)) {
      claims++;
      const statuses = verdicts.filter(({ check }) => check === rule).map(({ status }) => status);
      const fails = statuses.includes('fail');
      if (statuses.length === 0 || statuses.includes('error') || fails !== (expected === 'fail'))
        wrong.push(`${file}: ${rule} is ${statuses.join() || 'not judged'}, expected ${expected}`);
    }
  }

  assert.deepEqual(wrong, []);
  assert.ok(cases.length === 171 && claims > 200, `${String(claims)} claims`);
});
