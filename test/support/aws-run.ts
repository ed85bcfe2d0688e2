/** Runs the AWS collector over a lab account: plan by the checks, observe, and interpret what went through JSON. */
import { join } from 'node:path';
import { aws } from '../../src/collectors/aws/regional.ts';
import { collectorSchemas } from '../../src/commands/packs.ts';
import { faultMessages } from '../../src/engine/fault-messages.ts';
import { startAwsEndpoint, type AwsEndpointOptions } from '../../src/lab/aws/server.ts';
import type { AwsState } from '../../src/lab/aws/state.ts';
import type { Check } from '../../src/model/check.ts';
import type { Json, JsonObject } from '../../src/model/json.ts';
import type { Target } from '../../src/model/target.ts';
import type { Observed } from '../../src/judge/judge.ts';
import { loadPack } from '../../src/packs/load.ts';
import { pathsRead } from '../../src/packs/read-paths.ts';
import { awsIo, planContext, REGION } from './aws.ts';

export const GROUPS = ['acm', 'kms'];

export async function loadAwsChecks(folder: string, groups: readonly string[] = GROUPS): Promise<Check[]> {
  const schemas = await collectorSchemas();
  return groups
    .flatMap((group) => loadPack(join(folder, group), schemas).checks)
    .filter((check) => check.target === 'aws');
}

export function pathsOf(checks: readonly Check[], collector = 'aws'): string[] {
  return [...new Set(checks.flatMap((check) => pathsRead(check).get(collector) ?? []))].sort();
}

export interface ObservedRun {
  readonly target: Target;
  readonly raw: Json;
  readonly calls: readonly string[];
}

/** One job of the collector on the lab's account, through JSON as evidence goes. */
export async function observedAws(
  state: AwsState,
  checks: readonly Check[],
  options: JsonObject = {},
  endpoint: Omit<AwsEndpointOptions, 'state'> = {},
): Promise<ObservedRun> {
  const target: Target = { kind: 'aws', id: `aws:${state.account}/${REGION}`, labels: {} };
  const jobOptions = aws.plan?.(target, planContext(pathsOf(checks), options)) ?? {};
  const lab = await startAwsEndpoint({ ...endpoint, state });
  try {
    const raw = await aws.observe({ collector: 'aws', target, options: jobOptions }, awsIo(lab.url));
    return { target, raw: JSON.parse(JSON.stringify(raw)) as Json, calls: [...lab.calls] };
  } finally {
    await lab.close();
  }
}

/** What the judge gets from raw evidence. */
export function interpretEvidence(raw: Json): Observed {
  return { is: 'facts', id: 'ev-0000000000000000', ...aws.interpret(raw), why: faultMessages(raw) };
}
