/** What a link of a security page leads to, by its words and its address; and programmes that are no more. */
import type { PageLink } from './text.ts';

export const KINDS = ['pgp', 'status', 'privacy', 'dpa', 'subprocessors', 'report'] as const;
export type Kind = (typeof KINDS)[number];

const STATUS_HOSTS = /(?:^|\.)(?:statuspage\.io|status\.io|instatus\.com|betteruptime\.com)$/;

/** Kinds in the order in which they are tried: "list of subprocessors" is none of a policy. */
const BY_WORDS: readonly (readonly [kind: Kind, text: RegExp, path: RegExp])[] = [
  ['pgp', /\b(?:open)?pgp\b|\bgpg\b/i, /pgp|gpg|\.asc$/i],
  ['status', /\bstatus(?: page)?\b/i, /^\/status\/?$/i],
  ['subprocessors', /\bsub-?processors?\b/i, /sub-?processors?/i],
  [
    'dpa',
    /\bdata (?:processing|protection) (?:agreement|addendum|terms)\b|\bdpa\b/i,
    /\/dpa(?:[./-]|$)|data-(?:processing|protection)-(?:agreement|addendum)/i,
  ],
  [
    'report',
    /\bsoc ?[123]\b|\b(?:penetration|pen) ?test(?:ing)? (?:report|letter)\b|\battestation\b|\bcertificate\b(?! (?:manager|authority|transparency|pinning))|\breport\b(?! (?:a|an|any|it|abuse|security|vulnerab|bugs?|issues?))/i,
    /soc-?[123]/i,
  ],
  ['privacy', /\bprivacy (?:policy|notice|statement)\b/i, /\/privacy(?:-policy|-notice)?\/?(?:\.html?)?$/i],
];

/** By the words first; by the address where the words name nothing. */
export function kindOf({ text }: PageLink, url: URL): Kind | undefined {
  if (STATUS_HOSTS.test(url.hostname)) return 'status';
  const words = BY_WORDS.find(([kind, pattern]) => pattern.test(text) && (kind !== 'status' || isStatus(text, url)));
  return (
    (words ?? BY_WORDS.find(([, , path]) => path.test(url.pathname)))?.[0] ??
    (url.hostname.startsWith('status.') ? 'status' : undefined)
  );
}

/** "status" alone may be the status of anything. */
function isStatus(text: string, url: URL): boolean {
  return /status page/i.test(text) || /status/i.test(url.hostname) || /\/status(?:[/.]|$)/i.test(url.pathname);
}

/** A report that anybody may read: SOC 3 is made for that (AICPA SOC 3, general use). */
export function isPublicReport({ text }: PageLink): boolean {
  return /\bsoc ?3\b/i.test(text) || /\bpublic\b[^.]{0,60}\breport\b/i.test(text);
}

interface Retired {
  readonly host: RegExp;
  readonly path?: RegExp;
  readonly programme: string;
  /** YYYY-MM-DD. */
  readonly since: string;
  readonly successor: string;
}

/** facts/claims §6: sites and registries of programmes that are over. */
const RETIRED: readonly Retired[] = [
  {
    host: /(?:^|\.)privacyshield\.gov$/,
    programme: 'EU-U.S. Privacy Shield',
    since: '2020-07-16',
    successor: 'the Data Privacy Framework (dataprivacyframework.gov)',
  },
  {
    host: /(?:^|\.)(?:safeharbor\.)?export\.gov$/,
    path: /safeharbor|^\/$/i,
    programme: 'U.S.-EU Safe Harbor',
    since: '2015-10-06',
    successor: 'the Data Privacy Framework',
  },
  {
    host: /(?:^|\.)sks-keyservers\.net$/,
    programme: 'the SKS keyserver pool',
    since: '2021-06-21',
    successor: 'keys.openpgp.org, or a key on your own site',
  },
  {
    host: /(?:^|\.)(?:seal\.verisign\.com|sealinfo\.verisign\.com|seal\.websecurity\.norton\.com)$/,
    programme: 'the VeriSign and Norton seals',
    since: '2018-10-01',
    successor: 'a certificate of today, without a seal',
  },
  {
    host: /(?:^|\.)visa\.com$/,
    path: /^\/splisting/i,
    programme: "Visa's list of service providers at that address",
    since: '2020-01-01',
    successor: "Visa's Global Registry of Service Providers",
  },
];

export function retiredBy(url: URL): Retired | undefined {
  return RETIRED.find(({ host, path }) => host.test(url.hostname) && (path === undefined || path.test(url.pathname)));
}
