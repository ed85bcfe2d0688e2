/** A response whose head is known, in whichever version of HTTP it came; its body is still to be read. */
import type { Readable } from 'node:stream';
import type { FaultCode } from '../../model/fault.ts';
import type { Hop } from '../../model/io.ts';

/** facts/http §6: the default of 16 KiB is below what real sites send. */
export const MAX_HEADER_BYTES = 64 * 1024;
/** Interim responses (RFC 9110 §15.2) before the final one. */
export const MAX_INTERIM = 32;

export type HeaderLines = Hop['headers'];
export type Interim = NonNullable<Hop['interim']>[number];

export interface Head {
  readonly version: string;
  readonly status: number;
  readonly statusText: string;
  readonly headers: HeaderLines;
  readonly interim: readonly Interim[];
  /** Destroying it ends the exchange. */
  readonly body: Readable;
  /** What an error of the body means. */
  readonly faultOf: (error: Error) => FaultCode;
  /** Why a body that ended is not whole all the same. */
  readonly cutBy: () => FaultCode | undefined;
  /** Whether the connection may carry another request. */
  readonly persists: boolean;
  /** Calls back once: when the connection is free for the next request, or of no use any more. */
  readonly whenDone: (giveBack: (reusable: boolean) => void) => void;
}

/** Names and values by turns, as node hands them out. */
export function pairs(raw: readonly string[]): [string, string][] {
  const lines: [string, string][] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) lines.push([raw[index] ?? '', raw[index + 1] ?? '']);
  return lines;
}

/** The values of all lines of that name (lower case) as one list. */
export function listNamed(headers: HeaderLines, name: string): string {
  let list: string | undefined;
  for (const [key, value] of headers) {
    if (key.length !== name.length || key.toLowerCase() !== name) continue;
    list = list === undefined ? value : `${list},${value}`;
  }
  return list ?? '';
}
