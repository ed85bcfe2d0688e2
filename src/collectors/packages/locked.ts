/** From the raw evidence of the packages collector: what is asked for directly and what was locked. Pure. */
import { isArray, isObject, own, type Json, type JsonObject } from '../../model/json.ts';
import { textOf } from './lists.ts';
import { declaredIn } from './root-rules.ts';

/** As OSV writes it (OSV schema, "Defined ecosystems"). */
export type Ecosystem = 'npm' | 'PyPI' | 'crates.io' | 'Go';

const ECOSYSTEM_OF: { readonly [kind: string]: Ecosystem } = {
  pip: 'PyPI',
  poetry: 'PyPI',
  cargo: 'crates.io',
  go: 'Go',
};

export interface LockedPackage {
  readonly ecosystem: Ecosystem;
  readonly name: string;
  readonly version: string;
  /** The lockfile. */
  readonly file: string;
  readonly direct: boolean;
}

const MAX_PACKAGES = 100_000;

function objects(list: Json | undefined): readonly JsonObject[] {
  return isArray(list) ? list.filter((one) => isObject(one)) : [];
}

/** Every package of every lockfile that came from a registry, once for each lockfile and version. */
export function lockedPackages(raw: Json): readonly LockedPackage[] {
  const found = new Map<string, LockedPackage>();
  for (const root of objects(own(raw, 'roots'))) {
    const direct = new Set(declaredIn(own(own(root, 'manifest'), 'declared')).map((one) => one.name));
    for (const lock of objects(own(root, 'locks'))) {
      const file = textOf(lock, 'file') ?? '';
      for (const entry of objects(own(lock, 'entries'))) {
        const [name, version, key] = [textOf(entry, 'name'), textOf(entry, 'version'), textOf(entry, 'key') ?? ''];
        if (name === undefined || version === undefined || !/^\d/.test(version)) continue;
        if (own(entry, 'link') === true || (own(lock, 'kind') === 'npm' && !key.includes('node_modules/'))) continue;
        const asked = textOf(entry, 'alias') ?? name;
        const isDirect = direct.has(asked) && (own(lock, 'kind') !== 'npm' || key === `node_modules/${asked}`);
        const id = `${file}#${name}@${version}`;
        const known = found.get(id);
        if (known === undefined || (isDirect && !known.direct))
          found.set(id, { ecosystem: 'npm', name, version, file, direct: isDirect });
        if (found.size > MAX_PACKAGES) return [...found.values()];
      }
    }
  }
  for (const lock of objects(own(raw, 'others'))) {
    const file = textOf(lock, 'file') ?? '';
    const ecosystem = ECOSYSTEM_OF[textOf(lock, 'kind') ?? ''];
    for (const entry of ecosystem === undefined ? [] : objects(own(lock, 'entries'))) {
      const [name, version] = [textOf(entry, 'name'), textOf(entry, 'version')];
      if (ecosystem === undefined || name === undefined || version === undefined || own(entry, 'link') === true)
        continue;
      found.set(`${file}#${name}@${version}`, { ecosystem, name, version, file, direct: false });
      if (found.size > MAX_PACKAGES) return [...found.values()];
    }
  }
  return [...found.values()];
}

/** The name under which a package is known: Python's are written in many ways (PEP 503). */
export function knownName(ecosystem: string, name: string): string {
  return `${ecosystem}:${ecosystem === 'PyPI' ? name.toLowerCase().replaceAll(/[-_.]+/g, '-') : name}`;
}
