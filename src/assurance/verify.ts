/** Verifies a run folder: signature, digests, root, files, pointers and counts; every failure is one sentence. */
import { hash } from 'node:crypto';
import { canonicalJson } from '../model/canonical.ts';
import { isObject, own, type Json } from '../model/json.ts';
import { resolvePointer } from '../model/pointer.ts';
import type { Evidence } from '../model/evidence.ts';
import type { EvidenceEntry, Run } from '../model/result.ts';
import { controlStatus } from './controls.ts';
import { digestOfBytes, evidenceDigest, fingerprintOf } from './digest.ts';
import { openEnvelope } from './dsse.ts';
import { merkleRoot } from './root.ts';
import { byTargetCheckSubject } from './seal.ts';
import { subjectsOf } from './statement.ts';
import { summarise } from './summary.ts';

/** A run folder as it was found. Nothing in it is trusted. */
export interface RunFiles {
  readonly run: Uint8Array | undefined;
  readonly inputs: Uint8Array | undefined;
  readonly envelope: Uint8Array | undefined;
  /** Everything under evidence/, with `/` between folders: `dns/ev-….json`. A link is `other`. */
  readonly evidence: readonly { readonly path: string; readonly kind: 'file' | 'other' }[];
  /** The bytes of a file that `evidence` lists. */
  read(path: string): Uint8Array;
}

export interface VerifyOptions {
  /** SPKI PEM. With it, a run that is not signed does not hold. */
  readonly publicKey?: string;
  /** How run.json is written: another spelling of the same value is a changed file. */
  readonly runText: (run: Run) => string;
}

export interface Verification {
  /** Empty: everything holds. */
  readonly problems: readonly string[];
  /** What was not checked, or is worth knowing. */
  readonly notes: readonly string[];
  readonly run: Run | undefined;
}

function textOf(bytes: Uint8Array): string {
  // fatal: a broken byte must not read as the character that stands for broken bytes
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
}

