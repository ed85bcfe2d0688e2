/** What the options of a job mean to the collector. */
import { isArray, own, type Json } from '../../model/json.ts';

export interface Settings {
  /** DKIM selectors that the user named. */
  readonly selectors: readonly string[];
  /** Questions that an operator may take for an attack: zone transfer. */
  readonly intrusive: boolean;
  /** Parts of the facts that the chosen checks read; undefined: all. */
  readonly parts: readonly string[] | undefined;
}

/** From job options as they stand in evidence; anything of another form counts as not given. */
export function settingsOf(options: Json | undefined): Settings {
  const selectors = own(options, 'selectors');
  const parts = own(options, 'parts');
  return {
    selectors: isArray(selectors) ? selectors.filter((one): one is string => isSelector(one)) : [],
    intrusive: own(options, 'intrusive') === true,
    parts: isArray(parts) ? parts.map(String) : undefined,
  };
}

/** RFC 6376 §3.1: labels of letters, digits and hyphens, divided by dots; underscores occur. */
export function isSelector(value: Json): boolean {
  return typeof value === 'string' && /^[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,100})$/.test(value);
}
