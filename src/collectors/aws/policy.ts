/** Reads an IAM policy document by its grammar: statements, principals, actions, conditions (IAM guide, policy grammar). */
import { isArray, isObject, own, type Json } from '../../model/json.ts';

/** Above every quota of a policy document (32 KiB for a key policy); more is not read. */
const MAX_TEXT = 131_072;
const MAX_STATEMENTS = 2_000;

export interface Condition {
  /** As written, with `ForAnyValue:` and `IfExists`: operators compare with case. */
  readonly operator: string;
  /** Lower case: condition keys compare without case. */
  readonly key: string;
  readonly values: readonly string[];
}

export interface Statement {
  /** `statement 2 (AllowAll)`, for messages. */
  readonly label: string;
  readonly effect: 'Allow' | 'Deny';
  /** Undefined where the statement has neither Principal nor NotPrincipal: in a resource policy it grants nothing. */
  readonly principals: readonly Principal[] | undefined;
  readonly notPrincipal: boolean;
  readonly actions: readonly string[];
  readonly notActions: readonly string[] | undefined;
  readonly resources: readonly string[];
  readonly notResources: readonly string[] | undefined;
  readonly conditions: readonly Condition[];
}

export interface Principal {
  /** `AWS`, `Service`, `Federated`, `CanonicalUser`; `*` for the bare star. */
  readonly type: string;
  readonly value: string;
}

export interface Policy {
  readonly statements: readonly Statement[];
  /** A statement did not fit the grammar: what it grants is not known. */
  readonly malformed: boolean;
}

/** A string or a list of strings, as a list; undefined for anything else. */
function texts(value: Json | undefined): readonly string[] | undefined {
  if (typeof value === 'string') return [value];
  if (!isArray(value)) return undefined;
  const found = value.filter((item) => typeof item === 'string');
  return found.length === value.length ? found : undefined;
}

/** Values of conditions may be numbers and booleans too. */
function conditionValues(value: Json): readonly string[] | undefined {
  const items = isArray(value) ? value : [value];
  const found: string[] = [];
  for (const item of items) {
    if (typeof item !== 'string' && typeof item !== 'number' && typeof item !== 'boolean') return undefined;
    found.push(String(item));
  }
  return found;
}

function principalsOf(value: Json): readonly Principal[] | undefined {
  if (value === '*') return [{ type: '*', value: '*' }];
  if (!isObject(value)) return undefined;
  const found: Principal[] = [];
  for (const [type, member] of Object.entries(value)) {
    const values = texts(member);
    if (values === undefined) return undefined;
    for (const one of values) found.push({ type, value: one });
  }
  return found;
}

function conditionsOf(value: Json | undefined): readonly Condition[] | undefined {
  if (value === undefined) return [];
  if (!isObject(value)) return undefined;
  const found: Condition[] = [];
  for (const [operator, keys] of Object.entries(value)) {
    if (!isObject(keys)) return undefined;
    for (const [key, member] of Object.entries(keys)) {
      const values = conditionValues(member);
      if (values === undefined) return undefined;
      found.push({ operator, key: key.toLowerCase(), values });
    }
  }
  return found;
}

function statementOf(value: Json, index: number): Statement | undefined {
  const effect = own(value, 'Effect');
  if (effect !== 'Allow' && effect !== 'Deny') return undefined;
  const principal = own(value, 'Principal');
  const notPrincipal = own(value, 'NotPrincipal');
  const principals = principal === undefined ? undefined : principalsOf(principal);
  if (principal !== undefined && principals === undefined) return undefined;
  const [action, notAction] = [own(value, 'Action'), own(value, 'NotAction')];
  const [resource, notResource] = [own(value, 'Resource'), own(value, 'NotResource')];
  const actions = action === undefined ? [] : texts(action);
  const notActions = notAction === undefined ? undefined : texts(notAction);
  const resources = resource === undefined ? [] : texts(resource);
  const notResources = notResource === undefined ? undefined : texts(notResource);
  const conditions = conditionsOf(own(value, 'Condition'));
  if (actions === undefined || resources === undefined || conditions === undefined) return undefined;
  if (
    (notAction !== undefined && notActions === undefined) ||
    (notResource !== undefined && notResources === undefined)
  ) {
    return undefined;
  }
  const sid = own(value, 'Sid');
  return {
    label: `statement ${String(index + 1)}${typeof sid === 'string' && sid !== '' ? ` (${brief(sid)})` : ''}`,
    effect,
    principals,
    notPrincipal: notPrincipal !== undefined,
    actions,
    notActions,
    resources,
    notResources,
    conditions,
  };
}

/** The statements of a policy text; undefined where the text is no policy at all. */
export function readPolicy(text: string): Policy | undefined {
  if (text.length > MAX_TEXT) return undefined;
  let document: Json;
  try {
    document = JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
  const written = own(document, 'Statement');
  const list = isArray(written) ? written : isObject(written) ? [written] : undefined;
  if (list === undefined) return undefined;
  const statements: Statement[] = [];
  let malformed = list.length > MAX_STATEMENTS;
  for (const [index, item] of list.slice(0, MAX_STATEMENTS).entries()) {
    const statement = statementOf(item, index);
    if (statement === undefined) malformed = true;
    else statements.push(statement);
  }
  return { statements, malformed };
}

/** Text of a policy for a message: short, in one line. */
export function brief(text: string): string {
  // eslint-disable-next-line no-control-regex -- that is what it removes
  const plain = text.replaceAll(/[\u0000-\u001F\u007F-\u009F]+/g, ' ');
  return plain.length > 100 ? `${plain.slice(0, 99)}…`.toWellFormed() : plain;
}

/** Does a pattern with `*` and `?` cover the text? Without case, as IAM compares actions; linear in pattern times text. */
export function globCovers(pattern: string, text: string): boolean {
  const [p, t] = [pattern.toLowerCase(), text.toLowerCase()];
  let [at, inText, star, back] = [0, 0, -1, 0];
  while (inText < t.length) {
    const sign = p[at];
    if (sign === '*') {
      star = at;
      back = inText;
      at += 1;
    } else if (sign !== undefined && (sign === '?' || sign === t[inText])) {
      at += 1;
      inText += 1;
    } else if (star >= 0) {
      at = star + 1;
      back += 1;
      inText = back;
    } else {
      return false;
    }
  }
  while (p[at] === '*') at += 1;
  return at === p.length;
}

/** Does the statement speak of this action? NotAction speaks of all that it does not name. */
export function speaksOfAction(statement: Statement, action: string): boolean {
  if (statement.notActions !== undefined) return !statement.notActions.some((pattern) => globCovers(pattern, action));
  return statement.actions.some((pattern) => globCovers(pattern, action));
}

/** The account that an AWS principal names: of an ARN or bare; undefined for a unique id of a deleted principal. */
export function accountOf(principal: string): string | undefined {
  if (/^[0-9]{12}$/.test(principal)) return principal;
  const parts = principal.split(':');
  return parts[0] === 'arn' && parts.length >= 6 ? parts[4] : undefined;
}

/** What a statement allows, in a few words. */
export function actionsInWords(statement: Statement): string {
  if (statement.notActions !== undefined)
    return `everything but ${statement.notActions.slice(0, 3).map(brief).join(', ')}`;
  const [first, second, third, ...rest] = statement.actions;
  const named = [first, second, third].filter((action) => action !== undefined).map(brief);
  return `${named.join(', ')}${rest.length === 0 ? '' : ` and ${String(rest.length)} more`}`;
}
