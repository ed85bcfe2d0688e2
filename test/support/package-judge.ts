/** Judges a small tree on disk by the package checks: files in, verdicts out; with `network`, the registry collectors too. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { advisories } from '../../src/collectors/packages/advisories.ts';
import { packages } from '../../src/collectors/packages/collector.ts';
import { registry } from '../../src/collectors/packages/registry.ts';
import { createData } from '../../src/engine/io/data.ts';
import { createIO } from '../../src/engine/io/create.ts';
import { judge, type Observed } from '../../src/judge/judge.ts';
import type { Check } from '../../src/model/check.ts';
import type { Collector } from '../../src/model/collector.ts';
import { FaultError } from '../../src/model/fault.ts';
import { byCodeUnit, type Json, type JsonObject } from '../../src/model/json.ts';
import type { NetworkOptions } from '../../src/model/options.ts';
import type { Verdict } from '../../src/model/result.ts';
import { validateFacts } from '../../src/packs/facts-schema.ts';
import { readPack } from '../../src/packs/load.ts';

const COLLECTORS: { readonly [id: string]: Collector } = { packages, registry, advisories };

let loaded: readonly Check[] | undefined;

export function packageChecks(): readonly Check[] {
  if (loaded !== undefined) return loaded;
  const schemas = new Map(
    Object.entries(COLLECTORS).map(([id, { rawSchema, factsSchema }]) => [
      id,
      { rawSchema, factsSchema, accepts: ['source' as const] },
    ]),
  );
  const folder = fileURLToPath(new URL('../../checks/package', import.meta.url));
  loaded = readPack(folder, schemas).pack.checks.filter((check) => check.needs.every((id) => id in COLLECTORS));
  return loaded;
}

export interface Judged {
  readonly verdicts: readonly Verdict[];
  readonly raw: Json | undefined;
  readonly facts: Json | undefined;
}

const NETWORK: NetworkOptions = {
  resolvers: [],
  connectTo: [],
  allowPrivate: true,
  timeoutMs: 3000,
  concurrency: 4,
  rate: 0,
  maxConnections: 8,
};

export type Files = { readonly [path: string]: unknown };

/** Text as it is, everything else as JSON. */
export function writeTree(files: Files): string {
  const folder = mkdtempSync(join(tmpdir(), 'probity-packages-'));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return folder;
}

/** One collector over the tree. `options` are job options beside the path. */
export async function judged(
  id: 'packages' | 'registry' | 'advisories',
  files: Files,
  options: JsonObject = {},
  asOf = '2026-01-01T00:00:00.000Z',
): Promise<Judged> {
  const folder = writeTree(files);
  const collector = COLLECTORS[id];
  if (collector === undefined) throw new TypeError(id);
  const target = { kind: 'source' as const, id: 'source:./tree', labels: {} };
  const job = createIO(NETWORK, { signal: AbortSignal.timeout(60_000), data: createData([]) });
  let observed: Observed;
  let raw: Json | undefined;
  let facts: Json | undefined;
  try {
    raw = JSON.parse(
      JSON.stringify(await collector.observe({ collector: id, target, options: { path: folder, ...options } }, job.io)),
    ) as Json;
    const problems = [...validateFacts(collector.rawSchema, raw)];
    const interpreted = collector.interpret(raw);
    facts = interpreted.facts;
    problems.push(...validateFacts(collector.factsSchema, facts));
    if (problems.length > 0) throw new Error(JSON.stringify(problems));
    observed = { is: 'facts', id: 'ev-test', ...interpreted, why: {} };
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    observed = { is: 'fault', id: 'ev-test', fault: error.fault };
  } finally {
    job.end();
    rmSync(folder, { recursive: true, force: true });
  }
  const checks = packageChecks().filter((check) => check.needs.includes(id));
  return { verdicts: judge(checks, [{ target, collectors: { [id]: observed } }], asOf), raw, facts };
}

/** What failed, asks a person or could not be told: `id subject`, with `:status` where it is no fail; sorted. */
export function troubles({ verdicts }: Judged): readonly string[] {
  return verdicts
    .filter((one) => one.status !== 'pass' && one.status !== 'not-applicable')
    .map((one) => `${one.check}${one.status === 'fail' ? '' : `:${one.status}`} ${one.subject}`)
    .sort(byCodeUnit);
}
