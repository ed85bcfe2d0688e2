/** The forms of raw evidence and of facts of the secret scanner. */
import { SEVERITIES } from '../../model/check.ts';
import { boolean, integer, list, map, object, oneOf, string, type Schema } from '../../model/schema.ts';

const found = object({
  detector: string(),
  file: string(),
  line: integer(),
  column: integer(),
  excerpt: string({ description: 'at most four characters of a known prefix' }),
  secretId: string({ description: 'HMAC of the value under a key of this run that is never written' }),
  severity: oneOf(...SEVERITIES),
  'proven?': boolean({ description: 'the checksum inside the value is right' }),
  'note?': string(),
  'allowed?': string({ description: 'the allow comment on the line, or FILE:LINE of the file that accepts it' }),
  'blob?': string(),
  'commit?': string({ description: 'found in the history: the commit that brought it in' }),
  'author?': string(),
  'date?': string(),
});

const tally = object({
  reason: string(),
  count: integer(),
  'bytes?': integer({ description: 'of the files that were left out' }),
  examples: list(string()),
});

export const rawSchema: Schema = object({
  detectors: integer(),
  coverage: object({
    files: integer({ description: 'files that were read whole' }),
    bytes: integer(),
    foreign: integer({ description: 'of them dependencies, lockfiles and generated files: fixed-form detectors only' }),
    binary: integer({ description: 'of them binary files: fixed-form detectors only' }),
    utf16: integer(),
    'archived?': integer({ description: 'files inside archives that were read (--archives)' }),
    'known?': integer({ description: 'objects of the history that an earlier run read (--state)' }),
    skipped: list(tally, { description: 'left out on purpose, by reason' }),
    unread: list(tally, { description: 'selected and not read, by fault' }),
  }),
  findings: list(found),
  truncated: boolean({ description: 'there were more findings than are listed' }),
});

const location = object({ file: string(), line: integer(), column: integer(), 'commit?': string() });

const leak = object({
  file: string(),
  location,
  excerpt: string(),
  secretId: string(),
  severity: oneOf(...SEVERITIES),
  'note?': string(),
  'waiver?': object({ id: string(), reason: string() }),
});

export const factsSchema: Schema = object({
  coverage: object({
    detectors: integer(),
    files: integer(),
    bytes: integer(),
    skipped: string({ description: 'what was left out on purpose: reasons and counts' }),
    reduced: integer({ description: 'files that only fixed-form detectors read' }),
  }),
  leaks: integer({
    description: 'findings without an allow comment; unknown where none was found and something was not read',
  }),
  'worst?': oneOf(...SEVERITIES),
  findings: map(list(leak, { 'x-optional-list': true })),
});
