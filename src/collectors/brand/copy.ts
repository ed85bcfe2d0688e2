/** Whether another site shows our page: titles, and sketches of the words, compared; the words themselves are not kept. */
import { createHash } from 'node:crypto';
import { rawFault } from '../../model/facts.ts';
import { FaultError } from '../../model/fault.ts';
import type { Hop, IO } from '../../model/io.ts';
import { isArray, type Json, type JsonObject, own } from '../../model/json.ts';

const PAGE_BYTES = 512 * 1024;
const MAX_REDIRECTS = 5;
/** Words of a page that are looked at. */
const MAX_WORDS = 20_000;
/** Smallest digests of word triples that stand for a page: two pages share of them what they share of their text. */
const SKETCH = 128;

/** What of a page can be compared, or why it could not be seen. */
export async function sketchOf(io: IO, host: string): Promise<JsonObject> {
  try {
    const { hop, final } = await land(io, host);
    const html = new TextDecoder('utf-8').decode(hop.body);
    return { final, status: hop.status, ...sketchHtml(html) };
  } catch (error) {
    if (error instanceof FaultError) return rawFault(error);
    throw error;
  }
}

/** Over https, else over http where nothing listens there. */
async function land(io: IO, host: string): Promise<{ readonly hop: Hop; readonly final: string }> {
  try {
    return await followed(io, `https://${host}/`);
  } catch (error) {
    if (!(error instanceof FaultError) || !['net.refused', 'http.tls'].includes(error.fault.code)) throw error;
    return await followed(io, `http://${host}/`);
  }
}

async function followed(io: IO, start: string): Promise<{ readonly hop: Hop; readonly final: string }> {
  let url = start;
  for (let hops = 0; ; hops += 1) {
    const hop = await io.fetch({ method: 'GET', url, maxBody: PAGE_BYTES });
    const location = hop.headers.find(([name]) => name.toLowerCase() === 'location')?.[1];
    const next = hop.status >= 300 && hop.status <= 399 && location !== undefined ? URL.parse(location, url) : null;
    if (next === null || hops >= MAX_REDIRECTS) return { hop, final: new URL(url).hostname };
    url = next.href;
  }
}

export function sketchHtml(html: string): {
  readonly title: string;
  readonly words: number;
  readonly sketch: string[];
} {
  const title = /<title[^>]{0,200}>([^<]{0,500})/i.exec(html)?.[1] ?? '';
  const words = wordsOf(textOf(html));
  const digests = new Set<string>();
  for (let index = 0; index + 2 < words.length; index += 1) {
    digests.add(
      createHash('sha256')
        .update(words.slice(index, index + 3).join(' '))
        .digest('hex')
        .slice(0, 12),
    );
  }
  return {
    title: wordsOf(title).join(' ').toWellFormed(),
    words: words.length,
    sketch: [...digests].sort().slice(0, SKETCH),
  };
}

/** Text without markup: from each `>` to the next `<`, scripts and styles left out. */
function textOf(html: string): string {
  const parts: string[] = [];
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf('<', at);
    parts.push(html.slice(at, open === -1 ? html.length : open));
    if (open === -1) break;
    const skipped = /^<(script|style)\b/i.exec(html.slice(open, open + 8))?.[1]?.toLowerCase();
    const close = skipped === undefined ? open : endOf(html, skipped, open);
    const end = html.indexOf('>', close);
    if (end === -1) break;
    at = end + 1;
  }
  return parts.join(' ');
}

function endOf(html: string, tag: string, from: number): number {
  const exact = html.indexOf(`</${tag}`, from);
  return exact === -1 ? html.length : exact;
}

function wordsOf(text: string): string[] {
  return (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).slice(0, MAX_WORDS);
}

/** Two pages alike: the same title of at least two words, or more than half of their word triples. Undefined: nothing to compare. */
export function areAlike(one: Json, other: Json): boolean | undefined {
  const a = readSketch(one);
  const b = readSketch(other);
  if (a === undefined || b === undefined) return undefined;
  if (a.title === b.title && a.title.includes(' ')) return true;
  if (a.sketch.length < 20 || b.sketch.length < 20) return false;
  const ours = new Set(a.sketch);
  const theirs = new Set(b.sketch);
  const least = [...new Set([...a.sketch, ...b.sketch])].sort().slice(0, SKETCH);
  const shared = least.filter((digest) => ours.has(digest) && theirs.has(digest)).length;
  return shared / least.length > 0.5;
}

function readSketch(value: Json): { readonly title: string; readonly sketch: readonly string[] } | undefined {
  const title = own(value, 'title');
  const sketch = own(value, 'sketch');
  if (typeof title !== 'string' || !isArray(sketch)) return undefined;
  return { title, sketch: sketch.filter((digest) => typeof digest === 'string').slice(0, SKETCH) };
}
