/** Certificate policies along a path (RFC 5280 §6.1.2-6.1.5): only whether a demand for an explicit policy is met. */
import type { Certificate } from './certificate.ts';
import { isSelfIssued } from './verify.ts';

const ANY_POLICY = '2.5.29.32.0';
/** Policies that are followed along one path: mappings could multiply them without end. */
const MAX_POLICIES = 1000;

/** Counters of §6.1.2 (d)-(f), which only ever shrink. */
interface Counters {
  explicit: number;
  anyPolicy: number;
  mapping: number;
}

function policiesOf({ policies }: Certificate): readonly string[] {
  return policies !== undefined && 'value' in policies ? policies.value : [];
}

/** The policies that hold below a certificate; `any` stands for all of them. */
function narrowed(
  valid: ReadonlySet<string>,
  certificate: Certificate,
  last: boolean,
  counters: Counters,
): ReadonlySet<string> {
  const own = policiesOf(certificate);
  const anyCounts = counters.anyPolicy > 0 || (!last && isSelfIssued(certificate));
  const named = own.filter((policy) => policy !== ANY_POLICY);
  const kept = new Set(named.filter((policy) => valid.has(policy) || valid.has(ANY_POLICY)).slice(0, MAX_POLICIES));
  if (own.includes(ANY_POLICY) && anyCounts) for (const policy of valid) kept.add(policy);
  return kept;
}

/** §6.1.4 (a), (b): policies of the issuer's domain become those of the subject's. */
function mapped(valid: ReadonlySet<string>, certificate: Certificate, allowed: boolean): ReadonlySet<string> {
  const { policyMappings } = certificate;
  const pairs = policyMappings !== undefined && 'value' in policyMappings ? policyMappings.value : [];
  if (pairs.length === 0) return valid;
  const result = new Set(valid);
  for (const [issuer] of pairs) result.delete(issuer);
  if (allowed)
    for (const [issuer, subject] of pairs.slice(0, MAX_POLICIES))
      if (valid.has(issuer) || valid.has(ANY_POLICY)) result.add(subject);
  return result;
}

/** Why no policy is left where one is demanded; undefined where that is in order. The anchor comes first. */
export function policyBreach(path: readonly Certificate[]): string | undefined {
  // every counter starts above the length of the path: nothing is demanded yet
  const counters: Counters = { explicit: path.length + 1, anyPolicy: path.length + 1, mapping: path.length + 1 };
  let valid: ReadonlySet<string> = new Set([ANY_POLICY]);
  const below = path.slice(1);
  for (const [index, certificate] of below.entries()) {
    const last = index === below.length - 1;
    valid = narrowed(valid, certificate, last, counters);
    if (counters.explicit === 0 && valid.size === 0) return 'an explicit policy is demanded, and none is left';
    const { policyConstraints, inhibitAnyPolicy } = certificate;
    const demands =
      policyConstraints !== undefined && 'value' in policyConstraints ? policyConstraints.value : undefined;
    if (!last) {
      valid = mapped(valid, certificate, counters.mapping > 0);
      if (!isSelfIssued(certificate)) {
        counters.explicit = Math.max(0, counters.explicit - 1);
        counters.anyPolicy = Math.max(0, counters.anyPolicy - 1);
        counters.mapping = Math.max(0, counters.mapping - 1);
      }
      counters.mapping = Math.min(counters.mapping, demands?.inhibitMapping ?? counters.mapping);
      if (inhibitAnyPolicy !== undefined && 'value' in inhibitAnyPolicy)
        counters.anyPolicy = Math.min(counters.anyPolicy, inhibitAnyPolicy.value);
      counters.explicit = Math.min(counters.explicit, demands?.requireExplicit ?? counters.explicit);
    } else if (demands?.requireExplicit === 0 || counters.explicit === 1) {
      // §6.1.5 (a), (b)
      counters.explicit = 0;
    }
  }
  return counters.explicit === 0 && valid.size === 0 ? 'an explicit policy is demanded, and none is left' : undefined;
}
