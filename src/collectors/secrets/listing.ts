/** Lists every object that a repository's refs reach, with the commit that brought it in, in a few large arrays. */
import type { IO } from '../../model/io.ts';
import { inputOf, linesOf } from './git-text.ts';

export type ObjectKind = 'commit' | 'blob' | 'tag';

const NO_COMMIT = 0xffff_ffff;
const KINDS: readonly (ObjectKind | undefined)[] = [undefined, 'commit', 'blob', 'tag'];

/** Numbers that grow: plain arrays of hundreds of thousands of objects would cost the garbage collector more than all else. */
class Numbers {
  private data = new Uint32Array(4096);
  length = 0;
  push(value: number): void {
    if (this.length === this.data.length) {
      const larger = new Uint32Array(this.data.length * 2);
      larger.set(this.data);
      this.data = larger;
    }
    this.data[this.length++] = value;
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
  kinds = new Uint8Array();
  sizes = new Float64Array();

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
    this.pathOf.push(number);
    this.commitOf.push(commit);
    this.count++;
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
    const kind = KINDS[this.kinds[index] ?? 0];
    const path = this.paths[this.pathOf.at(index)] ?? '';
    if (kind === 'blob') return path === '' ? this.name(index) : path;
    return kind === 'tag' ? `tag:${path}` : `commit:${this.name(index)}`;
  }

  commit(index: number): string | undefined {
    const commit = this.commitOf.at(index);
    return commit === NO_COMMIT ? undefined : this.name(commit);
  }

  kind(index: number): ObjectKind | undefined {
    return KINDS[this.kinds[index] ?? 0];
  }

  /** What is to be read: versions of one path one after the other, oldest first, then messages. */
  inReadingOrder(wanted: (index: number) => boolean): Uint32Array {
    const starts = new Uint32Array(this.paths.length + 1);
    const slot = (index: number): number | undefined => {
      if (this.kinds[index] === 0 || !wanted(index)) return undefined;
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

/** `without`: what these commits reach is not listed again. */
export async function listObjects(io: IO, path: string, without: readonly string[]): Promise<Listing> {
  const objects = new Objects();
  let missing = 0;
  let commit = NO_COMMIT;
  const args = ['rev-list', '--objects', '--in-commit-order', '--reverse', '--all', '--missing=print', '--stdin'];
  const excluded = inputOf(without.map((name) => `^${name}`));
  for await (const line of linesOf(io.git(path, args, excluded))) {
    if (line.startsWith('?')) {
      missing++;
      continue;
    }
    const found = /^([0-9a-f]{40}|[0-9a-f]{64})(?: (.*))?$/.exec(line);
    if (found === null) continue;
    const [, name = '', inside] = found;
    // a commit comes without a path, and what it brought in comes after it
    if (inside === undefined) commit = objects.count;
    objects.add(name, inside ?? '', commit);
  }
  missing += await describe(io, path, objects);
  return { objects, missing };
}

/** Learns kinds and sizes; returns how many objects are not there. */
async function describe(io: IO, path: string, objects: Objects): Promise<number> {
  objects.kinds = new Uint8Array(objects.count);
  objects.sizes = new Float64Array(objects.count);
  let missing = 0;
  let index = 0;
  const args = ['cat-file', '--batch-check=%(objecttype) %(objectsize)', '--buffer'];
  for await (const line of linesOf(io.git(path, args, inputOf(namesOf(objects))))) {
    const [type = '', size = ''] = line.split(' ');
    if (size === 'missing') missing++;
    else {
      objects.kinds[index] = Math.max(0, (KINDS as readonly (string | undefined)[]).indexOf(type));
      objects.sizes[index] = Number(size);
    }
    index++;
  }
  return missing;
}

function* namesOf(objects: Objects): Generator<string> {
  for (let index = 0; index < objects.count; index++) yield objects.name(index);
}
