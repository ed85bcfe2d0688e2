import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { certificatesInFile, fileFacts } from '../../src/collectors/tls/files.ts';
import { factsSchema, rawSchema } from '../../src/collectors/tls/schema.ts';
import { judge } from '../../src/judge/judge.ts';
import { loadPack } from '../../src/packs/load.ts';
import { validateFacts } from '../../src/packs/facts-schema.ts';
import { conformanceFile, needsConformance } from '../support/conformance.ts';

interface Case {
  readonly file: string;
  readonly expect: { readonly [rule: string]: 'fail' | 'not-fail' };
  readonly pem: string;
}

/** Rules of the facts that have no check of ours (yet): each with its reason. */
const NOT_OURS: { readonly [rule: string]: string } = {
  'cert.name.wildcard-public-suffix': 'needs the list of public suffixes, which another collector holds',
  'cert.name.internal': 'needs the list of top-level domains, which another collector holds',
  'cert.aia.internal-name': 'needs the list of top-level domains, which another collector holds',
};

test('every verdict that zlint gives on its certificates is ours', needsConformance(), () => {
  const folder = fileURLToPath(new URL('../../checks/cert', import.meta.url));
  const { checks } = loadPack(folder, new Map([['tls', { factsSchema, rawSchema, accepts: ['endpoint'] as const }]]));
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
      if (NOT_OURS[rule] !== undefined) continue;
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
