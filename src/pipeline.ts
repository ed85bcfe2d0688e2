/** Joins the stages: plan → collect → judge → seal → run folder. Live runs and replays go through the same functions. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { digestOfBytes } from './assurance/digest.ts';
import { type Sealer, sealer } from './assurance/seal.ts';
import { COLLECTORS } from './collectors/index.ts';
import { dataSources } from './data-sources.ts';
import { insistOnProfiles } from './engine/aws-profiles.ts';
import { collect, type Collection } from './engine/collect.ts';
import { createCollectors, type Collectors } from './engine/collectors.ts';
import { createData } from './engine/io/data.ts';
import { rootSources } from './engine/io/roots.ts';
import { liveSource } from './engine/live.ts';
import { faultOf } from './engine/observe-job.ts';
import { clearOutputFolder } from './engine/output-folder.ts';
import { createPlanner, type NamedTarget, type PlanCheck } from './engine/plan.ts';
import { replayPlanner, replaySource } from './engine/replay.ts';
import { evidenceReader, type EvidenceReader, evidenceStore } from './engine/store.ts';
import { createTaker } from './engine/take.ts';
import { inputsText, type JudgingOptions, readInputs, withJudging } from './inputs.ts';
import { verdictsOf } from './judge/judge.ts';
import { lostVerdicts } from './lost.ts';
import type { Check } from './model/check.ts';
import type { Evidence } from './model/evidence.ts';
import type { Listener } from './model/events.ts';
import { UsageError } from './model/fault.ts';
import type { Framework } from './model/framework.ts';
import type { AuditOptions } from './model/options.ts';
import type { Result, Run } from './model/result.ts';
import { joinPacks, type Pack } from './packs/pack.ts';
import { pathsRead } from './packs/read-paths.ts';
import { selectChecks } from './packs/select.ts';
import { type Destination, evidenceById, type SealedRun, sealInto, type StoredRun } from './run-folder.ts';
import { related } from './relations.ts';

/** A finished run with all that a report needs. */
export interface Outcome extends SealedRun {
  readonly checks: readonly Check[];
  readonly frameworks: readonly Framework[];
  evidence(id: string): Evidence | undefined;
}

export interface AuditRequest {
  readonly options: AuditOptions;
  readonly targets: readonly NamedTarget[];
  /** Ours first, then those of the user. */
  readonly packs: readonly Pack[];
  readonly version: string;
  readonly listener: Listener;
  readonly signal: AbortSignal;
  /** Without one, results stay in memory. */
  readonly reports?: () => Promise<ResultTaker>;
}

/** Who takes results as they are sealed. Asked for when all is observed, and made ready while that takes its time. */
export interface ResultTaker {
  /** Whether results stay in memory beside that. */
  readonly keepsResults: boolean;
  readonly add: (result: Result) => void;
}

/** How `sealInto` hands results on. */
async function takenBy(reports: AuditRequest['reports']): Promise<Pick<Destination, 'keep' | 'each'>> {
  const taker = await reports?.();
  return { keep: taker?.keepsResults ?? true, each: taker?.add };
}

function planChecks(checks: readonly Check[]): PlanCheck[] {
  return checks.map((check) => ({ needs: check.needs, target: check.target, paths: pathsRead(check) }));
}

const packEntries = (packs: readonly Pack[]): Run['packs'] => packs.map(({ name, digest }) => ({ name, digest }));

interface Sealing {
  readonly version: string;
  readonly id: string;
  readonly asOf: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly complete: boolean;
  readonly configDigest: string;
  readonly packs: readonly Pack[];
  readonly checks: readonly Check[];
  readonly scope: AuditOptions['scope'];
}

