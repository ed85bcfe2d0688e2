/** Header lines as they came on the wire: picking lines by name without joining them. */
import { asciiLower, splitOutsideQuotes, trimOws } from './chars.ts';

/** Name and value of one header line, spelling kept. */
export type HeaderLine = readonly [name: string, value: string];

/** The values of all lines of that name (lower case), in order. */
export function linesOf(headers: readonly HeaderLine[], name: string): string[] {
  return headers
    .filter(([key]) => key.length === name.length && asciiLower(key) === name)
    .map(([, value]) => trimOws(value));
}

/** The value of the first line of that name. */
export function firstLine(headers: readonly HeaderLine[], name: string): string | undefined {
  return linesOf(headers, name)[0];
}

/** RFC 9110 §5.6.1: the members of a comma list over all lines; empty members are dropped, quoted commas kept. */
export function listOf(headers: readonly HeaderLine[], name: string): string[] {
  return linesOf(headers, name)
    .flatMap((value) => splitOutsideQuotes(value, ','))
    .map(trimOws)
    .filter((member) => member !== '');
}

export interface MediaType {
  /** `type/subtype` in lower case. */
  readonly essence: string;
  /** Lower case, quotes removed; undefined where no charset parameter is there. */
  readonly charset: string | undefined;
}

/** RFC 9110 §8.3.1; undefined where the value is not a media type. */
export function parseMediaType(value: string): MediaType | undefined {
  const [type = '', ...parameters] = splitOutsideQuotes(value, ';').map(trimOws);
  if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+\/[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(type)) return undefined;
  for (const parameter of parameters) {
    const equals = parameter.indexOf('=');
    if (equals === -1 || asciiLower(trimOws(parameter.slice(0, equals))) !== 'charset') continue;
    const charset = asciiLower(trimOws(parameter.slice(equals + 1)).replaceAll('"', ''));
    return { essence: asciiLower(type), charset };
  }
  return { essence: asciiLower(type), charset: undefined };
}
