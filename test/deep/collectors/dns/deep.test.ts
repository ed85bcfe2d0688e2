/** DKIM keys, the MTA-STS policy, BIMI, DNSSEC and name servers: what fails, and what must not. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { svgProblems } from '../../../../src/collectors/dns/bimi/svg.ts';
import { looksLikeRoca, readKey, sharePrime } from '../../../../src/collectors/dns/dkim/key.ts';
import { parseDkim } from '../../../../src/collectors/dns/dkim/record.ts';
import { dateOf } from '../../../../src/collectors/dns/dkim/selectors.ts';
import { keyTag, rsaBits } from '../../../../src/collectors/dns/dnssec.ts';
import { matchesPattern, parsePolicy } from '../../../../src/collectors/dns/policy.ts';
import { redactedMessage, secretsIn } from '../../../../src/collectors/dns/redact.ts';
import { responder } from '../../../../src/lab/dns.ts';
import { FaultError } from '../../../../src/model/fault.ts';
import type { Hop } from '../../../../src/model/io.ts';
import { decodeMessage, encodeQuery } from '../../../../src/wire/dns/message.ts';
import { TYPES } from '../../../../src/wire/dns/types.ts';
import { at, type LabIoOptions } from '../../../support/dns-io.ts';
import { judgeDomain } from '../../../support/dns-verdicts.ts';

const ZONE = [
  '$ORIGIN d.test.',
  '@ SOA ns1 h 1 7200 3600 1209600 300',
  '@ MX 10 mail',
  'mail A 192.0.2.2',
  '@ TXT "v=spf1 mx -all"',
  '_dmarc TXT "v=DMARC1; p=reject; rua=mailto:d@d.test"',
];
const chunks = (text: string) => (text.match(/.{1,250}/g) ?? []).map((part) => `"${part}"`).join(' ');

const rsa = (bits: number, type: 'spki' | 'pkcs1' = 'spki') =>
  generateKeyPairSync('rsa', { modulusLength: bits }).publicKey.export({ format: 'der', type }).toString('base64');
const ed25519 = () =>
  generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' }).subarray(12).toString('base64');
const GOOD = rsa(2048);

async function fails(group: string, options: LabIoOptions, jobOptions = {}): Promise<string[]> {
  const { verdicts } = await judgeDomain('d.test', options, jobOptions, group);
  assert.deepEqual(
    verdicts.filter(({ status }) => status === 'error').map(({ check, message }) => `${check}: ${message}`),
    [],
  );
  return [
    ...new Set(
      verdicts.filter(({ status, severity }) => status === 'fail' && severity !== 'info').map(({ check }) => check),
    ),
  ];
}

const KEYS: readonly (readonly [string, string, readonly string[]])[] = [
  ['a 2048-bit key', `v=DKIM1; k=rsa; p=${GOOD}`, []],
  ['without v and k', `p=${GOOD}`, []],
  ['a bare RSAPublicKey', `v=DKIM1; p=${rsa(2048, 'pkcs1')}`, []],
  ['white space inside p', `v=DKIM1; p=${GOOD.slice(0, 40)} ${GOOD.slice(40)}`, []],
  ['1024 bits', `v=DKIM1; p=${rsa(1024)}`, ['dkim.rsa.short']],
  ['512 bits', `v=DKIM1; p=${rsa(512)}`, ['dkim.rsa.broken']],
  ['p is no base64', 'v=DKIM1; p=???', ['dkim.key.bad']],
  ['p is no DER', 'v=DKIM1; p=AAAA', ['dkim.key.bad']],
  ['a truncated key', `v=DKIM1; p=${GOOD.slice(0, 100)}`, ['dkim.key.bad']],
  ['an unknown key type', `v=DKIM1; k=dsa; p=${GOOD}`, ['dkim.key.bad']],
  ['Ed25519 of 31 octets', `v=DKIM1; k=ed25519; p=${Buffer.alloc(31).toString('base64')}`, ['dkim.key.bad']],
  ['Ed25519 alone', `v=DKIM1; k=ed25519; p=${ed25519()}`, ['dkim.ed25519.only']],
  ['no p', 'v=DKIM1; k=rsa', ['dkim.key.missing']],
  ['v not first', `k=rsa; v=DKIM1; p=${GOOD}`, ['dkim.v']],
  ['another version', `v=DKIM2; p=${GOOD}`, ['dkim.v']],
  ['test mode', `v=DKIM1; t=y; p=${GOOD}`, ['dkim.test']],
  ['test mode among flags', `v=DKIM1; t=s:y; p=${GOOD}`, ['dkim.test']],
  ['only sha1', `v=DKIM1; h=sha1; p=${GOOD}`, ['dkim.h']],
  ['both hashes', `v=DKIM1; h=sha1:sha256; p=${GOOD}`, []],
  ['another service', `v=DKIM1; s=other; p=${GOOD}`, ['dkim.s']],
  ['a g tag', `v=DKIM1; g=*; p=${GOOD}`, ['dkim.g']],
  ['p twice', `v=DKIM1; p=${GOOD}; p=${GOOD}`, ['dkim.dup_tag']],
  ['a stray word', `v=DKIM1; junk; p=${GOOD}`, ['dkim.syntax']],
];

for (const [title, record, expected] of KEYS) {
  test(`DKIM: ${title}`, async () => {
    const lines = [...ZONE, `s1._domainkey TXT ${chunks(record)}`];

    assert.deepEqual(
      (await fails('dkim.', { lines })).filter((id) => id !== 'dkim.none_found'),
      expected,
    );
  });
}

test('DKIM: keys are found under known and configured selectors, and only there', async () => {
  const key = `TXT ${chunks(`v=DKIM1; p=${GOOD}`)}`;

  const known = await judgeDomain('d.test', { lines: [...ZONE, `google._domainkey ${key}`] }, {}, 'dkim.');
  const named = await judgeDomain(
    'd.test',
    { lines: [...ZONE, `ours-7._domainkey ${key}`] },
    { selectors: ['ours-7'] },
    'dkim.',
  );
  const hidden = await judgeDomain('d.test', { lines: [...ZONE, `ours-7._domainkey ${key}`] }, {}, 'dkim.');
  const none = await judgeDomain('d.test', { lines: ZONE }, {}, 'dkim.');
  const wild = await judgeDomain('d.test', { lines: [...ZONE, `*._domainkey ${key}`] }, {}, 'dkim.');
  const revoked = await judgeDomain('d.test', { lines: [...ZONE, '*._domainkey TXT "v=DKIM1; p="'] }, {}, 'dkim.');

  assert.equal(at(known.facts, 'dkim.state'), 'found');
  assert.equal(at(named.facts, 'dkim.state'), 'found');
  assert.equal(at(hidden.facts, 'dkim.state'), 'unknown-selector');
  assert.equal(hidden.verdicts.find(({ check }) => check === 'dkim.selector.unknown')?.status, 'manual');
  assert.deepEqual(none.fails, ['dkim.none_found']);
  assert.ok(none.asked.length < 40, 'selectors are asked only where _domainkey exists');
  assert.ok(wild.fails.includes('dkim.wildcard'));
  assert.ok(wild.asked.length < 40, 'a wildcard is not asked 70 times');
  assert.equal(at(revoked.facts, 'dkim.state'), 'none');
});

test('DKIM: aliases that lead nowhere are told apart', async () => {
  const taken = await fails('dkim.', { lines: [...ZONE, 's1._domainkey CNAME s1.gone.example.'] });
  const broken = await fails('dkim.', {
    lines: [...ZONE, 's1._domainkey CNAME s1.d.test.', '$ORIGIN d.test.', 'x A 192.0.2.1'],
  });

  assert.ok(taken.includes('dkim.cname.dangling') && !taken.includes('dkim.cname.broken'));
  assert.ok(broken.includes('dkim.cname.broken') && !broken.includes('dkim.cname.dangling'));
});

test('keys with a common prime, and keys of the broken library, are told', () => {
  assert.equal(sharePrime(15n, 21n), true);
  assert.equal(sharePrime(15n, 77n), false);
  // 65537 to a power is, modulo each small prime, such a power
  assert.equal(looksLikeRoca(65537n ** 7n), true);
  assert.equal(looksLikeRoca(readKey('rsa', GOOD).modulus ?? 65537n), false);
});

test('selectors that name a date', () => {
  assert.equal(dateOf('20230601'), '2023-06-01T00:00:00Z');
  assert.equal(dateOf('s202306'), '2023-06-01T00:00:00Z');
  assert.equal(dateOf('cf2024-1'), undefined);
  assert.equal(dateOf('20230231'), undefined);
  assert.equal(dateOf('s1024'), undefined);
});

const hop = (part: Partial<Hop>): Hop => ({
  url: '',
  method: 'GET',
  address: '192.0.2.9',
  port: 443,
  httpVersion: '1.1',
  status: 200,
  statusText: 'OK',
  headers: [['Content-Type', 'text/plain; charset=utf-8']],
  body: Buffer.from(''),
  truncated: false,
  tls: { protocol: 'TLSv1.3', authorized: true, trustError: undefined },
  elapsedMs: 1,
  ...part,
});
const STS = [...ZONE, '_mta-sts TXT "v=STSv1; id=1"', 'mta-sts A 192.0.2.9'];
const policy = (text: string) => hop({ body: Buffer.from(text) });
const ENFORCE = 'version: STSv1\r\nmode: enforce\r\nmx: mail.d.test\r\nmax_age: 604800\r\n';

const POLICIES: readonly (readonly [string, Hop, readonly string[]])[] = [
  ['good', policy(ENFORCE), []],
  [
    'with LF, unknown keys and a wildcard',
    policy('version:STSv1\nmode: enforce\nx: y\nmx: *.d.test\nmax_age: 604800\nmode: none\n'),
    [],
  ],
  ['testing', policy(ENFORCE.replace('enforce', 'testing')), ['mtasts.mode.testing']],
  ['none', policy('version: STSv1\nmode: none\nmax_age: 86400\n'), ['mtasts.mode.none']],
  ['another host', policy(ENFORCE.replace('mail.d', 'other.d')), ['mtasts.mx.mismatch']],
  [
    'testing, another host',
    policy(ENFORCE.replace('enforce', 'testing').replace('mail.d', 'other.d')),
    ['mtasts.mode.testing', 'mtasts.mx.mismatch.testing'],
  ],
  ['a short life', policy(ENFORCE.replace('604800', '3600')), ['mtasts.max_age']],
  ['no version', policy(ENFORCE.replace('STSv1', 'STSv2')), ['mtasts.policy.fields']],
  ['an endless life', policy(ENFORCE.replace('604800', '99999999')), ['mtasts.policy.fields']],
  [
    'a wildcard in the middle',
    policy(ENFORCE.replace('mail.d', 'a.*.d')),
    ['mtasts.mx.mismatch', 'mtasts.policy.fields'],
  ],
  ['404', hop({ status: 404 }), ['mtasts.policy.fetch']],
  ['a redirect', hop({ status: 301 }), ['mtasts.policy.fetch']],
  ['HTML', hop({ headers: [['content-type', 'text/html']], body: Buffer.from(ENFORCE) }), ['mtasts.policy.fetch']],
  ['too large', hop({ truncated: true, body: Buffer.from(ENFORCE) }), ['mtasts.policy.fetch']],
  [
    'a wrong certificate',
    hop({
      tls: { protocol: 'TLSv1.3', authorized: false, trustError: 'CERT_HAS_EXPIRED' },
      body: Buffer.from(ENFORCE),
    }),
    ['mtasts.policy.fetch'],
  ],
];

for (const [title, answer, expected] of POLICIES) {
  test(`MTA-STS policy: ${title}`, async () => {
    assert.deepEqual(await fails('mtasts.', { lines: STS, fetch: () => Promise.resolve(answer) }), expected);
  });
}

test('MTA-STS: a time-out is an error, a refused connection a fail, a record without host an orphan', async () => {
  const fetch = (code: 'net.timeout' | 'net.refused') => () => Promise.reject(new FaultError(code));
  const slow = await judgeDomain('d.test', { lines: STS, fetch: fetch('net.timeout') }, {}, 'mtasts.');
  const closed = await judgeDomain('d.test', { lines: STS, fetch: fetch('net.refused') }, {}, 'mtasts.');

  assert.equal(slow.verdicts.find(({ check }) => check === 'mtasts.policy.fetch')?.status, 'error');
  assert.equal(closed.verdicts.find(({ check }) => check === 'mtasts.policy.fetch')?.status, 'fail');
  assert.deepEqual(await fails('mtasts.', { lines: [...ZONE, '_mta-sts TXT "v=STSv1; id=1"'] }), ['mtasts.orphan']);
  const served = { lines: [...ZONE, 'mta-sts A 192.0.2.9'], fetch: () => Promise.resolve(policy(ENFORCE)) };
  assert.deepEqual(await fails('mtasts.', served), ['mtasts.missing', 'mtasts.orphan']);
});

test('a wildcard matches exactly one label', () => {
  assert.equal(matchesPattern('a.d.test', '*.d.test'), true);
  assert.equal(matchesPattern('d.test', '*.d.test'), false);
  assert.equal(matchesPattern('a.b.d.test', '*.d.test'), false);
});

const SVG =
  '<?xml version="1.0"?><svg version="1.2" baseProfile="tiny-ps" viewBox="0 0 9 9" xmlns="http://www.w3.org/2000/svg"><title>x</title><path d="M0 0"/></svg>';
const SVGS: readonly (readonly [string, string, number])[] = [
  ['good', SVG, 0],
  ['another version', SVG.replace('1.2"', '1.1"'), 1],
  ['no profile', SVG.replace(' baseProfile="tiny-ps"', ''), 1],
  ['a title as CDATA', SVG.replace('>x<', '>\n<![CDATA[x & y]]><'), 0],
  ['an empty title', SVG.replace(/<title>[^<]*/, '<title> '), 1],
  ['not square', SVG.replace('0 0 9 9', '0 0 9 5'), 1],
  ['no title', SVG.replace('<title>x</title>', ''), 1],
  ['x on the root', SVG.replace('<svg ', '<svg x="0" '), 1],
  ['a script', SVG.replace('<path', '<script>1</script><path'), 1],
  ['animation', SVG.replace('<path', '<animate/><path'), 1],
  ['an image from elsewhere', SVG.replace('<path', '<image xlink:href="https://x/y.png"/><path'), 2],
  ['an event handler', SVG.replace('<path', '<path onload="x"'), 1],
  ['an entity', SVG.replace('<svg', '<!DOCTYPE svg><svg'), 1],
  ['something else', 'hello', 1],
];

