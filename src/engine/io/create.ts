/** Builds the `IO` that one job gets, out of the world that all jobs of a run share. */
import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { FaultError } from '../../model/fault.ts';
import type { IO } from '../../model/io.ts';
import type { NetworkOptions } from '../../model/options.ts';
import type { Data } from './data.ts';
import { createDeadline } from '../deadline.ts';
import { openTree } from './files.ts';
import { keptFile } from './kept.ts';
import { createLines } from './lines.ts';
import { createScope } from './scope.ts';
import { openTcp } from './tcp.ts';
import { createWorld, type World } from './world.ts';

export interface JobIO {
  readonly io: IO;
  /** Ends everything the job left open. Call it in `finally`. */
  end(): void;
}

export interface JobSettings {
  /** The run's interruption and the job's deadline in one. */
  readonly signal: AbortSignal;
  readonly data: Data;
  progress?(note: string): void;
  /** Called when the job had to wait for the user's own limits. */
  waited?(): void;
}

/** Loads a part where it is first used, since a scan of raw hellos needs none of them; asking the loader each time costs more than a promise. */
function later<T>(load: () => Promise<T>): () => Promise<T> {
  let loading: Promise<T> | undefined;
  return () => (loading ??= load());
}

const tlsModule = later(() => import('./tls.ts'));
const fetchModule = later(() => import('./fetch.ts'));

/** The capabilities of one job. Every promise of theirs ends when the signal aborts. */
export function createJobIO(world: World, settings: JobSettings): JobIO {
  const { data } = settings;
  const ended = new AbortController();
  const signal = AbortSignal.any([settings.signal, ended.signal]);
  setMaxListeners(0, signal);
  const lines = createLines();
  const scope = createScope(
    signal,
    () => settings.waited?.(),
    () => lines.yieldSlots(),
  );
  const io: IO = {
    signal,
    now: () => new Date().toISOString(),
    random: (bytes) => new Uint8Array(randomBytes(bytes)),
    runKey: world.runKey,
    dns: (request) => world.dns.ask(request, signal),
    tcp: (host, port) => openTcp(world, scope, host, port),
    tls: async (over, options) => await (await tlsModule()).startTls(world, scope, over, options),
    fetch: async (request) => await (await fetchModule()).fetchHop(world, scope, lines, request),
    aws: (request) => world.aws.configure(request, signal),
    files: (root) => openTree(root, signal),
    kept: (path) => keptFile(path),
    git: async function* git(repository, args, input) {
      yield* (await import('./git.ts')).runGit(scope, repository, args, input);
    },
    data: async (name) => data.bytes(name),
    progress: (note) => settings.progress?.(note),
  };
  // Aborting closes what the scope holds, and ends what still waits: questions, turns, slots
  return { io, end: () => ended.abort(new FaultError('engine.interrupted', 'the job has ended')) };
}

/** `IO` for one observation outside of a run (commands such as `tls scan`, and tests): a world of its own, ended by `end`. */
export function createIO(network: NetworkOptions, settings: JobSettings & { readonly deadlineMs?: number }): JobIO {
  const world = createWorld(network);
  const { deadlineMs } = settings;
  const deadline =
    deadlineMs === undefined
      ? undefined
      : createDeadline(settings.signal, deadlineMs, 'engine.deadline', `it took longer than ${String(deadlineMs)} ms`);
  const job = createJobIO(world, {
    ...settings,
    ...(deadline !== undefined && { signal: deadline.signal, waited: deadline.renew }),
  });
  return {
    io: job.io,
    end() {
      deadline?.clear();
      job.end();
      world.close();
    },
  };
}
