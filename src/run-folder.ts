/** A run folder: run.json is written while results come, so that a run of any size needs little room, and is read back. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Sealer } from './assurance/seal.ts';
import type { EvidenceReader } from './engine/store.ts';
import type { Evidence } from './model/evidence.ts';
import { FaultError, UsageError } from './model/fault.ts';
import type { Result, Run, Verdict } from './model/result.ts';
import { jsonPieces } from './report/json.ts';
import { codeOf, wholeFile, writeWhole } from './whole-file.ts';

/** A stored run: its manifest and its inputs, read and looked at. */
export interface StoredRun {
  readonly folder: string;
  readonly run: Run;
  readonly inputs: string;
}

export interface SealedRun {
  readonly run: Run;
  /** The same run with only the results that are a fail or an error: all that the summary of a terminal names. */
  readonly findings: Run;
}

export interface Destination {
  /** Without one nothing is written. */
  readonly folder: string | undefined;
  readonly inputs: string;
  /** Whether all results stay in memory. Otherwise they are read back from run.json when somebody asks for them. */
  readonly keep: boolean;
  /** Hears each result as it is sealed. */
  readonly each?: ((result: Result) => void) | undefined;
}

/** Seals the verdicts, which come in the order of a run, and writes inputs.json and run.json. */
export function sealInto(
  seal: Sealer,
  verdicts: Iterable<Verdict>,
  { folder, inputs, keep, each }: Destination,
): SealedRun {
  const results: Result[] = [];
  const found: Result[] = [];
  const file = folder === undefined ? undefined : wholeFile(join(folder, 'run.json'));
  try {
    if (folder !== undefined) writeWhole(join(folder, 'inputs.json'), [inputs]);
    const text = file === undefined ? undefined : jsonPieces((part) => file.write(part));
    text?.head(seal.head);
    for (const verdict of verdicts) {
      const { result, line } = seal.add(verdict);
      text?.result(line);
      each?.(result);
      if (keep || folder === undefined) results.push(result);
      if (result.status === 'fail' || result.status === 'error') found.push(result);
    }
    const tail = seal.finish();
    text?.tail(tail);
    file?.finish();
    const findings = { ...seal.head, results: found, ...tail };
    if (keep || folder === undefined) return { run: { ...seal.head, results, ...tail }, findings };
    let stored: readonly Result[] | undefined;
    const run = {
      ...seal.head,
      get results() {
        return (stored ??= readRun(folder).run.results);
      },
      ...tail,
    };
    return { run, findings };
  } finally {
    file?.discard();
  }
}

/** Reads run.json and inputs.json of a folder; a UsageError where there is no run. */
export function readRun(folder: string): StoredRun {
  const text = (name: string): string => {
    try {
      return readFileSync(join(folder, name), 'utf8');
    } catch (cause) {
      throw new UsageError(`${join(folder, name)} cannot be read (${codeOf(cause)}): is this a run folder?`, { cause });
    }
  };
  let run: Run;
  try {
    run = JSON.parse(text('run.json')) as Run;
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    throw new UsageError(`${join(folder, 'run.json')} is not JSON`, { cause });
  }
  const lists: readonly unknown[] = [run.targets, run.evidence, run.results, run.packs];
  if (run.schema !== 'run/1' || !lists.every((list) => Array.isArray(list)) || typeof run.asOf !== 'string') {
    throw new UsageError(`${join(folder, 'run.json')} is not of the form run/1`);
  }
  return { folder, run, inputs: text('inputs.json') };
}

/** Evidence of a run by id; undefined where the run knows none, or its file is lost. */
export function evidenceById(folder: EvidenceReader, run: Pick<Run, 'evidence'>): (id: string) => Evidence | undefined {
  const collectorOf = new Map(run.evidence.map((entry) => [entry.id, entry.collector]));
  return (id) => {
    const collector = collectorOf.get(id);
    if (collector === undefined) return undefined;
    try {
      return folder.read(collector, id);
    } catch (error) {
      if (error instanceof FaultError) return undefined;
      throw error;
    }
  };
}