for (const [title, text, count] of SVGS) {
  test(`SVG Tiny PS: ${title}`, () => {
    assert.equal(svgProblems(text).length, count, svgProblems(text).join('; '));
  });
}

test('BIMI: logo, evidence and DMARC are judged together', async () => {
  const bimi = (record: string) => [...ZONE, `default._bimi TXT "${record}"`];
  const fetch = () => Promise.resolve(hop({ body: Buffer.from(SVG), headers: [['content-type', 'image/svg+xml']] }));

  assert.deepEqual(await fails('bimi.', { lines: bimi('v=BIMI1; l=https://d.test/logo.svg'), fetch }), []);
  assert.deepEqual(await fails('bimi.', { lines: bimi('v=BIMI1; l=; a='), fetch }), []);
  assert.deepEqual(await fails('bimi.', { lines: bimi('v=BIMI1; l=http://d.test/logo.svg'), fetch }), [
    'bimi.location',
  ]);
  assert.deepEqual(await fails('bimi.', { lines: bimi('v=bimi1; l=https://d.test/logo.svg'), fetch }), ['bimi.syntax']);
  assert.deepEqual(
    await fails('bimi.', { lines: bimi('v=BIMI1; l=https://d.test/logo.svg; a=https://d.test/x.pem'), fetch }),
    ['bimi.vmc'],
  );
  const weak = bimi('v=BIMI1; l=https://d.test/logo.svg').map((line) => line.replace('p=reject', 'p=none'));
  assert.deepEqual(await fails('bimi.', { lines: weak, fetch }), ['bimi.dmarc']);
});

