/** Rows of questions to one server: a list is offered, what was picked is taken out, and the rest is offered again. */
import type { IO } from '../../model/io.ts';
import type { EndpointName } from '../../model/target.ts';
import { suiteOf } from '../../wire/tls/suites.ts';
import { nextOffer, type Offer, type Pick, pickIn, type Takes, withControl } from './chain.ts';
import { helloBytes, type ListName } from './hello.ts';
import { type Answer, type Prober, untilDone } from './prober.ts';
import type { Probed } from './versions.ts';

export interface Chain extends Offer {
  readonly takes: Takes;
  /** The known suite that stood behind each offer: picked, it ends the row. */
  readonly control?: number;
  readonly answers: readonly Answer[];
}

export interface OrderQuestion extends Offer {
  readonly answer: Answer;
}

export interface Enumerated {
  readonly chains: readonly Chain[];
  readonly orders: readonly OrderQuestion[];
}

export interface Setting {
  readonly io: IO;
  readonly endpoint: EndpointName;
  readonly prober: Prober;
}

/** A version that was accepted: by which list, and what the server picked from it. */
export interface Accepted {
  readonly version: Probed;
  readonly list: ListName;
  readonly first: Pick;
  /** The highest of TLS <= 1.2: the curves are asked for there. */
  readonly askCurves: boolean;
  /** Versions before TLS 1.2 are offered too: there are many suites, and weak ones. */
  readonly isOld: boolean;
}

export interface Eliminated {
  readonly chain: Chain;
  readonly picks: readonly Pick[];
}

/** Nearer than this, rounds cost little, and connections are saved instead. */
const NEAR_MS = 35;
const MAX_STEPS = 400;

/** What nearly every stack supports as a whole: a list of these ends without a refusal. */
export const USUAL: readonly number[] = [0x001d, 0x0017, 0x0018, 0x0019, 0x001e];

/** Rounds are dear there. */
export function isFar(setting: Setting): boolean {
  return setting.prober.stats().roundMs >= NEAR_MS;
}

export function without(list: readonly number[], taken: readonly number[]): readonly number[] {
  return list.filter((code) => !taken.includes(code));
}

export function suitesOf(rows: readonly Eliminated[]): readonly number[] {
  return rows.flatMap(({ picks }) => picks.map(({ suite }) => suite));
}

export async function askOffer({ io, endpoint, prober }: Setting, offer: Offer): Promise<Answer> {
  return await prober.ask(() => helloBytes(io, endpoint, offer), untilDone);
}

/** Offers, takes out what was picked, offers again, until the server picks nothing more, the control, or something that `ends` it. */
export async function eliminate(
  setting: Setting,
  start: Offer,
  takes: Takes,
  ends: (pick: Pick) => boolean = () => false,
  control?: number,
): Promise<Eliminated> {
  const answers: Answer[] = [];
  const picks: Pick[] = [];
  for (let offer: Offer | undefined = start; offer !== undefined && answers.length < MAX_STEPS;) {
    const sent = withControl(offer, control);
    const answer = await askOffer(setting, sent);
    answers.push(answer);
    const pick = pickIn(answer, sent);
    if (typeof pick === 'string' || pick.suite === control) break;
    picks.push(pick);
    if (ends(pick)) break;
    offer = nextOffer(offer, pick, takes);
  }
  return { chain: { ...start, takes, ...(control !== undefined && { control }), answers }, picks };
}

/** Deals suites into parts like cards, the like together: what a server supports of each kind is asked for side by side. */
export function dealt(list: readonly number[], parts: number): readonly (readonly number[])[] {
  if (parts === 1) return list.length === 0 ? [] : [list];
  const kinds = new Map(list.map((code) => [code, kindOf(code)]));
  const kind = (code: number): string => kinds.get(code) ?? '';
  const cards = list.toSorted((a, b) => (kind(a) < kind(b) ? -1 : kind(a) > kind(b) ? 1 : 0));
  const part = new Map(cards.map((code, index) => [code, index % parts]));
  return Array.from({ length: parts }, (_, hand) => list.filter((code) => part.get(code) === hand)).filter(
    (hand) => hand.length > 0,
  );
}

function kindOf(code: number): string {
  const { keyExchange, authentication, encryption, mode } = suiteOf(code);
  return `${keyExchange} ${authentication} ${mode} ${encryption}`;
}
