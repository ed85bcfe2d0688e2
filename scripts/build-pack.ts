/** Compiles the checks of this checkout to the one JSON file that the built program reads; its path is the argument. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { builtInPack } from '../src/commands/packs.ts';
import { packToJson } from '../src/packs/pack.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const path = process.argv[2] ?? `${root}dist/pack.json`;
const pack = await builtInPack({ packageRoot: root, cwd: root });
mkdirSync(dirname(path), { recursive: true });
writeFileSync(path, packToJson(pack));
