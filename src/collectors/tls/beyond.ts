/** What goes beyond the enumeration: odd hellos, and finished connections. Their connections are counted apart. */
import type { Json, JsonObject } from '../../model/json.ts';
import { askCompression } from './compression.ts';
import type { Accepted, Setting } from './eliminate.ts';
import { isServedElsewhere } from './facts-questions.ts';
import { servedIn } from './facts-served.ts';
import { probeActively } from './intrusive.ts';
import { askQuestions } from './questions.ts';
import { askSessions } from './resumption.ts';
import { askDirect, askInjection } from './upgrades.ts';
import type { Probed } from './versions.ts';

export async function askBeyond(
  setting: Setting,
  parts: ReadonlySet<Json>,
  accepted: readonly Pick<Accepted, 'version' | 'list' | 'first'>[],
  served: JsonObject,
): Promise<JsonObject> {
  const before = setting.prober.stats().opened;
  const questions = parts.has('questions') ? await askQuestions(setting, accepted) : undefined;
  const offers = (wanted: Probed): boolean => accepted.some(({ version }) => version === wanted);
  const offered = { tls12: offers('TLSv1.2'), tls13: offers('TLSv1.3') };
  const elsewhere = questions !== undefined && isServedElsewhere(questions, servedIn(served));
  const sessions = parts.has('sessions') ? await askSessions(setting, offered, elsewhere) : undefined;
  const injection = parts.has('injection') ? await askInjection(setting) : undefined;
  const highest = accepted.at(-1);
  const directTls = parts.has('direct') && highest !== undefined ? await askDirect(setting, highest) : undefined;
  const compression = parts.has('compression') ? await askCompression(setting) : undefined;
  const asides = setting.prober.stats().opened - before;
  const intrusive = parts.has('intrusive') ? await probeActively(setting, accepted) : undefined;
  return {
    ...(questions !== undefined && { questions }),
    ...(sessions !== undefined && { sessions }),
    ...(compression !== undefined && { compression }),
    ...(injection !== undefined && { injection }),
    ...(directTls !== undefined && { directTls }),
    ...(intrusive !== undefined && { intrusive }),
    asides,
  };
}
