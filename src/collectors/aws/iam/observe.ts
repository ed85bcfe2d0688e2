/** Asks IAM about the root user, the credentials of users, and all policies that grant something. */
import type { IAMClient, IAMClientConfig } from '@aws-sdk/client-iam';
import type * as Sdk from '@aws-sdk/client-iam';
import type { OrganizationsClientConfig } from '@aws-sdk/client-organizations';
import { faultIn } from '../../../model/facts.ts';
import { isArray, own, type Json, type JsonObject } from '../../../model/json.ts';
import { ask, askAll, pick, type RawList } from '../call.ts';
import type { Observation } from '../observe-context.ts';
import { readCredentialReport } from './credential-report.ts';

/** The report is made in the background; each question waits for its turn in the engine's token bucket. */
const MAX_POLLS = 300;

interface Questions {
  readonly sdk: typeof Sdk;
  readonly client: IAMClient;
  readonly observation: Observation;
}

async function credentialReport({ sdk, client, observation }: Questions): Promise<JsonObject> {
  const { region } = observation;
  for (let poll = 0; poll < MAX_POLLS; poll += 1) {
    const state = await ask(
      { action: 'iam:GenerateCredentialReport', region },
      () => client.send(new sdk.GenerateCredentialReportCommand({})),
      (answer) => pick(answer, ['State']),
    );
    if (faultIn(state) !== undefined) return state;
    if (own(state, 'State') === 'COMPLETE') break;
  }
  return ask(
    { action: 'iam:GetCredentialReport', region },
    async () => {
      const answer = await client.send(new sdk.GetCredentialReportCommand({}));
      const text = answer.Content === undefined ? '' : new TextDecoder().decode(answer.Content);
      return { $metadata: answer.$metadata, GeneratedTime: answer.GeneratedTime, rows: readCredentialReport(text) };
    },
    (answer) => pick(answer, ['GeneratedTime', 'rows']),
  );
}

function documents(value: Json | undefined): Json {
  return isArray(value) ? value.map((item) => pick(item, ['PolicyName', 'PolicyDocument'])) : [];
}

const names = (value: Json | undefined): Json =>
  isArray(value) ? value.map((item) => own(item, 'PolicyArn') ?? null) : [];

function keepUser(item: Json): JsonObject {
  return {
    ...pick(item, ['Arn']),
    attached: names(own(item, 'AttachedManagedPolicies')),
    inline: documents(own(item, 'UserPolicyList')),
  };
}

function keepRole(item: Json): JsonObject {
  return {
    ...pick(item, ['Arn', 'Path', 'AssumeRolePolicyDocument']),
    inline: documents(own(item, 'RolePolicyList')),
  };
}

function keepGroup(item: Json): JsonObject {
  return { ...pick(item, ['Arn']), inline: documents(own(item, 'GroupPolicyList')) };
}

function keepPolicy(item: Json): JsonObject {
  const versions = own(item, 'PolicyVersionList');
  const id = own(item, 'DefaultVersionId');
  const version = (isArray(versions) ? versions : []).find((one) => own(one, 'VersionId') === id);
  return { ...pick(item, ['Arn', 'AttachmentCount', 'DefaultVersionId']), Document: own(version, 'Document') ?? null };
}

/** Users, groups, roles and customer policies come mixed on the pages of one question. */
async function authorizationDetails({ sdk, client, observation }: Questions): Promise<JsonObject> {
  const list: RawList = await askAll(
    { action: 'iam:GetAccountAuthorizationDetails', region: observation.region },
    { items: 'entries', next: 'Marker' },
    async (Marker) => {
      const answer = await client.send(
        new sdk.GetAccountAuthorizationDetailsCommand({
          Filter: ['User', 'Group', 'Role', 'LocalManagedPolicy'],
          MaxItems: 1000,
          Marker,
        }),
      );
      const entries = [
        ...(answer.UserDetailList ?? []).map((entry) => ({ kind: 'user', entry })),
        ...(answer.GroupDetailList ?? []).map((entry) => ({ kind: 'group', entry })),
        ...(answer.RoleDetailList ?? []).map((entry) => ({ kind: 'role', entry })),
        ...(answer.Policies ?? []).map((entry) => ({ kind: 'policy', entry })),
      ];
      return { $metadata: answer.$metadata, entries, Marker: answer.IsTruncated === true ? answer.Marker : undefined };
    },
    (item) => {
      const entry = own(item, 'entry') ?? null;
      const kind = own(item, 'kind') ?? null;
      const keep = kind === 'user' ? keepUser : kind === 'group' ? keepGroup : kind === 'role' ? keepRole : keepPolicy;
      return { kind, ...keep(entry) };
    },
  );
  return list;
}

