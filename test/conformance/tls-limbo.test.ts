import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { fileFacts } from '../../src/collectors/tls/files.ts';
import { matchesHost } from '../../src/collectors/tls/hostname.ts';

import { collectorSchemas } from '../../src/commands/packs.ts';
import { judge } from '../../src/judge/judge.ts';
import type { Check } from '../../src/model/check.ts';
import type { Json } from '../../src/model/json.ts';
import { loadPack } from '../../src/packs/load.ts';
import { type Certificate, parseCertificate } from '../../src/wire/x509/certificate.ts';
import { crlObjection, parseCrl, revokedAt } from '../../src/wire/x509/crl.ts';
import { KEY_USAGES } from '../../src/wire/x509/extensions.ts';
import { findPaths, type Path } from '../../src/wire/x509/path.ts';
import { certificatesInPem } from '../../src/wire/x509/pem.ts';
import { PURPOSE, violationsOf } from '../../src/wire/x509/validate.ts';
import { isSelfIssued } from '../../src/wire/x509/verify.ts';
import { conformanceFile, needsConformance } from '../support/conformance.ts';

interface Case {
  readonly id: string;
  readonly validation_kind: 'SERVER' | 'CLIENT';
  readonly trusted_certs: readonly string[];
  readonly untrusted_intermediates: readonly string[];
  readonly peer_certificate: string;
  readonly validation_time: string | null;
  readonly key_usage: readonly string[];
  readonly expected_result: 'SUCCESS' | 'FAILURE';
  readonly expected_peer_name: { readonly kind: string; readonly value: string } | null;
  readonly max_chain_depth: number | null;
  readonly crls: readonly string[];
}

/** What limbo leaves to its own fields (name, time, purpose), and what RFC 5280 only recommends. */
const ASKED_ELSEWHERE: readonly string[] = [
  'cert.name.mismatch',
  'cert.expired',
  'cert.not-yet-valid',
  'cert.eku.no-serverauth',
];
const RECOMMENDED: readonly string[] = ['cert.ku.not-critical', 'cert.name.wildcard'];
/** What certificates of the web must have and limbo's good ones do not: it tests other things with them. */
const BEYOND_LIMBO: readonly string[] = ['cert.aia.missing', 'cert.policy.missing', 'cert.name.reserved-ip'];
/** RFC 5280 says nothing against an authority in the place of the leaf; the Baseline Requirements do. */
const OF_WEB_LEAVES: readonly string[] = ['cert.bc.ca-leaf', 'cert.ku.cert-sign'];

/** Where our rules differ, each with its reason. */
const DIFFERENT: readonly string[] = [
  // an anchor that another authority issued, without an authority key id: limbo has it both ways, and we keep to the rule
  'cve::cve-2024-0567',
  // underscores are forbidden by the Baseline Requirements alone: private networks use them
  'rfc5280::san::underscore-dns',
  // good certificates for limbo, whose common name is none of their names, which other cases of limbo forbid
  'webpki::nc::nc-permits-dns-san-pattern',
  'webpki::san::exact-localhost-ip-san',
  'webpki::san::leftmost-wildcard-san',
  // the root has the serial number zero: for roots we would say nothing, and this test judges them as any authority
  'online::fastly.com',
];

const folder = fileURLToPath(new URL('../../checks/cert', import.meta.url));
const CLOCK = '2026-11-22T00:00:00Z';

function certificates(pems: readonly string[]): readonly Certificate[] {
  return pems.flatMap((pem) => {
    const parsed = parseCertificate(certificatesInPem(pem)[0] ?? new Uint8Array());
    return parsed.ok ? [parsed.value] : [];
  });
}

/** What the certificates of a path break by our rules: those with a clause of RFC 5280, and of the BR for a public one. */
function brokenRules(checks: readonly Check[], path: Path, isPublic: boolean, instant: string): readonly string[] {
  const chain = [...new Set([...path.certificates, path.anchor.certificate])];
  const made = fileFacts(
    'case',
    chain.map((certificate) => (isPublic ? issuedToday(certificate) : certificate.raw)),
    { isPublic, host: '' },
  );
  // limbo judges a root by the rules of every authority; the date that was put in its place broke its own signature
  const authorities = JSON.stringify(made['chain']).replaceAll(
    /"role":"root"(.*?)"selfSigned":(?:true|false)/g,
    '"role":"intermediate"$1"selfSigned":true',
  );
  const facts = { ...made, chain: JSON.parse(authorities) as Json };
  const target = { kind: 'endpoint', id: 'endpoint:case', labels: {} } as const;
  const collectors = { tls: { is: 'facts', id: 'file', facts, at: {} } } as const;
  return judge(checks, [{ target, collectors }], instant)
    .filter(({ status }) => status === 'fail' || status === 'error')
    .map(({ check }) => check)
    .filter((id) => isPublic || chain[0] === undefined || !isAuthority(chain[0]) || !OF_WEB_LEAVES.includes(id));
}

