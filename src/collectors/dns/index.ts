/** The dns collector: everything that the DNS says of a domain, and where that leads. */
import type { Collector } from '../../model/collector.ts';
import { listParts, textAt } from './reading.ts';
import { interpret, PARTS } from './interpret.ts';
import { observe } from './observe.ts';
import { factsSchema, rawSchema } from './schema.ts';
import { endpointId, nameOf, type Target } from '../../model/target.ts';
import { isArray, own } from '../../model/json.ts';
import { isSelector } from './settings.ts';

export const collector: Collector = {
  id: 'dns',
  version: 1,
  accepts: ['domain'],
  rawSchema,
  factsSchema,
  retries: { attempts: 2, backoffMs: 200 },
  deadlineMs: 30_000,
  plan(_target, context) {
    const named = own(own(context.options, 'dkim'), 'selectors');
    const selectors = isArray(named) ? named.filter(isSelector) : [];
    const all = Object.keys(PARTS);
    const read = new Set(['name', 'mx', ...context.paths.map((path) => path.split('.')[0] ?? '')]);
    const parts = all.filter((part) => read.has(part));
    const psl = context.dataDigest('psl');
    const keys = parts.includes('dkim') ? context.dataDigest('leaked-keys') : undefined;
    return {
      ...(parts.length < all.length ? { parts } : {}),
      ...(selectors.length > 0 ? { selectors } : {}),
      ...(own(context.switches, 'intrusive') === true ? { intrusive: true } : {}),
      // another list is another question
      ...(psl === undefined ? {} : { psl }),
      ...(keys === undefined ? {} : { 'leaked-keys': keys }),
    };
  },
  observe,
  interpret,
  discover(facts, target, context): readonly Target[] {
    const domain = nameOf(target);
    const derived = { labels: target.labels, parent: target.id };
    const found: Target[] = [];
    const addresses = listParts(own(own(facts, 'name'), 'addresses'));
    const overridden = context.connectTo.some((host) => [`${domain}:443`, `${domain}:0`, `:443`, `:0`].includes(host));
    // CONTRACT §2: nothing at 443 is planned where the name has no address; not knowing is no reason to leave it out
    if (addresses === undefined || addresses.partial || addresses.items.length > 0 || overridden) {
      found.push({ kind: 'endpoint', id: endpointId({ host: domain, port: 443, protocol: 'tls' }), ...derived });
      found.push({ kind: 'site', id: `site:https://${domain}/`, ...derived });
    }
    const mode = textAt(own(facts, 'mtasts'), 'mode');
    for (const host of listParts(own(own(facts, 'mx'), 'hosts'))?.items ?? []) {
      const name = textAt(host, 'name');
      if (name === undefined) continue;
      const id = endpointId({ host: name, port: 25, protocol: 'smtp' });
      // the policy binds the certificate of each mail host (RFC 8461 §4.1)
      found.push({ kind: 'endpoint', id, ...derived, ...(mode !== undefined && { options: { mtaSts: mode } }) });
    }
    return found;
  },
};
