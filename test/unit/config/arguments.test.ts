/** Reading arguments by the option table. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { camelCase, parseArguments, parseDuration, parseSize } from '../../../src/config/arguments.ts';
import { COMMANDS, OPTIONS } from '../../../src/config/option-table.ts';
import { UsageError } from '../../../src/model/fault.ts';

function refuses(argv: readonly string[], message: RegExp, command = 'audit'): void {
  assert.throws(
    () => parseArguments(command, argv),
    (error: unknown) => error instanceof UsageError && message.test(error.message),
    argv.join(' '),
  );
}

test('positionals and options may be mixed, lists split at commas and add up', () => {
  const { positionals, flags } = parseArguments('audit', [
    'a.example',
    '--checks',
    'tls.*,dns.*',
    'b.example',
    '--checks=spf.*',
    '-o',
    'out',
    '--json',
    '--',
    '--odd',
  ]);

  assert.deepEqual(positionals, ['a.example', 'b.example', '--odd']);
  assert.deepEqual(flags, { checks: ['tls.*', 'dns.*', 'spf.*'], output: 'out', json: true });
});

test('an unknown option is refused with the nearest name', () => {
  refuses(['--formt', 'html'], /unknown option --formt \(did you mean "--format"/);
  refuses(['--claims', 'x.yaml'], /unknown option --claims/);
  refuses(['-z'], /unknown option -z/);
});

test('an option of another command is told so', () => {
  refuses(['--resolver', '192.0.2.1'], /for this command \(it is one of: audit/, 'replay');
});

test('a missing, an empty, a doubled and a wrong value are refused', () => {
  refuses(['--output'], /--output needs a value/);
  refuses(['--output', '--json'], /--output needs a value/);
  refuses(['--output', 'a', '--output', 'b'], /--output is given twice/);
  refuses(['--output='], /expected a value/);
  refuses(['--json=yes'], /--json takes no value/);
  refuses(['--fail-on', 'hgh'], /expected one of .*did you mean "high"/);
  refuses(['--concurrency', 'many'], /expected a whole number/);
  refuses(['--timeout', '0'], /expected a time/);
  refuses(['--max-file', 'big'], /expected a size/);
  refuses(['--checks', 'a,,b'], /without empty parts/);
});

test('times and sizes are read with their units', () => {
  assert.deepEqual(['500ms', '10', '10s', '1.5s', '2m', '1h', '-1', '1d', ''].map(parseDuration), [
    500,
    10_000,
    10_000,
    1500,
    120_000,
    3_600_000,
    undefined,
    undefined,
    undefined,
  ]);
  assert.deepEqual(['1', '64k', '64KiB', '1MB', '2G', '1.5M', 'x'].map(parseSize), [
    1,
    65_536,
    65_536,
    1_048_576,
    2_147_483_648,
    undefined,
    undefined,
  ]);
});

test('the table is consistent: every command exists, no flag is double within a command, no short letter clashes', () => {
  const names = new Set([...COMMANDS.map((command) => command.name), 'explain', 'hsts']);
  for (const option of OPTIONS)
    for (const command of option.commands) assert.ok(names.has(command), `${option.flag}: ${command}`);
  for (const command of names) {
    const mine = OPTIONS.filter((option) => option.commands.includes(command));
    assert.equal(new Set(mine.map((option) => option.flag)).size, mine.length, command);
    const shorts = mine.flatMap((option) => (option.short === undefined ? [] : [option.short]));
    assert.equal(new Set(shorts).size, shorts.length, command);
  }
  assert.equal(camelCase('no-color'), 'noColor');
});

test('any argument list ends in arguments or a UsageError', () => {
  const word = fc.oneof(
    fc.string(),
    fc.constantFrom(...OPTIONS.map((option) => `--${option.flag}`)),
    fc.constantFrom('--', '-', '-o', '--x=y'),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 8 }), (argv) => {
      try {
        parseArguments('audit', argv);
        return true;
      } catch (error) {
        return error instanceof UsageError;
      }
    }),
  );
});
