/** `npm test` on a fresh clone: sets up, then the checks of `npm run check` and every other suite. `npm test servers` runs one. */
import { bin, check, PATHS, step } from './check.mjs';
import { setUp } from './setup.mjs';
import { runSuite } from './run-suite.mjs';
import { SUITES } from './suites.mjs';

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => name !== 'check' && !(name in SUITES));
if (unknown.length > 0) {
  process.stderr.write(`no suite ${unknown.join(', ')}; there are: check, ${Object.keys(SUITES).join(', ')}\n`);
  process.exit(2);
}

const { node } = setUp();
const total = { passed: 0, failed: 0, skipped: 0 };
const add = (part) => {
  for (const key of Object.keys(total)) total[key] += part[key];
};
if (asked.length === 0 || asked.includes('check')) {
  add(await check());
  const steps = [
    await step('lint with types', bin('oxlint'), ['--type-aware', ...PATHS]),
    await step('docs are those of the checks', node, ['scripts/docs.ts', '--check']),
    await step('package', node, ['node_modules/publint/src/cli.js']),
  ];
  const failed = steps.filter((ok) => !ok).length;
  add({ passed: steps.length - failed, failed, skipped: 0 });
}
for (const [name, suite] of Object.entries(SUITES)) {
  // the unit tests are a part of the checks
  if (asked.length === 0 ? name === 'unit' : !asked.includes(name)) continue;
  process.stdout.write(`\n── ${name}: ${suite.about}\n`);
  add(await runSuite(node, suite));
}
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
process.exitCode = total.failed === 0 ? 0 : 1;
