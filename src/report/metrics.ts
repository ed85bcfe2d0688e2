/** OpenMetrics: counts, coverage, and when certificates end. */
import { SEVERITIES } from '../model/check.ts';
import { byCodeUnit } from '../model/json.ts';
import type { Reporter } from '../model/reporter.ts';
import type { Run } from '../model/result.ts';
import { epochMs } from './json-document.ts';
import { OUTCOMES, outcomeOf } from './mapping.ts';
import { clip, visible } from './visible.ts';

function label(text: string): string {
  return `"${clip(visible(text), 300).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** The ends of validity that the run looked at, by target and subject. */
function expiries(run: Run): string[] {
  const found = new Map<string, number>();
  for (const result of run.results) {
    for (const { path, actual } of result.reasons) {
      if (!/(?:^|\.)notAfter$/.test(path) || typeof actual !== 'string') continue;
      const ms = Date.parse(actual);
      if (Number.isFinite(ms)) found.set(`target=${label(result.target)},subject=${label(result.subject)}`, ms / 1000);
    }
  }
  return [...found]
    .sort((a, b) => byCodeUnit(a[0], b[0]))
    .map(([labels, seconds]) => `probity_certificate_not_after_seconds{${labels}} ${String(seconds)}`);
}

function family(name: string, help: string, samples: readonly string[]): string[] {
  return samples.length === 0 ? [] : [`# TYPE ${name} gauge`, `# HELP ${name} ${help}`, ...samples];
}

export function metricsText(run: Run): string {
  const counts = new Map<string, number>();
  for (const result of run.results) {
    const key = `${OUTCOMES[outcomeOf(result)].metrics} ${result.severity}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const samples: string[] = [];
  // zeros too: a gauge that vanishes looks like a gauge that was never there
  for (const { metrics } of Object.values(OUTCOMES)) {
    for (const severity of SEVERITIES) {
      const value = counts.get(`${metrics} ${severity}`) ?? 0;
      samples.push(`probity_results{status="${metrics}",severity="${severity}"} ${String(value)}`);
    }
  }
  const { judged, applicable } = run.summary.coverage;
  return [
    ...family('probity_results', 'Results by status and severity.', samples),
    ...family('probity_coverage_ratio', 'Judged results divided by applicable ones.', [
      `probity_coverage_ratio ${applicable === 0 ? '0' : String(judged / applicable)}`,
    ]),
    ...family('probity_run_complete', '1 where every planned observation ran.', [
      `probity_run_complete ${run.complete ? '1' : '0'}`,
    ]),
    ...family('probity_run_timestamp_seconds', 'The instant as of which the run judged.', [
      `probity_run_timestamp_seconds ${String(epochMs(run.asOf) / 1000)}`,
    ]),
    ...family('probity_certificate_not_after_seconds', 'When a certificate that was looked at ends.', expiries(run)),
    '# EOF',
    '',
  ].join('\n');
}

export const metrics: Reporter = {
  id: 'metrics',
  mediaType: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  fileName: 'report.prom',
  render: ({ run }) => metricsText(run),
};
