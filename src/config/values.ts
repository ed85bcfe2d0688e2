/** Values with a grammar of their own: resolvers, --connect-to, instants, PEM files. */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { UsageError } from '../model/fault.ts';
import type { AuditOptions, ConnectTo, ListFile } from '../model/options.ts';
import { hostName } from './targets.ts';

/** `IP`, `IP:port` or `[IPv6]:port`, as `IP:port` with brackets round IPv6. */
export function parseResolver(text: string): string {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+)|([0-9a-fA-F:.]+))(?::([0-9]{1,5}))?$/.exec(text);
  const whole = isIP(text) === 6;
  const address = whole ? text : (match?.[1] ?? match?.[2] ?? '');
  const port = whole ? 53 : Number(match?.[4] ?? 53);
  if (isIP(address) === 0 || port < 1 || port > 65535) {
    throw new UsageError(`--resolver: expected IP or IP:PORT, got ${JSON.stringify(text)}`);
  }
  return isIP(address) === 6 ? `[${address}]:${String(port)}` : `${address}:${String(port)}`;
}

/** curl's `HOST:PORT:ADDR:PORT`; an empty host or port matches any, an empty address or port keeps what was asked for. */
export function parseConnectTo(text: string): ConnectTo {
  const part = String.raw`(\[[0-9a-fA-F:.]+\]|[^:\[\]]*)`;
  const match = new RegExp(`^${part}:([0-9]{0,5}):${part}:([0-9]{0,5})$`).exec(text);
  const bare = (host: string): string => host.replace(/^\[|\]$/g, '');
  const host = bare(match?.[1] ?? '');
  const toHost = bare(match?.[3] ?? '');
  const ports = [Number(match?.[2] ?? 0), Number(match?.[4] ?? 0)] as const;
  const bad = [host, toHost].some(
    (name) => name !== '' && isIP(name) === 0 && hostName(name) === undefined && name !== 'localhost',
  );
  if (match === null || bad || ports.some((port) => port > 65535)) {
    throw new UsageError(`--connect-to: expected HOST:PORT:ADDR:PORT, got ${JSON.stringify(text)}`);
  }
  return { host: hostName(host) ?? host.toLowerCase(), port: ports[0], toHost, toPort: ports[1] };
}

/** An RFC 3339 instant as it is printed everywhere: UTC with milliseconds. */
export function parseInstant(text: string): string {
  const match =
    /^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[Tt ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:[Zz]|[+-][0-9]{2}:[0-9]{2}))?$/.exec(
      text,
    );
  const date = match === null ? undefined : new Date(text.length === 10 ? `${text}T00:00:00Z` : text);
  // Date rolls 30 February over; what comes back must be the day that was written
  if (date === undefined || Number.isNaN(date.getTime()) || !existsDay(text)) {
    throw new UsageError(`--as-of: expected a time such as 2026-11-22T10:00:00Z, got ${JSON.stringify(text)}`);
  }
  return date.toISOString();
}

function existsDay(text: string): boolean {
  const [year = 0, month = 0, day = 0] = text.slice(0, 10).split('-').map(Number);
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

/** PEM roots and their digest; refuses a file that holds none. */
export function readCa(path: string): NonNullable<AuditOptions['ca']> {
  let pem: string;
  try {
    pem = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new UsageError(`--ca-file ${path}: cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'error'})`, {
      cause,
    });
  }
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) throw new UsageError(`--ca-file ${path}: holds no PEM certificate`);
  return { pem, digest: `sha256:${createHash('sha256').update(pem).digest('hex')}` };
}

/** A preload list and its day; the day must be said, because the file does not hold it. */
export function readHstsList(path: string, date: unknown): NonNullable<AuditOptions['hstsList']> {
  if (typeof date !== 'string' || !/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(date) || !existsDay(date)) {
    throw new UsageError(
      '--hsts-list: needs --hsts-list-date with the day as of which the list holds, such as 2026-11-22',
    );
  }
  try {
    return { path, text: readFileSync(path, 'utf8'), date };
  } catch (cause) {
    throw new UsageError(`--hsts-list ${path}: cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'error'})`, {
      cause,
    });
  }
}

/** A Public Suffix List as it is published. */
export function readPsl(path: string): NonNullable<AuditOptions['psl']> {
  try {
    const text = readFileSync(path, 'utf8');
    const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`;
    return { path, text, modified: statSync(path).mtime.toISOString().slice(0, 10), digest };
  } catch (cause) {
    throw new UsageError(`--psl ${path}: cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'error'})`, {
      cause,
    });
  }
}

/** The path of a folder as it was written; a UsageError where there is none. */
export function existingFolder(flag: string, written: string, cwd: string): string {
  if (statSync(resolve(cwd, written), { throwIfNoEntry: false })?.isDirectory() === true) return written;
  throw new UsageError(`--${flag} ${written}: there is no such folder`);
}

/** Reference data of the user's in a form that its reader knows; `encoding` base64 where it may be no text. */
export function readList(flag: string, path: string, encoding: 'utf8' | 'base64' = 'utf8'): ListFile {
  try {
    const text = readFileSync(path, encoding);
    return { path, text, digest: `sha256:${createHash('sha256').update(text).digest('hex')}` };
  } catch (cause) {
    throw new UsageError(`--${flag} ${path}: cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'error'})`, {
      cause,
    });
  }
}
