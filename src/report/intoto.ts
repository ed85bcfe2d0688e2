/** An in-toto statement with a verification summary, to be signed by others: PASSED only where nothing is open. */
import type { Reporter } from '../model/reporter.ts';
import type { Run } from '../model/result.ts';
import { jsonText } from './json.ts';
import { jsonDocument } from './json-document.ts';
import { sha256Hex } from './sha256.ts';
import { visible } from './visible.ts';

/** As exit code 0 at the default threshold: no unwaived fail above info, nothing undetermined, something decided. */
function passed({ summary, complete }: Run): boolean {
  const { byStatus, bySeverity } = summary;
  const fails = bySeverity.critical + bySeverity.high + bySeverity.medium + bySeverity.low;
  return complete && fails === 0 && byStatus.error === 0 && byStatus.pass + byStatus['not-applicable'] > 0;
}

function digest(text: string): { readonly sha256: string } {
  return { sha256: text.replace(/^sha256:/, '') };
}

export function intotoText(run: Run): string {
  const ok = passed(run);
  return jsonDocument({
    _type: 'https://in-toto.io/Statement/v1',
    subject: [
      { name: 'run.json', digest: { sha256: sha256Hex(jsonText(run)) } },
      { name: 'inputs.json', digest: digest(run.configDigest) },
    ],
    predicateType: 'https://slsa.dev/verification_summary/v1',
    predicate: {
      verifier: { id: `pkg:npm/probity@${encodeURIComponent(run.tool.version)}` },
      timeVerified: run.finishedAt,
      resourceUri: `urn:probity:run:${encodeURIComponent(run.id)}`,
      policy: {
        uri: `urn:probity:pack:${encodeURIComponent(run.packs[0]?.name ?? 'none')}`,
        ...(run.packs[0] === undefined ? {} : { digest: digest(run.packs[0].digest) }),
      },
      inputAttestations: run.evidence.map((entry) => ({
        uri: `evidence/${encodeURIComponent(entry.collector)}/${encodeURIComponent(entry.id)}.json`,
        digest: digest(entry.digest),
      })),
      verificationResult: ok ? 'PASSED' : 'FAILED',
      verifiedLevels: [ok ? 'PROBITY_NOTHING_OPEN' : 'FAILED'],
      merkleRoot: visible(run.merkleRoot),
    },
  });
}

export const intoto: Reporter = {
  id: 'intoto',
  mediaType: 'application/vnd.in-toto+json',
  fileName: 'report.intoto.json',
  render: ({ run }) => intotoText(run),
};
