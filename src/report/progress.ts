/** Live progress from events: the state and its text are pure; the driver writes one rewritten line, or a plain one now and then. */
import type { RunEvent } from '../model/events.ts';
import { fit } from './columns.ts';
import { visible } from './visible.ts';

export interface Progress {
  readonly planned: number;
  readonly targets: number;
  readonly finished: number;
  readonly faulted: number;
  readonly retried: number;
  /** `collector target` to its latest note, in the order in which they started. */
  readonly running: ReadonlyMap<string, string>;
  readonly judged: number | undefined;
}

export const NO_PROGRESS: Progress = {
  planned: 0,
  targets: 0,
  finished: 0,
  faulted: 0,
  retried: 0,
  running: new Map(),
  judged: undefined,
};

function job(event: { readonly collector: string; readonly target: string }): string {
  return `${event.collector} ${event.target}`;
}

export function advance(state: Progress, event: RunEvent): Progress {
  switch (event.is) {
    case 'planned':
      return { ...state, planned: state.planned + event.jobs, targets: state.targets + event.targets };
    case 'job-started':
      return { ...state, running: new Map(state.running).set(job(event), '') };
    case 'job-note':
      return { ...state, running: new Map(state.running).set(job(event), event.note) };
    case 'job-retried':
      return { ...state, retried: state.retried + 1 };
    case 'job-finished': {
      const running = new Map(state.running);
      running.delete(job(event));
      const faulted = state.faulted + (event.fault === undefined ? 0 : 1);
      return { ...state, finished: state.finished + 1, faulted, running };
    }
    case 'judged':
      return { ...state, judged: event.results };
    default:
      return state;
  }
}

const BAR = 20;

/** One line of at most `width` columns: bar, counts, and the job that has been running longest. */
export function progressLine(state: Progress, width: number): string {
  const { finished, planned } = state;
  const filled = planned === 0 ? 0 : Math.min(BAR, Math.floor((BAR * finished) / planned));
  const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR - filled)}`;
  return fit(`${bar} ${progressText(state)}`, Math.max(10, width - 1));
}

/** The same without a bar: `12 of 40 observed, 1 faulted, tls endpoint:example.com:443`. */
export function progressText(state: Progress): string {
  if (state.judged !== undefined) return `${String(state.judged)} results judged`;
  const parts = [`${String(state.finished)} of ${String(state.planned)} observed`];
  if (state.faulted > 0) parts.push(`${String(state.faulted)} faulted`);
  if (state.retried > 0) parts.push(`${String(state.retried)} retried`);
  const [oldest] = state.running;
  if (oldest !== undefined) parts.push(visible(oldest[1] === '' ? oldest[0] : `${oldest[0]}: ${oldest[1]}`));
  return parts.join(', ');
}

export interface ProgressScreen {
  write(text: string): void;
  /** A terminal: one line is rewritten. Else plain lines. */
  readonly tty: boolean;
  columns(): number;
  /** Milliseconds of a clock that only goes forward. */
  now(): number;
}

export interface ProgressDriver {
  event(event: RunEvent): void;
  /** To be called now and then, so that a long job shows that it lives. */
  tick(): void;
  /** Wipes the line. */
  end(): void;
}

const REDRAW_MS = 80;
const PLAIN_MS = 10_000;

export function progressDriver(screen: ProgressScreen): ProgressDriver {
  let state = NO_PROGRESS;
  let drawnAt = Number.NEGATIVE_INFINITY;
  let spokenAt = screen.now();
  let shown = '';
  const draw = (): void => {
    const now = screen.now();
    if (screen.tty) {
      const line = progressLine(state, screen.columns());
      if (now - drawnAt < REDRAW_MS || line === shown) return;
      screen.write(`\r\u001b[2K${line}`);
      drawnAt = now;
      shown = line;
    } else if (now - spokenAt >= PLAIN_MS && state.judged === undefined) {
      screen.write(`${progressText(state)}\n`);
      spokenAt = now;
    }
  };
  return {
    event(event) {
      state = advance(state, event);
      draw();
    },
    tick: draw,
    end() {
      if (shown !== '') screen.write('\r\u001b[2K');
      shown = '';
    },
  };
}
