/** Runs one suite under the installed Node and counts its tests from the runner's closing lines. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { ROOT } from './setup.mjs';

/**
 * The parts of a suite, each of which runs in a process of its own when it is called.
 * @returns {(() => Promise<{passed: number, failed: number, skipped: number}>)[]}
 */
export function shardsOf(node, suite, options = {}) {
  const count = suite.shards ?? 1;
  return Array.from({ length: count }, (_, index) => () => runShard(node, suite, `${index + 1}/${count}`, options));
}

/** @returns {{passed: number, failed: number, skipped: number}} */
export function total(parts) {
  const sum = (key) => parts.reduce((all, part) => all + part[key], 0);
  return { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') };
}

/** Runs a suite, its parts side by side. */
export async function runSuite(node, suite, options = {}) {
  return total(await Promise.all(shardsOf(node, suite, options).map((run) => run())));
}

async function runShard(node, suite, shard, { quiet = false }) {
  const isolation =
    suite.own === true ? ['--test-isolation=process', '--test-concurrency=1'] : ['--test-isolation=none'];
  const args = ['--test', ...isolation, `--test-shard=${shard}`, '--test-reporter=spec', suite.files];
  const child = spawn(node, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (chunk) => {
    text += chunk;
    if (!quiet) process.stdout.write(chunk);
  });
  const [code] = await once(child, 'close');
  const count = (name) => Number(new RegExp(`^ℹ ${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
  const result = {
    passed: count('pass'),
    failed: count('fail') + count('cancelled'),
    skipped: count('skipped') + count('todo'),
    ok: code === 0,
  };
  if (quiet && !result.ok) process.stdout.write(text.slice(text.indexOf('✖ failing tests:')));
  // a runner that died counted nothing: that is a failure too
  return result.ok || result.failed > 0 ? result : { ...result, failed: 1 };
}
