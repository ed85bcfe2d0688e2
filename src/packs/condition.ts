/** A check's condition in words: for `probity explain` and the generated documentation. */
import type { Check, Each, Expr, Leaf, Operator } from '../model/check.ts';
import { OPERATIONS } from '../judge/operators.ts';
import { pathWords } from '../judge/words.ts';
import { profileKey } from './select.ts';

/** A sentence, and what it consists of. */
export interface Words {
  readonly text: string;
  readonly parts: readonly Words[];
}

export function expressionWords(expr: Expr): Words {
  if ('all' in expr) return group('all of these hold:', expr.all);
  if ('any' in expr) return group('at least one of these holds:', expr.any);
  if ('path' in expr) return { text: leafWords(expr), parts: [] };
  const inner = expressionWords(expr.satisfies);
  if ('every' in expr) {
    const none = expr.onEmpty === 'true' ? 'it holds too' : 'it does not hold';
    return loop(`for every ${pathWords(expr.as)} of ${pathWords(expr.every)} (with none ${none}):`, inner);
  }
  return loop(`for at least one ${pathWords(expr.as)} of ${pathWords(expr.some)}:`, inner);
}

function group(text: string, parts: readonly Expr[]): Words {
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? expressionWords(only) : { text, parts: parts.map(expressionWords) };
}

function loop(text: string, inner: Words): Words {
  return inner.parts.length === 0
    ? { text: `${text} ${inner.text}`, parts: [] }
    : { text: `${text} ${inner.text}`, parts: inner.parts };
}

function leafWords(leaf: Leaf): string {
  const { op, value, path, caseless, future, why } = leaf;
  const key = profileKey(value);
  const reason = why === undefined ? '' : ` (${why})`;
  const name = pathWords(path);
  if (key !== undefined) return `${name} ${profileWords(op)} what the profile says under "${key}"${reason}`;
  const prepared = OPERATIONS[op](value, { asOf: 0, caseless, future, path });
  if (typeof prepared === 'string') return `${name} ${op} ${JSON.stringify(value)}${reason}`;
  const verb = op === 'count' && prepared.words !== 'empty' ? 'has' : 'is';
  return `${name} ${verb} ${prepared.words}${caseless === true ? ' in any case of letters' : ''}${reason}`;
}

/** How an operator reads before an operand that only a profile knows. */
function profileWords(op: Operator): string {
  const words: { readonly [name in Operator]?: string } = {
    eq: 'is',
    ne: 'is not',
    in: 'is one of',
    'none-in': 'is none of',
    gt: 'is more than',
    gte: 'is at least',
    lt: 'is less than',
    lte: 'is at most',
    contains: 'has',
    'contains-all': 'has all of',
    'contains-none': 'has none of',
    'subset-of': 'is only items of',
    'superset-of': 'has at least the items of',
    disjoint: 'has no item of',
    within: 'is not older than',
    'domain-within': 'is a name within',
  };
  return words[op] ?? op;
}

const ON_EMPTY: { readonly [outcome in Each['onEmpty']]: string } = {
  pass: 'with none it passes',
  fail: 'with none it fails',
  'not-applicable': 'with none it does not apply',
  silent: 'with none there is no result',
};

const TARGETS: { readonly [kind in Check['target']]: string } = {
  domain: 'a domain',
  endpoint: 'an endpoint (host and port)',
  site: 'a site',
  'aws-login': 'a set of AWS credentials',
  aws: 'an AWS account and region',
  'aws-global': 'an AWS account',
  source: 'a source tree',
  page: 'a security page',
};

/** What one result is about. */
export function subjectWords(check: Check): string {
  const { each, subject } = check;
  const target = TARGETS[check.target];
  if (each !== undefined) {
    return `each ${pathWords(each.as)} in ${pathWords(each.path)} of ${target}; ${ON_EMPTY[each.onEmpty]}`;
  }
  return subject === undefined ? target : `${target}; the result is named by the fact ${subject}`;
}

/** As lines, each part with a dash one step further in. */
export function lines(words: Words, indent = ''): readonly string[] {
  return [
    `${indent}${words.text}`,
    ...words.parts.flatMap((part) => {
      const [first = '', ...rest] = lines(part, `${indent}  `);
      return [`${indent}- ${first.slice(indent.length + 2)}`, ...rest];
    }),
  ];
}
