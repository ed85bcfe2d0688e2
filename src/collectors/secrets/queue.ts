/** What is to be scanned, for all who scan: batches as their source yields them, and again what one who scanned left of a batch. */
import type { Batch } from './protocol.ts';

/** What was left was much: others scan a part of it each. */
const PARTS = 4;

export interface Queue {
  /**
   * The next batch; undefined where there is none, nor will be. Who is idle then gets one that was handed to another and not begun.
   */
  next(isIdle: () => boolean): Promise<Batch | undefined>;
  /** Adds one who is handed batches ahead: takes back what he has not begun, the last one first. */
  lendFrom(takeBack: () => Batch | undefined): void;
  /** For each batch that was handed out: so many items at its end were not scanned. */
  done(batch: Batch, left: number): void;
  /** Hands out nothing any more. */
  close(): void;
}

/** `ready` are the first batches of the source. */
export function newQueue(ready: Batch[], source: AsyncIterator<Batch>): Queue {
  let open = 0;
  let ended = false;
  const waiting: (() => void)[] = [];
  const lenders: (() => Batch | undefined)[] = [];
  const wake = (): void => {
    for (const resolve of waiting.splice(0)) resolve();
  };
  // async iterators must not be asked twice at once: the questions queue up
  let turn: Promise<void> = Promise.resolve();
  const ask = async (): Promise<void> => {
    if (ended || ready.length > 0) return;
    const step = await source.next();
    if (step.done === true) ended = true;
    else ready.push(step.value);
  };
  return {
    async next(isIdle) {
      for (;;) {
        if (ready.length === 0 && !ended) {
          turn = turn.then(ask, ask);
          await turn;
        }
        const batch = ready.shift();
        if (batch !== undefined) {
          open++;
          return batch;
        }
        if (!ended) continue;
        // another one may leave something, or has more than he has begun
        if (open === 0) return undefined;
        const lent = isIdle() ? taken(lenders) : undefined;
        if (lent !== undefined) return lent;
        await new Promise<void>((resolve) => void waiting.push(resolve));
      }
    },
    done({ items }, left) {
      open--;
      const size = Math.ceil(left / PARTS);
      for (let at = items.length - left; at < items.length; at += size) {
        ready.push({ items: items.slice(at, at + size) });
      }
      // those who wait look again whether they are idle now
      wake();
    },
    lendFrom(takeBack) {
      lenders.push(takeBack);
    },
    close() {
      [ended, open] = [true, 0];
      ready.length = 0;
      wake();
    },
  };
}

function taken(lenders: readonly (() => Batch | undefined)[]): Batch | undefined {
  for (const takeBack of lenders) {
    const batch = takeBack();
    if (batch !== undefined) return batch;
  }
  return undefined;
}
