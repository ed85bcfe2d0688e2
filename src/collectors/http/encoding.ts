/** In which character encoding a page is written (HTML §13.2.3.2): a page in UTF-16 has no tag for one who reads it as UTF-8. */
import { parseMediaType } from '../../wire/http/fields.ts';

/** HTML §13.2.3.2 looks for a meta element in so many bytes. */
const PRESCAN = 1024;

/** The text of a page; undefined where its encoding is not known. */
export function decodePage(body: Uint8Array, contentType: string | undefined): string | undefined {
  const label = byMark(body) ?? charsetOf(contentType) ?? byMeta(body) ?? 'utf-8';
  try {
    return new TextDecoder(label).decode(body);
  } catch (error) {
    // a label that the Encoding standard does not know
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function byMark(body: Uint8Array): string | undefined {
  if (body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf) return 'utf-8';
  if (body[0] === 0xfe && body[1] === 0xff) return 'utf-16be';
  return body[0] === 0xff && body[1] === 0xfe ? 'utf-16le' : undefined;
}

function charsetOf(contentType: string | undefined): string | undefined {
  const charset = contentType === undefined ? undefined : parseMediaType(contentType)?.charset;
  return charset === undefined || !isKnown(charset) ? undefined : charset;
}

/** A meta element is read as ASCII: one that names UTF-16 cannot mean it (HTML §13.2.3.2). */
function byMeta(body: Uint8Array): string | undefined {
  const start = Buffer.from(body.subarray(0, PRESCAN)).toString('latin1');
  const label = /<meta[\s/][^>]{0,300}?charset\s{0,9}=\s{0,9}["']?\s{0,9}([A-Za-z0-9_:.-]{1,40})/i.exec(start)?.[1];
  if (label === undefined || !isKnown(label)) return undefined;
  return /^utf-?16/i.test(label) ? 'utf-8' : label;
}

function isKnown(label: string): boolean {
  try {
    return new TextDecoder(label).encoding !== '';
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
