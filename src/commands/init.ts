/** `probity init`: writes a commented probity.yaml, asking for the targets only on a terminal. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import type { Arguments } from '../config/arguments.ts';
import { parseTarget } from '../config/targets.ts';
import { UsageError } from '../model/fault.ts';
import type { CommandContext } from './context.ts';

const FILE = 'probity.yaml';

/** A text that is safe as a plain YAML scalar stays as it is; any other is quoted. */
function scalar(text: string): string {
  return /^[A-Za-z./][A-Za-z0-9./_-]*$/.test(text) ? text : JSON.stringify(text);
}

/** The commented configuration for these targets. */
export function configurationText(targets: readonly string[]): string {
  const lines = targets.length > 0 ? targets.map((target) => `  - ${scalar(target)}`) : ['  - example.com'];
  return `# Configuration of Probity. Keys are the options of "probity audit --help" in camelCase; the command line wins.

# What is looked at: a domain, https://host/path, tls://host:port, smtp://host:25, aws, aws@eu-west-1, aws:PROFILE, ./path
targets:
${lines.join('\n')}
#  - { target: aws@eu-west-1, labels: { env: prod } }
#  - { target: example.org, options: { dkim: { selectors: [s1, s2] } } }

# Which checks: ids or globs. Without "checks" all that the targets call for.
# checks: ["tls.*", "dmarc.*"]
# skip: ["http.csp.*"]
# profile: [default]

# The least severity of a fail that ends with exit code 1: critical, high, medium, low, info
failOn: low

# What is written besides run.json and the evidence
format: [html]
output: probity-report

# Network
# resolver: ["192.0.2.53"]
# timeout: 10s
# allowPrivate: false

# A framework's roll-up counts only targets with one of these labels
# scope: { pci: ["env:prod"] }
`;
}

/** Splits an answer into targets and refuses what the grammar does not know. */
function targetsOf(answer: string): string[] {
  const targets = answer.split(/[\s,]+/).filter((word) => word !== '');
  for (const target of targets) parseTarget(target);
  return targets;
}

export async function init(args: Arguments, context: CommandContext): Promise<number> {
  const path = join(context.cwd, FILE);
  if (existsSync(path)) throw new UsageError(`${FILE} is already here; edit it, or move it away first`);
  let targets = targetsOf(args.positionals.join(' '));
  if (targets.length === 0 && args.flags['yes'] !== true && process.stdin.isTTY && process.stderr.isTTY) {
    const prompt = createInterface({ input: process.stdin, output: process.stderr });
    try {
      targets = targetsOf(
        await prompt.question('What shall be looked at (domains, URLs, aws, ./paths; empty: example.com)? '),
      );
    } finally {
      prompt.close();
    }
  }
  writeFileSync(path, configurationText(targets), { flag: 'wx' });
  context.stderr(`wrote ${FILE}; next: probity audit\n`);
  return 0;
}