/** limbo's certificates begin in 1970, before any rule of the web: these rules look at the date of issue, and not at the signature. */
function issuedToday({ raw, notBefore, notAfter }: Certificate): Uint8Array {
  const digits = (instant: string): string => instant.replaceAll(/[-:T]/g, '').slice(2);
  const bytes = Buffer.from(raw);
  const at = bytes.indexOf(digits(notBefore.instant), 0, 'latin1');
  if (at >= 0 && notBefore.instant < '2000' && notAfter.instant > CLOCK) bytes.write(digits(CLOCK), at, 'latin1');
  return bytes;
}

function isAuthority({ basicConstraints }: Certificate): boolean {
  return basicConstraints !== undefined && 'value' in basicConstraints && basicConstraints.value.ca;
}

/** Where limbo brings lists, one of them must speak for the leaf, and none may revoke it. */
function revocation({ crls }: Case, [leaf, issuer]: readonly Certificate[], instant: string): string | undefined {
  if (crls.length === 0 || leaf === undefined || issuer === undefined) return undefined;
  const said = crls.map((pem) => {
    const parsed = parseCrl(Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64'));
    if (!parsed.ok) return parsed.error;
    const { thisUpdate, nextUpdate } = parsed.value;
    if (instant < thisUpdate.instant || instant > (nextUpdate?.instant ?? '')) return 'the list is not current';
    const objection = crlObjection(parsed.value, leaf, issuer);
    if (objection !== undefined) return objection;
    const found = revokedAt(parsed.value, leaf);
    return found.ok && found.value === undefined ? undefined : 'revoked';
  });
  return said.includes(undefined) && !said.includes('revoked') ? undefined : said.find((text) => text !== undefined);
}

function verdict(item: Case, checks: (isPublic: boolean) => readonly Check[]): string {
  const [leaf] = certificates([item.peer_certificate]);
  if (leaf === undefined) return 'the certificate cannot be read';
  const instant = item.validation_time === null ? CLOCK : `${item.validation_time.slice(0, 19)}Z`;
  const anchors = certificates(item.trusted_certs).map((certificate) => ({ certificate, given: true }));
  const name = item.expected_peer_name;
  const names = leaf.subjectAltName !== undefined && 'value' in leaf.subjectAltName ? leaf.subjectAltName.value : [];
  if (item.validation_kind === 'SERVER' && name !== null && !matchesHost(names, name.value)) return 'another name';
  const { trusted } = findPaths(leaf, certificates(item.untrusted_intermediates), anchors);
  const purpose = item.validation_kind === 'CLIENT' ? PURPOSE.client : PURPOSE.server;
  const keyUsage = KEY_USAGES.filter((usage) => item.key_usage.includes(usage));
  // limbo names its profile: RFC 5280 alone, or that of the web
  const isPublic = item.id.startsWith('webpki::');
  const reasons = trusted.map((path) => {
    const whole = [...path.certificates, path.anchor.certificate];
    const between = path.certificates.slice(1).filter((certificate) => !isSelfIssued(certificate));
    if (between.length > (item.max_chain_depth ?? Infinity)) return 'the path is too long';
    if (whole.some(({ notBefore, notAfter }) => instant < notBefore.instant || instant > notAfter.instant))
      return 'not valid now';
    const [violation] = violationsOf(path, { purpose, keyUsage });
    return (
      violation?.message ??
      revocation(item, whole, instant) ??
      brokenRules(checks(isPublic), path, isPublic, instant).join(' ')
    );
  });
  return reasons.includes('') ? '' : (reasons[0] ?? 'no path to a root');
}

test('path validation agrees with x509-limbo', needsConformance(), async () => {
  const pack = loadPack(folder, await collectorSchemas());
  const checks = pack.checks.filter(({ needs }) => needs.join() === 'tls');
  const cites = (check: Check, spec: RegExp): boolean =>
    check.references.some((reference) => spec.test(reference.spec));
  const ofCertificates = checks.filter(
    ({ id }) =>
      !/^cert\.(?:lifetime|sct|revocation|staple|chain)\./.test(id) &&
      ![...ASKED_ELSEWHERE, ...RECOMMENDED, ...BEYOND_LIMBO].includes(id),
  );
  const profile = ofCertificates.filter((check) => cites(check, /^RFC (?:5280|9525)$/));
  // the web lets name constraints be non-critical (BR 7.1.2.5.2)
  const web = ofCertificates.filter(
    (check) => check.id !== 'cert.nc.not-critical' && cites(check, /^(?:RFC (?:5280|9525)|CA\/B TLS BR)$/),
  );
  const { testcases } = JSON.parse(conformanceFile('tls/limbo.json').toString('utf8')) as { testcases: Case[] };

  const wrong = testcases.flatMap((item) => {
    const why = verdict(item, (isPublic) => (isPublic ? web : profile));
    return (why === '' ? 'SUCCESS' : 'FAILURE') === item.expected_result ? [] : [`${item.id}: ${why || 'accepted'}`];
  });

  assert.equal(testcases.length, 208);
  assert.deepEqual(
    wrong.filter((line) => !DIFFERENT.some((id) => line.startsWith(`${id}: `))),
    [],
  );
  assert.ok(wrong.length <= DIFFERENT.length);
});
