/** The prober on paths that lose connections: when a close is the server's "no", and when it is the path's. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { after, test } from 'node:test';
import { createProber, type Prober, untilDone } from '../../../../src/collectors/tls/prober.ts';
import { alertRecord } from '../../../../src/lab/tls-raw.ts';
import { labIo } from './lab-io.ts';

const open: Server[] = [];
after(() => {
  for (const server of open) server.close();
});

const HELLO = Buffer.from([22, 3, 1, 0, 1, 1]);

/** A prober of a server that does as the script says, connection by connection: `c` closes without a word, `a` answers. */
async function against<T>(script: string, use: (prober: Prober) => Promise<T>): Promise<T> {
  let count = 0;
  const server = createServer((socket) => {
    const step = script[count++];
    socket.on('error', () => socket.destroy());
    socket.once('data', () => (step === 'a' ? socket.end(alertRecord(40)) : socket.end()));
  });
  open.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const job = labIo({ timeoutMs: 5000 });
  try {
    return await use(createProber(job.io, { host: 'a.test', port, protocol: 'tls' }, 1, true));
  } finally {
    job.end();
  }
}

test('four closes in a row are the word of a server whose connections are not lost otherwise', async () => {
  await against('cccca', async (prober) => {
    const { end, bytes } = await prober.ask(HELLO, untilDone);

    assert.deepEqual({ end, said: bytes.length }, { end: 'closed', said: 0 });
    assert.deepEqual([prober.stats().opened, prober.stats().lost], [4, 0]);
  });
});

test('where a question was closed on once and then answered, eight closes in a row are no word yet', async () => {
  await against(`ca${'c'.repeat(8)}a`, async (prober) => {
    await prober.ask(HELLO, untilDone);
    assert.equal(prober.stats().lost, 1);
    const { flight } = await prober.ask(HELLO, untilDone);

    assert.equal(flight.alerts.length, 1);
    assert.deepEqual([prober.stats().opened, prober.stats().lost], [11, 9]);
  });
});

test('even there a question that is closed on nine times ends', async () => {
  await against(`ca${'c'.repeat(11)}`, async (prober) => {
    await prober.ask(HELLO, untilDone);

    assert.equal((await prober.ask(HELLO, untilDone)).end, 'closed');
    assert.equal(prober.stats().opened, 11);
  });
});

test('what is asked in place of a question that was closed on tells a refusal from a loss', async () => {
  for (const [says, script, opened, lost] of [
    ['refused', 'ca', 2, 0],
    ['answered', 'ca', 2, 1],
    ['nothing', 'cac', 3, 0],
    // the server has an answer to it: a close is a loss, and then one close more is no word yet
    ['refused', 'cccca', 5, 4],
  ] as const)
    await against(`${script}c`, async (prober) => {
      const manner = { closes: 2, instead: () => ({ hello: HELLO, says: () => says }) };
      const { flight } = await prober.ask(HELLO, untilDone, manner);

      assert.equal(flight.alerts.length, says === 'nothing' ? 0 : 1);
      assert.deepEqual([prober.stats().opened, prober.stats().lost], [opened, lost], `${says} ${script}`);
    });
});

test('a close that is the answer for now is a loss when the same question is answered later', async () => {
  await against('caa', async (prober) => {
    assert.equal((await prober.ask(HELLO, untilDone, { closes: 1 })).end, 'closed');
    assert.deepEqual([prober.stats().alerts, prober.stats().isAlive], [false, false]);
    await prober.ask(HELLO, untilDone);
    assert.deepEqual([prober.stats().alerts, prober.stats().isAlive, prober.stats().lost], [true, true, 0]);
    await prober.ask(HELLO, untilDone, { closes: 1, before: 1 });

    assert.deepEqual([prober.stats().opened, prober.stats().lost], [3, 1]);
  });
});
