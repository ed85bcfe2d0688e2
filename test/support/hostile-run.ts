/** Runs in which every text is hostile: the corpus of outside strings, and a few of our own where that is not there. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { sealRun } from '../../src/assurance/seal.ts';
import type { Evidence } from '../../src/model/evidence.ts';
import { isArray, isObject, type Json } from '../../src/model/json.ts';
import type { Run, Verdict } from '../../src/model/result.ts';
import { companyRun, evidenceOf, entryOf, target, type Built } from './run-builder.ts';

const CORPUS = fileURLToPath(new URL('../../../shared/conformance/reports/hostile-strings.txt', import.meta.url));

const OWN = [
  '"><script>alert(1)</script>',
  '</script><script>alert(1)</script>',
  '</style><!--',
  '\'"` onmouseover=alert(1) x',
  'javascript:alert(1)',
  '{{constructor}}{{{x}}}',
  '\u001b[2J\u009b31m\u0007\u0000',
  '\u202Egnp.exe\u2066\u200B',
  '=1+1\r\n::error::x',
  '| a | @b #1 `c`',
  '__proto__',
  '\ud800',
  'x'.repeat(5_000),
];

export function hostileStrings(): string[] {
  if (!existsSync(CORPUS)) return OWN;
  const lines = readFileSync(CORPUS, 'utf8').split('\n');
  return [...new Set([...OWN, ...lines.filter((line) => line !== '').map((line) => String(JSON.parse(line)))])];
}

/** For each string one fail, one error, one pass, one manual and one waived result with that string in every text field. */
export function hostileRun(strings: readonly string[] = hostileStrings()): Built {
  const base = companyRun();
  const targets = strings.map((text) => ({
    target: target('site', `site:${text}`, { labels: { [`k${text}`]: text } }),
    jobs: { planned: 1, observed: 1, faulted: 0 },
  }));
  const evidence: Evidence[] = targets.map(({ target: of }, index) => {
    const text = (strings[index] ?? '').toWellFormed();
    const raw = { [text]: text, list: [text, { deep: text }] };
    const well = { ...of, id: of.id.toWellFormed(), labels: { [`k${text}`]: text } };
    return evidenceOf(text, well, raw, { [text]: text });
  });
  const verdicts: Verdict[] = [];
  for (const [index, text] of strings.entries()) {
    const reference = evidence[index]?.id ?? '';
    const common = {
      check: `dmarc.${text}`,
      version: 1,
      title: text,
      severity: (['critical', 'high', 'medium', 'low', 'info'] as const)[index % 5] ?? 'low',
      target: `site:${text}`,
      message: text,
      reasons: [
        { path: text, op: 'eq', expected: text, actual: text, why: text, evidence: `${reference}#/list/1/deep` },
        {
          path: text,
          op: text,
          expected: [text, { [text]: text }],
          actual: { [text]: text },
          evidence: `${text}#${text}`,
        },
      ],
      references: [{ spec: text, section: text, url: text }],
      remediation: text,
      location: { file: text, line: 1, column: 1, commit: text },
    };
    verdicts.push(
      { ...common, subject: `${text} fail`, status: 'fail' },
      { ...common, subject: `${text} error`, status: 'error', fault: { code: text, message: text } },
      { ...common, subject: `${text} pass`, status: 'pass' },
      { ...common, subject: `${text} manual`, status: 'manual' },
      { ...common, subject: `${text} na`, status: 'not-applicable' },
      {
        ...common,
        subject: `${text} waived`,
        status: 'fail',
        waiver: { id: text, owner: text, reason: text, expires: text },
      },
    );
  }
  const claims = strings.map((text) => ({
    id: text,
    quote: text,
    page: text,
    type: text,
    verdict: 'refuted',
    scope: text,
    because: text,
    notProven: text,
    results: [text],
  }));
  const input = { ...base.input, targets, verdicts, evidence: evidence.map(entryOf), claims, checks: [] };
  return {
    ...base,
    run: sealRun(input),
    input,
    evidence: new Map(evidence.map((entry) => [entry.id, entry])),
  };
}

const FIXED = new Set(['schema', 'status', 'severity', 'verdict']);

/** The run with one text in place of every string but the closed words: what a forged run.json could hold. */
export function forgedRun(run: Run, text: string): Run {
  const forge = (value: Json, key: string): Json => {
    if (typeof value === 'string') return FIXED.has(key) ? value : text;
    if (isArray(value)) return value.map((item) => forge(item, key));
    if (isObject(value))
      return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, forge(item, name)]));
    return value;
  };
  return forge(run as unknown as Json, '') as unknown as Run;
}
