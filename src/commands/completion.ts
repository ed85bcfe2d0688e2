/** `probity completion SHELL`: prints a completion script. */
import { UsageError } from '../model/fault.ts';
import type { CommandContext } from './context.ts';
import { completionScript } from './help.ts';
import type { Arguments } from '../config/arguments.ts';

export async function completion(args: Arguments, context: CommandContext): Promise<number> {
  const script = completionScript(args.positionals[0] ?? '');
  if (script === undefined) throw new UsageError('completion: expected bash, zsh or fish');
  context.stdout(script);
  return 0;
}
