/** The keys that `options` of probity.yaml may hold, by subject: what a collector does not read would be a mistake that nobody sees. */

type JsonSchema = { readonly [key: string]: unknown };

const text = (description: string): JsonSchema => ({ type: 'string', minLength: 1, description });
const texts = (description: string): JsonSchema => ({ type: 'array', items: { type: 'string' }, description });
const flag = (description: string): JsonSchema => ({ type: 'boolean', description });
const count = (description: string): JsonSchema => ({ type: 'integer', minimum: 0, description });

/** RFC 6376 §3.1, and the underscores that occur. */
const SELECTOR: JsonSchema = {
  type: 'string',
  pattern: '^[A-Za-z0-9_][A-Za-z0-9_.-]{0,100}$',
  description: 'a DKIM selector, such as s1',
};
const URL_TEXT: JsonSchema = { type: 'string', pattern: '^[Hh][Tt][Tt][Pp][Ss]?://', description: 'an http address' };

const SUBJECTS: { readonly [subject: string]: { readonly [key: string]: JsonSchema } } = {
  dkim: {
    selectors: { type: 'array', items: SELECTOR, description: 'selectors that are asked beside the known ones' },
  },
  http: { logout: text('path of the log-out endpoint') },
  page: { url: URL_TEXT },
  code: { strict: flag('rules of practice count as findings') },
  packages: {
    allowScripts: texts('packages whose install scripts are wanted'),
    allowedHosts: texts('hosts besides the registry that packages may come from'),
    aliases: texts('names that may stand for another package'),
    registry: URL_TEXT,
    downloads: URL_TEXT,
    staleAfterDays: count('days without a release'),
    freshForDays: count('days that a new version is young'),
    minDownloads: count('downloads a week'),
  },
  brand: {
    budget: count('names that are asked'),
    copies: flag('look at the sites behind registered names'),
    domains: texts('domains of your own'),
    defensive: texts('domains registered to keep others away'),
    dictionary: texts('words that are added to the name'),
    tlds: texts('top-level domains that are tried'),
  },
  aws: {
    accounts: texts('accounts that may use keys'),
    multiRegion: texts('multi-Region keys that are wanted'),
    keySpecs: texts('key specs that are wanted'),
    importedCertificates: texts('imported certificates that are wanted'),
    exportableCertificates: texts('exportable certificates that are wanted'),
    wildcards: texts('wildcard certificates that are wanted'),
    requiredTags: texts('tags that everything must bear'),
    notRotatable: texts('keys that need not rotate'),
    members: texts('accounts of the organization; all, where it is not given'),
    memberRole: text('role that is taken on in the other accounts'),
    externalId: text('external id of that role'),
  },
};

/** JSON Schema of `options`, at the top level and below a target. */
export const SUBJECT_OPTIONS: JsonSchema = {
  type: 'object',
  properties: Object.fromEntries(
    Object.entries(SUBJECTS).map(([subject, properties]) => [
      subject,
      { type: 'object', additionalProperties: false, properties },
    ]),
  ),
  additionalProperties: false,
  description: 'options by subject, for example dkim: { selectors: [s1] }',
};
