/** Plan, collect, replay: what is asked, in which waves, what stays of an interruption, and that a replay is the run again. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { createCollectors } from '../../../src/engine/collectors.ts';
import { collect, type Collection } from '../../../src/engine/collect.ts';
import { createPlanner, type PlanRequest } from '../../../src/engine/plan.ts';
import { replayPlanner, replaySource } from '../../../src/engine/replay.ts';
import { evidenceReader, evidenceStore, type EvidenceStore } from '../../../src/engine/store.ts';
import { createTaker } from '../../../src/engine/take.ts';
import { FaultError, UsageError } from '../../../src/model/fault.ts';
import { own } from '../../../src/model/json.ts';
import type { JobOptions } from '../../../src/model/io.ts';
import type { Run } from '../../../src/model/result.ts';
import { publicKind, type Target } from '../../../src/model/target.ts';
import { check, index, live, onBug, request, target, type Fake } from './collectors.ts';

interface Options {
  readonly store?: EvidenceStore;
  readonly stop?: AbortController;
  readonly concurrency?: number;
}

async function run(
  plan: PlanRequest,
  fakes: readonly Fake[],
  { store, stop = new AbortController(), concurrency = 8 }: Options = {},
) {
  const { collectors, loaded } = index(...fakes);
  const { source, listener, events } = live(collectors, { concurrency });
  const found = await collect({
    planner: createPlanner(plan, collectors, onBug),
    taker: createTaker({ source, collectors, ...(store !== undefined && { store }), listener }),
    signal: stop.signal,
    listener,
  });
  source.close();
  return { found, events, loaded };
}

/** `target collector: facts or fault code`, in order. */
function summary(found: Collection): string[] {
  return found.observations.flatMap(({ target: { id }, collectors }) =>
    Object.entries(collectors)
      .map(([collector, seen]) => `${id} ${collector}: ${seen.is === 'facts' ? 'facts' : seen.fault.code}`)
      .sort(),
  );
}

const DNS: Fake = {
  id: 'dns',
  accepts: ['domain'],
  leadsTo: ['endpoint'],
  discover: (_facts, { id, labels }) => [
    { kind: 'endpoint', id: `endpoint:mx.${id.slice(7)}:25/smtp`, labels },
    { kind: 'endpoint', id: 'endpoint:shared.example:25/smtp', labels },
    { kind: 'site', id: `site:https://${id.slice(7)}/`, labels },
  ],
};
const TLS: Fake = { id: 'tls', accepts: ['endpoint'] };
const HTTP: Fake = { id: 'http', accepts: ['site'] };

test('only what a chosen check needs is asked, and a collector nobody needs is not even loaded', async () => {
  const { found, loaded } = await run(
    request(['domain:a.example', 'site:https://a.example/'], [check('dns', 'domain')]),
    [DNS, TLS, HTTP],
  );

  assert.deepEqual(summary(found), ['domain:a.example dns: facts']);
  assert.deepEqual(loaded, ['dns']);
  // A target that no check is about stays in the list, with nothing planned
  assert.deepEqual(
    found.targets.map(({ target: { id }, jobs }) => [id, jobs.planned]),
    [
      ['domain:a.example', 1],
      ['site:https://a.example/', 0],
    ],
  );
});

test('a collector runs for the sake of the targets it leads to, and only those that are wanted follow', async () => {
  const { found, events } = await run(request(['domain:b.example', 'domain:a.example'], [check('tls', 'endpoint')]), [
    TLS,
    DNS,
    HTTP,
  ]);

  assert.deepEqual(summary(found), [
    'domain:a.example dns: facts',
    'domain:b.example dns: facts',
    'endpoint:mx.a.example:25/smtp tls: facts',
    'endpoint:mx.b.example:25/smtp tls: facts',
    'endpoint:shared.example:25/smtp tls: facts',
  ]);
  const parents = Object.fromEntries(found.targets.map(({ target: { id, parent } }) => [id, parent]));
  assert.equal(parents['endpoint:shared.example:25/smtp'], 'domain:a.example');
  assert.equal(parents['domain:a.example'], undefined);
  assert.deepEqual(
    events.flatMap((event) => (event.is === 'planned' ? [[event.wave, event.jobs, event.targets]] : [])),
    [
      [0, 2, 2],
      [1, 3, 3],
    ],
  );
});

test("a target that the user named stays the user's, whoever leads to it", async () => {
  const { found } = await run(
    request(['domain:a.example', 'endpoint:mx.a.example:25/smtp'], [check('tls', 'endpoint')]),
    [DNS, TLS],
  );

  const named = found.targets.find(({ target: { id } }) => id === 'endpoint:mx.a.example:25/smtp');
  assert.equal(named?.target.parent, undefined);
});

