/** What one job holds of the world: its signal, and every open handle, so that the end of the job ends them all. */
import { reasonOf } from '../deadline.ts';

export interface Scope {
  readonly signal: AbortSignal;
  /** Registers a handle that must not outlive the job; the answer takes it off the list again. */
  hold(close: () => void): () => void;
  /** The job had to wait for the user's own limits (slots of a host, `--rate`): that is not its own time. */
  waited(): void;
  /** The job waits for such a limit now, until the answer is called: what it holds idle may be in its own way. */
  blocked(): () => void;
}

/** A scope that ends when its signal aborts. */
export function createScope(
  signal: AbortSignal,
  waited: () => void = () => undefined,
  blocked: () => () => void = () => () => undefined,
): Scope {
  const open = new Set<() => void>();

  function end(): void {
    for (const close of open) close();
    open.clear();
  }

  signal.addEventListener('abort', end, { once: true });
  return {
    signal,
    waited,
    blocked,
    hold(close) {
      if (signal.aborted) {
        close();
        throw reasonOf(signal);
      }
      open.add(close);
      return () => open.delete(close);
    },
  };
}
