/** The git capability: read-only commands on a repository that may be hostile, in an environment where its configuration runs nothing. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { dirname, resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { FaultError } from '../../model/fault.ts';
import { wellFormed } from '../../model/canonical.ts';
import { reasonOf } from '../deadline.ts';
import { codeOf } from './errors.ts';
import type { Scope } from './scope.ts';

const MAX_ERRORS = 4096;

/** Commands that only read. Nothing else is run, whoever asks. */
const READING = new Set([
  'cat-file',
  'count-objects',
  'diff-tree',
  'for-each-ref',
  'log',
  'ls-files',
  'ls-tree',
  'rev-list',
  'rev-parse',
  'show-ref',
]);

/** Commands that would run `diff.external` or a `textconv` of the repository. */
const DIFFING = new Set(['diff-tree', 'log']);

/** Options that write a file or run a program. */
const FORBIDDEN =
  /^(--output|--ext-diff|--textconv|--filters|--show-signature|--open-files-in-pager|-O|--exec|--upload-pack)/;

/** facts/secrets §3: every setting by which a repository could name a program or reach the network. */
const SETTINGS: readonly string[] = [
  'core.fsmonitor=false',
  'core.hooksPath=/dev/null',
  'core.sshCommand=false',
  'core.askPass=',
  'core.pager=cat',
  'core.attributesFile=/dev/null',
  'core.quotePath=false',
  'credential.helper=',
  'diff.external=',
  'gpg.program=false',
  'log.showSignature=false',
  'protocol.allow=never',
  'submodule.recurse=false',
];

const ENVIRONMENT: { readonly [name: string]: string } = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_NO_LAZY_FETCH: '1',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_ASKPASS: '',
  GIT_PAGER: 'cat',
  LC_ALL: 'C',
  TZ: 'UTC',
};

/** What git needs of ours; nothing else is handed on (GIT_DIR and its like would redirect it). */
const INHERITED = ['PATH', 'HOME', 'XDG_CONFIG_HOME', 'SystemRoot', 'USERPROFILE', 'TMPDIR'];

function environment(repository: string): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...ENVIRONMENT };
  for (const name of INHERITED) if (process.env[name] !== undefined) env[name] = process.env[name];
  // The repository that was named, not one around it
  env['GIT_CEILING_DIRECTORIES'] = dirname(repository);
  return env;
}

function checked(args: readonly string[]): string[] {
  const [command = '', ...rest] = args;
  if (!READING.has(command)) throw new TypeError(`git ${command} is not among the reading commands`);
  for (const arg of rest) {
    if (arg === '--') break;
    if (FORBIDDEN.test(arg)) throw new TypeError(`git ${command} ${arg} is not allowed`);
  }
  return DIFFING.has(command) ? [command, '--no-ext-diff', '--no-textconv', ...rest] : [command, ...rest];
}

export async function* runGit(
  scope: Scope,
  repository: string,
  args: readonly string[],
  input?: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  if (scope.signal.aborted) throw reasonOf(scope.signal);
  const where = resolve(repository);
  const settings = SETTINGS.flatMap((setting) => ['-c', setting]);
  const child = spawn('git', ['--no-pager', ...settings, '-C', where, ...checked(args)], {
    env: environment(where),
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
  });
  const release = scope.hold(() => child.kill('SIGKILL'));
  const ended = exitOf(child);
  const errors = collectErrors(child);
  // Not awaited while we read: git may answer before it has read all
  const fed = feed(child.stdin, input);
  // what is fed may fail while we still read
  fed.catch(() => undefined);
  try {
    for await (const chunk of child.stdout) {
      if (scope.signal.aborted) throw reasonOf(scope.signal);
      yield chunk as Uint8Array;
    }
    const code = await ended;
    if (scope.signal.aborted) throw reasonOf(scope.signal);
    if (code !== 0) throw gitFault(errors(), code);
    await fed;
  } finally {
    release();
    child.kill('SIGKILL');
    child.stdout.destroy();
  }
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

async function exitOf(child: Child): Promise<number | null> {
  const code = new Promise<number | null>((resolve, reject) => {
    child.once('error', (error) => {
      const missing = codeOf(error) === 'ENOENT';
      const text = missing ? 'git is not installed' : `git did not start (${codeOf(error)})`;
      reject(new FaultError('git.failed', text, { cause: error }));
    });
    child.once('close', resolve);
  });
  // Awaited only after standard output has ended
  code.catch(() => undefined);
  return await code;
}

function collectErrors(child: Child): () => string {
  let text = '';
  child.stderr.setEncoding('latin1');
  child.stderr.on('data', (chunk: string) => {
    if (text.length < MAX_ERRORS) text += chunk.slice(0, MAX_ERRORS - text.length);
  });
  return () => text;
}

/** A broken pipe is git's choice to stop reading; its exit code says why. */
async function feed(stdin: Writable, input: AsyncIterable<Uint8Array> | undefined): Promise<void> {
  let broken = false;
  stdin.on('error', () => {
    broken = true;
  });
  try {
    for await (const chunk of input ?? []) {
      if (broken || stdin.destroyed) return;
      if (!stdin.write(chunk)) {
        await new Promise<void>((resolve) => {
          const go = (): void => {
            stdin.off('drain', go).off('close', go);
            resolve();
          };
          stdin.once('drain', go).once('close', go);
        });
      }
    }
  } finally {
    stdin.end();
  }
}

function gitFault(errors: string, code: number | null): FaultError {
  const line = errors.split('\n').find((text) => /^(fatal|error):/.test(text)) ?? `exit code ${String(code)}`;
  const said = wellFormed(Buffer.from(line, 'latin1').toString('utf8')).slice(0, 300);
  if (/dubious ownership/.test(errors)) return new FaultError('git.dubious-ownership', said);
  if (
    /missing (blob|tree|commit|object)|promisor|could not fetch|unable to read [0-9a-f]{40}|bad object/.test(errors)
  ) {
    return new FaultError('git.object-missing', said);
  }
  return new FaultError('git.failed', said);
}
