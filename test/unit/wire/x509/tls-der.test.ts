import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { bitStringOf, integerOf, oidOf, readOnly } from '../../../../src/wire/x509/der.ts';
import * as der from '../../../../src/wire/x509/der-writer.ts';

test('integers come back as they were written', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n }), (value) => {
      assert.equal(integerOf(readOnly(der.integer(value))), value);
    }),
  );
});

test('object identifiers come back as they were written', () => {
  const arcs = fc.tuple(fc.nat(2), fc.nat(39), fc.array(fc.bigInt({ min: 0n, max: 2n ** 70n }), { maxLength: 5 }));
  fc.assert(
    fc.property(arcs, ([root, second, rest]) => {
      const dotted = [root, second, ...rest].map(String).join('.');

      assert.equal(oidOf(readOnly(der.oid(dotted))), dotted);
    }),
  );
});

test('named bits come back as they were written, without trailing zeros', () => {
  assert.deepEqual(Array.from(der.namedBits([0, 8])), [0x03, 0x03, 0x07, 0x80, 0x80]);
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(40)), (bits) => {
      assert.deepEqual(
        bitStringOf(readOnly(der.namedBits(bits)), 'bits').bits,
        bits.toSorted((a, b) => a - b),
      );
    }),
  );
});

test('lengths are written in the fewest octets', () => {
  for (const [size, head] of [
    [127, [0x04, 0x7f]],
    [128, [0x04, 0x81, 0x80]],
    [256, [0x04, 0x82, 0x01, 0x00]],
  ] as const) {
    const bytes = der.octetString(new Uint8Array(size));

    assert.deepEqual(Array.from(bytes.subarray(0, head.length)), [...head]);
    assert.equal(readOnly(bytes).content.length, size);
  }
});
