/** Addresses and connection strings in any text value: protocols in the clear, databases without TLS. */
import { hostOf, shown, type Hit, type Sink } from '../hit.ts';
import { isLocalHost, isNetworkName, isRemote, urlsIn, type FoundUrl } from '../hosts.ts';

/** What a value is asked: its text, and where in the file it stands. */
export interface Value {
  readonly text: string;
  readonly at: number;
  /** The key it belongs to, where it has one. */
  readonly key?: string;
  /** What follows the text is an expression: a host at its end may go on. */
  readonly open?: boolean;
}

/** The quick look before any of the slow ones. */
const WORTH =
  /:\/\/|sslmode|usessl|ssl-mode|[?&;]ssl=0|tls=(?:false|preferred|skip)|encrypt\s*=|trust ?server ?certificate|skip-ssl|SET-COOKIE|tls-min-v1/i;

export function addressRules(value: Value, sink: Sink): void {
  if (!WORTH.test(value.text)) return;
  const text = value.text.length > 65_536 ? value.text.slice(0, 65_536) : value.text;
  if (isProse(text)) return;
  for (const url of urlsIn(text)) {
    // a name that an expression goes on with is not known
    if (value.open === true && url.at + url.scheme.length + 3 + url.host.length >= text.length) continue;
    protocolRules(url, value, sink);
  }
  connectionRules(text, value, sink);
}

/** Three plain words beside addresses and settings: a message about them, not one of them. */
function isProse(text: string): boolean {
  if (!/\s/.test(text)) return false;
  const words = text
    .slice(0, 4000)
    .replaceAll(/[ \t]*=[ \t]*/g, '=')
    .split(/[\s;,]+/);
  const plain = words.filter((word) => /^[A-Za-z][a-z']*[.:!?]?$/.test(word)).length;
  // keys of two words are many in the connection strings of SQL Server
  return plain >= 3 && plain > words.filter((word) => word.includes('=')).length;
}

function found(rule: Hit['rule'], url: FoundUrl, value: Value, more: Partial<Hit> = {}): Hit {
  return { rule, at: value.at + url.at, seen: `${url.scheme}://${shown(url.host)}`, ...hostOf(url.host), ...more };
}

function protocolRules(url: FoundUrl, value: Value, sink: Sink): void {
  switch (url.scheme) {
    case 'ftp':
    case 'telnet':
    case 'ldap':
    case 'ws':
      if (isRemote(url.host)) sink(found('code.cleartext.protocol', url, value));
      return;
    case 'smtp':
      if (url.credentials && isRemote(url.host) && !/starttls|tls=|secure=true|requireTLS/i.test(url.rest))
        sink(found('code.cleartext.protocol', url, value));
      return;
    case 'redis':
    case 'amqp':
    case 'mongodb':
    case 'memcached':
    case 'nats':
      if (isRemote(url.host) && !/[?&](?:tls|ssl)=true/i.test(url.rest))
        sink(found('code.db.cleartext-url', url, value));
      return;
    case 'plaintext':
    case 'sasl_plaintext':
      if (isRemote(url.host)) sink(found('code.db.cleartext-url', url, value));
      return;
    case 'http':
      if (url.port === '9200' && isRemote(url.host)) sink(found('code.db.cleartext-url', url, value));
      return;
    default:
  }
}

/** The host that a connection string names: in its address, or as `host=`, `server=`, `data source=`, or `@tcp(host:port)`. */
function hostIn(text: string): string | undefined {
  const [url] = urlsIn(
    text.replace(/^jdbc:/i, '').replace(/^(?:sqlserver|mysql\+\w+):/i, (scheme) => scheme.replace(/\+.*/, ':')),
  );
  if (url !== undefined) return url.host;
  const named =
    /(?:^|[\s;?&"'])(?:host|hostaddr|server|data source|addr|address|hostname)\s*=\s*(?:tcp:)?'?([^\s;,'"&]{1,255})/i.exec(
      text,
    )?.[1];
  if (named !== undefined) return named.replace(/[,:]\d+$/, '');
  const tcp = /@(?:tcp|unix)?\(([^()]{0,255})\)/.exec(text)?.[1];
  if (tcp === undefined) return undefined;
  return tcp.startsWith('/') ? 'localhost' : tcp.replace(/:\d+$/, '');
}

/** A host that is given and local takes the finding away; one that is not given leaves it. */
function where(text: string): { readonly local: boolean; readonly service?: string } {
  const host = hostIn(text);
  if (host === undefined || !isNetworkName(host)) return { local: host === '' || host?.startsWith('/') === true };
  return { local: isLocalHost(host), ...hostOf(host) };
}

function connectionRules(text: string, value: Value, sink: Sink): void {
  const { local, service } = where(text);
  if (local) return;
  const neighbour = service === undefined ? {} : { service };
  const report = (rule: Hit['rule'], index: number, seen: string, more: Partial<Hit> = {}): void =>
    sink({ rule, at: value.at + index, seen, ...neighbour, ...more });
  const mode = /\bsslmode\s*=\s*['"]?(disable|allow|prefer|require)\b/i.exec(text);
  if (mode !== null) sslmode(mode[1] ?? '', text, (seen, more) => report('code.db.sslmode', mode.index, seen, more));
  for (const [pattern, severity] of MYSQL) {
    const match = pattern.exec(text);
    if (match === null) continue;
    report(
      'code.db.mysql-ssl-off',
      match.index,
      (match[1] ?? match[0]).trim().slice(0, 40),
      severity === undefined ? {} : { severity },
    );
    break;
  }
}

/** libpq documentation 34.19.1: what each sslmode promises. */
export function sslmode(mode: string, context: string, report: (seen: string, more: Partial<Hit>) => void): void {
  const word = mode.toLowerCase();
  if (word === 'require') {
    // with a root certificate `require` verifies as verify-ca does
    if (!/sslrootcert/i.test(context)) report('sslmode=require encrypts without verifying', { severity: 'info' });
    return;
  }
  report(`sslmode=${word}`, word === 'prefer' ? { severity: 'medium' } : {});
}

const MYSQL: readonly (readonly [RegExp, 'medium' | undefined])[] = [
  [/\b(useSSL\s*=\s*false)\b/i, undefined],
  [/\b(ssl-?mode\s*=\s*['"]?DISABLED)\b/i, undefined],
  [/(?:^|\s)(--skip-ssl)\b/, undefined],
  [/@(?:tcp|unix)?\([^()]{0,255}\)[^\s]{0,255}[?&](tls=(?:false|preferred|skip-verify))\b/, undefined],
  [/(?:mysql|mariadb)[^\s]{0,500}[?&;](ssl=0)(?![\d.])/i, undefined],
  [
    /(?:server|data source|addr|address|sqlserver:)[^\n]{0,500}[;?&\s](encrypt\s*=\s*(?:false|no|optional))\b/i,
    undefined,
  ],
  [/(?:^|[;?&\s])(encrypt\s*=\s*(?:false|no))\b[^\n]{0,500}(?:server|data source)\s*=/i, undefined],
  [/\b(ssl-?mode\s*=\s*['"]?PREFERRED)\b/i, 'medium'],
  [/(?:^|[;?&\s"'])(Trust\s?Server\s?Certificate\s*=\s*(?:true|yes))\b/i, 'medium'],
];
