/** Interpretation of AWS evidence is total, keeps to its schema, and never turns lost evidence into a pass. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { aws } from '../../../../src/collectors/aws/regional.ts';
import { regionalFacts } from '../../../../src/collectors/aws/schema.ts';
import type { AwsState, KeyState } from '../../../../src/lab/aws/state.ts';
import { judge } from '../../../../src/judge/judge.ts';
import { isArray, isObject, own, type Json, type JsonObject } from '../../../../src/model/json.ts';
import { resolvePointer } from '../../../../src/model/pointer.ts';
import { validateFacts } from '../../../../src/packs/facts-schema.ts';
import { AS_OF, certificate, keyArn, keyState, REGION } from '../../../support/aws.ts';
import { interpretEvidence, loadAwsChecks, observedAws } from '../../../support/aws-run.ts';

const CHECKS = await loadAwsChecks(fileURLToPath(new URL('../../../../checks/', import.meta.url)));

const KEYS: readonly KeyState[] = [
  keyState('good'),
  keyState('off', {}, { GetKeyRotationStatus: { KeyRotationEnabled: false } }),
  keyState('hsm', { Origin: 'AWS_CLOUDHSM', CustomKeyStoreId: 'cks-1' }),
  keyState('imported', {
    Origin: 'EXTERNAL',
    ExpirationModel: 'KEY_MATERIAL_EXPIRES',
    ValidTo: '2026-12-01T00:00:00Z',
  }),
  keyState('managed', { KeyManager: 'AWS' }),
  keyState(
    'old',
    { CreationDate: '2015-01-01T00:00:00Z' },
    { ListKeyRotations: { Rotations: [{ RotationDate: '2026-03-01T00:00:00Z', RotationType: 'AUTOMATIC' }] } },
  ),
];
const STATE: AwsState = {
  account: '123456789012',
  regions: {
    [REGION]: {
      keys: KEYS,
      certificates: [
        certificate('good'),
        certificate('weak', { KeyAlgorithm: 'RSA_1024' }),
        certificate('odd', { KeyAlgorithm: 'DSA_1' }),
        certificate('open', { Status: 'PENDING_VALIDATION', NotAfter: null, NotBefore: null, IssuedAt: null }),
      ],
      stores: [{ CustomKeyStoreId: 'cks-1', ConnectionState: 'DISCONNECTED' }],
    },
  },
};

const { raw: RAW, target: TARGET } = await observedAws(STATE, CHECKS);

function verdictsOf(raw: Json): ReturnType<typeof judge> {
  return judge(CHECKS, [{ target: TARGET, collectors: { aws: interpretEvidence(raw) } }], AS_OF);
}

test('the facts of an observed account keep to the schema, and every pointer leads into the evidence', () => {
  const { facts, at, lists = {} } = aws.interpret(RAW);

  assert.deepEqual(validateFacts(regionalFacts, facts), []);
  for (const [fact, raw] of Object.entries(at)) {
    assert.notEqual(resolvePointer(RAW, raw), undefined, `${fact} -> ${raw}`);
  }
  assert.deepEqual(Object.keys(lists), ['/kms/keys', '/acm/certificates']);
  for (const { raw, forms } of Object.values(lists)) {
    for (const [index, form] of forms.entries()) {
      const item = `${raw}/${String(index)}`;
      assert.notEqual(resolvePointer(RAW, item), undefined, item);
      for (const [fact, below] of Object.entries(form)) {
        const place = below.startsWith('#') ? below.slice(1) : item + below;
        assert.notEqual(resolvePointer(RAW, place), undefined, `${fact} -> ${place}`);
      }
    }
  }
});

test('keys and certificates that are alike share one form of places', () => {
  const { lists = {} } = aws.interpret({ ...(RAW as JsonObject), kms: twice(own(RAW, 'kms')) });
  const { forms } = lists['/kms/keys'] ?? { forms: [] };
  const half = forms.length / 2;

  assert.ok(half > 0);
  for (const [index, form] of forms.slice(0, half).entries()) assert.equal(form, forms[half + index]);
});

function twice(kms: Json | undefined): Json {
  const keys = own(kms, 'keys');
  assert.ok(isArray(keys) && isObject(kms));
  return { ...kms, keys: [...keys, ...keys] };
}

test('every reason of every verdict points at something in the evidence', () => {
  for (const { check, reasons } of verdictsOf(RAW)) {
    for (const { evidence } of reasons) {
      assert.notEqual(
        resolvePointer(RAW, evidence.slice(evidence.indexOf('#') + 1)),
        undefined,
        `${check} ${evidence}`,
      );
    }
  }
});

test('any JSON is interpreted within the schema', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const { facts } = aws.interpret(value as Json);
      assert.deepEqual(validateFacts(regionalFacts, facts), []);
    }),
  );
});

/** All pointers of a JSON value, parents first. */
function pointersOf(value: Json, at: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([key, member]: [string, Json]) => pointersOf(member, [...at, key]))];
}

