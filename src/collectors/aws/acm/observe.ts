/** Asks ACM for its certificates: SearchCertificates in bulk, else ListCertificates, and details only where a rule needs them. */
import type { ACMClient, ACMClientConfig, KeyAlgorithm } from '@aws-sdk/client-acm';
import type * as Sdk from '@aws-sdk/client-acm';
import { faultIn } from '../../../model/facts.ts';
import { isArray, isObject, own, type Json, type JsonObject } from '../../../model/json.ts';
import { ask, askAll, each, inner, pick, type RawList } from '../call.ts';
import type { Observation } from '../observe-context.ts';
import { observeTags } from './tags.ts';
import { withWire } from './wire.ts';

/** Without this filter ListCertificates leaves EC, RSA_3072 and RSA_4096 out, in silence (facts/aws §5). */
const ALL_KEY_TYPES: KeyAlgorithm[] = [
  'RSA_1024',
  'RSA_2048',
  'RSA_3072',
  'RSA_4096',
  'EC_prime256v1',
  'EC_secp384r1',
  'EC_secp521r1',
];
const X509 = ['KeyAlgorithm', 'NotAfter', 'NotBefore', 'SerialNumber'] as const;
const METADATA = [
  'CreatedAt',
  'Exported',
  'ExportOption',
  'ImportedAt',
  'InUse',
  'IssuedAt',
  'RenewalEligibility',
  'RenewalStatus',
  'Status',
  'Type',
  'ValidationMethod',
] as const;
const SUMMARY = [
  'CertificateArn',
  'CreatedAt',
  'Exported',
  'ExportOption',
  'HasAdditionalSubjectAlternativeNames',
  'ImportedAt',
  'InUse',
  'IssuedAt',
  'KeyAlgorithm',
  'NotAfter',
  'NotBefore',
  'RenewalEligibility',
  'Status',
  'Type',
] as const;
/** Answers of SearchCertificates after which the older call is worth trying. */
const FALL_BACK = new Set<unknown>([
  'aws.access-denied',
  'aws.bad-response',
  'aws.not-supported',
  'aws.server-error',
  'aws.throttled',
]);
const WAITS = new Set<Json>(['FAILED', 'PENDING_VALIDATION']);
const MAX_NAMES = 1_000;

interface Questions {
  readonly sdk: typeof Sdk;
  readonly client: ACMClient;
  readonly observation: Observation;
  /** Groups of facts that the chosen checks read: `names`, `renewal`, `validation`, `signature`, `transparency`, `wire`, `record`. */
  readonly groups: ReadonlySet<string>;
}

/** Names without doubles, bounded; `NamesCut` says that there are more. */
function keepNames(names: readonly Json[], cut = false): JsonObject {
  const found = [...new Set(names.filter((name) => typeof name === 'string'))];
  return { Names: found.slice(0, MAX_NAMES), NamesCut: cut || found.length > MAX_NAMES };
}

function keepResult(item: Json): JsonObject {
  const x509 = inner(item, 'X509Attributes');
  const metadata = inner(inner(item, 'CertificateMetadata'), 'AcmCertificateMetadata');
  const alternatives = own(x509, 'SubjectAlternativeNames');
  const names = (isArray(alternatives) ? alternatives : []).map((name) => own(name, 'DnsName') ?? null);
  return {
    ...pick(item, ['CertificateArn']),
    ...pick(x509, X509),
    ...pick(metadata, METADATA),
    ...keepNames([own(inner(x509, 'Subject'), 'CommonName') ?? null, ...names]),
  };
}

function keepSummary(item: Json): JsonObject {
  const names = own(item, 'SubjectAlternativeNameSummaries');
  const hasMore = own(item, 'HasAdditionalSubjectAlternativeNames') === true;
  return {
    ...pick(item, SUMMARY),
    ...keepNames([own(item, 'DomainName') ?? null, ...(isArray(names) ? names : [])], hasMore),
  };
}

function keepValidation(item: Json): JsonObject {
  return {
    ...pick(item, ['DomainName', 'ValidationMethod', 'ValidationStatus']),
    ResourceRecord: pick(own(item, 'ResourceRecord'), ['Name', 'Type', 'Value']),
  };
}

const keepValidations = (value: Json | undefined): Json =>
  (isArray(value) ? value : []).slice(0, MAX_NAMES).map(keepValidation);

function keepDetail(answer: Json): JsonObject {
  const detail = own(answer, 'Certificate') ?? null;
  const names = own(detail, 'SubjectAlternativeNames');
  const renewal = own(detail, 'RenewalSummary');
  return {
    ...pick(detail, ['FailureReason', 'Serial', 'SignatureAlgorithm', 'Status']),
    ...keepNames([own(detail, 'DomainName') ?? null, ...(isArray(names) ? names : [])]),
    Options: pick(own(detail, 'Options'), ['CertificateTransparencyLoggingPreference']),
    RenewalSummary: isObject(renewal)
      ? {
          ...pick(renewal, ['RenewalStatus', 'RenewalStatusReason']),
          DomainValidationOptions: keepValidations(own(renewal, 'DomainValidationOptions')),
        }
      : null,
    DomainValidationOptions: keepValidations(own(detail, 'DomainValidationOptions')),
  };
}

