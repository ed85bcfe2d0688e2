/** The names under which side questions stand in raw. */

export const CORS_PROBES = ['null', 'suffix', 'prefix', 'http'] as const;
export type CorsProbe = (typeof CORS_PROBES)[number];

export const WELL_KNOWN_PROBES = ['change-password', 'mta-sts.txt', 'openid-configuration', 'gpc.json', 'dnt'] as const;
export type WellKnownProbe = (typeof WELL_KNOWN_PROBES)[number];

export const INTRUSIVE_PROBES = [
  'host',
  'slashes',
  'trace',
  'git',
  'env',
  'ds-store',
  'server-status',
  'phpinfo',
] as const;
export type IntrusiveProbe = (typeof INTRUSIVE_PROBES)[number];
