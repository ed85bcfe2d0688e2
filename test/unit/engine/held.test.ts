/** Facts at rest: what becomes text, what stays as it is, and that nobody sees the difference. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Observed } from '../../../src/engine/observed.ts';
import { hold, observationsOf } from '../../../src/engine/held.ts';
import { fault } from '../../../src/model/fault.ts';
import type { Json } from '../../../src/model/json.ts';
import { target } from './collectors.ts';

function facts(value: Json, places = 1): Observed {
  const at = Object.fromEntries(Array.from({ length: places }, (_, index) => [`/a/${String(index)}`, '/raw']));
  return { is: 'facts', id: 'sha256:0', facts: value, at, why: {} };
}

const SMALL = facts({ a: ['x'], b: null });
const LONG = facts({ a: 'x'.repeat(64 * 1024) });
const WIDE = facts({ a: [] }, 1001);
const FAULT: Observed = { is: 'fault', id: 'sha256:1', fault: fault('net.timeout', 'late') };

test('small facts rest as text; large ones, those of many places, and faults stay as they are', () => {
  assert.equal(hold(SMALL).is, 'text');
  for (const observed of [LONG, WIDE, FAULT]) assert.equal(hold(observed), observed);
});

test('the forms of the items of a list count as places, and come back with the facts', () => {
  const listed = (length: number): Observed => {
    const forms = Array.from({ length }, () => ({ '/a': '/b' }));
    return { ...(SMALL as Extract<Observed, { is: 'facts' }>), lists: { '/keys': { raw: '/all', forms } } };
  };
  const [few, many] = [listed(3), listed(1001)];

  assert.equal(hold(few).is, 'text');
  assert.equal(hold(many), many);
  const [observation] = observationsOf([{ target: target('domain:a.example'), seen: new Map([['aws', hold(few)]]) }]);
  assert.deepEqual(observation?.collectors['aws'], few);
});

test('observations of what rests are equal to what was seen, whichever target is looked at first', () => {
  const seen = [
    { dns: SMALL, tls: FAULT },
    { dns: LONG, tls: WIDE },
    { dns: facts({ other: 1 }), tls: SMALL },
  ];
  const places = seen.map((collectors, index) => ({
    target: target(`domain:${String(index)}.example`),
    seen: new Map(Object.entries(collectors).map(([id, observed]) => [id, hold(observed)])),
  }));

  for (const order of [
    [0, 1, 2],
    [2, 0, 1, 0],
  ]) {
    const observations = observationsOf(places);
    for (const index of order) assert.deepEqual({ ...observations[index]?.collectors }, seen[index]);
  }
});

test('one look at a target opens its facts once', () => {
  const [observation] = observationsOf([{ target: target('domain:a.example'), seen: new Map([['dns', hold(SMALL)]]) }]);

  assert.equal(observation?.collectors['dns'], observation?.collectors['dns']);
});