async function search({ sdk, client, observation }: Questions): Promise<RawList> {
  return askAll(
    { action: 'acm:SearchCertificates', region: observation.region },
    { items: 'Results', next: 'NextToken' },
    (marker) => client.send(new sdk.SearchCertificatesCommand({ MaxResults: 500, NextToken: marker })),
    keepResult,
  );
}

async function listAll({ sdk, client, observation }: Questions): Promise<RawList> {
  return askAll(
    { action: 'acm:ListCertificates', region: observation.region },
    { items: 'CertificateSummaryList', next: 'NextToken' },
    (marker) =>
      client.send(
        new sdk.ListCertificatesCommand({ Includes: { keyTypes: ALL_KEY_TYPES }, MaxItems: 1000, NextToken: marker }),
      ),
    keepSummary,
  );
}

/** Whether a chosen rule needs more of this certificate than the list told. */
function needsDetail(certificate: Json, groups: ReadonlySet<string>): boolean {
  const isIssued = own(certificate, 'Status') === 'ISSUED';
  const isAmazons = own(certificate, 'Type') === 'AMAZON_ISSUED';
  const isLive = own(certificate, 'InUse') === true || own(certificate, 'Exported') === true;
  const isPending = own(certificate, 'Status') === 'PENDING_VALIDATION';
  if (groups.has('signature') && isIssued) return true;
  if (groups.has('transparency') && isAmazons && (isIssued || isPending)) return true;
  // What is missing is worth a call where something waits: which record to create
  if (
    groups.has('record') &&
    isAmazons &&
    (isPending || (isIssued && WAITS.has(own(certificate, 'RenewalStatus') ?? null)))
  )
    return true;
  if (groups.has('wire') && isIssued && isLive && own(certificate, 'SerialNumber') === undefined) return true;
  if (groups.has('names') && isIssued && own(certificate, 'NamesCut') === true) return true;
  // ListCertificates does not know the state of a renewal; the search answers it, or null where none began
  if (groups.has('renewal') && isAmazons && isIssued && isLive && own(certificate, 'RenewalStatus') === undefined)
    return true;
  return groups.has('validation') && isAmazons && typeof own(certificate, 'ValidationMethod') !== 'string';
}

async function withDetail(questions: Questions, certificate: Json): Promise<Json> {
  const arn = own(certificate, 'CertificateArn');
  if (!isObject(certificate) || typeof arn !== 'string' || !needsDetail(certificate, questions.groups))
    return certificate;
  const { sdk, client, observation } = questions;
  const detail = await ask(
    { action: 'acm:DescribeCertificate', region: observation.region },
    () => client.send(new sdk.DescribeCertificateCommand({ CertificateArn: arn })),
    keepDetail,
  );
  return { ...certificate, DescribeCertificate: detail };
}

/** One entry for each certificate. */
function unique(items: readonly Json[]): readonly Json[] {
  const byArn = new Map<string, Json>();
  for (const [index, item] of items.entries()) {
    const arn = own(item, 'CertificateArn');
    const name = typeof arn === 'string' ? arn : `#${String(index)}`;
    if (!byArn.has(name)) byArn.set(name, item);
  }
  return [...byArn.values()];
}

export async function observeAcm(observation: Observation, groups: readonly string[]): Promise<JsonObject> {
  if (![...observation.calls].some((call) => call.startsWith('acm:'))) return {};
  const sdk: typeof Sdk = await import('@aws-sdk/client-acm');
  const client = new sdk.ACMClient(observation.config as unknown as ACMClientConfig);
  const questions: Questions = { sdk, client, observation, groups: new Set(groups) };
  let list = await search(questions);
  let by = 'SearchCertificates';
  const refused = list.items.length === 0 && list.requests.length === 0 ? own(list, 'rest') : undefined;
  if (refused !== undefined && FALL_BACK.has(faultIn(refused))) {
    const other = await listAll(questions);
    const otherRest = own(other, 'rest');
    // Both refused: the refusal of the call that the rules name is what to repair
    if (otherRest === undefined || other.requests.length > 0) [list, by] = [other, 'ListCertificates'];
  }
  const detailed = await each(unique(list.items), 8, (item) => withDetail(questions, item));
  const certificates = questions.groups.has('wire') ? await withWire(observation.io, detailed) : detailed;
  const { rest } = list;
  const tags = observation.calls.has('tag:GetResources') ? await observeTags(observation) : undefined;
  return {
    ...(tags === undefined ? {} : { tags }),
    by,
    listing: { requests: list.requests, ...(rest === undefined ? {} : { rest }) },
    certificates,
  };
}
