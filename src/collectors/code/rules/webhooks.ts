/** Webhook handlers of a file, and how far their signatures are verified: facts for the levels of facts/code §4, and the rules beside them. */
import {
  callOf,
  chainTo,
  followed,
  isString,
  keyIn,
  literalAt,
  ownerOf,
  partsOf,
  textAt,
  tokenAt,
  type Code,
  type FunctionRange,
  mentions,
} from '../lex/code.ts';
import { functionAt, functionsOf } from '../lex/functions.ts';
import { wordsOf } from '../names.ts';
import type { Sink } from '../hit.ts';
import { decides, returnsAnswer } from './webhook-evidence.ts';
import { mentioned, PROVIDERS, TRAITS, WEBHOOK_WORDS, type Provider, type Style } from './webhook-providers.ts';

export interface Handler {
  readonly provider: Provider;
  readonly at: number;
  /** Where a verification stands on the handler's path. */
  readonly verified?: number;
  /** What the provider itself calls too weak is none: a SHA-1 signature alone. */
  readonly weak?: true;
}

export interface Webhooks {
  readonly handlers: readonly Handler[];
  /** Verifications anywhere in the file, on a path or not. */
  readonly calls: readonly { readonly provider: Provider; readonly at: number }[];
}

const MAX_MARKS = 400;
/** Calls of one file that are looked at as routes. */
const MAX_ROUTES = 500;
const ROUTE_WORDS =
  /^(?:post|all|route|use|POST|Post|HandleFunc|Handle|Any|Method|any|api_route|add_url_rule|path|re_path|url)$/;
/** Of one file. */
const MAX_HANDLERS = 50;

export function webhooksOf(code: Code, path: string, sink: Sink): Webhooks | undefined {
  if (!/^(?:js|python|go)$/.test(code.language) || !mentions(code, WEBHOOK_WORDS)) return undefined;
  const marks: { readonly at: number; readonly provider: Provider }[] = [];
  for (let at = 0; at < code.tokens.length && marks.length < MAX_MARKS; at++) {
    const provider = mentioned(code, at);
    if (provider !== undefined) marks.push({ at, provider });
  }
  const reader = new FileReader(code, path, marks, sink);
  return reader.read();
}

/** One way by which requests come in: the code that runs for it. */
interface Route {
  readonly at: number;
  readonly path: string;
  /** The handler itself, then the middlewares of the registration. */
  readonly bodies: readonly FunctionRange[];
  /** Arguments of the registration that are calls: `twilio.webhook()`. */
  readonly arguments: readonly (readonly [number, number])[];
}

class FileReader {
  private readonly code: Code;
  private readonly path: string;
  private readonly marks: readonly { readonly at: number; readonly provider: Provider }[];
  private readonly sink: Sink;
  private readonly handlers: Handler[] = [];
  private readonly byName = new Map<string, FunctionRange>();

  constructor(code: Code, path: string, marks: FileReader['marks'], sink: Sink) {
    this.code = code;
    this.path = path;
    this.marks = marks;
    this.sink = sink;
    for (const one of functionsOf(code))
      if (one.name !== undefined && !this.byName.has(one.name)) this.byName.set(one.name, one);
  }

  read(): Webhooks {
    const covered = new Set<FunctionRange>();
    for (const route of [...this.routes(), ...this.exported()]) {
      const bodies = this.withHelpers(route.bodies);
      const found = PROVIDERS.filter(
        (provider) => TRAITS[provider].isPath(route.path) || this.isMarked(provider, bodies),
      );
      for (const one of bodies) covered.add(one);
      for (const provider of found) this.handle(provider, route, bodies);
    }
    for (const [provider, body] of this.loose(covered)) {
      const bodies = this.withHelpers([body]);
      this.handle(provider, { at: body.head, path: '', bodies: [body], arguments: [] }, bodies);
    }
    return { handlers: this.handlers, calls: this.calls() };
  }

