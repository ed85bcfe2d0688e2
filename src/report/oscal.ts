/** OSCAL assessment results 1.2.1: observations for all results, findings only where a control is contradicted. */
import type { Reporter, View } from '../model/reporter.ts';
import type { Result } from '../model/result.ts';
import { bearings, type Bearing } from './bearing.ts';
import { jsonDocument } from './json-document.ts';
import { OUTCOMES, outcomeOf } from './mapping.ts';
import { uuidOf } from './uuid.ts';
import { clip, visible } from './visible.ts';
import { faultOf, verdictLine } from './words.ts';

/** A token has letters, digits, dot, dash and underscore: `AC-2(3)` is `ac-2.3`; ours are told apart by framework. */
export function oscalToken(framework: string, control: string): string {
  const id = framework === 'nist80053' ? control : `${framework}_${control}`;
  const plain = id
    .toLowerCase()
    .replaceAll('(', '.')
    .replaceAll(')', '')
    .replaceAll(/[^\p{L}\p{N}._-]/gu, '_');
  return /^[\p{L}_]/u.test(plain) ? plain : `_${plain}`;
}

/** One line that is not empty and has no blank at its ends. */
function line(text: string, max = 1_000): string {
  return clip(visible(text.replaceAll(/\s+/g, ' ')), max).trim() || 'none';
}

function observation(result: Result, collected: string): object {
  const outcome = outcomeOf(result);
  const records = [...new Set(result.reasons.map(({ evidence }) => evidence))].slice(0, 20);
  const remark =
    result.status === 'error'
      ? `Could not be determined (${faultOf(result).code}): neither a pass nor a fail.`
      : result.waiver === undefined
        ? undefined
        : `Accepted: ${result.waiver.reason}`;
  return {
    uuid: uuidOf('observation', result.fingerprint, result.subject),
    title: line(result.title, 300),
    description: line(result.message),
    props: [
      { name: 'status', value: OUTCOMES[outcome].metrics },
      { name: 'severity', value: result.severity },
      { name: 'check', value: line(result.check, 200) },
      { name: 'fingerprint', value: line(result.fingerprint, 200) },
    ],
    methods: [result.status === 'manual' ? 'EXAMINE' : 'TEST'],
    subjects: [
      {
        'subject-uuid': uuidOf('target', result.target),
        type: 'resource',
        title: line(`${result.target} ${result.subject}`, 600),
      },
    ],
    ...(records.length === 0
      ? {}
      : { 'relevant-evidence': records.map((reference) => ({ description: line(`Evidence ${reference}`, 600) })) }),
    collected,
    ...(remark === undefined ? {} : { remarks: line(remark) }),
  };
}

function finding(
  framework: string,
  { control, label, results }: Bearing,
): { finding: object; risk: object | undefined } {
  const failing = results.filter(({ status }) => status === 'fail');
  const unwaived = failing.filter(({ waiver }) => waiver === undefined);
  const title = line(`${control.id} ${label}`, 300);
  const risk = uuidOf('risk', framework, control.id);
  const related = failing.map((result) => ({
    'observation-uuid': uuidOf('observation', result.fingerprint, result.subject),
  }));
  return {
    finding: {
      uuid: uuidOf('finding', framework, control.id),
      title,
      description: line(
        `${String(failing.length)} of ${String(control.counts.expected)} results that bear on this control fail.`,
      ),
      target: {
        type: 'objective-id',
        'target-id': oscalToken(framework, control.id),
        status: { state: 'not-satisfied', reason: 'fail' },
      },
      ...(related.length === 0 ? {} : { 'related-observations': related }),
      ...(unwaived.length > 0 ? {} : { 'related-risks': [{ 'risk-uuid': risk }] }),
    },
    risk:
      unwaived.length > 0
        ? undefined
        : {
            uuid: risk,
            title,
            description: 'Every fail that bears on this control is accepted by a waiver.',
            statement: line(failing.map(({ waiver }) => waiver?.reason ?? '').join('; ')),
            status: 'deviation-approved',
          },
  };
}

export function oscalText(view: View): string {
  const { run } = view;
  const frameworks = bearings(view);
  const observedAt = new Map(run.evidence.map((entry) => [entry.id, entry.observedAt]));
  const collected = (result: Result): string =>
    observedAt.get(result.reasons[0]?.evidence.split('#')[0] ?? '') ?? run.startedAt;
  const findings = frameworks.flatMap(({ id, controls }) =>
    controls
      .filter(({ control }) => control.status === 'contradicted' || control.status === 'accepted')
      .map((bearing) => finding(id, bearing)),
  );
  const risks = findings.flatMap(({ risk }) => (risk === undefined ? [] : [risk]));
  const selections = frameworks.map(({ id, name, version, controls }) => ({
    description: line(`${name}, ${version}`),
    'include-controls': controls.map(({ control }) => ({ 'control-id': oscalToken(id, control.id) })),
  }));
  const plan = uuidOf('plan', run.configDigest);
  return jsonDocument({
    'assessment-results': {
      uuid: uuidOf('assessment-results', run.id, run.merkleRoot),
      metadata: {
        title: 'Probity assessment results',
        'last-modified': run.finishedAt,
        version: line(run.tool.version, 60),
        'oscal-version': '1.2.1',
      },
      'import-ap': { href: `#${plan}`, remarks: 'The plan is the configuration of the run, named by its digest.' },
      results: [
        {
          uuid: uuidOf('result', run.id, run.merkleRoot),
          title: 'Automated observation and judgement',
          description: line(
            `${verdictLine(run)}. A pass is supporting evidence; whether a control is satisfied is for the assessor to say.`,
          ),
          start: run.startedAt,
          end: run.finishedAt,
          props: [
            { name: 'complete', value: String(run.complete) },
            { name: 'merkle-root', value: line(run.merkleRoot, 100) },
            { name: 'as-of', value: line(run.asOf, 60) },
          ],
          'reviewed-controls': {
            'control-selections':
              selections.length === 0 ? [{ description: 'No framework was mapped.', 'include-all': {} }] : selections,
          },
          ...(run.results.length === 0
            ? {}
            : { observations: run.results.map((result) => observation(result, collected(result))) }),
          ...(risks.length === 0 ? {} : { risks }),
          ...(findings.length === 0 ? {} : { findings: findings.map((entry) => entry.finding) }),
        },
      ],
      'back-matter': {
        resources: [
          { uuid: plan, title: 'Configuration of the run', description: line(`inputs.json, ${run.configDigest}`) },
        ],
      },
    },
  });
}

export const oscal: Reporter = {
  id: 'oscal',
  mediaType: 'application/oscal+json',
  fileName: 'report.oscal.json',
  render: oscalText,
};
