import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { collector } from '../../../../src/collectors/tls/collector.ts';
import { createCa } from '../../../../src/lab/ca.ts';
import { startSmtpServer } from '../../../../src/lab/tls.ts';
import type { Json } from '../../../../src/model/json.ts';
import { resolvePointer } from '../../../../src/model/pointer.ts';
import { validateFacts } from '../../../../src/packs/facts-schema.ts';
import { jobFor, labIo } from '../../../unit/collectors/tls/lab-io.ts';

const ca = createCa({ name: 'Lab Root' });
const leaf = ca.issue({ names: ['a.test'] });
const server = await startSmtpServer({ tls: { certPem: leaf.chainPem, keyPem: leaf.keyPem } });
const job = labIo({ ca: ca.certPem });
const real = await collector.observe(jobFor(`a.test:${String(server.port)}/smtp`), job.io);
job.end();
await server.close();

function factsOf(raw: Json): Json {
  const { facts, at } = collector.interpret(raw);
  assert.deepEqual(validateFacts(collector.factsSchema, facts), []);
  for (const place of Object.values(at)) assert.notEqual(resolvePointer(raw, place), undefined, place);
  return facts;
}

/** Every pointer into a value, depth first. */
function pointersOf(value: Json, at = ''): string[] {
  if (typeof value !== 'object' || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([key, item]) => pointersOf(item, `${at}/${key}`))];
}

function replaced(value: Json, pointer: string, by: Json | undefined): Json {
  const copy = structuredClone(value) as { [key: string]: Json };
  const tokens = pointer.split('/').slice(1);
  const last = tokens.pop() ?? '';
  let place: { [key: string]: Json } = copy;
  for (const token of tokens) place = place[token] as { [key: string]: Json };
  if (by === undefined && Array.isArray(place)) place.splice(Number(last), 1);
  else if (by === undefined) delete place[last];
  else place[last] = by;
  return copy;
}

test('interpretation of any JSON keeps to the schema', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (raw) => void factsOf(raw as Json)),
    { numRuns: 500 },
  );
});

test('raw evidence with a part lost or changed keeps to the schema, and never turns "could not tell" into "no"', () => {
  const places = pointersOf(real).filter((place) => place !== '');
  const others: readonly (Json | undefined)[] = [
    undefined,
    null,
    1.5,
    '',
    'AAAA',
    [],
    {},
    [null],
    { $fault: 'net.reset' },
  ];
  const full = factsOf(real);
  assert.equal(resolvePointer(full, '/offered'), true);

  for (const [index, place] of places.entries()) {
    // deep places are alike: a third of the changes meets each kind of them
    for (const other of others.filter((_, nth) => place.split('/').length < 4 || (index + nth) % 3 === 0)) {
      const facts = factsOf(replaced(real, place, other));

      if (place.startsWith('/versions') && other === undefined) {
        for (const version of ['tls12', 'tls13']) {
          const offered = resolvePointer(facts, `/protocols/${version}/offered`);
          assert.notEqual(offered, false, `${place} lost`);
        }
      }
    }
  }
});

test('every fact points at a part of the evidence, those that are not there too', () => {
  const { at } = collector.interpret(real);
  const declared = Object.keys((collector.factsSchema as { readonly properties: object }).properties);

  const without = declared.filter((name) => {
    const own = Object.keys(at).filter((place) => place === `/${name}` || place.startsWith(`/${name}/`));
    return own.length === 0 || own.some((place) => at[place] === '');
  });
  assert.deepEqual(without, []);
});

test('interpretation is pure: twice the same', () => {
  assert.deepEqual(factsOf(real), factsOf(real));
});
