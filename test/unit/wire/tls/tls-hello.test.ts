import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, connect } from 'node:net';
import { test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import * as fc from 'fast-check';
import { WireError } from '../../../../src/wire/tls/bytes.ts';
import { clientHelloRecord, decodeClientHello } from '../../../../src/wire/tls/client-hello.ts';
import { parseFlight } from '../../../../src/wire/tls/flight.ts';
import { cutRecords } from '../../../../src/wire/tls/record.ts';
import { SUITE_NAMES } from '../../../../src/wire/tls/registry.ts';
import { CLASSIC_SUITES, suiteOf, TLS13_SUITES } from '../../../../src/wire/tls/suites.ts';
import { ffdhePrime, makeShare, READABLE_GROUPS } from '../../../../src/wire/tls/tls13.ts';

const random = Buffer.alloc(32, 7);

function roundTrip(record: Uint8Array): ReturnType<typeof decodeClientHello> {
  const { records, rest, error } = cutRecords(record);
  assert.deepEqual([records.length, rest, error], [1, 0, undefined]);
  return decodeClientHello(records[0]?.fragment.subarray(4) ?? new Uint8Array());
}

test('a hello comes back as it was written, for every version', () => {
  for (const [version, code, record] of [
    ['SSLv3', 0x0300, 0x0300],
    ['TLSv1.0', 0x0301, 0x0301],
    ['TLSv1.1', 0x0302, 0x0301],
    ['TLSv1.2', 0x0303, 0x0301],
    ['TLSv1.3', 0x0303, 0x0301],
  ] as const) {
    const bytes = clientHelloRecord({
      version,
      random,
      suites: [0xc02f, 0x1301],
      groups: [0x001d, 0x11ec],
      signatures: [0x0403],
      servername: 'a.test',
      alpn: ['h2', 'http/1.1'],
      bare: version === 'SSLv3',
    });
    const hello = roundTrip(bytes);

    assert.equal(Buffer.from(bytes).readUInt16BE(1), record);
    assert.equal(hello.version, code);
    assert.deepEqual(hello.suites, [0xc02f, 0x1301]);
    assert.equal(hello.servername, version === 'SSLv3' ? undefined : 'a.test');
    assert.deepEqual(hello.alpn, version === 'SSLv3' ? [] : ['h2', 'http/1.1']);
    assert.deepEqual(hello.versions, version === 'TLSv1.3' ? [0x0304] : []);
    assert.deepEqual(hello.groups, version === 'SSLv3' ? [] : [0x001d, 0x11ec]);
  }
});

test("the hello of node's own client is read", async () => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const client = connectTls({ socket: connect(port, '127.0.0.1'), servername: 'node.test', ALPNProtocols: ['h2'] });
  client.on('error', () => undefined);
  const [socket] = await once(server, 'connection');
  const [chunk] = await once(socket, 'data');

  const hello = roundTrip(chunk);

  assert.equal(hello.servername, 'node.test');
  assert.deepEqual(hello.alpn, ['h2']);
  assert.ok(hello.suites.includes(0x1301) && hello.versions.includes(0x0304) && hello.shares.length > 0);
  client.destroy();
  socket.destroy();
  server.close();
});

test('no bytes make the flight reader or the hello reader throw anything but a WireError', () => {
  const hello = Buffer.from(
    clientHelloRecord({ version: 'TLSv1.3', random, suites: TLS13_SUITES, servername: 'a.test' }),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      const flight = parseFlight(
        Buffer.concat([Uint8Array.of(22, 3, 3, bytes.length >> 8, bytes.length & 255), bytes]),
      );
      assert.equal(flight.length, bytes.length + 5);
      parseFlight(bytes);
    }),
  );
  fc.assert(
    fc.property(fc.nat(hello.length - 6), fc.nat(255), (at, value) => {
      const body = Buffer.from(hello.subarray(9));
      body[at % body.length] = value;
      try {
        decodeClientHello(body);
      } catch (error) {
        assert.ok(error instanceof WireError);
      }
    }),
  );
});

