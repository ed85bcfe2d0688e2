/** Looks a host up in the preload list that the run brought along, and asks what an entry would touch besides. */
import { FaultError } from '../../model/fault.ts';
import { rawFault } from '../../model/facts.ts';
import type { Hop, IO } from '../../model/io.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { firstLine } from '../../wire/http/fields.ts';
import { parseHsts } from '../../wire/http/hsts.ts';
import { openList, type PreloadList } from '../../wire/http/preload-list.ts';
import { follow, NOT_ASKED } from './chain.ts';
import { parentsOf, registered, type SuffixOf } from './psl.ts';

/** facts/http §7: what an older list lacks may be on today's. */
const FRESH_DAYS = 90;
const DAY = 86_400_000;

/** Opened once for all hosts of a run: the bytes are the same object each time. */
const opened = new WeakMap<Uint8Array, PreloadList>();

async function listOf(io: IO): Promise<PreloadList> {
  const bytes = await io.data('hsts-preload');
  const known = opened.get(bytes);
  if (known !== undefined) return known;
  const list = openList(bytes);
  if (list === undefined)
    throw new FaultError('data.missing', 'the HSTS preload list is not of the form that is known');
  opened.set(bytes, list);
  return list;
}

export async function preload(io: IO, host: string): Promise<Json> {
  try {
    const list = await listOf(io);
    const entry = list.find(host);
    const age = Date.parse(io.now()) - Date.parse(`${list.date}T00:00:00Z`);
    return {
      source: list.source,
      date: list.date,
      fresh: age >= -DAY && age < FRESH_DAYS * DAY,
      entry: entry === undefined ? null : { name: entry.name, includeSubDomains: entry.includeSubDomains },
    };
  } catch (error) {
    if (error instanceof FaultError) return rawFault(error);
    throw error;
  }
}

/** An entry with subdomains covers `www` too: it must speak TLS where it exists. Asked where a name asks for preloading. */
export async function www(io: IO, host: string, first: Hop | undefined, suffixOf: SuffixOf): Promise<Json> {
  const line = first === undefined ? undefined : firstLine(first.headers, 'strict-transport-security');
  if (line === undefined || !/preload/i.test(line) || registered(host, suffixOf).domain !== host) return NOT_ASKED;
  return (await follow(io, `https://www.${host}/`, { maxBody: 0, method: 'HEAD', follow: false })).raw;
}

/** What the parents of a subdomain without HSTS say: one of them may cover it. */
export async function parents(io: IO, host: string, first: Hop | undefined, suffixOf: SuffixOf): Promise<Json> {
  const line = first === undefined ? undefined : firstLine(first.headers, 'strict-transport-security');
  const asked = line === undefined || !parseHsts(line).valid;
  const found: JsonObject[] = [];
  if (asked) {
    for (const parent of parentsOf(host, suffixOf).slice(0, 3)) {
      found.push((await follow(io, `https://${parent}/`, { maxBody: 0, follow: false })).raw);
    }
  }
  return { asked, chains: found };
}
