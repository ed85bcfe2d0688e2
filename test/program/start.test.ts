/** What the program loads: nothing heavy for --help, no AWS module for an audit without AWS targets. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { startDns } from '../../src/lab/dns.ts';
import { probity } from '../support/program.ts';

const BASE = mkdtempSync(join(tmpdir(), 'probity-start-'));
after(() => rmSync(BASE, { recursive: true, force: true }));

/** Runs the program with a hook that writes down every module it loads. */
async function loaded(args: readonly string[]): Promise<{ code: number | null; modules: string[] }> {
  const log = join(BASE, `log-${String(Math.random())}`);
  const hook = join(BASE, 'hook.mjs');
  writeFileSync(
    hook,
    `import { registerHooks } from 'node:module';
import { appendFileSync } from 'node:fs';
registerHooks({ load(url, context, next) { appendFileSync(process.env.MODULE_LOG, url + '\\n'); return next(url, context); } });
`,
  );
  writeFileSync(log, '');
  const { code } = await probity(args, {
    cwd: BASE,
    env: { MODULE_LOG: log },
    nodeArgs: ['--import', pathToFileURL(hook).href],
  });
  return {
    code,
    modules: readFileSync(log, 'utf8')
      .split('\n')
      .filter((line) => line !== ''),
  };
}

const HEAVY = /node_modules\/(?:yaml|ajv|handlebars|@aws-sdk|@smithy)\//;

test('--help and --version load none of the libraries', async () => {
  for (const args of [['--help'], ['--version'], ['audit', '--help'], ['help', 'replay']]) {
    const { code, modules } = await loaded(args);
    assert.equal(code, 0);
    assert.ok(
      modules.some((url) => url.endsWith('dist/cli.js')),
      args.join(' '),
    );
    assert.deepEqual(
      modules.filter((url) => HEAVY.test(url)),
      [],
      args.join(' '),
    );
  }
});

test('an audit of DNS alone loads no AWS module', async () => {
  const dns = await startDns({
    lines: ['$ORIGIN example.test.', '@ SOA ns1 h 1 7200 3600 1209600 300', '@ TXT "v=spf1 -all"'],
  });
  try {
    const { code, modules } = await loaded([
      'audit',
      'example.test',
      '--resolver',
      dns.address,
      '--checks',
      'spf.*',
      '--output',
      join(BASE, 'out'),
    ]);

    assert.ok(code === 0 || code === 1, String(code));
    assert.ok(
      modules.some((url) => /node_modules\/handlebars\//.test(url)),
      'the hook sees libraries',
    );
    assert.deepEqual(
      modules.filter((url) => /@aws-sdk|@smithy/.test(url)),
      [],
    );
  } finally {
    await dns.close();
  }
});

test('help is on standard output with exit 0, and without a command it is a usage error', async () => {
  const help = await probity(['--help']);
  const none = await probity([]);

  assert.equal(help.code, 0);
  assert.match(help.stdout, /Usage: probity COMMAND/);
  assert.equal(none.code, 2);
});

test('the completion scripts are accepted by their shells', async () => {
  const { spawnSync } = await import('node:child_process');
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { stdout, code } = await probity(['completion', shell]);
    assert.equal(code, 0);
    assert.match(stdout, /checks-dir/);
    const checked = spawnSync(shell, ['-n'], { input: stdout, encoding: 'utf8' });
    if (checked.error === undefined) assert.equal(checked.status, 0, `${shell}: ${checked.stderr}`);
  }
});