test('DNSSEC: key tags and key sizes are those of the RFCs', () => {
  // RFC 4034 §5.4: the key of dskey.example.com has the tag 60485
  const key = Buffer.from(
    'AQOeiiR0GOMYkDshWoSKz9XzfwJr1AYtsmx3TGkJaNXVbfi/2pHm822aJ5iI9BMzNXxeYCmZDRD99WYwYqUSdjMmmAphXdvxegXd/M5+X7OrzKBaMbCVdFLUUh6DhweJBjEVv5f2wwjM9XzcnOf+EPbtG9DMBmADjFDc2w/rljwvFw==',
    'base64',
  );

  assert.equal(keyTag({ is: 'DNSKEY', flags: 256, protocol: 3, algorithm: 5, key }), 60485);
  assert.equal(rsaBits(key), 1024);
});

test('DNSSEC: unsigned, orphaned and old zones are told apart', async () => {
  const ds = '@ DS 1 13 2 00';
  const key = `@ DNSKEY 257 3 5 ${Buffer.alloc(130, 3).toString('base64')}`;

  assert.ok((await fails('dns.dnssec.', { lines: ZONE })).includes('dns.dnssec.absent'));
  assert.deepEqual(await fails('dns.dnssec.', { lines: [...ZONE, ds] }), ['dns.dnssec.ds_orphan']);
  assert.ok((await fails('dns.dnssec.', { lines: [...ZONE, ds, key] })).includes('dns.dnssec.algo'));
  const bogus = await judgeDomain(
    'd.test',
    { lines: ZONE, misbehave: (_, __, query) => (query.checkingDisabled ? undefined : 'servfail') },
    {},
    'dns.dnssec.bogus',
  );
  assert.equal(bogus.verdicts[0]?.status, 'fail');
  const dead = await judgeDomain('d.test', { lines: ZONE, misbehave: () => 'servfail' }, {}, 'dns.dnssec.bogus');
  assert.equal(dead.verdicts[0]?.status, 'error');
});

