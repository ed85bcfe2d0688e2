/** Hosts that are this machine, a test's or a documentation's: a connection to them leaves nothing in the clear on a network. */

const LOCAL_NAME =
  /^(?:localhost|host\.docker\.internal|gateway\.docker\.internal|kubernetes\.docker\.internal)$|\.(?:local|localhost|test|example|invalid|internal)$/;
/** RFC 6761 §6.5: example.com and its like, with all names below. */
const DOCUMENTATION = /(?:^|\.)example\.(?:com|org|net|edu)$/;
/** RFC 1122 §3.2.1.3 loopback and "this host"; RFC 3927 link-local, where clouds serve metadata; RFC 5737 §3 documentation. */
const LOCAL_IPV4 =
  /^(?:0\.0\.0\.0|127(?:\.\d{1,3}){3}|169\.254\.\d{1,3}\.\d{1,3}|192\.0\.2\.\d{1,3}|198\.51\.100\.\d{1,3}|203\.0\.113\.\d{1,3})$/;
/** Loopback, unspecified, and 2001:db8::/32 of RFC 3849. */
const LOCAL_IPV6 = /^(?:::1?|0:0:0:0:0:0:0:[01]|2001:0?db8:.*|::ffff:127(?:\.\d{1,3}){3})$/i;

export function isLocalHost(host: string): boolean {
  const name = host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
  if (name === '') return true;
  return LOCAL_NAME.test(name) || DOCUMENTATION.test(name) || LOCAL_IPV4.test(name) || LOCAL_IPV6.test(name);
}

export interface FoundUrl {
  readonly scheme: string;
  /** As written, lower case; may be empty. */
  readonly host: string;
  readonly port: string;
  readonly credentials: boolean;
  /** What follows the authority, bounded. */
  readonly rest: string;
  /** Offset of the address in the text. */
  readonly at: number;
}

const URL_FORM =
  /(?<![a-z0-9+.-])([a-z][a-z0-9+-]{1,20}):\/\/((?:[^\s/?#@"'`<>\\]{0,300}@)?)(\[[0-9a-f:.]{2,45}\]|[^\s/?#:"'`<>\\,;)\]}|]{0,255})(?::(\d{1,5}|[^\s/?#"'`<>\\,]{0,60}))?([^\s"'`<>\\]{0,1000})/gi;

/** The addresses in a text, at most a few hundred. */
export function urlsIn(text: string): readonly FoundUrl[] {
  const found: FoundUrl[] = [];
  if (!text.includes('://')) return found;
  for (const match of text.matchAll(URL_FORM)) {
    found.push({
      scheme: (match[1] ?? '').toLowerCase(),
      host: (match[3] ?? '').toLowerCase(),
      port: match[4] ?? '',
      credentials: (match[2] ?? '').length > 1,
      rest: match[5] ?? '',
      at: match.index,
    });
    if (found.length > 300) break;
  }
  return found;
}

/** Whether a host is a name that could be asked on a network: no template, no placeholder, not local. */
/** Words that stand for a host in templates and messages. */
const STANDS_FOR = /^(?:host|hostname|example|domain|server-name|your[-_]?host|my[-_]?host|user|username|address)$/i;

export function isRemote(host: string): boolean {
  return isNetworkName(host) && !isLocalHost(host) && !STANDS_FOR.test(host);
}

export function isNetworkName(host: string): boolean {
  return /^(?:\[[0-9a-f:.]+\]|[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?\.?)$/i.test(host);
}

/** A name of one label: in a compose project it may be a service, on a network it is a neighbour. */
export function isSingleLabel(host: string): boolean {
  return /^[a-z0-9_-]+$/i.test(host) && /[a-z]/i.test(host);
}
