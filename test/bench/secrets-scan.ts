/** One scan of a tree, for the benchmark: `node secrets-scan.js DETECTORS TREE [--history [STATE]]`. Bundled, as the product is. */
import { readFileSync } from 'node:fs';
import { observe } from '../../src/collectors/secrets/observe.ts';
import { keepHeapSmall } from '../../src/commands/heap.ts';
import { own } from '../../src/model/json.ts';
import { sourceJob, treeIO } from '../support/tree-io.ts';

// as a run of the product does
keepHeapSmall();
const [detectors = '', tree = '', ...flags] = process.argv.slice(2);
const state = flags[1];
const history = flags[0] === '--history' ? { history: true, ...(state === undefined ? {} : { state }) } : {};
const job = sourceJob('secrets', tree, history);
const raw = await observe(job, treeIO(readFileSync(detectors), new AbortController().signal));
const findings = own(raw, 'findings');
console.log(
  JSON.stringify({ coverage: own(raw, 'coverage'), findings: Array.isArray(findings) ? findings.length : 0 }),
);
