/** Kleene's three values and how they combine (facts/engine §2). */

export type Truth = true | false | 'unknown';

/** False if any part is false, else unknown if any part is, else true. */
export function allOf(parts: readonly Truth[]): Truth {
  let result: Truth = true;
  for (const part of parts) {
    if (part === false) return false;
    if (part === 'unknown') result = 'unknown';
  }
  return result;
}

/** True if any part is true, else unknown if any part is, else false. */
export function anyOf(parts: readonly Truth[]): Truth {
  let result: Truth = false;
  for (const part of parts) {
    if (part === true) return true;
    if (part === 'unknown') result = 'unknown';
  }
  return result;
}
