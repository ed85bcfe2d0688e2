/** Who outside the account a resource policy lets in: public statements and foreign accounts (facts/aws §3.2). */
import {
  accountOf,
  actionsInWords,
  brief,
  type Condition,
  type Policy,
  type Principal,
  type Statement,
} from './policy.ts';

/** Keys whose value says who calls, in a way the caller cannot choose; lower case. */
const NARROWING_KEYS = new Set([
  'kms:calleraccount',
  'aws:principalaccount',
  'aws:principalarn',
  'aws:principalorgid',
  'aws:principalorgpaths',
  'aws:sourceaccount',
  'aws:sourcearn',
  'aws:sourceorgid',
  'aws:sourceorgpaths',
  'aws:sourceowner',
  'aws:sourcevpc',
  'aws:sourcevpce',
  'aws:userid',
]);
const ARN_KEYS = new Set(['aws:principalarn', 'aws:sourcearn']);
/** Part of a value up to this sign must be free of wildcards; for the other keys the whole value. */
const SPECIFIC_UP_TO: { readonly [key: string]: string } = {
  'aws:principalorgpaths': '/',
  'aws:sourceorgpaths': '/',
  'aws:userid': ':',
};
const NARROWING_OPERATORS = new Set(['StringEquals', 'StringEqualsIgnoreCase', 'StringLike', 'ArnEquals', 'ArnLike']);
/** Policy variables that AWS fills with the owner of the resource, not with the caller. */
const OWNER_VARIABLES = new Set(['${aws:resourceaccount}', '${aws:resourceorgid}']);

const hasWildcard = (text: string): boolean => /[*?]/.test(text);

function specificArn(value: string): boolean {
  const parts = value.split(':');
  if (parts[0] !== 'arn' || parts.length < 6) return false;
  const account = parts[4] ?? '';
  const resource = parts.slice(5).join(':');
  // A bucket's ARN has no account: then the resource itself must be named
  return account === '' ? !/^[*?]/.test(resource) && resource !== '' : !hasWildcard(account);
}

function specific(key: string, value: string): boolean {
  if (value.includes('${')) return OWNER_VARIABLES.has(value.toLowerCase());
  if (ARN_KEYS.has(key)) return specificArn(value);
  const limit = SPECIFIC_UP_TO[key];
  const decisive = limit === undefined ? value : (value.split(limit)[0] ?? '');
  return decisive !== '' && !hasWildcard(decisive);
}

/** A range of /8 or narrower (v6: /32). */
function narrowRange(value: string): boolean {
  const slash = value.lastIndexOf('/');
  const address = slash < 0 ? value : value.slice(0, slash);
  const isV6 = address.includes(':');
  if (!/^[0-9A-Fa-f:.]+$/.test(address)) return false;
  const prefix = slash < 0 ? (isV6 ? 128 : 32) : Number(value.slice(slash + 1));
  return Number.isInteger(prefix) && prefix >= (isV6 ? 32 : 8) && prefix <= (isV6 ? 128 : 32);
}

/** Does this condition alone keep strangers out? */
export function narrows(condition: Condition): boolean {
  // ForAllValues is true for an empty set and …IfExists for an absent key: neither narrows
  const operator = condition.operator.startsWith('ForAnyValue:') ? condition.operator.slice(12) : condition.operator;
  if (condition.values.length === 0) return false;
  if (condition.key === 'aws:sourceip') return operator === 'IpAddress' && condition.values.every(narrowRange);
  return (
    NARROWING_OPERATORS.has(operator) &&
    NARROWING_KEYS.has(condition.key) &&
    // The values of one condition are OR-ed: one open value opens it
    condition.values.every((value) => specific(condition.key, value))
  );
}

const isEverybody = (principal: Principal): boolean =>
  principal.type === '*' ||
  (principal.type === 'AWS' && (principal.value === '*' || hasWildcard(accountOf(principal.value) ?? '')));

/** Allow, for everybody, with no condition that narrows who calls. Conditions of one statement are AND-ed. */
export function isPublic(statement: Statement): boolean {
  if (statement.effect !== 'Allow') return false;
  const everybody = statement.notPrincipal || (statement.principals ?? []).some(isEverybody);
  return everybody && !statement.conditions.some(narrows);
}

/** The public statements, each in words that name the conditions which were not enough. */
export function publicStatements(policy: Policy): string[] {
  const denies = policy.statements.some((statement) => statement.effect === 'Deny');
  return policy.statements.filter(isPublic).map((statement) => {
    const who = statement.notPrincipal ? 'everybody but some' : 'everybody';
    const conditions = statement.conditions.map((condition) => `${brief(condition.operator)} ${brief(condition.key)}`);
    const useless = conditions.length === 0 ? '' : `; not narrowed by ${conditions.slice(0, 3).join(', ')}`;
    return `${statement.label}: ${who} may ${actionsInWords(statement)}${useless}${denies ? ' (Deny statements are not weighed)' : ''}`;
  });
}

/** AWS principals of other accounts that Allow statements name, except known accounts and public statements; sorted. */
export function foreignPrincipals(policy: Policy, account: string, known: readonly string[]): string[] {
  const found = new Set<string>();
  for (const statement of policy.statements) {
    if (statement.effect !== 'Allow' || isPublic(statement)) continue;
    for (const principal of statement.principals ?? []) {
      if (principal.type !== 'AWS') continue;
      const other = accountOf(principal.value);
      if (other === undefined || other === '' || other === account || hasWildcard(other) || known.includes(other))
        continue;
      found.add(brief(principal.value));
    }
  }
  return [...found].sort();
}