  /** `app.post('/path', …)`, `@app.post("/path")`, `http.HandleFunc("/path", …)`. */
  private routes(): Route[] {
    const { code } = this;
    const found: Route[] = [];
    let left = MAX_ROUTES;
    for (let index = 0; index < code.tokens.length && left > 0; index++) {
      const opening = callOf(code, index);
      if (opening === undefined) continue;
      const word = textAt(code, index);
      const route =
        code.language === 'python'
          ? this.decorated(index, opening, word)
          : /^(?:post|all|route|use|POST|Post|HandleFunc|Handle|Any|Method|any)$/.test(word)
            ? this.registered(index, opening, word)
            : undefined;
      if (ROUTE_WORDS.test(word)) left--;
      if (route !== undefined) found.push(route);
    }
    return found;
  }

  private registered(index: number, opening: number, word: string): Route | undefined {
    const { code } = this;
    const parts = partsOf(code, opening);
    const [first] = parts;
    if (first === undefined || textAt(code, index - 1) !== '.') return undefined;
    const { at } = tokenAt(code, index);
    if (textAt(code, first[0]) === '{' && word === 'route') {
      const [url, method] = [keyIn(code, first[0], /^(?:url|path)$/), keyIn(code, first[0], /^method$/)];
      const path = url < 0 ? undefined : literalAt(code, url + 2);
      if (path === undefined || (method >= 0 && !/^post$/i.test(literalAt(code, method + 2) ?? 'post')))
        return undefined;
      return { at, path, ...this.bodiesIn([first]) };
    }
    const path = literalAt(code, first[0]);
    if (path === undefined || !/^(?:\/|POST \/|\*)/.test(path) || parts.length < 2) return undefined;
    if (word === 'use' && parts.length < 2) return undefined;
    const { bodies, arguments: rest } = this.bodiesIn(parts.slice(1));
    // the last one answers; a chain that only mounts something is no handler
    if (word === 'use' && bodies.length === 0) return undefined;
    return { at, path, bodies, arguments: rest };
  }

  private bodiesIn(parts: readonly (readonly [number, number])[]): Pick<Route, 'bodies' | 'arguments'> {
    const bodies: FunctionRange[] = [];
    for (const [from, to] of parts) {
      for (const one of functionsOf(this.code)) if (one.head >= from && one.to <= to) bodies.push(one);
      for (let at = from; at < Math.min(to, from + 40); at++) {
        const named = this.byName.get(textAt(this.code, at));
        if (named !== undefined && !bodies.includes(named)) bodies.push(named);
      }
    }
    return { bodies: outermost(bodies), arguments: parts };
  }

  /** A decorator stands on lines of its own before the function. */
  private decorated(index: number, opening: number, word: string): Route | undefined {
    const { code } = this;
    if (!/^(?:route|post|api_route|add_url_rule|path|re_path|url)$/.test(word)) return undefined;
    const parts = partsOf(code, opening);
    const path = parts[0] === undefined ? undefined : literalAt(code, parts[0][0]);
    if (path === undefined) return undefined;
    const { at } = tokenAt(code, index);
    if (/^(?:path|re_path|url|add_url_rule)$/.test(word)) {
      const { bodies } = this.bodiesIn(parts.slice(1));
      return bodies.length === 0 ? undefined : { at, path, bodies, arguments: [] };
    }
    const closing = code.match[opening] ?? -1;
    const start = chainTo(code, index).from - 1;
    if (textAt(code, start) !== '@' || closing < 0) return undefined;
    const methods = parts
      .slice(1)
      .flatMap(([from, to]) => code.tokens.slice(from, to).filter((token) => token.kind === 'string'));
    if (word === 'route' && methods.length > 0 && !methods.some((token) => /^post$/i.test(token.text)))
      return undefined;
    const body = functionsOf(code).find((one) => one.head > closing && one.head < closing + 60);
    return body === undefined ? undefined : { at, path, bodies: [body], arguments: [[closing + 1, body.head]] };
  }

