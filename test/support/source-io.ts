/** The `IO` of tests for source collectors, with our own detectors. */
import type { IO } from '../../src/model/io.ts';
import { ownDetectorData } from './detectors.ts';
import { treeIO } from './tree-io.ts';

export { sourceJob } from './tree-io.ts';

export function sourceIO(detectors: Uint8Array = ownDetectorData(), signal = new AbortController().signal): IO {
  return treeIO(detectors, signal);
}
