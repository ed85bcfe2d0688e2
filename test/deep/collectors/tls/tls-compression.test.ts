import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createServer } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { collector } from '../../../../src/collectors/tls/collector.ts';
import { createCa } from '../../../../src/lab/ca.ts';
import { type LabServer, listenOnLoopback } from '../../../../src/lab/tls.ts';
import type { Json } from '../../../../src/model/json.ts';
import { resolvePointer } from '../../../../src/model/pointer.ts';
import { jobFor, labIo } from '../../../unit/collectors/tls/lab-io.ts';

const ca = createCa({ name: 'Lab Root' });
const good = ca.issue({ names: ['a.test'] });
const open: LabServer[] = [];
after(async () => {
  await Promise.all(open.map((server) => server.close()));
});

/** The facts of a server whose page is made from the line that it was asked by. */
async function compressionOf(page: (line: string) => Buffer | undefined): Promise<Json | undefined> {
  const server = createServer({ cert: good.chainPem, key: good.keyPem }, (socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', (request: Buffer) => {
      const body = page(request.toString('latin1').split('\r\n')[0] ?? '');
      if (body === undefined) return void socket.end('* OK no web here\r\n');
      const coded = body[0] === 0x1f ? 'Content-Encoding: gzip\r\n' : '';
      socket.write(`HTTP/1.1 200 OK\r\n${coded}Content-Length: ${String(body.length)}\r\nConnection: close\r\n\r\n`);
      socket.end(body);
      return undefined;
    });
  });
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  const made = await listenOnLoopback(server);
  open.push(made);
  const job = labIo({ ca: ca.certPem, timeoutMs: 2000 });
  try {
    const raw = await collector.observe(jobFor(`a.test:${String(made.port)}`, { parts: ['compression'] }), job.io);
    return resolvePointer(collector.interpret(raw).facts, '/compression');
  } finally {
    job.end();
  }
}

const FORM = '<form><input type=hidden name="csrf_token" value="x"></form>';

test('a compressed page that repeats its address beside the token of a form has all that the attack needs', async () => {
  const found = await compressionOf((line) => gzipSync(`${FORM}You asked for ${line}`));

  assert.deepEqual(found, { on: true, reflects: true, token: true });
});

test('the same page as it is gives nothing away', async () => {
  const found = await compressionOf((line) => Buffer.from(`${FORM}You asked for ${line}`));

  assert.deepEqual(found, { on: false, reflects: true, token: true });
});

test('a compressed page without input and token is just compressed', async () => {
  assert.deepEqual(await compressionOf(() => gzipSync('<p>hello')), { on: true, reflects: false, token: false });
});

test('where no HTTP is spoken there is nothing to compress', async () => {
  assert.equal(await compressionOf(() => undefined), undefined);
});
