/** `probity hsts`: reads Strict-Transport-Security values, one a line, and says what a browser makes of each. */
import type { Arguments } from '../config/arguments.ts';
import { type Hsts, parseHsts } from '../wire/http/hsts.ts';
import type { CommandContext } from './context.ts';

export async function hsts(
  args: Arguments,
  context: Pick<CommandContext, 'stdout'>,
  input: AsyncIterable<Uint8Array> = process.stdin,
): Promise<number> {
  const print = args.flags['json'] === true ? jsonLine : textLine;
  for await (const lines of lineBatches(input)) {
    context.stdout(lines.map((line) => `${print(parseHsts(line))}\n`).join(''));
  }
  return 0;
}

function jsonLine({ valid, maxAge, includeSubDomains, preload, errors }: Hsts): string {
  return JSON.stringify({ valid, maxAge, includeSubDomains, preload, errors });
}

function textLine(header: Hsts): string {
  if (!header.valid) return `invalid: ${header.errors.join('; ')}`;
  const parts = [`valid: max-age ${String(header.maxAge)} s`];
  if (header.includeSubDomains === true) parts.push('with subdomains');
  if (header.preload === true) parts.push('asks for preload');
  return parts.join(', ');
}

/**
 * The lines of each chunk. Only the line feed ends a line and only it is removed; header bytes are latin1. A last line
 * without a line feed counts where it has a byte.
 */
async function* lineBatches(input: AsyncIterable<Uint8Array>): AsyncGenerator<readonly string[]> {
  let open: string[] = [];
  for await (const chunk of input) {
    const lines = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1').split('\n');
    const last = lines.pop() ?? '';
    if (lines.length > 0) {
      lines[0] = open.join('') + (lines[0] ?? '');
      open = [];
      yield lines;
    }
    if (last !== '') open.push(last);
  }
  if (open.length > 0) yield [open.join('')];
}
