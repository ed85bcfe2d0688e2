/** Which grants on a key are broad: open-ended use of the key for somebody who is no AWS service (facts/aws, kms.grant.broad). */
import { canonicalJson } from '../../../model/canonical.ts';
import { isObject, own, type Json } from '../../../model/json.ts';
import { brief } from '../policy.ts';
import { asList, asText, asTexts, isUnknownFact, may, must } from '../read.ts';

const STRONG = new Set(['Decrypt', 'ReEncryptFrom', 'CreateGrant']);

/** Empty maps constrain nothing. */
function isConstrained(constraints: Json | undefined): boolean {
  const contexts = [own(constraints, 'EncryptionContextSubset'), own(constraints, 'EncryptionContextEquals')];
  return (
    contexts.some((context) => isObject(context) && Object.keys(context).length > 0) ||
    typeof own(constraints, 'SourceArn') === 'string'
  );
}

/** A service principal, a service-linked role, or a session that AWS itself holds. */
function isService(grantee: string): boolean {
  if (/^[a-z0-9.-]+\.amazonaws\.com(?:\.cn)?$/.test(grantee)) return true;
  const resource = grantee.split(':').slice(5).join(':');
  return (
    grantee.startsWith('arn:') &&
    (resource.startsWith('role/aws-service-role/') || resource.startsWith('assumed-role/aws:'))
  );
}

export interface GrantReading {
  readonly broad: readonly string[];
  /** Two equal grants: one was forgotten. */
  readonly doubled: readonly string[];
  /** A grant could not be read. */
  readonly malformed: boolean;
}

export function readGrants(items: readonly Json[]): GrantReading {
  const broad: string[] = [];
  const doubled: string[] = [];
  const seen = new Set<string>();
  let malformed = false;
  for (const item of items) {
    // A grant to a service may name it in a member of its own
    const named = may(item, 'GranteePrincipal', asText);
    const grantee = named ?? must(item, 'GranteeServicePrincipal', asText);
    const operations = must(item, 'Operations', asTexts);
    const constraints = may(item, 'Constraints', (value) => (asList(value) === undefined ? value : undefined));
    const id = may(item, 'GrantId', asText);
    if (isUnknownFact(grantee) || isUnknownFact(operations) || isUnknownFact(constraints)) {
      malformed = true;
      continue;
    }
    const label = `grant ${typeof id === 'string' ? brief(id).slice(0, 16) : '?'} to ${brief(grantee)}`;
    const sorted = [...operations].sort();
    const identity = canonicalJson([grantee, sorted, constraints ?? null]);
    if (isService(grantee)) continue;
    if (seen.has(identity)) doubled.push(`${label} is there twice`);
    seen.add(identity);
    const strong = sorted.filter((operation) => STRONG.has(operation));
    if (strong.length > 0 && !isConstrained(constraints))
      broad.push(`${label} allows ${strong.join(', ')} without constraints`);
  }
  return { broad, doubled, malformed };
}
