/** Replay: the plan is what run.json lists, never planned anew, and the evidence is what its files still hold (ARCHITECTURE §8). */
import type { Job } from '../model/evidence.ts';
import { FaultError, UsageError } from '../model/fault.ts';
import { byCodeUnit, isObject, type JsonObject } from '../model/json.ts';
import type { EvidenceEntry, Run, RunTarget } from '../model/result.ts';
import { TARGET_KINDS, type Target, type TargetKind } from '../model/target.ts';
import { faultEvidence } from './evidence.ts';
import type { Planner, Wave } from './plan.ts';
import type { EvidenceSource } from './source.ts';
import type { EvidenceReader } from './store.ts';

type Listed = Pick<Run, 'targets' | 'evidence'>;

/** One wave with every job of the run; options are in the evidence, which may be lost. */
export function replayPlanner(run: Listed): Planner {
  insistOnForm(run);
  const targets = new Map(run.targets.map((target) => [target.id, targetOf(target)]));
  const jobs: Job[] = [];
  for (const { collector, target: id } of run.evidence) {
    const target = targets.get(id);
    if (target !== undefined) jobs.push({ collector, target, options: {} });
  }
  const wave: Wave = { targets: [...targets.values()], jobs, barred: [], leads: () => false };
  return {
    first: async () => await Promise.resolve(wave),
    next: async () => await Promise.resolve(undefined),
  };
}

/** run.json is a file from outside: what the replay reads of it must be there. */
function insistOnForm({ targets, evidence }: Listed): void {
  const isSound =
    targets.every((one: unknown) => hasTexts(one, ['id', 'kind']) && isObject(one['labels'])) &&
    evidence.every((one: unknown) => hasTexts(one, ['id', 'collector', 'target', 'observedAt', 'digest']));
  if (!isSound) throw new UsageError('run.json lists a target or an evidence that is not of the form run/1');
}

function hasTexts(value: unknown, keys: readonly string[]): value is JsonObject {
  return isObject(value) && keys.every((key) => typeof value[key] === 'string');
}

/** run.json prints the three AWS kinds as one; their ids tell them apart. */
function targetOf({ id, kind, labels, parent }: RunTarget): Target {
  return { kind: kindOf(kind, id), id, labels, ...(parent !== undefined && { parent }) };
}

function kindOf(kind: string, id: string): TargetKind {
  if (kind === 'aws') return id.endsWith('/global') ? 'aws-global' : id.includes('/') ? 'aws' : 'aws-login';
  const known = TARGET_KINDS.find((one) => one === kind);
  if (known === undefined) throw new UsageError(`run.json has a target of unknown kind "${kind}"`);
  return known;
}

/** Reads what the run lists. Lost or changed evidence is a fault at its place: nothing vanishes, nothing passes. */
export function replaySource(run: Listed, reader: EvidenceReader): EvidenceSource {
  const entries = new Map<string, EvidenceEntry>();
  for (const entry of run.evidence) entries.set(keyOf(entry.collector, entry.target), entry);
  return {
    async *evidence(jobs) {
      const sorted = [...jobs].sort(
        (a, b) => byCodeUnit(a.target.id, b.target.id) || byCodeUnit(a.collector, b.collector),
      );
      for (const job of sorted) {
        const entry = entries.get(keyOf(job.collector, job.target.id));
        if (entry === undefined) continue;
        yield await Promise.resolve(evidenceFor(job, entry, reader));
      }
    },
  };
}

function evidenceFor(job: Job, entry: EvidenceEntry, reader: EvidenceReader) {
  try {
    const evidence = reader.read(entry.collector, entry.id);
    // Sealed well, but not what this run saw: swapped between targets, or of another run
    if (evidence.digest !== entry.digest || evidence.job.target.id !== entry.target) {
      throw new FaultError('evidence.digest', `${entry.id} of ${entry.collector} is not the evidence of this run`);
    }
    return evidence;
  } catch (error) {
    if (error instanceof FaultError) return faultEvidence(job, error.fault, entry.observedAt, entry.id);
    throw error;
  }
}

function keyOf(collector: string, target: string): string {
  return `${collector} ${target}`;
}
