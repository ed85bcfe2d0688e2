/** The in-toto statement over a run: its files by the digest of their bytes, and in short what they say. */
import { canonicalJson } from '../model/canonical.ts';
import { isArray, own, type Json, type JsonObject } from '../model/json.ts';
import type { Run } from '../model/result.ts';
import { digestOfBytes } from './digest.ts';

/** Files of the run folder that a statement speaks of, by name. run.json and inputs.json are always among them. */
export type SignedFiles = { readonly [name: string]: string | Uint8Array };

function hex(digest: string): string {
  return digest.replace(/^sha256:/, '');
}

export function statementOf(run: Run, files: SignedFiles, previousRoot?: string): string {
  const { byStatus, bySeverity } = run.summary;
  const fails = Object.values(bySeverity).reduce((sum, count) => sum + count, 0);
  const statement: JsonObject = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: Object.entries(files).map(([name, bytes]) => ({ name, digest: { sha256: hex(digestOfBytes(bytes)) } })),
    predicateType: 'https://in-toto.io/attestation/test-result/v0.1',
    predicate: {
      result: fails > 0 ? 'FAILED' : byStatus.error > 0 || !run.complete ? 'WARNED' : 'PASSED',
      configuration: [
        { name: 'inputs.json', digest: { sha256: hex(run.configDigest) } },
        ...run.packs.map(({ name, digest }) => ({ name: `pack ${name}`, digest: { sha256: hex(digest) } })),
      ],
      probity: {
        run: run.id,
        asOf: run.asOf,
        tool: run.tool.version,
        merkleRoot: run.merkleRoot,
        ...(previousRoot === undefined ? {} : { previousRoot }),
      },
    },
  };
  return canonicalJson(statement);
}

/** Name to hex digest of a statement's subjects; undefined where it is no statement, or names a file twice. */
export function subjectsOf(payload: Uint8Array): ReadonlyMap<string, string> | undefined {
  const text = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true }).decode(payload);
  let statement: Json;
  try {
    statement = JSON.parse(text) as Json;
    // duplicate keys, a BOM or another spelling: what was signed would not be what is read
    if (canonicalJson(statement) !== text) return undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
  const subjects = own(statement, 'subject');
  if (own(statement, '_type') !== 'https://in-toto.io/Statement/v1' || !isArray(subjects)) return undefined;
  const found = new Map<string, string>();
  for (const subject of subjects) {
    const name = own(subject, 'name');
    const digest = own(own(subject, 'digest'), 'sha256');
    if (typeof name !== 'string' || typeof digest !== 'string' || found.has(name)) return undefined;
    found.set(name, digest);
  }
  return found;
}
