import assert from 'node:assert/strict';
import { rootCertificates } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { chainFacts } from '../../src/collectors/tls/facts-chain.ts';
import type { Served } from '../../src/collectors/tls/facts-served.ts';
import { collectorSchemas, loadOptions } from '../../src/commands/packs.ts';
import { judge } from '../../src/judge/judge.ts';
import { readPack } from '../../src/packs/load.ts';
import { selectChecks } from '../../src/packs/select.ts';
import { parseCertificate } from '../../src/wire/x509/certificate.ts';
import { certificatesInPem } from '../../src/wire/x509/pem.ts';
import { conformanceFile, needsConformance } from '../support/conformance.ts';

interface Case {
  readonly id: string;
  readonly peer_certificate: string;
  readonly untrusted_intermediates: readonly string[];
  readonly validation_time: string | null;
  readonly expected_peer_name: { readonly value: string } | null;
}

/** The chains of large sites, as they stood in 2026. */
function realChains(): readonly Case[] {
  const { testcases } = JSON.parse(conformanceFile('tls/limbo.json').toString('utf8')) as { testcases: Case[] };
  return testcases.filter(({ id }) => id.startsWith('online::'));
}

const der = (pem: string): Uint8Array => certificatesInPem(pem)[0] ?? new Uint8Array();

test('no certificate rule above info finds fault with the chains of large sites', needsConformance(), async () => {
  const checks = fileURLToPath(new URL('../../checks/', import.meta.url));
  const { pack } = readPack(checks, await collectorSchemas(), await loadOptions());
  const ours = selectChecks(pack, { checks: [], skip: [], profiles: [] }).filter(({ id }) => id.startsWith('cert.'));
  const roots = rootCertificates.map((pem) => ({
    certificate: Buffer.from(der(pem)).toString('base64'),
    given: false,
  }));
  const subjects = roots.map(({ certificate }) => {
    const parsed = parseCertificate(Buffer.from(certificate, 'base64'));
    return parsed.ok ? parsed.value.subject.text : '';
  });
  const found: string[] = [];
  const cases = realChains();

  for (const { peer_certificate: leaf, untrusted_intermediates: above, ...item } of cases) {
    const host = item.expected_peer_name?.value ?? '';
    const certificates = [leaf, ...above].map(der);
    const issuers = certificates.flatMap((bytes) => {
      const parsed = parseCertificate(bytes);
      return parsed.ok ? [parsed.value.issuer.text] : [];
    });
    const flight = { index: 0, certificates, staple: undefined, scts: undefined } as unknown as Served;
    const facts = chainFacts({
      raw: { anchors: roots.filter((_, index) => issuers.includes(subjects[index] ?? '')), rootsGiven: false },
      served: { flights: [flight], rest: undefined },
      endpoint: { name: { host }, text: `${host}:443` },
    });
    const target = { kind: 'endpoint', id: `endpoint:${host}:443`, labels: {} } as const;
    const collectors = {
      tls: { is: 'facts', id: 'x', facts: { offered: true, port: 443, ...facts }, at: {} },
    } as const;
    const asOf = `${(item.validation_time ?? '2026-03-01T00:00:00').slice(0, 19)}Z`;
    for (const { check, status, severity, subject } of judge(ours, [{ target, collectors }], asOf)) {
      const bad = status === 'error' || (status === 'fail' && severity !== 'info');
      if (bad && !check.startsWith('cert.acm')) found.push(`${subject}: ${check} is ${status}`);
    }
  }

  assert.ok(cases.length >= 10, String(cases.length));
  assert.deepEqual(found, []);
});
