/** Whose a batch is that was handed to a worker: who takes its number out of the memory that both see, before it is begun, has it. */

const SLOTS = 16;

/** All slots are free: they hold 0. */
export function newClaims(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(SLOTS * Int32Array.BYTES_PER_ELEMENT));
}

/** Puts a number above 0 into a free slot, and gives the slot. */
export function offer(claims: Int32Array, number: number): number {
  for (let slot = 0; slot < SLOTS; slot++) {
    if (Atomics.compareExchange(claims, slot, 0, number) === 0) return slot;
  }
  throw new RangeError('more batches were handed out than there are slots');
}

/** Whether the batch was there still: then it is the caller's, and nobody else's. */
export function claim(claims: Int32Array, slot: number, number: number): boolean {
  return Atomics.compareExchange(claims, slot, number, 0) === number;
}
