/** Policies are read by their grammar; which statements are public is decided by the written definition. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { globCovers, readPolicy, type Policy } from '../../../../src/collectors/aws/policy.ts';
import { foreignPrincipals, publicStatements } from '../../../../src/collectors/aws/public-policy.ts';
import type { Json } from '../../../../src/model/json.ts';

const ACCOUNT = '123456789012';

function policy(...statements: readonly Json[]): Policy {
  const read = readPolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }));
  assert.ok(read !== undefined);
  return read;
}

const everybody = (Condition?: Json): Json => ({
  Effect: 'Allow',
  Principal: '*',
  Action: 'kms:Decrypt',
  Resource: '*',
  ...(Condition === undefined ? {} : { Condition }),
});

test('a statement for everybody is public unless a condition narrows who calls', () => {
  const cases: readonly (readonly [words: string, statement: Json, isPublic: boolean])[] = [
    ['the bare star', everybody(), true],
    ['a star in the AWS member', { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'kms:*' }, true],
    ['a star in a list', { Effect: 'Allow', Principal: { AWS: ['arn:aws:iam::1:root', '*'] }, Action: 'kms:*' }, true],
    ['NotPrincipal', { Effect: 'Allow', NotPrincipal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'kms:*' }, true],
    [
      'the root of an account',
      { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'kms:*' },
      false,
    ],
    ['a service', { Effect: 'Allow', Principal: { Service: 'logs.amazonaws.com' }, Action: 'kms:*' }, false],
    ['no principal at all', { Effect: 'Allow', Action: 'kms:*' }, false],
    ['a Deny', { Effect: 'Deny', Principal: '*', Action: 'kms:*' }, false],
    ['the caller account', everybody({ StringEquals: { 'kms:CallerAccount': ACCOUNT } }), false],
    ['a key in other letters', everybody({ StringEquals: { 'KMS:calleraccount': ACCOUNT } }), false],
    ['an operator in other letters', everybody({ stringequals: { 'kms:CallerAccount': ACCOUNT } }), true],
    ['IfExists', everybody({ StringEqualsIfExists: { 'aws:SourceAccount': ACCOUNT } }), true],
    ['a Not operator', everybody({ StringNotEquals: { 'aws:PrincipalAccount': ACCOUNT } }), true],
    ['ForAllValues', everybody({ 'ForAllValues:StringEquals': { 'aws:PrincipalOrgID': 'o-1' } }), true],
    ['ForAnyValue', everybody({ 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-1/r-1/*' } }), false],
    ['Null', everybody({ Null: { 'aws:PrincipalOrgID': 'false' } }), true],
    ['Bool', everybody({ Bool: { 'aws:SecureTransport': 'true' } }), true],
    ['ViaService alone', everybody({ StringEquals: { 'kms:ViaService': 's3.us-east-1.amazonaws.com' } }), true],
    [
      'ViaService with the account',
      everybody({ StringEquals: { 'kms:ViaService': 's3.us-east-1.amazonaws.com', 'kms:CallerAccount': ACCOUNT } }),
      false,
    ],
    ['a user name', everybody({ StringEquals: { 'aws:username': 'root' } }), true],
    ['a tag', everybody({ StringEquals: { 'aws:PrincipalTag/team': 'x' } }), true],
    ['an external id', everybody({ StringEquals: { 'sts:ExternalId': 'x' } }), true],
    ['one open value of two', everybody({ StringLike: { 'aws:PrincipalAccount': [ACCOUNT, '*'] } }), true],
    ['an ARN of any account', everybody({ ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/app' } }), true],
    ['an ARN of one account', everybody({ ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${ACCOUNT}:role/*` } }), false],
    ['the ARN of a bucket', everybody({ ArnLike: { 'aws:SourceArn': 'arn:aws:s3:::my-bucket' } }), false],
    ['any bucket', everybody({ ArnLike: { 'aws:SourceArn': 'arn:aws:s3:::*' } }), true],
    ['a narrow range', everybody({ IpAddress: { 'aws:SourceIp': ['203.0.113.0/24', '2001:db8::/32'] } }), false],
    ['half of the internet', everybody({ IpAddress: { 'aws:SourceIp': '0.0.0.0/1' } }), true],
    ['a wide IPv6 range', everybody({ IpAddress: { 'aws:SourceIp': '2000::/3' } }), true],
    [
      'the account of the resource',
      everybody({ StringEquals: { 'aws:PrincipalAccount': '${aws:ResourceAccount}' } }),
      false,
    ],
    [
      'the account of the caller',
      everybody({ StringEquals: { 'aws:PrincipalAccount': '${aws:PrincipalAccount}' } }),
      true,
    ],
    ['an empty list of values', everybody({ StringEquals: { 'aws:PrincipalAccount': [] } }), true],
  ];

  for (const [words, statement, expected] of cases) {
    assert.equal(publicStatements(policy(statement)).length > 0, expected, words);
  }
});

test('a public statement names what it allows and the conditions that were not enough', () => {
  const [words] = publicStatements(
    policy({ Sid: 'Open', ...(everybody({ Bool: { 'aws:SecureTransport': 'true' } }) as object) }),
  );

  assert.equal(words, 'statement 1 (Open): everybody may kms:Decrypt; not narrowed by Bool aws:securetransport');
});

test('what is outside the grammar is not read as nothing', () => {
  for (const text of ['', 'null', '{}', '[]', '"x"', '{"Statement": 1}', 'x'.repeat(200_000)]) {
    assert.equal(readPolicy(text), undefined, text.slice(0, 20));
  }
  for (const statement of [
    7,
    {},
    { Effect: 'allow' },
    { Effect: 'Allow', Principal: 7 },
    { Effect: 'Allow', Action: {} },
    { Effect: 'Allow', Condition: [] },
  ]) {
    assert.equal(policy(statement).malformed, true, JSON.stringify(statement));
  }
  assert.equal(readPolicy(JSON.stringify({ Statement: everybody() }))?.statements.length, 1);
});

test('a thousand statements of 32 kB are read, and nothing but the first two thousand', () => {
  const many = Array.from({ length: 5_000 }, () => ({ Effect: 'Allow' }));

  const read = readPolicy(JSON.stringify({ Statement: many }));

  assert.equal(read?.statements.length, 2_000);
  assert.equal(read?.malformed, true);
});

test('foreign principals leave out the own account, known accounts, services and deleted principals', () => {
  const principals = [
    `arn:aws:iam::${ACCOUNT}:role/own`,
    'arn:aws:iam::999999999999:root',
    '888888888888',
    'arn:aws:iam::777777777777:role/known',
    'AIDAEXAMPLEDELETED',
  ];
  const read = policy({ Effect: 'Allow', Principal: { AWS: principals, Service: 'x.amazonaws.com' }, Action: 'kms:*' });

  assert.deepEqual(foreignPrincipals(read, ACCOUNT, ['777777777777']), [
    '888888888888',
    'arn:aws:iam::999999999999:root',
  ]);
});

test('patterns with wildcards cover what IAM says they cover, in linear steps', () => {
  for (const [pattern, text, covers] of [
    ['*', 'kms:Decrypt', true],
    ['kms:*', 'kms:PutKeyPolicy', true],
    ['KMS:put*', 'kms:PutKeyPolicy', true],
    ['kms:Put?eyPolicy', 'kms:PutKeyPolicy', true],
    ['kms:Decrypt', 'kms:DecryptX', false],
    ['*a*a*a*b', 'aaaaaaaaaaaa', false],
    ['', 'x', false],
    ['', '', true],
  ] as const) {
    assert.equal(globCovers(pattern, text), covers, `${pattern} ${text}`);
  }
  assert.equal(globCovers('*a'.repeat(200) + 'b', 'a'.repeat(5_000)), false);
});

test('reading any text ends and throws nothing', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.jsonValue().map((value) => JSON.stringify({ Statement: value })),
      ),
      (text) => {
        const read = readPolicy(text);
        if (read !== undefined) publicStatements(read);
      },
    ),
  );
});
