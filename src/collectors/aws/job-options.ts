/** The options of AWS jobs: made by `plan`, read by `observe`. No secret is in them: a profile is a name. */
import type { PlanContext } from '../../model/collector.ts';
import type { JobOptions } from '../../model/io.ts';
import { isArray, own, type Json } from '../../model/json.ts';
import { nameOf, type Target } from '../../model/target.ts';
import { partitionOfRegion } from './partition.ts';
import { givenSettings } from './setting.ts';

export interface AwsJob {
  readonly account: string;
  /** The region, or `global`. */
  readonly region: string;
  readonly partition: string;
  /** Whose credentials: what `io.aws` is asked for beside the region. */
  readonly login: Login;
  readonly regions: readonly string[] | undefined;
  readonly calls: readonly string[];
  readonly groups: readonly string[];
  readonly settings: Json;
}

export interface Login {
  readonly profile?: string;
  readonly role?: string;
  readonly externalId?: string;
}

export const texts = (value: Json | undefined): readonly string[] =>
  isArray(value) ? value.filter((item) => typeof item === 'string') : [];

export const text = (value: Json | undefined): string | undefined => (typeof value === 'string' ? value : undefined);

/** The account and the region in `aws:ACCOUNT/REGION`. */
export function placeOf(target: Pick<Target, 'id'>): { readonly account: string; readonly region: string } {
  const [account = 'unknown', region = 'global'] = nameOf(target).split('/');
  return { account, region };
}

/** The profile that the user named, and the role in an account that another one led to. */
export function loginFor(target: Target, context: PlanContext): Login {
  const profile = text(context.options['profile']);
  const role = text(own(target.options, 'role'));
  const externalId = text(own(context.options['aws'], 'externalId'));
  return {
    ...(profile === undefined ? {} : { profile }),
    ...(role === undefined ? {} : { role, ...(externalId === undefined ? {} : { externalId }) }),
  };
}

export function readLogin(options: JobOptions): Login {
  const [profile, role, externalId] = ['profile', 'role', 'externalId'].map((name) => text(own(options, name)));
  return {
    ...(profile === undefined ? {} : { profile }),
    ...(role === undefined ? {} : { role }),
    ...(externalId === undefined ? {} : { externalId }),
  };
}

/** The options of a job on a region or an account: what the login learned, what the user set, and the calls. */
export function awsOptions(
  target: Target,
  context: PlanContext,
  calls: readonly string[],
  groups: readonly string[] = [],
): JobOptions {
  const { account, region } = placeOf(target);
  const regions = own(target.options, 'regions') ?? context.options['regions'];
  return {
    account,
    region,
    partition: text(own(target.options, 'partition')) ?? partitionOfRegion(region),
    calls,
    ...(groups.length === 0 ? {} : { groups }),
    ...loginFor(target, context),
    ...(isArray(regions) ? { regions: texts(regions) } : {}),
    settings: givenSettings(context.options['aws']),
  };
}

export function readOptions(options: JobOptions): AwsJob {
  const regions = own(options, 'regions');
  return {
    account: text(own(options, 'account')) ?? 'unknown',
    region: text(own(options, 'region')) ?? '',
    partition: text(own(options, 'partition')) ?? 'aws',
    login: readLogin(options),
    regions: isArray(regions) ? texts(regions) : undefined,
    calls: texts(own(options, 'calls')),
    groups: texts(own(options, 'groups')),
    settings: own(options, 'settings') ?? {},
  };
}
