/** What the stored ACM answers mean: one record of facts for each certificate. Pure and total. */
import type { Pointers } from '../../../model/evidence.ts';
import { faultIn, partialList, unknown } from '../../../model/facts.ts';
import { isArray, own, type Json, type JsonObject } from '../../../model/json.ts';
import { createForms, type At, type Lists, type Members } from '../lists.ts';
import { brief } from '../policy.ts';
import {
  asDate,
  asFlag,
  asList,
  asRecord,
  asText,
  asTexts,
  DAY,
  facts,
  isUnknownFact,
  may,
  must,
  orElse,
  whenKnown,
  spelled,
  type Is,
} from '../read.ts';
import type { Setting } from '../setting.ts';
import { keyStrength } from './key-algorithm.ts';
import { wireFacts } from './wire.ts';

/** In these states a certificate was never issued, so it has no dates. */
const NEVER_ISSUED = new Set<Json>(['PENDING_VALIDATION', 'FAILED', 'VALIDATION_TIMED_OUT']);
/** What another word means for the certificate nobody knows. */
const STATUSES = new Set<Json>([...NEVER_ISSUED, 'EXPIRED', 'INACTIVE', 'ISSUED', 'REVOKED']);
const asStatus: Is<string> = (value) => (typeof value === 'string' && STATUSES.has(value) ? value : undefined);
const LAST_INSTANT = 253_402_300_799_999;

/**
 * The first millisecond in which fewer than min(30 days, a third of the lifetime) are left (facts/aws §3.3): a fixed 30 days
 * would warn of a 47-day certificate for two thirds of its life.
 */
function renewalDue(notBefore: string, notAfter: string): string {
  const end = Date.parse(notAfter);
  const lifetime = Math.max(0, end - Date.parse(notBefore));
  const from = Math.floor(end - Math.min(30 * DAY, lifetime / 3)) + 1;
  return new Date(Math.min(Math.max(from, 0), LAST_INSTANT)).toISOString();
}

function datesOf(raw: Json, status: Json): JsonObject {
  const notBefore = may(raw, 'NotBefore', asDate);
  const notAfter = may(raw, 'NotAfter', asDate);
  const isIssued = !NEVER_ISSUED.has(status);
  // Issued without an end is not the documented shape, and not "expires today" either
  const end = notAfter === undefined && isIssued ? unknown('aws.bad-response') : notAfter;
  const start = notBefore === undefined && isIssued ? unknown('aws.bad-response') : notBefore;
  return facts({
    notBefore: start,
    notAfter: end,
    renewalDue: whenKnown(start, (from) => whenKnown(end, (until) => renewalDue(from, until))),
  });
}

function keyOf(raw: Json): Json | undefined {
  return whenKnown(may(raw, 'KeyAlgorithm', asText), (algorithm) => {
    const strength = keyStrength(algorithm);
    return strength === undefined ? unknown('aws.bad-response') : { algorithm: algorithm, ...strength };
  });
}

function renewalOf(raw: Json): Json {
  const detail = own(raw, 'DescribeCertificate');
  const told = own(raw, 'RenewalStatus');
  // The search says null where no renewal began; the older list does not know
  const source = told === undefined ? own(detail, 'RenewalSummary') : raw;
  const fault = told === undefined ? faultIn(detail) : undefined;
  const status =
    fault === undefined ? (source === null ? undefined : may(source, 'RenewalStatus', asText)) : unknown(fault);
  const summary = own(detail, 'RenewalSummary');
  return facts({
    eligibility: may(raw, 'RenewalEligibility', asText),
    status,
    reason: asRecord(summary ?? null) === undefined ? undefined : may(summary, 'RenewalStatusReason', asText),
  });
}

function validationMethods(raw: Json): Json {
  const told = own(raw, 'ValidationMethod');
  if (typeof told === 'string') return [told];
  const detail = own(raw, 'DescribeCertificate');
  const options = must(detail, 'DomainValidationOptions', asList);
  if (isUnknownFact(options)) return options;
  const found = new Set<string>();
  for (const option of options) {
    const method = must(option, 'ValidationMethod', asText);
    if (isUnknownFact(method)) return method;
    found.add(method);
  }
  // A certificate that Amazon issued was validated somehow
  return found.size === 0 ? unknown('aws.bad-response') : [...found].sort();
}

/** The record, or the answer to a mail, that the first open validations wait for, in words. */
function missingRecord(raw: Json): string | undefined {
  const detail = own(raw, 'DescribeCertificate');
  const renewed = own(own(detail, 'RenewalSummary'), 'DomainValidationOptions');
  const options = isArray(renewed) && renewed.length > 0 ? renewed : own(detail, 'DomainValidationOptions');
  if (!isArray(options)) return undefined;
  const open = options.filter((option) => {
    const status = own(option, 'ValidationStatus');
    return typeof status === 'string' && status !== 'SUCCESS';
  });
  const words = open.slice(0, 2).map((option) => {
    const record = own(option, 'ResourceRecord');
    const [type, name, value] = [own(record, 'Type'), own(record, 'Name'), own(record, 'Value')];
    const domain = spelled(own(option, 'DomainName'), 'a name');
    return typeof name === 'string' && typeof value === 'string'
      ? `${spelled(type, 'CNAME')} ${brief(name)} ${brief(value)}`
      : `an answer to the mail about ${brief(domain)}`;
  });
  return words.length === 0 ? undefined : words.join(' and ');
}

