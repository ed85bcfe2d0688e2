/** Builds the program: one bundle with lazy parts, the checks as one JSON file, the type declarations. Runs on Node 20 and newer. */
import { execFileSync } from 'node:child_process';
import { chmodSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { ROOT, run, runtime } from './setup.mjs';

// built beside and put in place at the end: a build that fails leaves the old program whole
const next = join(ROOT, '.dist-next');
const dist = join(ROOT, 'dist');
rmSync(next, { recursive: true, force: true });

const node = runtime();
const templates = execFileSync(node, [join('scripts', 'build-templates.ts')], { cwd: ROOT, encoding: 'utf8' });

const common = {
  absWorkingDir: ROOT,
  outdir: next,
  bundle: true,
  platform: 'node',
  target: 'node22',
  packages: 'external',
  legalComments: 'none',
  logLevel: 'warning',
};

await build({
  ...common,
  entryPoints: { cli: 'src/cli.ts', index: 'src/index.ts' },
  splitting: true,
  format: 'esm',
  plugins: [
    {
      name: 'compiled-templates',
      setup(bundler) {
        bundler.onLoad({ filter: /[\\/]report[\\/]html[\\/]compile\.ts$/ }, () => ({
          contents: templates,
          loader: 'js',
        }));
      },
    },
  ],
});
// The worker stands beside the chunks, where the scanner's `new URL('./worker.cjs', import.meta.url)` finds it. Each thread loads it anew:
// one file that is no ES module takes 20 ms less of each thread's start
await build({
  ...common,
  entryPoints: { worker: 'src/collectors/secrets/worker.ts' },
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
});
chmodSync(join(next, 'cli.js'), 0o755);

run(node, [join('scripts', 'build-pack.ts'), join(next, 'pack.json')]);
run(node, [join('node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.json', '--outDir', join(next, 'types')]);
rmSync(dist, { recursive: true, force: true });
renameSync(next, dist);
