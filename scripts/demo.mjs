/** `npm run demo` on a fresh clone: sets up, then runs `probity demo` under the installed Node. */
import { spawnSync } from 'node:child_process';
import { setUp } from './setup.mjs';

const { node, cli } = setUp();
const done = spawnSync(node, [cli, 'demo', ...process.argv.slice(2)], { stdio: 'inherit' });
process.exitCode = done.status ?? 1;