async function managementAccount({ config, region }: Observation): Promise<JsonObject> {
  const sdk = await import('@aws-sdk/client-organizations');
  const client = new sdk.OrganizationsClient(config as unknown as OrganizationsClientConfig);
  return ask(
    { action: 'organizations:DescribeOrganization', region },
    () => client.send(new sdk.DescribeOrganizationCommand({})),
    (answer) => pick(own(answer, 'Organization'), ['MasterAccountId']),
    { AWSOrganizationsNotInUseException: { MasterAccountId: null } },
  );
}

export async function observeIam(observation: Observation): Promise<JsonObject> {
  const { calls, region, partition, config } = observation;
  if (![...calls].some((call) => call.startsWith('iam:'))) return {};
  const sdk: typeof Sdk = await import('@aws-sdk/client-iam');
  const client = new sdk.IAMClient(config as unknown as IAMClientConfig);
  const questions: Questions = { sdk, client, observation };
  const when = async (action: string, question: () => Promise<JsonObject>): Promise<[string, JsonObject] | undefined> =>
    calls.has(action) ? [action.slice(action.indexOf(':') + 1), await question()] : undefined;

  const found = await Promise.all([
    when('iam:GetAccountSummary', () =>
      ask(
        { action: 'iam:GetAccountSummary', region },
        () => client.send(new sdk.GetAccountSummaryCommand({})),
        (answer) =>
          pick(own(answer, 'SummaryMap'), ['AccountMFAEnabled', 'AccountPasswordPresent', 'AccountAccessKeysPresent']),
      ),
    ),
    when('iam:ListVirtualMFADevices', () =>
      askAll(
        { action: 'iam:ListVirtualMFADevices', region },
        { items: 'VirtualMFADevices', next: 'Marker', mayLack: true },
        (Marker) => client.send(new sdk.ListVirtualMFADevicesCommand({ AssignmentStatus: 'Assigned', Marker })),
        (item) => ({ ...pick(item, ['SerialNumber']), User: pick(own(item, 'User'), ['Arn']) }),
      ),
    ),
    when('iam:GetCredentialReport', () => credentialReport(questions)),
    when('iam:GetAccountPasswordPolicy', () =>
      ask(
        { action: 'iam:GetAccountPasswordPolicy', region },
        () => client.send(new sdk.GetAccountPasswordPolicyCommand({})),
        (answer) => ({
          exists: true,
          ...pick(own(answer, 'PasswordPolicy'), ['MinimumPasswordLength', 'PasswordReusePrevention']),
        }),
        { NoSuchEntity: { exists: false }, NoSuchEntityException: { exists: false } },
      ),
    ),
    when('iam:GetAccountAuthorizationDetails', () => authorizationDetails(questions)),
    when('organizations:DescribeOrganization', () => managementAccount(observation)),
    when('iam:ListEntitiesForPolicy', () =>
      askAll(
        { action: 'iam:ListEntitiesForPolicy', region },
        { items: 'PolicyRoles', next: 'Marker', mayLack: true },
        async (Marker) => {
          try {
            const PolicyArn = `arn:${partition}:iam::aws:policy/AWSSupportAccess`;
            return await client.send(new sdk.ListEntitiesForPolicyCommand({ PolicyArn, EntityFilter: 'Role', Marker }));
          } catch (error) {
            // Where AWS has no such policy nothing can be attached to it
            if (error instanceof Error && error.name.startsWith('NoSuchEntity')) return { PolicyRoles: [] };
            throw error;
          }
        },
        (item) => pick(item, ['RoleName']),
      ),
    ),
    when('iam:ListServerCertificates', () =>
      askAll(
        { action: 'iam:ListServerCertificates', region },
        { items: 'ServerCertificateMetadataList', next: 'Marker', mayLack: true },
        (Marker) => client.send(new sdk.ListServerCertificatesCommand({ Marker })),
        (item) => pick(item, ['Arn', 'Expiration']),
      ),
    ),
  ]);
  const raw = Object.fromEntries(found.filter((entry) => entry !== undefined));
  // Only where the summary does not say whether root has a password: central root access may have removed it
  const summary = raw['GetAccountSummary'];
  if (
    calls.has('iam:ListOrganizationsFeatures') &&
    own(summary, 'AccountPasswordPresent') === null &&
    own(summary, 'AccountMFAEnabled') === 0
  ) {
    raw['ListOrganizationsFeatures'] = await ask(
      { action: 'iam:ListOrganizationsFeatures', region },
      () => client.send(new sdk.ListOrganizationsFeaturesCommand({})),
      (answer) => pick(answer, ['EnabledFeatures']),
      {
        AccountNotManagementOrDelegatedAdministratorException: { EnabledFeatures: [] },
        OrganizationNotFoundException: { EnabledFeatures: [] },
      },
    );
  }
  return raw;
}
