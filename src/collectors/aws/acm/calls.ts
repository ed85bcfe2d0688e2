/** Which ACM calls the facts about certificates need, and which details the older list call would lack. */
import { factsRead, type CallTable } from '../call-table.ts';

export const ACM_CALLS: CallTable = {
  at: 'acm.certificates',
  base: ['acm:SearchCertificates'],
  other: [],
  facts: {
    signature: ['acm:DescribeCertificate'],
    transparency: ['acm:DescribeCertificate'],
    missingTags: ['tag:GetResources'],
  },
};

const GROUPS: { readonly [fact: string]: string } = {
  missingRecord: 'record',
  renewal: 'renewal',
  signature: 'signature',
  transparency: 'transparency',
  validationMethods: 'validation',
  wire: 'wire',
  wildcards: 'names',
};

/** Groups of facts for which DescribeCertificate may be worth a call, sorted. */
export function acmGroups(paths: readonly string[]): string[] {
  const read = factsRead('acm.certificates', paths);
  return Object.keys(GROUPS)
    .filter((fact) => read.has(fact))
    .map((fact) => GROUPS[fact] ?? fact)
    .sort();
}
