/** Reference data by name (detectors, preload list, public suffixes): its digest goes into job options, so evidence names what was used. */
import { createHash } from 'node:crypto';
import { FaultError } from '../../model/fault.ts';

export interface DataSource {
  readonly name: string;
  /** Called at most once, when somebody needs it. */
  read(): Uint8Array;
  /** When the data was made (RFC 3339), where that is known. */
  readonly date?: string;
}

export interface Data {
  /** Throws `data.missing` where there is none of that name. */
  bytes(name: string): Uint8Array;
  /** `sha256:` + hex, or undefined where there is none of that name. */
  digest(name: string): string | undefined;
  date(name: string): string | undefined;
}

export function createData(sources: readonly DataSource[]): Data {
  const known = new Map(sources.map((source) => [source.name, source]));
  const read = new Map<string, { readonly bytes: Uint8Array; readonly digest: string }>();

  function load(name: string): { readonly bytes: Uint8Array; readonly digest: string } | undefined {
    const source = known.get(name);
    if (source === undefined) return undefined;
    const before = read.get(name);
    if (before !== undefined) return before;
    const bytes = source.read();
    const loaded = { bytes, digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}` };
    read.set(name, loaded);
    return loaded;
  }

  return {
    bytes(name) {
      const loaded = load(name);
      if (loaded === undefined) throw new FaultError('data.missing', `there is no reference data named ${name}`);
      return loaded.bytes;
    },
    digest: (name) => load(name)?.digest,
    date: (name) => known.get(name)?.date,
  };
}
