/** What a run says on the terminal: live progress while it goes, then the summary, or JSON alone. */
import type { RunEvent } from '../model/events.ts';
import { consoleText } from '../report/console.ts';
import { jsonText } from '../report/json.ts';
import { progressDriver } from '../report/progress.ts';
import { visibleBlock } from '../report/visible.ts';
import type { Arguments } from '../config/arguments.ts';
import type { Outcome } from '../pipeline.ts';
import type { CommandContext } from './context.ts';

const TICK_MS = 1000;

export interface Watch {
  readonly listener: (event: RunEvent) => void;
  /** Wipes the progress line; call it before anything else is printed. */
  end(): void;
}

function eventLine(event: RunEvent): string | undefined {
  switch (event.is) {
    case 'job-finished':
      return `${event.collector} ${event.target}: ${event.fault === undefined ? 'observed' : `${event.fault.code}: ${event.fault.message}`} (${String(event.elapsedMs)} ms)`;
    case 'job-retried':
      return `${event.collector} ${event.target}: again after ${event.fault.code}`;
    case 'bug':
      return `${event.collector} ${event.target}: a defect of Probity itself\n${event.stack}`;
    default:
      return undefined;
  }
}

/** Shows progress on standard error: one line on a terminal, a plain one now and then elsewhere, each job with --verbose. */
export function watch({ flags }: Arguments, context: CommandContext): Watch {
  const silent = flags['quiet'] === true || flags['noProgress'] === true;
  const driver = progressDriver({
    write: silent ? () => undefined : context.stderr,
    tty: context.isErrTTY && context.env['TERM'] !== 'dumb',
    columns: () => process.stderr.columns ?? context.columns,
    now: () => performance.now(),
  });
  const timer = setInterval(() => driver.tick(), TICK_MS);
  timer.unref();
  let bugs = 0;
  return {
    listener(event) {
      if (event.is === 'bug') bugs += 1;
      const line = flags['verbose'] === true ? eventLine(event) : undefined;
      if (line !== undefined) {
        driver.end();
        context.stderr(`${visibleBlock(line)}\n`);
      }
      driver.event(event);
    },
    end() {
      clearInterval(timer);
      driver.end();
      if (bugs > 0 && flags['verbose'] !== true)
        context.stderr(`probity: ${String(bugs)} defect(s) of Probity itself; --verbose shows where\n`);
    },
  };
}

/** The end of a run: JSON on standard output with --json, else the summary; where the files are goes to standard error. */
export function present(
  outcome: Outcome,
  written: readonly string[],
  { flags }: Arguments,
  context: CommandContext,
): void {
  if (flags['json'] === true) context.stdout(jsonText(outcome.run));
  else if (flags['quiet'] !== true)
    context.stdout(consoleText(outcome.findings, { width: context.columns, color: context.color }));
  if (flags['quiet'] !== true && written.length > 0)
    context.stderr(`${written.map((path) => `written: ${path}`).join('\n')}\n`);
}