  /** Handlers by convention: `export async function POST`, the default export of pages/api, `exports.handler`. */
  private exported(): Route[] {
    const { code, path } = this;
    if (code.language !== 'js') return [];
    const folder = `/${path.slice(0, path.lastIndexOf('/') + 1)}${/\/route\.[a-z]+$/.test(path) ? '' : path.slice(path.lastIndexOf('/') + 1)}`;
    return functionsOf(code).flatMap((body) => {
      const before = code.tokens.slice(Math.max(0, body.head - 6), body.head).map((token) => token.text);
      const isDefault = before.includes('default') && /(?:^|\/)(?:pages\/)?api\//.test(path);
      const named =
        /^(?:POST|handler|action)$/.test(body.name ?? '') && (before.includes('export') || before.includes('exports'));
      return named || isDefault
        ? [{ at: tokenAt(code, body.head).at, path: folder, bodies: [body], arguments: [] }]
        : [];
    });
  }

  /** Functions that look at a provider's header and belong to no route that was seen: views and handlers mounted elsewhere. */
  private loose(covered: ReadonlySet<FunctionRange>): Map<Provider, FunctionRange> {
    const { code } = this;
    const found = new Map<Provider, FunctionRange>();
    for (const { at, provider } of this.marks) {
      const body = outermostAt(code, at);
      if (body === undefined || found.has(provider) || covered.has(body) || isInside(body, covered)) continue;
      const parameters = code.tokens
        .slice(body.head, body.from + (code.language === 'python' ? 16 : 0))
        .map((token) => token.text);
      const takes = parameters.some((name) =>
        /^(?:req|request|event|ctx|context|c|r|w|reply|res|Request|ResponseWriter|self)$/.test(name),
      );
      const isMiddleware = parameters.includes('next');
      const isCalled = body.name !== undefined && this.isCalled(body.name, body);
      if (takes && !isMiddleware && !isCalled && !this.verifiesOnly(provider, body)) found.set(provider, body);
    }
    return found;
  }

  /** A helper that verifies and gives the answer back is no handler. */
  private verifiesOnly(provider: Provider, body: FunctionRange): boolean {
    return (
      this.evidence(provider, [body]).some(({ at }) => returnsAnswer(this.code, at, body)) ||
      /verif|valid|sign|check/i.test(body.name ?? '')
    );
  }

  private isCalled(name: string, body: FunctionRange): boolean {
    return this.code.tokens.some(
      (token, at) =>
        token.kind === 'word' &&
        token.text === name &&
        (at < body.head || at > body.to) &&
        callOf(this.code, at) !== undefined,
    );
  }

  /** The functions of this file that the bodies call, two steps deep. */
  private withHelpers(bodies: readonly FunctionRange[]): readonly FunctionRange[] {
    const all = [...bodies];
    for (const one of all.slice(0, 20)) {
      for (let at = one.from; at < Math.min(one.to, one.from + 5000); at++) {
        const helper = this.byName.get(textAt(this.code, at));
        if (helper === undefined || callOf(this.code, at) === undefined || all.includes(helper) || all.length > 20)
          continue;
        all.push(helper);
      }
    }
    return all;
  }

  private isMarked(provider: Provider, bodies: readonly FunctionRange[]): boolean {
    return this.marks.some(
      (mark) => mark.provider === provider && bodies.some((one) => one.from <= mark.at && mark.at < one.to),
    );
  }

  private handle(provider: Provider, route: Route, bodies: readonly FunctionRange[]): void {
    const { code } = this;
    const { at } = route;
    if (this.handlers.length >= MAX_HANDLERS || this.handlers.some((one) => one.provider === provider && one.at === at))
      return;
    hardcodedKeys(code, bodies, this.sink);
    const weak =
      provider === 'github' && mentions(code, /x-hub-signature/i) && !mentions(code, /x[-_]hub[-_]signature[-_]256/i);
    const verified = weak ? undefined : this.verifiedAt(provider, route, bodies);
    if (verified === undefined) {
      this.handlers.push({ provider, at, ...(weak ? { weak: true as const } : {}) });
      return;
    }
    this.handlers.push({ provider, at, verified: verified.at });
    if (verified.byHand && /^(?:slack|stripe|svix)$/.test(provider) && !looksAtClock(code, bodies)) {
      this.sink({
        rule: 'code.webhook.replay',
        at: verified.at,
        seen: `a ${TRAITS[provider].name} signature without a look at its time`,
      });
    }
  }