/** The value of a JSON file, if writing it again gives the same text: no BOM, no CRLF, no duplicate key, no bytes behind it. */
function exactJson(bytes: Uint8Array, write: (value: Json) => string): Json | undefined {
  try {
    const text = textOf(bytes);
    const value = JSON.parse(text) as Json;
    return write(value) === text ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

/** A step that may meet any shape: what it throws about a shape is one problem. */
function attempt(problems: string[], what: string, step: () => void): void {
  try {
    step();
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    problems.push(`${what}: ${error.message}`);
  }
}

function envelopeProblems(files: RunFiles, { publicKey }: VerifyOptions, notes: string[]): string[] {
  if (files.envelope === undefined) {
    if (publicKey !== undefined) return ['run.dsse.json is missing: the run is not signed, and a key was given'];
    notes.push('digests are consistent, not signed: whoever can change the files can change the digests too');
    return [];
  }
  const opened = openEnvelope(Buffer.from(files.envelope).toString('utf8'), publicKey);
  if (opened.is === 'bad') return [`run.dsse.json: ${opened.why}`];
  if (opened.is === 'not-checked') notes.push('the signature was not checked: no key was given');
  const subjects = subjectsOf(opened.payload);
  if (subjects === undefined) return ['run.dsse.json: the payload is not a statement in its one form'];
  const problems: string[] = [];
  for (const [name, bytes] of [
    ['run.json', files.run],
    ['inputs.json', files.inputs],
  ] as const) {
    const signed = subjects.get(name);
    if (signed === undefined) problems.push(`run.dsse.json does not speak of ${name}`);
    else if (bytes === undefined || digestOfBytes(bytes) !== `sha256:${signed}`) {
      problems.push(`${name} is not the file that was signed`);
    }
  }
  return problems;
}

function resultProblems(run: Run): string[] {
  const problems: string[] = [];
  const seen = new Set<string>();
  for (const [index, result] of run.results.entries()) {
    const name = `${result.check} on ${result.subject}`;
    if (fingerprintOf(result) !== result.fingerprint)
      problems.push(`the fingerprint of ${name} is not of its check, target and subject`);
    if (seen.has(result.fingerprint)) problems.push(`${name} stands in the run twice`);
    seen.add(result.fingerprint);
    const before = run.results[index - 1];
    if (before !== undefined && byTargetCheckSubject(before, result) > 0)
      problems.push(`${name} is not at its place in the order`);
  }
  const targets = new Set(run.targets.map(({ id }) => id));
  for (const { target, check } of run.results) {
    // a waiver may speak of targets that the run does not have
    if (!targets.has(target) && !check.startsWith('waiver.'))
      problems.push(`a result speaks of ${target}, which is not a target of the run`);
  }
  for (const claim of run.claims) {
    const bound = own(claim, 'results');
    for (const fingerprint of Array.isArray(bound) ? bound : []) {
      if (!seen.has(String(fingerprint)))
        problems.push(`a claim rests on ${String(fingerprint)}, which is no result of the run`);
    }
  }
  return problems;
}

function countProblems(run: Run): string[] {
  const problems: string[] = [];
  if (canonicalJson(summarise(run.results) as unknown as Json) !== canonicalJson(run.summary as unknown as Json)) {
    problems.push('the summary is not the count of the results');
  }
  for (const control of run.controls) {
    const { counts, status } = control;
    // the counts do not say how many fails are waived
    const waived = status === 'accepted' ? counts.fail : 0;
    if (controlStatus({ ...counts, waived }) !== status) {
      problems.push(`control ${control.framework} ${control.id} is ${status}, which its counts do not give`);
    }
  }
  for (const { id, jobs } of run.targets) {
    const kept = run.evidence.filter(({ target }) => target === id).length;
    if (jobs.observed + jobs.faulted !== kept)
      problems.push(`${id} has ${String(kept)} records, not the ${String(jobs.observed + jobs.faulted)} it counts`);
    if (jobs.planned < jobs.observed + jobs.faulted) problems.push(`${id} has more records than were planned`);
  }
  return problems;
}

function entryProblem(entry: EvidenceEntry, evidence: Evidence): string | undefined {
  const { job } = evidence;
  const id = `ev-${hash('sha256', canonicalJson([job.collector, job.target.id, job.options]), 'hex').slice(0, 16)}`;
  if (evidence.schema !== 'evidence/1' || evidence.id !== entry.id || id !== entry.id)
    return 'is not the record of this id';
  if (evidenceDigest(evidence) !== evidence.digest) return 'does not match its own digest';
  if (evidence.digest !== entry.digest) return 'does not match the digest in run.json';
  if (job.collector !== entry.collector || job.target.id !== entry.target || evidence.startedAt !== entry.observedAt) {
    return 'is of another collector, target or time than run.json says';
  }
  return undefined;
}

/** The records that hold, by id; what does not hold becomes a problem. */
function evidenceOf(run: Run, files: RunFiles, problems: string[]): Map<string, Evidence> {
  const held = new Map<string, Evidence>();
  const present = new Map(files.evidence.map(({ path, kind }) => [path, kind]));
  const listed = new Set<string>();
  for (const entry of run.evidence) {
    const path = `${entry.collector}/${entry.id}.json`;
    if (listed.has(path)) problems.push(`evidence/${path} is listed twice`);
    listed.add(path);
    const kind = present.get(path);
    if (kind !== 'file') {
      problems.push(kind === undefined ? `evidence/${path} is missing` : `evidence/${path} is a link or no file`);
      continue;
    }
    const value = exactJson(files.read(path), (json) => `${JSON.stringify(json, null, 1)}\n`);
    if (!isObject(value)) {
      problems.push(`evidence/${path} is not JSON in its one form`);
      continue;
    }
    attempt(problems, `evidence/${path}`, () => {
      const evidence = value as unknown as Evidence;
      const problem = entryProblem(entry, evidence);
      if (problem === undefined) held.set(entry.id, evidence);
      else problems.push(`evidence/${path} ${problem}`);
    });
  }
  for (const path of present.keys()) if (!listed.has(path)) problems.push(`evidence/${path} is not in run.json`);
  return held;
}

function pointerProblems(run: Run, held: ReadonlyMap<string, Evidence>): string[] {
  const problems: string[] = [];
  const listed = new Set(run.evidence.map(({ id }) => id));
  for (const result of run.results) {
    for (const { evidence: reference } of result.reasons) {
      const [id = '', pointer] = reference.split(/#(.*)/s, 2);
      if (!listed.has(id)) {
        problems.push(`${result.check} on ${result.subject} points at ${id}, which is not in run.json`);
        continue;
      }
      const outcome = held.get(id)?.outcome;
      if (pointer === undefined || outcome?.is !== 'observed') continue;
      if (resolvePointer(outcome.raw, pointer) === undefined) {
        problems.push(`${result.check} on ${result.subject} points at ${reference}, where nothing stands`);
      }
    }
  }
  return problems;
}

/** All that is wrong with a run folder. */
export function verifyRun(files: RunFiles, options: VerifyOptions): Verification {
  const notes: string[] = [];
  const problems = envelopeProblems(files, options, notes);
  if (files.run === undefined) return { problems: [...problems, 'run.json is missing'], notes, run: undefined };
  const value = exactJson(files.run, (json) => options.runText(json as unknown as Run));
  if (!isObject(value) || own(value, 'schema') !== 'run/1') {
    return { problems: [...problems, 'run.json is not a run/1 in its one form'], notes, run: undefined };
  }
  const run = value as unknown as Run;
  attempt(problems, 'run.json', () => {
    if (files.inputs === undefined) problems.push('inputs.json is missing');
    else if (digestOfBytes(files.inputs) !== run.configDigest) problems.push('inputs.json does not match configDigest');
    if (merkleRoot(run.evidence, run.results) !== run.merkleRoot) {
      problems.push('the Merkle root is not that of the evidence and results');
    }
    problems.push(...resultProblems(run), ...countProblems(run));
    const held = evidenceOf(run, files, problems);
    problems.push(...pointerProblems(run, held));
  });
  return { problems, notes, run };
}
