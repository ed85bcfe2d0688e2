/** Start-up: `probity --help` of the built program beside a bare Node, runs in turn, medians and their ratio. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const RUNS = Number(process.argv[2] ?? 11);

function milliseconds(args: readonly string[]): number {
  const started = performance.now();
  const done = spawnSync(process.execPath, args, { stdio: 'ignore' });
  if (done.status !== 0) throw new Error(`${args.join(' ')} ended with ${String(done.status)}`);
  return performance.now() - started;
}

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;

const bare: number[] = [];
const help: number[] = [];
milliseconds([CLI, '--help']);
for (let run = 0; run < RUNS; run += 1) {
  bare.push(milliseconds(['-e', '0']));
  help.push(milliseconds([CLI, '--help']));
}
const [a, b] = [median(bare), median(help)];
process.stdout.write(
  `bare node ${a.toFixed(1)} ms, probity --help ${b.toFixed(1)} ms, ratio ${(b / a).toFixed(2)} (goal: at most 1.5; medians of ${String(RUNS)} interleaved runs)\n`,
);
