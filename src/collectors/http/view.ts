/** Raw evidence of one site as the fact builders see it: its chains, and the responses of the target's own host. */
import type { FaultCode } from '../../model/fault.ts';
import { isString, partialList, unknown } from '../../model/facts.ts';
import { isArray, type Json, type JsonObject, own } from '../../model/json.ts';
import { pointer } from '../../model/pointer.ts';
import { asciiLower, trimOws } from '../../wire/http/chars.ts';
import { type Chain, type HopView, joinChains, readChain, type Response } from './raw.ts';
import {
  CORS_PROBES,
  type CorsProbe,
  INTRUSIVE_PROBES,
  type IntrusiveProbe,
  WELL_KNOWN_PROBES,
  type WellKnownProbe,
} from './probe-names.ts';
import { storedSuffixes, type SuffixOf } from './psl.ts';
import { siteUrls, type SiteUrls } from './site.ts';

export interface View {
  readonly site: SiteUrls;
  readonly https: Chain;
  readonly http: Chain;
  readonly sectxt: { readonly control: Chain; readonly wellKnown: Chain; readonly root: Chain; readonly plain: Chain };
  /** The page a second time, with a foreign Origin; HEAD of it. */
  readonly again: Chain;
  readonly head: Chain;
  /** The first page over the other addresses of the host. */
  readonly addresses: readonly Chain[];
  readonly cors: { readonly [probe in CorsProbe]: Chain };
  /** Present in evidence of version 1 only. */
  readonly earlyPrefix: Chain | undefined;
  readonly wellKnown: { readonly [probe in WellKnownProbe]: Chain };
  readonly query: Chain;
  readonly intrusive: { readonly [probe in IntrusiveProbe]: Chain };
  /** By the Public Suffix List that the job went by. */
  readonly suffixOf: SuffixOf;
  readonly raw: Json;
}

/** Facts under their names, and where in raw they come from. */
export interface Area {
  readonly facts: JsonObject;
  readonly at: { readonly [factPointer: string]: string };
}

/** Undefined where raw does not even say which site was asked. */
export function readView(raw: Json): View | undefined {
  const url = own(raw, 'url');
  const site = url !== undefined && isString(url) ? siteUrls(url) : undefined;
  if (site === undefined) return undefined;
  const sectxt = own(raw, 'sectxt');
  const prefix = own(own(raw, 'cors'), 'prefix');
  const https = readChain(own(raw, 'https'), '/https');
  return {
    site,
    https,
    http: joinChains(readChain(own(raw, 'http'), '/http'), https),
    again: readChain(own(raw, 'again'), '/again'),
    head: readChain(own(raw, 'head'), '/head'),
    addresses: readAddresses(own(raw, 'addresses')),
    cors: readProbes(raw, 'cors', CORS_PROBES),
    earlyPrefix: prefix === undefined ? undefined : readChain(prefix, '/cors/prefix'),
    wellKnown: readProbes(raw, 'wellKnown', WELL_KNOWN_PROBES),
    query: readChain(own(raw, 'query'), '/query'),
    intrusive: readProbes(raw, 'intrusive', INTRUSIVE_PROBES),
    sectxt: {
      control: readChain(own(sectxt, 'control'), '/sectxt/control'),
      wellKnown: readChain(own(sectxt, 'wellKnown'), '/sectxt/wellKnown'),
      root: readChain(own(sectxt, 'root'), '/sectxt/root'),
      plain: readChain(own(sectxt, 'plain'), '/sectxt/plain'),
    },
    suffixOf: storedSuffixes(raw),
    raw,
  };
}

function readAddresses(raw: Json | undefined): Chain[] {
  return isArray(raw) ? raw.map((chain, index) => readChain(chain, pointer('addresses', index))) : [];
}

function readProbes<Name extends string>(
  raw: Json,
  part: string,
  names: readonly Name[],
): { readonly [name in Name]: Chain } {
  const probes = own(raw, part);
  const notAsked = own(probes, 'asked') === false;
  const entries = names.map((name) => [
    name,
    readChain(notAsked ? probes : own(probes, name), notAsked ? pointer(part) : pointer(part, name)),
  ]);
  return Object.fromEntries(entries) as { readonly [name in Name]: Chain };
}