test('a domain whose DNS failed still names what can be named without it', async () => {
  const seen: unknown[] = [];
  const failing: Fake = {
    ...DNS,
    observe: async () => await Promise.reject(new FaultError('dns.refused')),
    discover: (facts, { id, labels }) => {
      seen.push(facts);
      return [{ kind: 'endpoint', id: `endpoint:${id.slice(7)}:443`, labels }];
    },
  };

  const { found } = await run(request(['domain:a.example'], [check('tls', 'endpoint')]), [failing, TLS]);

  assert.deepEqual(seen, [undefined]);
  assert.deepEqual(summary(found), ['domain:a.example dns: dns.refused', 'endpoint:a.example:443 tls: facts']);
  assert.equal(found.complete, true);
});

test('options reach the plan: of all, of the target, of its text; derived targets inherit them; paths are those of the checks', async () => {
  const seen: { [id: string]: unknown } = {};
  const plan = (
    one: Target,
    context: {
      readonly options: unknown;
      readonly paths: unknown;
      readonly connectTo: unknown;
      readonly switches: unknown;
    },
  ): JobOptions => {
    seen[one.id] = { ...context, dataDigest: undefined };
    return { for: one.id };
  };
  const asked = request(
    [],
    [
      check('dns', 'domain', 'spf.all', 'dmarc.p'),
      check('dns', 'domain', 'dmarc.p'),
      check('tls', 'endpoint', 'chain'),
    ],
    {
      targets: [{ target: target('domain:a.example'), options: { dkim: { selectors: ['s2'] }, own: 1 } }],
      options: { dkim: { selectors: ['s1'], deep: true } },
      connectTo: [
        { host: 'a.example', port: 443, toHost: 'x', toPort: 1 },
        { host: '', port: 0, toHost: 'y', toPort: 2 },
      ],
      switches: { online: true },
    },
  );

  const { found } = await run(asked, [
    { ...DNS, plan },
    { ...TLS, plan },
  ]);

  const options = { dkim: { selectors: ['s2'], deep: true }, own: 1 };
  const connectTo = ['a.example:443', ':0'];
  assert.deepEqual(seen['domain:a.example'], {
    options,
    paths: ['dmarc.p', 'spf.all'],
    connectTo,
    switches: { online: true },
    dataDigest: undefined,
  });
  assert.deepEqual(seen['endpoint:mx.a.example:25/smtp'], {
    options,
    paths: ['chain'],
    connectTo,
    switches: { online: true },
    dataDigest: undefined,
  });
  assert.equal(found.evidence.length, 3);
});

test('a collector that has nothing to ask of a target gets no job', async () => {
  const { found } = await run(request(['domain:a.example'], [check('dns', 'domain')]), [
    { ...DNS, plan: () => undefined },
  ]);

  assert.deepEqual(
    found.targets.map(({ jobs }) => jobs),
    [{ planned: 0, observed: 0, faulted: 0 }],
  );
  assert.deepEqual(found.evidence, []);
});

test('facts may lead to 50 targets; one more stands for the rest with a fault, so that nothing vanishes', async () => {
  const many: Fake = {
    ...DNS,
    discover: (_, { labels }) =>
      Array.from({ length: 200 }, (_unused, at): Target => ({
        kind: 'endpoint',
        id: `endpoint:h${String(at).padStart(3, '0')}:25`,
        labels,
      })),
  };

  const { found } = await run(request(['domain:a.example'], [check('tls', 'endpoint')]), [many, TLS]);

  const lines = summary(found).slice(1);
  assert.equal(lines.length, 51);
  assert.equal(lines.filter((line) => line.endsWith('facts')).length, 50);
  assert.equal(lines[50], 'endpoint:h050:25 tls: engine.limit');
  const seen = found.observations.at(-1)?.collectors['tls'];
  assert.match(seen?.is === 'fault' ? seen.fault.message : '', /this one and up to 149 more/);
  assert.equal(found.complete, true);
});

test('facts that lead on for ever are followed for two steps', async () => {
  const chain: Fake = {
    id: 'chain',
    accepts: ['domain'],
    leadsTo: ['domain'],
    discover: (_, { id, labels }) => [{ kind: 'domain', id: `${id}x`, labels }],
  };

  const { found } = await run(request(['domain:a'], [check('chain', 'domain')]), [chain]);

  assert.deepEqual(summary(found), [
    'domain:a chain: facts',
    'domain:ax chain: facts',
    'domain:axx chain: facts',
    'domain:axxx chain: engine.limit',
  ]);
});

