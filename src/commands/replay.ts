/** `probity replay RUN` and `probity report RUN`: a stored run, judged again or only rendered. */
import { resolve } from 'node:path';
import { exitCode } from '../assurance/exit.ts';
import type { Arguments, FlagValue } from '../config/arguments.ts';
import { severityOf } from '../config/config.ts';
import { parseInstant } from '../config/values.ts';
import { checkOutputFolder } from '../engine/output-folder.ts';
import { UsageError } from '../model/fault.ts';
import { replay as runReplay, type ReplayRequest } from '../pipeline.ts';
import { formatsOf, startRendering } from '../rendering.ts';
import { readRun, type StoredRun } from '../run-folder.ts';
import type { CommandContext } from './context.ts';
import { keepHeapSmall, settleHeap } from './heap.ts';
import { packsToJudgeBy, shortPath } from './packs.ts';
import { present, watch } from './present.ts';

const list = (value: FlagValue | undefined): readonly string[] | undefined =>
  Array.isArray(value) ? value.map(String) : undefined;

/** The run folder that the only argument names. */
export function storedRun(command: string, { positionals }: Arguments, context: CommandContext): StoredRun {
  const [folder, ...more] = positionals;
  if (folder === undefined || more.length > 0)
    throw new UsageError(`${command}: expected one run folder, for example: probity ${command} probity-report`);
  return readRun(resolve(context.cwd, folder));
}

function changesOf({ flags }: Arguments): ReplayRequest['changes'] {
  const checks = list(flags['checks']);
  const skip = list(flags['skip']);
  const profiles = list(flags['profile']);
  return {
    ...(checks === undefined ? {} : { checks }),
    ...(skip === undefined ? {} : { skip }),
    ...(profiles === undefined ? {} : { profiles }),
    ...(flags['failOn'] === undefined ? {} : { failOn: severityOf(flags['failOn']) }),
    ...(flags['allowIncomplete'] === true ? { allowIncomplete: true } : {}),
  };
}

export async function replay(args: Arguments, context: CommandContext): Promise<number> {
  keepHeapSmall();
  const stored = storedRun('replay', args, context);
  const { flags } = args;
  const output = typeof flags['output'] === 'string' ? resolve(context.cwd, flags['output']) : undefined;
  if (output === stored.folder) throw new UsageError('replay: --output is the run itself; name another folder');
  if (output !== undefined) checkOutputFolder(output);
  const named = list(flags['format']);
  if (named !== undefined && output === undefined) throw new UsageError('replay: --format needs --output DIR');
  const formats = formatsOf(named ?? ['html']);
  const asOf = typeof flags['asOf'] === 'string' ? parseInstant(flags['asOf']) : undefined;
  const [pack, ...added] = await packsToJudgeBy(context, list(flags['checksDir']) ?? []);
  if (pack === undefined) throw new Error('there is no pack');
  const heap = settleHeap();
  const watching = watch(args, context);
  const rendering = await startRendering(output === undefined ? [] : formats, output ?? '', context.packageRoot);
  try {
    const outcome = await runReplay({
      stored,
      pack,
      added,
      changes: changesOf(args),
      ...(asOf === undefined ? {} : { asOf }),
      ...(output === undefined ? {} : { output }),
      version: context.version,
      listener: watching.listener,
      reports: () => Promise.resolve(heap.during(rendering)),
    });
    const written = await rendering.write({ ...outcome, packageRoot: context.packageRoot });
    watching.end();
    present(
      outcome,
      written.map((path) => shortPath(path, context.cwd)),
      args,
      context,
    );
    const { failOn, allowIncomplete } = outcome.judging;
    return exitCode(outcome.run, { failOn, allowIncomplete });
  } finally {
    heap.end();
    watching.end();
    rendering.discard();
  }
}