  private verifiedAt(
    provider: Provider,
    route: Route,
    bodies: readonly FunctionRange[],
  ): { readonly at: number; readonly byHand: boolean } | undefined {
    const { code } = this;
    for (const [from, to] of route.arguments) {
      for (let at = from; at < Math.min(to, from + 60); at++) {
        if (functionAt(code, at) !== undefined && functionAt(code, at) !== functionAt(code, from)) continue;
        if (TRAITS[provider].verification(code, at) === 'middleware')
          return { at: tokenAt(code, at).at, byHand: false };
      }
    }
    for (const one of this.evidence(provider, bodies)) {
      const { body } = one;
      const offset = tokenAt(code, one.at).at;
      const isHelper = !route.bodies.includes(body);
      if (isHelper && returnsAnswer(code, one.at, body)) {
        if (this.helperDecides(body, bodies)) return { at: offset, byHand: one.byHand };
      } else if (decides(code, one.at, one.style, body) && (!isHelper || this.helperDecides(body, bodies, true))) {
        return { at: offset, byHand: one.byHand };
      }
    }
    return undefined;
  }

  /** The call of a helper decides in turn: by its answer, or (where it throws) by not being swallowed. */
  private helperDecides(helper: FunctionRange, bodies: readonly FunctionRange[], throws = false, steps = 2): boolean {
    const { code } = this;
    if (steps === 0) return false;
    for (const body of bodies) {
      if (body === helper) continue;
      for (let at = body.from; at < body.to; at++) {
        if (textAt(code, at) !== helper.name || callOf(code, at) === undefined) continue;
        if (decides(code, at, throws ? 'throws' : 'answers', body)) return true;
        if (
          !throws &&
          returnsAnswer(code, at, body) &&
          this.helperDecides(
            body,
            bodies.filter((one) => one !== helper),
            false,
            steps - 1,
          )
        )
          return true;
        if (throws && decides(code, at, 'answers', body)) return true;
      }
    }
    return false;
  }

  private evidence(
    provider: Provider,
    bodies: readonly FunctionRange[],
  ): readonly { readonly at: number; readonly style: Style; readonly body: FunctionRange; readonly byHand: boolean }[] {
    const { code } = this;
    const found: { at: number; style: Style; body: FunctionRange; byHand: boolean }[] = [];
    for (const body of bodies) {
      for (let at = body.from; at < body.to && found.length < 50; at++) {
        const style = TRAITS[provider].verification(code, at);
        if (style !== undefined) found.push({ at, style, body, byHand: false });
      }
    }
    const compare = compareAt(code, bodies, provider);
    if (compare !== undefined) found.push({ at: compare.at, style: 'answers', body: compare.body, byHand: true });
    return found;
  }

  private calls(): Webhooks['calls'] {
    const { code } = this;
    const found: { readonly provider: Provider; readonly at: number }[] = [];
    let compared = 0;
    for (let at = 0; at < code.tokens.length && found.length < 200; at++) {
      if (tokenAt(code, at).kind !== 'word' || callOf(code, at) === undefined) continue;
      for (const provider of PROVIDERS) {
        if (TRAITS[provider].verification(code, at) !== undefined) found.push({ provider, at: tokenAt(code, at).at });
      }
      if (compared < 200 && isConstantTime(code, at)) {
        compared++;
        const body = functionAt(code, at);
        for (const provider of PROVIDERS) {
          const near =
            this.isMarked(provider, body === undefined ? [] : [body]) ||
            TRAITS[provider].isPath(`${this.path} hook`) ||
            new RegExp(provider, 'i').test(body?.name ?? '');
          if (near || (this.marks.length > 0 && this.marks.every((mark) => mark.provider === provider)))
            found.push({ provider, at: tokenAt(code, at).at });
        }
      }
    }
    return found;
  }
}

