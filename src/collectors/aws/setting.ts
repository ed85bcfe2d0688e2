/** The part of a job's options that interpretation needs: it stands in raw, because `interpret` sees nothing else. */
import { isArray, own, type Json, type JsonObject } from '../../model/json.ts';

export interface Setting {
  readonly account: string;
  /** Regions of the run; undefined: all that are enabled. */
  readonly regions: readonly string[] | undefined;
  /** Accounts that are known and trusted (option aws.accounts). */
  readonly accounts: readonly string[];
  /** ARNs of keys that are meant to be multi-Region. */
  readonly multiRegion: readonly string[];
  /** ARNs of keys whose weak specification is accepted. */
  readonly keySpecs: readonly string[];
  readonly importedCertificates: readonly string[];
  readonly exportableCertificates: readonly string[];
  /** Wildcard names that are meant: `*.example.com`. */
  readonly wildcards: readonly string[];
  readonly requiredTags: readonly string[];
  /** ARNs of secrets that cannot rotate. */
  readonly notRotatable: readonly string[];
}

/** Options by subject (`options: { aws: { accounts: [...] } }`) that are lists of texts. */
export const SETTINGS = [
  'accounts',
  'multiRegion',
  'keySpecs',
  'importedCertificates',
  'exportableCertificates',
  'wildcards',
  'requiredTags',
  'notRotatable',
] as const satisfies readonly (keyof Setting)[];

function texts(value: Json | undefined): readonly string[] {
  return isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** The settings that a user gave, for job options: sorted, without doubles, nothing where nothing was given. */
export function givenSettings(options: Json | undefined): JsonObject {
  const found: [string, Json][] = [];
  for (const name of SETTINGS) {
    const values = [...new Set(texts(own(options, name)))].sort();
    if (values.length > 0) found.push([name, values]);
  }
  return Object.fromEntries(found);
}

export function settingOf(raw: Json): Setting {
  const account = own(raw, 'account');
  const regions = own(raw, 'regions');
  const given = own(raw, 'settings');
  return {
    account: typeof account === 'string' ? account : '',
    regions: isArray(regions) ? texts(regions) : undefined,
    accounts: texts(own(given, 'accounts')),
    multiRegion: texts(own(given, 'multiRegion')),
    keySpecs: texts(own(given, 'keySpecs')),
    importedCertificates: texts(own(given, 'importedCertificates')),
    exportableCertificates: texts(own(given, 'exportableCertificates')),
    wildcards: texts(own(given, 'wildcards')),
    requiredTags: texts(own(given, 'requiredTags')),
    notRotatable: texts(own(given, 'notRotatable')),
  };
}
