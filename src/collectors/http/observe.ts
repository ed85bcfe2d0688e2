/** Asks a site over http and https, hop by hop, and for its security.txt; judges nothing. */
import { FaultError } from '../../model/fault.ts';
import { rawFault } from '../../model/facts.ts';
import type { Job } from '../../model/evidence.ts';
import type { Hop, IO } from '../../model/io.ts';
import { isArray, type Json, type JsonObject, own } from '../../model/json.ts';
import { nameOf } from '../../model/target.ts';
import { looksLikeHtml } from '../../wire/http/sniff.ts';
import { FILE_BYTES, PAGE_BYTES } from './limits.ts';
import { siteUrls, type SiteUrls } from './site.ts';
import { type Followed, follow, type FollowOptions } from './chain.ts';

export async function observe(job: Job, io: IO): Promise<Json> {
  const urls = siteOf(job);
  const [https, http] = await Promise.all([
    follow(io, urls.https, { maxBody: PAGE_BYTES }),
    urls.http === undefined ? undefined : follow(io, urls.http, { maxBody: PAGE_BYTES }),
  ]);
  refuseSilence(https, http);
  const raw: { [part: string]: Json } = {
    url: nameOf(job.target),
    https: https.raw,
    http: http?.raw ?? { asked: false },
  };
  if (wanted(job, 'sectxt')) raw['sectxt'] = await observeSecurityTxt(io, urls, https, http);
  return raw;
}

function siteOf(job: Job): SiteUrls {
  const urls = siteUrls(nameOf(job.target));
  if (urls === undefined) throw new FaultError('collector.bug', `the site target ${job.target.id} holds no web URL`);
  return urls;
}

/** The two chains are always asked; the rest is what the plan names, or all of it. */
function wanted(job: Job, part: string): boolean {
  const parts = own(job.options, 'parts');
  return !isArray(parts) || parts.includes(part);
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

/** Stands in raw where a question was not asked because an earlier answer made it idle. */
const NOT_ASKED: JsonObject = { asked: false };

/** RFC 9116 §3: the well-known place, the old place, plain http; and a path that cannot exist, as control. */
async function observeSecurityTxt(io: IO, urls: SiteUrls, https: Followed, http: Followed | undefined): Promise<Json> {
  const file = { maxBody: FILE_BYTES, keep: keepText };
  const plain = http !== undefined && http.firstFault === undefined ? urls.http : undefined;
  if (https.firstFault !== undefined) {
    const fault = rawFault(https.firstFault);
    return { control: fault, wellKnown: fault, root: fault, plain: await askPlain(io, plain, file) };
  }
  const [control, wellKnown] = await Promise.all([
    follow(io, new URL(`/.well-known/${controlName(io)}`, urls.https).href, file),
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

/** A path nobody can have made: what it answers is what the site says of any unknown path. */
function controlName(io: IO): string {
  return `probity-${Buffer.from(io.random(8)).toString('hex')}.txt`;
}

function mayBeFile({ last }: Followed): boolean {
  return last?.status === 200 && !looksLikeHtml(latin1(last.body.subarray(0, 512)));
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
