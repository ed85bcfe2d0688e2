/** `.gitleaksignore` in the root of a tree: findings that its owners have accepted, one fingerprint a line. */
import { FaultError } from '../../model/fault.ts';
import type { FileTree } from '../../model/io.ts';
import type { Found } from './report.ts';

export const IGNORE_FILE = '.gitleaksignore';
const MAX_BYTES = 4 * 1024 * 1024;

export interface Ignored {
  /** Line of the file by fingerprint, `file:rule:line` or `commit:file:rule:line`. */
  readonly lines: ReadonlyMap<string, number>;
}

/** A fingerprint names a rule of gitleaks; where we have a detector of that name it is meant, else every one. */
const ANY = '*';

export function parseIgnore(text: string, detectors: ReadonlySet<string>): Ignored {
  const lines = new Map<string, number>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const found = fingerprintIn(line.trim());
    if (found === undefined) continue;
    const { commit, file, rule, at } = found;
    const path = file.replaceAll('\\', '/').replace(/^\.\//, '');
    lines.set(keyOf(commit, path, detectors.has(rule) ? rule : ANY, at), index + 1);
  }
  return { lines };
}

interface Fingerprint {
  readonly commit?: string;
  readonly file: string;
  readonly rule: string;
  readonly at: number;
}

/** Read from its end: paths may hold colons and number signs; a comment is a line of its own. */
function fingerprintIn(line: string): Fingerprint | undefined {
  const last = line.lastIndexOf(':');
  const before = line.lastIndexOf(':', last - 1);
  if (line.startsWith('#') || before <= 0) return undefined;
  const [rule, number] = [line.slice(before + 1, last), line.slice(last + 1)];
  if (!/^[A-Za-z0-9_.-]{1,200}$/.test(rule) || !/^\d{1,9}$/.test(number)) return undefined;
  const file = line.slice(0, before);
  const commit = /^([0-9a-f]{40}|[0-9a-f]{64}):(?=.)/.exec(file)?.[1];
  return commit === undefined
    ? { file, rule, at: Number(number) }
    : { commit, file: file.slice(commit.length + 1), rule, at: Number(number) };
}

function keyOf(commit: string | undefined, file: string, rule: string, line: number): string {
  return JSON.stringify([commit ?? '', file, rule, line]);
}

/** The file's line that accepts a finding. */
function acceptedBy({ lines }: Ignored, one: Found): number | undefined {
  for (const commit of [undefined, one.commit]) {
    for (const rule of [one.detector, ANY]) {
      const line = lines.get(keyOf(commit, one.file, rule, one.line));
      if (line !== undefined) return line;
    }
  }
  return undefined;
}

/** Marks what the file accepts; without such a file, and in a repository without a tree, nothing is. */
export async function withIgnored(
  tree: FileTree,
  found: readonly Found[],
  detectors: ReadonlySet<string>,
): Promise<readonly Found[]> {
  if (found.length === 0) return found;
  const text = await ignoreText(tree);
  if (text === undefined) return found;
  const ignored = parseIgnore(text, detectors);
  return found.map((one) => {
    const line = one.allowed === undefined ? acceptedBy(ignored, one) : undefined;
    return line === undefined ? one : { ...one, allowed: `${IGNORE_FILE}:${String(line)}` };
  });
}

async function ignoreText(tree: FileTree): Promise<string | undefined> {
  try {
    return Buffer.from(await tree.read(IGNORE_FILE, MAX_BYTES)).toString('utf8');
  } catch (error) {
    // not there, or not readable: then nothing is accepted
    if (error instanceof FaultError) return undefined;
    throw error;
  }
}
