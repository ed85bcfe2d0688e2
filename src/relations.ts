/** What only the targets of a run together tell: which endpoints use one key, and which of them still speak SSLv2. Pure. */
import type { Observation } from './judge/judge.ts';
import { unknown } from './model/facts.ts';
import { isFaultCode } from './model/fault.ts';
import { byCodeUnit, isArray, isObject, own, type Json, type JsonObject } from './model/json.ts';
import { nameOf } from './model/target.ts';

interface Endpoint {
  readonly name: string;
  /** Hashes of the keys that it serves; undefined where they could not be seen. */
  readonly keys: readonly string[] | undefined;
  readonly sslv2: boolean;
}

function keysIn(facts: Json): readonly string[] | undefined {
  const leaves = own(facts, 'leaves');
  if (!isArray(leaves)) return undefined;
  return leaves.flatMap((leaf) => {
    const key = own(own(leaf, 'key'), 'sha256');
    return typeof key === 'string' ? [key] : [];
  });
}

function endpointIn({ target, collectors }: Observation): Endpoint | undefined {
  const seen = collectors['tls'];
  if (seen?.is !== 'facts') return undefined;
  const sslv2 = own(own(own(seen.facts, 'protocols'), 'sslv2'), 'offered') === true;
  return { name: nameOf(target), keys: keysIn(seen.facts), sslv2 };
}

/** Names by key, of the endpoints that a condition picks. */
function usersOf(
  endpoints: readonly Endpoint[],
  fits: (endpoint: Endpoint) => boolean,
): ReadonlyMap<string, Set<string>> {
  const users = new Map<string, Set<string>>();
  for (const endpoint of endpoints) {
    if (!fits(endpoint)) continue;
    for (const key of endpoint.keys ?? []) users.set(key, (users.get(key) ?? new Set()).add(endpoint.name));
  }
  return users;
}

/** The observations, those of TLS with `relations` among their facts where a certificate was to be seen. */
export function related(observations: readonly Observation[]): readonly Observation[] {
  const endpoints = observations.flatMap((observation) => endpointIn(observation) ?? []);
  if (endpoints.length === 0) return observations;
  const all = usersOf(endpoints, () => true);
  const old = usersOf(endpoints, ({ sslv2 }) => sslv2);
  return observations.map((observation) => {
    const seen = observation.collectors['tls'];
    const endpoint = endpointIn(observation);
    if (seen?.is !== 'facts' || endpoint === undefined || !isObject(seen.facts)) return observation;
    const { facts, at } = seen;
    const leaf = own(facts, 'leaf');
    if (leaf === undefined) return observation;
    const others = (users: ReadonlyMap<string, Set<string>>, keys: readonly string[]): readonly string[] => {
      const names = new Set(keys.flatMap((key) => [...(users.get(key) ?? [])]));
      return [...names].filter((name) => name !== endpoint.name).sort(byCodeUnit);
    };
    const code = own(leaf, '$unknown');
    const relations: JsonObject =
      endpoint.keys === undefined || isFaultCode(code)
        ? unknown(isFaultCode(code) ? code : 'evidence.missing')
        : { keyAlsoOn: others(all, endpoint.keys), sslv2KeyOn: others(old, endpoint.keys) };
    const place = at['/leaf'] ?? '';
    const tls = { ...seen, facts: { ...facts, relations }, at: { ...at, '/relations': place } };
    return { ...observation, collectors: { ...observation.collectors, tls } };
  });
}
