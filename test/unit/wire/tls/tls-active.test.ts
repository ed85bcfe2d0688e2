import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { PKCS1_VARIANTS, pkcs1Block, pointOfOrderThree } from '../../../../src/wire/tls/active.ts';
import { WireError } from '../../../../src/wire/tls/bytes.ts';
import { suiteOf } from '../../../../src/wire/tls/suites.ts';
import { masterSecret, prf, protections, READABLE_SUITES12 } from '../../../../src/wire/tls/tls12.ts';

const P = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
const mod = (value: bigint): bigint => ((value % P) + P) % P;

function inverse(value: bigint): bigint {
  let [a, b, u, v] = [mod(value), P, 1n, 0n];
  while (a > 1n) {
    const q = b / a;
    [a, b, u, v] = [b - q * a, a, v - q * u, u];
  }
  return mod(u);
}

test('the invalid point is off P-256, and twice it is its own negative', () => {
  const { point, secret } = pointOfOrderThree();
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((half) =>
    BigInt(`0x${Buffer.from(half).toString('hex')}`),
  );
  assert.ok(x !== undefined && y !== undefined);
  const b = BigInt('0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b');

  const slope = mod((3n * x * x - 3n) * inverse(2n * y));
  const doubledX = mod(slope * slope - 2n * x);
  const doubledY = mod(slope * (x - doubledX) - y);

  assert.notEqual(mod(y * y), mod(x ** 3n - 3n * x + b));
  assert.deepEqual([doubledX, doubledY], [x, mod(-y)]);
  assert.equal(BigInt(`0x${Buffer.from(secret).toString('hex')}`), x);
});

test('each PKCS#1 block is as long as the modulus and wrong in its own way', () => {
  for (const variant of PKCS1_VARIANTS) {
    const block = pkcs1Block(variant, 256, 0x0303);
    const zero = block.indexOf(0, 2);
    const right = block[0] === 0 && block[1] === 2 && zero === 207 && block[208] === 3 && block[209] === 3;

    assert.equal(block.length, 256);
    assert.equal(right, variant === 'right');
  }
});

test('the PRF of TLS 1.2 gives the published vector', () => {
  // by the IETF TLS list, 2009: P_SHA256
  const secret = Buffer.from(['9bbe436ba940f017', 'b17652849a71db35'].join(''), 'hex');
  const seed = Buffer.from('a0ba9f936cda311827a6f796ffd5198c', 'hex');

  const output = prf('sha256', secret, 'test label', seed, 100);

  assert.equal(Buffer.from(output.subarray(0, 16)).toString('hex'), 'e3f229ba727be17b8d122620557cd453');
  assert.equal(output.length, 100);
});

const randoms = { client: Buffer.alloc(32, 1), server: Buffer.alloc(32, 2) };

test('what one side seals the other opens, with every suite; nothing else opens', () => {
  for (const code of READABLE_SUITES12) {
    const suite = suiteOf(code);
    const master = masterSecret(suite, Buffer.alloc(48, 3), randoms, undefined);
    for (const etm of suite.mode === 'cbc' ? [true, false] : [false]) {
      const ours = protections(suite, master, randoms, etm).client;
      const theirs = protections(suite, master, randoms, etm).client;
      for (const text of ['', 'words', 'x'.repeat(300)]) {
        const record = ours.seal(23, Buffer.from(text));
        assert.equal(Buffer.from(theirs.open(23, record.subarray(5))).toString(), text, suite.name);
      }
      const spoilt = ours.seal(23, Buffer.from('words'));
      spoilt[spoilt.length - 1] = (spoilt.at(-1) ?? 0) ^ 1;
      assert.throws(() => theirs.open(23, spoilt.subarray(5)), WireError, suite.name);
    }
  }
});

test('no bytes make a record reader throw anything but a WireError', () => {
  const suites = [0xc02f, 0xcca8, 0x002f, 0x000a].map((code) => suiteOf(code));
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(...suites), fc.boolean(), (bytes, suite, etm) => {
      const { server } = protections(suite, Buffer.alloc(48, 3), randoms, etm);
      try {
        server.open(23, bytes);
      } catch (error) {
        assert.ok(error instanceof WireError, String(error));
      }
    }),
    { numRuns: 300 },
  );
});
