/** Reads raw evidence back: chains and hops as typed values, with a fault wherever something is not there. */
import { type FaultCode, isFaultCode } from '../../model/fault.ts';
import { faultIn } from '../../model/facts.ts';
import { isArray, type Json, own } from '../../model/json.ts';
import { pointer } from '../../model/pointer.ts';
import type { HeaderLine } from '../../wire/http/fields.ts';
import { isRedirect } from '../../wire/http/location.ts';
import { MAX_HEADERS } from './limits.ts';

export interface Response {
  readonly is: 'response';
  readonly url: string;
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly address: string;
  readonly status: number;
  readonly headers: readonly HeaderLine[];
  /** More header lines came than are kept. */
  readonly headersCut: boolean;
  /** Undefined on plain http; unknown where raw does not say. */
  readonly authorized: boolean | undefined;
  readonly trustError: string | undefined;
  readonly next: string | undefined;
  readonly raw: Json;
  readonly body: {
    readonly bytes: number;
    readonly truncated: boolean;
    readonly sha256: string;
    readonly fault: FaultCode | undefined;
    readonly raw: Json;
  };
  readonly at: string;
}

export interface Failed {
  readonly is: 'failed';
  readonly url: string | undefined;
  readonly code: FaultCode;
  readonly message: string;
  readonly at: string;
}

export type HopView = Response | Failed;
export type EndView = 'response' | 'redirect' | 'joined' | 'loop' | 'too-many' | 'bad-location' | 'fault';

export interface Chain {
  readonly asked: boolean;
  readonly hops: readonly HopView[];
  readonly end: EndView;
  /** Why the chain is not known to its end. */
  readonly fault: FaultCode | undefined;
  readonly at: string;
}

const ENDS: readonly EndView[] = ['response', 'redirect', 'joined', 'loop', 'too-many', 'bad-location', 'fault'];

export function readChain(raw: Json | undefined, at: string): Chain {
  if (own(raw, 'asked') === false) return { asked: false, hops: [], end: 'response', fault: undefined, at };
  const broken = (code: FaultCode, hops: readonly HopView[] = []): Chain => ({
    asked: true,
    hops,
    end: 'fault',
    fault: code,
    at,
  });
  const code = faultIn(raw);
  if (code !== undefined) return broken(code, [failed(raw, code, at)]);
  const list = own(raw, 'hops');
  const end = ENDS.find((name) => name === own(raw, 'end'));
  if (!isArray(list) || list.length === 0 || end === undefined) return broken('evidence.missing');
  const hops: HopView[] = [];
  for (const [index, item] of list.entries()) {
    const hop = readHop(item, at + pointer('hops', index));
    const before = hops.at(-1);
    // a chain with a hole in it tells nothing about what lies behind the hole
    if (before !== undefined && (before.is === 'failed' || before.next !== hop.url))
      return broken('evidence.missing', hops);
    hops.push(hop);
  }
  const last = hops.at(-1);
  if (last?.is === 'failed') return broken(last.code, hops);
  if (last === undefined || !consistent(last, end)) return broken('evidence.missing', hops);
  return { asked: true, hops, end, fault: undefined, at };
}

/** A list that was cut short would show an inner redirect as the end of the chain. */
function consistent(last: Response, end: EndView): boolean {
  if (end === 'response') return last.next === undefined;
  if (end === 'bad-location') return isRedirect(last.status) && last.next === undefined;
  return (end === 'loop' || end === 'too-many' || end === 'joined' || end === 'redirect') && last.next !== undefined;
}

function readHop(raw: Json, at: string): HopView {
  const code = faultIn(raw);
  if (code !== undefined) return failed(raw, code, at);
  const url = own(raw, 'url');
  const status = own(raw, 'status');
  const headers = readHeaders(own(raw, 'headers'));
  const headerCount = own(raw, 'headerCount');
  const parsed = typeof url === 'string' ? URL.parse(url) : null;
  const next = own(raw, 'next');
  const body = own(raw, 'body');
  const bytes = own(body, 'bytes');
  const truncated = own(body, 'truncated');
  const sha256 = own(body, 'sha256');
  const bodyFault = own(body, 'fault');
  const tls = readTls(own(raw, 'tls'));
  if (typeof url !== 'string' || parsed === null || !isCount(status) || headers === undefined)
    return failed(raw, 'evidence.missing', at);
  if (parsed.protocol !== 'https:' && parsed.protocol !== 'http:') return failed(raw, 'evidence.missing', at);
  // a line that was lost must not look like a line that was never sent
  if (!isCount(headerCount) || headers.length !== Math.min(headerCount, MAX_HEADERS))
    return failed(raw, 'evidence.missing', at);
  if (next !== null && typeof next !== 'string') return failed(raw, 'evidence.missing', at);
  if (!isCount(bytes) || typeof truncated !== 'boolean' || typeof sha256 !== 'string')
    return failed(raw, 'evidence.missing', at);
  if (bodyFault !== null && !isFaultCode(bodyFault)) return failed(raw, 'evidence.missing', at);
  if (tls === undefined || (tls === 'plain') !== (parsed.protocol === 'http:'))
    return failed(raw, 'evidence.missing', at);
  const address = own(raw, 'address');
  return {
    is: 'response',
    url,
    scheme: parsed.protocol === 'https:' ? 'https' : 'http',
    host: parsed.hostname,
    address: typeof address === 'string' ? address : '',
    status,
    headers,
    headersCut: headerCount > MAX_HEADERS,
    authorized: tls === 'plain' ? undefined : tls.authorized,
    trustError: tls === 'plain' ? undefined : tls.trustError,
    next: next ?? undefined,
    raw,
    body: { bytes, truncated, sha256, fault: bodyFault ?? undefined, raw: body ?? null },
    at,
  };
}

function failed(raw: Json | undefined, code: FaultCode, at: string): Failed {
  const url = own(raw, 'url');
  const message = own(raw, 'message');
  return {
    is: 'failed',
    url: typeof url === 'string' ? url : undefined,
    code,
    message: typeof message === 'string' ? message : '',
    at,
  };
}

function readTls(raw: Json | undefined): { authorized: boolean; trustError: string | undefined } | 'plain' | undefined {
  if (raw === null) return 'plain';
  const authorized = own(raw, 'authorized');
  const trustError = own(raw, 'trustError');
  if (typeof authorized !== 'boolean' || (trustError !== null && typeof trustError !== 'string')) return undefined;
  return { authorized, trustError: trustError ?? undefined };
}

function readHeaders(raw: Json | undefined): HeaderLine[] | undefined {
  if (!isArray(raw)) return undefined;
  const lines: HeaderLine[] = [];
  for (const line of raw) {
    const [name, value] = isArray(line) ? line : [];
    if (typeof name !== 'string' || typeof value !== 'string') return undefined;
    lines.push([name, value]);
  }
  return lines;
}

/** A chain that ended where the other begins, with the other's hops behind its own. */
export function joinChains(chain: Chain, other: Chain): Chain {
  if (chain.end !== 'joined') return chain;
  const last = chain.hops.at(-1);
  const first = other.hops[0];
  // the place where the two meet must be the same in both
  if (last?.is !== 'response' || first === undefined || last.next !== first.url) {
    return { ...chain, end: 'fault', fault: other.fault ?? 'evidence.missing' };
  }
  return { ...chain, hops: [...chain.hops, ...other.hops], end: other.end, fault: other.fault };
}

function isCount(value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
