/** HSTS facts: what the target's own first https response says, and what its other responses say beside it. */
import { unknown } from '../../model/facts.ts';
import type { Json } from '../../model/json.ts';
import { parseHsts } from '../../wire/http/hsts.ts';
import type { Chain, Response } from './raw.ts';
import { type Area, cutOf, gapOf, headersAt, listFact, ownResponses, present, shown, type View } from './view.ts';

const NAME = 'strict-transport-security';

export function hstsFacts(view: View): Area {
  const chains = [view.https, view.http, ...Object.values(view.sectxt)];
  const own = ownResponses(view, chains);
  const plain = own.filter(({ scheme }) => scheme === 'http');
  const overHttp = listFact(
    'hstsOverHttp',
    plain.flatMap((response) =>
      headersAt(response, NAME).map(({ value, at }) => ({ fact: { url: response.url, line: shown(value) }, at })),
    ),
    gapOf(view, [view.http]) ?? cutOf(plain),
    view.http.at,
  );
  const first = view.https.hops[0];
  if (first === undefined || first.is === 'failed') {
    const code = first?.code ?? view.https.fault ?? 'evidence.missing';
    return {
      facts: { first: unknown(code), hsts: unknown(code), hstsElsewhere: unknown(code), hstsOverHttp: overHttp.value },
      at: { '/first': view.https.at, '/hsts': view.https.at, '/hstsElsewhere': view.https.at, ...overHttp.at },
    };
  }

  // 403, 429 and 5xx pages count like any other: RFC 6797 §7.1 asks for the header on every response
  const others = own.filter((response) => response.scheme === 'https' && response !== first);
  const byAddress = ownResponses(view, view.addresses);
  const elsewhere = listFact(
    'hstsElsewhere',
    [...others, ...byAddress].map((response) => ({
      fact: { url: labelOf(response, byAddress), status: response.status, sent: headersAt(response, NAME).length > 0 },
      at: `${response.at}/headers`,
    })),
    gapOf(view, [view.https]) ?? lostOf([...chains, ...view.addresses]) ?? cutOf([...others, ...byAddress]),
    view.https.at,
  );
  const lines = headersAt(first, NAME);
  const line = lines[0];
  return {
    facts: {
      first: present({
        url: first.url,
        address: first.address === '' ? undefined : first.address,
        status: first.status,
        trusted: first.authorized ?? unknown('evidence.missing'),
        trustError: first.trustError,
      }),
      ...hstsOf(line?.value, lines.length, first.headersCut),
      hstsElsewhere: elsewhere.value,
      hstsOverHttp: overHttp.value,
    },
    at: {
      '/first': first.at,
      '/first/status': `${first.at}/status`,
      '/first/trusted': `${first.at}/tls`,
      '/hsts': line?.at ?? `${first.at}/headers`,
      '/hsts/lines': `${first.at}/headers`,
      ...elsewhere.at,
      ...overHttp.at,
    },
  };
}

/** Several addresses answer for one URL. */
function labelOf(response: Response, byAddress: readonly Response[]): string {
  return byAddress.includes(response) ? `${response.url} at ${response.address}` : response.url;
}

/** Side questions that failed were not answered, and so not judged; evidence that is lost might have said anything. */
function lostOf(chains: readonly Chain[]): 'evidence.missing' | undefined {
  return chains.some(({ fault }) => fault === 'evidence.missing') ? 'evidence.missing' : undefined;
}

/** RFC 6797 §8.1: only the first line is processed; how many there are is a fact of its own. */
function hstsOf(line: string | undefined, lines: number, cut: boolean): { readonly [name: string]: Json } {
  if (line === undefined) return cut ? { hsts: unknown('http.limit') } : {};
  const parsed = parseHsts(line);
  return {
    hsts: present({
      line: shown(line),
      lines: cut ? unknown('http.limit') : lines,
      valid: parsed.valid,
      maxAge: parsed.maxAge ?? undefined,
      includeSubDomains: parsed.includeSubDomains ?? undefined,
      preload: parsed.preload ?? undefined,
      unknown: parsed.unknown.map(shown),
      errors: parsed.errors,
    }),
  };
}