function outermost(bodies: readonly FunctionRange[]): readonly FunctionRange[] {
  return bodies.filter(
    (one) =>
      !bodies.some(
        (other) =>
          other !== one &&
          other.from <= one.from &&
          one.to <= other.to &&
          !(other.from === one.from && other.to === one.to),
      ),
  );
}

function outermostAt(code: Code, index: number): FunctionRange | undefined {
  return functionsOf(code).find((one) => one.from <= index && index < one.to);
}

function isInside(body: FunctionRange, covered: ReadonlySet<FunctionRange>): boolean {
  return [...covered].some(
    (one) => (one.from <= body.from && body.to <= one.to) || (body.from <= one.from && one.to <= body.to),
  );
}

function isConstantTime(code: Code, index: number): boolean {
  const text = textAt(code, index);
  if (
    !/^(?:timingSafeEqual|compare_digest|Equal|safeCompare|secureCompare|tsscmp|constant_time_compare)$/.test(text) ||
    callOf(code, index) === undefined
  )
    return false;
  return text !== 'Equal' || textAt(code, index - 2) === 'hmac';
}

/** An HMAC-SHA256 by hand over the raw body in the provider's encoding, compared in constant time. */
function compareAt(
  code: Code,
  bodies: readonly FunctionRange[],
  provider: Provider,
): { readonly at: number; readonly body: FunctionRange } | undefined {
  let keyed = false;
  let compare: { readonly at: number; readonly body: FunctionRange } | undefined;
  for (const body of bodies) {
    for (let at = body.from; at < body.to; at++) {
      const token = tokenAt(code, at);
      if (token.kind !== 'word') continue;
      const opening = callOf(code, at);
      if (opening === undefined) continue;
      if (token.text === 'createHmac') keyed ||= /^sha256$/i.test(literalAt(code, opening + 1) ?? '');
      else if (token.text === 'new' || token.text === 'digest' || token.text === 'New') {
        const inside = code.tokens.slice(opening, (code.match[opening] ?? opening) + 1).map((one) => one.text);
        if (textAt(code, at - 2) === 'hmac') keyed ||= inside.includes('sha256');
        const encoding = token.text === 'digest' ? literalAt(code, opening + 1) : undefined;
        if (encoding !== undefined && /^(?:hex|base64)$/.test(encoding) && encoding !== TRAITS[provider].encoding)
          return undefined;
      } else if (/^(?:hexdigest|EncodeToString|b64encode)$/.test(token.text)) {
        const encoding = token.text === 'hexdigest' || textAt(code, at - 2) === 'hex' ? 'hex' : 'base64';
        if (encoding !== TRAITS[provider].encoding) return undefined;
      } else if (token.text === 'update' || token.text === 'Write') {
        // a body that was parsed and printed again is not the body that was signed
        if (/^(?:JSON|json)$/.test(textAt(code, opening + 1))) return undefined;
      } else if (compare === undefined && isConstantTime(code, at)) compare = { at, body };
    }
  }
  return keyed ? compare : undefined;
}

/** Whether the clock is read: a signature has no age without it. */
function looksAtClock(code: Code, bodies: readonly FunctionRange[]): boolean {
  return bodies.some((body) =>
    code.tokens.slice(body.from, body.to).some((token, offset) => {
      const at = body.from + offset;
      if (token.kind !== 'word') return false;
      const owner = textAt(code, at - 2);
      if (token.text === 'now') return owner === 'Date' || owner === 'datetime' || owner === 'performance';
      if (token.text === 'Date') return textAt(code, at - 1) === 'new';
      if (token.text === 'time') return callOf(code, at) !== undefined;
      return (token.text === 'Now' || token.text === 'Since') && owner === 'time';
    }),
  );
}

