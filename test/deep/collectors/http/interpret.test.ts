/** Interpretation of http evidence: total over any JSON, and what is lost from raw becomes unknown, never a pass. */
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { after, before, test } from 'node:test';
import { interpret } from '../../../../src/collectors/http/interpret.ts';
import { factsSchema } from '../../../../src/collectors/http/schema.ts';
import { judge } from '../../../../src/judge/judge.ts';
import { goodHandlers, page, redirect, response } from '../../../../src/lab/http.ts';
import type { Json } from '../../../../src/model/json.ts';
import type { Status } from '../../../../src/model/check.ts';
import { validateFacts } from '../../../../src/packs/facts-schema.ts';
import { changed, placesOf } from '../../../support/mutations.ts';
import { certificate, httpChecks, type Lab, startLab } from '../../../support/http-lab.ts';

const AS_OF = '2026-11-22T10:00:00.000Z';
const FLAWED = [
  'Content-Type: text/html',
  'Strict-Transport-Security: max-age=0',
  'Strict-Transport-Security: max-age=31536000',
  'Set-Cookie: sid=1; SameSite=None',
  'Set-Cookie: sid=2; Domain=example.org',
  'Server: nginx/1.2.3',
  'Referrer-Policy: unsafe-url',
  'ETag: "a"',
  'ETag: "b"',
];

let lab: Lab;
const raws: Json[] = [];

before(async () => {
  lab = await startLab([
    { name: 'good.test', certificate: certificate('good.test'), ...goodHandlers('good.test') },
    {
      name: 'flawed.test',
      certificate: certificate('flawed.test'),
      https: ({ path }) =>
        path.endsWith('security.txt')
          ? response('200 OK', ['Content-Type: text/html'], 'Contact:a@flawed.test\nExpires: 2026-01-01\nPolicy: /x')
          : page(FLAWED),
      http: () => redirect('http://flawed.test/b'),
    },
  ]);
  for (const name of ['good', 'flawed']) raws.push((await lab.observe(`https://${name}.test/`)).raw ?? null);
});
after(async () => await lab.close());

function statuses(raw: Json): Map<string, Status> {
  const { facts, at } = interpret(raw);
  assert.deepEqual(validateFacts(factsSchema, facts), []);
  const target = { kind: 'site' as const, id: 'site:https://x.test/', labels: {} };
  const verdicts = judge(httpChecks(), [{ target, collectors: { http: { is: 'facts', id: 'ev', facts, at } } }], AS_OF);
  return new Map(verdicts.map(({ check, subject, status }) => [`${check} ${subject}`, status]));
}

test('any JSON is interpreted into facts that keep to the schema', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (raw) => {
      assert.deepEqual(validateFacts(factsSchema, interpret(raw as Json).facts), []);
    }),
  );
});

test('evidence with any value replaced by any JSON is interpreted into facts that keep to the schema', () => {
  const places = raws.flatMap((raw) => placesOf(raw).map((place) => ({ raw, place })));

  fc.assert(
    fc.property(fc.constantFrom(...places), fc.jsonValue(), ({ raw, place }, value) => {
      assert.deepEqual(validateFacts(factsSchema, interpret(changed(raw, place, value as Json)).facts), []);
    }),
    { numRuns: 500 },
  );
});

test('no value that is lost from evidence turns a verdict into a pass', () => {
  for (const raw of raws) {
    const whole = statuses(raw);
    // every third place: the suite of the servers walks them all
    for (const [index, place] of placesOf(raw).entries()) {
      if (index % 3 !== 0) continue;
      for (const [key, status] of statuses(changed(raw, place, undefined))) {
        if (status === 'pass') assert.equal(whole.get(key), 'pass', `${key} passes without ${place.join('/')}`);
      }
    }
  }
});
