/** Targets: the things that can be observed, and how they are named in output (CONTRACT §2). */
import type { JsonObject } from './json.ts';

/**
 * `aws-login` is a set of credentials (and regions) as the user wrote it: its facts name the account and lead to one `aws`
 * target a region and to `aws-global` for what has no region.
 */
export type TargetKind = 'domain' | 'endpoint' | 'site' | 'aws-login' | 'aws' | 'aws-global' | 'source' | 'page';

export const TARGET_KINDS: readonly TargetKind[] = [
  'domain',
  'endpoint',
  'site',
  'aws-login',
  'aws',
  'aws-global',
  'source',
  'page',
];

export interface Target {
  readonly kind: TargetKind;
  /** Canonical, with the kind in front: `domain:example.com`, `endpoint:h:25/smtp`, `aws:123456789012/eu-west-1`. */
  readonly id: string;
  readonly labels: { readonly [name: string]: string };
  /** The id of the target whose facts led here; missing where the user named the target. */
  readonly parent?: string;
  /** What the parent's facts tell about it (AWS partition and regions): its collector's `plan` makes job options of it. */
  readonly options?: JsonObject;
}

/** In-protocol upgrades of an endpoint, the part behind the slash of its id. */
export const PROTOCOLS = [
  'smtp',
  'imap',
  'pop3',
  'ldap',
  'ftp',
  'xmpp',
  'postgres',
  'mysql',
  'mssql',
  'lmtp',
  'sieve',
  'nntp',
  'irc',
  'redis',
  'mongodb',
  'amqp',
  'kafka',
  'memcached',
  'rdp',
] as const;
export type Protocol = 'tls' | (typeof PROTOCOLS)[number];

export interface EndpointName {
  readonly host: string;
  readonly port: number;
  readonly protocol: Protocol;
}

/** The id without its kind: `example.com`, `h:25/smtp`, `https://example.com/`. */
export function nameOf(target: Pick<Target, 'id'>): string {
  return target.id.slice(target.id.indexOf(':') + 1);
}

/** What a result is about when its check names nothing smaller: the name for a host or page, the whole id for AWS and sources. */
export function subjectOf(target: Pick<Target, 'id' | 'kind'>): string {
  switch (target.kind) {
    case 'domain':
    case 'endpoint':
    case 'site':
    case 'page':
      return nameOf(target);
    default:
      return target.id;
  }
}

/** The kind as run.json prints it: the three AWS kinds are one there. */
export function publicKind(kind: TargetKind): string {
  return kind.startsWith('aws') ? 'aws' : kind;
}

export function endpointId(name: EndpointName): string {
  const host = name.host.includes(':') ? `[${name.host}]` : name.host;
  return `endpoint:${host}:${String(name.port)}${name.protocol === 'tls' ? '' : `/${name.protocol}`}`;
}

/** Splits `endpoint:host:port/protocol`; undefined where the id is of another form. */
export function endpointOf(id: string): EndpointName | undefined {
  const match = /^endpoint:(?:\[([^\]]+)\]|([^:]+)):([0-9]{1,5})(?:\/([a-z0-9]+))?$/.exec(id);
  if (match === null) return undefined;
  const protocol = match[4] ?? 'tls';
  const known = protocol === 'tls' ? 'tls' : PROTOCOLS.find((name) => name === protocol);
  const host = match[1] ?? match[2];
  return known === undefined || host === undefined ? undefined : { host, port: Number(match[3]), protocol: known };
}
