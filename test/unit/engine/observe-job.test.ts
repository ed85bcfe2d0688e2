/** One job and what can happen to it: retries, deadlines, bugs, redaction, values that are no JSON. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evidenceId, intactEvidence } from '../../../src/engine/evidence.ts';
import { createData } from '../../../src/engine/io/data.ts';
import { createWorld } from '../../../src/engine/io/world.ts';
import { observeJob } from '../../../src/engine/observe-job.ts';
import type { RunEvent } from '../../../src/model/events.ts';
import { answerOrFault } from '../../../src/model/facts.ts';
import { FaultError } from '../../../src/model/fault.ts';
import type { Json } from '../../../src/model/json.ts';
import type { NetworkOptions } from '../../../src/model/options.ts';
import { list, object, string } from '../../../src/model/schema.ts';
import { collector, target, type Fake } from './collectors.ts';
import { network, tcpServer } from './support.ts';

const JOB = { collector: 'fake', target: target('domain:example.com'), options: { a: 1 } };

async function observed(
  fake: Partial<Fake>,
  signal = new AbortController().signal,
  options: Partial<NetworkOptions> = {},
) {
  const events: RunEvent[] = [];
  const world = createWorld(network(options));
  const evidence = await observeJob(JOB, collector({ id: 'fake', ...fake }), {
    world,
    data: createData([]),
    signal,
    listener: (event) => events.push(event),
  });
  world.close();
  return { evidence, events };
}

const codeOf = (evidence: Awaited<ReturnType<typeof observed>>['evidence']): string =>
  evidence.outcome.is === 'fault' ? evidence.outcome.fault.code : 'observed';

test('evidence holds what was seen, sealed, under the id of the question', async () => {
  const { evidence, events } = await observed({ version: 3 });

  assert.deepEqual(evidence.outcome, { is: 'observed', raw: { saw: 'domain:example.com' } });
  assert.equal(evidence.id, evidenceId(JOB));
  assert.match(evidence.id, /^ev-[0-9a-f]{16}$/);
  assert.equal(evidence.collectorVersion, 3);
  assert.equal(evidence.attempts, 1);
  assert.ok(intactEvidence(JSON.parse(JSON.stringify(evidence)) as Json, evidence.id));
  assert.deepEqual(
    events.map((event) => event.is),
    ['job-started', 'job-finished'],
  );
});

test('an id depends on collector, target id and options, and on nothing else', () => {
  assert.equal(
    evidenceId(JOB),
    evidenceId({ ...JOB, target: target('domain:example.com', { labels: { env: 'x' }, parent: 'y' }) }),
  );
  assert.equal(evidenceId({ ...JOB, options: { b: 1, a: 2 } }), evidenceId({ ...JOB, options: { a: 2, b: 1 } }));
  assert.notEqual(evidenceId(JOB), evidenceId({ ...JOB, options: {} }));
  assert.notEqual(evidenceId(JOB), evidenceId({ ...JOB, collector: 'other' }));
  // Known answer: CONTRACT §4, SHA-256 of ["dns","domain:example.com",{}]
  assert.equal(
    evidenceId({ collector: 'dns', target: target('domain:example.com'), options: {} }),
    'ev-1fa1c31781f62cd1',
  );
});

test('a transient fault is tried again, and the count is recorded', async () => {
  let calls = 0;
  const flaky: Partial<Fake> = {
    retries: { attempts: 3, backoffMs: 1 },
    observe: async () => {
      calls++;
      if (calls < 3) throw new FaultError('net.timeout');
      return await Promise.resolve('at last');
    },
  };

  const { evidence, events } = await observed(flaky);

  assert.equal(evidence.attempts, 3);
  assert.equal(codeOf(evidence), 'observed');
  assert.deepEqual(
    events.map((event) => event.is),
    ['job-started', 'job-retried', 'job-retried', 'job-finished'],
  );
});

test('retries end, and an answer is never asked again', async () => {
  const timeout = await observed({
    retries: { attempts: 2, backoffMs: 1 },
    observe: async () => await Promise.reject(new FaultError('net.timeout')),
  });
  const refused = await observed({
    retries: { attempts: 5, backoffMs: 1 },
    observe: async () => await Promise.reject(new FaultError('net.refused')),
  });

  assert.deepEqual([codeOf(timeout.evidence), timeout.evidence.attempts], ['net.timeout', 2]);
  assert.deepEqual([codeOf(refused.evidence), refused.evidence.attempts], ['net.refused', 1]);
});

test('a defect of the collector is collector.bug; its stack is told to the listener and not to the evidence', async () => {
  for (const observe of [
    async () => await Promise.reject(new TypeError('planted-message')),
    () => {
      throw new RangeError('planted-message');
    },
    async () => await Promise.reject<Json>('planted-message'),
  ]) {
    const { evidence, events } = await observed({ observe });

    assert.equal(codeOf(evidence), 'collector.bug');
    assert.doesNotMatch(JSON.stringify(evidence), /planted/);
    assert.ok(events.some((event) => event.is === 'bug' && event.stack.includes('planted-message')));
  }
});

for (const [title, raw] of [
  ['NaN', { a: Number.NaN }],
  ['bytes', { a: new Uint8Array(2) }],
  ['a date', [new Date()]],
  ['a function', { a: () => 1 }],
  ['a big integer', 1n],
] as const) {
  test(`raw that holds ${title} is a defect, not evidence`, async () => {
    assert.equal(
      codeOf((await observed({ observe: async () => await Promise.resolve(raw as unknown as Json) })).evidence),
      'collector.bug',
    );
  });
}

test('text from outside is made well-formed, a member named __proto__ stays a member, undefined is left out', async () => {
  const raw = JSON.parse('{"__proto__": {"x": 1}, "a": "\\ud800b", "\\udc00": -0}') as Json;

  const { evidence } = await observed({
    observe: async () => await Promise.resolve({ ...(raw as object), gone: undefined } as unknown as Json),
  });

  assert.equal(
    JSON.stringify(evidence.outcome),
    '{"is":"observed","raw":{"__proto__":{"x":1},"a":"\ufffdb","\ufffd":0}}',
  );
  assert.ok(intactEvidence(JSON.parse(JSON.stringify(evidence)) as Json, evidence.id));
});

test('what the schema marks is replaced before the evidence is sealed, and counted', async () => {
  const secret = ['planted', 'value'].join('-');
  const rawSchema = object({
    token: string({ 'x-redact': true }),
    'cookies?': list(object({ name: string(), value: string({ 'x-redact': true }) })),
    either: { anyOf: [object({ a: string() }), object({ a: string({ 'x-redact': true }) })] },
    map: { type: 'object', additionalProperties: string({ 'x-redact': true }) },
    nothing: string({ 'x-redact': true }),
    failed: string({ 'x-redact': true }),
    hostile: string({ 'x-redact': true }),
  });
  const raw = {
    token: secret,
    cookies: [
      { name: 'a', value: secret },
      { name: 'b', value: { nested: secret } },
    ],
    either: { a: secret },
    map: { x: secret },
    nothing: null,
    failed: { $fault: 'net.timeout', message: 'no answer' },
    hostile: { $fault: 'net.timeout', message: secret, more: secret },
  };

  const { evidence } = await observed({ rawSchema, observe: async () => await Promise.resolve(raw) });

  assert.doesNotMatch(JSON.stringify(evidence), new RegExp(secret));
  assert.equal(evidence.redactions, 5);
  assert.deepEqual(evidence.outcome, {
    is: 'observed',
    raw: {
      token: '[redacted]',
      cookies: [
        { name: 'a', value: '[redacted]' },
        { name: 'b', value: '[redacted]' },
      ],
      either: { a: '[redacted]' },
      map: { x: '[redacted]' },
      nothing: null,
      failed: { $fault: 'net.timeout', message: 'the connection timed out' },
      hostile: { $fault: 'net.timeout', message: 'the connection timed out' },
    },
  });
});

test('what collectors took out themselves is counted too', async () => {
  const raw = { cookie: 'sid=[22 octets]; Secure', url: 'https://x/?a=[redacted]&b=[redacted]', plain: '[none]' };

  const { evidence } = await observed({ observe: async () => await Promise.resolve(raw) });

  assert.equal(evidence.redactions, 3);
  assert.deepEqual(evidence.outcome, { is: 'observed', raw });
});

test('a collector that never answers ends by its deadline, and its connections with it', async (t) => {
  let tellClosed: () => void = () => undefined;
  const closed = new Promise<void>((resolve) => {
    tellClosed = resolve;
  });
  const port = await tcpServer(t, (socket) => socket.on('close', tellClosed));

  const { evidence } = await observed({
    deadlineMs: 60,
    retries: { attempts: 5, backoffMs: 1 },
    observe: async (_, io) => {
      const stream = await io.tcp('127.0.0.1', port);
      await stream.read();
      return null;
    },
  });

  assert.equal(codeOf(evidence), 'engine.deadline');
  assert.equal(evidence.attempts, 1);
  await closed;
});

test('what a collector has when its time runs out is kept, with the fault at the place of the rest', async (t) => {
  const port = await tcpServer(t, () => undefined);

  const { evidence } = await observed({
    deadlineMs: 60,
    observe: async (_, io) => ({
      first: 'known',
      second: await answerOrFault(async () => {
        await (await io.tcp('127.0.0.1', port)).read();
        return 'never';
      }),
    }),
  });

  assert.deepEqual(evidence.outcome, {
    is: 'observed',
    raw: { first: 'known', second: { $fault: 'engine.deadline', message: 'fake took longer than 60 ms' } },
  });
});

test('waiting for the turns of --rate is not the time of the job', async (t) => {
  const port = await tcpServer(t, (socket) => socket.end());

  const { evidence } = await observed(
    {
      deadlineMs: 400,
      observe: async (_, io) => {
        for (let count = 0; count < 6; count++) (await io.tcp('127.0.0.1', port)).close();
        return 'done';
      },
    },
    new AbortController().signal,
    { rate: 8 },
  );

  assert.equal(codeOf(evidence), 'observed');
  assert.ok(evidence.elapsedMs >= 600, `five pauses of 125 ms, not ${String(evidence.elapsedMs)}`);
});

test('an interrupted run ends a job that waits, with that reason', async () => {
  const stop = new AbortController();
  const running = observed(
    {
      observe: async (_, io) =>
        await new Promise((_resolve, reject) => {
          io.signal.addEventListener('abort', () => reject(new FaultError('engine.interrupted')));
        }),
    },
    stop.signal,
  );
  stop.abort();

  assert.equal(codeOf((await running).evidence), 'engine.interrupted');
});
