/** `--earlier-run`: a ticket key that outlives two days fails, one that was changed passes, and a run of today says nothing. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { createCa } from '../../src/lab/ca.ts';
import { probity } from '../support/program.ts';

const BASE = mkdtempSync(join(tmpdir(), 'probity-earlier-'));
const leaf = createCa({ name: 'Root' }).issue({ names: ['a.test'] });
const server = createServer({ cert: leaf.chainPem, key: leaf.keyPem, ticketKeys: randomBytes(48) }, (socket) => {
  socket.on('error', () => socket.destroy());
  socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'));
});
after(() => {
  server.close();
  rmSync(BASE, { recursive: true, force: true });
});

/** A clock that goes two days slow. */
function slowClock(): string {
  const file = join(BASE, 'slow-clock.mjs');
  writeFileSync(
    file,
    `const Real = Date, slow = () => Real.now() - 2 * 86400000;
globalThis.Date = class extends Real {
  constructor(...given) { if (given.length === 0) super(slow()); else super(...given); }
  static now() { return slow(); }
};
`,
  );
  return pathToFileURL(file).href;
}

async function statusOf(name: string, more: readonly string[], nodeArgs: readonly string[] = []): Promise<string> {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const lead = ['--connect-to', '::127.0.0.1:', '--allow-private', '--checks', 'tls.ext.ticket-key-static'];
  const args = ['audit', `tls://a.test:${String(port)}`, ...lead, '--output', name, ...more];
  const { stderr } = await probity(args, { cwd: BASE, nodeArgs });
  const run: { readonly results: readonly { readonly status: string }[] } = JSON.parse(
    readFileSync(join(BASE, name, 'run.json'), 'utf8'),
  );
  assert.equal(run.results.length, 1, stderr);
  return run.results[0]?.status ?? '';
}

test('a ticket key is compared with that of a run two days before', async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  assert.equal(await statusOf('then', [], ['--import', slowClock()]), 'not-applicable');
  assert.equal(await statusOf('same', ['--earlier-run', 'then']), 'fail');
  server.setTicketKeys(randomBytes(48));
  assert.equal(await statusOf('changed', ['--earlier-run', 'then']), 'pass');
  assert.equal(await statusOf('today', ['--earlier-run', 'same']), 'not-applicable');
});
