/** The commands about checks: list, explain, schema, test, new. What they print, and how they end. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Arguments } from '../../../src/config/arguments.ts';
import { UsageError } from '../../../src/model/fault.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import type { CommandContext } from '../../../src/commands/context.ts';
import { explain } from '../../../src/commands/explain.ts';
import { list } from '../../../src/commands/list.ts';
import { create } from '../../../src/commands/new.ts';
import { schema } from '../../../src/commands/schema.ts';
import { test as testCommand } from '../../../src/commands/test.ts';
import { readYaml } from '../../../src/packs/yaml.ts';
import { CHECKS } from '../../support/packs.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

type Command = (args: Arguments, context: CommandContext) => Promise<number>;

async function run(
  command: Command,
  positionals: readonly string[],
  flags: Arguments['flags'] = {},
  cwd = ROOT,
): Promise<Outcome> {
  let stdout = '';
  let stderr = '';
  const context: CommandContext = {
    stdout: (text) => void (stdout += text),
    stderr: (text) => void (stderr += text),
    packageRoot: ROOT,
    version: '0.0.0',
    cwd,
    env: {},
    color: false,
    colorErr: false,
    isTTY: false,
    isErrTTY: false,
    columns: 80,
  };
  const code = await command({ positionals, flags }, context);
  return { code, stdout, stderr };
}

function refused(pattern: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof UsageError && pattern.test(error.message);
}

/** A folder that is gone when the work is done. */
async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'probity-commands-'));
  try {
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('list prints a table for a person and JSON for a machine, of everything there is', async () => {
  for (const what of ['checks', 'detectors', 'profiles', 'frameworks', 'collectors', 'formats']) {
    const table = await run(list, [what]);
    const json = await run(list, [what], { json: true });

    const value = JSON.parse(json.stdout) as JsonObject;
    const items = value[what];
    assert.ok(Array.isArray(items) && items.length > 0, what);
    assert.equal(value['schema'], `list-${what}/1`);
    assert.equal(table.stdout.trimEnd().split('\n').length, items.length + 1, what);
    assert.deepEqual([table.code, json.code, table.stderr], [0, 0, '']);
  }
  await assert.rejects(run(list, ['check']), refused(/there is no list "check" \(did you mean "checks"/));
  await assert.rejects(run(list, []), refused(/list what\? One of checks/));
});

test('list checks narrows as an audit does', async () => {
  const { stdout } = await run(list, ['checks'], {
    checks: ['spf.*'],
    skip: ['spf.[a-z]*', 'spf.void.*'].slice(1),
    json: true,
  });

  const { checks } = JSON.parse(stdout) as { readonly checks: readonly { readonly id: string }[] };
  assert.ok(checks.length > 5 && checks.every(({ id }) => id.startsWith('spf.') && !id.startsWith('spf.void.')));
  await assert.rejects(run(list, ['checks'], { checks: ['sfp.missing'] }), refused(/did you mean "spf.missing"/));
});

test('explain shows why, clause, condition, remedy, examples and controls; no line is wider than asked', async () => {
  const { stdout, code } = await run(explain, ['http.hsts.short']);

  assert.equal(code, 0);
  for (const part of [
    'http.hsts.short',
    'Why',
    'RFC 6797 §6.1.1',
    'Passes where',
    'at least 15552000 s (180 days)',
    'To mend it',
    'Examples',
    'Bears on',
    'soc2',
  ]) {
    assert.ok(stdout.includes(part), part);
  }
  for (const line of stdout.split('\n')) assert.ok(line.length <= 100 || line.includes('https://'), line);
  const { stdout: detector } = await run(explain, ['secret.jwt']);
  assert.ok(detector.includes('Finds') && !detector.includes('Passes where'));
  const json = JSON.parse((await run(explain, ['http.hsts.short'], { json: true })).stdout) as JsonObject;
  assert.equal(json['id'], 'http.hsts.short');
  await assert.rejects(
    run(explain, ['http.hsts.shrt']),
    refused(/there is no check "http.hsts.shrt" \(did you mean "http.hsts.short"/),
  );
});

test('every check can be explained', async () => {
  const { stdout } = await run(list, ['checks'], { json: true });
  const { checks } = JSON.parse(stdout) as { readonly checks: readonly { readonly id: string }[] };
  const perGroup = [...new Map(checks.map(({ id }) => [id.split('.')[0], id])).values()];
  for (const id of perGroup) assert.ok((await run(explain, [id])).stdout.length > 200, id);
});

test('schema prints JSON Schemas that a validator takes and that fit our own files', async () => {
  const schemas = new Map<string, JsonObject>();
  for (const name of ['config', 'check', 'profile', 'detector', 'run', 'evidence']) {
    const { stdout } = await run(schema, [name]);
    schemas.set(name, JSON.parse(stdout) as JsonObject);
  }

  const validates = (name: string, path: string): boolean => {
    const ajv = new Ajv2020({ strictTypes: false, strictRequired: false });
    return ajv.validate(schemas.get(name) ?? {}, readYaml(readFileSync(path, 'utf8'), path).value);
  };
  assert.ok(validates('check', join(CHECKS, 'http/http.hsts.short.yaml')));
  assert.ok(validates('profile', join(CHECKS, 'profiles/default.yaml')));
  assert.ok(validates('detector', join(CHECKS, 'detectors/jwt.yaml')));
  assert.ok(!validates('check', join(CHECKS, 'profiles/default.yaml')));
  for (const one of schemas.values()) new Ajv2020({ strict: false }).compile(one);
  await assert.rejects(run(schema, ['chekc']), refused(/did you mean "check"/));
});

test('new writes a stub that does not pass its own test; filled in, it does', async () => {
  await inFolder(async (folder) => {
    const made = await run(create, ['check', 'http.own.rule'], { checksDir: ['mine'] }, folder);
    const path = join(folder, 'mine/http/http.own.rule.yaml');
    const failing = await run(testCommand, ['mine'], {}, folder);
    writeFileSync(
      path,
      readFileSync(path, 'utf8')
        .replace('{ path: the.fact, op: eq, value: true }', '{ path: hsts.maxAge, op: gte, value: 300 }')
        .replace('expect: pass, facts: {}', 'expect: pass, facts: { hsts: { valid: true, maxAge: 300 } }')
        .replace('expect: fail, facts: {}', 'expect: fail, facts: { hsts: { valid: true, maxAge: 299 } }'),
    );
    const passing = await run(testCommand, ['mine'], {}, folder);
    const listed = await run(list, ['checks'], { checksDir: ['mine'], checks: ['http.own.*'] }, folder);

    assert.equal(made.stdout, 'mine/http/http.own.rule.yaml\n');
    assert.deepEqual(
      [failing.code, failing.stdout.split('\n')[0]],
      [1, 'mine/http/http.own.rule.yaml:14:17: the facts have no "the"'],
    );
    assert.deepEqual([passing.code, passing.stdout], [0, '1 checks, 0 detectors, 3 examples: all hold\n']);
    assert.match(listed.stdout, /http\.own\.rule +medium +site/);
    await assert.rejects(
      run(create, ['check', 'http.own.rule'], { checksDir: ['mine'] }, folder),
      refused(/is there already/),
    );
    await assert.rejects(
      run(create, ['check', 'http.hsts.short'], {}, folder),
      refused(/there is a check "http.hsts.short" already/),
    );
    await assert.rejects(run(create, ['check', 'HSTS'], {}, folder), refused(/is no check id/));
    await assert.rejects(run(create, ['rule'], {}, folder), refused(/new what/));
  });
});

test('test says which example does not hold, at its place, as text and as JSON', async () => {
  await inFolder(async (folder) => {
    const good = readFileSync(join(CHECKS, 'http/http.hsts.short.yaml'), 'utf8');
    writeFileSync(
      join(folder, 'http.own.short.yaml'),
      good.replace('http.hsts.short', 'http.own.short').replace('maxAge: 300', 'maxAge: 63072000'),
    );

    const text = await run(testCommand, ['.'], {}, folder);
    const json = await run(testCommand, ['.'], { json: true }, folder);

    assert.equal(text.code, 1);
    assert.match(
      text.stdout,
      /^http\.own\.short\.yaml:\d+:\d+: expected fail, but it is pass: https:\/\/example\.com\/: hsts max age is 63072000/,
    );
    const { problems } = JSON.parse(json.stdout) as { readonly problems: readonly JsonObject[] };
    assert.equal(problems.length, 1);
    assert.equal(json.code, 1);
    await assert.rejects(run(testCommand, ['nowhere'], {}, folder), refused(/cannot be read \(ENOENT\)/));
    await assert.rejects(run(testCommand, ['a', 'b'], {}, folder), refused(/one folder/));
  });
});
