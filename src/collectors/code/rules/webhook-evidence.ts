/** Whether a verification that stands in a handler's way really decides: not conditional, its answer used, no error swallowed, nothing done before. */
import { callOf, chainTo, isString, textAt, tokenAt, type Code, type FunctionRange } from '../lex/code.ts';
import { columnOf } from '../lex/functions.ts';
import type { Style } from './webhook-providers.ts';

/** What a branch does that refuses: it leaves, or answers with an error. */
const REFUSES =
  /^(?:return|throw|raise|abort|exit|panic|sendStatus|status|writeHead|code|next|Error|HTTPException|HttpResponseForbidden|reject|send_error|fail|redirect|error|unauthorized|AbortWithStatus|AbortWithStatusJSON)$/;

function words(code: Code, from: number, to: number): readonly string[] {
  const found: string[] = [];
  for (let at = from; at < Math.min(to, from + 400); at++) if (!isString(code, at)) found.push(tokenAt(code, at).text);
  return found;
}

function refuses(code: Code, from: number, to: number): boolean {
  const all = words(code, from, to);
  // to log an error is not to refuse
  return all.some((word, at) => REFUSES.test(word) && !/^(?:console|logger|log|logging)$/.test(all[at - 2] ?? ''));
}

/** The first token of the statement in which a token stands. */
function statementStart(code: Code, index: number, body: FunctionRange): number {
  for (let at = index; at > body.from; at--) {
    const before = textAt(code, at - 1);
    const parent = code.parent[at] ?? -1;
    if (code.language === 'python' || code.language === 'go') {
      const inside = parent >= body.from && textAt(code, parent) !== '{';
      if (tokenAt(code, at).starts && !inside) return at;
    }
    if (
      before === ';' ||
      ((before === '{' || before === '}') &&
        (code.parent[at] ?? -1) <= (code.parent[index] ?? -1) &&
        textAt(code, parent) === '{')
    )
      return at;
    if (
      code.language === 'js' &&
      tokenAt(code, at).starts &&
      textAt(code, parent) === '{' &&
      !/^(?:[.?:|&,=+]|\|\||&&|=>|\?\?|\?\.)$/.test(textAt(code, at)) &&
      !/^(?:[.?:|&,=+(]|\|\||&&|\?\?|=>|return|await)$/.test(before)
    )
      return at;
  }
  return body.from + 1;
}

/** The body of the `if` whose condition ends before `at`: a range, of braces, of one statement, or of deeper lines. */
function branchAfter(code: Code, start: number, end: number): readonly [number, number] {
  if (code.language === 'python') {
    const column = columnOf(code, start);
    let at = end;
    while (at < code.tokens.length && !(tokenAt(code, at).starts && columnOf(code, at) <= column && at > start)) at++;
    return [end, at];
  }
  let at = end;
  if (code.language === 'go') {
    while (at < code.tokens.length && textAt(code, at) !== '{') at++;
  } else if (textAt(code, at) === ')') at++;
  const partner = textAt(code, at) === '{' ? (code.match[at] ?? -1) : -1;
  return partner > 0 ? [at, partner] : [at, at + 12];
}

/** The answer decides: it stands in a condition whose branch refuses, in an assertion, or in a name that such a condition asks. */
function answerUsed(code: Code, index: number, body: FunctionRange): boolean {
  const start = statementStart(code, index, body);
  const first = textAt(code, start);
  const negated = (from: number, to: number): boolean =>
    words(code, from, to).some((word) => /^(?:!|not|===?|!==?)$/.test(word));
  const closing = code.match[callOf(code, index) ?? index] ?? index;
  if (/^(?:if|elif|else|unless|}|guard)$/.test(first)) {
    const round = code.language === 'js' ? outerRound(code, index, start) : -1;
    const end = round < 0 ? conditionEnd(code, start, closing) : (code.match[round] ?? closing);
    if (!negated(start, end)) return true;
    const [from, to] = branchAfter(code, start, end);
    return refuses(code, from, to);
  }
  if (
    /^(?:assert|invariant)$/.test(first) ||
    /^(?:assert|invariant|ok)$/.test(textAt(code, outerRound(code, index, start) - 1))
  )
    return true;
  // `const ok = …;` and later `if (!ok) return`
  for (let at = start; at < index; at++) {
    const mark = textAt(code, at);
    if (mark !== '=' && mark !== ':=') continue;
    const name = textAt(code, at - 1);
    return name !== '' && nameUsed(code, name, closing + 1, body);
  }
  return false;
}

