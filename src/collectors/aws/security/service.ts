/** Services that watch a region: GuardDuty, Security Hub, Config and Access Analyzer. Are they on? */
import type { AccessAnalyzerClientConfig } from '@aws-sdk/client-accessanalyzer';
import type { ConfigServiceClientConfig } from '@aws-sdk/client-config-service';
import type { GuardDutyClientConfig } from '@aws-sdk/client-guardduty';
import type { SecurityHubClientConfig } from '@aws-sdk/client-securityhub';
import { faultIn, unknown } from '../../../model/facts.ts';
import { isArray, own, type Json, type JsonObject } from '../../../model/json.ts';
import { boolean, list, object, string, type Schema } from '../../../model/schema.ts';
import { ask, askAll, each, pick } from '../call.ts';
import type { CallTable } from '../call-table.ts';
import { listOf, pointInto, type At } from '../lists.ts';
import type { Observation } from '../observe-context.ts';
import { asFlag, asText, facts, may, must, reasonFor } from '../read.ts';

export const SECURITY_CALLS: readonly CallTable[] = [
  { at: 'guardduty.detectors', base: ['guardduty:ListDetectors'], other: ['guardduty:GetDetector'], facts: {} },
  { at: 'securityHub', base: ['securityhub:DescribeHub'], other: [], facts: {} },
  {
    at: 'config.recorders',
    base: ['config:DescribeConfigurationRecorders', 'config:DescribeConfigurationRecorderStatus'],
    other: [],
    facts: {},
  },
  { at: 'analyzers', base: ['access-analyzer:ListAnalyzers'], other: [], facts: {} },
];

async function detectors({ config, region }: Observation): Promise<JsonObject> {
  const sdk = await import('@aws-sdk/client-guardduty');
  const client = new sdk.GuardDutyClient(config as unknown as GuardDutyClientConfig);
  const found = await askAll(
    { action: 'guardduty:ListDetectors', region },
    { items: 'DetectorIds', next: 'NextToken' },
    (marker) => client.send(new sdk.ListDetectorsCommand({ NextToken: marker })),
    (item) => item,
  );
  const items = await each(found.items, 4, async (id): Promise<Json> => {
    const answer = await ask(
      { action: 'guardduty:GetDetector', region },
      () => client.send(new sdk.GetDetectorCommand({ DetectorId: typeof id === 'string' ? id : undefined })),
      (one) => pick(one, ['Status']),
    );
    return { DetectorId: id, GetDetector: answer };
  });
  return { ...found, items };
}

async function hub({ config, region }: Observation): Promise<JsonObject> {
  const sdk = await import('@aws-sdk/client-securityhub');
  const client = new sdk.SecurityHubClient(config as unknown as SecurityHubClientConfig);
  return ask(
    { action: 'securityhub:DescribeHub', region },
    async () => {
      try {
        return await client.send(new sdk.DescribeHubCommand({}));
      } catch (error) {
        // "Account … is not subscribed to AWS Security Hub": the same name also means a lack of rights
        const isAnswer = error instanceof sdk.InvalidAccessException && /not subscribed/i.test(error.message);
        if (isAnswer) return { NotSubscribed: true, $metadata: error.$metadata };
        throw error;
      }
    },
    (answer) => {
      const arn = own(answer, 'HubArn') ?? null;
      return { subscribed: own(answer, 'NotSubscribed') === true ? false : arn === null ? null : true, HubArn: arn };
    },
    { ResourceNotFoundException: { subscribed: false } },
  );
}

async function recorders({ config, region }: Observation): Promise<JsonObject> {
  const sdk = await import('@aws-sdk/client-config-service');
  const client = new sdk.ConfigServiceClient(config as unknown as ConfigServiceClientConfig);
  const paging = { next: 'NextToken', mayLack: false };
  const [all, status] = await Promise.all([
    askAll(
      { action: 'config:DescribeConfigurationRecorders', region },
      { ...paging, items: 'ConfigurationRecorders' },
      () => client.send(new sdk.DescribeConfigurationRecordersCommand({})),
      (item) => pick(item, ['name']),
    ),
    askAll(
      { action: 'config:DescribeConfigurationRecorderStatus', region },
      { ...paging, items: 'ConfigurationRecordersStatus' },
      () => client.send(new sdk.DescribeConfigurationRecorderStatusCommand({})),
      (item) => pick(item, ['name', 'recording', 'lastStatus']),
    ),
  ]);
  return { all, status };
}

