/** One timer for the deadlines of many questions: a timer for each costs more than the question. */

/** Deadlines are met within a tenth of their time, and within this. */
const MOST_TICK_MS = 50;

export interface Ticker {
  /** Somebody has a deadline in so many milliseconds: `onTick` is called now and then until `rest`. */
  run(ms: number): void;
  /** Nobody has a deadline any more. */
  rest(): void;
}

/** `onTick` answers whether somebody still has a deadline. */
export function createTicker(onTick: () => boolean): Ticker {
  let timer: NodeJS.Timeout | undefined;
  let resting = true;
  let tickMs = MOST_TICK_MS;

  function tick(): void {
    timer = onTick() ? setTimeout(tick, tickMs) : undefined;
    resting = timer === undefined;
  }

  return {
    run(ms) {
      if (ms / 10 < tickMs) tickMs = Math.max(1, ms / 10);
      if (!resting) return;
      resting = false;
      // a question under way keeps the program alive
      if (timer === undefined) timer = setTimeout(tick, tickMs);
      else timer.ref();
    },
    rest() {
      resting = true;
      timer?.unref();
    },
  };
}
