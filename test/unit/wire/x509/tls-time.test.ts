import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DerError, readOnly } from '../../../../src/wire/x509/der.ts';
import * as der from '../../../../src/wire/x509/der-writer.ts';
import { timeOf } from '../../../../src/wire/x509/time.ts';

const ascii = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const UTC = 0x17;
const GENERALIZED = 0x18;

test('ASN.1 times are read by grammar, and said to be in the profile or not', () => {
  const table: readonly (readonly [tag: number, text: string, instant: string | undefined, profiled?: boolean])[] = [
    [UTC, '260101000000Z', '2026-01-01T00:00:00Z', true],
    [UTC, '491231235959Z', '2049-12-31T23:59:59Z', true],
    [UTC, '500101000000Z', '1950-01-01T00:00:00Z', true],
    [UTC, '2601010000Z', '2026-01-01T00:00:00Z', false],
    [UTC, '260101020000+0200', '2026-01-01T00:00:00Z', false],
    [UTC, '260229000000Z', undefined],
    [UTC, '261301000000Z', undefined],
    [UTC, '260101240000Z', undefined],
    [UTC, '260101000000', undefined],
    [UTC, '26-01-01', undefined],
    [GENERALIZED, '20500101000000Z', '2050-01-01T00:00:00Z', true],
    [GENERALIZED, '20490101000000Z', '2049-01-01T00:00:00Z', false],
    [GENERALIZED, '20500101000000.5Z', '2050-01-01T00:00:00Z', false],
    [GENERALIZED, '205001010000Z', '2050-01-01T00:00:00Z', false],
    [GENERALIZED, '20500101000000-0130', '2050-01-01T01:30:00Z', false],
    [GENERALIZED, '99991231235959Z', '9999-12-31T23:59:59Z', true],
    [GENERALIZED, '99991231235959-0100', undefined],
    [0x04, '260101000000Z', undefined],
  ];

  for (const [tag, text, instant, profiled] of table) {
    const element = readOnly(der.tlv(tag, ascii(text)));

    if (instant === undefined) assert.throws(() => timeOf(element, 'the time'), DerError, text);
    else assert.deepEqual(timeOf(element, 'the time'), { instant, profiled }, text);
  }
});
