/** Judges small trees that live in memory by the checks of the code collector: a path and a text in, the ids of what failed out. */
import { fileURLToPath } from 'node:url';
import { collector } from '../../src/collectors/code/collector.ts';
import { judge } from '../../src/judge/judge.ts';
import { FaultError } from '../../src/model/fault.ts';
import type { Check } from '../../src/model/check.ts';
import type { FileTree, IO } from '../../src/model/io.ts';
import { byCodeUnit, type Json } from '../../src/model/json.ts';
import type { Verdict } from '../../src/model/result.ts';
import { readPack } from '../../src/packs/load.ts';
import { sourceJob, treeIO } from './tree-io.ts';

export type Files = { readonly [path: string]: string };

/** A tree of these files and nothing else; there is no git repository. */
export function memoryIO(files: Files): IO {
  const tree: FileTree = {
    root: '/memory',
    async *walk() {
      const paths = Object.keys(files).sort(byCodeUnit);
      yield* paths.map((path) => ({ path, kind: 'file' as const, size: Buffer.byteLength(files[path] ?? '') }));
    },
    async *lists() {
      for await (const entry of this.walk()) yield [entry];
    },
    async read(path) {
      const text = files[path];
      if (text === undefined) throw new FaultError('source.not-found', `${path} is not there`);
      return Buffer.from(text);
    },
  };
  return {
    ...treeIO(new Uint8Array(), new AbortController().signal),
    // oxlint-disable-next-line require-yield -- there is nothing to say
    async *git() {
      throw new FaultError('git.failed', 'not a git repository');
    },
    files: () => tree,
  };
}

let loaded: readonly Check[] | undefined;

/** The checks that need the code collector. */
export function codeChecks(): readonly Check[] {
  if (loaded !== undefined) return loaded;
  const folder = fileURLToPath(new URL('../../checks', import.meta.url));
  const { rawSchema, factsSchema } = collector;
  const schemas = new Map([['code', { rawSchema, factsSchema, accepts: ['source' as const] }]]);
  loaded = ['code', 'package']
    .flatMap((group) => readPack(`${folder}/${group}`, schemas).pack.checks)
    .filter((check) => check.needs.includes('code'));
  return loaded;
}

export async function rawOf(files: Files, options: { readonly strict?: true } = {}): Promise<Json> {
  return await collector.observe(sourceJob('code', './memory', options), memoryIO(files));
}

export async function verdictsOf(files: Files, options: { readonly strict?: true } = {}): Promise<readonly Verdict[]> {
  const { facts, at } = collector.interpret(await rawOf(files, options));
  const target = { kind: 'source' as const, id: 'source:./memory', labels: {} };
  const seen = { is: 'facts' as const, id: 'ev-0000000000000000', facts, at, why: {} };
  return judge(codeChecks(), [{ target, collectors: { code: seen } }], '2026-01-01T00:00:00.000Z');
}

/** What failed or asks a person: `id`, `id:severity` where it is not that of the check, `id:manual`; each once, sorted. */
export async function found(files: Files, options: { readonly strict?: true } = {}): Promise<readonly string[]> {
  const ids = (await verdictsOf(files, options)).flatMap((verdict) => {
    if (verdict.waiver !== undefined) return [`${verdict.check}:waived`];
    if (verdict.status === 'manual') return [`${verdict.check}:manual`];
    if (verdict.status === 'error') return [`${verdict.check}:error`];
    if (verdict.status !== 'fail') return [];
    const usual = codeChecks().find((check) => check.id === verdict.check)?.severity;
    return [usual === verdict.severity ? verdict.check : `${verdict.check}:${verdict.severity}`];
  });
  return [...new Set(ids)].sort(byCodeUnit);
}