/** Port 80 that refuses is an answer: nobody can be served there. */
export function isRefused(chain: Chain): boolean {
  const first = chain.hops[0];
  return first?.is === 'failed' && first.code === 'net.refused';
}

/** Why something about these chains may have escaped us; undefined where all was seen. */
export function gapOf(view: View, chains: readonly Chain[]): FaultCode | undefined {
  for (const chain of chains) {
    if (chain.fault !== undefined && !(chain === view.http && isRefused(chain))) return chain.fault;
  }
  return undefined;
}

export function isOwn(view: View, hop: HopView): hop is Response {
  return hop.is === 'response' && hop.host === view.site.host;
}

/** The responses of the target's own host, in the order of the chains. */
export function ownResponses(view: View, chains: readonly Chain[]): Response[] {
  const responses = chains.flatMap((chain) => chain.hops.filter((hop) => isOwn(view, hop)));
  // a hop that two chains share is one response
  return [...new Map(responses.map((response) => [response.at, response])).values()];
}

/** What a fact builder needs of one own response besides its headers: nothing may hide behind the cut of the header list. */
export function cutOf(responses: readonly Response[]): FaultCode | undefined {
  return responses.some((response) => response.headersCut) ? 'http.limit' : undefined;
}

export interface HeaderAt {
  readonly value: string;
  /** Pointer to the line in raw. */
  readonly at: string;
}

/** The lines of that name (lower case) with their places in raw. */
export function headersAt(response: Response, name: string): HeaderAt[] {
  const found: HeaderAt[] = [];
  for (const [index, [key, value]] of response.headers.entries()) {
    if (key.length === name.length && asciiLower(key) === name)
      found.push({ value: trimOws(value), at: `${response.at}/headers/${String(index)}` });
  }
  return found;
}

/** A list fact from items that each know their place in raw. */
export function listFact(
  name: string,
  items: readonly { readonly fact: Json; readonly at: string }[],
  gap: FaultCode | undefined,
  whole: string,
): { readonly value: Json; readonly at: { readonly [factPointer: string]: string } } {
  const at: { [factPointer: string]: string } = { [`/${name}`]: items.length === 1 ? (items[0]?.at ?? whole) : whole };
  for (const [index, item] of items.entries()) at[`/${name}/${String(index)}`] = item.at;
  return {
    value: partialList(
      items.map(({ fact }) => fact),
      gap,
    ),
    at,
  };
}

/** Text of a kept body: undefined where it is no UTF-8 and stands as bytes, or is not there. */
export function bodyText(response: Response): string | undefined {
  const text = own(response.body.raw, 'text');
  return typeof text === 'string' ? text : undefined;
}

/** The kept body read as latin1 where it is no UTF-8. */
export function bodyBytes(response: Response): string | undefined {
  const base64 = own(response.body.raw, 'base64');
  return typeof base64 === 'string' ? Buffer.from(base64, 'base64').toString('latin1') : undefined;
}

/** Header text in a fact: bounded, so that one hostile line cannot fill a report. */
export function shown(text: string): string {
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

/** Keeps the members that have a value: in facts a missing key is absence. */
export function present(members: { readonly [name: string]: Json | undefined }): JsonObject {
  const kept: { [name: string]: Json } = {};
  for (const [name, value] of Object.entries(members)) if (value !== undefined) kept[name] = value;
  return kept;
}

/** An instant as facts hold it; undefined where it is outside of what a date can be. */
export function instant(milliseconds: number | undefined): string | undefined {
  if (milliseconds === undefined) return undefined;
  const date = new Date(milliseconds);
  if (Number.isNaN(date.getTime())) return undefined;
  const text = date.toISOString();
  // years before 0 and after 9999 have a sign and six digits there, which RFC 3339 does not know
  return /^[0-9]{4}-/.test(text) ? text : undefined;
}

export function unknownArea(names: readonly string[], code: FaultCode, at: string): Area {
  return {
    facts: Object.fromEntries(names.map((name) => [name, unknown(code)])),
    at: Object.fromEntries(names.map((name) => [`/${name}`, at])),
  };
}
