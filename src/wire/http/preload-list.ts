/** The HSTS preload list as a sorted text that is searched, not parsed: a lookup costs some twenty comparisons. */
import { gunzipSync } from 'node:zlib';
import { byCodeUnit, isArray, type Json, own } from '../../model/json.ts';

export interface PreloadEntry {
  readonly name: string;
  readonly includeSubDomains: boolean;
}

export interface PreloadList {
  /** Where it is from, with version and digest of the origin. */
  readonly source: string;
  /** YYYY-MM-DD: as of when it says what it says. */
  readonly date: string;
  readonly count: number;
  /** The entry that covers the host: its own, or that of a parent with includeSubDomains. */
  find(host: string): PreloadEntry | undefined;
}

const MAX_BYTES = 64 * 1024 * 1024;
/** The least that zlib takes. */
const MIN_CHUNK = 64;
/** The three lines at its head. */
const MAX_HEAD = 4096;

/** One line a name, sorted by code unit; `=` at its end where subdomains are not included. Header lines start with `#`. */
export function compactList(
  entries: readonly PreloadEntry[],
  head: { readonly source: string; readonly date: string },
): string {
  const byName = new Map(entries.map((entry) => [entry.name.toLowerCase(), entry.includeSubDomains]));
  const names = [...byName.keys()].sort(byCodeUnit);
  const lines = names.map((name) => `${name}${byName.get(name) === true ? '' : '='}`);
  return `# source: ${head.source.replaceAll(/[\r\n]/g, ' ')}\n# date: ${head.date}\n# count: ${String(lines.length)}\n${lines.join('\n')}\n`;
}

/**
 * Chromium's transport_security_state_static.json: line comments, `entries[].{name, mode, include_subdomains}`; only
 * `force-https` counts. Undefined where the text is not of that form.
 */
export function fromChromium(text: string): PreloadEntry[] | undefined {
  const entries = own(parseJson(text.replaceAll(/^[ \t]*\/\/.*$/gm, '')), 'entries');
  if (!isArray(entries)) return undefined;
  return entries.flatMap((entry) => {
    const name = own(entry, 'name');
    if (typeof name !== 'string' || own(entry, 'mode') !== 'force-https') return [];
    return [{ name, includeSubDomains: own(entry, 'include_subdomains') === true }];
  });
}

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** RFC 1952 §2.3.1: a gzip file ends with the size of what is in it; room for that is taken once, not chunk by chunk. */
function unpacked(bytes: Uint8Array): Buffer {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view[0] !== 0x1f || view[1] !== 0x8b) return view;
  const size = view.length < 18 ? 0 : view.readUInt32LE(view.length - 4);
  return gunzipSync(view, { maxOutputLength: MAX_BYTES, chunkSize: Math.min(Math.max(size, MIN_CHUNK), MAX_BYTES) });
}

/** Opens the compact form, packed by gzip or not; undefined where the bytes are something else. */
export function openList(bytes: Uint8Array): PreloadList | undefined {
  const text = unpacked(bytes);
  const head = /^# source: (.*)\n# date: ([0-9]{4}-[0-9]{2}-[0-9]{2})\n# count: ([0-9]{1,9})\n/.exec(
    text.toString('latin1', 0, MAX_HEAD),
  );
  if (head?.[1] === undefined || head[2] === undefined) return undefined;
  const start = head[0].length;
  return {
    source: head[1],
    date: head[2],
    count: Number(head[3]),
    find(host) {
      const labels = host.toLowerCase().split('.');
      for (let drop = 0; drop < labels.length; drop += 1) {
        const name = labels.slice(drop).join('.');
        const entry = search(text, start, name);
        if (entry !== undefined && (drop === 0 || entry.includeSubDomains)) return entry;
      }
      return undefined;
    },
  };
}

const FEED = 0x0a;

/** Binary search over the lines of the text from `start`. */
function search(text: Buffer, start: number, name: string): PreloadEntry | undefined {
  let low = start;
  let high = text.length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const begin = Math.max(text.lastIndexOf(FEED, middle - 1) + 1, low);
    const feed = text.indexOf(FEED, begin);
    const end = feed === -1 ? text.length : feed;
    const line = text.toString('latin1', begin, end);
    const found = line.endsWith('=') ? line.slice(0, -1) : line;
    if (found === name) return { name, includeSubDomains: line === found };
    if (byCodeUnit(found, name) < 0) low = end + 1;
    else high = begin;
  }
  return undefined;
}
