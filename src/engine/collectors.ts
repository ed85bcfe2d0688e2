/** The collectors of the index, each loaded at most once and only when it is asked for. */
import type { Collector, CollectorEntry } from '../model/collector.ts';
import type { TargetKind } from '../model/target.ts';

export interface Collectors {
  readonly entries: readonly CollectorEntry[];
  /** undefined where the index has none of that id. */
  load(id: string): Promise<Collector | undefined>;
}

export function createCollectors(entries: readonly CollectorEntry[]): Collectors {
  const known = new Map(entries.map((entry) => [entry.id, entry]));
  const loaded = new Map<string, Promise<Collector>>();
  return {
    entries,
    async load(id) {
      const before = loaded.get(id);
      if (before !== undefined) return await before;
      const collector = known.get(id)?.load();
      if (collector !== undefined) loaded.set(id, collector);
      return await collector;
    },
  };
}

/** The kinds that are wanted or that lead, in any number of steps, to wanted ones through a collector's `discover`. */
export function kindsThatLead(entries: readonly CollectorEntry[], wanted: ReadonlySet<TargetKind>): Set<TargetKind> {
  const kinds = new Set(wanted);
  for (let before = -1; before !== kinds.size;) {
    before = kinds.size;
    for (const entry of entries) {
      if (entry.leadsTo.some((kind) => kinds.has(kind))) for (const kind of entry.accepts) kinds.add(kind);
    }
  }
  return kinds;
}
