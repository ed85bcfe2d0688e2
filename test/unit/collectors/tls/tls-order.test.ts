/** Whether a server puts weaker suites first is read from single choices; what no choice shows stays open. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { choiceOf, isWeakFirst } from '../../../../src/collectors/tls/facts-order.ts';

/** AEAD with forward secrecy by RSA and by ECDSA, CBC with it, CBC without. */
const GCM = 0xc02f;
const GCM_ECDSA = 0xc02b;
const CBC_ECDSA = 0xc009;
const CBC_RSA = 0x002f;
const offer = (...suites: readonly number[]) => ({ version: 'TLSv1.2', suites, groups: [0x17] }) as const;

test('a row that goes down in quality shows a good order', () => {
  const choices = [
    choiceOf(offer(CBC_RSA, CBC_ECDSA, GCM), GCM, 'all'),
    choiceOf(offer(CBC_RSA, CBC_ECDSA), CBC_ECDSA, 'all'),
  ];
  assert.equal(isWeakFirst([GCM, CBC_ECDSA, CBC_RSA], choices), false);
});

test('a weaker suite picked over a stronger one shows a bad order', () => {
  assert.equal(isWeakFirst([CBC_RSA, GCM], [choiceOf(offer(GCM, CBC_RSA), CBC_RSA, 'all')]), true);
});

test('suites of two rows that never stood beside one another leave the order open', () => {
  const choices = [choiceOf(offer(GCM), GCM, 'all'), choiceOf(offer(CBC_RSA), CBC_RSA, 'all')];
  assert.equal(isWeakFirst([GCM, CBC_RSA], choices), undefined);
});

test('a suite that a third one stands between is below', () => {
  const choices = [choiceOf(offer(GCM, GCM_ECDSA), GCM_ECDSA, 'all'), choiceOf(offer(GCM, CBC_RSA), GCM, 'all')];
  assert.equal(isWeakFirst([GCM_ECDSA, GCM, CBC_RSA], choices), false);
});

test('without the curve of its certificate a server is not blamed for passing over ECDSA', () => {
  const suites = [GCM_ECDSA, CBC_RSA];
  assert.equal(isWeakFirst(suites, [choiceOf(offer(...suites), CBC_RSA, 'some')]), undefined);
  assert.equal(isWeakFirst(suites, [choiceOf(offer(...suites), CBC_RSA, 'all')]), true);
});

test('where no curve may be left a pick without one says nothing of ECDHE suites', () => {
  assert.equal(isWeakFirst([GCM, CBC_RSA], [choiceOf(offer(GCM, CBC_RSA), CBC_RSA, 'unknown')]), undefined);
  assert.equal(isWeakFirst([GCM, CBC_RSA], [choiceOf(offer(GCM, CBC_RSA), CBC_RSA, 'some')]), true);
});
