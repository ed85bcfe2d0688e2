/** Asks a site over http and https, hop by hop, and the side questions that the plan names; judges nothing. */
import { FaultError } from '../../model/fault.ts';
import { rawFault } from '../../model/facts.ts';
import type { Job } from '../../model/evidence.ts';
import type { Hop, IO } from '../../model/io.ts';
import { isArray, type Json, type JsonObject, own } from '../../model/json.ts';
import { nameOf } from '../../model/target.ts';
import { firstLine, parseMediaType } from '../../wire/http/fields.ts';
import { looksLikeHtml } from '../../wire/http/sniff.ts';
import { type Followed, follow, type FollowOptions, NOT_ASKED } from './chain.ts';
import { decodePage } from './encoding.ts';
import { extractPage } from './html.ts';
import { followLinks } from './links.ts';
import { FILE_BYTES, PAGE_BYTES } from './limits.ts';
import { isHtmlType } from './page.ts';
import { parents, preload, www } from './preload.ts';
import * as probes from './probes.ts';
import { redactUrls } from './redact.ts';
import { suffixesOf } from './psl.ts';
import { siteUrls, type SiteUrls } from './site.ts';
import { suffixesUsed } from './suffixes-used.ts';

export async function observe(job: Job, io: IO): Promise<Json> {
  const urls = siteOf(job);
  const list = Object.hasOwn(job.options, 'psl') ? await io.data('psl') : undefined;
  const suffixOf = suffixesOf(list);
  const page: FollowOptions = { maxBody: PAGE_BYTES, keep: keepPage };
  const [https, http] = await Promise.all([
    follow(io, urls.https, page),
    urls.http === undefined ? undefined : follow(io, urls.http, { ...page, join: urls.https }),
  ]);
  refuseSilence(https, http);
  const logout = own(job.options, 'logout');
  const raw: { [part: string]: Json } = {
    url: nameOf(job.target),
    https: https.raw,
    http: http?.raw ?? NOT_ASKED,
    intrusive: NOT_ASKED,
    logout: typeof logout === 'string' ? redactUrls(logout) : null,
  };
  const wants = (part: string): boolean => wanted(job, part);
  const last = https.last;
  const pageUrl = last !== undefined && new URL(last.url).hostname === urls.host ? last.url : urls.https;
  const answered = https.firstFault === undefined;
  let second: Promise<Followed> | undefined;
  const again = async (): Promise<Followed | undefined> => {
    if (!wants('cors') && !namesNonce(last)) return undefined;
    second ??= probes.again(io, pageUrl, urls.host, page);
    return await second;
  };
  const side: { readonly part: string; readonly ask: () => Promise<Json> }[] = [
    {
      part: 'sectxt',
      ask: async () =>
        await withLinks(
          io,
          await observeSecurityTxt(io, urls, https, http),
          wants('sectxtLinks') ? keyOf(job, io) : undefined,
        ),
    },
    { part: 'again', ask: async () => (await again())?.raw ?? NOT_ASKED },
    { part: 'head', ask: async () => (await follow(io, pageUrl, { maxBody: 0, method: 'HEAD', follow: false })).raw },
    { part: 'addresses', ask: async () => await addresses(io, urls.https, https) },
    { part: 'cors', ask: async () => await probes.cors(io, pageUrl, urls.host, (await again())?.last) },
    { part: 'wellKnown', ask: async () => await probes.wellKnown(io, urls.https, keepText) },
    { part: 'query', ask: async () => await probes.query(io, http, urls.http) },
    { part: 'preload', ask: async () => await preload(io, urls.host) },
    { part: 'www', ask: async () => await www(io, urls.host, https.first, suffixOf) },
    { part: 'parents', ask: async () => await parents(io, urls.host, https.first, suffixOf) },
    { part: 'intrusive', ask: async () => await probes.intrusive(io, urls.https, pageUrl) },
  ];
  const asked = side.filter(({ part }) => wants(part));
  const found = await Promise.all(
    asked.map(async ({ part, ask }) => [part, answered || ANYWAY.has(part) ? await ask() : fault(https)] as const),
  );
  const all = { ...raw, ...Object.fromEntries(found) };
  return list === undefined ? all : { ...all, suffixes: suffixesUsed(all, suffixOf) };
}

/** What the other addresses of the host say (facts/http §10): they may be other servers. */
async function addresses(io: IO, url: string, https: Followed): Promise<Json> {
  const others = https.first?.otherAddresses ?? [];
  return await Promise.all(
    others.map(async (address) => ({
      address,
      ...(await follow(io, url, { maxBody: 0, follow: false, address })).raw,
    })),
  );
}

/** Parts that do not need the https side to have answered. */
const ANYWAY = new Set(['sectxt', 'query', 'preload', 'parents']);

/** Where https never answered, nobody needs to ask again. */
function fault(https: Followed): Json {
  return https.firstFault === undefined ? NOT_ASKED : rawFault(https.firstFault);
}

function siteOf(job: Job): SiteUrls {
  const urls = siteUrls(nameOf(job.target));
  if (urls === undefined) throw new FaultError('collector.bug', `the site target ${job.target.id} holds no web URL`);
  return urls;
}