function sealerOf(collection: Collection, by: Sealing): Sealer {
  const planned = new Set(
    collection.observations.flatMap(({ target, collectors }) =>
      Object.keys(collectors).map((id) => `${id} ${target.id}`),
    ),
  );
  return sealer({
    toolVersion: by.version,
    id: by.id,
    asOf: by.asOf,
    startedAt: by.startedAt,
    finishedAt: by.finishedAt,
    complete: by.complete,
    configDigest: by.configDigest,
    packs: packEntries(by.packs),
    targets: collection.targets,
    evidence: collection.evidence,
    checks: by.checks,
    frameworks: joinPacks(by.packs).frameworks,
    scope: by.scope,
    planned: (collector, target) => planned.has(`${collector} ${target}`),
  });
}

function outcomeOf(
  sealed: SealedRun,
  checks: readonly Check[],
  packs: readonly Pack[],
  evidence: EvidenceReader,
  listener: Listener,
): Outcome {
  const { byStatus } = sealed.run.summary;
  listener({ is: 'judged', results: Object.values(byStatus).reduce((sum, count) => sum + count, 0) });
  return {
    // Not spread: that would ask for results that may lie on the disk
    run: sealed.run,
    findings: sealed.findings,
    checks,
    frameworks: joinPacks(packs).frameworks,
    evidence: evidenceById(evidence, sealed.run),
  };
}

/** Which checks a live run judges by; none that fits any target is a mistake in the call, not an empty success. */
export function chooseChecks(
  packs: readonly Pack[],
  options: Pick<JudgingOptions, 'checks' | 'skip' | 'profiles'> & {
    readonly online?: boolean;
    readonly osv?: unknown;
  },
): readonly Check[] {
  const pack = joinPacks(packs);
  const asks = (check: Check, id: string): boolean => check.needs.includes(id);
  // what asks the outside runs where its switch says so; named by its whole id without it, it is an error that says why
  const checks = pack.checks.flatMap((check) => {
    if (!asks(check, 'registry') && !asks(check, 'advisories')) return [check];
    const asked = asks(check, 'registry')
      ? options.online === true
      : options.osv !== undefined && options.osv !== false;
    if (!asked) return options.checks.includes(check.id) ? [check] : [];
    const { deep: _, ...shallow } = check;
    return [shallow];
  });
  return selectChecks({ ...pack, checks }, { checks: options.checks, skip: options.skip, profiles: options.profiles });
}

/** Refuses a selection of which nothing can apply to these targets, nor to those that they may lead to. */
function insistOnSomething(targets: readonly NamedTarget[], checks: readonly Check[]): void {
  const reachable = new Set(targets.map(({ target }) => target.kind));
  for (let before = -1; before !== reachable.size;) {
    before = reachable.size;
    for (const entry of COLLECTORS) {
      if (entry.accepts.some((kind) => reachable.has(kind))) for (const kind of entry.leadsTo) reachable.add(kind);
    }
  }
  if (checks.some((check) => reachable.has(check.target))) return;
  throw new UsageError('no check is selected that fits these targets: see "probity list checks"');
}

