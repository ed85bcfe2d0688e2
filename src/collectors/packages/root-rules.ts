/** What the rules about package.json ask: lockfiles beside it, ranges, sources, engines. */
import { isArray, isObject, own, type Json, type JsonObject } from '../../model/json.ts';
import { lookalikeOf } from './lookalike.ts';
import { GROUPS } from './schema.ts';
import { inFile, textOf, type Lists } from './lists.ts';

export interface Declared {
  readonly group: (typeof GROUPS)[number];
  readonly name: string;
  readonly range: string;
}

export function declaredIn(list: Json | undefined): readonly Declared[] {
  if (!isArray(list)) return [];
  return list.flatMap((item) => {
    const group = GROUPS.find((one) => one === own(item, 'group'));
    const [name, range] = [textOf(item, 'name'), textOf(item, 'range')];
    return group === undefined || name === undefined || range === undefined ? [] : [{ group, name, range }];
  });
}

/** Adds what the manifest shows; yields how many dependencies it names. */
export function rootRules(lists: Lists, root: JsonObject, locks: readonly JsonObject[], at: string): number {
  const manifest = own(root, 'manifest');
  const file = textOf(root, 'file') ?? 'package.json';
  if (!isObject(manifest)) return 0;
  const declared = declaredIn(own(manifest, 'declared'));
  const library = own(manifest, 'private') !== true && own(manifest, 'publishes') === true;
  const here = `${at}/manifest`;
  if (declared.length > 0 && locks.length === 0) lists.add('lockfile.missing', { ...inFile(file), library }, at);
  severalManagers(lists, manifest, file, locks, at);
  if (textOf(manifest, 'enginesNode') === undefined) lists.add('engines.missing', { ...inFile(file), library }, here);
  for (const [index, one] of declared.entries()) {
    const place = `${here}/declared/${String(index)}`;
    const source = sourceOf(one.range);
    const bounded = source !== 'registry' || !isUnbounded(one.range);
    const item = { subject: `${file}#${one.name}`, location: { file }, ...one, source, bounded };
    if (source === 'git') {
      const commit = commitOf(one.range);
      if (commit === undefined) lists.add('resolved.gitUnpinned', item, place);
    }
    if (source !== 'registry' && source !== 'inside') lists.add('resolved.nonRegistry', item, place);
    if (!bounded) lists.add('unbounded', item, place);
    const like = source === 'registry' ? lookalikeOf(one.name) : undefined;
    if (like !== undefined)
      lists.add('lookalikes', { subject: item.subject, location: { file }, name: one.name, like, direct: true }, place);
  }
  return declared.length;
}

function severalManagers(
  lists: Lists,
  manifest: JsonObject,
  file: string,
  locks: readonly JsonObject[],
  at: string,
): void {
  const kinds = locks.flatMap((lock) => textOf(lock, 'kind') ?? []);
  const named = /^(npm|yarn|pnpm|bun)(?:@|$)/.exec(textOf(manifest, 'packageManager') ?? '')?.[1];
  const managers = [...new Set([...kinds, ...(named !== undefined && kinds.length > 0 ? [named] : [])])].sort();
  if (managers.length > 1) lists.add('lockfile.multiple', { ...inFile(file), managers }, at);
}

type Source = 'registry' | 'inside' | 'outside' | 'git' | 'tarball';

/** Where a dependency comes from, by how it is written (npm: package-json, "dependencies"). */
function sourceOf(range: string): Source {
  if (/^(?:workspace|link|portal|patch|catalog):/.test(range)) return 'inside';
  if (/^(?:git(?:\+[a-z]+)?:|git@|(?:github|gitlab|bitbucket|gist):)/.test(range)) return 'git';
  if (/^[a-z]+:\/\/[^#]*\.git(?:#|$)/.test(range)) return 'git';
  if (/^https?:\/\//.test(range)) return 'tarball';
  if (range.startsWith('file:')) return /^file:(?:\.\.(?:\/|$)|\/|~)/.test(range) ? 'outside' : 'inside';
  if (/^(?:\.\.\/|\/|~\/)/.test(range)) return 'outside';
  if (range.startsWith('./')) return 'inside';
  // `owner/repo`, never `npm:@scope/name@range`
  if (!range.startsWith('npm:') && /^[A-Za-z0-9_.-]+\/[A-Za-z0-9_.-]+(?:#.*)?$/.test(range)) return 'git';
  return 'registry';
}

/** The full commit that a git address is pinned to. */
export function commitOf(address: string): string | undefined {
  return /#(?:commit=)?([0-9a-f]{40}|[0-9a-f]{64})$/i.exec(address)?.[1];
}

/** `*`, nothing, a tag, or only a lower bound; one such alternative is enough. */
function isUnbounded(range: string): boolean {
  const version = range.startsWith('npm:') ? range.slice(range.lastIndexOf('@') + 1) : range;
  return version.split('||').some((part) => {
    const text = part.trim();
    if (text === '' || /^[xX*](?:\.[xX*]){0,2}$/.test(text) || /^(?:latest|next|canary|beta|alpha)$/.test(text))
      return true;
    return /^>=?\s*v?\d/.test(text) && !/<|\s-\s/.test(text) && !/\s[~^=]?\d/.test(text);
  });
}