test('a plan, a discover or an interpretation that throws is a fault of its own, and the others go on', async () => {
  const bad: readonly Fake[] = [
    {
      id: 'one',
      accepts: ['domain'],
      plan: () => {
        throw new Error('plan');
      },
    },
    {
      id: 'two',
      accepts: ['domain'],
      leadsTo: ['endpoint'],
      discover: () => {
        throw new Error('discover');
      },
    },
    {
      id: 'three',
      accepts: ['domain'],
      interpret: () => {
        throw new Error('interpret');
      },
    },
    { id: 'four', accepts: ['domain'] },
  ];

  const { found, events } = await run(
    request(
      ['domain:a'],
      [...['one', 'two', 'three', 'four'].map((id) => check(id, 'domain')), check('tls', 'endpoint')],
    ),
    [...bad, TLS],
  );

  assert.deepEqual(summary(found), [
    'domain:a four: facts',
    'domain:a one: collector.bug',
    'domain:a three: collector.bug',
    'domain:a two: facts',
  ]);
  assert.deepEqual(found.targets[0]?.jobs, { planned: 4, observed: 2, faulted: 2 });
  assert.ok(events.some((event) => event.is === 'bug' && event.collector === 'three'));
});

test('a collector that cannot be loaded is a fault of its jobs, and the others go on', async () => {
  const { collectors } = index(DNS, TLS);
  const broken = createCollectors(
    collectors.entries.map((entry) =>
      entry.id === 'dns' ? { ...entry, load: async () => await Promise.reject(new Error('no module')) } : entry,
    ),
  );
  const { source, listener } = live(broken);

  const found = await collect({
    planner: createPlanner(
      request(['domain:a', 'endpoint:b:443'], [check('dns', 'domain'), check('tls', 'endpoint')]),
      broken,
      onBug,
    ),
    taker: createTaker({ source, collectors: broken, listener }),
    signal: new AbortController().signal,
    listener,
  });
  source.close();

  assert.deepEqual(summary(found), ['domain:a dns: collector.bug', 'endpoint:b:443 tls: facts']);
});

test('no more jobs run at once than --concurrency allows', async () => {
  let open = 0;
  let most = 0;
  const slow: Fake = {
    id: 'slow',
    observe: async () => {
      open++;
      most = Math.max(most, open);
      for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
      open--;
      return null;
    },
  };
  const targets = Array.from({ length: 20 }, (_, at) => `domain:d${String(at)}`);

  const { found } = await run(request(targets, [check('slow', 'domain')]), [slow], { concurrency: 3 });

  assert.equal(most, 3);
  assert.equal(found.evidence.length, 20);
});

test('what leads nowhere holds nobody up: the next wave runs beside it, under the same bound', async () => {
  let finish: () => void = () => undefined;
  const slowEnd = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const slow: Fake = {
    id: 'slow',
    observe: async () => {
      await slowEnd;
      return 'at last';
    },
  };
  // It ends the slow job: were the second wave to wait for that one, neither would ever end
  const quick: Fake = {
    ...TLS,
    observe: async () => {
      finish();
      return await Promise.resolve('quick');
    },
  };

  const { found } = await run(
    request(['domain:a.example'], [check('slow', 'domain'), check('tls', 'endpoint')]),
    [slow, DNS, quick],
    { concurrency: 2 },
  );

  assert.deepEqual(summary(found), [
    'domain:a.example dns: facts',
    'domain:a.example slow: facts',
    'endpoint:mx.a.example:25/smtp tls: facts',
    'endpoint:shared.example:25/smtp tls: facts',
  ]);
});

test('evidence that cannot be kept ends the run, with all its jobs', async () => {
  let ended = false;
  const waiting: Fake = {
    id: 'waiting',
    observe: async (_, io) =>
      await new Promise((_resolve, reject) => {
        io.signal.addEventListener('abort', () => {
          ended = true;
          reject(new FaultError('engine.interrupted'));
        });
      }),
  };
  const full: EvidenceStore = {
    read: () => {
      throw new FaultError('evidence.missing');
    },
    keep: () => {
      throw new UsageError('the disk is full');
    },
  };

  await assert.rejects(
    run(request(['domain:a'], [check('waiting', 'domain'), check('fake', 'domain')]), [{ id: 'fake' }, waiting], {
      store: full,
    }),
    /the disk is full/,
  );
  assert.equal(ended, true);
});

test('an interruption keeps what is there; what was not run is evidence that says so, derived targets too', async () => {
  const stop = new AbortController();
  const stopping: Fake = {
    ...DNS,
    observe: async ({ target: { id } }, io) => {
      if (id === 'domain:a.example') return await Promise.resolve('in time');
      stop.abort();
      return await new Promise((_, reject) => {
        if (io.signal.aborted) reject(new FaultError('engine.interrupted'));
      });
    },
  };

  const { found } = await run(
    request(
      ['domain:a.example', 'domain:b.example', 'domain:c.example'],
      [check('dns', 'domain'), check('tls', 'endpoint')],
    ),
    [stopping, TLS],
    { stop, concurrency: 1 },
  );

  assert.equal(found.complete, false);
  assert.deepEqual(
    summary(found).filter((line) => line.startsWith('domain')),
    [
      'domain:a.example dns: facts',
      'domain:b.example dns: engine.interrupted',
      'domain:c.example dns: engine.interrupted',
    ],
  );
  assert.ok(summary(found).includes('endpoint:mx.c.example:25/smtp tls: engine.interrupted'));
  assert.equal(found.evidence.length, summary(found).length);
});

