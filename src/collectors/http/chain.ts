/** Follows one URL hop by hop and keeps what every hop said; a fault of a hop is data at its place. */
import { hash } from 'node:crypto';
import { FaultError } from '../../model/fault.ts';
import { rawFault } from '../../model/facts.ts';
import type { Hop, IO } from '../../model/io.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { isRedirect, resolveLocation } from '../../wire/http/location.ts';
import { MAX_HEADERS, MAX_REDIRECTS } from './limits.ts';
import { redactHeaders, redactUrls } from './redact.ts';

/** How a chain ended: with a response to keep, or why it was not followed further. */
export type ChainEnd = 'response' | 'redirect' | 'joined' | 'loop' | 'too-many' | 'bad-location' | 'fault';

export interface FollowOptions {
  readonly maxBody: number;
  readonly headers?: readonly (readonly [name: string, value: string])[];
  /** What of a final response's body is kept besides its size and digest. */
  readonly keep?: (hop: Hop) => JsonObject;
  /** False: the first response is the only one. */
  readonly follow?: boolean;
  /** A URL whose chain is followed elsewhere: this one ends as `joined` where it gets there. */
  readonly join?: string;
  /** With `follow: false`: where a redirect would lead is kept all the same. */
  readonly markNext?: boolean;
  readonly method?: 'GET' | 'HEAD' | 'TRACE';
  /** One of the addresses of the host, with `follow: false`. */
  readonly address?: string;
}

/** Stands in raw where a question was not asked because an earlier answer made it idle. */
export const NOT_ASKED: JsonObject = { asked: false };

export interface Followed {
  readonly raw: JsonObject & { readonly hops: readonly JsonObject[]; readonly end: ChainEnd };
  /** The fault of the first hop; undefined where it was answered. */
  readonly firstFault: FaultError | undefined;
  /** The first response as it came; undefined where the first hop failed. */
  readonly first: Hop | undefined;
  /** The last response as it came; undefined where the last hop failed. */
  readonly last: Hop | undefined;
}

export async function follow(io: IO, start: string, options: FollowOptions): Promise<Followed> {
  const hops: JsonObject[] = [];
  const seen = new Set<string>();
  let url = start;
  let first: Hop | undefined;
  for (;;) {
    seen.add(url);
    let hop: Hop;
    try {
      hop = await io.fetch({
        method: options.method ?? 'GET',
        url,
        headers: [...ACCEPT, ...(options.headers ?? [])],
        maxBody: options.maxBody,
        ...(options.address !== undefined && { address: options.address }),
      });
    } catch (error) {
      if (!(error instanceof FaultError)) throw error;
      hops.push({ url: redactUrls(url), ...rawFault(error) });
      return { raw: { hops, end: 'fault' }, firstFault: hops.length === 1 ? error : undefined, first, last: undefined };
    }
    first ??= hop;
    const next =
      options.follow === false && options.markNext !== true ? undefined : nextOf(hop, seen, hops.length, options.join);
    const kept = next === undefined ? options.keep?.(hop) : undefined;
    hops.push(rawHop(hop, next?.url, kept));
    if (next?.url === undefined || next.end !== undefined || options.follow === false) {
      return {
        raw: { hops, end: next?.end ?? (next === undefined ? 'response' : 'redirect') },
        firstFault: undefined,
        first,
        last: hop,
      };
    }
    url = next.url;
  }
}

const ACCEPT: readonly (readonly [string, string])[] = [['accept', 'text/html,application/xhtml+xml,*/*;q=0.8']];

interface Next {
  readonly url: string | undefined;
  readonly end: ChainEnd | undefined;
}

/** Where the response sends us; undefined where it is no redirect. */
function nextOf(hop: Hop, seen: ReadonlySet<string>, before: number, join: string | undefined): Next | undefined {
  if (!isRedirect(hop.status)) return undefined;
  const { url } = resolveLocation(hop.url, hop.headers);
  if (url === undefined) return { url, end: 'bad-location' };
  if (url === join) return { url, end: 'joined' };
  if (seen.has(url)) return { url, end: 'loop' };
  return { url, end: before >= MAX_REDIRECTS ? 'too-many' : undefined };
}

/** A response as evidence: bounded, redacted, the body by size and digest. */
export function rawHop(hop: Hop, next: string | undefined, kept: JsonObject | undefined): JsonObject {
  const headers = redactHeaders(hop.headers.slice(0, MAX_HEADERS));
  const tls: Json =
    hop.tls === undefined
      ? null
      : { protocol: hop.tls.protocol, authorized: hop.tls.authorized, trustError: hop.tls.trustError ?? null };
  return {
    url: redactUrls(hop.url),
    address: hop.address,
    port: hop.port,
    version: hop.httpVersion,
    status: hop.status,
    headers,
    headerCount: hop.headers.length,
    tls,
    interim: (hop.interim ?? []).map(({ status, headers }) => ({
      status,
      headers: redactHeaders(headers.slice(0, MAX_HEADERS)),
    })),
    next: next === undefined ? null : redactUrls(next),
    body: {
      bytes: hop.body.byteLength,
      truncated: hop.truncated,
      fault: hop.bodyFault ?? null,
      sha256: hash('sha256', hop.body),
      ...kept,
    },
    elapsedMs: hop.elapsedMs,
  };
}
