/** What the registry said, as facts: instants, and the limits that probity.yaml may set. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { registry } from '../../../../src/collectors/packages/registry.ts';
import { own, type Json } from '../../../../src/model/json.ts';

const TREE = { kind: 'source' as const, id: 'source:./x', labels: {} };

const factsOf = (document: object, more: object = {}, limits?: object): { readonly [name: string]: Json } => {
  const known = { known: true, signatures: [], provenance: false, earlierProvenance: false, ...document };
  const one = { subject: 's', file: 'f', name: 'a', version: '1.0.0', registry: 'https://r.test/', document: known };
  const raw = {
    packages: [{ ...one, ...more }],
    keys: [],
    truncated: false,
    ...(limits === undefined ? {} : { limits }),
  };
  const packages = own(registry.interpret(raw as Json).facts, 'packages');
  return (Array.isArray(packages) ? packages[0] : {}) as { readonly [name: string]: Json };
};

test('every day of a month is an instant, and none that is not there', () => {
  for (const day of ['2025-12-30', '2025-12-31', '2024-02-29', '2025-01-01'])
    assert.equal(factsOf({ publishedAt: `${day}T10:00:00.000Z` })['publishedAt'], `${day}T10:00:00.000Z`);
  for (const day of ['2025-02-30', '2025-13-01', '2025-04-31', '2025-00-10'])
    assert.deepEqual(factsOf({ publishedAt: `${day}T10:00:00.000Z` })['publishedAt'], { $unknown: 'evidence.missing' });
});

test('two years, seven days and a thousand downloads, unless the configuration says otherwise', () => {
  const document = { publishedAt: '2025-12-30T10:00:00Z', latestAt: '2024-01-31T10:00:00Z' };
  const usual = factsOf(document, { downloads: 999 });
  assert.equal(usual['staleFrom'], '2026-01-30T10:00:00.000Z');
  assert.equal(usual['settledFrom'], '2026-01-06T10:00:00.000Z');
  assert.equal(usual['enoughDownloads'], false);

  const limits = { staleAfterDays: 365, freshForDays: 14, minDownloads: 999 };
  const set = factsOf(document, { downloads: 999 }, limits);
  assert.equal(set['staleFrom'], '2025-01-30T10:00:00.000Z');
  assert.equal(set['settledFrom'], '2026-01-13T10:00:00.000Z');
  assert.equal(set['enoughDownloads'], true);

  const context = {
    options: { packages: limits },
    paths: [],
    connectTo: [],
    switches: {},
    dataDigest: () => undefined,
  };
  assert.deepEqual(own(registry.plan?.(TREE, context), 'limits'), limits);
  const odd = { ...context, options: { packages: { staleAfterDays: '365', freshForDays: -1, minDownloads: 0.5 } } };
  assert.deepEqual(own(registry.plan?.(TREE, odd), 'limits'), {
    staleAfterDays: 730,
    freshForDays: 7,
    minDownloads: 1000,
  });
});

test('what is not known becomes neither stale nor settled', () => {
  const facts = factsOf({ latestAt: '9999-12-01T00:00:00Z' }, { downloads: { $fault: 'http.timeout', message: 'x' } });
  for (const name of ['publishedAt', 'settledFrom', 'staleFrom'])
    assert.deepEqual(facts[name], { $unknown: 'evidence.missing' }, name);
  assert.deepEqual(facts['enoughDownloads'], { $unknown: 'http.timeout' });
  assert.equal(factsOf({})['enoughDownloads'], undefined);
});
