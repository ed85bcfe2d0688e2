/** Reads a Markdown page, front matter and inline HTML included, into its text and links. */
import { createCollection, type PageText } from './text.ts';

const LINK = /(!?)\[([^[\]]{0,300})\]\(([^()\n]{0,2000}(?:\([^()\n]{0,200}\)[^()\n]{0,200})?)\)/g;
const DEFINITION = /^ {0,3}\[([^\]]{1,200})\]:\s{0,4}<?([^\s>]{1,2000})/;
const ANCHOR = /<a\s([^<>]{1,3000})>([^<]{0,300})/gi;
const HREF = /(?:^|\s)href\s{0,4}=\s{0,4}(?:"([^"]{0,2000})"|'([^']{0,2000})'|([^\s"'>]{1,2000}))/i;
const BARE = /(?<![("'<\]=/\w])https?:\/\/[^\s<>()"'`\]]{1,2000}/g;
const AUTOLINK = /<((?:https?:\/\/|mailto:)[^\s<>]{1,2000})>/g;
const MAX_LINE = 20_000;

export function readMarkdown(text: string): PageText {
  const found = createCollection();
  let fence = '';
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const number = index + 1;
    const line = raw.slice(0, MAX_LINE);
    if (line.length < raw.length) found.cut();
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (mark !== undefined && (fence === '' || mark.startsWith(fence))) {
      fence = fence === '' ? mark : '';
      continue;
    }
    if (fence !== '') continue;
    readLine(found, line.replaceAll(/`[^`]{0,500}`/g, ''), number);
  }
  return found.done();
}

function readLine(found: ReturnType<typeof createCollection>, line: string, number: number): void {
  const heading = /^ {0,3}#{1,6}\s+(.{1,300})/.exec(line)?.[1];
  if (heading !== undefined) {
    if (found.title === '') found.title = plain(heading);
    found.anchor(/\{#([^}\s]{1,100})\}/.exec(heading)?.[1] ?? slug(plain(heading)));
  }
  const title = /^title:\s{0,4}["']?([^"']{1,300})/.exec(line)?.[1];
  if (title !== undefined && found.title === '') found.title = title;
  for (const [, id] of line.matchAll(/\s(?:id|name)\s{0,4}=\s{0,4}["']([^"']{1,100})["']/g)) found.anchor(id ?? '');
  const definition = DEFINITION.exec(line);
  if (definition !== null) {
    found.link(definition[1] ?? '', definition[2] ?? '', number);
    return;
  }
  for (const [, image, text, target] of line.matchAll(LINK)) {
    if (image === '!') continue;
    const href = (target ?? '').trim();
    // what stands behind the address is a title; a space within mailto: is a mistake of its own
    found.link(
      plain(text ?? ''),
      /^mailto:/i.test(href) ? href : (href.split(/\s/)[0] ?? '').replace(/^<|>$/g, ''),
      number,
    );
  }
  for (const [, attributes, text] of line.matchAll(ANCHOR)) {
    const href = HREF.exec(attributes ?? '');
    if (href !== null) found.link(text ?? '', href[1] ?? href[2] ?? href[3] ?? '', number);
  }
  for (const [, href] of line.matchAll(AUTOLINK)) found.link(href ?? '', href ?? '', number);
  for (const [href] of line.replaceAll(LINK, '').matchAll(BARE)) {
    const url = href.replace(/[.,;:!?*_]+$/, '');
    found.link(url, url, number);
  }
  found.line(number, plain(line));
}

/** Text without the marks around it. */
function plain(line: string): string {
  return line
    .replaceAll(LINK, '$2')
    .replaceAll(/<[^>]{1,500}>/g, '')
    .replaceAll(/[*_]{1,3}(?=\S)|(?<=\S)[*_]{1,3}/g, '')
    .replace(/^\s{0,8}(?:#{1,6}|[-*+>]|[0-9]{1,3}[.)])\s+/, '');
}

/** The id that site generators give a heading. */
function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s+/g, '-');
}