/** The two chains are always asked; the rest is what the plan names, or all of it but the intrusive part. */
function wanted(job: Job, part: string): boolean {
  const parts = own(job.options, 'parts');
  return isArray(parts) ? parts.includes(part) : part !== 'intrusive';
}

/** Where neither side said anything, the job has failed: the engine may try again, and "nothing listens" is its to judge. */
function refuseSilence(https: Followed, http: Followed | undefined): void {
  const fault = https.firstFault;
  if (fault === undefined || fault.fault.code === 'http.malformed') return;
  if (http === undefined) throw fault;
  if (http.firstFault === undefined || http.firstFault.fault.code === 'http.malformed') return;
  // a refused port 80 beside a silent port 443 says nothing about the site: the https side decides
  throw fault;
}

function namesNonce(last: Hop | undefined): boolean {
  return (
    last?.headers.some(([name, value]) => /^content-security-policy$/i.test(name) && /'nonce-/i.test(value)) === true
  );
}

/** Follows what the file names, where there is one and the plan asks for it. */
async function withLinks(io: IO, found: JsonObject, key: Promise<Json> | undefined): Promise<Json> {
  if (key === undefined) return found;
  const file = ['wellKnown', 'root', 'plain'].map((place) => fileText(found[place])).find((text) => text !== undefined);
  return { ...found, links: file === undefined ? NOT_ASKED : await followLinks(io, file), key: await key };
}

/** The key that the user brought for signatures; null where there is none. */
async function keyOf(job: Job, io: IO): Promise<Json> {
  return Object.hasOwn(job.options, 'key') ? Buffer.from(await io.data('openpgp-key')).toString('base64') : null;
}

/** The text of a chain that ended with a file. */
function fileText(chain: Json | undefined): string | undefined {
  const hops = own(chain, 'hops');
  const last = isArray(hops) ? hops.at(-1) : undefined;
  const body = own(last, 'body');
  const base64 = own(body, 'base64');
  const text = typeof base64 === 'string' ? Buffer.from(base64, 'base64').toString('latin1') : own(body, 'text');
  return own(last, 'status') === 200 && typeof text === 'string' && !looksLikeHtml(text) ? text : undefined;
}

/** RFC 9116 §3: the well-known place, the old place, plain http; and a path that cannot exist, as control. */
async function observeSecurityTxt(
  io: IO,
  urls: SiteUrls,
  https: Followed,
  http: Followed | undefined,
): Promise<JsonObject> {
  const file = { maxBody: FILE_BYTES, keep: keepText };
  const plain = http !== undefined && http.firstFault === undefined ? urls.http : undefined;
  if (https.firstFault !== undefined) {
    const lost = rawFault(https.firstFault);
    return { control: lost, wellKnown: lost, root: lost, plain: await askPlain(io, plain, file) };
  }
  const [control, wellKnown] = await Promise.all([
    follow(io, new URL(`/.well-known/${probes.controlName(io)}`, urls.https).href, file),
    follow(io, new URL('/.well-known/security.txt', urls.https).href, file),
  ]);
  if (mayBeFile(wellKnown)) {
    return { control: control.raw, wellKnown: wellKnown.raw, root: NOT_ASKED, plain: NOT_ASKED };
  }
  const root = await follow(io, new URL('/security.txt', urls.https).href, file);
  return {
    control: control.raw,
    wellKnown: wellKnown.raw,
    root: root.raw,
    plain: mayBeFile(root) ? NOT_ASKED : await askPlain(io, plain, file),
  };
}

async function askPlain(io: IO, site: string | undefined, options: FollowOptions): Promise<Json> {
  if (site === undefined) return NOT_ASKED;
  return (await follow(io, new URL('/.well-known/security.txt', site).href, options)).raw;
}

function mayBeFile({ last }: Followed): boolean {
  return last?.status === 200 && !looksLikeHtml(latin1(last.body.subarray(0, 512)));
}

/** Of an HTML page the elements that rules are about, never its text. */
function keepPage(hop: Hop): JsonObject {
  const type = firstLine(hop.headers, 'content-type');
  const isHtml =
    type === undefined ? looksLikeHtml(latin1(hop.body.subarray(0, 1024))) : isHtmlType(parseMediaType(type)?.essence);
  if (!isHtml) return {};
  const text = decodePage(hop.body, type);
  if (text === undefined) return {};
  const { elements, cut, title, scriptRedirect } = extractPage(
    text,
    parseMediaType(type ?? '')?.essence.endsWith('xml'),
  );
  return { html: { elements, cut, title: title.toWellFormed(), scriptRedirect } };
}

/** Text as text where it is UTF-8, byte order mark included, else the bytes. */
function keepText({ body, truncated }: Hop): JsonObject {
  try {
    // a cut body may end inside a character: with `stream` that is no error
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body, { stream: truncated }) };
  } catch (error) {
    if (error instanceof TypeError) return { base64: Buffer.from(body).toString('base64') };
    throw error;
  }
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}
