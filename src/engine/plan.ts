/** The plan: which collector asks which target, in waves, because facts lead to further targets. Only what a chosen check needs. */
import type { CollectorEntry, PlanContext } from '../model/collector.ts';
import type { Job } from '../model/evidence.ts';
import { fault, type Fault } from '../model/fault.ts';
import { byCodeUnit, isObject, type Json, type JsonObject } from '../model/json.ts';
import type { ConnectTo } from '../model/options.ts';
import type { Target, TargetKind } from '../model/target.ts';
import { kindsThatLead, type Collectors } from './collectors.ts';
import { plainJson } from './plain.ts';

/** ARCHITECTURE §4: how far facts may lead, and to how many targets from one. */
const MAX_DEPTH = 2;
const MAX_DERIVED = 50;
const MAX_ID = 2048;

/** A target that the user named, with the job options of its text and its entry in probity.yaml. */
export interface NamedTarget {
  readonly target: Target;
  readonly options: JsonObject;
}

/** What the plan must know of a chosen check: `paths` are the fact paths it reads, by collector. */
export interface PlanCheck {
  readonly needs: readonly string[];
  readonly target: TargetKind;
  readonly paths: ReadonlyMap<string, readonly string[]>;
}

export interface PlanRequest {
  readonly targets: readonly NamedTarget[];
  readonly checks: readonly PlanCheck[];
  /** The options by subject for all targets; those of a target win, key by key, and its derived targets inherit them. */
  readonly options: JsonObject;
  readonly connectTo: readonly ConnectTo[];
  readonly switches: JsonObject;
  /** `sha256:` digest of reference data. */
  dataDigest(name: string): string | undefined;
}

/** A job that is not run, and why: it gets evidence all the same, so nothing vanishes. */
export interface BarredJob {
  readonly job: Job;
  readonly fault: Fault;
}

export interface Wave {
  readonly targets: readonly Target[];
  readonly jobs: readonly Job[];
  readonly barred: readonly BarredJob[];
  /** True where the facts of this collector may lead to further targets: the next wave waits for those, and for nothing else. */
  leads(collector: string): boolean;
}

/** What one collector told about one target. */
export interface Seen {
  readonly collector: string;
  readonly target: Target;
  /** undefined where its job faulted. */
  readonly facts: () => Json | undefined;
}

export interface Planner {
  first(): Promise<Wave>;
  /** The targets to which what the leading collectors of the last wave saw leads; undefined where there are none. */
  next(seen: readonly Seen[]): Promise<Wave | undefined>;
}

interface Place {
  readonly options: JsonObject;
  readonly depth: number;
  /** A bound was hit here: nothing is asked, so nothing is followed. */
  readonly closed: boolean;
}

type OnBug = (error: unknown, names: { readonly collector: string; readonly target: string }) => Fault;

