/** The collectors there are: known by id without loading them, so that an unused SDK costs nothing. */
import type { CollectorEntry } from '../model/collector.ts';

export const COLLECTORS: readonly CollectorEntry[] = [];
