/** Facts at rest: as one text each until they are asked for, so that a run of many targets needs the room of their words only. */
import type { Json } from '../model/json.ts';
import type { Target } from '../model/target.ts';
import type { Observation, Observed } from './observed.ts';

type Facts = Extract<Observed, { readonly is: 'facts' }>;

/** Above this an opened copy beside the text would cost more than the text saves. */
const MAX_TEXT = 64 * 1024;
/** Facts that are known at more places than this are not written to see how long they are. */
const MAX_PLACES = 1000;

/** An observed fault, facts of size, or the JSON of small facts. */
export type Held = Observed | { readonly is: 'text'; readonly text: string };

export function hold(observed: Observed): Held {
  if (observed.is === 'fault' || placesIn(observed) > MAX_PLACES) return observed;
  // Also lets go of what the facts were cut from: a slice of a text keeps the whole of it
  const text = JSON.stringify(observed);
  return text.length > MAX_TEXT ? observed : { is: 'text', text };
}

function placesIn({ at, lists = {} }: Facts): number {
  return Object.values(lists).reduce((sum, { forms }) => sum + forms.length, Object.keys(at).length);
}

function open(held: Held): Observed {
  return held.is === 'text' ? (JSON.parse(held.text) as Facts) : held;
}

/** undefined where the job faulted. */
export function factsIn(held: Held): Json | undefined {
  const observed = open(held);
  return observed.is === 'facts' ? observed.facts : undefined;
}

/** Observations whose facts are opened when they are asked for, and let go when those of another target are. */
export function observationsOf(
  places: readonly { readonly target: Target; readonly seen: ReadonlyMap<string, Held> }[],
): Observation[] {
  let last: { readonly of: ReadonlyMap<string, Held>; readonly opened: Map<string, Observed> } | undefined;
  function observed(seen: ReadonlyMap<string, Held>, id: string, held: Held): Observed {
    if (last?.of !== seen) last = { of: seen, opened: new Map() };
    const known = last.opened.get(id) ?? open(held);
    last.opened.set(id, known);
    return known;
  }
  return places.map(({ target, seen }) => {
    const collectors: { [id: string]: Observed } = {};
    for (const [id, held] of seen)
      Object.defineProperty(collectors, id, { enumerable: true, get: () => observed(seen, id, held) });
    return { target, collectors };
  });
}
