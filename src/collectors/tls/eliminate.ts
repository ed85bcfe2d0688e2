/** Rows of questions to one server: a list is offered, what was picked is taken out, and the rest is offered again. */
import type { IO } from '../../model/io.ts';
import type { EndpointName } from '../../model/target.ts';
import { suiteOf } from '../../wire/tls/suites.ts';
import { nextOffer, type Offer, ordersShown, type Pick, pickIn, showsOrder, type Takes, withKnown } from './chain.ts';
import { CURVES, helloBytes, type ListName } from './hello.ts';
import { type Answer, type Instead, type Manner, type Prober, TRIES_ON_LOSS, untilDone } from './prober.ts';
import type { Probed } from './versions.ts';

export interface Chain extends Offer {
  readonly takes: Takes;
  /** Two known suites that stood behind the last offer: the first of them, picked, ends the row. */
  readonly known?: readonly number[];
  readonly answers: readonly Answer[];
}

export interface OrderQuestion extends Offer {
  readonly answer: Answer;
}

/** The last question of a row that was closed on. */
export interface Closed {
  readonly offer: Offer;
  readonly takes: Takes;
  readonly closes: number;
}

export interface Enumerated {
  readonly version: Probed;
  readonly chains: readonly Chain[];
  readonly orders: readonly OrderQuestion[];
  readonly suites: readonly number[];
  /** The ends that decide something and were no more than a close. */
  readonly closed: readonly Closed[];
}

export interface Setting {
  readonly io: IO;
  readonly endpoint: EndpointName;
  readonly prober: Prober;
  /** In the rows of a version before TLS 1.3: what was picked from this list as it is. */
  readonly first?: { readonly suite: number; readonly list: readonly number[] };
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
  /** What the known suites behind its end told of the order. */
  readonly order?: OrderQuestion;
  readonly closed?: Closed;
}

/** Nearer than this, rounds cost little, and connections are saved instead. */
const NEAR_MS = 35;
const MAX_STEPS = 400;
/** A row ends with so many closes, for now; one of suites and curves, which another goes on with, with the first. */
const ROW_CLOSES = 2;

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

export async function askOffer({ io, endpoint, prober }: Setting, offer: Offer, manner?: Manner): Promise<Answer> {
  return await prober.ask(() => helloBytes(io, endpoint, offer), untilDone, manner);
}

/** The suites that show, behind those that are left, whether the server follows us in this very question; none where it does not. */
function knownFor({ first }: Setting, { groups }: Offer, takes: Takes, picks: readonly Pick[]): readonly number[] {
  const [latter] = picks;
  if (first === undefined || latter === undefined || takes !== 'suites' || groups.length < CURVES.length) return [];
  const known = [latter.suite, first.suite];
  const picked = picks.map(({ suite }) => suite);
  return showsOrder(known, first.suite, first.list) && ordersShown(first.suite, [picked], first.list) !== 'server'
    ? known
    : [];
}

/** Offers, takes out what was picked, offers again, until the server picks nothing more, or something that `ends` it. */
export async function eliminate(
  setting: Setting,
  start: Offer,
  takes: Takes,
  ends: (pick: Pick) => boolean = () => false,
): Promise<Eliminated> {
  const answers: Answer[] = [];
  const picks: Pick[] = [];
  const closes = takes === 'both' && start.version !== 'TLSv1.3' ? 1 : ROW_CLOSES;
  let order: OrderQuestion | undefined;
  let closed: Closed | undefined;
  let end: readonly number[] = [];
  for (let offer: Offer | undefined = start; offer !== undefined && answers.length < MAX_STEPS;) {
    const left: Offer = offer;
    let known: readonly number[] = [];
    const instead = (): Instead | undefined => {
      known = knownFor(setting, left, takes, picks);
      const sent = withKnown(left, known);
      return known.length === 0
        ? undefined
        : {
            hello: () => helloBytes(setting.io, setting.endpoint, sent),
            says: (answer) => {
              const pick = pickIn(answer, sent);
              if (typeof pick === 'string') return 'nothing';
              if (!known.includes(pick.suite)) return 'answered';
              order = { ...sent, answer };
              return pick.suite === known[0] ? 'refused' : 'nothing';
            },
          };
    };
    const answer = await askOffer(setting, offer, { closes, instead });
    answers.push(answer);
    if (answer === order?.answer) {
      end = known;
      break;
    }
    const pick = pickIn(answer, offer);
    if (typeof pick === 'string') {
      const isLossy = setting.prober.stats().lost > 0;
      if (answer.end === 'closed' && answer.bytes.length === 0)
        closed = { offer, takes, closes: isLossy ? TRIES_ON_LOSS : closes };
      break;
    }
    picks.push(pick);
    if (ends(pick)) break;
    offer = nextOffer(offer, pick, takes);
  }
  return {
    chain: { ...start, takes, ...(end.length > 0 && { known: end }), answers },
    picks,
    ...(order !== undefined && { order }),
    ...(closed !== undefined && { closed }),
  };
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
