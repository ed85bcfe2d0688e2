/** `probity audit`: the main job, from arguments to exit code. */
import { join } from 'node:path';
import { exitCode } from '../assurance/exit.ts';
import type { Arguments } from '../config/arguments.ts';
import { effective } from '../config/file.ts';
import { parseTarget, uniteTargets } from '../config/targets.ts';
import type { NamedTarget } from '../engine/plan.ts';
import { checkOutputFolder } from '../engine/output-folder.ts';
import { FaultError, UsageError } from '../model/fault.ts';
import type { AuditOptions } from '../model/options.ts';
import { audit as runAudit, type Outcome } from '../pipeline.ts';
import { formatsOf, type Rendering, startRendering } from '../rendering.ts';
import type { CommandContext } from './context.ts';
import { keepHeapSmall, settleHeap } from './heap.ts';
import { packsToJudgeBy, shortPath, withRules } from './packs.ts';
import { present, watch } from './present.ts';

function namedTargets(options: AuditOptions): NamedTarget[] {
  const parsed = options.targets.flatMap((spec) =>
    parseTarget(spec.target, spec.labels).map((one) => ({ ...one, options: { ...spec.options, ...one.options } })),
  );
  if (parsed.length === 0)
    throw new UsageError(
      'no target: name one (probity audit example.com), or list them in probity.yaml (probity init)',
    );
  return uniteTargets(parsed);
}

/** The first SIGINT or SIGTERM stops the run and keeps what is there; the second leaves at once. */
function interruptible(context: CommandContext): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(130);
    context.stderr('\ninterrupted: writing what is there; once more leaves at once\n');
    controller.abort(new FaultError('engine.interrupted'));
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return {
    signal: controller.signal,
    release: () => {
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
    },
  };
}

/** A run that takes longer than this waits for others: its reporters are loaded meanwhile. */
const WAITS_MS = 700;

/** An audit with these options, its reports written and shown; what `demo` does too. */
export async function auditWith(
  options: AuditOptions,
  args: Arguments,
  context: CommandContext,
): Promise<{ readonly outcome: Outcome; readonly code: number }> {
  keepHeapSmall();
  const formats = formatsOf(options.formats);
  const targets = namedTargets(options);
  const tell = (line: string): void => context.stderr(`${line}\n`);
  const packs = await withRules(context, await packsToJudgeBy(context, options.checksDirs), options.rules, tell);
  checkOutputFolder(options.output);
  const heap = settleHeap();
  const watching = watch(args, context);
  const { signal, release } = interruptible(context);
  let loading: Promise<Rendering> | undefined;
  const rendering = (): Promise<Rendering> =>
    (loading ??= startRendering(formats, options.output, context.packageRoot));
  // What fails is told where the reports are wanted
  const early = setTimeout(() => void rendering().catch(() => undefined), WAITS_MS);
  try {
    const outcome = await runAudit({
      options,
      targets,
      packs,
      version: context.version,
      listener: watching.listener,
      signal,
      reports: async () => heap.during(await rendering()),
    });
    const written = await (await rendering()).write({ ...outcome, packageRoot: context.packageRoot });
    watching.end();
    const paths = [...written, join(options.output, 'run.json')].map((path) => shortPath(path, context.cwd));
    present(outcome, paths, args, context);
    const { failOn, allowIncomplete } = options;
    return { outcome, code: exitCode(outcome.run, { failOn, allowIncomplete, interrupted: signal.aborted }) };
  } finally {
    clearTimeout(early);
    heap.end();
    watching.end();
    release();
    (await loading?.catch(() => undefined))?.discard();
  }
}

export async function audit(args: Arguments, context: CommandContext): Promise<number> {
  const { env, cwd } = context;
  const home = env['HOME'];
  const { options, placed } = effective(args, { cwd, ...(home === undefined ? {} : { home }) });
  try {
    return (await auditWith(options, args, context)).code;
  } catch (error) {
    throw placed(error);
  }
}
