/** ACM of the lab: the search, the older list with its silent filter, and the details, over flat certificates. */
import { own, type Json, type JsonObject } from '../../model/json.ts';
import { page, type RegionState, type Reply } from './state.ts';
import type { Call } from './wire.ts';

function some(source: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(names.flatMap((name) => (source[name] === undefined ? [] : [[name, source[name]]])));
}

function names(certificate: JsonObject): readonly Json[] {
  const found = certificate['SubjectAlternativeNames'];
  return Array.isArray(found) ? (found as readonly Json[]) : [];
}

const METADATA = [
  'CreatedAt',
  'Exported',
  'ImportedAt',
  'InUse',
  'IssuedAt',
  'RenewalEligibility',
  'RenewalStatus',
  'RevokedAt',
  'Status',
  'Type',
  'ValidationMethod',
];

function exportOption(certificate: JsonObject): JsonObject {
  const option = certificate['ExportOption'] ?? own(certificate['Options'], 'Export');
  return option === undefined ? {} : { ExportOption: option };
}

function resultOf(certificate: JsonObject): JsonObject {
  return {
    CertificateArn: certificate['CertificateArn'] ?? '',
    X509Attributes: {
      ...some(certificate, ['KeyAlgorithm', 'NotAfter', 'NotBefore', 'SerialNumber']),
      Subject: some({ CommonName: certificate['DomainName'] ?? '' }, ['CommonName']),
      SubjectAlternativeNames: names(certificate).map((name) => ({ DnsName: name })),
    },
    CertificateMetadata: { AcmCertificateMetadata: { ...some(certificate, METADATA), ...exportOption(certificate) } },
  };
}

function summaryOf(certificate: JsonObject): JsonObject {
  const listed = names(certificate);
  return {
    ...some(certificate, ['CertificateArn', 'CreatedAt', 'DomainName', 'Exported', 'ImportedAt', 'InUse', 'IssuedAt']),
    ...some(certificate, ['KeyAlgorithm', 'NotAfter', 'NotBefore', 'RenewalEligibility', 'Status', 'Type']),
    ...exportOption(certificate),
    SubjectAlternativeNameSummaries: listed.slice(0, 100),
    HasAdditionalSubjectAlternativeNames: listed.length > 100,
  };
}

function detailOf(certificate: JsonObject): JsonObject {
  const { RenewalStatus: renewal, ValidationMethod: method } = certificate;
  const validations = names(certificate).map((name) => ({
    DomainName: name,
    ...(method === undefined ? {} : { ValidationMethod: method }),
    ValidationStatus:
      certificate['Status'] === 'PENDING_VALIDATION' || (renewal !== undefined && renewal !== 'SUCCESS')
        ? 'PENDING_VALIDATION'
        : 'SUCCESS',
    ...(method === 'DNS' && typeof name === 'string'
      ? { ResourceRecord: { Name: `_lab.${name}.`, Type: 'CNAME', Value: '_lab.acm-validations.aws.' } }
      : {}),
  }));
  return {
    Certificate: {
      ...some(certificate, [...METADATA, 'CertificateArn', 'DomainName', 'KeyAlgorithm', 'NotAfter', 'NotBefore']),
      ...some(certificate, ['FailureReason', 'Options', 'SignatureAlgorithm', 'SubjectAlternativeNames']),
      ...(certificate['SerialNumber'] === undefined ? {} : { Serial: certificate['SerialNumber'] }),
      DomainValidationOptions: certificate['DomainValidationOptions'] ?? validations,
      ...(renewal === undefined
        ? {}
        : { RenewalSummary: { RenewalStatus: renewal, DomainValidationOptions: validations } }),
    },
  };
}

function paged(name: string, items: readonly JsonObject[], call: Call, size: number): Reply {
  const { items: found, next } = page(items, call.input['NextToken'], size);
  return { answer: { [name]: found, ...(next === undefined ? {} : { NextToken: next }) } };
}

/** ListCertificates shows RSA_1024 and RSA_2048 only, unless asked for more. */
function ofTypes(region: RegionState, input: JsonObject): readonly JsonObject[] {
  const types = own(input['Includes'], 'keyTypes');
  const wanted: readonly Json[] = Array.isArray(types) ? (types as readonly Json[]) : ['RSA_1024', 'RSA_2048'];
  return region.certificates.filter((certificate) => wanted.includes(certificate['KeyAlgorithm'] ?? 'RSA_2048'));
}

export function answerAcm(region: RegionState, call: Call, pageSize: number): Reply | undefined {
  switch (call.operation) {
    case 'SearchCertificates':
      return paged('Results', region.certificates.map(resultOf), call, Math.min(pageSize, 500));
    case 'ListCertificates':
      return paged('CertificateSummaryList', ofTypes(region, call.input).map(summaryOf), call, pageSize);
    case 'DescribeCertificate': {
      const found = region.certificates.find(
        (certificate) => certificate['CertificateArn'] === call.input['CertificateArn'],
      );
      return found === undefined ? { error: 'ResourceNotFoundException' } : { answer: detailOf(found) };
    }
    default:
      return undefined;
  }
}
