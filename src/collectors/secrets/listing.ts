/** Lists every object that a repository's refs reach, with the commit that brought it in, in a few large arrays. */
import type { IO } from '../../model/io.ts';
import { inputOf, lineListsOf } from './git-text.ts';

export type ObjectKind = 'commit' | 'blob' | 'tag';

const NO_COMMIT = 0xffff_ffff;
const KINDS: readonly (ObjectKind | undefined)[] = [undefined, 'commit', 'blob', 'tag'];

/** Numbers that grow: plain arrays of hundreds of thousands of objects would cost the garbage collector more than all else. */
class Numbers {
  private readonly ofKind: Uint32ArrayConstructor | Float64ArrayConstructor;
  private data: Uint32Array | Float64Array;

  constructor(ofKind: Uint32ArrayConstructor | Float64ArrayConstructor = Uint32Array) {
    this.ofKind = ofKind;
    this.data = new ofKind(4096);
  }

  set(index: number, value: number): void {
    if (index >= this.data.length) {
      const larger = new this.ofKind(this.data.length * 2);
      larger.set(this.data);
      this.data = larger;
    }
    this.data[index] = value;
  }

  at(index: number): number {
    return this.data[index] ?? 0;
  }
}

/** Objects in the order of the commits that brought them in, oldest first. */
export class Objects {
  private names = Buffer.alloc(1 << 16);
  /** Bytes of a name: 20 for SHA-1, 32 for SHA-256. */
  width = 20;
  count = 0;
  private readonly pathOf = new Numbers();
  private readonly commitOf = new Numbers();
  private readonly paths: string[] = [];
  private readonly pathNumbers = new Map<string, number>();
  private readonly kinds = new Numbers();
  private readonly sizes = new Numbers(Float64Array);

  add(name: string, path: string, commit: number): void {
    if (this.count === 0) this.width = name.length / 2;
    const end = (this.count + 1) * this.width;
    if (end > this.names.length) {
      const larger = Buffer.alloc(this.names.length * 2);
      this.names.copy(larger);
      this.names = larger;
    }
    this.names.write(name, this.count * this.width, 'hex');
    let number = this.pathNumbers.get(path);
    if (number === undefined) {
      number = this.paths.push(path) - 1;
      this.pathNumbers.set(path, number);
    }
    this.pathOf.set(this.count, number);
    this.commitOf.set(this.count, commit);
    // until it is described
    this.kinds.set(this.count, 0);
    this.sizes.set(this.count, 0);
    this.count++;
  }

  describe(index: number, type: string, size: number): void {
    this.kinds.set(index, Math.max(0, (KINDS as readonly (string | undefined)[]).indexOf(type)));
    this.sizes.set(index, size);
  }

  name(index: number): string {
    return this.names.toString('hex', index * this.width, (index + 1) * this.width);
  }

  indexOf(name: string): number | undefined {
    const bytes = Buffer.from(name, 'hex');
    const end = this.count * this.width;
    for (let at = this.names.indexOf(bytes); at >= 0 && at < end; at = this.names.indexOf(bytes, at + 1)) {
      if (at % this.width === 0) return at / this.width;
    }
    return undefined;
  }

  /** The bytes of a name. */
  nameBytes(index: number): Buffer {
    return this.names.subarray(index * this.width, (index + 1) * this.width);
  }

  path(index: number): string {
    const kind = this.kind(index);
    const path = this.paths[this.pathOf.at(index)] ?? '';
    if (kind === 'blob') return path === '' ? this.name(index) : path;
    return kind === 'tag' ? `tag:${path}` : `commit:${this.name(index)}`;
  }

  commit(index: number): string | undefined {
    const commit = this.commitOf.at(index);
    return commit === NO_COMMIT ? undefined : this.name(commit);
  }

  kind(index: number): ObjectKind | undefined {
    return KINDS[this.kinds.at(index)];
  }

  size(index: number): number {
    return this.sizes.at(index);
  }

  /** What is to be read: versions of one path one after the other, oldest first, then messages. */
  inReadingOrder(wanted: (index: number) => boolean): Uint32Array {
    const starts = new Uint32Array(this.paths.length + 1);
    const slot = (index: number): number | undefined => {
      if (this.kinds.at(index) === 0 || !wanted(index)) return undefined;
      return this.kind(index) === 'blob' ? this.pathOf.at(index) : this.paths.length;
    };
    let total = 0;
    for (let index = 0; index < this.count; index++) {
      const at = slot(index);
      if (at === undefined) continue;
      total++;
      if (at + 1 < starts.length) starts[at + 1] = (starts[at + 1] ?? 0) + 1;
    }
    for (let at = 1; at < starts.length; at++) starts[at] = (starts[at] ?? 0) + (starts[at - 1] ?? 0);
    const order = new Uint32Array(total);
    for (let index = 0; index < this.count; index++) {
      const at = slot(index);
      if (at === undefined) continue;
      const place = starts[at] ?? 0;
      order[place] = index;
      starts[at] = place + 1;
    }
    return order;
  }
}

export interface Listing {
  readonly objects: Objects;
  /** Objects that a partial clone lacks. */
  readonly missing: number;
}

/** `without`: what these commits reach is not listed again. One git lists, and another tells kinds and sizes meanwhile. */
export async function listObjects(io: IO, path: string, without: readonly string[]): Promise<Listing> {
  const objects = new Objects();
  const args = ['rev-list', '--objects', '--in-commit-order', '--reverse', '--all', '--missing=print', '--stdin'];
  const listed = io.git(path, args, inputOf(without.map((name) => `^${name}`)));
  const tally = { missing: 0 };
  const asked = io.git(
    path,
    ['cat-file', '--batch-check=%(objecttype) %(objectsize)', '--buffer'],
    namesListed(listed, objects, tally),
  );
  let index = 0;
  for await (const lines of lineListsOf(asked)) {
    for (const line of lines) {
      const [type = '', size = ''] = line.split(' ');
      if (size === 'missing') tally.missing++;
      else objects.describe(index, type, Number(size));
      index++;
    }
  }
  return { objects, missing: tally.missing };
}

/** Keeps what is listed, and hands on the names. */
async function* namesListed(
  listed: AsyncIterable<Uint8Array>,
  objects: Objects,
  tally: { missing: number },
): AsyncGenerator<Uint8Array> {
  let commit = NO_COMMIT;
  for await (const lines of lineListsOf(listed)) {
    let names = '';
    for (const line of lines) {
      if (line.startsWith('?')) {
        tally.missing++;
        continue;
      }
      const gap = line.indexOf(' ');
      const name = gap < 0 ? line : line.slice(0, gap);
      if (name.length !== 40 && name.length !== 64) continue;
      // a commit comes without a path, and what it brought in comes after it
      if (gap < 0) commit = objects.count;
      objects.add(name, gap < 0 ? '' : line.slice(gap + 1), commit);
      names += `${name}\n`;
    }
    if (names !== '') yield Buffer.from(names, 'latin1');
  }
}
