import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { collector } from '../../../../src/collectors/tls/collector.ts';
import { createCa } from '../../../../src/lab/ca.ts';
import type { LabServer } from '../../../../src/lab/tls.ts';
import type { Json } from '../../../../src/model/json.ts';
import { resolvePointer } from '../../../../src/model/pointer.ts';
import { validateFacts } from '../../../../src/packs/facts-schema.ts';
import { type Defects, startBrokenServer } from '../../../support/broken-tls.ts';
import { jobFor, labIo } from '../../../unit/collectors/tls/lab-io.ts';

const identity = createCa({ name: 'Lab Root', keyType: 'rsa' }).issue({
  names: ['a.test'],
  keyType: 'rsa',
  keyUsage: [0, 2],
});
const open: LabServer[] = [];
after(async () => {
  await Promise.all(open.map((server) => server.close()));
});

async function probed(defects: Defects, parts: readonly string[] = ['intrusive']): Promise<Json> {
  const server = await startBrokenServer(identity, defects);
  open.push(server);
  const job = labIo({ timeoutMs: 1200 });
  try {
    const raw = await collector.observe(jobFor(`a.test:${String(server.port)}`, { parts: [...parts] }), job.io);
    const { facts, at } = collector.interpret(raw);
    assert.deepEqual(validateFacts(collector.factsSchema, facts), []);
    for (const [fact, place] of Object.entries(at)) assert.notEqual(resolvePointer(raw, place), undefined, fact);
    // what a broken server gives away is nowhere in the evidence
    assert.ok(!JSON.stringify(raw).includes(Buffer.alloc(12, 0x77).toString('base64')));
    return resolvePointer(facts, '/intrusive') ?? null;
  } finally {
    job.end();
  }
}

const SOUND = {
  asked: true,
  heartbleed: false,
  earlyCcs: false,
  ticketbleed: false,
  robot: false,
  badPadding: false,
  paddingOracle: false,
  clientRenegotiation: false,
  insecureRenegotiation: false,
};

const CASES: readonly (readonly [name: string, defects: Defects, expected: object])[] = [
  ['a sound server has none of the defects', {}, {}],
  [
    'heartbleed is seen by the answer to a heartbeat that claims too much',
    { heartbeat: 'answers' },
    { heartbleed: true },
  ],
  ['a server that knows heartbeats and passes over a wrong one is sound', { heartbeat: 'ignores' }, {}],
  ['an early ChangeCipherSpec that is taken is seen', { earlyCcs: true }, { earlyCcs: true }],
  ['ROBOT is seen by two kinds of alerts, twice', { robot: true }, { robot: true }],
  ['wrong padding that is taken is seen', { padding: 'taken' }, { badPadding: true, paddingOracle: true }],
  ['a padding oracle is seen by two kinds of alerts', { padding: 'told' }, { paddingOracle: true }],
  ['ticketbleed is seen by the length of the session id', { ticketbleed: true }, { ticketbleed: true }],
  ['three renegotiations are counted', { renegotiations: 3 }, { clientRenegotiation: true, renegotiations: 3 }],
  ['no more than eleven are asked for', { renegotiations: 99 }, { clientRenegotiation: true, renegotiations: 11 }],
  ['a renegotiation without RFC 5746 is seen', { insecureRenegotiation: true }, { insecureRenegotiation: true }],
];

for (const [name, defects, expected] of CASES) {
  test(name, async () => {
    assert.deepEqual(await probed(defects), { ...SOUND, ...expected });
  });
}

test('nothing is probed without leave', async () => {
  assert.deepEqual(await probed({ heartbeat: 'answers', robot: true }, ['served']), { asked: false });
});
