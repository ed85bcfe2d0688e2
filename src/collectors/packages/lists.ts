/** Gathers what the rules find: items by the path of their fact, and where in raw each was seen. */
import { partialList, type PartialList } from '../../model/facts.ts';
import type { FaultCode } from '../../model/fault.ts';
import { own, type Json, type JsonObject } from '../../model/json.ts';
import { pointer } from '../../model/pointer.ts';

export class Lists {
  readonly items = new Map<string, JsonObject[]>();
  readonly at: { [fact: string]: string } = {};
  /** Why something of a kind could not be read. */
  gap: { manifests?: FaultCode; locks?: FaultCode; others?: FaultCode; settings?: FaultCode } = {};

  add(path: string, item: JsonObject, rawPointer: string): void {
    const list = this.items.get(path) ?? [];
    this.at[`${pointer(...path.split('.'))}/${String(list.length)}`] = rawPointer;
    list.push(item);
    this.items.set(path, list);
  }

  list(path: string, gap: FaultCode | undefined): readonly Json[] | PartialList {
    return partialList(this.items.get(path) ?? [], gap);
  }
}

/** A text of raw, or undefined. */
export function textOf(source: Json | undefined, key: string): string | undefined {
  const value = own(source, key);
  return typeof value === 'string' ? value : undefined;
}

export function inFile(file: string): JsonObject {
  return { subject: file, location: { file } };
}

export function inLockfile(file: string, name: string, version: string | undefined): JsonObject {
  return { subject: `${file}#${name}${version === undefined ? '' : `@${version}`}`, location: { file } };
}
