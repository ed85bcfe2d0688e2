/** What a user gets wrong: one clear message, the right exit code, never a stack trace, never a pass. */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { startDns } from '../../src/lab/dns.ts';
import type { Run } from '../../src/model/result.ts';
import { probity, type Ran } from '../support/program.ts';

const BASE = mkdtempSync(join(tmpdir(), 'probity-bad-'));
after(() => rmSync(BASE, { recursive: true, force: true }));

let counter = 0;
function folder(files: { readonly [name: string]: string } = {}): string {
  const path = join(BASE, String((counter += 1)));
  mkdirSync(join(path, '.git'), { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(path, name, '..'), { recursive: true });
    writeFileSync(join(path, name), text);
  }
  return path;
}

function isClear(ran: Ran): void {
  assert.doesNotMatch(ran.stdout + ran.stderr, /\n\s+at .*[:)]\d+|node:internal|a defect of Probity/, ran.stderr);
}

async function refused(args: readonly string[], message: RegExp, cwd: string = folder()): Promise<void> {
  const ran = await probity(args, { cwd });
  assert.equal(ran.code, 2, `${args.join(' ')}: ${ran.stdout}${ran.stderr}`);
  assert.match(ran.stderr, message);
  assert.equal(ran.stdout, '', args.join(' '));
  isClear(ran);
}

