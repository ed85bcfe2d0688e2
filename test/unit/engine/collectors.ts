/** Collectors and plans for the engine's tests: small, in memory, and as bad as a test wants them. */
import { createCollectors, type Collectors } from '../../../src/engine/collectors.ts';
import { createData } from '../../../src/engine/io/data.ts';
import { liveSource } from '../../../src/engine/live.ts';
import type { PlanCheck, PlanRequest } from '../../../src/engine/plan.ts';
import type { Collector, CollectorEntry } from '../../../src/model/collector.ts';
import type { RunEvent } from '../../../src/model/events.ts';
import { fault, type Fault } from '../../../src/model/fault.ts';
import type { NetworkOptions } from '../../../src/model/options.ts';
import { anything } from '../../../src/model/schema.ts';
import type { Target, TargetKind } from '../../../src/model/target.ts';
import { network } from './support.ts';

export type Fake = Partial<Collector> & Pick<Collector, 'id'> & { readonly leadsTo?: readonly TargetKind[] };

/** Answers its target's id, unless the test says otherwise. */
export function collector(fake: Fake): Collector {
  return {
    version: 1,
    accepts: ['domain'],
    rawSchema: anything(),
    factsSchema: anything(),
    retries: { attempts: 1, backoffMs: 1 },
    deadlineMs: 2000,
    observe: async (job) => await Promise.resolve({ saw: job.target.id }),
    interpret: (raw) => ({ facts: raw, at: { '': '' } }),
    ...fake,
  };
}

/** The index of these collectors, and the ids that were loaded. */
export function index(...fakes: readonly Fake[]): { readonly collectors: Collectors; readonly loaded: string[] } {
  const loaded: string[] = [];
  const entries = fakes.map((fake): CollectorEntry => {
    const made = collector(fake);
    return {
      id: fake.id,
      accepts: made.accepts,
      leadsTo: fake.leadsTo ?? [],
      title: fake.id,
      schema: async () => await Promise.resolve(made),
      load: async () => {
        loaded.push(fake.id);
        return await Promise.resolve(made);
      },
    };
  });
  return { collectors: createCollectors(entries), loaded };
}

export function target(id: string, more: Partial<Target> = {}): Target {
  const kind = id.slice(0, id.indexOf(':')) as TargetKind;
  return { kind, id, labels: {}, ...more };
}

export function check(needs: string, kind: TargetKind, ...paths: readonly string[]): PlanCheck {
  return { needs: [needs], target: kind, paths: new Map([[needs, paths]]) };
}

export function request(
  targets: readonly string[],
  checks: readonly PlanCheck[],
  more: Partial<PlanRequest> = {},
): PlanRequest {
  return {
    targets: targets.map((id) => ({ target: target(id), options: {} })),
    checks,
    options: {},
    connectTo: [],
    switches: {},
    dataDigest: () => undefined,
    ...more,
  };
}

export const onBug = (): Fault => fault('collector.bug');

/** A live source over these collectors, and the events it told. */
export function live(collectors: Collectors, options: Partial<NetworkOptions> = {}) {
  const events: RunEvent[] = [];
  const listener = (event: RunEvent): void => {
    events.push(event);
  };
  const source = liveSource({ network: network(options), collectors, data: createData([]), listener });
  return { source, listener, events };
}
