/** CloudFront: which TLS versions a distribution speaks to visitors and to its origins. */
import type { CloudFrontClientConfig } from '@aws-sdk/client-cloudfront';
import { faultIn, unknown } from '../../../model/facts.ts';
import { isArray, own, type Json, type JsonObject } from '../../../model/json.ts';
import { boolean, list, object, string, type Schema } from '../../../model/schema.ts';
import { askAll, inner, pick } from '../call.ts';
import type { CallTable } from '../call-table.ts';
import { listOf, type At } from '../lists.ts';
import type { Observation } from '../observe-context.ts';
import { asFlag, asText, asTexts, facts, isUnknownFact, must, spelled } from '../read.ts';

export const CLOUDFRONT_CALLS: CallTable = {
  at: 'cloudfront.distributions',
  base: ['cloudfront:ListDistributions'],
  other: [],
  facts: {},
};

function itemsIn(value: Json | undefined): readonly Json[] {
  const items = own(value, 'Items');
  return isArray(items) ? items : [];
}

function keep(item: Json): JsonObject {
  const certificate = own(item, 'ViewerCertificate');
  return {
    ...pick(item, ['ARN', 'Enabled']),
    ViewerCertificate: pick(certificate, ['CloudFrontDefaultCertificate', 'MinimumProtocolVersion']),
    policies: [own(item, 'DefaultCacheBehavior') ?? null, ...itemsIn(own(item, 'CacheBehaviors'))].map(
      (behavior) => own(behavior, 'ViewerProtocolPolicy') ?? null,
    ),
    origins: itemsIn(own(item, 'Origins')).map((origin) => {
      const custom = inner(origin, 'CustomOriginConfig');
      return {
        ...pick(origin, ['Id']),
        CustomOriginConfig:
          custom === undefined
            ? null
            : { ...pick(custom, ['OriginProtocolPolicy']), protocols: itemsIn(own(custom, 'OriginSslProtocols')) },
      };
    }),
  };
}

export async function observeCloudfront(observation: Observation): Promise<JsonObject> {
  const { calls, config, region } = observation;
  if (!calls.has('cloudfront:ListDistributions')) return {};
  const sdk = await import('@aws-sdk/client-cloudfront');
  const client = new sdk.CloudFrontClient(config as unknown as CloudFrontClientConfig);
  const found = await askAll(
    { action: 'cloudfront:ListDistributions', region },
    { items: 'Items', next: 'NextMarker', mayLack: true },
    async (Marker) => {
      const { DistributionList: page, $metadata } = await client.send(new sdk.ListDistributionsCommand({ Marker }));
      // A page without the list is not an empty list
      return { $metadata, Items: page === undefined ? 0 : (page.Items ?? []), NextMarker: page?.NextMarker };
    },
    keep,
  );
  return { distributions: found };
}

/** Names of policies by age; what is not in the list is newer. */
const OLD = new Set(['SSLv3', 'TLSv1', 'TLSv1_2016', 'TLSv1.1_2016']);
const OLD_PROTOCOLS = ['SSLv3', 'TLSv1', 'TLSv1.1'];

function viewerFacts(raw: Json): JsonObject {
  const certificate = own(raw, 'ViewerCertificate');
  const isDefault = own(certificate, 'CloudFrontDefaultCertificate') === true;
  // The certificate of *.cloudfront.net means TLS 1.0, whatever else is said
  const minimum = isDefault ? 'TLSv1' : must(certificate, 'MinimumProtocolVersion', asText);
  const policies = must(raw, 'policies', asTexts);
  return facts({
    minimum,
    minimumIsOld: isUnknownFact(minimum) ? minimum : OLD.has(minimum),
    allowsPlain: isUnknownFact(policies) ? policies : policies.includes('allow-all'),
  });
}

/** What is weak on the way to a custom origin; nothing where all origins are S3 or inside a VPC. */
function originFacts(raw: Json, allowsPlain: Json): JsonObject {
  const origins = own(raw, 'origins');
  if (!isArray(origins)) {
    const code = faultIn(raw) ?? 'evidence.missing';
    return { customOrigins: unknown(code), weakOrigins: unknown(code) };
  }
  const custom: string[] = [];
  const weak: string[] = [];
  for (const origin of origins) {
    const config = own(origin, 'CustomOriginConfig');
    if (config === null) continue;
    const id = must(origin, 'Id', asText);
    const policy = must(config, 'OriginProtocolPolicy', asText);
    const protocols = must(config, 'protocols', asTexts);
    for (const value of [id, policy, protocols])
      if (isUnknownFact(value)) return { customOrigins: value, weakOrigins: value };
    const name = spelled(id, 'an origin');
    custom.push(name);
    if (policy === 'http-only') weak.push(`${name} is asked over plain HTTP`);
    if (policy === 'match-viewer') {
      if (isUnknownFact(allowsPlain)) return { customOrigins: allowsPlain, weakOrigins: allowsPlain };
      if (allowsPlain === true) weak.push(`${name} is asked over plain HTTP where the visitor asks so`);
    }
    const old =
      isUnknownFact(protocols) || policy === 'http-only'
        ? []
        : protocols.filter((name) => OLD_PROTOCOLS.includes(name));
    if (old.length > 0) weak.push(`${name} is asked with ${old.join(', ')}`);
  }
  return { customOrigins: custom, weakOrigins: weak };
}

export function interpretCloudfront(raw: Json | undefined, at: At): Json {
  return {
    distributions: listOf(
      own(raw, 'distributions'),
      '/cloudfront/distributions',
      '/cloudfront/distributions',
      at,
      (item) => {
        const viewer = viewerFacts(item);
        return facts({
          arn: must(item, 'ARN', asText),
          enabled: must(item, 'Enabled', asFlag),
          ...viewer,
          ...originFacts(item, viewer['allowsPlain'] ?? unknown('evidence.missing')),
        });
      },
      {
        arn: 'ARN',
        enabled: 'Enabled',
        minimum: 'ViewerCertificate',
        minimumIsOld: 'ViewerCertificate',
        allowsPlain: 'policies',
        customOrigins: 'origins',
      },
    ),
  };
}

export const cloudfrontFacts: Schema = object({
  distributions: list(
    object({
      arn: string(),
      enabled: boolean(),
      minimum: string({ description: 'security policy towards visitors' }),
      minimumIsOld: boolean({ description: 'older than TLSv1.2_2018' }),
      allowsPlain: boolean({ description: 'a cache behaviour answers plain HTTP' }),
      customOrigins: list(string()),
      weakOrigins: list(string(), { description: 'custom origins that are asked in clear text or with old TLS' }),
    }),
  ),
});