test('DANE: unsigned records and wrong parameters are told; without a resolver to believe, nothing is', async () => {
  const lines = [...ZONE, '_25._tcp.mail TLSA 1 1 1 0011'];

  assert.deepEqual(await fails('dane.', { lines, signed: () => false }), [
    'dane.params',
    'dane.unsigned',
    'dane.usage',
  ]);
  assert.deepEqual(
    await fails('dane.', { lines: [...ZONE, `_25._tcp.mail TLSA 3 1 1 ${'ab'.repeat(32)}`], signed: () => true }),
    [],
  );
  assert.deepEqual(await fails('dane.', { lines: ZONE, signed: () => true }), ['dane.missing']);
  const { verdicts } = await judgeDomain('d.test', { lines, trusted: false }, {}, 'dane.unsigned');
  assert.equal(verdicts[0]?.fault?.code, 'dns.unvalidated');
});

test('name servers: lame, deaf over TCP, of another serial', async () => {
  const lines = [...ZONE, '@ NS ns1', '@ NS ns2', 'ns1 A 192.0.2.53', 'ns2 A 198.51.100.53'];
  const lame = await judgeDomain(
    'd.test',
    {
      lines,
      misbehave: (question, transport, query) =>
        question.type === TYPES.SOA && !query.recursionDesired && transport === 'udp' ? 'refused' : undefined,
    },
    {},
    'dns.ns.lame',
  );
  const deaf = await judgeDomain(
    'd.test',
    { lines, misbehave: (_, transport) => (transport === 'tcp' ? 'silence' : undefined) },
    {},
    'dns.tcp',
  );

  assert.deepEqual(
    lame.verdicts.map(({ subject, status }) => `${subject} ${status}`),
    ['ns1.d.test fail', 'ns2.d.test fail'],
  );
  assert.deepEqual(
    deaf.verdicts.map(({ status }) => status),
    ['fail', 'fail'],
  );
  assert.ok(!(await fails('dns.soa.serial', { lines })).includes('dns.soa.serial'));
  const open = await judgeDomain('d.test', { lines }, { intrusive: true }, 'dns.ns.axfr');
  assert.deepEqual(
    open.verdicts.map(({ status }) => status),
    ['pass', 'pass'],
  );
});

