/** Kleene's three values and how two of them combine (facts/engine §2). */

export type Truth = true | false | 'unknown';

/** False if any part is false, else unknown if any part is, else true. */
export function and(a: Truth, b: Truth): Truth {
  if (a === false || b === false) return false;
  return a === 'unknown' || b === 'unknown' ? 'unknown' : true;
}

/** True if any part is true, else unknown if any part is, else false. */
export function or(a: Truth, b: Truth): Truth {
  if (a === true || b === true) return true;
  return a === 'unknown' || b === 'unknown' ? 'unknown' : false;
}
