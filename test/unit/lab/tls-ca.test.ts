import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { connect, createServer } from 'node:tls';
import { once } from 'node:events';
import { createCa, selfSigned } from '../../../src/lab/ca.ts';

test('a leaf under an intermediate is accepted by node:tls with the root as trust', async () => {
  const root = createCa({ name: 'Lab Root' });
  const middle = root.issueAuthority({ name: 'Lab Intermediate', pathLength: 0 });
  const leaf = middle.issue({ names: ['good.test', '127.0.0.1', '::1'] });
  const server = createServer({ cert: leaf.chainPem, key: leaf.keyPem }, (socket) => socket.end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;

  const socket = connect({ host: '127.0.0.1', port, servername: 'good.test', ca: root.certPem });
  await once(socket, 'secureConnect');

  assert.equal(socket.authorized, true);
  socket.destroy();
  server.close();
});

test('what the options say is in the certificate as node reads it', () => {
  const ca = createCa({ name: 'Lab Root' });
  const notBefore = new Date('2020-01-01T00:00:00Z');
  const notAfter = new Date('2051-06-01T12:30:00Z');

  const leaf = new X509Certificate(
    ca.issue({ names: ['a.test', '192.0.2.1', '2001:db8::7'], notBefore, notAfter, serial: 0xabcdn, country: 'NL' })
      .certPem,
  );

  assert.equal(leaf.subjectAltName, 'DNS:a.test, IP Address:192.0.2.1, IP Address:2001:DB8:0:0:0:0:0:7');
  assert.equal(leaf.validFromDate.toISOString(), notBefore.toISOString());
  assert.equal(leaf.validToDate.toISOString(), notAfter.toISOString());
  assert.equal(leaf.serialNumber, 'ABCD');
  assert.equal(leaf.subject, 'C=NL\nCN=a.test');
  assert.equal(leaf.ca, false);
  assert.deepEqual(leaf.keyUsage, ['1.3.6.1.5.5.7.3.1']);
});

test('each kind of key and hash signs, and the signature holds', () => {
  for (const options of [
    { keyType: 'ec' },
    { keyType: 'ec', curve: 'P-384', hash: 'sha384' },
    { keyType: 'rsa', bits: 1024, hash: 'sha1' },
    { keyType: 'ed25519' },
  ] as const) {
    const made = new X509Certificate(selfSigned({ names: ['x.test'], ...options }).certPem);

    assert.ok(made.verify(made.publicKey), JSON.stringify(options));
  }
});
