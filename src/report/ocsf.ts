/** OCSF 1.8.0 Compliance Finding (class 2003): one event a result, what the class has no place for in `unmapped`. */
import type { Reporter, View } from '../model/reporter.ts';
import type { Result } from '../model/result.ts';
import { visibleJson } from '../model/visible-json.ts';
import { bearings } from './bearing.ts';
import { epochMs } from './json-document.ts';
import { OUTCOMES, outcomeOf, SEVERITY_MAPPINGS } from './mapping.ts';
import { clip, visible } from './visible.ts';
import { actualText, clause, expectedText, faultOf } from './words.ts';

const SEVERITY_NAMES = { critical: 'Critical', high: 'High', medium: 'Medium', low: 'Low', info: 'Informational' };

function text(value: string, max = 2_000): string {
  return clip(visible(value.replaceAll(/\s+/g, ' ').trim()), max);
}

function detail(result: Result): string {
  if (result.status === 'error') return `could not be determined: ${faultOf(result).code}`;
  if (result.waiver !== undefined) return `waived: ${result.waiver.reason}`;
  return result.status;
}

export function ocsfText(view: View): string {
  const { run } = view;
  const standards = new Map<string, string[]>();
  for (const { name, version, controls } of bearings(view)) {
    for (const { control, results } of controls) {
      for (const { fingerprint } of results) {
        const known = standards.get(fingerprint);
        const entry = `${name} ${version}: ${control.id}`;
        if (known === undefined) standards.set(fingerprint, [entry]);
        else known.push(entry);
      }
    }
  }
  const checks = new Map(view.checks.map((check) => [check.id, check]));
  const time = epochMs(run.asOf);
  const events = run.results.map((result) => {
    const outcome = outcomeOf(result);
    const { ocsf } = OUTCOMES[outcome];
    const severity = {
      severity_id: SEVERITY_MAPPINGS[result.severity].ocsf,
      severity: SEVERITY_NAMES[result.severity],
    };
    const resource = {
      uid: visible(result.target),
      name: text(result.subject, 300),
      type: result.target.split(':')[0] ?? '',
    };
    const references = result.references.flatMap(({ url }) => (url === undefined ? [] : [visible(url)]));
    return {
      activity_id: 1,
      activity_name: 'Create',
      category_uid: 2,
      category_name: 'Findings',
      class_uid: 2003,
      class_name: 'Compliance Finding',
      type_uid: 200_301,
      type_name: 'Compliance Finding: Create',
      time,
      ...severity,
      // of the event: New, or Suppressed where a waiver covers it
      status_id: outcome === 'waived' ? 3 : 1,
      status: outcome === 'waived' ? 'Suppressed' : 'New',
      message: text(result.message),
      metadata: {
        version: '1.8.0',
        product: { name: 'Probity', vendor_name: 'Probity', version: visible(run.tool.version) },
        uid: result.fingerprint,
        correlation_uid: visible(run.id),
      },
      finding_info: {
        uid: result.fingerprint,
        title: text(result.title, 300),
        desc: text(checks.get(result.check)?.description ?? result.title),
        created_time: time,
        types: ['Compliance'],
      },
      compliance: {
        status_id: ocsf.id,
        status: ocsf.status,
        status_detail: text(detail(result)),
        control: visible(result.check),
        standards: standards.get(result.fingerprint) ?? [],
        requirements: result.references.map((reference) => text(clause(reference), 200)),
        checks: [
          {
            uid: visible(result.check),
            name: text(result.title, 300),
            version: String(result.version),
            ...severity,
            status_id: ocsf.id,
            status: ocsf.status,
          },
        ],
      },
      remediation: { desc: text(result.remediation), ...(references.length === 0 ? {} : { references }) },
      resources: [resource],
      evidences: result.reasons.slice(0, 20).map((reason) => ({
        uid: visible(reason.evidence),
        name: text(reason.path, 200),
        data: { expected: text(expectedText(reason)), actual: text(actualText(reason)) },
      })),
      unmapped: {
        probity_status: result.status,
        merkle_root: run.merkleRoot,
        ...(result.location === undefined
          ? {}
          : { location: `${result.location.file}:${String(result.location.line ?? 1)}` }),
        ...(result.waiver?.expires === undefined ? {} : { waived_until: visible(result.waiver.expires) }),
      },
    };
  });
  // an event a line: indented, a large run would be mostly blanks
  return events.length === 0
    ? '[]\n'
    : visibleJson(`[\n${events.map((event) => JSON.stringify(event)).join(',\n')}\n]\n`);
}

export const ocsf: Reporter = {
  id: 'ocsf',
  mediaType: 'application/json',
  fileName: 'report.ocsf.json',
  render: ocsfText,
};