function wildcardsOf(raw: Json, setting: Setting): Json {
  const detail = own(raw, 'DescribeCertificate');
  const isCut = must(raw, 'NamesCut', asFlag);
  const source = isCut === true && detail !== undefined ? detail : raw;
  const names = must(source, 'Names', asTexts);
  if (isUnknownFact(names)) return names;
  if (isUnknownFact(isCut)) return isCut;
  const found = names.filter((name) => name.startsWith('*.') && !setting.wildcards.includes(name));
  const stillCut = source === raw ? isCut : own(source, 'NamesCut') !== false;
  return partialList(found, stillCut ? 'evidence.missing' : undefined);
}

function certificateFacts(raw: Json, tags: Json | undefined, setting: Setting): JsonObject {
  const arn = must(raw, 'CertificateArn', asText);
  const status = must(raw, 'Status', asStatus);
  const created = may(raw, 'CreatedAt', asDate);
  const detail = own(raw, 'DescribeCertificate');
  const issued = may(raw, 'IssuedAt', asDate);
  const imported = may(raw, 'ImportedAt', asDate);
  // A private one may have neither date
  const since = issued ?? imported ?? created;
  const named = (list: readonly string[]): boolean => typeof arn === 'string' && list.includes(arn);
  return facts({
    arn,
    status,
    type: must(raw, 'Type', asText),
    inUse: must(raw, 'InUse', asFlag),
    // Left out where a certificate cannot be exported
    exported: orElse(raw, 'Exported', asFlag, false),
    exportOption: may(raw, 'ExportOption', asText),
    key: keyOf(raw),
    ...datesOf(raw, status),
    // How long it has been waiting decides
    created: created === undefined && status === 'PENDING_VALIDATION' ? unknown('aws.bad-response') : created,
    since: since === undefined && status === 'ISSUED' ? unknown('aws.bad-response') : since,
    renewal: renewalOf(raw),
    validationMethods: validationMethods(raw),
    missingRecord: missingRecord(raw),
    wildcards: wildcardsOf(raw, setting),
    wire: wireFacts(raw),
    signature: must(detail, 'SignatureAlgorithm', asText),
    transparency: must(own(detail, 'Options') ?? detail, 'CertificateTransparencyLoggingPreference', asText),
    failure: detail === undefined ? undefined : may(detail, 'FailureReason', asText),
    importListed: named(setting.importedCertificates),
    exportListed: named(setting.exportableCertificates),
    missingTags: missingTags(arn, tags, setting),
  });
}

/** Required tag keys that the certificate lacks; absent where no tags are required. */
function missingTags(arn: Json, tags: Json | undefined, setting: Setting): Json | undefined {
  if (setting.requiredTags.length === 0) return undefined;
  const items = own(tags, 'items');
  if (typeof arn !== 'string') return arn;
  if (!isArray(items)) return unknown(faultIn(tags) ?? 'evidence.missing');
  const entry = items.find((item) => own(item, 'ResourceARN') === arn);
  const rest = faultIn(own(tags, 'rest'));
  if (entry === undefined) {
    // The service lists what has or had tags: what it leaves out has none
    return rest === undefined ? [...setting.requiredTags] : unknown(rest);
  }
  const keys = must(entry, 'Keys', asTexts);
  if (isUnknownFact(keys)) return keys;
  return setting.requiredTags.filter((name) => !keys.includes(name));
}

const MEMBERS: Members = {
  arn: 'CertificateArn',
  status: 'Status',
  type: 'Type',
  inUse: 'InUse',
  exported: 'Exported',
  exportOption: 'ExportOption',
  key: 'KeyAlgorithm',
  notBefore: 'NotBefore',
  notAfter: 'NotAfter',
  created: 'CreatedAt',
  wire: 'Wire',
  'renewal/eligibility': 'RenewalEligibility',
  // The search tells it, or else the certificate itself
  'renewal/status': 'RenewalStatus',
  signature: 'DescribeCertificate/SignatureAlgorithm',
  transparency: 'DescribeCertificate/Options/CertificateTransparencyLoggingPreference',
  failure: 'DescribeCertificate/FailureReason',
};
const IN_DETAIL: Members = { 'renewal/status': 'DescribeCertificate/RenewalSummary' };
const METHOD: Members = { validationMethods: 'ValidationMethod' };
const METHODS: Members = { validationMethods: 'DescribeCertificate/DomainValidationOptions' };
const NAMES: Members = { wildcards: 'Names' };
const ALL_NAMES: Members = { wildcards: 'DescribeCertificate/Names' };

export function interpretAcm(raw: Json | undefined, setting: Setting, at: At, lists: Lists): Json {
  const certificates = own(raw, 'certificates');
  const listing = own(raw, 'listing');
  if (!isArray(certificates) || asRecord(listing ?? null) === undefined) {
    return { certificates: unknown(faultIn(raw) ?? 'evidence.missing') };
  }
  const tags = own(raw, 'tags');
  const fixed: At = {};
  if (tags !== undefined)
    fixed['/missingTags'] = faultIn(own(tags, 'rest')) === undefined ? '#/acm/tags' : '#/acm/tags/rest';
  const formOf = createForms();
  const forms: Pointers[] = [];
  const list = certificates.map((certificate) => {
    const isTold = typeof own(certificate, 'ValidationMethod') === 'string';
    const isCut = own(certificate, 'NamesCut') === true && own(certificate, 'DescribeCertificate') !== undefined;
    const tables = [MEMBERS, IN_DETAIL, isTold ? METHOD : METHODS, isCut ? ALL_NAMES : NAMES];
    forms.push(formOf(certificate, tables, fixed));
    return certificateFacts(certificate, tags, setting);
  });
  lists['/acm/certificates'] = { raw: '/acm/certificates', forms };
  const rest = faultIn(own(listing, 'rest'));
  at['/acm'] = '/acm';
  at['/acm/certificates'] = rest === undefined ? '/acm' : '/acm/listing/rest';
  return { certificates: rest !== undefined && list.length === 0 ? unknown(rest) : partialList(list, rest) };
}
