#!/usr/bin/env node
/** The program: arguments in, one command, an exit code. Nothing heavy is loaded before a command needs it. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Arguments } from './config/arguments.ts';
import type { CommandContext } from './commands/context.ts';

type Command = (args: Arguments, context: CommandContext) => Promise<number>;

/** Each command is loaded when it is called. */
const LOADERS: { readonly [name: string]: () => Promise<Command> } = {
  audit: async () => (await import('./commands/audit.ts')).audit,
  demo: async () => (await import('./commands/demo.ts')).demo,
  replay: async () => (await import('./commands/replay.ts')).replay,
  report: async () => (await import('./commands/report.ts')).report,
  list: async () => (await import('./commands/list.ts')).list,
  explain: async () => (await import('./commands/explain.ts')).explain,
  test: async () => (await import('./commands/test.ts')).test,
  init: async () => (await import('./commands/init.ts')).init,
  new: async () => (await import('./commands/new.ts')).create,
  schema: async () => (await import('./commands/schema.ts')).schema,
  policy: async () => (await import('./commands/policy.ts')).policy,
  spf: async () => (await import('./commands/spf.ts')).spf,
  tls: async () => (await import('./commands/tls.ts')).tls,
  cert: async () => (await import('./commands/cert.ts')).cert,
  hsts: async () => (await import('./commands/hsts.ts')).hsts,
  completion: async () => (await import('./commands/completion.ts')).completion,
};

// source and bundle both lie one folder below the package root
const PACKAGE_ROOT = fileURLToPath(new URL('..', import.meta.url));

function version(): string {
  const manifest = JSON.parse(readFileSync(`${PACKAGE_ROOT}package.json`, 'utf8')) as { readonly version: string };
  return manifest.version;
}

/** NO_COLOR (any value) beats a terminal, FORCE_COLOR beats no terminal, --no-color beats both. */
function wantsColor(args: Arguments, stream: { readonly isTTY?: boolean }): boolean {
  const { env } = process;
  if (args.flags['noColor'] === true) return false;
  if (env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '0' && env['FORCE_COLOR'] !== '') return true;
  if (env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '') return false;
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}

async function main(argv: readonly string[]): Promise<number> {
  const [first, ...rest] = argv;
  if (first === undefined || first === '--help' || first === '-h' || (first === 'help' && rest[0] === undefined)) {
    const { generalHelp } = await import('./commands/help.ts');
    process.stdout.write(generalHelp(version()));
    return first === undefined ? 2 : 0;
  }
  if (first === '--version' || first === '-V') {
    process.stdout.write(`${version()}\n`);
    return 0;
  }
  const name = first === 'help' ? (rest[0] ?? '') : first;
  const { COMMANDS } = await import('./config/option-table.ts');
  const command = COMMANDS.find((known) => known.name === name);
  const load = LOADERS[name];
  if (command === undefined || load === undefined) {
    const { UsageError } = await import('./model/fault.ts');
    const { didYouMean } = await import('./model/nearest.ts');
    const what = name.startsWith('-') ? `unknown option ${name}` : `unknown command "${name}"`;
    throw new UsageError(
      `${what}${didYouMean(
        name,
        COMMANDS.map((known) => known.name),
      )}`,
    );
  }
  const { parseArguments } = await import('./config/arguments.ts');
  const args = first === 'help' ? { positionals: [], flags: { help: true } } : parseArguments(name, rest);
  if (args.flags['help'] === true) {
    const { commandHelp } = await import('./commands/help.ts');
    process.stdout.write(commandHelp(command));
    return 0;
  }
  const run = await load();
  return run(args, {
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    packageRoot: PACKAGE_ROOT,
    version: version(),
    cwd: process.cwd(),
    env: process.env,
    color: wantsColor(args, process.stdout),
    colorErr: wantsColor(args, process.stderr),
    isTTY: process.stdout.isTTY,
    isErrTTY: process.stderr.isTTY,
    columns: process.stdout.columns ?? process.stderr.columns ?? 80,
  });
}

// a reader that went away (head, less) is no error of ours
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(141);
});

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const { FaultError, UsageError } = await import('./model/fault.ts');
  if (error instanceof UsageError) {
    process.stderr.write(`probity: ${error.message}\nTry "probity --help".\n`);
    process.exitCode = 2;
  } else {
    const verbose = process.argv.includes('--verbose');
    const text = error instanceof Error ? (verbose ? error.stack : error.message) : String(error);
    process.stderr.write(
      `probity: ${error instanceof FaultError ? '' : 'a defect of Probity itself: '}${text ?? ''}\n`,
    );
    process.exitCode = 3;
  }
}
