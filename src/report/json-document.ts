/** JSON reports as text: indented, nothing in it hidden, ending in a line feed. */
import { visibleJson } from '../model/visible-json.ts';

export function jsonDocument(value: unknown): string {
  return `${visibleJson(JSON.stringify(value, null, 2))}\n`;
}

/** Milliseconds since 1970 of an instant; 0 where the text is none. */
export function epochMs(instant: string): number {
  const ms = Date.parse(instant);
  return Number.isFinite(ms) ? ms : 0;
}
