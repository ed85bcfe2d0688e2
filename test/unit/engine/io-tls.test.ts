/** The TLS capability against servers with good and bad certificates, and against what is no TLS server. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test, type TestContext } from 'node:test';
import { createServer, type TlsOptions as ServerOptions } from 'node:tls';
import { createCa } from '../../../src/lab/ca.ts';
import type { TlsOptions } from '../../../src/model/io.ts';
import type { NetworkOptions } from '../../../src/model/options.ts';
import { endWith, faultOf, ioFor, listening, tcpServer } from './support.ts';

const authority = createCa({ name: 'Test root' });
const middle = authority.issueAuthority({ name: 'Test middle' });
const good = middle.issue({ names: ['good.example', '127.0.0.1'] });
const expired = middle.issue({
  names: ['good.example'],
  notBefore: new Date('2020-01-01'),
  notAfter: new Date('2021-01-01'),
});

interface Seen {
  servername?: string | false | null | undefined;
}

async function tlsServer(t: TestContext, options: ServerOptions, seen: Seen = {}): Promise<number> {
  const server = createServer({ key: good.keyPem, cert: good.chainPem, ...options }, (socket) => {
    socket.on('error', () => socket.destroy());
    seen.servername = socket.servername;
    socket.end('inside');
  });
  endWith(t, server);
  return await listening(server);
}

async function handshake(t: TestContext, port: number, options: TlsOptions, more: Partial<NetworkOptions> = {}) {
  const io = ioFor(t, { ca: { pem: authority.certPem, digest: 'sha256:test' }, ...more });
  return await io.tls(await io.tcp('127.0.0.1', port), options);
}

test('a good certificate under the given root is trusted, and the stream goes on inside', async (t) => {
  const seen: Seen = {};
  const port = await tlsServer(t, { ALPNProtocols: ['h2'] }, seen);

  const session = await handshake(t, port, { servername: 'good.example', alpn: ['h2', 'http/1.1'] });

  assert.equal(session.protocol, 'TLSv1.3');
  assert.match(session.cipher, /^TLS_AES/);
  assert.equal(session.alpn, 'h2');
  assert.equal(session.authorized, true);
  assert.equal(session.trustError, undefined);
  assert.match(session.rootsDigest, /^sha256:[0-9a-f]{64}$/);
  assert.deepEqual(
    session.chain.map((bytes) => new X509Certificate(bytes).subject),
    ['CN=good.example', 'O=Probity Lab\nCN=Test middle', 'O=Probity Lab\nCN=Test root'],
  );
  assert.equal(Buffer.from((await session.stream.read()) ?? []).toString(), 'inside');
  assert.equal(await session.stream.read(), undefined);
  assert.equal(seen.servername, 'good.example');
});

test('the digest of the roots tells with which roots was judged', async (t) => {
  const port = await tlsServer(t, {});

  const withFile = await handshake(t, port, { servername: 'good.example' });
  const again = await handshake(t, port, { servername: 'good.example' });
  const without = await ioFor(t).tls(await ioFor(t).tcp('127.0.0.1', port), { servername: 'good.example' });

  assert.equal(withFile.rootsDigest, again.rootsDigest);
  assert.notEqual(withFile.rootsDigest, without.rootsDigest);
  assert.equal(without.authorized, false);
  assert.equal(without.trustError, 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY');
});

const UNTRUSTED: readonly [string, ServerOptions, TlsOptions, string][] = [
  ['another name', {}, { servername: 'other.example' }, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ['another address', {}, { servername: '127.0.0.2' }, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  [
    'an expired certificate',
    { key: expired.keyPem, cert: expired.chainPem },
    { servername: 'good.example' },
    'CERT_HAS_EXPIRED',
  ],
  [
    'a chain without its middle',
    { cert: good.certPem },
    { servername: 'good.example' },
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  ],
];

for (const [title, server, options, code] of UNTRUSTED) {
  test(`${title} is the trust error ${code}, not a failure`, async (t) => {
    const session = await handshake(t, await tlsServer(t, server), options);

    assert.equal(session.authorized, false);
    assert.equal(session.trustError, code);
    assert.ok(session.chain.length > 0);
  });
}

test('an address is never sent as SNI, but is compared with the certificate; without a name only the chain counts', async (t) => {
  const seen: Seen = {};
  const port = await tlsServer(t, {}, seen);

  const byAddress = await handshake(t, port, { servername: '127.0.0.1' });
  assert.equal(await byAddress.stream.read().then((bytes) => bytes?.length), 6);
  assert.equal(seen.servername, false);
  const nameless = await handshake(t, port, {});
  assert.equal(await nameless.stream.read().then((bytes) => bytes?.length), 6);

  assert.equal(seen.servername, false);
  assert.equal(byAddress.trustError, undefined);
  assert.equal(nameless.trustError, undefined);
});

test('old versions are reached when they are asked for', async (t) => {
  const port = await tlsServer(t, { minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' });

  const session = await handshake(t, port, {
    servername: 'good.example',
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1',
    ciphers: 'DEFAULT:@SECLEVEL=0',
  });

  assert.equal(session.protocol, 'TLSv1');
  assert.equal(await faultOf(handshake(t, port, { servername: 'good.example' })), 'tls.handshake');
  // What we cannot ask is not the answer of the server
  assert.equal(await faultOf(handshake(t, port, { servername: 'x', ciphers: 'NO-SUCH-CIPHER' })), 'tls.unclear');
});

test('bytes that came before the handshake are part of it, and nothing is lost', async (t) => {
  const { TLSSocket, createSecureContext } = await import('node:tls');
  const port = await tcpServer(t, (socket) => {
    socket.once('data', () => {
      socket.write('220 go ahead\r\n');
      const secure = new TLSSocket(socket, {
        isServer: true,
        secureContext: createSecureContext({ key: good.keyPem, cert: good.chainPem }),
      });
      secure.on('error', () => secure.destroy());
      secure.on('data', (chunk) => secure.end(chunk));
    });
  });
  const io = ioFor(t, { ca: { pem: authority.certPem, digest: 'sha256:test' } });
  const stream = await io.tcp('127.0.0.1', port);
  await stream.write(Buffer.from('STARTTLS\r\n'));
  assert.equal(Buffer.from((await stream.read()) ?? []).toString(), '220 go ahead\r\n');

  const session = await io.tls(stream, { servername: 'good.example' });
  await session.stream.write(Buffer.from('EHLO'));

  assert.equal(session.authorized, true);
  assert.equal(Buffer.from((await session.stream.read()) ?? []).toString(), 'EHLO');
});

test('what is no TLS server is a fault that says so', async (t) => {
  const plain = await tcpServer(t, (socket) => socket.end('HTTP/1.0 400 Bad Request\r\n\r\n'));
  const closing = await tcpServer(t, (socket) => socket.once('data', () => socket.end()));
  const resetting = await tcpServer(t, (socket) => socket.once('data', () => socket.resetAndDestroy()));
  const silent = await tcpServer(t, () => undefined);

  assert.equal(await faultOf(handshake(t, plain, { servername: 'x' })), 'tls.handshake');
  assert.equal(await faultOf(handshake(t, closing, { servername: 'x' })), 'net.closed');
  assert.equal(await faultOf(handshake(t, resetting, { servername: 'x' })), 'net.reset');
  assert.equal(await faultOf(handshake(t, silent, { servername: 'x' }, { timeoutMs: 400 })), 'tls.timeout');
});

test('the stream below a session may be closed first, in the middle of the data', async (t) => {
  const port = await tlsServer(t, {});
  const io = ioFor(t);

  for (let count = 0; count < 10; count++) {
    const below = await io.tcp('127.0.0.1', port);
    const session = await io.tls(below, { servername: 'good.example' });
    below.close();
    session.stream.close();
    assert.equal(await faultOf(session.stream.read()), 'net.closed');
  }
});

test('closing a session frees the slot of its host', async (t) => {
  const port = await tlsServer(t, {});
  const io = ioFor(t, { maxConnections: 1 });

  for (let count = 0; count < 3; count++) {
    const session = await io.tls(await io.tcp('127.0.0.1', port), { servername: 'good.example' });
    session.stream.close();
  }
  const failed = await tcpServer(t, (socket) => socket.end('no tls'));
  for (let count = 0; count < 3; count++) {
    assert.equal(await faultOf(io.tls(await io.tcp('127.0.0.1', failed), {})), 'tls.handshake');
  }
});
