/** Alt-Svc by RFC 7838 §3: which other places a host says it can be reached at. */
import { isToken, readQuoted, splitOutsideQuotes, trimOws } from './chars.ts';

export interface AltSvc {
  readonly valid: boolean;
  /** Hosts other than the own one that are advertised; empty where only ports are. */
  readonly hosts: readonly string[];
}

/** `own` is the host that sent the field. */
export function parseAltSvc(value: string, own: string): AltSvc {
  const text = trimOws(value);
  if (text === 'clear') return { valid: true, hosts: [] };
  const hosts: string[] = [];
  const alternatives = splitOutsideQuotes(text, ',')
    .map(trimOws)
    .filter((part) => part !== '');
  let valid = alternatives.length > 0;
  for (const alternative of alternatives) {
    const [service = '', ...parameters] = splitOutsideQuotes(alternative, ';').map(trimOws);
    const equals = service.indexOf('=');
    const quoted = equals === -1 ? undefined : readQuoted(service, equals + 1);
    const authority = quoted === undefined ? undefined : /^([^:]*|\[[0-9A-Fa-f:.]+\]):([0-9]{1,5})$/.exec(quoted.text);
    const whole = quoted?.end === service.length && service.charAt(equals + 1) === '"';
    if (!isToken(service.slice(0, equals)) || !whole || authority === null || authority === undefined) valid = false;
    else if (authority[1] !== undefined && authority[1] !== '' && authority[1].toLowerCase() !== own)
      hosts.push(authority[1].toLowerCase());
    if (!parameters.every(isParameter)) valid = false;
  }
  return { valid, hosts };
}

function isParameter(text: string): boolean {
  const equals = text.indexOf('=');
  if (equals === -1 || !isToken(text.slice(0, equals))) return false;
  const value = text.slice(equals + 1);
  return value.startsWith('"') ? readQuoted(value, 0)?.end === value.length : isToken(value);
}
