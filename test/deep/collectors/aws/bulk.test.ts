/** Small questions go out without the SDK, and come back through it wherever the plain way gets no answer. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startAwsEndpoint, THROTTLED } from '../../../../src/lab/aws/server.ts';
import type { AwsState } from '../../../../src/lab/aws/state.ts';
import type { Call } from '../../../../src/lab/aws/wire.ts';
import { own, type Json } from '../../../../src/model/json.ts';
import type { Target } from '../../../../src/model/target.ts';
import { aws } from '../../../../src/collectors/aws/regional.ts';
import { ACCOUNT, awsIo, keyState, planContext, REGION } from '../../../support/aws.ts';
import { loadAwsChecks, observedAws, pathsOf } from '../../../support/aws-run.ts';

const CHECKS = (await loadAwsChecks(fileURLToPath(new URL('../../../../checks/', import.meta.url)), ['kms'])).filter(
  ({ id }) => id === 'kms.rotation.off',
);
const KEYS = 50;
const stateOf = (count: number): AwsState => ({
  account: ACCOUNT,
  regions: {
    [REGION]: { keys: Array.from({ length: count }, (_, index) => keyState(`k${String(index)}`)), certificates: [] },
  },
});
const STATE = stateOf(KEYS);
const rotations = (raw: Json): Json[] =>
  (own(own(raw, 'kms'), 'keys') as readonly Json[]).map((key) => own(key, 'GetKeyRotationStatus') ?? null);

test('answers are the same with and without the SDK, request ids too', async () => {
  const quick = await observedAws(STATE, CHECKS);
  const lab = await startAwsEndpoint({ state: STATE });
  const target: Target = { kind: 'aws', id: `aws:${ACCOUNT}/${REGION}`, labels: {} };
  const options = aws.plan?.(target, planContext(pathsOf(CHECKS))) ?? {};
  const io = awsIo(lab.url);
  try {
    const slow = await aws.observe(
      { collector: 'aws', target, options },
      {
        ...io,
        aws: async (request) => {
          const { post: _, ...config } = await io.aws(request);
          return config;
        },
      },
    );

    const withoutIds = (raw: Json): Json => JSON.parse(JSON.stringify(raw).replaceAll(/"lab-[0-9]+"/g, '"id"')) as Json;
    assert.deepEqual(withoutIds(quick.raw), withoutIds(JSON.parse(JSON.stringify(slow)) as Json));
    assert.equal(typeof own(rotations(quick.raw)[0], '$request'), 'string');
  } finally {
    await lab.close();
  }
});

test('a throttled question is asked again by the SDK', async () => {
  const { raw, calls } = await observedAws(
    STATE,
    CHECKS,
    {},
    { refusals: [{ action: 'kms:GetKeyRotationStatus', resource: 'key/k7"', times: 1, behaves: THROTTLED }] },
  );

  assert.equal(
    rotations(raw).every((answer) => own(answer, 'KeyRotationEnabled') === true),
    true,
  );
  assert.equal(calls.filter((call) => call === 'kms:GetKeyRotationStatus').length, KEYS + 1);
});

test('a denied question is asked once', async () => {
  const { calls } = await observedAws(
    STATE,
    CHECKS,
    {},
    {
      refusals: [
        { action: 'kms:GetKeyRotationStatus', resource: 'key/k7"', behaves: { error: 'AccessDeniedException' } },
      ],
    },
  );

  assert.equal(calls.filter((call) => call === 'kms:GetKeyRotationStatus').length, KEYS);
});

test('an endpoint that answers the SDK alone is soon asked by the SDK alone', async () => {
  let plain = 0;
  const { raw } = await observedAws(
    // More than are asked at once
    stateOf(200),
    CHECKS,
    {},
    {
      before: (call: Call) => {
        if (call.userAgent !== 'probity') return undefined;
        plain += 1;
        return { error: 'InvalidSignatureException', status: 403, message: 'Signature not yet current' };
      },
    },
  );

  assert.equal(
    rotations(raw).every((answer) => own(answer, 'KeyRotationEnabled') === true),
    true,
  );
  assert.ok(plain < 150, `${String(plain)} plain questions`);
});
