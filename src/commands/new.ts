/** `probity new check ID`: writes a check file that fails its own test until somebody says what it demands. */
import { existsSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { Arguments } from '../config/arguments.ts';
import { makeFolder } from '../engine/output-folder.ts';
import { UsageError } from '../model/fault.ts';
import type { CommandContext } from './context.ts';
import { builtInPack } from './packs.ts';

const ID = /^[a-z][a-z0-9]*(?:\.[a-z0-9][a-z0-9_-]*)+$/;

/** Groups of our own checks to what they need and judge, taken from a check of that group. */
interface Model {
  readonly needs: string;
  readonly target: string;
}

export async function create(args: Arguments, context: CommandContext): Promise<number> {
  const [what, id, extra] = args.positionals;
  if (what !== 'check' || id === undefined)
    throw new UsageError('new what? Write: probity new check ID [--checks-dir DIR]');
  if (extra !== undefined) throw new UsageError(`new check takes one id, not also "${extra}"`);
  if (!ID.test(id)) throw new UsageError(`"${id}" is no check id: write group.part-of-it, such as http.hsts.short`);
  const pack = await builtInPack(context);
  if (pack.checks.some((check) => check.id === id)) throw new UsageError(`there is a check "${id}" already`);
  const [group = ''] = id.split('.');
  const sibling = pack.checks.find((check) => check.id.startsWith(`${group}.`));
  const model = { needs: sibling?.needs.join(', ') ?? 'dns', target: sibling?.target ?? 'domain' };
  const folder = join(resolve(context.cwd, checksDir(args)), group);
  const path = join(folder, `${id}.yaml`);
  if (existsSync(path)) throw new UsageError(`${relative(context.cwd, path)} is there already`);
  makeFolder(folder, 'checks-dir');
  writeFileSync(path, stub(id, model), { flag: 'wx' });
  const shown = relative(context.cwd, path);
  context.stdout(`${shown}\n`);
  context.stderr(`Now say what it demands, then run: probity test ${checksDir(args)}\n`);
  return 0;
}

function checksDir(args: Arguments): string {
  const value = args.flags['checksDir'];
  const [first] = typeof value === 'object' ? value : [value];
  return typeof first === 'string' ? first : 'checks';
}

/** Every line is one to change; the loader names those that were left. */
export function stub(id: string, { needs, target }: Model): string {
  return `# The title states the requirement; the id names the defect. Words and operators: probity schema check
id: ${id}
version: 1
title: What must hold, as a sentence
severity: medium
needs: ${needs.includes(',') ? `[${needs}]` : needs}
target: ${target}
references:
  # The clause that says so; a stranger must be able to open it
  - { spec: RFC 0000, section: "1.2", url: "https://www.rfc-editor.org/" }
description: |
  Why it matters, in one or two plain sentences.
# when: { path: the.fact, op: present }       # where the question makes sense; else not-applicable
assert: { path: the.fact, op: eq, value: true }
remediation: |
  One action that mends it.
examples:
  # The facts as the collector writes them: probity explain a check of the same group shows some
  - { expect: pass, facts: {} }
  - { expect: fail, facts: {} }
  - { expect: error, facts: { $unknown: evidence.missing } }
`;
}