/** The value with one place changed: removed where `make` gives undefined. */
function changed(
  value: Json,
  at: readonly (string | number)[],
  make: (old: Json) => Json | undefined,
): Json | undefined {
  const [first, ...rest] = at;
  if (first === undefined) return make(value);
  if (Array.isArray(value)) {
    return value.flatMap((item: Json, index) => {
      if (String(index) !== String(first)) return [item];
      const next = changed(item, rest, make);
      return next === undefined ? [] : [next];
    });
  }
  const object = value as JsonObject;
  return Object.fromEntries(
    Object.entries(object).flatMap(([key, member]): [string, Json][] => {
      if (key !== String(first)) return [[key, member]];
      const next = changed(member, rest, make);
      return next === undefined ? [] : [[key, next]];
    }),
  );
}

test('evidence that lost or retyped any one place never yields a pass that was not there', () => {
  const before = new Map(verdictsOf(RAW).map(({ check, subject, status }) => [`${check} ${subject}`, status]));
  const mutations: readonly ((old: Json) => Json | undefined)[] = [
    () => undefined,
    (old) => (typeof old === 'string' ? 7 : 'x'),
    () => [],
    () => ({ ['__proto__']: 1 }),
  ];

  let turn = 0;
  for (const place of pointersOf(RAW)) {
    // What the user set, and the items of a list that is whole by its own word, are no observations
    if (place[0] === 'settings' || place[0] === 'regions') continue;
    for (const mutate of [mutations[0], mutations[1 + (turn++ % 3)]]) {
      if (mutate === undefined) continue;
      const raw = changed(RAW, place, mutate);
      if (raw === undefined) continue;
      const { facts } = aws.interpret(raw);
      assert.deepEqual(validateFacts(regionalFacts, facts), [], `/${place.join('/')}`);
      for (const { check, subject, status } of verdictsOf(raw)) {
        const was = before.get(`${check} ${subject}`);
        if (status === 'pass' && was !== undefined)
          assert.equal(was, 'pass', `${check} ${subject} after a change of /${place.join('/')}`);
      }
    }
  }
});

test('hostile dates, names and algorithms become unknown, not a verdict', () => {
  for (const [changes, fact] of [
    [{ NotAfter: 1e300 }, 'notAfter'],
    [{ NotAfter: '9999-99-99T00:00:00Z' }, 'notAfter'],
    [{ NotAfter: '2027-02-31T00:00:00.000Z' }, 'notAfter'],
    [{ KeyAlgorithm: '__proto__' }, 'key'],
  ] as const) {
    const raw = {
      acm: {
        by: 'SearchCertificates',
        listing: { requests: [] },
        certificates: [{ CertificateArn: 'a', Status: 'ISSUED', ...changes }],
      },
    };
    const { facts } = aws.interpret(raw);
    const value = resolvePointer(facts, `/acm/certificates/0/${fact}`);
    assert.deepEqual(value, { $unknown: 'aws.bad-response' }, JSON.stringify(changes));
  }
});

test('the last instant that a date can hold still expires one day', () => {
  const dates = { NotBefore: '2020-01-01T00:00:00.000Z', NotAfter: '9999-12-31T23:59:59.000Z' };
  const raw = {
    acm: { listing: { requests: [] }, certificates: [{ CertificateArn: 'a', Status: 'ISSUED', ...dates }] },
  };

  const { facts } = aws.interpret(raw);

  assert.equal(resolvePointer(facts, '/acm/certificates/0/renewalDue'), '9999-12-01T23:59:59.001Z');
});

test('30.0 days left pass and a millisecond less fails', () => {
  const at = (asOf: string): string | undefined =>
    judge(CHECKS, [{ target: TARGET, collectors: { aws: interpretEvidence(RAW) } }], asOf).find(
      ({ check, subject }) => check === 'acm.expiring' && subject.endsWith('certificate/good'),
    )?.status;

  // NotAfter is 2027-04-16T00:00:00Z
  assert.equal(at('2027-03-17T00:00:00.000Z'), 'pass');
  assert.equal(at('2027-03-17T00:00:00.001Z'), 'fail');
});

test('a replica is judged only where its primary is not', () => {
  const primary = keyArn('mrk-1', 'eu-west-1');
  const metadata = {
    Arn: keyArn('mrk-1'),
    KeyManager: 'CUSTOMER',
    KeyState: 'Enabled',
    KeySpec: 'SYMMETRIC_DEFAULT',
    Origin: 'AWS_KMS',
    MultiRegion: true,
    MultiRegionConfiguration: { PrimaryKey: { Arn: primary, Region: 'eu-west-1' } },
  };
  const reason = (regions: readonly string[]): Json | undefined =>
    resolvePointer(
      aws.interpret({ regions, kms: { ListKeys: {}, keys: [{ KeyArn: keyArn('mrk-1'), DescribeKey: metadata }] } })
        .facts,
      '/kms/keys/0/notRotatable',
    );

  assert.equal(reason(['us-east-1', 'eu-west-1']), `a replica: its primary ${primary} is judged`);
  assert.equal(reason(['us-east-1']), undefined);
});
