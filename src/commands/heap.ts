/** Keeps the heap of a run small: left alone it would let 30 to 100 MB of garbage stand, and save no time. */
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { SMALL_HEAP } from '../model/v8-flags.ts';
import type { ResultTaker } from '../pipeline.ts';

/** What may come to the heap before it is collected: this many bytes, or this part of what stood there before. */
const ROOM = 10e6;
const ROOM_PART = 0.4;
/** How often somebody looks, in milliseconds, and in results while these are made and no timer rings. */
const EVERY_MS = 100;
const EVERY_RESULTS = 512;

/** To be called at the start of a command: the room that starting took is what a run does well with. */
export function keepHeapSmall(): void {
  for (const { set } of SMALL_HEAP.flags) setFlagsFromString(set);
  SMALL_HEAP.inForce = true;
}

export interface HeapWatch {
  /** Looks at the heap now and then while results pass. */
  readonly during: (taker: ResultTaker) => ResultTaker;
  end(): void;
}

/** To be called when all is loaded: the limit in force was set while that went on; one collection (10 ms) sets it anew. */
export function settleHeap(): HeapWatch {
  setFlagsFromString('--expose-gc');
  const exposed: unknown = runInNewContext('gc');
  setFlagsFromString('--no-expose-gc');
  const collect: () => void = typeof exposed === 'function' ? () => void exposed() : () => undefined;
  let limit = 0;
  // Without marking beside the program V8 passes its own limit by up to 25 MB before it collects
  const look = (): void => {
    if (size() <= limit) return;
    collect();
    const living = size();
    limit = living + Math.max(ROOM, living * ROOM_PART);
  };
  look();
  const timer = setInterval(look, EVERY_MS).unref();
  let results = 0;
  return {
    during: ({ keepsResults, add }) => ({
      keepsResults,
      add(result) {
        results += 1;
        if (results % EVERY_RESULTS === 0) look();
        add(result);
      },
    }),
    end: () => clearInterval(timer),
  };
}

/** Bytes in the heap, and those that are let go with it. */
function size(): number {
  const { used_heap_size: used, external_memory: external } = getHeapStatistics();
  return used + external;
}
