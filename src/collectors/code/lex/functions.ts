/** Where the functions of a file are: body, name, parameters. JavaScript, Go and Python; found from the tokens alone. */
import { callOf, textAt, tokenAt, type Code, type FunctionRange } from './code.ts';

const NO_METHOD = /^(?:if|for|while|switch|catch|with|function|return|do|else|await|super)$/;
const MAX_FUNCTIONS = 20_000;

export function functionsOf(code: Code): readonly FunctionRange[] {
  code.cache.functions ??= code.language === 'python' ? pythonFunctions(code) : bracedFunctions(code);
  return code.cache.functions;
}

function bracedFunctions(code: Code): FunctionRange[] {
  const found: FunctionRange[] = [];
  for (let index = 0; index < code.tokens.length && found.length < MAX_FUNCTIONS; index++) {
    const one = code.language === 'go' ? goFunction(code, index) : jsFunction(code, index);
    if (one !== undefined) found.push(one);
  }
  return found;
}

/** The first `{` after the parameters, over a result type of a few tokens. */
function bodyAfter(code: Code, closing: number): number {
  for (let at = closing + 1; at < closing + 24; at++) {
    const text = textAt(code, at);
    if (text === '{') return at;
    if (text === ';' || text === '=>' || text === ',' || text === '=' || text === '}' || text === '') {
      if (text !== ',' || code.language !== 'go') return -1;
    }
    const partner = code.match[at] ?? -1;
    if (partner > at) at = partner;
    else if (text === ')') return -1;
  }
  return -1;
}

function braced(code: Code, name: string | undefined, head: number, open: number): FunctionRange | undefined {
  const to = code.match[open] ?? -1;
  return open < 0 || to < 0 ? undefined : { name, from: open, to, head };
}

function goFunction(code: Code, index: number): FunctionRange | undefined {
  if (textAt(code, index) !== 'func') return undefined;
  let at = index + 1;
  // a receiver stands before the name
  if (textAt(code, at) === '(' && tokenAt(code, (code.match[at] ?? at) + 1).kind === 'word')
    at = (code.match[at] ?? at) + 1;
  const named = tokenAt(code, at).kind === 'word';
  const opening = named ? at + 1 : at;
  if (textAt(code, opening) !== '(') return undefined;
  return braced(code, named ? textAt(code, at) : undefined, index, bodyAfter(code, code.match[opening] ?? -1));
}

function jsFunction(code: Code, index: number): FunctionRange | undefined {
  const text = textAt(code, index);
  if (text === 'function') {
    const at = textAt(code, index + 1) === '*' ? index + 2 : index + 1;
    const named = tokenAt(code, at).kind === 'word';
    const opening = named ? at + 1 : at;
    const name = named ? textAt(code, at) : assignedName(code, index);
    return textAt(code, opening) === '('
      ? braced(code, name, index, bodyAfter(code, code.match[opening] ?? -1))
      : undefined;
  }
  if (text === '=>') return arrow(code, index);
  const opening = tokenAt(code, index).kind === 'word' && !NO_METHOD.test(text) ? callOf(code, index) : undefined;
  if (opening === undefined || /^(?:\.|\?\.|new|function|=>)$/.test(textAt(code, index - 1))) return undefined;
  const closing = code.match[opening] ?? -1;
  if (closing < 0 || (textAt(code, closing + 1) !== '{' && textAt(code, closing + 1) !== ':')) return undefined;
  return braced(code, text, index, bodyAfter(code, closing));
}

function arrow(code: Code, index: number): FunctionRange | undefined {
  let head = index - 1;
  if (textAt(code, head) === ')') head = code.match[head] ?? head;
  if (textAt(code, head - 1) === 'async') head--;
  const name = assignedName(code, head);
  if (textAt(code, index + 1) === '{') return braced(code, name, head, index + 1);
  // an expression: up to the comma or bracket that ends it
  let at = index + 1;
  for (; at < code.tokens.length; at++) {
    const text = textAt(code, at);
    if (text === ',' || text === ';' || text === ')' || text === '}' || text === ']') break;
    const partner = code.match[at] ?? -1;
    if (partner > at) at = partner;
  }
  return { name, from: index + 1, to: at, head };
}

/** `const name = …`, `name: …`, `exports.name = …`, `export const name: Type = …`. */
function assignedName(code: Code, head: number): string | undefined {
  const before = textAt(code, head - 1);
  if (before !== '=' && before !== ':') return undefined;
  for (let at = head - 2; at > head - 10 && at >= 0; at--) {
    if (/^(?:const|let|var)$/.test(textAt(code, at - 1))) return tokenAt(code, at).text;
  }
  return tokenAt(code, head - 2).kind === 'word' ? textAt(code, head - 2) : undefined;
}

/** The column of a token: how far its line is indented, where it is the first. */
export function columnOf(code: Code, index: number): number {
  const { at } = tokenAt(code, index);
  return at - (code.text.lastIndexOf('\n', at - 1) + 1);
}

function pythonFunctions(code: Code): FunctionRange[] {
  const found: FunctionRange[] = [];
  const open: { readonly name: string; readonly from: number; readonly column: number; readonly head: number }[] = [];
  const close = (column: number, to: number): void => {
    for (let top = open.at(-1); top !== undefined && top.column >= column; top = open.at(-1)) {
      open.pop();
      found.push({ name: top.name, from: top.from, to, head: top.head });
    }
  };
  for (let index = 0; index < code.tokens.length && found.length < MAX_FUNCTIONS; index++) {
    const token = tokenAt(code, index);
    if (!token.starts || (code.parent[index] ?? -1) >= 0) continue;
    const column = columnOf(code, index);
    close(column, index);
    const at = token.text === 'async' ? index + 1 : index;
    if (textAt(code, at) === 'def') open.push({ name: textAt(code, at + 1), from: at + 2, column, head: index });
  }
  close(-1, code.tokens.length);
  return found.sort((a, b) => a.from - b.from);
}

/** The innermost function that a token stands in. */
export function functionAt(code: Code, index: number): FunctionRange | undefined {
  let inner: FunctionRange | undefined;
  for (const one of functionsOf(code)) {
    if (one.from <= index && index < one.to && (inner === undefined || one.from >= inner.from)) inner = one;
  }
  return inner;
}
