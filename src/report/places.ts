/** Where a result lies in a repository: its file and line, or else the configuration that declares its target. */
import type { View } from '../model/reporter.ts';
import type { Result } from '../model/result.ts';

export interface Place {
  /** Relative, with forward slashes, no `./` in front. */
  readonly path: string;
  readonly line: number;
  readonly column?: number;
}

/** A relative path without `.` and `..`; undefined where it leads out of the repository or is none. */
function inside(path: string): string | undefined {
  if (/^(?:[/\\]|[A-Za-z]:)/.test(path)) return undefined;
  const parts: string[] = [];
  for (const part of path.split(/[/\\]/)) {
    if (part === '' || part === '.') continue;
    if (part === '..') return undefined;
    parts.push(part);
  }
  return parts.length === 0 ? undefined : parts.join('/');
}

/** A source target's findings lie under its path where that is inside the repository. */
export function placeOf(result: Result, view: Pick<View, 'declared'>): Place {
  const { location, target } = result;
  if (location !== undefined) {
    const root = target.startsWith('source:') ? (inside(target.slice('source:'.length)) ?? '') : '';
    const path = inside(root === '' ? location.file : `${root}/${location.file}`);
    if (path !== undefined) {
      const { line, column } = location;
      return { path, line: line ?? 1, ...(column === undefined ? {} : { column }) };
    }
  }
  const declared = view.declared?.(target);
  return { path: inside(declared?.file ?? '') ?? 'probity.yaml', line: declared?.line ?? 1 };
}

/** A relative URI: each segment percent-encoded (RFC 3986 §3.3). */
export function uriOf(path: string): string {
  return path
    .split('/')
    .map((segment) => encodeURIComponent(segment.toWellFormed()))
    .join('/');
}
