/** How V8 runs while threads start and while they scan: its flags are those of the whole process. */
import { setFlagsFromString } from 'node:v8';
import { SMALL_HEAP, type V8Flag } from '../../model/v8-flags.ts';

/**
 * The optimizing compilers rest while a scan is young: the bytes pass through WebAssembly, and the making of faster JavaScript takes an
 * eighth of all processor time, in each thread anew. Elsewhere V8 may lack one of the two, and would complain of its flag.
 */
const COMPILERS: readonly V8Flag[] = ['x64', 'arm64'].includes(process.arch)
  ? [
      { set: '--no-maglev', normal: '--maglev' },
      { set: '--no-turbofan', normal: '--turbofan' },
    ]
  : [];

/** A scan that goes on longer than this gains by faster JavaScript what its making takes. */
const YOUNG_MS = 500;

/** Then, too, functions are optimized twenty times later than by default: most are not worth it. */
const PATIENT: readonly V8Flag[] = [
  { set: '--invocation-count-for-maglev=8000', normal: '--invocation-count-for-maglev=400' },
  { set: '--invocation-count-for-turbofan=60000', normal: '--invocation-count-for-turbofan=3000' },
];

let scans = 0;
/** When the compilers were put to rest; undefined while they may work. */
let resting: number | undefined;

function apply(flags: readonly V8Flag[], which: keyof V8Flag): void {
  for (const flag of flags) setFlagsFromString(flag[which]);
}

function applyHeap(which: keyof V8Flag): void {
  if (SMALL_HEAP.inForce) apply(SMALL_HEAP.flags, which);
}

function wake(): void {
  if (resting !== undefined) apply(COMPILERS, 'normal');
  resting = undefined;
}

/** Node brings its own modules compiled for the flags that it was built with: under others a thread compiles them anew, a third of its start. */
export function beforeThreadsStart(): void {
  scans++;
  if (scans === 1) applyHeap('normal');
}

export function whenThreadsRun(): void {
  applyHeap('set');
  // A scan beside others finds the process as they made it
  if (scans > 1) return;
  apply(PATIENT, 'set');
  apply(COMPILERS, 'set');
  resting = performance.now();
}

/** To be called now and then while threads scan. */
export function whileThreadsRun(): void {
  if (resting !== undefined && performance.now() - resting > YOUNG_MS) wake();
}

export function afterThreads(): void {
  scans--;
  applyHeap('set');
  if (scans > 0) return;
  wake();
  apply(PATIENT, 'normal');
}
