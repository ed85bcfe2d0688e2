/** InSpec's exec-json, which Heimdall reads (HDF v1): a control a check, a result a result. */
import type { Reporter, View } from '../model/reporter.ts';
import type { Result } from '../model/result.ts';
import { jsonDocument, epochMs } from './json-document.ts';
import { OUTCOMES, outcomeOf, SEVERITY_MAPPINGS } from './mapping.ts';
import { rulesOf } from './rules.ts';
import { clip, visible } from './visible.ts';
import { clause, faultOf } from './words.ts';

function text(value: string, max = 4_000): string {
  return clip(visible(value.replaceAll(/\s+/g, ' ').trim()), max);
}

function resultObject(result: Result, startedAt: string): object {
  const status = OUTCOMES[outcomeOf(result)].hdf;
  return {
    status,
    code_desc: text(`${result.target} ${result.subject}`, 600),
    start_time: startedAt,
    ...(status === 'skipped' ? { skip_message: text(result.message) } : { message: text(result.message) }),
    ...(status === 'error' ? { exception: faultOf(result).code } : {}),
    resource_id: visible(result.subject),
  };
}

export function hdfText(view: View): string {
  const { run } = view;
  const byCheck = new Map<string, Result[]>();
  for (const result of run.results) {
    const known = byCheck.get(result.check);
    if (known === undefined) byCheck.set(result.check, [result]);
    else known.push(result);
  }
  const controls = rulesOf(view, run.results).map(({ id, sample, check }) => {
    const own = byCheck.get(id) ?? [];
    const fails = own.filter(({ status }) => status === 'fail');
    const waived = fails.find(({ waiver }) => waiver !== undefined)?.waiver;
    const covered = waived !== undefined && fails.every(({ waiver }) => waiver !== undefined);
    return {
      id: visible(id),
      title: text(sample.title),
      desc: text(check?.description ?? sample.title),
      descriptions: [{ label: 'fix', data: text(sample.remediation) }],
      // 0 says not applicable to the reader of this format
      impact: own.every(({ status }) => status === 'not-applicable')
        ? 0
        : Math.max(0.1, SEVERITY_MAPPINGS[sample.severity].hdfImpact),
      refs: sample.references.map((reference) => ({ ref: text(clause(reference), 300) })),
      tags: { severity: sample.severity, version: String(sample.version) },
      code: '',
      source_location: {},
      results: own.map((result) => resultObject(result, run.startedAt)),
      ...(covered
        ? {
            waiver_data: {
              justification: text(waived.reason),
              ...(waived.expires === undefined ? {} : { expiration_date: visible(waived.expires) }),
              run: true,
              skipped_due_to_waiver: false,
            },
          }
        : {}),
    };
  });
  const count = (wanted: (statuses: ReadonlySet<string>) => boolean): { total: number } => ({
    total: [...byCheck.values()].filter((list) =>
      wanted(new Set(list.map((result) => OUTCOMES[outcomeOf(result)].hdf))),
    ).length,
  });
  return jsonDocument({
    platform: { name: 'probity', release: visible(run.tool.version), target_id: visible(run.id) },
    version: visible(run.tool.version),
    statistics: {
      duration: Math.max(0, epochMs(run.finishedAt) - epochMs(run.startedAt)) / 1000,
      controls: {
        passed: count((statuses) => statuses.has('passed') && !statuses.has('failed') && !statuses.has('error')),
        failed: count((statuses) => statuses.has('failed')),
        skipped: count((statuses) => !statuses.has('passed') && !statuses.has('failed') && !statuses.has('error')),
      },
    },
    profiles: [
      {
        name: 'probity',
        title: 'Probity',
        version: visible(run.tool.version),
        sha256: run.packs[0]?.digest.replace(/^sha256:/, '') ?? '',
        supports: [],
        attributes: [],
        groups: [],
        status: 'loaded',
        controls,
      },
    ],
  });
}

export const hdf: Reporter = {
  id: 'hdf',
  mediaType: 'application/json',
  fileName: 'report.hdf.json',
  render: hdfText,
};
