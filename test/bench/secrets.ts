/**
 * Times the scanner beside gitleaks and Kingfisher on trees, interleaved, each from a warm start, medians; prints ratios.
 * `node test/bench/secrets.ts [--runs N] [--gitleaks FILE] [--kingfisher FILE] TREE…`
 * With `--history` on the histories of repositories, and a second run of ours with what the first remembered.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildSync } from 'esbuild';
import type { DetectorSet } from '../../src/model/detector.ts';
import { ownDetectorData } from '../support/detectors.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '3' },
    history: { type: 'boolean', default: false },
    gitleaks: { type: 'string' },
    kingfisher: { type: 'string' },
  },
});

interface Peer {
  readonly name: string;
  readonly note: string;
  readonly command: (tree: string) => readonly string[];
}

interface Sample {
  readonly seconds: number;
  /** User and system time: what a busy machine does not distort. */
  readonly cpu: number;
  readonly megabytes: number;
  readonly output: string;
}

/** Bundles the scanner as the product does (scripts/build.mjs): plain JavaScript, the worker beside it. */
function build(): string {
  const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
  const common = { bundle: true, platform: 'node', target: 'node22', outdir: folder, logLevel: 'error' } as const;
  buildSync({ ...common, entryPoints: { scan: source('./secrets-scan.ts') }, splitting: true, format: 'esm' });
  const worker = source('../../src/collectors/secrets/worker.ts');
  buildSync({ ...common, entryPoints: { worker }, format: 'cjs', outExtension: { '.js': '.cjs' } });
  // as the product says it: without it Node would parse each file twice to find out
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  return join(folder, 'scan.js');
}

// the product ships its detectors as one JSON file; reading 300 YAML files is no part of a scan
const folder = mkdtempSync(join(tmpdir(), 'probity-bench-'));
const data = join(folder, 'detectors.json');
writeFileSync(data, ownDetectorData());
const { detectors } = JSON.parse(readFileSync(data, 'utf8')) as DetectorSet;
const bundle = build();

const peers: readonly Peer[] = [
  {
    name: 'ours',
    note: `${String(detectors.length)} detectors`,
    command: (tree) => [process.execPath, bundle, data, tree, ...(values.history ? ['--history'] : [])],
  },
  ...(values.history
    ? [
        {
          name: 'ours, again',
          note: 'with --state, after a run of the same; the first of these is not counted',
          command: (tree: string) => [process.execPath, bundle, data, tree, '--history', join(folder, 'state')],
        },
      ]
    : []),
  ...(values.gitleaks === undefined
    ? []
    : [
        {
          name: 'gitleaks',
          note: '222 rules; skips node_modules, vendor and lockfiles by path',
          command: (tree: string) => [
            values.gitleaks ?? '',
            values.history ? 'git' : 'dir',
            '--no-banner',
            '--exit-code',
            '0',
            '--log-level',
            'error',
            tree,
          ],
        },
      ]),
  ...(values.kingfisher === undefined
    ? []
    : [
        {
          name: 'kingfisher',
          note: '488 rules, archives and validation off',
          command: (tree: string) => [
            values.kingfisher ?? '',
            'scan',
            tree,
            '--no-validate',
            '--no-extract-archives',
            '--git-history',
            values.history ? 'full' : 'none',
            '--format',
            'json',
            '-o',
            '/dev/null',
          ],
        },
      ]),
];

/** A small tree, as large as to set all of a scanner in motion: our own source. */
const small = fileURLToPath(new URL('../../src', import.meta.url));

/** Reads all files of a tree. */
function readThrough(tree: string): void {
  for (const entry of readdirSync(tree, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) readFileSync(join(entry.parentPath, entry.name));
  }
}

/**
 * Before each run of each: the tree and the whole program are in memory, so that scanning is timed and not the disk. While one of them scans
 * for half a minute, a system may take from memory what the next one needs.
 */
function warm(peer: Peer, tree: string): void {
  if (values.history) return;
  measure(peer.command(small));
  readThrough(tree);
}

/** Wall time, processor time and peak memory, by /usr/bin/time. */
function measure(command: readonly string[]): Sample {
  const started = performance.now();
  const child = spawnSync('/usr/bin/time', ['-f', '%M %U %S', ...command], { encoding: 'utf8', maxBuffer: 1 << 28 });
  const seconds = (performance.now() - started) / 1000;
  const [kilobytes = 0, user = 0, system = 0] = (child.stderr.trim().split('\n').at(-1) ?? '').split(' ').map(Number);
  return { seconds, cpu: user + system, megabytes: kilobytes / 1024, output: child.stdout };
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

function compare(tree: string): void {
  const samples = new Map<string, Sample[]>(peers.map((peer) => [peer.name, []]));
  if (values.history) measure([process.execPath, bundle, data, tree, '--history', join(folder, 'state')]);
  for (let run = 0; run < Number(values.runs); run++) {
    for (const peer of peers) {
      warm(peer, tree);
      samples.get(peer.name)?.push(measure(peer.command(tree)));
    }
  }
  const base = median((samples.get('ours') ?? []).map((sample) => sample.seconds));
  console.log(`\n${tree}`);
  console.log(samples.get('ours')?.[0]?.output.trim());
  for (const peer of peers) {
    const all = samples.get(peer.name) ?? [];
    const seconds = median(all.map((sample) => sample.seconds));
    const cpu = median(all.map((sample) => sample.cpu));
    const memory = Math.max(...all.map((sample) => sample.megabytes));
    console.log(
      `${peer.name.padEnd(12)} ${seconds.toFixed(2).padStart(8)} s  ${(seconds / base).toFixed(2).padStart(7)} x ours  ${cpu.toFixed(2).padStart(8)} s CPU  ${memory.toFixed(0).padStart(5)} MiB  (${peer.note})`,
    );
  }
}

for (const tree of positionals) compare(tree);
rmSync(folder, { recursive: true });