async function analyzers({ config, region }: Observation): Promise<JsonObject> {
  const sdk = await import('@aws-sdk/client-accessanalyzer');
  const client = new sdk.AccessAnalyzerClient(config as unknown as AccessAnalyzerClientConfig);
  return askAll(
    { action: 'access-analyzer:ListAnalyzers', region },
    { items: 'analyzers', next: 'nextToken' },
    (marker) => client.send(new sdk.ListAnalyzersCommand({ nextToken: marker })),
    (item) => pick(item, ['arn', 'status', 'type']),
  );
}

export async function observeSecurity(observation: Observation): Promise<JsonObject> {
  const { calls } = observation;
  const found = await Promise.all([
    calls.has('guardduty:ListDetectors') ? detectors(observation) : undefined,
    calls.has('securityhub:DescribeHub') ? hub(observation) : undefined,
    calls.has('config:DescribeConfigurationRecorders') ? recorders(observation) : undefined,
    calls.has('access-analyzer:ListAnalyzers') ? analyzers(observation) : undefined,
  ]);
  const names = ['guardduty', 'securityHub', 'config', 'analyzers'];
  return Object.fromEntries(names.flatMap((name, index) => (found[index] === undefined ? [] : [[name, found[index]]])));
}

function hubFacts(raw: Json | undefined, at: At): Json {
  if (raw !== undefined) at['/securityHub'] = '/security/securityHub';
  const reason = reasonFor(raw);
  return reason === undefined ? { subscribed: must(raw, 'subscribed', asFlag) } : unknown(reason);
}

export function interpretSecurity(raw: Json | undefined, at: At): JsonObject {
  const config = own(raw, 'config');
  const status = own(config, 'status');
  const states = own(status, 'items');
  return {
    guardduty: {
      detectors: listOf(own(raw, 'guardduty'), '/security/guardduty', '/guardduty/detectors', at, (item, index) => {
        if (own(item, 'GetDetector') !== undefined) {
          const [fact, rawAt] = [`/guardduty/detectors/${String(index)}`, `/security/guardduty/items/${String(index)}`];
          pointInto(at, fact, item, rawAt, { status: 'GetDetector/Status' });
        }
        return facts({
          id: must(item, 'DetectorId', asText),
          status: must(own(item, 'GetDetector'), 'Status', asText),
        });
      }),
    },
    securityHub: hubFacts(own(raw, 'securityHub'), at),
    config: {
      recorders: listOf(own(config, 'all'), '/security/config/all', '/config/recorders', at, (item, index) => {
        const name = must(item, 'name', asText);
        const place = isArray(states) ? states.findIndex((one) => own(one, 'name') === name) : -1;
        const state = isArray(states) ? states[place] : undefined;
        const missing = unknown(faultIn(own(status, 'rest')) ?? faultIn(status) ?? 'aws.bad-response');
        if (status !== undefined && own(status, 'rest') !== undefined) {
          at[`/config/recorders/${String(index)}/recording`] = '/security/config/status/rest';
        }
        pointInto(at, `/config/recorders/${String(index)}`, state, `/security/config/status/items/${String(place)}`, {
          recording: 'recording',
          lastStatus: 'lastStatus',
        });
        return facts({
          name,
          recording: state === undefined ? missing : must(state, 'recording', asFlag),
          // No status until it ran for the first time
          lastStatus: state === undefined ? missing : may(state, 'lastStatus', asText),
        });
      }),
    },
    analyzers: listOf(own(raw, 'analyzers'), '/security/analyzers', '/analyzers', at, (item) =>
      facts({ arn: must(item, 'arn', asText), status: must(item, 'status', asText), type: must(item, 'type', asText) }),
    ),
  };
}

export const securityFacts: { readonly [name: string]: Schema } = {
  guardduty: object({ detectors: list(object({ id: string(), status: string() })) }),
  securityHub: object({ subscribed: boolean() }),
  config: object({ recorders: list(object({ name: string(), recording: boolean(), 'lastStatus?': string() })) }),
  analyzers: list(object({ arn: string(), status: string(), type: string() })),
};
