/** The target grammar: what a person writes on the command line, made into canonical targets (CONTRACT §2). */
import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { UsageError } from '../model/fault.ts';
import type { JsonObject } from '../model/json.ts';
import { endpointId, PROTOCOLS, type Protocol, type Target } from '../model/target.ts';

/** A target and the job options that its text itself carries (AWS profile and regions, the path of a source). */
export interface ParsedTarget {
  readonly target: Target;
  readonly options: JsonObject;
}

const DEFAULT_PORTS: { readonly [protocol in Protocol]: number } = {
  tls: 443,
  smtp: 25,
  imap: 143,
  pop3: 110,
  ldap: 389,
  ftp: 21,
  xmpp: 5222,
  postgres: 5432,
  mysql: 3306,
  mssql: 1433,
  lmtp: 24,
  sieve: 4190,
  nntp: 119,
  irc: 6667,
  redis: 6379,
  mongodb: 27017,
  amqp: 5672,
  kafka: 9092,
  memcached: 11211,
  rdp: 3389,
};

const FORMS =
  'write example.com, https://host/path, tls://host:port, smtp://host:25, page:FILE-or-URL, aws, aws@REGION, aws:PROFILE, or a path that begins with ./ or /';

/** Letters, digits and hyphens, no A-label among them, and at the end nothing that could be read as a number. */
function isPlain(text: string): boolean {
  return /^[a-z0-9.-]*$/i.test(text) && !/xn--/i.test(text) && /(?:^|\.)[a-z][a-z0-9-]*$/i.test(text);
}

/** Lower-case A-labels without the trailing dot; undefined where the text is no host name (RFC 1123 §2.1, RFC 5891). */
export function hostName(text: string): string | undefined {
  const bare = text.replace(/\.$/, '');
  // what cannot change is not mapped: the tables of IDNA take milliseconds to load
  const ascii = (isPlain(bare) ? bare : domainToASCII(bare)).toLowerCase();
  if (ascii === '' || ascii.length > 253) return undefined;
  const labels = ascii.split('.');
  for (const label of labels) {
    if (!/^[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?$/.test(label)) return undefined;
  }
  // a last label of digits only is an IPv4 address or a typing error, never a name (RFC 1123 §2.1)
  return /^[0-9]+$/.test(labels.at(-1) ?? '') ? undefined : ascii;
}

function plain(kind: Target['kind'], id: string, labels: Target['labels'], options: JsonObject = {}): ParsedTarget {
  return { target: { kind, id, labels }, options };
}

function parseAws(text: string, labels: Target['labels']): ParsedTarget {
  const match = /^aws(?::([^@]*))?(?:@(.*))?$/.exec(text);
  const profile = match?.[1];
  const regions = match?.[2]?.split(',');
  if (match === null || profile === '')
    throw new UsageError(`target "${text}": the profile is empty; write aws:PROFILE`);
  for (const region of regions ?? []) {
    if (!/^[a-z]{2,4}(?:-[a-z]+)+-[0-9]{1,2}$/.test(region)) {
      throw new UsageError(
        `target "${text}": "${region}" is not the name of an AWS region; write for example aws@eu-west-1`,
      );
    }
  }
  return plain('aws-login', `aws:${profile ?? 'default'}`, labels, {
    ...(profile === undefined ? {} : { profile }),
    ...(regions === undefined ? {} : { regions: [...new Set(regions)].sort() }),
  });
}

function parseHostPort(text: string, rest: string, protocol: Protocol): { host: string; port: number } {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:/[\]]+))(?::([0-9]{1,5}))?\/?$/.exec(rest);
  const written = match?.[1] ?? match?.[2] ?? '';
  const host = isPlain(written) || isIP(written) === 0 ? hostName(written) : written.toLowerCase();
  const port = match?.[3] === undefined ? DEFAULT_PORTS[protocol] : Number(match[3]);
  if (match === null || host === undefined) {
    throw new UsageError(`target "${text}": expected ${protocol}://HOST:PORT`);
  }
  if (port < 1 || port > 65535) throw new UsageError(`target "${text}": the port must be from 1 to 65535`);
  return { host, port };
}

function parseSite(text: string, labels: Target['labels']): ParsedTarget[] {
  let url: URL;
  try {
    url = new URL(text);
  } catch (cause) {
    throw new UsageError(`target "${text}" is not a URL`, { cause });
  }
  if (url.username !== '' || url.password !== '') {
    // the id stands in every output: a credential must not get that far
    throw new UsageError('a target URL must not hold a user name or password');
  }
  const bare = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(bare) === 0 && hostName(bare) === undefined)
    throw new UsageError(`target "${text}": "${bare}" is not a host name`);
  url.hash = '';
  const site = plain('site', `site:${url.href}`, labels);
  if (url.protocol === 'http:') return [site];
  const port = url.port === '' ? 443 : Number(url.port);
  return [site, plain('endpoint', endpointId({ host: bare, port, protocol: 'tls' }), labels)];
}