function nameUsed(code: Code, name: string, from: number, body: FunctionRange): boolean {
  for (let at = from; at < Math.min(body.to, from + 600); at++) {
    if (textAt(code, at) !== name || tokenAt(code, at).kind !== 'word') continue;
    const start = statementStart(code, at, body);
    if (!/^(?:if|elif|unless|}|else)$/.test(textAt(code, start))) continue;
    const round = code.language === 'js' ? outerRound(code, at, start) : -1;
    const end = round < 0 ? conditionEnd(code, start, at) : (code.match[round] ?? at);
    if (!words(code, start, end).some((word) => /^(?:!|not|===?|!==?)$/.test(word))) return true;
    const [first, last] = branchAfter(code, start, end);
    return refuses(code, first, last);
  }
  return false;
}

/** The outermost round bracket around a token inside its statement. */
function outerRound(code: Code, index: number, start: number): number {
  let found = -1;
  for (let at = code.parent[index] ?? -1; at >= start; at = code.parent[at] ?? -1) {
    if (textAt(code, at) === '(') found = at;
    else if (textAt(code, at) === '{') break;
  }
  return found;
}

function conditionEnd(code: Code, start: number, least: number): number {
  for (let at = Math.max(start, least); at < Math.min(code.tokens.length, start + 300); at++) {
    const text = textAt(code, at);
    if (
      text === '{' ||
      (code.language === 'python' && text === ':' && (code.parent[at] ?? -1) === (code.parent[start] ?? -1))
    )
      return at;
  }
  return least;
}

/** It runs only where a condition holds (that it is production, that a header is there): on other paths nothing is verified. */
function conditional(code: Code, index: number, body: FunctionRange): boolean {
  if (code.language === 'python')
    return pythonHeads(code, index, body).some(
      (at) => /^(?:if|elif|else)$/.test(textAt(code, at)) && !asksMethod(code, at),
    );
  for (let at = code.parent[index] ?? -1; at > body.from; at = code.parent[at] ?? -1) {
    if (textAt(code, at) !== '{') continue;
    const before = textAt(code, at - 1);
    if (before === 'else') return true;
    if (code.language === 'go') {
      const start = statementStart(code, at, body);
      if (textAt(code, start) === 'if' && !asksMethod(code, start)) return true;
    } else if (before === ')') {
      const opening = code.match[at - 1] ?? -1;
      if (textAt(code, opening - 1) === 'if' && !asksMethod(code, opening)) return true;
    }
  }
  return code.language === 'js' && /^(?:&&|\?)$/.test(textAt(code, chainTo(code, index).from - 1));
}

/** `if (req.method === 'POST')` is the route, not a way round. */
function asksMethod(code: Code, from: number): boolean {
  const near = words(code, from, from + 12);
  return near.some((word) => /^(?:method|Method)$/.test(word));
}

/** The heads of the Python blocks that a token stands in, innermost first. */
function pythonHeads(code: Code, index: number, body: FunctionRange): readonly number[] {
  const heads: number[] = [];
  let start = index;
  while (start > body.from && !(tokenAt(code, start).starts && (code.parent[start] ?? -1) < 0)) start--;
  let column = columnOf(code, start);
  for (let at = start - 1; at >= body.from; at--) {
    if (!tokenAt(code, at).starts || (code.parent[at] ?? -1) >= 0) continue;
    const here = columnOf(code, at);
    if (here >= column) continue;
    heads.push(at);
    column = here;
  }
  return heads;
}

/** An error is caught by a branch that goes on as if nothing were. */
function swallowed(code: Code, index: number, body: FunctionRange): boolean {
  if (code.language === 'python') {
    for (const head of pythonHeads(code, index, body)) {
      if (textAt(code, head) !== 'try') continue;
      const column = columnOf(code, head);
      for (let at = index; at < body.to; at++) {
        if (!tokenAt(code, at).starts || columnOf(code, at) > column) continue;
        if (textAt(code, at) !== 'except') break;
        const [from, to] = branchAfter(code, at, at + 1);
        if (!refuses(code, from, to)) return true;
        at = to - 1;
      }
    }
    return false;
  }
  for (let at = code.parent[index] ?? -1; at > body.from; at = code.parent[at] ?? -1) {
    if (textAt(code, at) !== '{' || textAt(code, at - 1) !== 'try') continue;
    let next = (code.match[at] ?? at) + 1;
    if (textAt(code, next) !== 'catch') continue;
    next++;
    if (textAt(code, next) === '(') next = (code.match[next] ?? next) + 1;
    if (!refuses(code, next, code.match[next] ?? next)) return true;
  }
  return false;
}

