/** Replays a run of 1,000 domains with about 4 KiB of evidence each, without HTML, and prints the best of five; the goal is 2 s. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { builtInPack } from '../../src/commands/packs.ts';
import { evidenceId, seal } from '../../src/engine/evidence.ts';
import { clearOutputFolder } from '../../src/engine/output-folder.ts';
import { evidenceStore } from '../../src/engine/store.ts';
import { collector } from '../../src/collectors/dns/index.ts';
import type { Evidence } from '../../src/model/evidence.ts';
import { replay } from '../../src/pipeline.ts';
import { readRun } from '../../src/run-folder.ts';
import { domainJob, labIo } from '../support/dns-io.ts';

const TARGETS = 1000;
const RUNS = 5;
const NO_REPORTS = { keepsResults: false, add: () => undefined };
const AT = '2026-11-22T10:00:00.000Z';

/** Evidence of a domain that sends no mail, as the collector makes it from a zone in memory. */
async function evidenceOf(domain: string): Promise<Evidence> {
  const lines = [
    `$ORIGIN ${domain}.`,
    '@ SOA ns1 hostmaster 1 7200 3600 1209600 300',
    '@ NS ns1',
    'ns1 A 192.0.2.53',
    '@ MX 0 .',
    '@ TXT "v=spf1 -all"',
    '_dmarc TXT "v=DMARC1; p=reject"',
  ];
  const job = domainJob(domain);
  const raw = await collector.observe(job, labIo({ lines }).io);
  return seal({
    schema: 'evidence/1',
    id: evidenceId(job),
    job,
    collectorVersion: collector.version,
    startedAt: AT,
    elapsedMs: 1,
    attempts: 1,
    redactions: 0,
    outcome: { is: 'observed', raw },
  });
}

/** A run folder as `audit` leaves it, with no results: a replay judges anew. Answers the bytes of its evidence. */
async function makeRun(folder: string): Promise<number> {
  clearOutputFolder(folder);
  const store = evidenceStore(folder);
  let bytes = 0;
  const targets: unknown[] = [];
  const entries: unknown[] = [];
  for (let index = 0; index < TARGETS; index++) {
    const evidence = store.keep(await evidenceOf(`d${String(index).padStart(4, '0')}.example`));
    const { id } = evidence.job.target;
    bytes += JSON.stringify(evidence).length;
    targets.push({ id, kind: 'domain', labels: {}, jobs: { planned: 1, observed: 1, faulted: 0 } });
    entries.push({ id: evidence.id, collector: 'dns', target: id, observedAt: AT, digest: evidence.digest });
  }
  const run = {
    schema: 'run/1',
    tool: { name: 'probity', version: '0' },
    id: 'bench',
    asOf: AT,
    startedAt: AT,
    finishedAt: AT,
    complete: true,
    packs: [],
    targets,
    results: [],
    evidence: entries,
  };
  writeFileSync(join(folder, 'run.json'), JSON.stringify(run));
  writeFileSync(join(folder, 'inputs.json'), JSON.stringify({ schema: 'inputs/1', options: {}, customPacks: [] }));
  return bytes;
}

const root = mkdtempSync(join(tmpdir(), 'probity-bench-'));
try {
  const bytes = await makeRun(join(root, 'run'));
  const packageRoot = fileURLToPath(new URL('../../', import.meta.url));
  const pack = await builtInPack({ packageRoot, cwd: packageRoot });
  for (const [checks, output] of [
    [['spf.*'], undefined],
    [['spf.*'], join(root, 'again')],
    [[], undefined],
    [[], join(root, 'again')],
  ] as const) {
    let best = Number.POSITIVE_INFINITY;
    let cpu = Number.POSITIVE_INFINITY;
    let results = 0;
    for (let run = 0; run < RUNS; run++) {
      const started = performance.now();
      const before = process.cpuUsage();
      const outcome = await replay({
        stored: readRun(join(root, 'run')),
        pack,
        added: [],
        changes: { checks },
        version: '0',
        listener: () => undefined,
        // What the command does where no report but run.json is wanted
        ...(output !== undefined && { output, reports: () => Promise.resolve(NO_REPORTS) }),
      });
      best = Math.min(best, performance.now() - started);
      const { user, system } = process.cpuUsage(before);
      cpu = Math.min(cpu, (user + system) / 1000);
      results = Object.values(outcome.run.summary.byStatus).reduce((sum, count) => sum + count, 0);
    }
    console.log(
      `${String(TARGETS)} targets of ${(bytes / TARGETS / 1024).toFixed(1)} KiB, ${checks[0] ?? 'all checks'}, ` +
        `${output === undefined ? 'to memory' : 'to a folder'}: ${String(results)} results, ` +
        `best of ${String(RUNS)}: ${best.toFixed(0)} ms (goal 2000), ${cpu.toFixed(0)} ms of CPU`,
    );
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}
