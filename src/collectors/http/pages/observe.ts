/** Reads a security page and looks at what it links: each link, the documents among them, the addresses it names. */
import type { Job } from '../../../model/evidence.ts';
import { rawFault } from '../../../model/facts.ts';
import { FaultError } from '../../../model/fault.ts';
import type { Hop, IO } from '../../../model/io.ts';
import { isArray, type Json, type JsonObject, own } from '../../../model/json.ts';
import { nameOf } from '../../../model/target.ts';
import { encodeQuery } from '../../../wire/dns/message.ts';
import { TYPES } from '../../../wire/dns/types.ts';
import { firstLine } from '../../../wire/http/fields.ts';
import { looksLikeHtml } from '../../../wire/http/sniff.ts';
import { follow, type Followed, NOT_ASKED } from '../chain.ts';
import { decodePage } from '../encoding.ts';
import { kindOf } from './kinds.ts';
import { readHtml } from './read-html.ts';
import { readPage, webLinks, contactsOf } from './read.ts';

const PAGE_BYTES = 2 * 1024 * 1024;
const DOCUMENT_BYTES = 512 * 1024;
/** What of a document stays in evidence. */
const MAX_TEXT = 60_000;
const AT_ONCE = 6;
/** Links that are followed; those beyond leave the list known in part. */
const MAX_FOLLOWED = 150;

export async function observe(job: Job, io: IO): Promise<Json> {
  const name = nameOf(job.target);
  const base = own(job.options, 'url');
  const page = /^https?:\/\//i.test(name)
    ? await fetched(io, name)
    : await file(io, name, typeof base === 'string' ? base : null);
  const text = own(page, 'text');
  if (typeof text !== 'string') return { page, links: {}, controls: {}, mail: {}, sectxt: NOT_ASKED };
  const read = readPage(page);
  const links = webLinks(page, read).slice(0, MAX_FOLLOWED);
  const found = new Map<string, Json>();
  await pool(links, async ({ link, url }) => {
    const kind = kindOf(link, url);
    found.set(
      url.href,
      await ask(io, withoutFragment(url), kind !== undefined && kind !== 'pgp' && kind !== 'status', kind === 'pgp'),
    );
  });
  const origins = [...new Set(links.map(({ url }) => url.origin))];
  const controls = new Map<string, Json>();
  await pool(origins, async (origin) => {
    const control = `${origin}/probity-${Buffer.from(io.random(8)).toString('hex')}`;
    controls.set(origin, (await follow(io, control, { maxBody: DOCUMENT_BYTES, keep: titleOf })).raw);
  });
  const status = new Map<string, Json>();
  await pool(
    links.filter(({ link, url }) => kindOf(link, url) === 'status'),
    async ({ url }) => {
      status.set(
        url.origin,
        (await follow(io, `${url.origin}/api/v2/status.json`, { maxBody: 64 * 1024, keep: asText })).raw,
      );
    },
  );
  const mail = new Map<string, Json>();
  await pool([...new Set(contactsOf(read).map(({ domain }) => domain))].slice(0, 10), async (domain) => {
    mail.set(domain, await askMail(io, domain));
  });
  const home = own(page, 'url');
  return {
    page,
    links: Object.fromEntries(found),
    controls: Object.fromEntries(controls),
    status: Object.fromEntries(status),
    mail: Object.fromEntries(mail),
    sectxt:
      typeof home === 'string' && URL.canParse(home)
        ? (await follow(io, new URL('/.well-known/security.txt', home).href, { maxBody: 64 * 1024, keep: asText })).raw
        : NOT_ASKED,
  };
}

async function fetched(io: IO, url: string): Promise<Json> {
  const answer = await follow(io, url, { maxBody: PAGE_BYTES, keep: asText });
  const { last } = answer;
  if (answer.firstFault !== undefined) throw answer.firstFault;
  const hops = own(answer.raw, 'hops');
  const text = own(own(isArray(hops) ? hops.at(-1) : undefined, 'body'), 'text');
  if (last === undefined || last.status !== 200 || typeof text !== 'string') {
    const status = last === undefined ? 'no answer at the end of its redirects' : `status ${String(last.status)}`;
    throw new FaultError(
      last !== undefined && (last.status === 429 || last.status >= 500) ? 'http.unavailable' : 'http.not-a-page',
      `${url} gives no page: ${status}`,
    );
  }
  return { url: last.url, html: looksLikeHtml(text), text, truncated: last.truncated };
}

