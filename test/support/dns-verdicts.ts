/** Observes a domain of the lab and judges it by all built-in checks of domains: what a mail expert would read. */
import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { collector } from '../../src/collectors/dns/index.ts';
import type { Check } from '../../src/model/check.ts';
import type { Json, JsonObject } from '../../src/model/json.ts';
import type { Verdict } from '../../src/model/result.ts';
import { judge } from '../../src/judge/judge.ts';
import { readPack } from '../../src/packs/load.ts';
import { domainJob, labIo, type LabIoOptions } from './dns-io.ts';

const CHECKS = fileURLToPath(new URL('../../checks/', import.meta.url));

let loaded: readonly Check[] | undefined;

/** The built-in checks that need the dns collector alone. */
export function dnsChecks(): readonly Check[] {
  if (loaded !== undefined) return loaded;
  const groups = ['spf', 'dkim', 'dmarc', 'mx', 'mtasts', 'tlsrpt', 'dane', 'bimi', 'dns'];
  const schemas = new Map([['dns', collector]]);
  const checks: Check[] = [];
  for (const group of groups) {
    if (globSync('*.yaml', { cwd: `${CHECKS}${group}` }).length === 0) continue;
    const { pack } = readPack(`${CHECKS}${group}`, schemas, { name: group, shownAs: group });
    // a check that takes its operand from a profile is judged under that profile only
    const plain = pack.checks.filter((check) => !JSON.stringify(check.assert).includes('$profile'));
    checks.push(...plain.filter((check) => check.needs.length === 1 && check.needs[0] === 'dns'));
  }
  loaded = checks;
  return checks;
}

export interface Judged {
  readonly raw: Json;
  readonly facts: Json;
  readonly verdicts: readonly Verdict[];
  readonly asked: readonly string[];
  /** `id` of every check that failed, with subjects where there are several. */
  readonly fails: readonly string[];
}

/** `group`: only the checks of that group, for tables of many cases. */
export async function judgeDomain(
  domain: string,
  options: LabIoOptions,
  jobOptions: JsonObject = {},
  group = '',
): Promise<Judged> {
  const { io, asked } = labIo(options);
  const job = domainJob(domain, jobOptions);
  // evidence is judged after it was written and read back
  const raw = JSON.parse(JSON.stringify(await collector.observe(job, io))) as Json;
  const { facts, at } = collector.interpret(raw);
  const verdicts = judge(
    dnsChecks().filter(({ id }) => id.startsWith(group)),
    [{ target: job.target, collectors: { dns: { is: 'facts', id: 'ev-test', facts, at } } }],
    '2026-11-22T10:00:00Z',
  );
  const fails = [...new Set(verdicts.filter(({ status }) => status === 'fail').map(({ check }) => check))];
  return { raw, facts, verdicts, asked, fails };
}
