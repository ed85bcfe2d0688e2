/** What the pool and its workers say to each other. Nothing here can hold a credential but the key, which is never written. */
import type { FaultCode } from '../../model/fault.ts';
import type { SearchTables } from './keywords.ts';
import type { Found } from './report.ts';

export interface WorkerStart {
  readonly root: string;
  /** The detector set as JSON bytes. */
  readonly detectors: Uint8Array;
  /** The key of this run's secretIds. */
  readonly key: Uint8Array;
  readonly maxFile: number;
  /** The tree is what a package manager installed, whatever its folder is called. */
  readonly installed: boolean;
  /** Archives are opened. */
  readonly archives: boolean;
}

export interface WorkerData {
  readonly start: WorkerStart;
  /** By slot the numbers of the batches that were handed over and not begun (claims.ts). */
  readonly claims: Int32Array;
}

export interface WorkItem {
  readonly path: string;
  /** An object of the history: its name, and which bytes in the memory of the batch it is. A file is read by the worker. */
  readonly object?: string;
  readonly at?: number;
  readonly size?: number;
  /** The parts that are to be scanned, two offsets each; missing: all. */
  readonly regions?: readonly number[];
}

export interface Batch {
  readonly items: readonly WorkItem[];
  /** Goes to the worker and comes back: V8 copies into memory that threads share word by word, into other memory three times as fast. */
  readonly memory?: ArrayBuffer;
  /** Called with the memory when the worker is done with it. */
  readonly release?: (memory: ArrayBuffer) => void;
}

/** A file that was selected and could not be read whole. */
export interface Unread {
  readonly path: string;
  readonly code: FaultCode;
  /** Of the file; 0 where that is not known. */
  readonly bytes: number;
}

export interface WorkDone {
  readonly found: readonly Found[];
  /** Objects of the history in which something was found. */
  readonly holders: readonly WorkItem[];
  readonly unread: readonly Unread[];
  readonly files: number;
  readonly bytes: number;
  /** Read by the detectors with a form of their own only. */
  readonly foreign: number;
  readonly binary: number;
  readonly utf16: number;
  /** Files inside archives that were read. */
  readonly archived: number;
  /** So many items at the end of the batch were left: what came before them is enough for one batch. */
  readonly left: number;
}

export type ToWorker =
  | { readonly is: 'tables'; readonly tables: SearchTables }
  /** The items as JSON: a text is handed over in one piece, where thousands of objects would be taken apart one by one. */
  | {
      readonly is: 'work';
      readonly items: string;
      readonly memory?: ArrayBuffer;
      readonly slot: number;
      readonly number: number;
    }
  | { readonly is: 'end' };
export type FromWorker =
  | { readonly is: 'done'; readonly done: WorkDone; readonly memory?: ArrayBuffer }
  | { readonly is: 'bug'; readonly stack: string };
