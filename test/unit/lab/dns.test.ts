/** The lab's DNS server, asked over real sockets and by another codec's answers. */
import assert from 'node:assert/strict';
import { Resolver } from 'node:dns/promises';
import { test } from 'node:test';
import { responder, startDns } from '../../../src/lab/dns.ts';
import { decodeMessage, encodeQuery } from '../../../src/wire/dns/message.ts';
import { TYPES } from '../../../src/wire/dns/types.ts';

const LINES = [
  '$ORIGIN example.test.',
  '$TTL 300',
  '@ 60 IN SOA ns1 hostmaster 1 7200 3600 1209600 300',
  '  NS ns1',
  'ns1 A 192.0.2.53',
  '@ MX 10 mail ; a comment',
  'mail A 192.0.2.1',
  'www CNAME mail',
  'loop CNAME pool',
  'pool CNAME loop',
  'gone CNAME nothing',
  '@ TXT "v=spf1 " "mx;all \\"x\\" \\255"',
  'a.b.c A 192.0.2.2',
  '*.wild TXT "wild"',
  'x.wild A 192.0.2.3',
  'big TXT "' + 'x'.repeat(250) + '" "' + 'y'.repeat(250) + '" "' + 'z'.repeat(250) + '"',
];

function ask(name: string, type: number, transport: 'udp' | 'tcp' = 'udp', edns = true) {
  const reply = responder({ lines: LINES })(encodeQuery(name, type, { id: 5, edns }), transport);
  assert.ok(reply !== undefined);
  return decodeMessage(reply);
}

test('node:dns reads the answers over UDP, and over TCP where they are too long', async () => {
  const server = await startDns({ lines: LINES });
  const resolver = new Resolver();
  resolver.setServers([server.address]);

  const mx = await resolver.resolveMx('example.test');
  const big = await resolver.resolveTxt('big.example.test');
  const gone = await resolver.resolve4('nothing.example.test').catch((error: NodeJS.ErrnoException) => error.code);
  await server.close();

  assert.partialDeepStrictEqual(mx, [{ exchange: 'mail.example.test', priority: 10 }]);
  assert.equal(big[0]?.join('').length, 750);
  assert.equal(gone, 'ENOTFOUND');
});

test('quoted text keeps spaces, semicolons, quotes and octets', () => {
  assert.deepEqual(ask('EXAMPLE.test', TYPES.TXT).answers[0]?.rdata, {
    is: 'TXT',
    strings: [Buffer.from('v=spf1 '), Buffer.from('mx;all "x" \u00ff', 'latin1')].map((text) => Uint8Array.from(text)),
  });
});

test('absence has its four forms', () => {
  const nodata = ask('mail.example.test', TYPES.AAAA);
  assert.deepEqual([nodata.rcode, nodata.answers.length, nodata.authorities.length], [0, 0, 1]);
  assert.equal(ask('nope.example.test', TYPES.A).rcode, 3);
  assert.equal(ask('b.c.example.test', TYPES.A).rcode, 0);
  const dangling = ask('gone.example.test', TYPES.A);
  assert.deepEqual([dangling.rcode, dangling.answers.length], [3, 1]);
});

test('wildcards answer for names that do not exist, and only for those', () => {
  assert.equal(ask('q.wild.example.test', TYPES.TXT).answers[0]?.name, 'q.wild.example.test');
  assert.equal(ask('x.wild.example.test', TYPES.TXT).answers.length, 0);
});

test('a CNAME loop is answered and ends', () => {
  assert.equal(ask('loop.example.test', TYPES.A).answers.length, 2);
});

test('without EDNS an answer over 512 octets is truncated on UDP only', () => {
  assert.equal(ask('big.example.test', TYPES.TXT, 'udp', false).truncated, true);
  assert.equal(ask('big.example.test', TYPES.TXT, 'tcp', false).truncated, false);
});

test('it misbehaves when told to', () => {
  const query = encodeQuery('x.test', TYPES.A, { id: 9 });
  const reply = (wrong: Parameters<typeof responder>[0]['misbehave']) =>
    responder({ ...(wrong === undefined ? {} : { misbehave: wrong }) })(query, 'udp');

  assert.equal(
    reply(() => 'silence'),
    undefined,
  );
  assert.equal(decodeMessage(reply(() => 'servfail') ?? query).rcode, 2);
  assert.equal(decodeMessage(reply(() => 'wrong-id') ?? query).id, 8);
  assert.throws(() => decodeMessage(reply(() => 'malformed') ?? query), /malformed/);
});