/** A security page: a file or an address, kept as written. */
function parsePage(text: string, labels: Target['labels']): ParsedTarget {
  const rest = text.slice('page:'.length);
  if (rest === '') throw new UsageError('target "page:" lacks a file or an address');
  if (!/^https?:\/\//i.test(rest)) return plain('page', text, labels);
  const url = URL.parse(rest);
  if (url === null) throw new UsageError(`target "${text}" is not a URL`);
  // the id stands in every output: a credential must not get that far
  if (url.username !== '' || url.password !== '')
    throw new UsageError('a target URL must not hold a user name or password');
  return plain('page', text, labels);
}

/**
 * The targets that one text names: a site brings its endpoint along; all else is one target.
 * Throws a UsageError that says what was expected.
 */
export function parseTarget(text: string, labels: Target['labels'] = {}): ParsedTarget[] {
  const isPath = text === '.' || text === '..' || /^(?:\.{0,2}\/|[A-Za-z]:\\|git:)/.test(text);
  if (text === '' || text.length > 2048 || (isPath ? /[\u0000-\u001f\u007f]/ : /[\u0000-\u0020\u007f]/).test(text)) {
    throw new UsageError(`target ${JSON.stringify(text.slice(0, 100))} cannot be read: ${FORMS}`);
  }
  if (text === 'aws' || text.startsWith('aws:') || text.startsWith('aws@')) return [parseAws(text, labels)];
  if (text.startsWith('page:')) return [parsePage(text, labels)];
  if (text.startsWith('git:')) {
    const path = text.slice('git:'.length);
    if (/^[a-z+]+:\/\/|^[^/]+@[^/]+:/.test(path)) {
      throw new UsageError(`target "${text}": a remote repository cannot be read yet; clone it and name the folder`);
    }
    if (path === '') throw new UsageError('target "git:" lacks the path of the repository');
    return [plain('source', `source:${text}`, labels, { path })];
  }
  if (isPath) return [plain('source', `source:${text}`, labels, { path: text })];
  if (/^https?:\/\//i.test(text)) return parseSite(text, labels);
  const scheme = /^([a-z0-9]+):\/\/(.*)$/i.exec(text);
  if (scheme !== null) {
    const name = (scheme[1] ?? '').toLowerCase();
    const protocol = name === 'tls' ? 'tls' : PROTOCOLS.find((known) => known === name);
    if (protocol === undefined) {
      throw new UsageError(
        `target "${text}": unknown scheme "${name}"; known: https, http, tls, ${PROTOCOLS.join(', ')}`,
      );
    }
    const { host, port } = parseHostPort(text, scheme[2] ?? '', protocol);
    return [plain('endpoint', endpointId({ host, port, protocol }), labels)];
  }
  if (/^[^/]+:[0-9]+$/.test(text)) throw new UsageError(`target "${text}": for a port write tls://${text}`);
  if (isIP(text) > 0)
    throw new UsageError(`target "${text}" is an address; write tls://${text}:443 or https://${text}/`);
  const domain = hostName(text);
  if (domain === undefined || !domain.includes('.')) {
    const hint = text.includes('/') ? `for a path write ./${text}` : FORMS;
    throw new UsageError(`target "${text}" is not a domain: ${hint}`);
  }
  return [plain('domain', `domain:${domain}`, labels)];
}

function mergeRegions(a: JsonObject, b: JsonObject): JsonObject {
  const first = a['regions'];
  const second = b['regions'];
  const rest = Object.fromEntries(Object.entries({ ...a, ...b }).filter(([key]) => key !== 'regions'));
  // one of the two without regions means all regions
  if (!Array.isArray(first) || !Array.isArray(second)) return rest;
  return { ...rest, regions: [...new Set([...first, ...second].map(String))].sort() };
}

/** Joins equal ids: later labels and options win key by key, AWS regions are united. */
export function uniteTargets(parsed: readonly ParsedTarget[]): ParsedTarget[] {
  const byId = new Map<string, ParsedTarget>();
  for (const entry of parsed) {
    const known = byId.get(entry.target.id);
    byId.set(
      entry.target.id,
      known === undefined
        ? entry
        : {
            target: { ...known.target, labels: { ...known.target.labels, ...entry.target.labels } },
            options: mergeRegions(known.options, entry.options),
          },
    );
  }
  return [...byId.values()];
}
