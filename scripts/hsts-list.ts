/**
 * Turns the HSTS preload list of the PyPI package hstspreload into data/hsts-preload.gz:
 * `pip download --no-deps hstspreload`, unzip it, then `node scripts/hsts-list.ts hstspreload/hstspreload.bin VERSION DATE`.
 * Run by a person when there is a newer list; never at install or while auditing.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { compactList, type PreloadEntry } from '../src/wire/http/preload-list.ts';

const OUT = fileURLToPath(new URL('../data/hsts-preload.gz', import.meta.url));

/** The package's file is a plain sequence of entries: flag byte, length byte, name; a leaf holds a whole host name. */
function entriesOf(bytes: Uint8Array): PreloadEntry[] {
  const entries: PreloadEntry[] = [];
  for (let at = 0; at + 1 < bytes.length;) {
    const flags = bytes[at] ?? 0;
    const length = bytes[at + 1] ?? 0;
    const name = Buffer.from(bytes.subarray(at + 2, at + 2 + length)).toString('latin1');
    if ((flags & 0x80) !== 0) entries.push({ name, includeSubDomains: (flags & 0x40) !== 0 });
    at += 2 + length;
  }
  return entries;
}

/** Whole top-level domains stand in the module's source, not in its data. */
function topLevel(source: string): PreloadEntry[] {
  const set = /_GTLD_INCLUDE_SUBDOMAINS = \{([^}]*)\}/.exec(source)?.[1] ?? '';
  return [...set.matchAll(/b'([a-z0-9-]+)'/g)].map((match) => ({ name: match[1] ?? '', includeSubDomains: true }));
}

const [path, version, date] = process.argv.slice(2);
if (path === undefined || version === undefined || date === undefined) {
  throw new Error('give hstspreload.bin, its version and its date (YYYY-MM-DD)');
}
const bytes = readFileSync(path);
const entries = [...entriesOf(bytes), ...topLevel(readFileSync(join(dirname(path), '__init__.py'), 'utf8'))];
const text = compactList(entries, {
  source: `PyPI hstspreload ${version} (Chromium's list, BSD-3-Clause), sha256:${createHash('sha256').update(bytes).digest('hex')}`,
  date,
});
writeFileSync(OUT, gzipSync(text, { level: 9 }));
process.stdout.write(`${String(entries.length)} entries of ${date}\n`);