/** The signing secret stands in the code. */
function hardcodedKeys(code: Code, bodies: readonly FunctionRange[], sink: Sink): void {
  const report = (index: number, seen: string): void => {
    const text = literalAt(code, index);
    if (text !== undefined && text.length >= 8 && !/\$\{|\{\{|<%/.test(text))
      sink({ rule: 'code.webhook.secret-hardcoded', at: tokenAt(code, index).at, seen });
  };
  for (const body of bodies) {
    for (let at = body.from; at < body.to; at++) {
      const opening = callOf(code, at);
      const word = textAt(code, at);
      if (
        opening === undefined ||
        !/^(?:constructEvent|constructEventAsync|construct_event|ConstructEvent|createHmac|new|New|Webhook)$/.test(word)
      )
        continue;
      const parts = partsOf(code, opening);
      if (/^construct/i.test(word)) {
        if (parts[2] !== undefined) report(parts[2][0], `${word} with a literal secret`);
      } else if (word === 'createHmac') {
        if (parts[1] !== undefined) report(parts[1][0], 'createHmac with a literal key');
      } else if (word === 'Webhook') {
        if (parts[0] !== undefined) report(parts[0][0], 'Webhook with a literal secret');
      } else if (textAt(code, at - 2) === 'hmac' && parts[0] !== undefined)
        report(parts[0][0], 'hmac.new with a literal key');
    }
  }
}

/** Of one file. */
const MAX_COMPARISONS = 5000;
const TIMING_MARKS: ReadonlySet<string> = new Set(['==', '===', '!=', '!==', 'equals', 'strcmp', 'Equal']);

/** CWE-208: a comparison that stops at the first difference tells how far a guess was right. */
export function timingRules(code: Code, sink: Sink): void {
  if (!mentions(code, /signature|hmac|digest|\bmac\b|sig\b/i)) return;
  let left = MAX_COMPARISONS;
  for (let at = 1; at < code.tokens.length - 1 && left > 0; at++) {
    const text = textAt(code, at);
    if (!TIMING_MARKS.has(text)) continue;
    left--;
    if (/^[=!]==?$/.test(text)) {
      if (comparesSignature(operandBefore(code, at), operandAfter(code, at))) reportTiming(code, at, sink);
    } else if (/^(?:equals|strcmp|Equal)$/.test(text)) {
      const opening = callOf(code, at);
      if (
        opening === undefined ||
        textAt(code, at - 2) === 'hmac' ||
        (text === 'Equal' && textAt(code, at - 2) !== 'bytes')
      )
        continue;
      const parts = partsOf(code, opening);
      const left = text === 'equals' ? operandBefore(code, at - 1) : operandOf(code, parts[0]);
      const right = operandOf(code, parts[text === 'equals' ? 0 : 1]);
      if (comparesSignature(left, right)) reportTiming(code, at, sink);
    }
  }
}

function reportTiming(code: Code, at: number, sink: Sink): void {
  sink({
    rule: 'code.webhook.compare-timing',
    at: tokenAt(code, at).at,
    seen: `a signature compared with ${textAt(code, at)}`,
  });
}

interface Operand {
  readonly isSignature: boolean;
  /** It comes from a header, or from a digest that was just made. */
  readonly isFresh: boolean;
}

const NO_OPERAND: Operand = { isSignature: false, isFresh: false };

function operandBefore(code: Code, index: number): Operand {
  const { from } = chainTo(code, index - 1);
  return from >= index ? NO_OPERAND : operand(code, from, index);
}

function operandAfter(code: Code, index: number): Operand {
  let to = index + 1;
  while (to < index + 60) {
    const text = textAt(code, to);
    if (/^(?:[;,)\]}{:?]|&&|\|\||and|or)$/.test(text) || (to > index + 1 && tokenAt(code, to).starts && text !== '.'))
      break;
    const partner = code.match[to] ?? -1;
    to = partner > to ? partner + 1 : to + 1;
  }
  return operand(code, index + 1, to);
}

function operandOf(code: Code, part: readonly [number, number] | undefined): Operand {
  return part === undefined ? NO_OPERAND : operand(code, part[0], part[1]);
}

function operand(code: Code, from: number, to: number, followOnce = true): Operand {
  let isSignature = false;
  let isFresh = false;
  for (let at = from; at < Math.min(to, from + 60); at++) {
    const token = tokenAt(code, at);
    if (token.kind === 'string') {
      if (/^x-[a-z0-9-]*(?:signature|hmac)/i.test(token.text)) isFresh = true;
      // checks of transport, not of who sent it
      if (/^(?:sec-websocket|etag|content-md5|content-digest|if-none-match|digest)/i.test(token.text))
        return NO_OPERAND;
      continue;
    }
    if (token.kind !== 'word') continue;
    if (/^(?:typeof|null|undefined|None|nil|length|len)$/.test(token.text)) return NO_OPERAND;
    const last = wordsOf(token.text).at(-1) ?? '';
    if (/^(?:signature|hmac|digest|mac|sig|hexdigest)$/.test(last)) isSignature = true;
    if (/^(?:digest|hexdigest)$/.test(token.text) && callOf(code, at) !== undefined) isFresh = true;
    if (/^(?:headers|header|Header|getHeader|META)$/.test(token.text)) isFresh = true;
    const value = followOnce ? followed(code, at) : at;
    if (value !== at) {
      const more = operand(code, value, statementEnd(code, value), false);
      isFresh ||= more.isFresh;
    }
  }
  return { isSignature, isFresh };
}

function statementEnd(code: Code, from: number): number {
  let at = from;
  while (at < from + 60) {
    const text = textAt(code, at);
    if (text === ';' || text === '}' || (at > from && tokenAt(code, at).starts && text !== '.' && text !== '?.')) break;
    const partner = code.match[at] ?? -1;
    at = partner > at ? partner + 1 : at + 1;
  }
  return at;
}

function comparesSignature(left: Operand, right: Operand): boolean {
  if (!left.isSignature && !right.isSignature) return false;
  return (left.isSignature && right.isFresh) || (right.isSignature && left.isFresh);
}

/** Stripe signs the bytes it sent: a body that was parsed before is another text. */
export function parsedBody(code: Code, index: number, sink: Sink): void {
  const opening = callOf(code, index);
  if (opening === undefined) return;
  const [first] = partsOf(code, opening);
  if (first === undefined) return;
  const report = (seen: string): void =>
    sink({ rule: 'code.webhook.stripe-parsed-body', at: tokenAt(code, first[0]).at, seen });
  if (textAt(code, first[0]) === 'JSON' && textAt(code, first[0] + 2) === 'stringify')
    return report('the body printed again by JSON.stringify');
  const from = followed(code, first[0]);
  const names = code.tokens.slice(from, from + 3).map((token) => token.text);
  const isBody =
    /^(?:req|request|ctx)$/.test(names[0] ?? '') &&
    names[1] === '.' &&
    names[2] === 'body' &&
    textAt(code, from + 3) !== '.';
  if (!isBody) return;
  if (
    /\b(?:express|bodyParser)\s*\.\s*raw\s*\(|\braw\s*\(\s*\{|\bverify\s*:|bodyParser\s*:\s*false|rawBody/.test(
      code.text,
    )
  )
    return;
  for (let at = 0; at < index; at++) {
    if (textAt(code, at) !== 'json' || callOf(code, at) === undefined) continue;
    const { names: callee } = chainTo(code, at);
    const outer = code.parent[at] ?? -1;
    if (
      /^(?:express|bodyParser)$/.test(callee[0] ?? '') &&
      textAt(code, outer) === '(' &&
      ownerOf(code, outer) === 'use' &&
      !isString(code, outer + 1)
    ) {
      return report('req.body after express.json()');
    }
  }
}
