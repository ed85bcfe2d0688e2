/** OSV's ranges: whether a version is affected, and where it is fixed (OSV schema, "affected[].ranges" and "versions"). */
import { isArray, own, type Json } from '../../model/json.ts';
import { textOf } from './lists.ts';
import { compareVersions, versionOf, type Version } from './semver.ts';

/** How versions of an ecosystem are read and ordered. */
export interface Order<V> {
  readonly read: (text: string) => V | undefined;
  readonly compare: (a: V, b: V) => number;
  /** Before every version. */
  readonly zero: V;
}

export const SEMVER: Order<Version> = {
  read: versionOf,
  compare: compareVersions,
  zero: { numbers: [0, 0, 0], prerelease: ['0'] },
};

/** Undefined where the version is not affected. */
export function isAffected<V>(
  affected: Json,
  version: string,
  order: Order<V>,
): { readonly fixed: string | undefined } | undefined {
  const wanted = order.read(version);
  const ranges = own(affected, 'ranges');
  if (wanted !== undefined) {
    for (const range of isArray(ranges) ? ranges : []) {
      if (!/^(?:SEMVER|ECOSYSTEM)$/.test(textOf(range, 'type') ?? '')) continue;
      const hit = inRange(own(range, 'events'), wanted, order);
      if (hit !== undefined) return hit;
    }
  }
  const versions = own(affected, 'versions');
  // Go writes `v1.2.3` and OSV does not, Python `1.0` or `1.0.0`
  const isListed = (one: Json): boolean => {
    const other = typeof one === 'string' && wanted !== undefined ? order.read(one) : undefined;
    return one === version || (other !== undefined && wanted !== undefined && order.compare(other, wanted) === 0);
  };
  return isArray(versions) && versions.some(isListed) ? { fixed: undefined } : undefined;
}

interface Event<V> {
  readonly kind: 'introduced' | 'fixed' | 'last_affected';
  readonly version: V;
  readonly text: string;
}

const RANK = { introduced: 0, last_affected: 1, fixed: 2 } as const;

function eventsOf<V>(list: Json | undefined, order: Order<V>): readonly Event<V>[] {
  if (!isArray(list)) return [];
  return list
    .slice(0, 10_000)
    .flatMap((one): Event<V>[] => {
      for (const kind of ['introduced', 'fixed', 'last_affected'] as const) {
        const text = textOf(one, kind);
        if (text === undefined) continue;
        // "0" is before every version
        const version = text === '0' ? order.zero : order.read(text);
        return version === undefined ? [] : [{ kind, version, text }];
      }
      return [];
    })
    .sort((a, b) => order.compare(a.version, b.version) || RANK[a.kind] - RANK[b.kind]);
}

/** The events in order of version: introduced opens, fixed closes before its version, last_affected closes behind it. */
function inRange<V>(
  list: Json | undefined,
  wanted: V,
  of: Order<V>,
): { readonly fixed: string | undefined } | undefined {
  const events = eventsOf(list, of);
  let vulnerable = false;
  for (const { kind, version } of events) {
    const order = of.compare(wanted, version);
    if (kind === 'introduced' && order >= 0) vulnerable = true;
    else if (kind === 'fixed' && order >= 0) vulnerable = false;
    else if (kind === 'last_affected' && order > 0) vulnerable = false;
  }
  if (!vulnerable) return undefined;
  return { fixed: events.find(({ kind, version }) => kind === 'fixed' && of.compare(version, wanted) > 0)?.text };
}
