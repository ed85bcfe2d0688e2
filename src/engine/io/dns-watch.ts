/** Tells many waiters that a signal has aborted, with one listener on it: adding and removing one for each question is slow. */

/** The answer takes the waiter off the list again. */
export type Watch = (signal: AbortSignal, onAbort: () => void) => () => void;

export function createWatch(): Watch {
  const waiters = new WeakMap<AbortSignal, Set<() => void>>();
  return (signal, onAbort) => {
    let list = waiters.get(signal);
    if (list === undefined) {
      const made = new Set<() => void>();
      const tell = (): void => {
        for (const waiter of [...made]) waiter();
      };
      signal.addEventListener('abort', tell, { once: true });
      waiters.set(signal, made);
      list = made;
    }
    const here = list;
    here.add(onAbort);
    return () => here.delete(onAbort);
  };
}
