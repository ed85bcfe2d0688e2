/** Finds the outside test data beside the checkout; in CI its absence is a failure, elsewhere a spoken skip. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../shared/conformance/', import.meta.url));

/** `{ skip }` for a test that needs the data; in CI it never skips. */
export function needsConformance(): { skip?: string } {
  if (existsSync(ROOT)) return {};
  assert.ok(process.env['CI'] === undefined, 'conformance data is missing beside the checkout, and this is CI');
  return { skip: 'conformance data is not beside this checkout' };
}

export function conformanceFile(path: string): Buffer {
  return readFileSync(`${ROOT}${path}`);
}
