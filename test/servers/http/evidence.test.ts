/** Everything that can be lost from the evidence of a site, one value after the other: no verdict becomes a pass by it. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { interpret } from '../../../src/collectors/http/interpret.ts';
import { factsSchema } from '../../../src/collectors/http/schema.ts';
import { judge } from '../../../src/judge/judge.ts';
import type { Status } from '../../../src/model/check.ts';
import type { Json } from '../../../src/model/json.ts';
import { validateFacts } from '../../../src/packs/facts-schema.ts';
import { certificate, httpChecks, type Lab, startLab } from '../../support/http-lab.ts';
import { changed, placesOf } from '../../support/mutations.ts';
import { HOSTS } from './hosts.ts';

const NAMES = ['good.test', 'plain.test', 'inlinenonce.test', 'soft404.test', 'sid.test', 'badlinks.test'];
const AS_OF = new Date().toISOString();
let lab: Lab;

before(async () => {
  const shared = certificate('all', { names: HOSTS.map(({ name }) => name) });
  lab = await startLab(HOSTS.map((host) => ({ ...host, certificate: shared })));
});
after(async () => await lab.close());

function statuses(raw: Json): Map<string, Status> {
  const { facts, at } = interpret(raw);
  assert.deepEqual(validateFacts(factsSchema, facts), []);
  const target = { kind: 'site' as const, id: 'site:https://x.test/', labels: {} };
  const verdicts = judge(httpChecks(), [{ target, collectors: { http: { is: 'facts', id: 'ev', facts, at } } }], AS_OF);
  return new Map(verdicts.map(({ check, subject, status }) => [`${check} ${subject}`, status]));
}

for (const name of NAMES) {
  test(`nothing that is lost from the evidence of ${name} makes a pass`, { timeout: 300_000 }, async () => {
    const raw = (await lab.observe(`https://${name}/`)).raw ?? null;
    const whole = statuses(raw);

    const wrong = new Set<string>();
    for (const place of placesOf(raw)) {
      for (const [key, status] of statuses(changed(raw, place, undefined))) {
        if (status === 'pass' && whole.get(key) !== 'pass') wrong.add(`${key} passes without ${place.join('/')}`);
      }
    }

    assert.deepEqual([...wrong], []);
  });
}
