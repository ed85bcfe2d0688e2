/** Raw evidence of a site to facts: pure and total, one fact builder for each part of the wire. */
import type { Interpretation } from '../../model/evidence.ts';
import type { Json } from '../../model/json.ts';
import { cookieFacts } from './facts-cookies.ts';
import { headerFacts } from './facts-headers.ts';
import { hstsFacts } from './facts-hsts.ts';
import { redirectFacts } from './facts-redirect.ts';
import { sectxtFacts } from './facts-sectxt.ts';
import { factsSchema } from './schema.ts';
import { type Area, readView, unknownArea } from './view.ts';

export function interpret(raw: Json): Interpretation {
  const view = readView(raw);
  if (view === undefined) return unknownArea(Object.keys(factsSchema.properties ?? {}), 'evidence.missing', '');
  const areas: readonly Area[] = [
    { facts: { url: view.site.url, scheme: view.site.scheme, host: view.site.host }, at: { '': '', '/url': '/url' } },
    hstsFacts(view),
    redirectFacts(view),
    cookieFacts(view),
    headerFacts(view),
    sectxtFacts(view),
  ];
  return {
    facts: Object.assign({}, ...areas.map(({ facts }) => facts)) as Json,
    at: Object.assign({}, ...areas.map(({ at }) => at)) as { [factPointer: string]: string },
  };
}
