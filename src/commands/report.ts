/** `probity report RUN`: renders a stored run in other formats, without judging it again. */
import { join, resolve } from 'node:path';
import type { Arguments } from '../config/arguments.ts';
import { makeFolder } from '../engine/output-folder.ts';
import { evidenceReader } from '../engine/store.ts';
import { readInputs } from '../inputs.ts';
import { joinPacks } from '../packs/pack.ts';
import { chooseChecks } from '../pipeline.ts';
import { evidenceById } from '../run-folder.ts';
import { formatsOf, renderFormats } from '../rendering.ts';
import { writeWhole } from '../whole-file.ts';
import { jsonText } from '../report/json.ts';
import type { CommandContext } from './context.ts';
import { builtInPack, shortPath } from './packs.ts';
import { storedRun } from './replay.ts';

export async function report(args: Arguments, context: CommandContext): Promise<number> {
  const stored = storedRun('report', args, context);
  const { flags } = args;
  if (flags['json'] === true) {
    context.stdout(jsonText(stored.run));
    return 0;
  }
  const formats = formatsOf(Array.isArray(flags['format']) ? flags['format'].map(String) : ['html']);
  const folder = typeof flags['output'] === 'string' ? resolve(context.cwd, flags['output']) : stored.folder;
  const inputs = readInputs(stored.inputs, `${stored.folder}/inputs.json`);
  const packs = [await builtInPack(context), ...inputs.customPacks];
  const wanted = formats.some((format) => format.id === 'json') && folder !== stored.folder;
  const written = await renderFormats(
    {
      run: stored.run,
      frameworks: joinPacks(packs).frameworks,
      checks: chooseChecks(packs, inputs.judging),
      packageRoot: context.packageRoot,
      evidence: evidenceById(evidenceReader(stored.folder), stored.run),
    },
    formats,
    folder,
  );
  if (wanted) {
    makeFolder(folder);
    writeWhole(join(folder, 'run.json'), [jsonText(stored.run)]);
    written.push(join(folder, 'run.json'));
  }
  if (flags['quiet'] !== true)
    context.stderr(`${written.map((path) => `written: ${shortPath(path, context.cwd)}`).join('\n')}\n`);
  return 0;
}
