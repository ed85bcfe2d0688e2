/** The outside sets of shared/conformance/secrets: coverage by our detectors, and parity with gitleaks' rules. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { sampler } from '../../src/collectors/secrets/sample.ts';
import type { DetectorSet } from '../../src/model/detector.ts';
import { detectorData } from '../../src/packs/detectors.ts';
import { readGitleaksRules } from '../../src/packs/gitleaks.ts';
import { conformanceFile, needsConformance } from '../support/conformance.ts';
import { ownDetectorSet } from '../support/detectors.ts';

interface Row {
  readonly rule: string;
  readonly kind: 'pos' | 'neg';
  readonly textx: string;
  readonly path?: string;
  readonly credential?: boolean;
}

function rows(name: string): readonly Row[] {
  const lines = conformanceFile(`secrets/${name}`).toString('utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Row);
}

/** The texts are stored so that no scanner stumbles over them; they are decoded in memory only. */
function textOf(row: Row): Buffer {
  return Buffer.from(Buffer.from(row.textx, 'base64').map((byte) => byte ^ 0xaa));
}

/** Our detectors of the kind that a rule of gitleaks names; most have the same name or begin with the provider's. */
const KINDS: { readonly [rule: string]: readonly string[] } = {
  'anthropic-admin-api-key': ['anthropic-key'],
  'anthropic-api-key': ['anthropic-key'],
  'cisco-meraki-api-key': ['meraki-key'],
  'cloudflare-api-key': ['cloudflare-token'],
  'cloudflare-global-api-key': ['cloudflare-global-key'],
  'cloudflare-origin-ca-key': ['cloudflare-origin-ca'],
  'curl-auth-header': ['curl-authorization', 'basic-auth-header', 'bearer-header'],
  'curl-auth-user': ['curl-credentials'],
  'etsy-access-token': ['etsy-token'],
  'flyio-access-token': ['flyio-token'],
  'gcp-api-key': ['gcp-api-key'],
  'generic-api-key': ['generic-api-key', 'password-assignment', 'dotenv-secret'],
  'infracost-api-token': ['infracost-key'],
  'kubernetes-secret-yaml': ['kubernetes-secret'],
  'mailchimp-api-key': ['mailchimp-key'],
  'nuget-config-password': ['nuget-config'],
  'okta-access-token': ['okta-token'],
  'sentry-org-token': ['sentry-token'],
  'stripe-access-token': ['stripe-key'],
  'sumologic-access-id': ['sumologic-key'],
  'sumologic-access-token': ['sumologic-key'],
};

function sameKind(rule: string, detector: string): boolean {
  const provider = rule.split('-')[0] ?? rule;
  return KINDS[rule]?.includes(detector) ?? (detector === rule || detector.startsWith(`${provider}-`));
}

/** What our own detectors find of gitleaks' examples: positives by any detector, negatives by one of the same kind. */
function ownCount(): { positives: number; found: number; negatives: number; alarms: number } {
  const sample = sampler(ownDetectorSet());
  const count = { positives: 0, found: 0, negatives: 0, alarms: 0 };
  for (const row of rows('gitleaks.jsonl')) {
    const found = sample(row.path ?? 'x.txt', textOf(row)).found.map((one) => one.detector);
    if (row.kind === 'pos') {
      count.positives++;
      if (found.length > 0) count.found++;
    } else {
      count.negatives++;
      if (found.some((detector) => sameKind(row.rule, detector))) count.alarms++;
    }
  }
  return count;
}

test('our detectors find nine of ten of the positives of the first set', needsConformance(), (t) => {
  const count = ownCount();
  t.diagnostic(JSON.stringify(count));

  assert.ok(count.found / count.positives >= 0.9, `${String(count.found)} of ${String(count.positives)} positives`);
});

test('our detectors report at most 10 of the 374 negatives by the same kind', needsConformance(), (t) => {
  const count = ownCount();

  t.diagnostic(`${String(count.alarms)} of ${String(count.negatives)}`);
  assert.equal(count.negatives, 374);
  assert.ok(count.alarms <= 10, `${String(count.alarms)} negatives were reported by the same kind`);
});

test('our detectors find at least 70 % of the credentials of the second set', needsConformance(), (t) => {
  const sample = sampler(ownDetectorSet());
  const credentials = rows('noseyparker.jsonl').filter((row) => row.kind === 'pos' && row.credential !== false);

  const found = credentials.filter((row) => sample(row.path ?? 'x.txt', textOf(row)).found.length > 0);

  t.diagnostic(`${String(found.length)} of ${String(credentials.length)}`);
  assert.ok(found.length / credentials.length >= 0.7);
});

const RULES = process.env['GITLEAKS_CONFIG'];
const noRules = RULES === undefined && { skip: 'GITLEAKS_CONFIG does not name a copy of gitleaks.toml' };

test(
  'with gitleaks’ own rules every positive is found and no negative by the rule that it names',
  { ...needsConformance(), ...noRules },
  () => {
    const rules = readGitleaksRules(readFileSync(RULES ?? '', 'utf8'), 'gitleaks.toml');
    const set = JSON.parse(Buffer.from(detectorData(rules.files, rules.allow)).toString('utf8')) as DetectorSet;
    const sample = sampler(set);
    const wrong: string[] = [];
    for (const [index, row] of rows('gitleaks.jsonl').entries()) {
      const found = sample(row.path ?? 'x.txt', textOf(row)).found.some((one) => one.detector === row.rule);
      if (found !== (row.kind === 'pos')) wrong.push(`${row.rule} ${row.kind} (line ${String(index + 1)})`);
    }

    assert.deepEqual(wrong, []);
  },
);
