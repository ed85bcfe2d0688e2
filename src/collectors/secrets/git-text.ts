/** Reads what git prints: lines of text, and objects as `cat-file --batch` frames them. */
import { FaultError } from '../../model/fault.ts';

/** The lines that came with each piece. */
export async function* lineListsOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<readonly string[]> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const all =
      rest.length === 0 ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length) : Buffer.concat([rest, chunk]);
    const end = all.lastIndexOf(0x0a);
    if (end >= 0) yield all.toString('utf8', 0, end).split('\n');
    rest = all.subarray(end + 1);
  }
  if (rest.length > 0) yield [rest.toString('utf8')];
}

export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  for await (const lines of lineListsOf(chunks)) yield* lines;
}

export async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all).toString('utf8');
}

/** Lines for git's standard input, some thousands at once. */
// oxlint-disable-next-line require-await -- git's input is asynchronous
export async function* inputOf(lines: Iterable<string>): AsyncGenerator<Uint8Array> {
  let batch: string[] = [];
  for (const line of lines) {
    batch.push(line);
    if (batch.length < 4096) continue;
    yield Buffer.from(`${batch.join('\n')}\n`);
    batch = [];
  }
  if (batch.length > 0) yield Buffer.from(`${batch.join('\n')}\n`);
}

/** Cuts a stream into lines and counted pieces; each byte is copied once, to where it is wanted. */
export class ObjectReader {
  private readonly source: AsyncIterator<Uint8Array>;
  private chunk: Uint8Array = new Uint8Array();
  private at = 0;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.source = chunks[Symbol.asyncIterator]();
  }

  private async more(): Promise<boolean> {
    const step = await this.source.next();
    if (step.done === true) return false;
    this.chunk = step.value;
    this.at = 0;
    return true;
  }

  /** The next line; undefined at the end of the stream. */
  async line(): Promise<string | undefined> {
    let text = '';
    for (;;) {
      const feed = this.chunk.indexOf(0x0a, this.at);
      const end = feed < 0 ? this.chunk.length : feed;
      text += Buffer.from(this.chunk.buffer, this.chunk.byteOffset + this.at, end - this.at).toString('latin1');
      this.at = end + 1;
      if (feed >= 0) return text;
      if (!(await this.more())) return text === '' ? undefined : text;
    }
  }

  /** Fills `target` with the next bytes. */
  async read(target: Uint8Array): Promise<void> {
    let filled = 0;
    while (filled < target.length) {
      if (this.at >= this.chunk.length && !(await this.more())) {
        throw new FaultError('git.failed', 'git ended in the middle of an object');
      }
      const count = Math.min(target.length - filled, this.chunk.length - this.at);
      target.set(this.chunk.subarray(this.at, this.at + count), filled);
      filled += count;
      this.at += count;
    }
  }

  async skip(count: number): Promise<void> {
    const nowhere = new Uint8Array(count);
    await this.read(nowhere);
  }

  /** Ends git where nobody reads on. */
  async end(): Promise<void> {
    await this.source.return?.();
  }
}
