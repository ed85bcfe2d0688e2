/** Compiles the checks of this checkout to the one JSON file that the built program reads. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { builtInPack } from '../src/commands/packs.ts';
import { packToJson } from '../src/packs/pack.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const pack = await builtInPack({ packageRoot: root, cwd: root });
mkdirSync(`${root}dist`, { recursive: true });
writeFileSync(`${root}dist/pack.json`, packToJson(pack));