/** Observes, judges and writes the run folder at `options.output`. */
export async function audit(request: AuditRequest): Promise<Outcome> {
  const { options, packs, listener, signal } = request;
  const startedAt = new Date().toISOString();
  const checks = chooseChecks(packs, options);
  const collectors: Collectors = createCollectors(COLLECTORS);
  const data = createData([...(await dataSources(packs, checks, options)), ...rootSources(options.ca)]);
  const planner = createPlanner(
    {
      targets: request.targets,
      checks: planChecks(checks),
      options: options.options,
      connectTo: options.connectTo,
      switches: {
        maxFile: options.maxFile,
        ...(options.intrusive === true ? { intrusive: true } : {}),
        ...(options.archives === true ? { archives: true } : {}),
        ...(options.history === true ? { history: true } : {}),
        ...(options.online === true ? { online: true } : {}),
        ...(options.osv === undefined ? {} : { osv: options.osv }),
        ...(options.profiles.includes('strict') ? { strict: true } : {}),
        ...(options.state === undefined ? {} : { state: options.state }),
      },
      dataDigest: (name) => data.digest(name),
    },
    collectors,
    (error, names) => faultOf(error, names, listener),
  );
  insistOnSomething(request.targets, checks);
  await insistOnProfiles(
    request.targets.flatMap(({ target, options: own }) =>
      target.kind === 'aws-login' && typeof own['profile'] === 'string' ? [own['profile']] : [],
    ),
  );
  clearOutputFolder(options.output);
  const inputs = inputsText(options, request.targets, packs.slice(1));
  const store = evidenceStore(options.output);
  const source = liveSource({ network: options, collectors, data, listener });
  try {
    const taker = createTaker({ source, collectors, store, listener });
    const collection = await collect({ planner, taker, signal, listener });
    const asOf = options.asOf ?? startedAt;
    const seal = sealerOf(collection, {
      version: request.version,
      id: randomUUID(),
      asOf,
      startedAt,
      finishedAt: new Date().toISOString(),
      complete: collection.complete,
      configDigest: digestOfBytes(inputs),
      packs,
      checks,
      scope: options.scope,
    });
    const sealed = sealInto(seal, verdictsOf(checks, related(collection.observations), asOf), {
      folder: options.output,
      inputs,
      ...(await takenBy(request.reports)),
    });
    return outcomeOf(sealed, checks, packs, store, listener);
  } finally {
    source.close();
  }
}

export interface ReplayRequest {
  readonly stored: StoredRun;
  /** Our own pack of today. */
  readonly pack: Pack;
  /** Further packs of `--checks-dir`. */
  readonly added: readonly Pack[];
  /** What the command line says anew; the rest comes from inputs.json. */
  readonly changes: Partial<Pick<JudgingOptions, 'checks' | 'skip' | 'profiles' | 'failOn' | 'allowIncomplete'>>;
  readonly asOf?: string;
  /** Where a whole run folder is written; without it nothing is. */
  readonly output?: string;
  readonly version: string;
  readonly listener: Listener;
  readonly reports?: AuditRequest['reports'];
}

/** Judges a stored run again: the same functions over another source. */
export async function replay(request: ReplayRequest): Promise<Outcome & { readonly judging: JudgingOptions }> {
  const { stored, listener, output } = request;
  const inputs = readInputs(stored.inputs, join(stored.folder, 'inputs.json'));
  const judging: JudgingOptions = { ...inputs.judging, ...request.changes };
  const packs = [request.pack, ...inputs.customPacks, ...request.added];
  const checks = chooseChecks(packs, judging);
  const changed = Object.keys(request.changes).length > 0 || request.added.length > 0 || request.asOf !== undefined;
  const text = changed ? withJudging(stored.inputs, judging, request.asOf, packs.slice(1)) : stored.inputs;
  const reader = evidenceReader(stored.folder);
  const collectors = createCollectors(COLLECTORS);
  if (output !== undefined) clearOutputFolder(output);
  const store = output === undefined ? undefined : evidenceStore(output);
  const collection = await collect({
    planner: replayPlanner(stored.run),
    taker: createTaker({
      source: replaySource(stored.run, reader),
      collectors,
      ...(store === undefined ? {} : { store }),
      listener,
    }),
    signal: new AbortController().signal,
    listener,
  });
  const asOf = request.asOf ?? stored.run.asOf;
  const verdicts = lostVerdicts(
    verdictsOf(checks, related(collection.observations), asOf),
    collection.observations,
    checks,
    stored.run.results,
  );
  const seal = sealerOf(collection, {
    version: request.version,
    id: stored.run.id,
    asOf,
    startedAt: stored.run.startedAt,
    finishedAt: stored.run.finishedAt,
    complete: stored.run.complete && collection.complete,
    configDigest: digestOfBytes(text),
    packs,
    checks,
    scope: judging.scope,
  });
  const sealed = sealInto(seal, verdicts, { folder: output, inputs: text, ...(await takenBy(request.reports)) });
  return { ...outcomeOf(sealed, checks, packs, store ?? reader, listener), judging };
}