const EFFECTS =
  /^(?:save|insert|insertOne|insertMany|updateOne|updateMany|upsert|deleteOne|destroy|sendMail|sendEmail|send_mail|send_email|publish|enqueue|delay|charge|fulfill\w*|fulfil\w*|provision\w*|activate\w*|process[A-Z_]\w*|handle[A-Z_]\w*|mark[A-Z_]\w*|grant\w*|apply[A-Z_]\w*|create[A-Z_](?!mac\b|ash\b)\w*|create|update[A-Z_]\w*|delete[A-Z_]\w*|record[A-Z_]\w*|store[A-Z_]\w*|trigger[A-Z_]\w*)$/;
const NO_EFFECT =
  /^(?:createHmac|createHash|createClient|createHmacKey|createVerify|create_hmac|handleError|updateHash)$/;

/** Something was changed or sent before the signature was looked at. */
function afterEffect(code: Code, index: number, body: FunctionRange): boolean {
  for (let at = body.from; at < index; at++) {
    const token = tokenAt(code, at);
    if (
      token.kind !== 'word' ||
      callOf(code, at) === undefined ||
      !EFFECTS.test(token.text) ||
      NO_EFFECT.test(token.text)
    )
      continue;
    const { names } = chainTo(code, at);
    // the verification itself may be the method of an object so named
    if (names.some((name) => /^(?:hmac|hash|crypto|res|response|console|logger|log)$/i.test(name))) continue;
    const closing = code.match[callOf(code, at) ?? at] ?? -1;
    if (closing > index) continue;
    // the definition of a function inside is no call
    if (textAt(code, closing + 1) === '{' || textAt(code, at - 1) === 'function' || textAt(code, at - 1) === 'def')
      continue;
    return true;
  }
  return false;
}

function errorUsed(code: Code, index: number, body: FunctionRange): boolean {
  const start = statementStart(code, index, body);
  const left: string[] = [];
  let at = start;
  for (; at < index && textAt(code, at) !== '=' && textAt(code, at) !== ':='; at++) left.push(textAt(code, at));
  if (at >= index) return textAt(code, start) === 'return' || textAt(code, start) === 'if';
  const error = left.at(-1) ?? '_';
  if (error === '_') return false;
  const closing = code.match[callOf(code, index) ?? index] ?? index;
  for (let next = closing; next < Math.min(body.to, closing + 16); next++) {
    if (textAt(code, next) === error && /^[!=]=$/.test(textAt(code, next + 1)) && textAt(code, next + 2) === 'nil') {
      const [from, to] = branchAfter(code, next, next + 2);
      return textAt(code, next + 1) === '==' || refuses(code, from, to);
    }
  }
  return false;
}

/** A promise that nobody waits for refuses nobody. */
function awaited(code: Code, index: number): boolean {
  const name = textAt(code, index);
  if (!/^(?:constructEventAsync|verifyAndReceive|webhook|process)$/.test(name) || code.language !== 'js') return true;
  const before = textAt(code, chainTo(code, index).from - 1);
  const closing = code.match[callOf(code, index) ?? index] ?? index;
  return /^(?:await|return|=>)$/.test(before) || textAt(code, closing + 1) === '.';
}

/** Whether a verification call in the body of a function decides what happens next. */
export function decides(code: Code, index: number, style: Style, body: FunctionRange): boolean {
  if (style === 'middleware') return true;
  if (conditional(code, index, body) || afterEffect(code, chainTo(code, index).from, body)) return false;
  switch (style) {
    case 'throws':
      return awaited(code, index) && !swallowed(code, index, body);
    case 'error':
      return errorUsed(code, index, body);
    default:
      return answerUsed(code, index, body);
  }
}

/** A helper gives the answer back: then its call must decide. */
export function returnsAnswer(code: Code, index: number, body: FunctionRange): boolean {
  const start = statementStart(code, index, body);
  if (textAt(code, start) === 'return') return true;
  // an arrow function of one expression
  return code.language === 'js' && textAt(code, body.from - 1) === '=>' && textAt(code, body.from) !== '{';
}
