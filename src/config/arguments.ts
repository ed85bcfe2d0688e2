/** Reads the arguments of one command by the option table; whatever it does not know is a UsageError with the nearest name. */
import { parseArgs } from 'node:util';
import { UsageError } from '../model/fault.ts';
import { didYouMean } from '../model/nearest.ts';
import { OPTIONS, optionsOf, type OptionSpec } from './option-table.ts';

export type FlagValue = string | boolean | number | readonly string[];

/** Flags by their camelCase name: `--fail-on` is `failOn`, `--no-color` is `noColor`. */
export type Flags = { readonly [key: string]: FlagValue };

export interface Arguments {
  readonly positionals: readonly string[];
  readonly flags: Flags;
}

export function camelCase(flag: string): string {
  return flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

const UNITS: { readonly [unit: string]: number } = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const SIZES: { readonly [unit: string]: number } = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** Milliseconds of `500ms`, `10s`, `2m`, `1h`; a bare number is seconds. */
export function parseDuration(text: string): number | undefined {
  const match = /^([0-9]{1,9}(?:\.[0-9]{1,3})?)(ms|s|m|h)?$/.exec(text);
  return match === null ? undefined : Math.round(Number(match[1]) * (UNITS[match[2] ?? 's'] ?? 1000));
}

/** Bytes of `500`, `64k`, `256MiB`, `1G`: powers of 1024 throughout. */
export function parseSize(text: string): number | undefined {
  const match = /^([0-9]{1,12})\s*([kmg]?)(?:i?b)?$/i.exec(text);
  return match === null ? undefined : Number(match[1]) * (SIZES[(match[2] ?? '').toLowerCase()] ?? 1);
}

/** The value of one option from its text; `where` is `--timeout` or a place in a file, for the message. */
export function readValue(option: OptionSpec, text: string, where: string): FlagValue {
  const bad = (expected: string): UsageError =>
    new UsageError(`${where}: expected ${expected}, got ${JSON.stringify(text)}`);
  if (option.values !== undefined && !option.values.includes(text)) {
    throw new UsageError(
      `${where}: expected one of ${option.values.join(', ')}, got ${JSON.stringify(text)}${didYouMean(text, option.values)}`,
    );
  }
  switch (option.type) {
    case 'integer':
      if (!/^[0-9]{1,7}$/.test(text)) throw bad('a whole number');
      return Number(text);
    case 'duration': {
      const milliseconds = parseDuration(text);
      if (milliseconds === undefined || milliseconds < 1) throw bad('a time such as 500ms, 10s or 2m');
      return milliseconds;
    }
    case 'size': {
      const bytes = parseSize(text);
      if (bytes === undefined) throw bad('a size such as 64KiB or 256MiB');
      return bytes;
    }
    case 'list': {
      const parts = text.split(',').map((part) => part.trim());
      if (parts.includes('')) throw bad('a list without empty parts');
      return parts;
    }
    default:
      if (text === '' && option.mayBeEmpty !== true) throw bad('a value');
      return text;
  }
}

/** Parses what stands after the command's name. */
export function parseArguments(command: string, argv: readonly string[]): Arguments {
  const options = optionsOf(command);
  const config: { [flag: string]: { type: 'boolean' | 'string'; short?: string; multiple?: boolean } } = {
    help: { type: 'boolean', short: 'h' },
  };
  for (const option of options) {
    config[option.flag] = {
      type: option.type === 'switch' ? 'boolean' : 'string',
      multiple: option.repeatable === true,
      ...(option.short === undefined ? {} : { short: option.short }),
    };
  }
  const { tokens } = parseArgs({
    args: [...argv],
    options: config,
    strict: false,
    tokens: true,
    allowPositionals: true,
  });
  const positionals: string[] = [];
  const flags: { [key: string]: FlagValue } = {};
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    if (token.name === 'help') {
      flags['help'] = true;
      continue;
    }
    const option = options.find((known) => known.flag === token.name);
    if (option === undefined) {
      const elsewhere = OPTIONS.find((known) => known.flag === token.name);
      const hint =
        elsewhere === undefined
          ? didYouMean(
              token.rawName,
              options.map((known) => `--${known.flag}`),
            )
          : ` for this command (it is one of: ${elsewhere.commands.join(', ')})`;
      throw new UsageError(`unknown option ${token.rawName}${hint}`);
    }
    const key = camelCase(option.flag);
    if (option.type === 'switch') {
      if (token.value !== undefined) throw new UsageError(`${token.rawName} takes no value`);
      flags[key] = true;
      continue;
    }
    if (token.value === undefined || (!token.inlineValue && /^--[a-z]/.test(token.value))) {
      throw new UsageError(`${token.rawName} needs a value: ${token.rawName} ${option.placeholder ?? 'VALUE'}`);
    }
    const value = readValue(option, token.value, token.rawName);
    if (option.repeatable !== true && Object.hasOwn(flags, key))
      throw new UsageError(`${token.rawName} is given twice`);
    const before = flags[key];
    flags[key] =
      option.repeatable === true
        ? [...(Array.isArray(before) ? before : []), ...(Array.isArray(value) ? value : [String(value)])]
        : value;
  }
  return { positionals, flags };
}
