/** Detectors: what a credential of one kind looks like, as data that travels to the scanner (CONTRACT §5). */
import type { Reference, Severity } from './check.ts';

/** Validators of the scanner: checksums inside values, and what a format promises beyond its pattern (facts/secrets §5). */
export const CHECKSUMS = ['github', 'github-like', 'grafana', 'bech32', 'base58check', 'crc32-hex'] as const;
export type ChecksumName = (typeof CHECKSUMS)[number];

export const STRUCTURES = [
  'pem',
  'jwt',
  'supabase-jwt',
  'discord-bot',
  'basic-auth',
  'random-base64',
  'aws-key-id',
  'gcp-service-account',
  'kubernetes-secret',
  'sentry',
  'azure-sas',
] as const;
export type StructureName = (typeof STRUCTURES)[number];

/** Which values are judged lower, and what to say: test keys, expired tokens, public halves. */
export interface Lower {
  /** RE2 syntax, found anywhere in the value. */
  readonly pattern: string;
  readonly severity: Severity;
  readonly note: string;
}

/** A value that belongs to a name: `NAME = "value"`, in any of the ways that languages and formats write it. */
export interface ContextRule {
  /** Lower case; default: the keywords of the detector. */
  readonly words?: readonly string[];
  /** RE2 syntax that the whole value must match. */
  readonly value: string;
  /** So many letters without blanks, quotes and brackets stand in a row in every value. Worked out from it. */
  readonly shortest?: number;
  /** RE2 syntax, found anywhere in the text between the word and the value (the rest of the name), lower case. */
  readonly also?: string;
  /** The word must be a whole segment of its identifier: `api_key`, `apiKey`, never `monkey`. */
  readonly segment?: boolean;
  /** The word must be the last of its identifier: `auth_token`, not `token_type`. */
  readonly last?: boolean;
  /** Only a literal in quotes. */
  readonly quoted?: boolean;
  /** The value must hold a letter and a digit. */
  readonly mixed?: boolean;
}

export interface UriRule {
  /** Schemes, lower case; `*`: every scheme that no other detector names. */
  readonly schemes: readonly string[];
}

export interface AllowRules {
  /** RE2 syntax, found anywhere in the value, the identifier before it, the line, the path. */
  readonly values?: readonly string[];
  readonly names?: readonly string[];
  readonly lines?: readonly string[];
  readonly paths?: readonly string[];
  /**
   * Values that the provider's own documentation gives to everybody (the fixed key of an emulator): the first 32 hex digits
   * of their SHA-256, with a reference to that documentation. They hold for every detector.
   */
  readonly published?: readonly string[];
}

/** What gitleaks' files say of a rule, kept with their meaning. */
export interface GitleaksAllow {
  readonly and: boolean;
  readonly target: 'secret' | 'match' | 'line';
  readonly regexes: readonly string[];
  readonly paths: readonly string[];
  readonly stopwords: readonly string[];
  readonly commits: readonly string[];
}

export interface Detector {
  /** The check is `secret.` and this. */
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  /** Lower case. Nothing else of a detector runs where none of them occurs. */
  readonly keywords: readonly string[];
  /** RE2 syntax; the value is the first group that matched, else the match. */
  readonly pattern?: string;
  /** Where every match begins with a text of its own that holds a keyword: these texts. Worked out from the pattern. */
  readonly prefixes?: readonly string[];
  /** So many letters without blanks, quotes and brackets stand in a row in every match. Worked out from the pattern. */
  readonly run?: number;
  readonly context?: ContextRule;
  readonly uri?: UriRule;
  /** RE2 syntax, found anywhere in the path: only there. Without any other rule the path alone is the finding. */
  readonly files?: string;
  /** Found by its own form, not by the words around it: also in dependencies, lockfiles, minified and binary files. */
  readonly fixed: boolean;
  /** Made to be public: looked for with the profile `secrets-all` only. */
  readonly public?: boolean;
  /** Shannon entropy in bits a character that the value must exceed. */
  readonly entropy?: number;
  readonly checksum?: ChecksumName;
  readonly structure?: StructureName;
  /** False: placeholder words do not excuse the value, nor do repetitions and sequences. */
  readonly placeholders?: boolean;
  /** False: repetitions and sequences do not excuse the value: people choose such passwords. */
  readonly sequences?: boolean;
  readonly lower?: readonly Lower[];
  readonly allow?: AllowRules;
  /** Detectors whose findings at the same place this one replaces. */
  readonly replaces?: readonly string[];
  /** Set for the rules of a gitleaks file: its semantics, not ours. */
  readonly gitleaks?: { readonly secretGroup: number; readonly allow: readonly GitleaksAllow[] };
}

/** What stands beside the rule in a detector's file. */
export interface DetectorFile {
  readonly detector: Detector;
  readonly description?: string;
  readonly references: readonly Reference[];
  readonly remediation: string;
  readonly examples: { readonly positive: readonly DetectorExample[]; readonly negative: readonly DetectorExample[] };
}

/** A text built at run time: the file holds no credential, only how to make one. */
export interface DetectorExample {
  /** With generators such as `@{b62:36}` (packs/generate.ts). */
  readonly text: string;
  readonly path?: string;
}

/** The form in which detectors reach the scanner: reference data named `detectors`. */
export interface DetectorSet {
  readonly schema: 'detectors/1';
  /** The allow-lists of a gitleaks file that hold for all its rules. */
  readonly allow?: readonly GitleaksAllow[];
  readonly detectors: readonly Detector[];
}