async function file(io: IO, path: string, base: string | null): Promise<Json> {
  const tree = io.files(path);
  for await (const entry of tree.walk()) {
    if (entry.kind !== 'file') continue;
    const bytes = await tree.read(entry.path, PAGE_BYTES);
    const text = new TextDecoder('utf-8').decode(bytes);
    // Markdown may begin with a tag: its name says what it is
    const html = /\.x?html?$/i.test(path) || (!/\.(?:md|markdown|txt)$/i.test(path) && looksLikeHtml(text));
    return { url: base, html, text: text.toWellFormed(), truncated: entry.size > PAGE_BYTES };
  }
  throw new FaultError('source.not-found', `${path} is no file`);
}

/** Once, and again where it seems to be gone: one answer 404 may be an accident. */
async function ask(io: IO, url: string, document: boolean, bytes: boolean): Promise<Json> {
  const keep = bytes ? asBase64 : document ? asDocument : titleOf;
  const once = async (): Promise<Followed> => await follow(io, url, { maxBody: DOCUMENT_BYTES, keep });
  const first = await once();
  const gone = first.last?.status === 404 || first.last?.status === 410;
  return gone ? [first.raw, (await once()).raw] : [first.raw];
}

function withoutFragment(url: URL): string {
  return url.href.split('#')[0] ?? url.href;
}

function textOf(hop: Hop): string | undefined {
  return decodePage(hop.body, firstLine(hop.headers, 'content-type'));
}

function asText(hop: Hop): JsonObject {
  const text = textOf(hop);
  return text === undefined ? {} : { text: text.toWellFormed() };
}

function asBase64({ body }: Hop): JsonObject {
  return { base64: Buffer.from(body).toString('base64') };
}

/** For the comparison with a path that cannot exist. */
function titleOf(hop: Hop): JsonObject {
  const title = /<title[^>]{0,200}>([^<]{0,300})/i.exec(
    Buffer.from(hop.body.subarray(0, 65_536)).toString('utf8'),
  )?.[1];
  return { title: (title ?? '').replaceAll(/\s+/g, ' ').trim().toWellFormed() };
}

/** The lines of a document: a PDF is one, and is not read. */
function asDocument(hop: Hop): JsonObject {
  if (Buffer.from(hop.body.subarray(0, 1024)).includes('%PDF-'))
    return { ...titleOf(hop), pdf: true, created: createdOn(hop.body) };
  const text = textOf(hop);
  if (text === undefined) return titleOf(hop);
  const html = looksLikeHtml(text);
  const lines = html ? readHtml(text).lines.map((line) => line.text) : text.split('\n');
  return {
    ...titleOf(hop),
    pdf: false,
    // a page that asks who you are is no document
    login: html && /<input[^>]{0,300}type\s{0,4}=\s{0,4}["']?password/i.test(text),
    lines: lines.join('\n').slice(0, MAX_TEXT).toWellFormed(),
  };
}

/** PDF 32000 §14.3.3, where the document information is not compressed: no period of a report ends after its file was made. */
function createdOn(body: Uint8Array): Json {
  const date = /\/CreationDate\s{0,4}\(D:([0-9]{4})([0-9]{2})([0-9]{2})/.exec(Buffer.from(body).toString('latin1'));
  return date === null ? null : `${date[1] ?? ''}-${date[2] ?? ''}-${date[3] ?? ''}`;
}

async function askMail(io: IO, domain: string): Promise<Json> {
  const found: { [type: string]: JsonObject } = {};
  for (const type of ['MX', 'A', 'AAAA'] as const) {
    try {
      const reply = await io.dns({ query: encodeQuery(domain, TYPES[type]) });
      found[type] = { message: Buffer.from(reply.message).toString('base64'), server: reply.server };
    } catch (error) {
      if (!(error instanceof FaultError)) throw error;
      found[type] = rawFault(error);
    }
  }
  return found;
}

async function pool<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const queue = [...items];
  const run = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, run));
}