test('records that break the rules are refused, and what stood before them is kept', () => {
  const good = Uint8Array.of(21, 3, 1, 0, 2, 2, 40);
  const alert = parseFlight(good);
  assert.deepEqual(alert.alerts, [{ level: 2, description: 40 }]);
  assert.equal(alert.ended, true);

  const tooLong = parseFlight(Buffer.concat([good, Uint8Array.of(22, 3, 3, 0xff, 0xff)]));
  assert.match(tooLong.error ?? '', /65535/);
  assert.equal(tooLong.alerts.length, 1);

  const http = parseFlight(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'));
  assert.match(http.error ?? '', /not with TLS/);

  const endless = parseFlight(Uint8Array.of(22, 3, 3, 0, 4, 2, 0xff, 0xff, 0xff));
  assert.match(endless.error ?? '', /16777215/);

  const warning = parseFlight(Uint8Array.of(21, 3, 1, 0, 2, 1, 112));
  assert.equal(warning.ended, false, 'a warning goes before a ServerHello');
});

test('suites are taken apart by their names', () => {
  const table: readonly (readonly [code: number, summary: string])[] = [
    [0x0005, 'rsa rsa rc4 stream sha1'],
    [0x0003, 'rsa rsa rc4 stream md5 export'],
    [0x001b, 'dhe anon 3des cbc sha1 fs'],
    [0x0026, 'krb5 krb5 des cbc sha1 export'],
    [0x002c, 'psk psk null none sha1'],
    [0x0030, 'dh dss aes-128 cbc sha1'],
    [0x0063, 'dhe dss des cbc sha1 export fs'],
    [0x1302, 'any any aes-256 gcm aead fs 1.3'],
    [0x1305, 'any any aes-128 ccm8 aead fs 1.3'],
    [0x00c6, 'any any sm4 gcm aead fs 1.3'],
    [0xc006, 'ecdhe ecdsa null none sha1 fs'],
    [0xc018, 'ecdhe anon aes-128 cbc sha1 fs'],
    [0xc02a, 'ecdh rsa aes-256 cbc sha384'],
    [0xc01e, 'srp rsa aes-128 cbc sha1 fs'],
    [0xc0aa, 'dhe-psk psk aes-128 ccm8 aead fs'],
    [0xcca8, 'ecdhe rsa chacha20 poly1305 aead fs'],
    [0x0081, 'gost gost gost other gost'],
    [0xe013, 'other other sm4 cbc sm3'],
  ];

  for (const [code, summary] of table) {
    const { keyExchange, authentication, encryption, mode, mac, exportGrade, forwardSecret, tls13 } = suiteOf(code);
    const flags = [exportGrade ? ' export' : '', forwardSecret ? ' fs' : '', tls13 ? ' 1.3' : ''].join('');
    assert.equal(
      `${keyExchange} ${authentication} ${encryption} ${mode} ${mac}${flags}`,
      summary,
      SUITE_NAMES.get(code),
    );
  }
});

test('every suite of the registry has a cipher we know, and stands in one of the two lists', () => {
  const other = [...SUITE_NAMES.keys()].map((code) => suiteOf(code)).filter(({ encryption }) => encryption === 'other');

  assert.deepEqual(other, []);
  assert.equal(SUITE_NAMES.size, 371);
  assert.equal(CLASSIC_SUITES.length + TLS13_SUITES.length, SUITE_NAMES.size);
});

test('two shares of each readable group agree, and a share outside of the group is refused', () => {
  for (const group of READABLE_GROUPS) {
    const [ours, theirs] = [makeShare(group), makeShare(group)];

    assert.deepEqual(ours.agree(theirs.key), theirs.agree(ours.key), String(group));
    assert.throws(() => ours.agree(new Uint8Array(ours.key.length)), WireError, String(group));
  }
});

test('the primes of RFC 7919 follow from their formula', () => {
  // RFC 7919 §A.1, §A.2: the first octets and the last
  const hex = ffdhePrime(2048, 560_316n).toString(16);
  assert.match(hex, /^f{16}adf85458a2bb4a9aafdc5620273d3cf1.*886b423861285c97f{16}$/);
  assert.match(ffdhePrime(3072, 2_625_351n).toString(16), /^f{16}adf85458a2bb4a9a.*25e41d2b66c62e37f{16}$/);
});
