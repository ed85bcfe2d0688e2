/** Raw evidence of a site to facts: pure and total, one fact builder for each part of the wire. */
import type { Interpretation } from '../../model/evidence.ts';
import { type Json, type JsonObject, own } from '../../model/json.ts';
import { resolvePointer } from '../../model/pointer.ts';
import { cookieFacts } from './facts-cookies.ts';
import { cspFacts } from './facts-csp.ts';
import { headerFacts } from './facts-headers.ts';
import { hstsFacts } from './facts-hsts.ts';
import { pageFacts } from './facts-page.ts';
import { preloadFacts } from './facts-preload.ts';
import { probeFacts } from './facts-probes.ts';
import { redirectFacts } from './facts-redirect.ts';
import { sectxtFacts } from './facts-sectxt.ts';
import { factsSchema } from './schema.ts';
import { type Area, readView, shown, unknownArea } from './view.ts';

export function interpret(raw: Json): Interpretation {
  const view = readView(raw);
  if (view === undefined) return unknownArea(Object.keys(factsSchema.properties ?? {}), 'evidence.missing', '');
  const areas: readonly Area[] = [
    {
      facts: { url: view.site.url, scheme: view.site.scheme, host: view.site.host, ...logoutFact(raw) },
      at: { '': '', '/url': '/url', '/scheme': '/url', '/host': '/url', '/logout': '/logout' },
    },
    hstsFacts(view),
    redirectFacts(view),
    cookieFacts(view),
    headerFacts(view),
    pageFacts(view),
    cspFacts(view),
    probeFacts(view),
    preloadFacts(view),
    sectxtFacts(view),
  ];
  return {
    facts: Object.assign({}, ...areas.map(({ facts }) => facts)) as Json,
    at: existing(raw, Object.assign({}, ...areas.map(({ at }) => at)) as { [factPointer: string]: string }),
  };
}

/** The page that the user says logs out; evidence of version 1 knows none. */
function logoutFact(raw: Json): JsonObject {
  const logout = own(raw, 'logout');
  return typeof logout === 'string' ? { logout: shown(logout) } : {};
}

/** Where raw lacks what a fact would come from, the place that should hold it is what can be pointed at. */
function existing(raw: Json, at: Interpretation['at']): Interpretation['at'] {
  return Object.fromEntries(
    Object.entries(at).map(([fact, place]) => {
      let there = place;
      while (there !== '' && resolvePointer(raw, there) === undefined) there = there.slice(0, there.lastIndexOf('/'));
      return [fact, there];
    }),
  );
}
