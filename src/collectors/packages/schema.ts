/** The forms of raw evidence and of facts about packages. */
import { boolean, integer, list, object, oneOf, string, type Schema } from '../../model/schema.ts';

export const GROUPS = ['dependencies', 'devDependencies', 'optionalDependencies'] as const;

const ranges = list(
  object({
    group: oneOf(...GROUPS),
    name: string(),
    range: string(),
    'locked?': string({ description: 'the version that the lockfile took' }),
  }),
);

const fault = object({ $fault: string(), message: string() });

const manifest = object({
  'name?': string(),
  private: boolean(),
  publishes: boolean({ description: 'it lists `files`: meant to be published' }),
  'packageManager?': string(),
  'enginesNode?': string(),
  'allowScripts?': list(string(), { description: 'packages that may run scripts' }),
  'overridden?': list(string(), { description: 'names in overrides and resolutions' }),
  declared: ranges,
});

const entry = object({
  key: string({ description: 'as the lockfile names it' }),
  name: string(),
  'version?': string(),
  'resolved?': string({ description: 'without credentials and query' }),
  'integrity?': string({ description: 'the algorithms only, separated by blanks' }),
  'link?': boolean(),
  'bundled?': boolean(),
  'dev?': boolean(),
  'installScript?': boolean(),
  'deprecated?': boolean(),
  'alias?': string({ description: 'the name that the project uses for it' }),
  'unfetched?': boolean({ description: 'for another system: Berry keeps no checksum of it' }),
});

/** What writes lockfiles of other languages. */
export const OTHER_KINDS = ['pip', 'poetry', 'cargo', 'go'] as const;

const lock = object({
  file: string(),
  kind: oneOf('npm', 'yarn', 'pnpm', 'bun', ...OTHER_KINDS),
  'version?': integer(),
  'root?': ranges,
  'patterns?': list(string(), { description: 'yarn: every name@range that was asked for' }),
  'trusted?': list(string(), { description: 'bun: packages that may run scripts' }),
  'entries?': list(entry),
  'fault?': fault,
});

const settings = object({
  file: string(),
  'strictSsl?': boolean(),
  'ignoreScripts?': boolean(),
  'unsafeHttp?': list(string()),
  registries: list(object({ 'scope?': string(), url: string() })),
  credentials: list(object({ key: string(), line: integer(), literal: boolean() })),
});

export const rawSchema: Schema = object({
  roots: list(
    object({
      file: string(),
      'manifest?': manifest,
      'fault?': fault,
      locks: list(lock),
    }),
  ),
  'others?': list(lock, { description: 'lockfiles of other languages' }),
  settings: list(settings),
  'config?': object({
    'allowScripts?': list(string()),
    'allowedHosts?': list(string()),
    'aliases?': list(string()),
  }),
  unread: list(object({ path: string(), code: string() }), { description: 'what could not be looked at' }),
});

/** One thing that a rule is about: a file, or one package in it. */
const item = {
  subject: string({ description: 'the file, and `#name@version` for one package in it' }),
  location: object({ file: string(), 'line?': integer() }),
};

const inLock = list(
  object({
    ...item,
    name: string(),
    direct: boolean({ description: 'named in package.json' }),
    'integrity?': string(),
    'scheme?': string(),
    'host?': string(),
    'configured?': boolean({ description: 'the host is a public registry or one that .npmrc names' }),
    'deprecated?': boolean(),
    'installScript?': boolean(),
    'unsure?': boolean({ description: 'the lockfile does not say which packages run scripts' }),
  }),
);
const declared = list(
  object({
    ...item,
    name: string(),
    group: oneOf(...GROUPS),
    range: string(),
    source: oneOf('registry', 'inside', 'outside', 'git', 'tarball'),
    bounded: boolean({ description: 'the range has an upper bound' }),
    'commit?': string(),
  }),
);

/** Each rule's list of what it found. The lists are optional only so that examples need not name them all: facts have them. */
export const factsSchema: Schema = object({
  roots: integer({ description: 'package.json files that are no workspace members' }),
  locks: integer({ description: 'lockfiles beside them' }),
  'lockfiles?': integer({ description: 'these and the lockfiles of pip, Poetry, Cargo and Go' }),
  settings: integer({ description: '.npmrc and .yarnrc files' }),
  declared: integer({ description: 'dependencies named in package.json files' }),
  'lockfile?': object({
    'missing?': list(object({ ...item, 'lockfile?': string(), library: boolean() })),
    'multiple?': list(object({ ...item, managers: list(string()) })),
    'drift?': list(object({ ...item, name: string(), 'range?': string(), 'locked?': string(), agrees: boolean() })),
  }),
  'integrity?': object({ 'missing?': inLock, 'weak?': inLock }),
  'resolved?': object({ 'http?': inLock, 'foreign?': inLock, 'nonRegistry?': declared, 'gitUnpinned?': declared }),
  'installScripts?': inLock,
  'deprecated?': inLock,
  'recording?': object({
    scripts: integer({ description: 'lockfiles that can tell about install scripts' }),
    deprecation: integer({ description: 'lockfiles that can tell about deprecation' }),
  }),
  'lookalikes?': list(
    object({
      ...item,
      name: string(),
      'like?': string({ description: 'the much-used name that it looks like' }),
      direct: boolean(),
    }),
  ),
  'unbounded?': declared,
  'aliases?': list(object({ ...item, name: string(), actual: string(), agrees: boolean() })),
  'engines?': object({ 'missing?': list(object({ ...item, 'node?': string(), library: boolean() })) }),
  'npmrc?': object({
    'tokens?': list(object({ ...item, key: string(), literal: boolean() })),
    'strictSsl?': list(object({ ...item, strictSsl: boolean() })),
    'httpRegistries?': list(object({ ...item, scheme: string(), host: string() })),
  }),
});
