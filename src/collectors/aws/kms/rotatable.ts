/** Which keys rotate by themselves, and why the others do not (facts/aws §3.1). Used to ask and to judge. */
import { unknown, type Unknown } from '../../../model/facts.ts';
import { own, type Json } from '../../../model/json.ts';
import { asFlag, asText, isUnknownFact, may, must } from '../read.ts';

/** The region in an ARN. */
const regionOf = (arn: string): string => arn.split(':')[3] ?? '';

/** The ARN of the primary that rotates for this replica; undefined for a primary and a single-Region key. */
export function primaryOf(metadata: Json | undefined): string | Unknown | undefined {
  const multi = may(metadata, 'MultiRegion', asFlag);
  if (multi === undefined || multi === false) return undefined;
  if (isUnknownFact(multi)) return multi;
  const arn = must(metadata, 'Arn', asText);
  const primary = must(own(own(metadata, 'MultiRegionConfiguration'), 'PrimaryKey'), 'Arn', asText);
  if (isUnknownFact(arn)) return arn;
  if (isUnknownFact(primary)) return primary;
  // The key type in the answer is not trusted: the ARNs tell
  return arn === primary ? undefined : primary;
}

/** Why another key is judged in place of this one: it is a replica, and its primary's region is in the run. */
export function judgedElsewhere(
  metadata: Json | undefined,
  regions: readonly string[] | undefined,
): string | Unknown | undefined {
  const primary = primaryOf(metadata);
  if (primary === undefined || isUnknownFact(primary)) return primary;
  // Without a list of regions the run looks at every enabled one
  const isInRun = regions === undefined || regions.includes(regionOf(primary));
  return isInRun ? `a replica: its primary ${primary} is judged` : undefined;
}

/** Undefined: AWS rotates this key if told to. A text: why it does not, or why another key is judged for it. */
export function notRotatable(
  metadata: Json | undefined,
  regions: readonly string[] | undefined,
): string | Unknown | undefined {
  const manager = must(metadata, 'KeyManager', asText);
  if (isUnknownFact(manager)) return manager;
  if (manager !== 'CUSTOMER') return 'AWS manages this key and rotates it every year';
  const state = must(metadata, 'KeyState', asText);
  const spec = must(metadata, 'KeySpec', asText);
  const origin = must(metadata, 'Origin', asText);
  if (typeof spec === 'string' && spec !== 'SYMMETRIC_DEFAULT') return `AWS does not rotate ${spec} keys`;
  // Equality: EXTERNAL_KEY_STORE contains EXTERNAL
  if (origin === 'EXTERNAL') return 'imported key material is only rotated on demand';
  if (origin === 'AWS_CLOUDHSM' || origin === 'EXTERNAL_KEY_STORE')
    return 'AWS does not rotate keys in custom key stores';
  if (typeof state === 'string' && state !== 'Enabled') return `the key is in state ${state}`;
  for (const value of [spec, origin, state]) if (isUnknownFact(value)) return value;
  if (origin !== 'AWS_KMS') return unknown('aws.bad-response');
  return judgedElsewhere(metadata, regions);
}
