/** The hosts file of this machine, read once: names that the user's own system resolves without DNS. */
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';

const MAX_BYTES = 1024 * 1024;

export type Hosts = ReadonlyMap<string, readonly string[]>;

export function hostsPath(): string {
  const root = process.env['SystemRoot'];
  return process.platform === 'win32' && root !== undefined
    ? join(root, 'System32', 'drivers', 'etc', 'hosts')
    : '/etc/hosts';
}

/** Each line: an address, then names; `#` opens a comment (hosts(5)). */
export function parseHosts(text: string): Hosts {
  const hosts = new Map<string, string[]>();
  for (const line of text.slice(0, MAX_BYTES).split('\n')) {
    const [address = '', ...names] = (line.split('#')[0] ?? '').trim().split(/\s+/);
    if (isIP(address) === 0) continue;
    for (const name of names) {
      const key = name.toLowerCase();
      const known = hosts.get(key) ?? [];
      if (!known.includes(address)) known.push(address);
      hosts.set(key, known);
    }
  }
  return hosts;
}

/** A machine without a readable hosts file has no names in it. */
export function readHosts(path: string = hostsPath()): Hosts {
  try {
    return parseHosts(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof Error) return new Map();
    throw error;
  }
}
