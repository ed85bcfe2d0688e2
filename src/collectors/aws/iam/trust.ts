/** Who may take on a role: everybody, any user of an identity provider, or a foreign account (facts/aws, iam.role.*). */
import { accountOf, brief, type Condition, type Policy, type Statement } from '../policy.ts';
import { isPublic, narrows } from '../public-policy.ts';

/** Providers of consumer sign-in: their own application id narrows, in place of a subject. */
const SIGN_IN = new Set(['www.amazon.com', 'accounts.google.com', 'graph.facebook.com']);

const POSITIVE = /^(?:ForAnyValue:)?String(?:Equals|EqualsIgnoreCase|Like)$/;

function names(conditions: readonly Condition[], key: string): boolean {
  return conditions.some(
    (condition) =>
      condition.key === key &&
      POSITIVE.test(condition.operator) &&
      condition.values.length > 0 &&
      condition.values.every((value) => /[^*?]/.test(value)),
  );
}

/** Which caller of an identity provider a statement lets in: any, where nothing names the subject. */
function openProvider(statement: Statement, provider: string): boolean {
  const host = (
    provider.includes('oidc-provider/') ? provider.slice(provider.indexOf('oidc-provider/') + 14) : provider
  ).toLowerCase();
  if (/:saml-provider\//.test(provider)) return false;
  if (statement.conditions.some(narrows)) return false;
  if (host === 'cognito-identity.amazonaws.com') return !names(statement.conditions, `${host}:aud`);
  if (SIGN_IN.has(host)) {
    return !names(statement.conditions, `${host}:app_id`) && !names(statement.conditions, `${host}:aud`);
  }
  return !names(statement.conditions, `${host}:sub`);
}

export function openTrust(policy: Policy): string[] {
  const found: string[] = [];
  for (const statement of policy.statements) {
    if (statement.effect !== 'Allow') continue;
    if (isPublic(statement)) found.push(`${statement.label} lets everybody take on the role`);
    for (const { type, value } of statement.principals ?? []) {
      if (type === 'Federated' && openProvider(statement, value)) {
        found.push(`${statement.label} lets any identity of ${brief(value)} take on the role`);
      }
    }
  }
  return found;
}

/** Foreign accounts that may take on the role, with neither an external id nor a narrowing condition. */
export function foreignTrust(policy: Policy, account: string, known: readonly string[]): string[] {
  const found = new Set<string>();
  for (const statement of policy.statements) {
    if (statement.effect !== 'Allow' || isPublic(statement)) continue;
    if (statement.conditions.some(narrows) || names(statement.conditions, 'sts:externalid')) continue;
    for (const { type, value } of statement.principals ?? []) {
      const other = type === 'AWS' ? accountOf(value) : undefined;
      if (other === undefined || other === '' || other === account || known.includes(other)) continue;
      found.add(brief(value));
    }
  }
  return [...found].sort();
}
