/** CycloneDX 1.6 attestations: frameworks as standards, results as claims with evidence and counter-evidence. */
import { byCodeUnit } from '../model/json.ts';
import type { Reporter, View } from '../model/reporter.ts';
import type { Result } from '../model/result.ts';
import { bearings, type Bearing, type FrameworkBearing } from './bearing.ts';
import { jsonDocument } from './json-document.ts';
import { uuidOf } from './uuid.ts';
import { clip, visible } from './visible.ts';
import { CONTROL_WORDS } from './words.ts';

function text(value: string, max = 1_000): string {
  return clip(visible(value.replaceAll(/\s+/g, ' ').trim()), max) || 'none';
}

const ref = {
  standard: (framework: string): string => `standard-${uuidOf('standard', framework)}`,
  requirement: (framework: string, control: string): string =>
    `requirement-${uuidOf('requirement', framework, control)}`,
  claim: (result: Result): string => `claim-${uuidOf('claim', result.fingerprint, result.subject)}`,
  evidence: (id: string): string => `evidence-${uuidOf('evidence', id)}`,
  target: (id: string): string => `target-${uuidOf('target', id)}`,
};

/** Only a pass or a fail says something; what could not be told is in neither list. */
function decided(result: Result): boolean {
  return result.status === 'pass' || result.status === 'fail';
}

function mapEntry(framework: string, { control, results }: Bearing): object {
  const claims = results.filter(({ status }) => status === 'pass').map(ref.claim);
  const counterClaims = results.filter(({ status }) => status === 'fail').map(ref.claim);
  const { pass, notApplicable, expected } = control.counts;
  const applicable = expected - notApplicable;
  return {
    requirement: ref.requirement(framework, control.id),
    ...(claims.length === 0 ? {} : { claims: [...new Set(claims)] }),
    ...(counterClaims.length === 0 ? {} : { counterClaims: [...new Set(counterClaims)] }),
    conformance: {
      score: applicable === 0 ? 0 : Math.floor((100 * pass) / applicable) / 100,
      rationale: text(
        `${CONTROL_WORDS[control.status]}: ${String(pass)} of ${String(applicable)} applicable results pass. Supporting evidence only; people and policy belong to the control.`,
      ),
    },
  };
}

function standard({ id, name, version, controls }: FrameworkBearing): object {
  return {
    'bom-ref': ref.standard(id),
    name: text(name),
    version: text(version),
    requirements: controls.map(({ control, label }) => ({
      'bom-ref': ref.requirement(id, control.id),
      identifier: text(control.id),
      title: text(label),
    })),
  };
}

export function cyclonedxText(view: View): string {
  const { run } = view;
  const frameworks = bearings(view);
  const claimed = new Map<string, Result>();
  for (const { controls } of frameworks) {
    for (const { results } of controls)
      for (const result of results) if (decided(result)) claimed.set(ref.claim(result), result);
  }
  const known = new Set(run.evidence.map(({ id }) => id));
  const evidenceOf = (result: Result): string[] => {
    const ids = result.reasons.map(({ evidence }) => evidence.split('#')[0] ?? '').filter((id) => known.has(id));
    return [...new Set(ids)].map(ref.evidence);
  };
  const targets = new Set(run.targets.map(({ id }) => id));
  const claims = [...claimed]
    .sort(([a], [b]) => byCodeUnit(a, b))
    .map(([bomRef, result]) => {
      const evidence = evidenceOf(result);
      return {
        'bom-ref': bomRef,
        ...(targets.has(result.target) ? { target: ref.target(result.target) } : {}),
        predicate: text(`${result.title}: ${result.subject}`),
        reasoning: text(result.message),
        ...(evidence.length === 0 ? {} : result.status === 'fail' ? { counterEvidence: evidence } : { evidence }),
      };
    });
  return jsonDocument({
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf('bom', run.id, run.merkleRoot)}`,
    version: 1,
    metadata: {
      timestamp: run.finishedAt,
      tools: { components: [{ type: 'application', name: 'probity', version: visible(run.tool.version) }] },
    },
    definitions: { standards: frameworks.map(standard) },
    declarations: {
      assessors: [
        { 'bom-ref': 'assessor-probity', thirdParty: false, organization: { name: 'Probity, run by its user' } },
      ],
      attestations: frameworks.map((framework) => ({
        summary: text(`What one run of Probity can say about ${framework.name}, ${framework.version}`),
        assessor: 'assessor-probity',
        map: framework.controls.map((bearing) => mapEntry(framework.id, bearing)),
      })),
      claims,
      evidence: run.evidence.map((entry) => ({
        'bom-ref': ref.evidence(entry.id),
        propertyName: 'probity:evidence',
        description: text(`${entry.collector} on ${entry.target}`),
        data: [
          {
            name: text(entry.id),
            contents: { attachment: { contentType: 'text/plain', content: text(`${entry.id} ${entry.digest}`) } },
          },
        ],
        created: entry.observedAt,
      })),
      targets: {
        components: run.targets.map((target) => ({
          type: 'application',
          'bom-ref': ref.target(target.id),
          name: text(target.id),
        })),
      },
    },
  });
}

export const cyclonedx: Reporter = {
  id: 'cyclonedx',
  mediaType: 'application/vnd.cyclonedx+json; version=1.6',
  fileName: 'report.cdx.json',
  render: cyclonedxText,
};
