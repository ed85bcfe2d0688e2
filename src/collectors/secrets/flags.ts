/** How V8 runs while threads start and while they scan: its flags are those of the whole process. */
import { setFlagsFromString } from 'node:v8';
import { SMALL_HEAP, type V8Flag } from '../../model/v8-flags.ts';

/**
 * Functions are optimized twenty times later than by default: the bytes pass through WebAssembly, and most scans end before faster
 * JavaScript has paid for its making, which takes an eighth of all processor time, in each thread anew.
 */
const PATIENT: readonly V8Flag[] = [
  { set: '--invocation-count-for-maglev=8000', normal: '--invocation-count-for-maglev=400' },
  { set: '--invocation-count-for-turbofan=60000', normal: '--invocation-count-for-turbofan=3000' },
];

let scans = 0;

function apply(flags: readonly V8Flag[], which: keyof V8Flag): void {
  for (const flag of flags) setFlagsFromString(flag[which]);
}

function applyHeap(which: keyof V8Flag): void {
  if (SMALL_HEAP.inForce) apply(SMALL_HEAP.flags, which);
}

/** Node brings its own modules compiled for the flags that it was built with: under others a thread compiles them anew, a third of its start. */
export function beforeThreadsStart(): void {
  scans++;
  if (scans > 1) return;
  applyHeap('normal');
  apply(PATIENT, 'normal');
}

export function whenThreadsRun(): void {
  applyHeap('set');
  apply(PATIENT, 'set');
}

export function afterThreads(): void {
  scans--;
  applyHeap('set');
  if (scans === 0) apply(PATIENT, 'normal');
}
