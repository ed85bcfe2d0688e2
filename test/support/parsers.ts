/** Small strict readers of CSV and XML, written for the tests: what they refuse, a report must not hold. */

/** RFC 4180 with every rule kept: rows of cells; throws where a quote stands wrongly or a row is short. */
export function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    let cell = '';
    if (text[at] === '"') {
      at += 1;
      for (;;) {
        if (at >= text.length) throw new Error('a quote is not closed');
        if (text[at] === '"' && text[at + 1] === '"') {
          cell += '"';
          at += 2;
        } else if (text[at] === '"') {
          at += 1;
          break;
        } else {
          cell += text[at] ?? '';
          at += 1;
        }
      }
    } else {
      while (at < text.length && text[at] !== ',' && text[at] !== '\r') {
        if (text[at] === '"' || text[at] === '\n') throw new Error('a bare quote or line feed');
        cell += text[at] ?? '';
        at += 1;
      }
    }
    row.push(cell);
    if (text[at] === ',') {
      at += 1;
    } else if (text.startsWith('\r\n', at)) {
      rows.push(row);
      row = [];
      at += 2;
    } else {
      throw new Error(`neither comma nor CRLF behind a cell at ${String(at)}`);
    }
  }
  if (row.length > 0) throw new Error('the last row has no CRLF');
  if (rows.some(({ length }) => length !== rows[0]?.length)) throw new Error('rows of different length');
  return rows;
}

export interface XmlElement {
  readonly name: string;
  readonly attributes: { readonly [name: string]: string };
  readonly children: XmlElement[];
  text: string;
}

const ENTITIES: { readonly [name: string]: string } = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescape(text: string): string {
  if (/[<>]/.test(text)) throw new Error(`raw markup in ${text.slice(0, 40)}`);
  return text.replaceAll(/&([^;]*;?)/g, (_, rest: string) => {
    const found = rest.endsWith(';') ? ENTITIES[rest.slice(0, -1)] : undefined;
    if (found === undefined) throw new Error(`an entity that is none: &${rest}`);
    return found;
  });
}

/** Elements, attributes and text of a well-formed document without comments, CDATA or doctype; throws at anything else. */
export function readXml(document: string): XmlElement {
  // XML 1.0 §2.2: Char
  // oxlint-disable-next-line no-control-regex
  if (/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u.test(document))
    throw new Error('a character that XML cannot hold');
  const text = document.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '');
  const root: XmlElement = { name: '', attributes: {}, children: [], text: '' };
  const open: XmlElement[] = [root];
  let last = 0;
  for (const match of text.matchAll(/<(\/?)([a-z]+)((?:\s[a-z]+="[^"<]*")*)(\/?)>/g)) {
    const [whole, close, name = '', attributes = '', empty] = match;
    const parent = open.at(-1);
    if (parent === undefined) throw new Error('more is closed than was opened');
    parent.text += unescape(text.slice(last, match.index));
    last = match.index + whole.length;
    if (close === '/') {
      if (open.pop()?.name !== name) throw new Error(`</${name}> closes another element`);
      continue;
    }
    const found: { [name: string]: string } = {};
    for (const [, key = '', value = ''] of attributes.matchAll(/\s([a-z]+)="([^"]*)"/g)) {
      if (Object.hasOwn(found, key)) throw new Error(`${key} occurs twice`);
      found[key] = unescape(value);
    }
    const element: XmlElement = { name, attributes: found, children: [], text: '' };
    parent.children.push(element);
    if (empty !== '/') open.push(element);
  }
  if (open.length !== 1 || unescape(text.slice(last)).trim() !== '' || root.text.trim() !== '')
    throw new Error('not closed');
  const [only, ...others] = root.children;
  if (only === undefined || others.length > 0) throw new Error('not one root element');
  return only;
}
