/** The side questions: foreign origins, well-known paths, a query that may leak, and what only `--intrusive` asks. */
import type { Hop, IO } from '../../model/io.ts';
import { type Json, type JsonObject, own } from '../../model/json.ts';
import { linesOf } from '../../wire/http/fields.ts';
import { type Followed, follow, type FollowOptions, NOT_ASKED } from './chain.ts';
import { FILE_BYTES } from './limits.ts';
import {
  CORS_PROBES,
  type CorsProbe,
  INTRUSIVE_PROBES,
  type IntrusiveProbe,
  WELL_KNOWN_PROBES,
} from './probe-names.ts';

const SMALL = 4096;

/** A path nobody can have made: what it answers is what the site says of any unknown path. */
export function controlName(io: IO): string {
  return `probity-${random(io)}.txt`;
}

function random(io: IO): string {
  return Buffer.from(io.random(8)).toString('hex');
}

/** The page again, from a foreign origin that ends like the host: whoever allows any origin allows this one too. */
export async function again(io: IO, url: string, host: string, page: FollowOptions): Promise<Followed> {
  const origin = `https://${random(io)}${host}`;
  return await follow(io, url, { ...page, follow: false, headers: [['origin', origin]] });
}

/** Origins that careless comparisons let in (Fetch, CORS protocol). */
function originOf(probe: CorsProbe, host: string, name: string): string {
  switch (probe) {
    case 'null':
      return 'null';
    case 'suffix':
      return `https://${host}.${name}.example`;
    case 'http':
      return `http://${host}`;
    default:
      return `https://${name}.example`;
  }
}

/** `again`: what the page said to an origin that ends like the host; one that it refused there needs no other foreign one. */
export async function cors(io: IO, url: string, host: string, again: Hop | undefined): Promise<Json> {
  const refused = again !== undefined && linesOf(again.headers, 'access-control-allow-origin').length === 0;
  const found: { [probe: string]: JsonObject } = {};
  for (const probe of CORS_PROBES) {
    if (probe === 'random' && refused) {
      found[probe] = NOT_ASKED;
      continue;
    }
    const origin = originOf(probe, host, random(io));
    found[probe] = {
      origin,
      ...(await follow(io, url, { maxBody: 0, follow: false, headers: [['origin', origin]] })).raw,
    };
  }
  return found;
}

export async function wellKnown(io: IO, site: string, keep: (hop: Hop) => JsonObject): Promise<Json> {
  const found: { [probe: string]: JsonObject } = {};
  for (const probe of WELL_KNOWN_PROBES) {
    const url = new URL(`/.well-known/${probe}`, site).href;
    // a redirect is the answer to change-password, and no file for the others
    found[probe] = (await follow(io, url, { maxBody: FILE_BYTES, keep, follow: false })).raw;
  }
  return found;
}

/** RFC 9110 §17.9: does a redirect carry what stood in the query to another host? One more request to port 80. */
export async function query(io: IO, http: Followed | undefined, url: string | undefined): Promise<Json> {
  if (url === undefined || http === undefined || http.firstFault !== undefined) return NOT_ASKED;
  const next = own(http.raw.hops[0], 'next');
  const target = typeof next === 'string' ? URL.parse(next) : null;
  const asked = new URL(url);
  // what stays with the same host tells nobody anything
  if (target === null || target.hostname === asked.hostname) return NOT_ASKED;
  const marker = `probity${random(io).slice(0, 6)}`;
  asked.search = `?probe=${marker}`;
  const answer = await follow(io, asked.href, { maxBody: SMALL, follow: false, markNext: true });
  return { marker, ...answer.raw };
}

const EXPOSED: { readonly [probe in IntrusiveProbe]?: string } = {
  git: '/.git/HEAD',
  env: '/.env',
  'ds-store': '/.DS_Store',
  'server-status': '/server-status',
  phpinfo: '/phpinfo.php',
};

/** Signatures of files that nobody should be served; only whether one is there leaves the collector. */
const SIGNATURES: { readonly [probe in IntrusiveProbe]?: RegExp } = {
  git: /^ref: refs\/|^[0-9a-f]{40}\s*$/,
  env: /^(?:export )?[A-Z][A-Z0-9_]{2,40}=/m,
  'ds-store': /^\0\0\0\x01Bud1/,
  'server-status': /Apache Server Status|Server uptime:/,
  phpinfo: /phpinfo\(\)|PHP Version/,
};

/** Asked only with `--intrusive`: one request each. */
export async function intrusive(io: IO, site: string, page: string): Promise<Json> {
  const evil = `${random(io)}.example`;
  const marker = random(io);
  const found: { [probe: string]: JsonObject } = {};
  for (const probe of INTRUSIVE_PROBES) found[probe] = await ask(io, probe, site, page, evil, marker);
  return found;
}

async function ask(
  io: IO,
  probe: IntrusiveProbe,
  site: string,
  page: string,
  evil: string,
  marker: string,
): Promise<JsonObject> {
  const one = { maxBody: SMALL, follow: false, markNext: true };
  if (probe === 'host') {
    const asked = await follow(io, page, {
      ...one,
      headers: [
        ['x-forwarded-host', evil],
        ['x-host', evil],
      ],
    });
    return { marker: evil, ...asked.raw };
  }
  if (probe === 'slashes')
    return { marker: evil, ...(await follow(io, `${new URL('/', site).href}/${evil}/probity`, one)).raw };
  if (probe === 'trace') {
    const keep = (hop: Hop): JsonObject => ({ echoed: latin1(hop).includes(marker) });
    return (await follow(io, page, { ...one, method: 'TRACE', keep, headers: [['x-probity', marker]] })).raw;
  }
  const path = EXPOSED[probe] ?? '/';
  const keep = (hop: Hop): JsonObject => ({ signature: SIGNATURES[probe]?.test(latin1(hop)) === true });
  return (await follow(io, new URL(path, site).href, { ...one, keep })).raw;
}

function latin1({ body }: Hop): string {
  return Buffer.from(body).toString('latin1');
}
