/** What one job holds of the world: its signal, and every open handle, so that the end of the job ends them all. */
import { reasonOf } from '../deadline.ts';

export interface Scope {
  readonly signal: AbortSignal;
  /** Registers a handle that must not outlive the job; the answer takes it off the list again. */
  hold(close: () => void): () => void;
}

export interface OwnedScope extends Scope {
  /** Closes everything that is still open. */
  end(): void;
}

export function createScope(signal: AbortSignal): OwnedScope {
  const open = new Set<() => void>();
  let ended = false;

  function end(): void {
    ended = true;
    signal.removeEventListener('abort', end);
    for (const close of open) close();
    open.clear();
  }

  signal.addEventListener('abort', end, { once: true });
  return {
    signal,
    end,
    hold(close) {
      if (ended || signal.aborted) {
        close();
        throw reasonOf(signal);
      }
      open.add(close);
      return () => open.delete(close);
    },
  };
}
