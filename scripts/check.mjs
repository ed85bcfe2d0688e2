/** `npm run check`: types, lint, format, unused code and the unit tests (import direction among them), side by side. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ensureInstalled, ROOT, runtime } from './setup.mjs';
import { runSuite } from './run-suite.mjs';
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
  const statics = (async () => [
    await step('types', bin('tsc'), [
      ...['-p', 'test/tsconfig.json', '--incremental'],
      ...['--tsBuildInfoFile', join('node_modules', '.cache', 'types.tsbuildinfo')],
    ]),
    await step('lint', bin('oxlint'), PATHS),
    await step('format', bin('oxfmt'), ['--check', ...PATHS]),
    await step('unused code', node, [join('node_modules', 'knip', 'bin', 'knip.js')]),
  ])();
  const [steps, unit] = await Promise.all([statics, runSuite(node, SUITES.unit, { quiet: true })]);
  const failed = steps.filter((ok) => !ok).length;
  process.stdout.write(
    `${unit.failed === 0 ? '✔' : '✖'} unit tests: ${unit.passed} passed, ${unit.failed} failed, ${unit.skipped} skipped\n`,
  );
  return { passed: unit.passed + steps.length - failed, failed: unit.failed + failed, skipped: unit.skipped };
}

if (process.argv[1] === join(ROOT, 'scripts', 'check.mjs')) {
  const total = await check();
  process.exitCode = total.failed === 0 ? 0 : 1;
}