/** Plans a live run. `onBug` turns what a collector's `plan` or `discover` throws into a fault. */
export function createPlanner(request: PlanRequest, collectors: Collectors, onBug: OnBug): Planner {
  const wanted = new Set(request.checks.map((check) => check.target));
  const kinds = kindsThatLead(collectors.entries, wanted);
  const places = new Map<string, Place>();
  const connectTo = request.connectTo.map(({ host, port }) => `${host}:${String(port)}`);

  function isNeeded(entry: CollectorEntry, kind: TargetKind): boolean {
    if (!entry.accepts.includes(kind)) return false;
    const judged = request.checks.some((check) => check.target === kind && check.needs.includes(entry.id));
    return judged || entry.leadsTo.some((led) => kinds.has(led));
  }

  function leads(id: string): boolean {
    return collectors.entries.some((entry) => entry.id === id && entry.leadsTo.some((led) => kinds.has(led)));
  }

  /** What the chosen checks read of a collector on a kind of target: the same for thousands of targets. */
  const pathsRead = new Map<string, readonly string[]>();
  function pathsOf(collector: string, kind: TargetKind): readonly string[] {
    const key = `${collector} ${kind}`;
    const known = pathsRead.get(key);
    if (known !== undefined) return known;
    const paths = request.checks
      .filter((check) => check.target === kind)
      .flatMap((check) => check.paths.get(collector) ?? []);
    const made = [...new Set(paths)].sort(byCodeUnit);
    pathsRead.set(key, made);
    return made;
  }

  function contextOf(collector: string, target: Target): PlanContext {
    return {
      options: places.get(target.id)?.options ?? request.options,
      paths: pathsOf(collector, target.kind),
      connectTo,
      switches: request.switches,
      dataDigest: (name) => request.dataDigest(name),
    };
  }

  async function waveOf(targets: readonly Target[], barredTargets: ReadonlyMap<string, Fault>): Promise<Wave> {
    const jobs: Job[] = [];
    const barred: BarredJob[] = [];
    for (const target of targets) {
      const because = barredTargets.get(target.id);
      for (const entry of collectors.entries) {
        if (!isNeeded(entry, target.kind)) continue;
        const empty: Job = { collector: entry.id, target, options: {} };
        try {
          const collector = await collectors.load(entry.id);
          if (collector === undefined) continue;
          const context = contextOf(entry.id, target);
          const options = collector.plan === undefined ? {} : collector.plan(target, context);
          if (options === undefined) continue;
          const job = { ...empty, options: plainObject(options) };
          if (because === undefined) jobs.push(job);
          else barred.push({ job, fault: because });
        } catch (error) {
          barred.push({ job: empty, fault: onBug(error, { collector: entry.id, target: target.id }) });
        }
      }
    }
    return { targets, jobs, barred, leads };
  }

  /** What one collector found, new targets only; above the bound one target stands for the rest, and says so. */
  async function derivedFrom({ collector: id, target, facts }: Seen): Promise<readonly (readonly [Target, Fault?])[]> {
    const depth = (places.get(target.id)?.depth ?? 0) + 1;
    let found: readonly Target[];
    try {
      const collector = await collectors.load(id);
      found = collector?.discover?.(facts(), target, contextOf(id, target)) ?? [];
    } catch (error) {
      onBug(error, { collector: id, target: target.id });
      return [];
    }
    const options = places.get(target.id)?.options ?? request.options;
    const derived: (readonly [Target, Fault?])[] = [];
    for (const [index, raw] of found.entries()) {
      if (!kinds.has(raw.kind) || places.has(raw.id) || raw.id.length > MAX_ID) continue;
      const next = { ...(plainJson(raw) as unknown as Target), parent: target.id };
      const bound = boundHit(depth, derived.length, found.length - index, target);
      places.set(next.id, { options, depth, closed: bound !== undefined });
      derived.push(bound === undefined ? [next] : [next, bound]);
      if (bound !== undefined) break;
    }
    return derived;
  }

  return {
    async first() {
      const targets: Target[] = [];
      for (const { target, options } of request.targets) {
        if (places.has(target.id)) continue;
        places.set(target.id, { options: merged(request.options, options), depth: 0, closed: false });
        targets.push(target);
      }
      return await waveOf(targets, new Map());
    },
    async next(seen) {
      const targets: Target[] = [];
      const barred = new Map<string, Fault>();
      // The order of arrival must not decide whose child a target is
      const sorted = [...seen].sort(
        (a, b) => byCodeUnit(a.target.id, b.target.id) || byCodeUnit(a.collector, b.collector),
      );
      for (const one of sorted) {
        if (places.get(one.target.id)?.closed !== false) continue;
        for (const [target, bound] of await derivedFrom(one)) {
          targets.push(target);
          if (bound !== undefined) barred.set(target.id, bound);
        }
      }
      return targets.length === 0 ? undefined : await waveOf(targets, barred);
    },
  };
}

function boundHit(depth: number, before: number, left: number, parent: Target): Fault | undefined {
  if (depth > MAX_DEPTH) return fault('engine.limit', `${parent.id} is too far from what was named; not followed`);
  if (before < MAX_DERIVED) return undefined;
  return fault(
    'engine.limit',
    `${parent.id} leads to more than ${String(MAX_DERIVED)} targets; this one and up to ${String(left - 1)} more were not observed`,
  );
}

function plainObject(value: JsonObject): JsonObject {
  const plain = plainJson(value);
  if (!isObject(plain)) throw new TypeError('job options must be an object');
  return plain;
}

/** Objects are joined key by key; anything else of the second replaces that of the first. */
function merged(base: JsonObject, over: JsonObject): JsonObject {
  const members = Object.entries(over).map(([key, value]): [string, Json] => {
    const under = Object.hasOwn(base, key) ? base[key] : undefined;
    return [key, isObject(under) && isObject(value) ? merged(under, value) : value];
  });
  return { ...base, ...Object.fromEntries(members) };
}
