/** Tag lists `name=value; name=value` (RFC 6376 §3.2), as DKIM, DMARC, MTA-STS, TLS-RPT and BIMI records use them. */

import { remembering } from '../../model/memory.ts';

export interface Tag {
  /** As written. */
  readonly name: string;
  readonly value: string;
  /** 1 for the first character of the record. */
  readonly column: number;
}

export interface TagList {
  readonly tags: readonly Tag[];
  /** What is no tag, with its column; readers drop it. */
  readonly problems: readonly string[];
  /** Names that stand twice. */
  readonly twice: readonly string[];
}

/** At most this many tags are read; nobody writes more, and a hostile record shall not cost more. */
const MAX_TAGS = 200;
const TRIM = /^[ \t\r\n]+|[ \t\r\n]+$/g;

/** Each part of the facts reads the record that it is about. */
export const parseTags = remembering(readTags, 500);

function readTags(text: string): TagList {
  const tags: Tag[] = [];
  const problems: string[] = [];
  let column = 1;
  const chunks = text.split(';');
  for (const [index, chunk] of chunks.slice(0, MAX_TAGS).entries()) {
    const start = column + (/^[ \t\r\n]*/.exec(chunk)?.[0].length ?? 0);
    column += chunk.length + 1;
    const trimmed = chunk.replaceAll(TRIM, '');
    if (trimmed === '') {
      // RFC 6376 §3.2, RFC 9989 §4.8: one semicolon may end the list, none stands for nothing
      if (index < chunks.length - 1) problems.push(`";" at column ${String(column - 1)}: no tag stands before it`);
      continue;
    }
    const equals = trimmed.indexOf('=');
    const name = equals < 0 ? '' : trimmed.slice(0, equals).replaceAll(TRIM, '');
    const value = trimmed.slice(equals + 1).replaceAll(TRIM, '');
    const place = `"${trimmed.slice(0, 60)}" at column ${String(start)}`;
    if (equals < 0) problems.push(`${place}: is no tag, "=" is missing`);
    else if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(name)) problems.push(`${place}: "${name.slice(0, 30)}" is no tag name`);
    else if (/[^\x20-\x7e\t\r\n]/.test(value)) problems.push(`${place}: the value is not visible ASCII`);
    else tags.push({ name, value, column: start });
  }
  const names = tags.map((tag) => tag.name);
  return { tags, problems, twice: [...new Set(names.filter((name, index) => names.indexOf(name) !== index))] };
}

/** The value of the first tag of a name. */
export function tagValue(list: TagList, name: string): string | undefined {
  return list.tags.find((tag) => tag.name === name)?.value;
}
