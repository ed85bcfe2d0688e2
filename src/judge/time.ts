/** Instants (RFC 3339, UTC) and durations by grammar: `Date.parse` accepts too much and differs by engine. */

const INSTANT = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?Z$/;
const DURATION = /^(\d{1,9})([smhdw])$/;
const RELATIVE = /^now(?:([+-])(\d{1,9}[smhdw]))?$/;
const UNIT_MS: { readonly [unit: string]: number } = { s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5 };

/** Milliseconds since 1970, or undefined where the text is no RFC 3339 instant in UTC. */
export function parseInstant(text: string): number | undefined {
  if (text.length > 40) return undefined;
  const match = INSTANT.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number);
  if (year === undefined || month === undefined || day === undefined) return undefined;
  if (hour === undefined || minute === undefined || second === undefined) return undefined;
  // RFC 3339 §5.7: a leap second is legal text; it counts as the second after it
  if (hour > 23 || minute > 59 || second > 60) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  const fraction = Math.floor(Number(`0.${match[7] ?? '0'}`) * 1000);
  return date.getTime() + ((hour * 60 + minute) * 60 + second) * 1000 + fraction;
}

export function isDateTime(text: string): boolean {
  return parseInstant(text) !== undefined;
}

/** Milliseconds of `30s`, `15m` (minutes), `36h`, `365d`, `2w`. ISO 8601 periods are refused: months are ambiguous. */
export function parseDuration(text: string): number | undefined {
  const match = text.length > 12 ? null : DURATION.exec(text);
  return match === null ? undefined : Number(match[1]) * (UNIT_MS[match[2] ?? ''] ?? Number.NaN);
}

export function isDuration(text: string): boolean {
  return parseDuration(text) !== undefined;
}

/** An instant, or `now`, `now+30d`, `now-1h` counted from the run's asOf. */
export function parseMoment(text: string, asOf: number): number | undefined {
  const match = text.length > 16 ? null : RELATIVE.exec(text);
  if (match === null) return parseInstant(text);
  const offset = match[2] === undefined ? 0 : parseDuration(match[2]);
  return offset === undefined ? undefined : match[1] === '-' ? asOf - offset : asOf + offset;
}