/** A run folder with evidence, and what run.json would list of it. */
async function stored(
  t: TestContext,
): Promise<{ folder: string; found: Collection; listed: Pick<Run, 'targets' | 'evidence'> }> {
  const folder = mkdtempSync(join(tmpdir(), 'probity-run-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const { found } = await run(
    request(['domain:a.example', 'domain:b.example'], [check('dns', 'domain'), check('tls', 'endpoint')]),
    FAKES,
    { store: evidenceStore(folder) },
  );
  const listed = {
    evidence: found.evidence,
    targets: found.targets.map(({ target: { id, kind, labels, parent }, jobs }) => ({
      id,
      kind: publicKind(kind),
      labels,
      jobs,
      ...(parent !== undefined && { parent }),
    })),
  };
  return { folder, found, listed };
}

const FAKES: readonly Fake[] = [
  DNS,
  { ...TLS, interpret: (raw) => ({ facts: { host: own(raw, 'saw') ?? null }, at: { '/host': '/saw' } }) },
];

async function replayed(
  folder: string,
  listed: Pick<Run, 'targets' | 'evidence'>,
  store?: EvidenceStore,
): Promise<Collection> {
  const { collectors } = index(...FAKES);
  const listener = (): void => undefined;
  return await collect({
    planner: replayPlanner(listed),
    taker: createTaker({
      source: replaySource(listed, evidenceReader(folder)),
      collectors,
      ...(store !== undefined && { store }),
      listener,
    }),
    signal: new AbortController().signal,
    listener,
  });
}

test('a replay sees what the run saw', async (t) => {
  const { folder, found, listed } = await stored(t);
  const copy = join(folder, 'copy');

  assert.deepEqual(await replayed(folder, listed), found);
  const again = await replayed(folder, listed, evidenceStore(copy));
  assert.deepEqual(again, found);
  assert.deepEqual(await replayed(copy, listed), found);
});

test('lost and changed evidence is a fault at its place: no target vanishes, nothing else changes', async (t) => {
  const { folder, found, listed } = await stored(t);
  rmSync(join(folder, 'evidence', 'dns'), { recursive: true });
  const changed = found.evidence.find(({ target: id }) => id === 'endpoint:mx.a.example:25/smtp');
  writeFileSync(join(folder, 'evidence', 'tls', `${changed?.id ?? ''}.json`), '{}');

  const again = await replayed(folder, listed, evidenceStore(join(folder, 'copy')));

  assert.deepEqual(summary(again), [
    'domain:a.example dns: evidence.missing',
    'domain:b.example dns: evidence.missing',
    'endpoint:mx.a.example:25/smtp tls: evidence.digest',
    'endpoint:mx.b.example:25/smtp tls: facts',
    'endpoint:shared.example:25/smtp tls: facts',
  ]);
  assert.deepEqual(
    again.evidence.map(({ id }) => id),
    found.evidence.map(({ id }) => id),
  );
  // What the copy holds is what the replay saw
  assert.deepEqual(await replayed(join(folder, 'copy'), { ...listed, evidence: again.evidence }), again);
});

test('evidence that is sound but not the one that the run lists is not believed', async (t) => {
  const { folder, listed } = await stored(t);
  const [first, second, ...rest] = listed.evidence;
  assert.ok(first !== undefined && second !== undefined);
  const swapped = { ...listed, evidence: [{ ...first, digest: second.digest }, second, ...rest] };

  const lines = summary(await replayed(folder, swapped));

  assert.equal(lines.filter((line) => line.endsWith('evidence.digest')).length, 1);
});

test('the three AWS kinds are told apart by their ids, and a kind that does not exist is refused', async () => {
  const targets = ['aws:default', 'aws:123456789012/eu-west-1', 'aws:123456789012/global'].map((id) => ({
    id,
    kind: 'aws',
    labels: {},
    jobs: { planned: 0, observed: 0, faulted: 0 },
  }));

  const wave = await replayPlanner({ targets, evidence: [] }).first();

  assert.deepEqual(
    wave.targets.map(({ kind }) => kind),
    ['aws-login', 'aws', 'aws-global'],
  );
  assert.throws(
    () => replayPlanner({ targets: [{ ...targets[0], kind: 'toaster' } as (typeof targets)[0]], evidence: [] }),
    UsageError,
  );
});
