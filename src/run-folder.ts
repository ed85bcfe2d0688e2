/** A run folder: run.json is written while results come, so that a run of any size needs little room, and is read back. */
import { closeSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Sealer } from './assurance/seal.ts';
import type { EvidenceReader } from './engine/store.ts';
import type { Evidence } from './model/evidence.ts';
import { FaultError, UsageError } from './model/fault.ts';
import type { Result, Run, Verdict } from './model/result.ts';
import { writeWhole } from './rendering.ts';
import { jsonPieces } from './report/json.ts';

const CHUNK = 1 << 18;

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
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'error';

/** Seals the verdicts, which come in the order of a run, and writes inputs.json and run.json. */
export function sealInto(seal: Sealer, verdicts: Iterable<Verdict>, { folder, inputs, keep }: Destination): SealedRun {
  const results: Result[] = [];
  const found: Result[] = [];
  const file = folder === undefined ? undefined : wholeFile(join(folder, 'run.json'));
  try {
    if (folder !== undefined) writeWhole(join(folder, 'inputs.json'), inputs);
    const text = file === undefined ? undefined : jsonPieces((part) => file.write(part));
    text?.head(seal.head);
    for (const verdict of verdicts) {
      const { result, line } = seal.add(verdict);
      text?.result(line);
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

interface WholeFile {
  write(text: string): void;
  /** The file is there from now on. */
  finish(): void;
  /** Takes away what is not finished. */
  discard(): void;
}

/** A file that appears whole or not at all. Throws a UsageError where it cannot be written. */
function wholeFile(path: string): WholeFile {
  const temporary = `${path}.part`;
  const trying = <T>(work: () => T): T => {
    try {
      return work();
    } catch (cause) {
      throw new UsageError(`${path} cannot be written (${codeOf(cause)})`, { cause });
    }
  };
  const file = trying(() => openSync(temporary, 'w'));
  let open = true;
  let parts: string[] = [];
  let length = 0;
  const flush = (): void => {
    const bytes = Buffer.from(parts.join(''));
    for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
    parts = [];
    length = 0;
  };
  return {
    write(text) {
      parts.push(text);
      length += text.length;
      if (length >= CHUNK) trying(flush);
    },
    finish() {
      trying(() => {
        flush();
        open = false;
        closeSync(file);
        renameSync(temporary, path);
      });
    },
    discard() {
      if (!open) return;
      open = false;
      closeSync(file);
      rmSync(temporary, { force: true });
    },
  };
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
