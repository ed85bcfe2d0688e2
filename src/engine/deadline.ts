/** Time: every job and every operation ends by its deadline, with a fault that says whose deadline it was. */
import { setMaxListeners } from 'node:events';
import { performance } from 'node:perf_hooks';
import { FaultError, type FaultCode } from '../model/fault.ts';

/** The fault an aborted signal stands for: its own, else the interruption of the run. */
export function reasonOf(signal: AbortSignal): FaultError {
  const reason: unknown = signal.reason;
  return reason instanceof FaultError ? reason : new FaultError('engine.interrupted');
}

export interface Deadline {
  readonly signal: AbortSignal;
  /** Starts the time anew, or another time: what came before was waiting on the user's own limits, or another part of the work. */
  readonly renew: (ms?: number) => void;
  /** Ends the deadline: its timer, and its tie to the parent. Call it in `finally`. */
  clear(): void;
}

/** This part of the time may pass in our own work before it is given back. */
const OWN_SHARE = 0.05;

/**
 * A signal that aborts with the parent, or after `ms` with the fault `code`. Not AbortSignal.timeout: its timer does not keep the
 * process alive, so a pending job would end the program in silence. Not AbortSignal.any: it costs ten times as much.
 * The time is the other side's: what our own loop was at work for meanwhile is given back, once and at most as much again, since an
 * answer that lies unread in the socket is not silence.
 */
export function createDeadline(parent: AbortSignal, ms: number, code: FaultCode, message?: string): Deadline {
  const own = new AbortController();
  setMaxListeners(0, own.signal);
  let time = Math.max(0, ms);
  let began = performance.eventLoopUtilization();
  let generous = true;
  function ring(): void {
    const busy = generous ? Math.min(time, performance.eventLoopUtilization(began).active) : 0;
    generous = false;
    if (busy > time * OWN_SHARE) timer = setTimeout(ring, busy);
    else own.abort(new FaultError(code, message));
  }
  let timer = setTimeout(ring, time);
  let cleared = false;
  const follow = (): void => own.abort(reasonOf(parent));
  if (parent.aborted) follow();
  else parent.addEventListener('abort', follow, { once: true });
  return {
    signal: own.signal,
    renew(next = time) {
      if (cleared || own.signal.aborted) return;
      time = Math.max(0, next);
      clearTimeout(timer);
      began = performance.eventLoopUtilization();
      generous = true;
      timer = setTimeout(ring, time);
    },
    clear() {
      cleared = true;
      clearTimeout(timer);
      parent.removeEventListener('abort', follow);
    },
  };
}

/** The promise, or the signal's fault as soon as it aborts. The promise itself must be ended by other means. */
export async function untilAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) {
    promise.catch(() => undefined);
    throw reasonOf(signal);
  }
  return await new Promise<T>((resolve, reject) => {
    const giveUp = (): void => reject(reasonOf(signal));
    signal.addEventListener('abort', giveUp, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
  });
}

/** Runs an operation under its own deadline inside the caller's. */
export async function withDeadline<T>(
  parent: AbortSignal,
  ms: number,
  code: FaultCode,
  message: string,
  operation: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (parent.aborted) throw reasonOf(parent);
  const deadline = createDeadline(parent, ms, code, message);
  try {
    return await untilAbort(operation(deadline.signal), deadline.signal);
  } finally {
    deadline.clear();
  }
}

/** Waits, or throws the signal's fault. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) throw reasonOf(signal);
  await new Promise<void>((resolve, reject) => {
    const giveUp = (): void => {
      clearTimeout(timer);
      reject(reasonOf(signal));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', giveUp);
      resolve();
    }, ms);
    signal.addEventListener('abort', giveUp, { once: true });
  });
}
