/** Turns what was kept of manifests, lockfiles and settings into the lists that the package rules judge. */
import type { Interpretation } from '../../model/evidence.ts';
import { faultIn, unknown, type Unknown } from '../../model/facts.ts';
import type { FaultCode } from '../../model/fault.ts';
import { isArray, isObject, own, type Json, type JsonObject } from '../../model/json.ts';
import { pointer } from '../../model/pointer.ts';
import { Lists } from './lists.ts';
import { lockRules } from './lock-rules.ts';
import { rootRules } from './root-rules.ts';
import { settingRules } from './setting-rules.ts';

export function interpret(raw: Json): Interpretation {
  const lists = new Lists();
  const roots = objects(own(raw, 'roots'));
  const settings = objects(own(raw, 'settings'));
  const unread = own(raw, 'unread');
  const hidden = isArray(unread) ? (unread.length > 0 ? 'source.unreadable' : undefined) : 'evidence.missing';
  if (hidden !== undefined) lists.gap = { manifests: hidden, locks: hidden, others: hidden, settings: hidden };
  const counts = { locks: 0, others: 0, declared: 0, scripts: 0, deprecation: 0 };
  const config = own(raw, 'config');
  const around = { settings: settings ?? [], config: isObject(config) ? config : {} };
  for (const [index, root] of (roots ?? []).entries()) {
    const at = pointer('roots', index);
    const fault = faultIn(own(root, 'fault')) ?? (isObject(own(root, 'manifest')) ? undefined : 'evidence.missing');
    const locks = objects(own(root, 'locks'));
    if (fault !== undefined) lists.gap.manifests ??= fault;
    if (locks === undefined) lists.gap.locks ??= 'evidence.missing';
    counts.locks += locks?.length ?? 0;
    counts.declared += rootRules(lists, root, locks ?? [], at);
    for (const [number, lock] of (locks ?? []).entries()) {
      const code = lockFault(lock);
      if (code !== undefined) lists.gap.locks ??= code;
      lockRules(lists, root, lock, around, `${at}/locks/${String(number)}`);
      if (code === undefined) record(counts, lock);
    }
  }
  // older evidence has none
  const others = own(raw, 'others') === undefined ? [] : objects(own(raw, 'others'));
  if (others === undefined) lists.gap.others ??= 'evidence.missing';
  for (const [index, lock] of (others ?? []).entries()) {
    const code = lockFault(lock);
    if (code !== undefined) lists.gap.others ??= code;
    lockRules(lists, {}, lock, around, pointer('others', index));
    counts.others++;
  }
  for (const [index, one] of (settings ?? []).entries()) settingRules(lists, one, pointer('settings', index));
  if (roots === undefined) lists.gap = { ...lists.gap, manifests: 'evidence.missing', locks: 'evidence.missing' };
  if (settings === undefined) lists.gap.settings = 'evidence.missing';
  return { facts: factsOf(lists, roots?.length, settings?.length, counts), at: { '': '', ...lists.at } };
}

function objects(list: Json | undefined): readonly JsonObject[] | undefined {
  return isArray(list) && list.every((item) => isObject(item)) ? list : undefined;
}

/** yarn and bun write no deprecation down; about scripts bun says enough, and the others at least that they do not tell. */
function record(counts: { scripts: number; deprecation: number }, lock: JsonObject): void {
  const kind = own(lock, 'kind');
  counts.scripts++;
  if (kind === 'npm' || kind === 'pnpm') counts.deprecation++;
}

/** A lockfile that was not read: by its own fault, or because its manager's format is not read yet. */
function lockFault(lock: JsonObject): FaultCode | undefined {
  const code = faultIn(own(lock, 'fault'));
  if (code !== undefined) return code;
  if (isArray(own(lock, 'entries'))) return undefined;
  const file = own(lock, 'file');
  return typeof file === 'string' && file.endsWith('.lockb') ? 'source.unsupported' : 'evidence.missing';
}

function factsOf(
  lists: Lists,
  roots: number | undefined,
  settings: number | undefined,
  counts: { readonly [kind in 'locks' | 'others' | 'declared' | 'scripts' | 'deprecation']: number },
): JsonObject {
  const { gap } = lists;
  const known = (count: number | undefined, code: FaultCode | undefined): number | Unknown =>
    count === undefined || (count === 0 && code !== undefined) ? unknown(code ?? 'evidence.missing') : count;
  const manifest = (path: string) => lists.list(path, gap.manifests);
  const locked = (path: string) => lists.list(path, gap.locks ?? gap.manifests);
  const anyLocked = (path: string) => lists.list(path, gap.locks ?? gap.others ?? gap.manifests);
  const setting = (path: string) => lists.list(path, gap.settings);
  return {
    roots: known(roots, gap.manifests),
    locks: known(roots === undefined ? undefined : counts.locks, gap.locks),
    lockfiles: known(roots === undefined ? undefined : counts.locks + counts.others, gap.locks ?? gap.others),
    settings: known(settings, gap.settings),
    declared: known(roots === undefined ? undefined : counts.declared, gap.manifests),
    lockfile: {
      missing: manifest('lockfile.missing'),
      multiple: manifest('lockfile.multiple'),
      drift: locked('lockfile.drift'),
    },
    integrity: { missing: anyLocked('integrity.missing'), weak: anyLocked('integrity.weak') },
    resolved: {
      http: anyLocked('resolved.http'),
      foreign: anyLocked('resolved.foreign'),
      nonRegistry: manifest('resolved.nonRegistry'),
      gitUnpinned: anyLocked('resolved.gitUnpinned'),
    },
    recording: {
      scripts: known(roots === undefined ? undefined : counts.scripts, gap.locks),
      deprecation: known(roots === undefined ? undefined : counts.deprecation, gap.locks),
    },
    lookalikes: locked('lookalikes'),
    installScripts: locked('installScripts'),
    deprecated: locked('deprecated'),
    unbounded: manifest('unbounded'),
    aliases: locked('aliases'),
    engines: { missing: manifest('engines.missing') },
    npmrc: {
      tokens: setting('npmrc.tokens'),
      strictSsl: setting('npmrc.strictSsl'),
      httpRegistries: setting('npmrc.httpRegistries'),
    },
  };
}
