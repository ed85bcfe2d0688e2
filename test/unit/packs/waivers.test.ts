import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waiverProblems } from '../../../src/assurance/waivers.ts';
import { UsageError } from '../../../src/model/fault.ts';
import { readWaivers } from '../../../src/packs/waivers.ts';

const GOOD = `- id: old-scanners
  check: tls.proto.*
  target: endpoint:shop.example:443
  owner: ops@shop.example
  reason: The warehouse scanners are replaced in March
  expires: 2027-03-31
`;

function read(text: string): ReturnType<typeof readWaivers> {
  return readWaivers(text, 'waivers.yaml', (waiver) => waiverProblems(waiver, '2026-11-22T10:00:00Z'));
}

test('a good file is read, an unquoted date stays a text', () => {
  assert.deepEqual(read(GOOD), [
    {
      id: 'old-scanners',
      check: 'tls.proto.*',
      target: 'endpoint:shop.example:443',
      owner: 'ops@shop.example',
      reason: 'The warehouse scanners are replaced in March',
      expires: '2027-03-31',
    },
  ]);
  assert.deepEqual(read('[]'), []);
});

test('what is wrong is named with file, line and column', () => {
  const rows: readonly (readonly [string, string, string])[] = [
    ['expires: 2027-03-31', 'expires: 2028-03-31', 'waivers.yaml:6:12: a waiver lasts at most 366 days'],
    ['expires: 2027-03-31', 'expires: soon', 'waivers.yaml:6:12: expires is a date'],
    ['  owner: ops@shop.example\n', '', 'waivers.yaml:1:3: a waiver needs owner'],
    ['owner: ops@shop.example', 'owner: " "', 'waivers.yaml:4:10: a waiver needs owner'],
    ['owner: ops@shop.example', 'owner: 7', 'waivers.yaml:4:10: owner is a text; quote it'],
    ['owner: ops', 'Owner: ops', 'waivers.yaml:4:3: unknown key "Owner"'],
    ['- id: old-scanners', '- 7\n- id: old-scanners', 'waivers.yaml:1:3: a waiver is {'],
  ];
  for (const [from, to, expected] of rows) {
    assert.throws(
      () => read(GOOD.replace(from, to)),
      (error) => error instanceof UsageError && error.message.includes(expected),
      to,
    );
  }
  assert.throws(() => read(GOOD + GOOD), /waivers\.yaml:7:7: waiver "old-scanners" stands here twice/);
  assert.throws(() => read('id: x'), /waivers\.yaml:1:1: a waiver file is a list/);
  assert.throws(
    () => read(GOOD.replace('tls.proto.*', '"*"').replace('endpoint:shop.example:443', '"*"')),
    /waives the audit/,
  );
});
