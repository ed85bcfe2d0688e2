/** Deadlines of many questions under one timer: a timer for each question costs more than the question. */
import { performance } from 'node:perf_hooks';

/** Deadlines are met within a tenth of their time, and within this. */
const MOST_TICK_MS = 50;

export interface Alarm {
  readonly at: number;
  readonly ring: () => void;
}

export interface Alarms {
  set(ms: number, ring: () => void): Alarm;
  clear(alarm: Alarm): void;
}

export function createAlarms(): Alarms {
  const alarms = new Set<Alarm>();
  let timer: NodeJS.Timeout | undefined;
  let tickMs = MOST_TICK_MS;

  function tick(): void {
    timer = undefined;
    const now = performance.now();
    for (const alarm of alarms) {
      if (alarm.at > now) continue;
      alarms.delete(alarm);
      alarm.ring();
    }
    if (alarms.size > 0) timer ??= setTimeout(tick, tickMs);
  }

  return {
    set(ms, ring) {
      tickMs = Math.max(1, Math.min(tickMs, ms / 10));
      const alarm = { at: performance.now() + ms, ring };
      alarms.add(alarm);
      timer ??= setTimeout(tick, tickMs);
      // a question under way keeps the program alive
      if (alarms.size === 1) timer.ref();
      return alarm;
    },
    clear(alarm) {
      alarms.delete(alarm);
      if (alarms.size === 0) timer?.unref();
    },
  };
}
