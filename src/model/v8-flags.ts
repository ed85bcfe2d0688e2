/** Flags of V8 that a run sets, with what they are by default. They are those of the whole process: who starts threads puts them back meanwhile. */

export interface V8Flag {
  readonly set: string;
  readonly normal: string;
}

export interface FlagSet {
  readonly flags: readonly V8Flag[];
  /** Whether this process runs by them. */
  inForce: boolean;
}

const SMALL: readonly V8Flag[] = [
  // The young generation grows no further, the old one by a tenth between two collections
  { set: '--semi-space-growth-factor=1', normal: '--semi-space-growth-factor=2' },
  { set: '--heap-growing-percent=10', normal: '--heap-growing-percent=0' },
  // Marking beside the program lets 20 MB of garbage pass as living: nobody waits for a program that pauses for 20 ms
  { set: '--no-incremental-marking', normal: '--incremental-marking' },
  // The young generation is cleared in a millisecond: threads that help cost more than they save
  { set: '--no-parallel-scavenge', normal: '--parallel-scavenge' },
];

/** The heap of a run is kept small; one that scans for another program leaves that one's heap alone. */
export const SMALL_HEAP: FlagSet = { flags: SMALL, inForce: false };
