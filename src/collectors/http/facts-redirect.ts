/** Redirect facts: what port 80 answers, and what every redirect of both chains does. */
import { partialList, unknown } from '../../model/facts.ts';
import type { FaultCode } from '../../model/fault.ts';
import type { Json } from '../../model/json.ts';
import { resolveLocation } from '../../wire/http/location.ts';
import type { Chain, Response } from './raw.ts';
import { type Area, gapOf, isRefused, listFact, present, shown, type View } from './view.ts';

export function redirectFacts(view: View): Area {
  const chains = [view.https, view.http].filter(({ asked }) => asked);
  const gap = gapOf(view, chains);
  // a hop that both chains share is one response
  const responses = [
    ...new Map(
      chains.flatMap(({ hops }) => hops.filter((hop) => hop.is === 'response')).map((hop) => [hop.at, hop]),
    ).values(),
  ];
  const downgrades = listFact(
    'redirect/downgrades',
    responses.filter(isDowngrade).map((hop) => ({ fact: { from: hop.url, to: hop.next ?? '' }, at: hop.at })),
    gap,
    view.https.at,
  );
  const bad = listFact(
    'redirect/badLocations',
    responses.flatMap((hop) => {
      // RFC 9110 §15.4: every 3xx but 304 is about another place
      if (hop.status < 300 || hop.status > 399 || hop.status === 304) return [];
      const { problem, raw } = resolveLocation(hop.url, hop.headers);
      if (problem === undefined) return [];
      return [
        {
          fact: present({
            url: hop.url,
            status: hop.status,
            problem,
            location: raw === undefined ? undefined : shown(raw),
          }),
          at: `${hop.at}/headers`,
        },
      ];
    }),
    gap,
    view.https.at,
  );
  const port80 = port80Facts(view);
  return {
    facts: {
      redirect: {
        ...port80.facts,
        downgrades: downgrades.value,
        badLocations: bad.value,
        loops: ended(chains, 'loop', gap),
        tooMany: ended(chains, 'too-many', gap),
      },
    },
    at: {
      '/redirect': view.http.asked ? view.http.at : view.https.at,
      '/redirect/loops': view.https.at,
      '/redirect/tooMany': view.https.at,
      ...port80.at,
      ...downgrades.at,
      ...bad.at,
      ...endsAt(chains),
    },
  };
}

function isDowngrade(hop: Response): boolean {
  return hop.scheme === 'https' && hop.next?.startsWith('http:') === true;
}

/** The first URLs of the chains that ended so. */
function ended(chains: readonly Chain[], end: Chain['end'], gap: FaultCode | undefined): Json {
  const urls = chains.filter((chain) => chain.end === end).map((chain) => chain.hops[0]?.url ?? '');
  return partialList(urls, gap);
}

function endsAt(chains: readonly Chain[]): { [factPointer: string]: string } {
  const at: { [factPointer: string]: string } = {};
  for (const [end, name] of [
    ['loop', 'loops'],
    ['too-many', 'tooMany'],
  ] as const) {
    for (const [index, chain] of chains.filter((item) => item.end === end).entries()) {
      at[`/redirect/${name}/${String(index)}`] = chain.at;
      at[`/redirect/${name}`] = chain.at;
    }
  }
  return at;
}

/** What plain http does. A refused connection is a fact here, everything else that failed is a fault. */
function port80Facts(view: View): Area {
  const chain = view.http;
  if (!chain.asked) return { facts: { asked: false }, at: { '/redirect/asked': '/http/asked' } };
  const first = chain.hops[0];
  if (isRefused(chain))
    return { facts: { asked: true, port80: 'refused' }, at: { '/redirect/port80': '/http/hops/0' } };
  if (first === undefined || first.is === 'failed') {
    const code = unknown(chain.fault ?? 'evidence.missing');
    return { facts: { asked: true, port80: code, leadsToHttps: code, first: code }, at: { '/redirect': chain.at } };
  }
  const url = first.next === undefined ? null : URL.parse(first.next);
  const reached = chain.hops.some(
    (hop) =>
      hop.url?.startsWith('https:') === true || (hop.is === 'response' && hop.next?.startsWith('https:') === true),
  );
  const redirect =
    url === null
      ? undefined
      : {
          status: first.status,
          scheme: url.protocol.replace(':', ''),
          host: url.hostname,
          sameHost: url.hostname === view.site.host,
          location: shown(first.next ?? ''),
        };
  return {
    facts: present({
      asked: true,
      port80: 'answers',
      status: first.status,
      leadsToHttps: reached ? true : chain.fault === undefined ? false : unknown(chain.fault),
      first: redirect,
    }),
    at: {
      '/redirect/port80': first.at,
      '/redirect/status': `${first.at}/status`,
      '/redirect/first': first.at,
      '/redirect/leadsToHttps': chain.at,
    },
  };
}