test('a credential in a text record is said, and is nowhere in the evidence', async () => {
  const value = ['hunter2', 'hunter2', 'x9'].join('-');
  const { raw, fails: ids } = await judgeDomain(
    'd.test',
    { lines: [...ZONE, `@ TXT "api_key=${value}; more"`] },
    {},
    'dns.txt',
  );
  const octets = (raw as { answers: { reply: { message?: string } }[] }).answers.map(({ reply }) =>
    Buffer.from(reply.message ?? '', 'base64').toString('latin1'),
  );

  assert.ok(ids.includes('dns.txt.leak'));
  assert.ok(!octets.join('').includes(value) && octets.join('').includes('api_key=***'));
  const reply =
    responder({ lines: ['x.test. TXT "v=spf1 -all"'] })(encodeQuery('x.test', TYPES.TXT), 'udp') ?? new Uint8Array();
  assert.deepEqual(redactedMessage(reply), { bytes: reply, message: decodeMessage(reply) });
  assert.deepEqual(secretsIn('v=spf1 include:a.test -all'), []);
});

test('any text goes through every grammar, quickly', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.uint8Array().map((octets) => Buffer.from(octets).toString('latin1')),
      ),
      (text) => {
        parseDkim(text);
        parseDkim(`v=DKIM1; p=${text}`);
        readKey('rsa', Buffer.from(text).toString('base64'));
        parsePolicy(text);
        svgProblems(text);
        svgProblems(`<svg ${text}>`);
        secretsIn(text);
        dateOf(text);
      },
    ),
  );
  const started = performance.now();
  for (const text of [
    '<',
    '<a "',
    "<a '",
    '<!--',
    '<svg x="',
    'a=b ',
    'mx: a.',
    'password=',
    'api_key: ',
    '-----BEGIN ',
    ';p=',
    '*',
  ]) {
    svgProblems(`<svg ${text.repeat(8000)}`.slice(0, 32_768));
    parsePolicy(text.repeat(8000));
    parseDkim(text.repeat(8000));
    secretsIn(text.repeat(8000));
  }
  assert.ok(performance.now() - started < 3000, `${String(performance.now() - started)} ms`);
});
