/** The collectors there are: known by id without loading them, so that an unused SDK costs nothing. */
import type { CollectorEntry } from '../model/collector.ts';

export const COLLECTORS: readonly CollectorEntry[] = [
  {
    id: 'dns',
    accepts: ['domain'],
    leadsTo: ['endpoint', 'site'],
    title: 'DNS records of a domain: zone, mail exchangers, SPF, DMARC, DKIM, MTA-STS, TLS-RPT, CAA',
    schema: async () => await import('./dns/schema.ts'),
    load: async () => (await import('./dns/index.ts')).collector,
  },
  {
    id: 'http',
    accepts: ['site'],
    leadsTo: [],
    title: 'sites: redirect hops, headers, cookies, HSTS, security.txt',
    schema: async () => await import('./http/schema.ts'),
    load: async () => (await import('./http/collector.ts')).collector,
  },
];
