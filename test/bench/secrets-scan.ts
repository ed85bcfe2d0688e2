/** One scan of a tree, for the benchmark: `node secrets-scan.js DETECTORS TREE`. Bundled, as the product is. */
import { readFileSync } from 'node:fs';
import { observe } from '../../src/collectors/secrets/observe.ts';
import { own } from '../../src/model/json.ts';
import { sourceJob, treeIO } from '../support/tree-io.ts';

const [detectors = '', tree = ''] = process.argv.slice(2);
const raw = await observe(sourceJob('secrets', tree), treeIO(readFileSync(detectors), new AbortController().signal));
const findings = own(raw, 'findings');
console.log(
  JSON.stringify({ coverage: own(raw, 'coverage'), findings: Array.isArray(findings) ? findings.length : 0 }),
);
