/** OCSP answers and lists of another maker: OpenSSL signs them, its server staples them, and our collector asks for them. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { collector } from '../../../src/collectors/tls/collector.ts';
import { createCa, type Issued } from '../../../src/lab/ca.ts';
import { type LabServer, startTlsServer } from '../../../src/lab/tls.ts';
import type { JobOptions } from '../../../src/model/io.ts';
import type { Json } from '../../../src/model/json.ts';
import { resolvePointer } from '../../../src/model/pointer.ts';
import { validateFacts } from '../../../src/packs/facts-schema.ts';
import { jobFor, labIo } from '../../unit/collectors/tls/lab-io.ts';
import { parsed } from '../../support/revocation.ts';
import { needsProgram } from '../../support/system.ts';
import { freePort, type Peer, startProgram } from './peers.ts';

const folder = mkdtempSync(join(tmpdir(), 'probity-ocsp-'));
const ca = createCa({ name: 'Lab Root', keyType: 'rsa' });
const open: (Peer | LabServer)[] = [];
after(async () => {
  for (const one of open) await ('stop' in one ? one.stop() : one.close());
  rmSync(folder, { recursive: true, force: true });
});
const at = (name: string): string => join(folder, name);
writeFileSync(at('ca.pem'), ca.certPem);
writeFileSync(at('ca.key'), ca.keyPem);

const OPENSSL = 'openssl';

function openssl(...args: readonly string[]): void {
  execFileSync(OPENSSL, [...args], { cwd: folder, stdio: 'pipe' });
}

/** OpenSSL's own list of what its CA issued. */
function index(leaf: Issued, state: 'V' | 'R'): void {
  const serial = parsed(leaf.der).serial.value.toString(16).toUpperCase();
  const padded = serial.length % 2 === 0 ? serial : `0${serial}`;
  writeFileSync(
    at('index.txt'),
    `${state}\t301231235959Z\t${state === 'R' ? '260101000000Z' : ''}\t${padded}\tunknown\t/CN=a.test\n`,
  );
}

function answer(leaf: Issued, state: 'V' | 'R', hash = 'sha1'): Uint8Array {
  index(leaf, state);
  writeFileSync(at('leaf.pem'), leaf.certPem);
  const signer = ['-rsigner', 'ca.pem', '-rkey', 'ca.key', '-CA', 'ca.pem', '-index', 'index.txt', '-ndays', '3'];
  openssl(
    'ocsp',
    `-${hash}`,
    ...signer,
    '-issuer',
    'ca.pem',
    '-cert',
    'leaf.pem',
    '-respout',
    'answer.der',
    '-noverify',
  );
  return readFileSync(at('answer.der'));
}

function revocationList(leaf: Issued, state: 'V' | 'R'): Uint8Array {
  index(leaf, state);
  writeFileSync(at('number'), '01\n');
  writeFileSync(
    at('ca.cnf'),
    '[ca]\ndefault_ca=lab\n[lab]\ndatabase=index.txt\ncrlnumber=number\ndefault_md=sha256\ndefault_crl_days=3\n',
  );
  openssl('ca', '-config', 'ca.cnf', '-gencrl', '-keyfile', 'ca.key', '-cert', 'ca.pem', '-out', 'list.pem');
  openssl('crl', '-in', 'list.pem', '-outform', 'DER', '-out', 'list.der');
  return readFileSync(at('list.der'));
}

async function factsOf(port: number, options: JobOptions = {}): Promise<(path: string) => Json | undefined> {
  const job = labIo({ ca: ca.certPem });
  try {
    const raw = await collector.observe(jobFor(`a.test:${String(port)}`, { parts: ['served'], ...options }), job.io);
    const { facts } = collector.interpret(raw);
    assert.deepEqual(validateFacts(collector.factsSchema, facts), []);
    return (path) => resolvePointer(facts, `/${path.replaceAll('.', '/')}`);
  } finally {
    job.end();
  }
}

async function stapled(leaf: Issued, staple: Uint8Array): Promise<(path: string) => Json | undefined> {
  writeFileSync(at('server.pem'), leaf.certPem + leaf.keyPem);
  writeFileSync(at('staple.der'), staple);
  const port = await freePort();
  const listen = ['s_server', '-accept', `127.0.0.1:${String(port)}`, '-quiet'];
  open.push(
    await startProgram('openssl', [...listen, '-cert', 'server.pem', '-status_file', 'staple.der'], port, folder),
  );
  return await factsOf(port);
}

test('what OpenSSL signs and staples is verified', needsProgram('openssl'), async () => {
  const leaf = ca.issue({ names: ['a.test'], ocspUrl: 'http://ocsp.test/' });
  const other = ca.issue({ names: ['b.test'] });

  const good = await stapled(leaf, answer(leaf, 'V'));
  assert.deepEqual([good('staple.valid'), good('staple.status')], [true, 'good']);
  const revoked = await stapled(leaf, answer(leaf, 'R', 'sha256'));
  assert.deepEqual([revoked('staple.valid'), revoked('staple.status')], [true, 'revoked']);
  assert.equal(revoked('staple.revokedAt'), '2026-01-01T00:00:00Z');
  const strange = await stapled(leaf, answer(other, 'V'));
  assert.deepEqual([strange('staple.sent'), strange('staple.valid')], [true, false]);
});

test(
  'responder and list are asked only with the option, and believed when they are current',
  needsProgram('openssl'),
  async () => {
    const asked: string[] = [];
    const bodies = new Map<string, Uint8Array>();
    const web = createServer((request, response) => {
      const kind = request.url?.startsWith('/list') === true ? 'list' : 'ocsp';
      asked.push(`${request.method ?? ''} ${kind}`);
      response.end(bodies.get(kind));
    });
    web.listen(0, '127.0.0.1');
    await once(web, 'listening');
    const address = web.address();
    const origin = `http://127.0.0.1:${String(typeof address === 'object' && address !== null ? address.port : 0)}`;
    const leaf = ca.issue({ names: ['a.test'], ocspUrl: `${origin}/ocsp`, crlUrl: `${origin}/list.crl` });
    const server = await startTlsServer({ certPem: leaf.chainPem, keyPem: leaf.keyPem });
    open.push(server);

    try {
      assert.equal((await factsOf(server.port))('revocation'), undefined);
      assert.deepEqual(asked, []);
      for (const state of ['V', 'R'] as const) {
        bodies.set('ocsp', answer(leaf, state));
        bodies.set('list', revocationList(leaf, state));
        const fact = await factsOf(server.port, { revocation: true });

        assert.equal(fact('revocation.ocsp.status'), state === 'V' ? 'good' : 'revoked');
        assert.equal(fact('revocation.crl.revoked'), state === 'R');
      }
      assert.deepEqual(new Set(asked), new Set(['GET list', 'GET ocsp']));
      bodies.set('ocsp', Buffer.from('<html>'));
      bodies.set('list', Buffer.from('<html>'));
      const nonsense = await factsOf(server.port, { revocation: true });
      assert.deepEqual(nonsense('revocation.ocsp'), { $unknown: 'cert.revocation-unclear' });
      assert.deepEqual(nonsense('revocation.crl'), { $unknown: 'cert.revocation-unclear' });
    } finally {
      web.closeAllConnections();
      web.close();
    }
  },
);
