/** What of an HTML page bears on security: a few elements with a few attributes, tokenised and never executed. */
import { type Token, type TokenHandler, Tokenizer, TokenizerMode } from 'parse5';
import type { JsonObject } from '../../model/json.ts';
import { redactUrls } from './redact.ts';

/** Tags read of one page, and elements kept of it. */
const MAX_TAGS = 20_000;
const MAX_ELEMENTS = 2000;
const MAX_VALUE = 2000;

/** Attributes that are kept, by tag; no other element is. */
const KEPT: { readonly [tag: string]: readonly string[] } = {
  base: ['href'],
  script: ['src', 'integrity', 'crossorigin', 'type'],
  link: ['rel', 'href', 'integrity', 'crossorigin', 'as'],
  iframe: ['src'],
  frame: ['src'],
  object: ['data'],
  embed: ['src'],
  form: ['action', 'method'],
  button: ['formaction'],
  input: ['type', 'formaction', 'src'],
  img: ['src', 'srcset'],
  audio: ['src'],
  video: ['src', 'poster'],
  source: ['src', 'srcset'],
  track: ['src'],
  meta: ['http-equiv', 'content', 'charset'],
};
/** Elements whose only interest is where they load from over plain http. */
const PASSIVE = new Set(['img', 'audio', 'video', 'source', 'track']);

/** How the text inside an element is read (HTML §13.2.5); `noscript` is markup, as where scripts are off. */
const MODES: { readonly [tag: string]: number } = {
  script: TokenizerMode.SCRIPT_DATA,
  style: TokenizerMode.RAWTEXT,
  xmp: TokenizerMode.RAWTEXT,
  iframe: TokenizerMode.RAWTEXT,
  noembed: TokenizerMode.RAWTEXT,
  noframes: TokenizerMode.RAWTEXT,
  title: TokenizerMode.RCDATA,
  textarea: TokenizerMode.RCDATA,
  plaintext: TokenizerMode.PLAINTEXT,
};

/** Start tags that do not end the head (HTML §13.2.6.4.3-6): any other one, and text, begin the body. */
const IN_HEAD = new Set([
  'html',
  'head',
  'base',
  'basefont',
  'bgsound',
  'link',
  'meta',
  'noframes',
  'noscript',
  'script',
  'style',
  'template',
  'title',
]);

export interface PageExtract {
  readonly elements: readonly JsonObject[];
  /** More tags or elements came than are read. */
  readonly cut: boolean;
  readonly title: string;
  /** An inline script sets the location. */
  readonly scriptRedirect: boolean;
}

/** Ends the reading of a page that has more tags than we look at. */
class Enough extends Error {}

/** `xml`: an element that closes itself has no content (XHTML). */
export function extractPage(html: string, xml = false): PageExtract {
  const elements: JsonObject[] = [];
  let tags = 0;
  let cut = false;
  let title = '';
  let inside = '';
  let script = '';
  let style = '';
  let scriptRedirect = false;
  let inBody = false;
  /** What browsers with scripts take for text, or keep apart from the page. */
  const apart = { noscript: 0, template: 0 };
  const isApart = (): boolean => apart.noscript + apart.template > 0;
  const add = (element: JsonObject): void => {
    if (elements.length < MAX_ELEMENTS) elements.push(element);
    else cut = true;
  };
  const handler: TokenHandler = {
    onStartTag(token) {
      tags += 1;
      if (tags > MAX_TAGS) throw new Enough();
      if (token.tagName === 'noscript' || token.tagName === 'template')
        apart[token.tagName] += xml && token.selfClosing ? 0 : 1;
      else if (!IN_HEAD.has(token.tagName) && !isApart()) inBody = true;
      const mode = MODES[token.tagName];
      if (mode !== undefined && Object.hasOwn(MODES, token.tagName) && !(xml && token.selfClosing)) {
        tokenizer.state = mode;
        inside = token.tagName;
        script = '';
        style = '';
      }
      const kept = keep(token);
      if (kept === undefined) return;
      add(kept['tag'] === 'meta' && (inBody || isApart()) ? { ...kept, outside: true } : kept);
    },
    onEndTag(token) {
      if (token.tagName === 'noscript' || token.tagName === 'template')
        apart[token.tagName] = Math.max(0, apart[token.tagName] - 1);
      else if (token.tagName === 'body' || token.tagName === 'html') inBody = true;
      if (token.tagName !== inside) return;
      if (inside === 'script' && SETS_LOCATION.test(script)) scriptRedirect = true;
      if (inside === 'style') for (const href of importsOf(style)) add({ tag: 'style', href });
      inside = '';
    },
    onCharacter({ chars }) {
      if (inside === 'title' && title.length < 300) title += chars;
      else if (inside === 'script' && script.length < 20_000) script += chars;
      else if (inside === 'style') style += chars;
      else if (inside === '' && !isApart() && /[^\t\n\f\r ]/.test(chars)) inBody = true;
    },
    onWhitespaceCharacter({ chars }) {
      this.onCharacter({ chars } as Token.CharacterToken);
    },
    onNullCharacter() {
      return;
    },
    onComment() {
      return;
    },
    onDoctype() {
      return;
    },
    onEof() {
      return;
    },
  };
  const tokenizer = new Tokenizer({ sourceCodeLocationInfo: false }, handler);
  try {
    tokenizer.write(html, true);
  } catch (error) {
    if (!(error instanceof Enough)) throw error;
    cut = true;
  }
  return { elements, cut, title: title.trim().slice(0, 300), scriptRedirect };
}

/** CSS Cascade §2: style sheets that a style sheet loads, as far as they come over plain http. */
function importsOf(style: string): string[] {
  const imports = style.matchAll(/@import\s{1,9}(?:url\(\s{0,9})?["']?\s{0,9}(http:[^"')\s]{1,500})/gi);
  return [...imports].map(([, url]) => redactUrls(url ?? '').toWellFormed());
}

const SETS_LOCATION =
  /(?:^|[^\w.])(?:(?:window|document|self|top)\.)?location(?:\.href)?\s{0,9}=[^=]|location\.(?:replace|assign)\s{0,9}\(/;

function keep(token: Token.TagToken): JsonObject | undefined {
  const names = Object.hasOwn(KEPT, token.tagName) ? KEPT[token.tagName] : undefined;
  if (names === undefined) return undefined;
  const attributes: { [name: string]: string } = {};
  for (const { name, value } of token.attrs) {
    if (names.includes(name)) attributes[name] = redactUrls(value.slice(0, MAX_VALUE)).toWellFormed();
  }
  if (PASSIVE.has(token.tagName) && !Object.values(attributes).some((value) => /http:/i.test(value))) return undefined;
  if (
    token.tagName === 'input' &&
    attributes['type'] !== 'password' &&
    attributes['formaction'] === undefined &&
    !/^http:/i.test(attributes['src'] ?? '')
  )
    return undefined;
  if (token.tagName === 'button' && attributes['formaction'] === undefined) return undefined;
  return { tag: token.tagName, ...attributes };
}
