/** What a fail of a key or certificate says: when it rotates next, which record is missing; and that nothing hangs on it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { judge } from '../../../../src/judge/judge.ts';
import { DENIED, type Refusal } from '../../../../src/lab/aws/server.ts';
import type { JsonObject } from '../../../../src/model/json.ts';
import type { Verdict } from '../../../../src/model/result.ts';
import { ACCOUNT, AS_OF, certificate, keyState, REGION } from '../../../support/aws.ts';
import { interpretEvidence, loadAwsChecks, observedAws } from '../../../support/aws-run.ts';

const CHECKS = (await loadAwsChecks(fileURLToPath(new URL('../../../../checks/', import.meta.url)))).filter(
  ({ deep }) => deep !== true,
);

async function fails(
  keys: ReturnType<typeof keyState>[],
  certificates: JsonObject[],
  refusals: readonly Refusal[] = [],
): Promise<{ readonly found: Verdict[]; readonly details: number }> {
  const state = { account: ACCOUNT, regions: { [REGION]: { keys, certificates } } };
  const { raw, target, calls } = await observedAws(state, CHECKS, {}, { refusals });
  const verdicts = judge(CHECKS, [{ target, collectors: { aws: interpretEvidence(raw) } }], AS_OF);
  return {
    found: verdicts.filter(({ status }) => status === 'fail'),
    details: calls.filter((call) => call === 'acm:DescribeCertificate').length,
  };
}

test('a slow rotation names the next one', async () => {
  const slow = { KeyRotationEnabled: true, RotationPeriodInDays: 730, NextRotationDate: '2028-01-02T00:00:00Z' };

  const { found } = await fails([keyState('slow', {}, { GetKeyRotationStatus: slow })], []);

  assert.deepEqual(
    found.map(({ check, message }) => [check, message.slice(message.indexOf(': ') + 2)]),
    [['kms.rotation.slow', 'it is rotated every 730 days, next on 2028-01-02T00:00:00.000Z; at most 365 are allowed']],
  );
});

const STUCK = certificate('stuck', { RenewalStatus: 'PENDING_VALIDATION' });
const WAITING = certificate('waiting', {
  Status: 'PENDING_VALIDATION',
  CreatedAt: '2026-11-01T00:00:00Z',
  DomainName: 'shop.example.com',
  SubjectAlternativeNames: ['shop.example.com'],
  InUse: false,
});

test('a renewal and a request that wait name the record to create, for one call each', async () => {
  const { found, details } = await fails([], [STUCK, WAITING, certificate('sound')]);

  assert.deepEqual(
    found.map(({ check }) => check),
    ['acm.renewal.stuck', 'acm.status.bad'],
  );
  assert.match(
    found[0]?.message ?? '',
    /PENDING_VALIDATION.*CNAME _lab\.www\.example\.com\. _lab\.acm-validations\.aws\./,
  );
  assert.match(found[1]?.message ?? '', /CNAME _lab\.shop\.example\.com\./);
  assert.equal(details, 2);
});

test('where the record may not be asked for the verdicts stand', async () => {
  const { found } = await fails([], [STUCK, WAITING], [{ action: 'acm:DescribeCertificate', behaves: DENIED }]);

  assert.deepEqual(
    found.map(({ check, message }) => [check, message.includes('CNAME')]),
    [
      ['acm.renewal.stuck', false],
      ['acm.status.bad', false],
    ],
  );
});
