/** Bounds on what happens at once and how fast: gates (slots) and paces (token buckets), both leaving at once on abort. */
import { performance } from 'node:perf_hooks';
import { pause, reasonOf } from './deadline.ts';

/** A number of slots. `enter` waits in order for one and answers the function that gives it back. */
export interface Gate {
  enter(signal: AbortSignal): Promise<() => void>;
  /** Slots taken and callers waiting: 0 means nobody needs this gate. */
  readonly busy: number;
}

export function createGate(slots: number): Gate {
  const waiting: { readonly go: () => void }[] = [];
  let taken = 0;

  function leaveOnce(): () => void {
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const next = waiting.shift();
      // The slot is handed on, so nobody who comes later can overtake
      if (next === undefined) taken--;
      else next.go();
    };
  }

  return {
    get busy() {
      return taken + waiting.length;
    },
    async enter(signal) {
      if (signal.aborted) throw reasonOf(signal);
      if (taken < slots) {
        taken++;
        return leaveOnce();
      }
      return await new Promise((resolve, reject) => {
        const waiter = {
          go() {
            signal.removeEventListener('abort', giveUp);
            resolve(leaveOnce());
          },
        };
        function giveUp(): void {
          waiting.splice(waiting.indexOf(waiter), 1);
          reject(reasonOf(signal));
        }
        waiting.push(waiter);
        signal.addEventListener('abort', giveUp, { once: true });
      });
    },
  };
}

/** One gate for each key, made when it is first needed and forgotten when nobody is in it. */
export function createGates(slots: number): (key: string, signal: AbortSignal) => Promise<() => void> {
  const gates = new Map<string, Gate>();
  return async (key, signal) => {
    const gate = gates.get(key) ?? createGate(slots);
    gates.set(key, gate);
    const forget = (): void => {
      if (gate.busy === 0 && gates.get(key) === gate) gates.delete(key);
    };
    try {
      const leave = await gate.enter(signal);
      return () => {
        leave();
        forget();
      };
    } catch (error) {
      forget();
      throw error;
    }
  };
}

/** A token bucket: `take` resolves when the caller's turn has come. */
export interface Pace {
  take(signal: AbortSignal): Promise<void>;
}

/** `perSecond` 0 is no bound. Turns are given in the order of the calls, `burst` of them at once after a rest. */
export function createPace(perSecond: number, burst = 1): Pace {
  const interval = perSecond > 0 ? 1000 / perSecond : 0;
  let next = Number.NEGATIVE_INFINITY;
  return {
    async take(signal) {
      if (signal.aborted) throw reasonOf(signal);
      if (interval === 0) return;
      const now = performance.now();
      // A rested bucket holds at most `burst` tokens
      next = Math.max(next, now - (burst - 1) * interval);
      const turn = next;
      next += interval;
      if (turn > now) await pause(Math.ceil(turn - now), signal);
    },
  };
}

/** One pace for each key. */
export function createPaces(perSecond: number, burst = 1): (key: string, signal: AbortSignal) => Promise<void> {
  const paces = new Map<string, Pace>();
  return async (key, signal) => {
    if (perSecond <= 0) return;
    const pace = paces.get(key) ?? createPace(perSecond, burst);
    paces.set(key, pace);
    await pace.take(signal);
  };
}
