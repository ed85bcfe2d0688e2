/** Cookie facts: one item for each Set-Cookie line of the target's own host, by name; values never got this far. */
import type { Json } from '../../model/json.ts';
import { asciiLower } from '../../wire/http/chars.ts';
import { type Cookie, isSessionCookie, parseRedactedCookie } from '../../wire/http/cookie.ts';
import { MAX_COOKIES } from './limits.ts';
import { registered, type SuffixOf } from './psl.ts';
import type { Response } from './raw.ts';
import {
  type Area,
  cutOf,
  gapOf,
  headersAt,
  instant,
  listFact,
  ownResponses,
  present,
  shown,
  type View,
} from './view.ts';

export function cookieFacts(view: View): Area {
  const chains = [view.https, view.http].filter(({ asked }) => asked);
  const responses = ownResponses(view, chains);
  const seen = new Set<string>();
  const items: { fact: Json; at: string }[] = [];
  let over = false;
  for (const response of responses) {
    const names = new Map<string, number>();
    for (const { value, at } of headersAt(response, 'set-cookie')) {
      const cookie = parseRedactedCookie(value);
      const identity = JSON.stringify([cookie.name, cookie.domain ?? '', cookie.path ?? '']);
      const times = (names.get(identity) ?? 0) + 1;
      names.set(identity, times);
      // the same line on several hops is one cookie; twice in one response it is a defect
      const key = `${response.scheme} ${String(times)} ${value}`;
      if (seen.has(key)) continue;
      seen.add(key);
      if (items.length >= MAX_COOKIES) over = true;
      else items.push({ fact: cookieFact(cookie, response, times > 1, view.suffixOf), at });
    }
  }
  const gap = gapOf(view, chains) ?? cutOf(responses) ?? (over ? 'http.limit' : undefined);
  const list = listFact('cookies', items, gap, view.https.at);
  return { facts: { cookies: list.value }, at: list.at };
}

function cookieFact(cookie: Cookie, response: Response, repeated: boolean, suffixOf: SuffixOf): Json {
  const sameSite = cookie.sameSite === undefined ? undefined : asciiLower(cookie.sameSite);
  return present({
    name: cookie.name === '' ? '(no name)' : shown(cookie.name),
    nameless: cookie.name === '',
    valuePrefix: cookie.valuePrefix,
    url: response.url,
    scheme: response.scheme,
    session: isSessionCookie(cookie),
    secure: cookie.secure,
    httpOnly: cookie.httpOnly,
    partitioned: cookie.partitioned,
    sameSite: sameSite === undefined ? undefined : shown(sameSite),
    prefix: prefixOf(cookie.name),
    path: cookie.path === undefined ? undefined : shown(cookie.path),
    domain: cookie.domain === undefined ? undefined : shown(cookie.domain),
    domainScope: scopeOf(cookie.domain, response.host, suffixOf),
    maxAge: cookie.maxAge,
    // Max-Age has precedence over Expires: RFC 6265bis §5.7
    expires: cookie.maxAge === undefined ? instant(cookie.expires) : undefined,
    size: cookie.size,
    oversized: cookie.oversized,
    controlCharacters: cookie.controlCharacters,
    repeated,
  });
}

/** RFC 6265bis §4.1.3: browsers match the prefixes without case. */
function prefixOf(name: string): string | undefined {
  const lower = asciiLower(name);
  return ['__secure-', '__host-http-', '__host-', '__http-'].find((prefix) => lower.startsWith(prefix));
}

/** RFC 6265bis §5.1.3: how a Domain attribute relates to the host that sent it. */
function scopeOf(domain: string | undefined, host: string, suffixOf: SuffixOf): string {
  if (domain === undefined) return 'host-only';
  // RFC 6265bis §5.7: a public suffix is refused, unless the host is that suffix
  if (domain === host) return 'own';
  if (registered(domain, suffixOf).isSuffix) return 'public-suffix';
  return host.endsWith(`.${domain}`) && !/^[0-9.]+$/.test(host) && !host.startsWith('[') ? 'ancestor' : 'foreign';
}
