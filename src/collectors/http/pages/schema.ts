/** The shapes of the page collector: what a security page links, names and promises. */
import { anything, boolean, dateTime, integer, list, map, object, type Schema, string } from '../../../model/schema.ts';

export const rawSchema: Schema = {
  type: 'object',
  properties: {
    page: map(anything(), { description: 'url, html, text, truncated' }),
    links: map(anything(), { description: 'address to one or two chains of hops' }),
    controls: map(anything(), { description: 'origin to the chain of a path that cannot exist' }),
    status: map(anything(), { description: 'origin of a status page to the chain of its API' }),
    mail: map(anything(), { description: 'domain to DNS answers' }),
    sectxt: anything(),
  },
  required: ['page', 'links', 'controls', 'mail', 'sectxt'],
  additionalProperties: anything(),
};

const at = string({ description: 'the line on the page, `#12`' });

export const factsSchema: Schema = object({
  'url?': string({ description: 'the address of the page; absent where a file names none' }),
  'title?': string(),
  'links?': list(
    object({
      at,
      url: string(),
      'own?': boolean({ description: 'of the same registered name as the page' }),
      'dead?': boolean({ description: '404 or 410 twice, no address, or a fragment that the page lacks' }),
      'soft404?': boolean({ description: '200 with the body of a path that cannot exist, or a title that says so' }),
      'insecure?': boolean({ description: 'http:// to an own host, or to any host from a page that promises https' }),
      'retired?': string({ description: 'the programme that is over' }),
    }),
  ),
  'mailtos?': list(object({ at, value: string(), 'defect?': string() })),
  'contacts?': list(object({ at, address: string(), 'dead?': boolean() }), {
    description: 'addresses given for security reports',
  }),
  'contactMatches?': boolean({ description: 'absent: there is no security.txt, or no contact on the page' }),
  'pgp?': object({ offered: boolean(), 'linked?': boolean({ description: 'a link gives an OpenPGP key' }) }),
  'keys?': list(
    object({
      url: string(),
      'parsed?': boolean(),
      'revoked?': boolean(),
      'expires?': dateTime(),
      'weak?': list(string()),
      'encrypts?': boolean(),
      'named?': boolean(),
    }),
    { description: 'keys that security.txt does not name too' },
  ),
  'status?': object({ claimed: boolean(), 'linked?': boolean() }),
  'statusApis?': list(object({ url: string(), 'readable?': boolean() })),
  'privacy?': list(object({ url: string(), 'contact?': boolean(), 'dated?': boolean() })),
  'dpas?': list(
    object({
      url: string(),
      'missingTerms?': list(string()),
      'breachHours?': integer(),
      'slower?': boolean({ description: 'a longer breach notice than the page claims; absent where one names none' }),
    }),
  ),
  'subprocessors?': list(object({ url: string(), 'rows?': integer(), 'dated?': dateTime(), 'undated?': boolean() })),
  'reports?': list(
    object({
      url: string(),
      public: boolean(),
      'document?': boolean(),
      'created?': dateTime(),
      'periodEnd?': dateTime(),
    }),
  ),
  'templates?': list(object({ at, text: string() })),
  'updated?': dateTime({ description: 'when the page says that it was last updated' }),
  'deprecated?': boolean({ description: 'a banner at its top says so' }),
});
