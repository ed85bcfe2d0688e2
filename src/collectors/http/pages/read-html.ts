/** Reads an HTML page into its text and links; tokenised, never executed. */
import { type Token, type TokenHandler, Tokenizer, TokenizerMode } from 'parse5';
import { createCollection, type PageText } from './text.ts';

const MAX_TAGS = 50_000;

const RAW: { readonly [tag: string]: number } = {
  script: TokenizerMode.SCRIPT_DATA,
  style: TokenizerMode.RAWTEXT,
  iframe: TokenizerMode.RAWTEXT,
  noembed: TokenizerMode.RAWTEXT,
  xmp: TokenizerMode.RAWTEXT,
  title: TokenizerMode.RCDATA,
  textarea: TokenizerMode.RCDATA,
};
/** Elements whose text is no text of the page: never shown, or an example of code. */
const SILENT = new Set(['template', 'pre', 'code', 'samp']);
/** Elements within a line of text. */
const INLINE = new Set(
  'a abbr b bdi bdo cite code data dfn em font i img kbd mark q s samp small span strong sub sup time tt u var wbr'.split(
    ' ',
  ),
);

/** Ends the reading of a page that has more tags than we look at. */
class Enough extends Error {}

export function readHtml(html: string): PageText {
  const found = createCollection();
  let tags = 0;
  let raw = '';
  let silent = 0;
  let buffer = '';
  let from = 1;
  let anchor: { readonly href: string; readonly line: number; text: string } | undefined;

  function flush(): void {
    found.line(from, buffer);
    buffer = '';
  }
  function closeLink(): void {
    if (anchor !== undefined) found.link(anchor.text, anchor.href, anchor.line);
    anchor = undefined;
  }
  function take(chars: string, line: number): void {
    if (raw === 'title') {
      if (found.title.length < 300) found.title += chars;
      return;
    }
    if ((raw !== '' && raw !== 'textarea') || silent > 0) return;
    if (buffer === '') from = line;
    buffer += chars;
    if (anchor !== undefined && anchor.text.length < 300) anchor.text += chars;
  }

  const handler: TokenHandler = {
    onStartTag(token) {
      tags += 1;
      if (tags > MAX_TAGS) throw new Enough();
      const line = token.location?.startLine ?? 1;
      const mode = Object.hasOwn(RAW, token.tagName) ? RAW[token.tagName] : undefined;
      if (mode !== undefined) {
        tokenizer.state = mode;
        raw = token.tagName;
      }
      if (SILENT.has(token.tagName)) silent += 1;
      if (!INLINE.has(token.tagName)) flush();
      const attribute = (name: string): string | undefined => valueOf(token, name);
      const id = attribute('id') ?? (token.tagName === 'a' ? attribute('name') : undefined);
      if (id !== undefined) found.anchor(id);
      const href = attribute('href');
      if (token.tagName !== 'a' || href === undefined || silent > 0) return;
      closeLink();
      anchor = { href, line, text: '' };
    },
    onEndTag(token) {
      if (token.tagName === raw) raw = '';
      if (SILENT.has(token.tagName)) silent = Math.max(0, silent - 1);
      if (token.tagName === 'a') closeLink();
      if (!INLINE.has(token.tagName)) flush();
    },
    onCharacter(token) {
      take(token.chars, token.location?.startLine ?? 1);
    },
    onWhitespaceCharacter(token) {
      take(token.chars, token.location?.startLine ?? 1);
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
  const tokenizer = new Tokenizer({ sourceCodeLocationInfo: true }, handler);
  try {
    tokenizer.write(html, true);
  } catch (error) {
    if (!(error instanceof Enough)) throw error;
    found.cut();
  }
  closeLink();
  flush();
  return found.done();
}

function valueOf(token: Token.TagToken, name: string): string | undefined {
  return token.attrs.find((attribute) => attribute.name === name)?.value;
}
