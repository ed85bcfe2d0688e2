/** Sets a fresh clone up: installs, finds the installed current Node, builds. Plain JavaScript that runs on Node 20 and newer. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

const NPM = process.platform === 'win32' ? 'npm.cmd' : 'npm';

/** Runs a program with our standard streams; throws where it fails. */
export function run(command, args, options = {}) {
  const done = spawnSync(command, args, {
    cwd: ROOT,
    stdio: 'inherit',
    shell: process.platform === 'win32',
    ...options,
  });
  if (done.error) throw done.error;
  if (done.status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${done.status ?? done.signal}`);
}

function works(binary) {
  if (!existsSync(binary)) return false;
  const asked = spawnSync(binary, ['--version'], { encoding: 'utf8' });
  return asked.status === 0 && Number(/^v(\d+)/.exec(asked.stdout)?.[1]) >= 22;
}

/** The current Node that came as a development dependency; our own where it is new enough and the other is not there. */
export function runtime() {
  const windows = process.platform === 'win32';
  const linked = join(ROOT, 'node_modules', '.bin', windows ? 'node.cmd' : 'node');
  if (works(linked)) return linked;
  // npm may have been told not to run install scripts: the package's own script puts the platform's binary in its place
  const folder = join(ROOT, 'node_modules', 'node');
  const binary = join(folder, 'bin', windows ? 'node.exe' : 'node');
  const script = join(folder, 'installArchSpecificPackage.js');
  if (!works(binary) && existsSync(script)) spawnSync(process.execPath, [script], { cwd: folder, stdio: 'ignore' });
  if (works(binary)) {
    if (!windows) {
      rmSync(linked, { force: true });
      symlinkSync(join('..', 'node', 'bin', 'node'), linked);
    }
    return binary;
  }
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 18)) return process.execPath;
  throw new Error('no Node of version 22.18 or newer: "npm ci" should have installed one (package "node")');
}

/** Installs where node_modules is missing or older than the lock file. */
export function ensureInstalled() {
  const lock = join(ROOT, 'package-lock.json');
  const marker = join(ROOT, 'node_modules', '.package-lock.json');
  if (existsSync(marker) && statSync(marker).mtimeMs >= statSync(lock).mtimeMs) return;
  if (existsSync(marker) && sameLock(lock, marker)) return;
  process.stderr.write('installing the dependencies (npm ci)\n');
  run(NPM, ['ci', '--no-audit', '--no-fund']);
}

/** A checkout touches files: what counts is whether every locked version is the installed one. */
function sameLock(lock, marker) {
  const wanted = JSON.parse(readFileSync(lock, 'utf8')).packages ?? {};
  const installed = JSON.parse(readFileSync(marker, 'utf8')).packages ?? {};
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '' || entry.optional || entry.devOptional) continue;
    if (installed[path]?.version !== entry.version) return false;
  }
  return true;
}

function newest(folder) {
  let latest = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    latest = Math.max(latest, statSync(join(entry.parentPath ?? entry.path, entry.name)).mtimeMs);
  }
  return latest;
}

/** Builds where dist/ is missing or older than a source. */
export function ensureBuilt() {
  const built = join(ROOT, 'dist', 'cli.js');
  const sources = Math.max(
    newest(join(ROOT, 'src')),
    newest(join(ROOT, 'checks')),
    statSync(join(ROOT, 'package.json')).mtimeMs,
  );
  if (existsSync(built) && statSync(built).mtimeMs >= sources) return built;
  process.stderr.write('building\n');
  run(runtime(), [join('scripts', 'build.mjs')]);
  return built;
}

/** Everything that demo and test need: dependencies, a current Node, the built program. */
export function setUp() {
  ensureInstalled();
  return { node: runtime(), cli: ensureBuilt() };
}
