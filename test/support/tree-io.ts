/** An `IO` for source collectors: the engine's own file capability and given detectors; everything else refuses. */
import { runGit } from '../../src/engine/io/git.ts';
import { createScope } from '../../src/engine/io/scope.ts';
import { keptFile } from '../../src/engine/io/kept.ts';
import { openTree } from '../../src/engine/io/files.ts';
import { FaultError } from '../../src/model/fault.ts';
import type { Job } from '../../src/model/evidence.ts';
import type { IO } from '../../src/model/io.ts';
import type { JobOptions } from '../../src/model/io.ts';

export function treeIO(detectors: Uint8Array, signal: AbortSignal): IO {
  const refuse = (): never => {
    throw new TypeError('this collector has no business with that capability');
  };
  return {
    signal,
    now: () => '2026-01-01T00:00:00.000Z',
    random: (bytes) => new Uint8Array(bytes).fill(7),
    runKey: new Uint8Array(32).fill(7),
    dns: refuse,
    tcp: refuse,
    tls: refuse,
    fetch: refuse,
    aws: refuse,
    git: (repository, args, input) => runGit(createScope(signal), repository, args, input),
    files: (root) => openTree(root, signal),
    kept: (path) => keptFile(path),
    async data(name) {
      if (name === 'detectors') return detectors;
      throw new FaultError('data.missing');
    },
    progress: () => undefined,
  };
}

export function sourceJob(collector: string, path: string, options: JobOptions = {}): Job {
  return { collector, target: { kind: 'source', id: `source:${path}`, labels: {} }, options: { path, ...options } };
}
