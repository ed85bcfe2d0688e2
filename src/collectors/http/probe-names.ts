/** The names under which side questions stand in raw. */

/** Beside these, `prefix` rides on the second fetch of the page. */
export const CORS_PROBES = ['null', 'suffix', 'http', 'random'] as const;
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
