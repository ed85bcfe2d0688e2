/** A git repository with planted leaks, built at run time: this file holds no credential, only how to make one. */
import { execFileSync } from 'node:child_process';
import { createHmac, generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface PlantedLeak {
  readonly check: string;
  readonly what: string;
}

export interface LabRepository {
  readonly planted: readonly PlantedLeak[];
  /** The values themselves, for tests that look for them in every output. Kept in memory only. */
  readonly values: readonly string[];
  /** Where a value stands in the history only. */
  readonly historyOnly: readonly PlantedLeak[];
}

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const HEX = '0123456789abcdef';
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Random characters, never two alike in a row. */
function random(alphabet: string, length: number): string {
  let text = '';
  while (text.length < length) {
    for (const byte of randomBytes(length)) {
      const char = alphabet[byte % alphabet.length] ?? '';
      if (text.length < length && char !== text.at(-1)) text += char;
    }
  }
  return text;
}

const joined = (...parts: readonly string[]): string => parts.join('');

/** CRC-32 as GitHub puts it at the end of its tokens. */
function githubToken(prefix: string): string {
  const body = random(BASE62, 30);
  let crc = 0xffffffff;
  for (const char of body) {
    crc ^= char.charCodeAt(0);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  let rest = (crc ^ 0xffffffff) >>> 0;
  let sum = '';
  for (let i = 0; i < 6; i++) {
    sum = (BASE62[rest % 62] ?? '') + sum;
    rest = Math.floor(rest / 62);
  }
  return joined(prefix, body, sum);
}

function webToken(): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const head = joined(part({ alg: 'HS256', typ: 'JWT' }), '.', part({ sub: random(HEX, 12), aud: 'api' }));
  return joined(head, '.', createHmac('sha256', randomBytes(32)).update(head).digest('base64url'));
}

function privateKey(): string {
  const { privateKey: key } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return String(key.export({ type: 'pkcs8', format: 'pem' }));
}

/** Makes the repository in a folder that is there and empty. Needs git. */
export function plantRepository(folder: string): LabRepository {
  const git = gitIn(folder);
  const leaks = plantedFiles();
  git.run('init', '--quiet', '--initial-branch=main', '.');
  git.commit('Begin', { 'README.md': '# Brittle\n\nA shop that should not be copied.\n', 'package.json': manifest() });

  const removed = githubToken(joined('gh', 'p_'));
  git.commit('Deploy script', { 'deploy/token.txt': `token ${removed}\n` });
  rmSync(join(folder, 'deploy/token.txt'));
  git.commit('Remove the token, forget the history', { 'deploy/README.md': 'Ask the vault.\n' });

  git.commit('The shop', leaks.files);
  const values = [...leaks.values, removed, ...mergeWithLeak(git)];
  return {
    planted: [...leaks.planted, ...PACKAGE_DEFECTS],
    values,
    historyOnly: [
      { check: 'secret.github-pat', what: 'a GitHub token that was removed but stays in the history' },
      { check: 'secret.slack-token', what: 'a Slack token that was born in a merge and removed later' },
    ],
  };
}

const PACKAGE_DEFECTS: readonly PlantedLeak[] = [
  { check: 'package.resolved.http', what: 'a lockfile that fetches a package by http' },
  { check: 'package.integrity.missing', what: 'a locked package without an integrity hash' },
  { check: 'package.resolved.git-unpinned', what: 'a git dependency on a branch' },
  { check: 'package.install-script', what: 'a package that runs code at installation' },
  { check: 'package.npmrc.token', what: 'a registry token in .npmrc' },
];

interface Leaks {
  readonly files: { readonly [path: string]: string | Buffer };
  readonly values: readonly string[];
  readonly planted: readonly PlantedLeak[];
}

function plantedFiles(): Leaks {
  const key = joined('AK', 'IA', random(BASE32, 16));
  const secret = random(`${BASE62}+/`, 40);
  const github = githubToken(joined('gh', 'p_'));
  const stripe = joined('sk_', 'live_', random(BASE62, 24));
  const password = random(BASE62, 14);
  const pem = privateKey();
  const sendgrid = joined('SG', '.', random(BASE62, 22), '.', random(BASE62, 43));
  const google = joined('AI', 'za', random(BASE62, 35));
  const jwt = webToken();
  const npm = joined('np', 'm_', random(BASE62, 36));
  const utf16 = Buffer.from(`\uFEFFSendGrid: ${sendgrid}\r\n`, 'utf16le');
  return {
    files: {
      'config/aws.ini': `[default]\naws_access_key_id = ${key}\naws_secret_access_key = ${secret}\n`,
      'src/ci.ts': `// the build reads this\nexport const githubToken = '${github}';\n`,
      'src/pay.py': `import stripe\n\nstripe.api_key = "${stripe}"\n`,
      'docker-compose.yml': `services:\n  shop:\n    environment:\n      DATABASE_URL: postgres://shop:${password}@10.0.3.7:5432/shop\n`,
      'keys/server.pem': pem,
      'notes/mail.txt': utf16,
      'web/maps.js': `const map = load({ key: "${google}" });\n`,
      'scripts/call.sh': `#!/bin/sh\ncurl -H "Authorization: Bearer ${jwt}" https://api.brittle.example/\n`,
      '.npmrc': `//registry.brittle.example/:_authToken=${npm}\n`,
      'package-lock.json': lockfile(),
    },
    values: [key, secret, github, stripe, password, sendgrid, google, jwt, npm, ...pem.split('\n').slice(1, 3)],
    planted: [
      { check: 'secret.none', what: 'a tree with credentials in it' },
      { check: 'secret.aws-access-key', what: 'an AWS access key id' },
      { check: 'secret.aws-secret-key', what: 'the secret key that belongs to it' },
      { check: 'secret.github-pat', what: 'a GitHub token with a right checksum' },
      { check: 'secret.stripe-key', what: 'a live Stripe key' },
      { check: 'secret.postgres-uri', what: 'a database address with its password' },
      { check: 'secret.private-key', what: 'a private key' },
      { check: 'secret.sendgrid-key', what: 'a SendGrid key in a UTF-16 file' },
      { check: 'secret.gcp-api-key', what: 'a Google API key' },
      { check: 'secret.jwt', what: 'a web token in a script' },
      { check: 'secret.npm-token', what: 'an npm token' },
    ],
  };
}

/** A secret that stands in no parent of the merge and in no tree today. */
function mergeWithLeak(git: Git): string[] {
  const token = joined('xo', 'xb-', random('123456789', 11), '-', random('123456789', 12), '-', random(BASE62, 24));
  git.run('checkout', '--quiet', '-b', 'feature');
  git.commit('A feature', { 'src/feature.ts': 'export const feature = 1;\n' });
  git.run('checkout', '--quiet', 'main');
  git.commit('Meanwhile', { 'src/other.ts': 'export const other = 2;\n' });
  git.run('merge', '--quiet', '--no-ff', '--no-commit', 'feature');
  git.commit('Merge the feature', { 'src/feature.ts': `export const feature = 1;\nconst slack = '${token}';\n` });
  git.commit('Clean up', { 'src/feature.ts': 'export const feature = 1;\n' });
  return [token];
}

function manifest(): string {
  const dependencies = { 'left-pad': '^1.3.0', 'brittle-theme': 'github:brittle/theme#main', esbuild: '^0.28.0' };
  return `${JSON.stringify({ name: 'brittle-shop', version: '1.0.0', private: true, dependencies }, null, 2)}\n`;
}

function lockfile(): string {
  const hash = `sha512-${randomBytes(64).toString('base64')}`;
  const packages = {
    '': {
      name: 'brittle-shop',
      version: '1.0.0',
      dependencies: { 'left-pad': '^1.3.0', 'brittle-theme': 'github:brittle/theme#main', esbuild: '^0.28.0' },
    },
    'node_modules/left-pad': {
      version: '1.3.0',
      resolved: 'http://registry.brittle.example/left-pad/-/left-pad-1.3.0.tgz',
      integrity: hash,
    },
    'node_modules/brittle-theme': { version: '0.1.0', resolved: 'git+ssh://git@github.com/brittle/theme.git#main' },
    'node_modules/esbuild': {
      version: '0.28.2',
      resolved: 'https://registry.brittle.example/esbuild/-/esbuild-0.28.2.tgz',
      hasInstallScript: true,
    },
  };
  return `${JSON.stringify({ name: 'brittle-shop', version: '1.0.0', lockfileVersion: 3, packages }, null, 2)}\n`;
}

interface Git {
  run(...args: readonly string[]): void;
  commit(message: string, files: { readonly [path: string]: string | Buffer }): void;
}

/** git without the settings of this machine, with times that do not move. */
function gitIn(folder: string): Git {
  let time = 1_760_000_000;
  const run = (...args: readonly string[]): void => {
    const who = { NAME: 'Robin Brittle', EMAIL: 'robin@brittle.example', DATE: `${String(time)} +0000` };
    const env: { [name: string]: string | undefined } = {
      PATH: process.env['PATH'],
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_TERMINAL_PROMPT: '0',
    };
    for (const [key, value] of Object.entries(who)) {
      env[`GIT_AUTHOR_${key}`] = value;
      env[`GIT_COMMITTER_${key}`] = value;
    }
    execFileSync('git', args, { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] });
  };
  return {
    run,
    commit(message, files) {
      for (const [path, content] of Object.entries(files)) {
        mkdirSync(join(folder, dirname(path)), { recursive: true });
        writeFileSync(join(folder, path), content);
      }
      time += 3600;
      run('add', '--all');
      run('commit', '--quiet', '--message', message);
    },
  };
}
