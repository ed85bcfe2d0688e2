/**
 * Reads one HTTP/1 answer of the plain kind (RFC 9112): a status, a head, a body of a told length or in chunks. Whatever else an
 * answer may be (interim, coded, ended by the end of the connection) is an error here: who asked has a full client to ask with.
 */
import { FaultError } from '../../model/fault.ts';

export interface PlainAnswer {
  readonly status: number;
  /** Lower-case names; of several equal ones the last. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  /** Whether the connection can take another question. */
  readonly stays: boolean;
}

const MAX_HEAD = 32 * 1024;
const MAX_LINE = 1024;
const NOTHING = Buffer.alloc(0);

const odd = (what: string): FaultError => new FaultError('aws.bad-response', `no plain HTTP answer: ${what}`);

/** A function that takes the bytes as they come; it gives the answer when that is whole. Throws where it cannot be one. */
export function answerReader(maxBody: number): (chunk: Buffer) => PlainAnswer | undefined {
  let rest: Buffer = NOTHING;
  /** Reads the next part; false where it is still to come, or the answer is whole. */
  let next: () => boolean = readHead;
  let head: Head | undefined;
  const parts: Buffer[] = [];
  let size = 0;
  /** Bytes that are still wanted of the body, or of the chunk. */
  let wanted = 0;
  let whole = false;

  /** Up to the next end of a line, which is taken too; undefined where it is still to come. */
  function line(): string | undefined {
    const end = rest.indexOf('\r\n');
    if (end > MAX_LINE || (end < 0 && rest.length > MAX_LINE)) throw odd('a line without end');
    if (end < 0) return undefined;
    const text = rest.toString('latin1', 0, end);
    rest = rest.subarray(end + 2);
    return text;
  }

  function want(bytes: number): void {
    if (size + bytes > maxBody) throw new FaultError('net.limit', `AWS sent more than ${String(maxBody)} bytes`);
    wanted = bytes;
  }

  function readHead(): boolean {
    const end = rest.indexOf('\r\n\r\n');
    if (end > MAX_HEAD || (end < 0 && rest.length > MAX_HEAD)) throw odd('a head without end');
    if (end < 0) return false;
    head = headOf(rest.toString('latin1', 0, end));
    rest = rest.subarray(end + 4);
    if (head.length !== undefined) want(head.length);
    next = head.length === undefined ? readSize : readBody;
    return true;
  }

  /** RFC 9112 §7.1: the size in hexadecimal, and extensions, which nobody needs. */
  function readSize(): boolean {
    const text = line();
    if (text === undefined) return false;
    const digits = /^([0-9A-Fa-f]{1,7})[ \t]*(?:;.*)?$/.exec(text)?.[1];
    if (digits === undefined) throw odd('a chunk without size');
    want(Number.parseInt(digits, 16));
    next = wanted === 0 ? readTrailer : readBody;
    return true;
  }

  function readBody(): boolean {
    const part = rest.subarray(0, wanted);
    if (part.length > 0) parts.push(part);
    size += part.length;
    wanted -= part.length;
    rest = rest.subarray(part.length);
    if (wanted > 0) return false;
    whole = head?.length !== undefined;
    next = readEndOfChunk;
    return !whole;
  }

  function readEndOfChunk(): boolean {
    const text = line();
    if (text === undefined) return false;
    if (text !== '') throw odd('a chunk longer than its size');
    next = readSize;
    return true;
  }

  function readTrailer(): boolean {
    const text = line();
    whole = text === '';
    return !whole && text !== undefined;
  }

  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let goesOn = true; goesOn;) goesOn = next();
    if (!whole || head === undefined) return undefined;
    if (rest.length > 0) throw odd('more than an answer');
    const body = (parts.length === 1 ? parts[0] : Buffer.concat(parts))?.toString('utf8') ?? '';
    return { status: head.status, headers: head.headers, body, stays: head.stays };
  };
}

interface Head {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  /** undefined: the body comes in chunks. */
  readonly length: number | undefined;
  readonly stays: boolean;
}

function headOf(text: string): Head {
  const [first = '', ...lines] = text.split('\r\n');
  const [, minor, code] = /^HTTP\/1\.([01]) ([2-5][0-9]{2})(?: [^\r\n]*)?$/.exec(first) ?? [];
  const status = Number(code ?? 0);
  if (status === 0 || status === 204 || status === 304) throw odd('another status line');
  const headers = new Map<string, string>();
  for (const one of lines) {
    const colon = one.indexOf(':');
    const name = one.slice(0, Math.max(0, colon)).toLowerCase();
    if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name)) throw odd('a line that is no header');
    const value = one.slice(colon + 1).trim();
    // RFC 9112 §6.3: a length that is told twice is told wrongly
    if (name === 'content-length' && headers.has(name)) throw odd('two lengths');
    headers.set(name, value);
  }
  const coding = headers.get('transfer-encoding');
  const told = headers.get('content-length');
  if (headers.has('content-encoding')) throw odd('a coded body');
  if ((coding === undefined) === (told === undefined)) throw odd('a body without a length of its own');
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') throw odd('a transfer coding');
  if (told !== undefined && !/^[0-9]{1,9}$/.test(told)) throw odd('a length that is no number');
  const options = (headers.get('connection') ?? '').toLowerCase();
  // RFC 9112 §9.3: a connection of HTTP/1.0 stays only where the answer says so
  const stays = !options.includes('close') && (minor === '1' || options.includes('keep-alive'));
  return { status, headers, length: told === undefined ? undefined : Number(told), stays };
}
