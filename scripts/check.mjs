/** `npm run check`: types, lint, format, unused code and the unit tests (import direction among them), side by side. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { ensureInstalled, ROOT, runtime } from './setup.mjs';
import { shardsOf, total } from './run-suite.mjs';
import { SUITES } from './suites.mjs';

export const PATHS = ['src', 'test', 'scripts'];

export const bin = (name) => join(ROOT, 'node_modules', '.bin', name);

/** Runs one tool; its output is shown where it fails. */
export async function step(name, command, args) {
  const started = performance.now();
  const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (chunk) => (text += chunk));
  const [code] = await once(child, 'close');
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(`${code === 0 ? '✔' : '✖'} ${name} (${seconds} s)\n${code === 0 ? '' : text}`);
  return code === 0;
}

export async function check() {
  ensureInstalled();
  const node = runtime();
  const steps = [
    () =>
      step('types', bin('tsc'), [
        ...['-p', 'test/tsconfig.json', '--incremental'],
        ...['--tsBuildInfoFile', join('node_modules', '.cache', 'types.tsbuildinfo')],
      ]),
    () => step('unused code', node, [join('node_modules', 'knip', 'bin', 'knip.js')]),
    () => step('lint', bin('oxlint'), PATHS),
    () => step('format', bin('oxfmt'), ['--check', ...PATHS]),
  ];
  const shards = shardsOf(node, SUITES.unit, { quiet: true });
  const [first, ...others] = steps;
  const results = await inLanes([first, ...shards, ...others], Math.max(3, availableParallelism()));
  const good = results.filter((result) => result === true).length;
  const unit = total(results.filter((result) => typeof result === 'object'));
  process.stdout.write(
    `${unit.failed === 0 ? '✔' : '✖'} unit tests: ${unit.passed} passed, ${unit.failed} failed, ${unit.skipped} skipped\n`,
  );
  return { passed: unit.passed + good, failed: unit.failed + steps.length - good, skipped: unit.skipped };
}

/** Runs tasks in their order, so many at a time. */
async function inLanes(tasks, lanes) {
  const results = [];
  const waiting = tasks.entries();
  const lane = async () => {
    for (const [index, task] of waiting) results[index] = await task();
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
}

if (process.argv[1] === join(ROOT, 'scripts', 'check.mjs')) {
  const counts = await check();
  process.exitCode = counts.failed === 0 ? 0 : 1;
}
