/** Security Hub says with one and the same error that it is off and that one may not ask: the words tell. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aws } from '../../../../src/collectors/aws/regional.ts';
import { startAwsEndpoint } from '../../../../src/lab/aws/server.ts';
import type { Reply } from '../../../../src/lab/aws/state.ts';
import { own, type Json } from '../../../../src/model/json.ts';
import type { Target } from '../../../../src/model/target.ts';
import { ACCOUNT, awsIo, planContext, REGION } from '../../../support/aws.ts';

const TARGET: Target = { kind: 'aws', id: `aws:${ACCOUNT}/${REGION}`, labels: {} };

const CASES: readonly (readonly [words: string, Reply, Json])[] = [
  [
    'not subscribed',
    { error: 'InvalidAccessException', message: 'Account 1 is not subscribed to AWS Security Hub', status: 401 },
    { subscribed: false },
  ],
  [
    'no rights',
    { error: 'InvalidAccessException', message: 'The account does not have permission', status: 401 },
    { $unknown: 'aws.access-denied' },
  ],
  ['subscribed', { answer: { HubArn: 'arn:aws:securityhub:us-east-1:1:hub/default' } }, { subscribed: true }],
  ['an empty answer', { answer: {} }, { subscribed: { $unknown: 'aws.bad-response' } }],
];

for (const [words, reply, expected] of CASES) {
  test(`DescribeHub: ${words}`, async () => {
    const options = aws.plan?.(TARGET, planContext(['securityHub.subscribed'])) ?? {};
    const lab = await startAwsEndpoint({
      state: { account: ACCOUNT, regions: { [REGION]: { keys: [], certificates: [] } } },
      more: { 'securityhub:Accounts': () => reply },
    });
    try {
      const raw = await aws.observe({ collector: 'aws', target: TARGET, options }, awsIo(lab.url));

      assert.deepEqual(own(aws.interpret(raw).facts, 'securityHub'), expected);
    } finally {
      await lab.close();
    }
  });
}
