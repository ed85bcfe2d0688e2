/** OSV's ranges: whether a version is affected, and where it is fixed (OSV schema, "affected[].ranges" and "versions"). */
import { isArray, own, type Json } from '../../model/json.ts';
import { textOf } from './lists.ts';
import { compareVersions, versionOf, type Version } from './semver.ts';

/** Undefined where the version is not affected. */
export function isAffected(affected: Json, version: string): { readonly fixed: string | undefined } | undefined {
  const wanted = versionOf(version);
  const ranges = own(affected, 'ranges');
  if (wanted !== undefined) {
    for (const range of isArray(ranges) ? ranges : []) {
      if (!/^(?:SEMVER|ECOSYSTEM)$/.test(textOf(range, 'type') ?? '')) continue;
      const hit = inRange(own(range, 'events'), wanted);
      if (hit !== undefined) return hit;
    }
  }
  const versions = own(affected, 'versions');
  return isArray(versions) && versions.includes(version) ? { fixed: undefined } : undefined;
}

interface Event {
  readonly kind: 'introduced' | 'fixed' | 'last_affected';
  readonly version: Version;
  readonly text: string;
}

const ZERO: Version = { numbers: [0, 0, 0], prerelease: ['0'] };
const ORDER = { introduced: 0, last_affected: 1, fixed: 2 } as const;

function eventsOf(list: Json | undefined): readonly Event[] {
  if (!isArray(list)) return [];
  return list
    .slice(0, 10_000)
    .flatMap((one): Event[] => {
      for (const kind of ['introduced', 'fixed', 'last_affected'] as const) {
        const text = textOf(one, kind);
        if (text === undefined) continue;
        // "0" is before every version
        const version = text === '0' ? ZERO : versionOf(text);
        return version === undefined ? [] : [{ kind, version, text }];
      }
      return [];
    })
    .sort((a, b) => compareVersions(a.version, b.version) || ORDER[a.kind] - ORDER[b.kind]);
}

/** The events in order of version: introduced opens, fixed closes before its version, last_affected closes behind it. */
function inRange(list: Json | undefined, wanted: Version): { readonly fixed: string | undefined } | undefined {
  const events = eventsOf(list);
  let vulnerable = false;
  for (const { kind, version } of events) {
    const order = compareVersions(wanted, version);
    if (kind === 'introduced' && order >= 0) vulnerable = true;
    else if (kind === 'fixed' && order >= 0) vulnerable = false;
    else if (kind === 'last_affected' && order > 0) vulnerable = false;
  }
  if (!vulnerable) return undefined;
  return { fixed: events.find(({ kind, version }) => kind === 'fixed' && compareVersions(version, wanted) > 0)?.text };
}