test('mistakes in the call end with exit 2, one message on standard error and the way out', async () => {
  await refused(['audit', 'example.test', '--formt', 'html'], /unknown option --formt \(did you mean "--format"/);
  await refused(['audti'], /unknown command "audti" \(did you mean "audit"\?\)/);
  await refused(['--colour'], /unknown option --colour/);
  await refused(['audit'], /no target: name one/);
  await refused(['audit', 'gopher://x'], /unknown scheme "gopher"/);
  await refused(
    ['audit', 'example.test', '--checks', 'dmarc.p.nnoe'],
    /no check is named "dmarc\.p\.nnoe" \(did you mean "dmarc\.p\.none"/,
  );
  await refused(['audit', 'example.test', '--skip', 'nothing.*'], /no check is named "nothing\.\*"/);
  await refused(['audit', 'example.test', '--profile', 'defualt'], /no profile "defualt" \(did you mean "default"\?\)/);
  await refused(['audit', 'example.test', '--format', 'htlm'], /no format "htlm" \(did you mean "html"\?\)/);
  await refused(['audit', './x', '--checks', 'tls.*'], /no check is selected that fits these targets/);
  await refused(['audit', 'example.test', '--resolver', 'dns.test'], /--resolver: expected IP or IP:PORT/);
  await refused(['audit', 'example.test', '--as-of', 'yesterday'], /--as-of: expected a time/);
  await refused(['audit', 'example.test', '--config', 'nope.yaml'], /nope\.yaml: cannot be read/);
  await refused(['audit', 'example.test', '--checks-dir', 'nope'], /nope/);
  await refused(['replay', 'nope'], /run\.json cannot be read \(ENOENT\): is this a run folder\?/);
  await refused(['replay'], /expected one run folder/);
  await refused(['explain', 'dmarc.p.nnoe'], /dmarc\.p\.nnoe.*dmarc\.p\.none/);
  await refused(['list', 'chekcs'], /checks/);
  await refused(['schema', 'nope'], /nope/);
  await refused(['completion', 'tcsh'], /expected bash, zsh or fish/);
  await refused(['audit', 'example.test', '--osv', 'nope'], /--osv nope: there is no such folder/);
  await refused(['audit', 'example.test', '--earlier-run', 'nope'], /--earlier-run nope: there is no such folder/);
  for (const later of ['--claims', '--waivers', '--baseline', '--sign', '--shard']) {
    await refused(['audit', 'example.test', later, 'x'], new RegExp(`unknown option ${later}`));
  }
});

test('mistakes in probity.yaml and in check files are named with file, line and column', async () => {
  const check = (path: string): string => `id: mine.rule
version: 1
title: A rule of our own
severity: low
needs: dns
target: domain
references: [{ spec: "Our handbook", section: "1.2" }]
assert: { path: ${path}, op: present, value: true }
remediation: Do it.
examples:
  - { expect: pass, facts: {} }
  - { expect: fail, facts: {} }
`;
  await refused(
    ['audit'],
    /probity\.yaml:2:1: unknown key "formt" \(did you mean "format"\?\)/,
    folder({ 'probity.yaml': 'targets: [a.test]\nformt: [html]\n' }),
  );
  await refused(['audit'], /probity\.yaml:\d+:\d+: /, folder({ 'probity.yaml': 'targets: [a.test\n' }));
  await refused(
    ['audit'],
    /probity\.yaml:1:11: target "exa mple" cannot be read/,
    folder({ 'probity.yaml': 'targets: ["exa mple"]\n' }),
  );
  await refused(
    ['audit', 'a.test', '--checks-dir', 'mine'],
    /^probity: mine\/mine\.rule\.yaml:8:17: "dmarc" has no "plicy" \(did you mean "dmarc\.policy"/,
    folder({ 'mine/mine.rule.yaml': check('dmarc.plicy') }),
  );
});

test('a value of probity.yaml that only the run finds wrong is named with its place, and by the names of the file', async () => {
  const wrong: readonly (readonly [line: string, message: RegExp])[] = [
    ['profile: [default, defualt]', /^probity: probity\.yaml:2:20: profile: there is no profile "defualt"/],
    ['checks: [tls.*, dmarc.p.nnoe]', /^probity: probity\.yaml:2:17: checks: no check is named "dmarc\.p\.nnoe"/],
    ['skip: [nothing.*]', /^probity: probity\.yaml:2:8: skip: no check is named/],
    ['format: [html, htlm]', /^probity: probity\.yaml:2:16: format: there is no format "htlm"/],
    ['checksDir: [nope]', /^probity: probity\.yaml:2:13: checksDir: the folder of checks .*nope cannot be read/],
    ['rules: nope.toml', /^probity: probity\.yaml:2:8: rules: the rules file nope\.toml cannot be read \(ENOENT\)/],
    ['output: full', /^probity: probity\.yaml:2:9: output: .*full is not empty .*: name another folder with output/],
    ['hstsList: letter', /^probity: probity\.yaml:2:11: hstsList: needs hstsListDate with the day/],
    ['state: kept', /^probity: probity\.yaml:2:8: state needs history/],
  ];
  for (const [line, message] of wrong) {
    const files = { 'probity.yaml': `targets: [a.test]\n${line}\n`, 'full/letter': 'dear', letter: 'dear' };
    await refused(['audit'], message, folder(files));
  }
  // what stands on the command line is not the file's mistake
  await refused(
    ['audit', '--profile', 'defualt'],
    /^probity: there is no profile "defualt"/,
    folder({ 'probity.yaml': 'targets: [a.test]\nprofile: [default]\n' }),
  );
});

test('an output folder that holds something else is left alone', async () => {
  const cwd = folder({ 'out/letter.txt': 'dear' });

  await refused(['audit', './x', '--output', 'out'], /is not empty and holds no run of Probity/, cwd);

  assert.equal(readFileSync(join(cwd, 'out/letter.txt'), 'utf8'), 'dear');
});

const noProc = existsSync('/proc/self') ? false : 'this system has no /proc';
test('an output folder that cannot be made ends with exit 2 at once, not in a loop', { skip: noProc }, async () => {
  // /proc exists and takes no folder; below a file there is none either
  const cwd = folder({ letter: 'dear' });
  await refused(
    ['audit', './x', '--output', '/proc/none/at/all'],
    /\/proc\/none\/at\/all cannot be made \(ENOENT\)/,
    cwd,
  );
  await refused(['audit', './x', '--output', 'letter/below'], /letter\/below .*(?:ENOTDIR|is not a folder)/, cwd);
  await refused(['new', 'check', 'mine.rule', '--checks-dir', '/proc/none'], /cannot be made \(ENOENT\)/, cwd);
});

/** Audits and gives the run with its exit code; nothing in it may pass where `target` could not be seen. */
async function audited(
  args: readonly string[],
  env: { readonly [name: string]: string } = {},
): Promise<{ run: Run; ran: Ran }> {
  const cwd = folder();
  const ran = await probity(['audit', ...args, '--json', '--timeout', '1s', '--output', 'out'], { cwd, env });
  isClear(ran);
  return { run: JSON.parse(ran.stdout) as Run, ran };
}

function faults(run: Run, prefix: string): string[] {
  return [
    ...new Set(
      run.results
        .filter((result) => result.check.startsWith(prefix))
        .map((result) => `${result.status} ${result.fault?.code ?? ''}`),
    ),
  ];
}

test('a resolver that does not answer gives errors with a fault code and exit 3', async () => {
  const silent = createSocket('udp4');
  silent.bind(0, '127.0.0.1');
  await once(silent, 'listening');
  try {
    const { run, ran } = await audited([
      'example.test',
      '--resolver',
      `127.0.0.1:${String(silent.address().port)}`,
      '--checks',
      'spf.*,dmarc.*',
    ]);

    assert.equal(ran.code, 3);
    assert.equal(run.summary.byStatus.pass, 0);
    assert.equal(run.summary.byStatus.fail, 0);
    assert.ok(run.summary.byStatus.error > 5);
    for (const status of faults(run, ''))
      assert.match(status, /^(error (dns\.(timeout|network)|engine\.deadline)|not-applicable )/);
  } finally {
    silent.close();
  }
});

test('a server failure is an error, never "missing"', async () => {
  const dns = await startDns({
    lines: ['$ORIGIN example.test.', '@ SOA ns1 h 1 7200 3600 1209600 300'],
    misbehave: () => 'servfail',
  });
  try {
    const { run, ran } = await audited([
      'example.test',
      '--resolver',
      dns.address,
      '--checks',
      'spf.missing,dmarc.missing,mtasts.missing',
    ]);

    assert.equal(ran.code, 3);
    assert.deepEqual(faults(run, ''), ['error dns.servfail']);
  } finally {
    await dns.close();
  }
});

test('a refused port of an endpoint that the user named is an error', async () => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');

  const { run, ran } = await audited([
    `tls://127.0.0.1:${String(port)}`,
    '--allow-private',
    '--checks',
    'tls.*,cert.*',
  ]);

  assert.equal(ran.code, 3);
  assert.equal(run.summary.byStatus.pass, 0);
  assert.deepEqual(faults(run, 'cert.expired'), ['error net.refused']);
});

test('a private address is refused without --allow-private', async () => {
  const { run, ran } = await audited(['tls://127.0.0.1:443', '--checks', 'cert.expired']);

  assert.equal(ran.code, 3);
  assert.deepEqual(faults(run, ''), ['error net.private-address']);
});

test('AWS without credentials is an error on every AWS check, found by a call', async () => {
  const { run, ran } = await audited(['aws@eu-west-1', '--checks', 'kms.rotation.off,acm.expired'], {
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  });

  assert.equal(ran.code, 3);
  assert.equal(run.summary.byStatus.pass, 0);
  assert.deepEqual(faults(run, ''), ['error aws.no-credentials']);
  assert.ok(
    run.targets.some((target) => target.id === 'aws:unknown/eu-west-1'),
    JSON.stringify(run.targets),
  );
});

test('a source path that is not there is an error', async () => {
  const { run, ran } = await audited(['./nothing-here', '--checks', 'secret.none,package.lockfile.missing']);

  assert.equal(ran.code, 3);
  assert.deepEqual(faults(run, ''), ['error source.not-found']);
});

test('a folder that cannot be read keeps secret.none from passing', async (context) => {
  const cwd = folder({ 'tree/a.txt': 'nothing', 'tree/closed/b.txt': 'nothing' });
  chmodSync(join(cwd, 'tree/closed'), 0o000);
  // root reads everything: then the program runs as nobody
  const uid = process.getuid?.() === 0 ? 65_534 : undefined;
  const as = uid === undefined ? {} : { uid };
  for (const path of [BASE, cwd]) chmodSync(path, 0o777);
  try {
    if (uid !== undefined && (await probity(['--version'], { cwd, ...as })).code !== 0) {
      context.skip('nobody may not read this checkout');
      return;
    }

    const ran = await probity(['audit', './tree', '--checks', 'secret.none', '--json'], { cwd, ...as });

    assert.equal(ran.code, 3, ran.stderr);
    assert.deepEqual(faults(JSON.parse(ran.stdout) as Run, ''), ['error source.unreadable']);
  } finally {
    chmodSync(join(cwd, 'tree/closed'), 0o700);
  }
});

test('an interrupted run keeps what it has, says so, and ends with 130', async () => {
  const silent = createSocket('udp4');
  silent.bind(0, '127.0.0.1');
  await once(silent, 'listening');
  const cwd = folder({ 'tree/a.txt': 'nothing' });
  let sent = false;
  try {
    const ran = await probity(
      [
        'audit',
        './tree',
        'example.test',
        '--resolver',
        `127.0.0.1:${String(silent.address().port)}`,
        '--timeout',
        '30s',
        '--verbose',
      ],
      {
        cwd,
        onStderr(text, kill) {
          // the tree was read, the domain is still waiting
          if (!sent && /secrets source:.*observed/.test(text)) {
            sent = true;
            kill('SIGINT');
          }
        },
      },
    );

    const run = JSON.parse(readFileSync(join(cwd, 'probity-report/run.json'), 'utf8')) as Run;
    assert.equal(ran.code, 130, ran.stderr);
    assert.equal(run.complete, false);
    assert.equal(run.results.find((result) => result.check === 'secret.none')?.status, 'pass');
    assert.deepEqual(faults(run, 'spf.missing'), ['error engine.interrupted']);
    assert.match(ran.stderr, /interrupted: writing what is there/);
  } finally {
    silent.close();
  }
});

test('data is on standard output alone, and a reader that goes away is no accident', async () => {
  const listed = await probity(['list', 'checks', '--json']);
  assert.equal(listed.code, 0, listed.stderr);
  assert.ok((JSON.parse(listed.stdout) as { checks: unknown[] }).checks.length >= 60);
  assert.equal(listed.stderr, '');

  const { spawn } = await import('node:child_process');
  const { CLI } = await import('../support/program.ts');
  const child = spawn('sh', ['-c', `"${process.execPath}" "${CLI}" list checks | head -n 1`], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  await once(child, 'close');
  assert.equal(stderr, '');
});
