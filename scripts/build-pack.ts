/** Compiles the checks of this checkout to the JSON file that the built program reads, their examples beside it; its path is the argument. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { builtInPack } from '../src/commands/packs.ts';
import { packToJson, withoutExamples } from '../src/packs/pack.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const path = process.argv[2] ?? `${root}dist/pack.json`;
const pack = await builtInPack({ packageRoot: root, cwd: root });
mkdirSync(dirname(path), { recursive: true });
const lean = withoutExamples(pack);
writeFileSync(path, packToJson(lean.pack));
writeFileSync(join(dirname(path), 'examples.json'), lean.examples);
