/** CAA, DNSSEC, name servers and the rest of the zone as an outside examiner plants them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeMessage } from '../../../../src/wire/dns/message.ts';
import { TYPES, type Message } from '../../../../src/wire/dns/types.ts';
import { examine, judged, KEY_TAG, NAME, type Case, type Change } from '../../../support/dns-examiner.ts';

const at = (label: string) => `${label}.${NAME}`;
const other = (name: string, ...lines: readonly string[]) => [
  `$ORIGIN ${name}.`,
  '@ SOA ns h 1 7200 900 1209600 300',
  ...lines,
];
const USUAL_CAA = [
  '@ CAA 0 issuewild ";"',
  '@ CAA 0 issuemail ";"',
  '@ CAA 0 issuevmc ";"',
  `@ CAA 0 iodef "mailto:c@${NAME}"`,
];
const caa = (...lines: readonly string[]): Change => ({ caa: [...USUAL_CAA, ...lines.map((line) => `@ CAA ${line}`)] });

const CAA: readonly Case[] = [
  ['dns.caa.missing', 'none', { caa: [] }],
  ['dns.caa.missing', 'a set below the domain only', { caa: ['www CAA 0 issue ";"'] }],
  ['', 'nobody may issue, in upper case', caa('0 ISSUE ";"')],
  [
    '',
    'an issuer with parameters and white space',
    caa('0 issue " ca.kontor ; accounturi = https://ca.kontor/a/1 ; validationmethods=dns-01,http-01 "'),
  ],
  ['', 'an empty value', caa('0 issue ""')],
  ['', 'critical tags that are known', caa('128 issue ";"', '128 contactemail "c@kontor.kontor"', '128 issuevmc ";"')],
  ['', 'an unknown tag that is not critical', caa('0 issue ";"', '0 futuretag "x"')],
  [
    'dns.caa.critical',
    'an unknown tag that is critical, beside good ones',
    caa('0 issue ";"', '128 futuretag "x"'),
    ['futuretag'],
  ],
  ['dns.caa.critical', 'a misspelt tag with the critical flag', caa('0 issue ";"', '128 isssue "ca.kontor"')],
  ['dns.caa.syntax', 'flags of 1', caa('1 issue ";"'), ['flag']],
  ['dns.caa.syntax', 'two issuers in one value', caa('0 issue "ca.kontor, ca.haus"'), ['ca.kontor, ca.haus']],
  ['dns.caa.syntax', 'semicolons that divide nothing', caa('0 issue "ca.kontor;;"')],
  ['', 'a semicolon before no parameters', caa('0 issue "ca.kontor;"')],
  ['dns.caa.syntax', 'a URL for an issuer', caa('0 issue "https://ca.kontor"')],
  ['dns.caa.syntax', 'a parameter without a value sign', caa('0 issue "ca.kontor; accounturi"')],
  ['dns.caa.syntax', 'an issuer of marks that is no name', caa('0 issue ";"', '0 issuevmc "not a name"')],
  ['dns.caa.iodef', 'a mail address without a scheme', caa('0 issue ";"', `0 iodef "c@${NAME}"`), [`c@${NAME}`]],
  ['dns.caa.iodef', 'tel:', caa('0 issue ";"', '0 iodef "tel:+4912345"')],
  ['', 'iodef over https', caa('0 issue ";"', '0 IODEF "https://report.kontor/caa"')],
  ['dns.caa.wild', 'no word on wildcards', { caa: ['@ CAA 0 issue ";"'] }],
  ['dns.caa.mail', 'no word on mail', { caa: ['@ CAA 0 issue ";"', '@ CAA 0 issuewild ";"'] }],
  ['dns.caa.iodef.missing', 'no report address', { caa: ['@ CAA 0 issue ";"'] }],
  [
    '',
    'a set of the parent, for a subdomain',
    {
      domain: at('laden'),
      options: { selectors: [] },
      more: ['laden MX 0 .', 'laden A 62.53.9.90', 'laden TXT "v=spf1 -all"'],
    },
  ],
  [
    '',
    'a set behind an alias',
    {
      domain: at('laden'),
      options: { selectors: [] },
      caa: [],
      more: [
        'laden CNAME shop.haus.kontor.',
        ...other('haus.kontor', 'shop A 62.54.1.1', 'shop MX 0 .', 'shop TXT "v=spf1 -all"', 'shop CAA 0 issue ";"'),
      ],
    },
  ],
  [
    'dns.caa.missing',
    'a set above the target of an alias, which nobody climbs to',
    {
      domain: at('laden'),
      options: { selectors: [] },
      caa: [],
      more: [
        'laden CNAME shop.haus.kontor.',
        ...other('haus.kontor', '@ CAA 0 issue ";"', 'shop A 62.54.1.1', 'shop MX 0 .', 'shop TXT "v=spf1 -all"'),
      ],
    },
  ],
];

const signed = (change: Change): Change => ({
  signed: true,
  ...change,
  more: [
    ...['a.post', 'b.post'].map((host) => `_25._tcp.${host} TLSA 3 1 1 ${'c4'.repeat(32)}`),
    ...(change.more ?? []),
  ],
});
const unkeyed = (change: Change): Change => signed({ ...change, without: ['@ DNSKEY', '@ DS'] });
/** Algorithm 8: three octets of exponent, then the modulus (RFC 3110 §2). */
const rsaZoneKey = (bits: number) =>
  Buffer.concat([Buffer.from([3, 1, 0, 1]), Buffer.alloc(bits / 8, 0xc1)]).toString('base64');

const DNSSEC: readonly Case[] = [
  ['', 'signed', signed({})],
  [
    'dns.dnssec.ds_orphan',
    'a DS of another key',
    unkeyed({
      more: [
        `@ DNSKEY 257 3 13 ${Buffer.alloc(64, 9).toString('base64')}`,
        `@ DS ${String(KEY_TAG ^ 1)} 13 2 ${'5c'.repeat(32)}`,
      ],
    }),
  ],
  [
    'dns.dnssec.ds_orphan',
    'a DS of the same tag and another algorithm',
    unkeyed({
      more: [
        `@ DNSKEY 257 3 13 ${Buffer.alloc(64, 9).toString('base64')}`,
        `@ DS ${String(KEY_TAG)} 8 2 ${'5c'.repeat(32)}`,
      ],
    }),
  ],
  ['dns.dnssec.ds_orphan', 'no key at all', unkeyed({ more: [`@ DS ${String(KEY_TAG)} 13 2 ${'5c'.repeat(32)}`] })],
  ['', 'a second DS of the next key', signed({ more: [`@ DS 4711 13 2 ${'6d'.repeat(32)}`] })],
  ['dns.dnssec.algo', 'algorithm 7 beside 13', signed({ more: [`@ DNSKEY 256 3 7 ${rsaZoneKey(2048)}`] }), ['7']],
  ['dns.dnssec.algo', 'RSA of 1024 bits', signed({ more: [`@ DNSKEY 256 3 8 ${rsaZoneKey(1024)}`] }), ['1024']],
  ['', 'RSA of 2048 bits', signed({ more: [`@ DNSKEY 256 3 8 ${rsaZoneKey(2048)}`] })],
  [
    'dns.dnssec.algo',
    'a DS of SHA-1 only',
    unkeyed({
      more: [
        `@ DNSKEY 257 3 13 ${Buffer.alloc(64, 9).toString('base64')}`,
        `@ DS ${String(KEY_TAG)} 13 1 ${'5c'.repeat(20)}`,
      ],
    }),
  ],
  [
    '',
    'a DS of SHA-1 beside SHA-384',
    signed({
      more: [`@ DS ${String(KEY_TAG)} 13 1 ${'5c'.repeat(20)}`, `@ DS ${String(KEY_TAG)} 13 4 ${'5c'.repeat(48)}`],
    }),
  ],
  ['dns.nsec3.iterations', 'one iteration', signed({ more: ['@ NSEC3PARAM 1 0 1 -'] })],
  ['dns.nsec3.iterations', 'fifty', signed({ more: ['@ NSEC3PARAM 1 0 50 -'] })],
  ['dns.nsec3.iterations dns.nsec3.excess', 'fifty-one', signed({ more: ['@ NSEC3PARAM 1 0 51 -'] })],
  ['', 'none, and no salt', signed({ more: ['@ NSEC3PARAM 1 0 0 -'] })],
  ['dns.nsec3.salt', 'a salt of one octet', signed({ more: ['@ NSEC3PARAM 1 0 0 ab'] })],
];

const soaOf = (serial: number) => `@ SOA ns.nord hostmaster ${String(serial)} 14400 1800 2419200 1800`;
/** What a server of the parent zone says: it points on, and answers nothing itself (RFC 1034 §4.3.2). */
function referral(query: Message, ...names: readonly string[]): Uint8Array {
  const authorities = names.map((label) => ({
    name: NAME,
    type: TYPES.NS,
    class: 1,
    ttl: 3600,
    rdata: { is: 'NS' as const, name: at(label) },
  }));
  return encodeMessage({
    ...query,
    response: true,
    rcode: 0,
    answers: [],
    authorities,
    additionals: [],
    edns: undefined,
  });
}

const SERVERS: readonly Case[] = [
  ['dns.ns.count', 'one server in two networks', { ns: ['@ NS ns.nord'], more: ['ns.nord A 95.216.40.5'] }],
  [
    'dns.ns.same_net',
    'three in one network, at the ends of a /24',
    {
      ns: ['@ NS x', '@ NS y', '@ NS z'],
      more: [
        'x A 62.53.9.1',
        'y A 62.53.9.254',
        'z A 62.53.9.128',
        'x AAAA 2a01:4f0:9::1',
        'y AAAA 2a01:4f0:9:ffff::1',
      ],
    },
  ],
  [
    '',
    'neighbours across the border of a /24',
    { ns: ['@ NS x', '@ NS y'], more: ['x A 62.53.9.255', 'y A 62.53.10.0', 'x AAAA 2a01:4f0:9::1'] },
  ],
  [
    '',
    'one IPv4 network and two of IPv6',
    {
      ns: ['@ NS x', '@ NS y'],
      more: ['x A 62.53.9.1', 'y A 62.53.9.2', 'x AAAA 2a01:4f0:9::1', 'y AAAA 2a01:4f0:a::1'],
    },
  ],
  [
    'dns.ns.cname',
    'a server that is an alias, in upper case',
    { ns: ['@ NS ns.nord', '@ NS ns.sued', '@ NS NS3'], more: ['ns3 CNAME ns.sued'] },
    ['ns3'],
  ],
  [
    'dns.ns.noaddr',
    'a server that does not exist',
    { ns: ['@ NS ns.nord', '@ NS ns.sued', '@ NS ns.west'] },
    [at('ns.west')],
  ],
  [
    'dns.ns.dangling dns.ns.noaddr',
    'a server of a domain that nobody holds',
    { ns: ['@ NS ns.nord', '@ NS ns.sued', '@ NS ns1.verfallen.haus.'] },
  ],
  [
    'dns.ns.dangling dns.ns.noaddr dns.ns.cname',
    'an alias of one',
    { ns: ['@ NS ns.nord', '@ NS ns.sued', '@ NS ns3'], more: ['ns3 CNAME ns1.verfallen.haus.'] },
  ],
  [
    '',
    'servers of IPv6 only beside others',
    { ns: ['@ NS ns.nord', '@ NS ns.sued', '@ NS ns6'], more: ['ns6 AAAA 2a06:98c0::53'] },
  ],
  ['dns.ns.ipv6', 'no server of IPv6', { without: ['ns.nord AAAA', 'ns.sued AAAA'] }],
  [
    'dns.tcp',
    'deaf over TCP',
    { misbehave: (_, transport, query) => (transport === 'tcp' && !query.recursionDesired ? 'silence' : undefined) },
  ],
  [
    'dns.edns',
    'NOTIMP to EDNS',
    { misbehave: (_, __, query) => (!query.recursionDesired && query.edns !== undefined ? 'notimp' : undefined) },
  ],
  [
    'dns.ns.mismatch',
    'a server that the parent does not name',
    {
      more: ['$ORIGIN kontor.', '@ SOA ns h 1 7200 900 1209600 300', '@ NS ns', 'ns A 62.55.1.1'],
      misbehave: ({ name, type }, _, query) =>
        type === TYPES.NS && name === NAME && !query.recursionDesired
          ? referral(query, 'ns.nord', 'ns.alt')
          : undefined,
    },
    [`${at('ns.alt')} only at the parent`, `${at('ns.sued')} only in the zone`],
  ],
  [
    '',
    'the same servers at the parent, in another order and case',
    {
      more: ['$ORIGIN kontor.', '@ SOA ns h 1 7200 900 1209600 300', '@ NS ns', 'ns A 62.55.1.1'],
      misbehave: ({ name, type }, _, query) =>
        type === TYPES.NS && name === NAME && !query.recursionDesired
          ? referral(query, 'NS.sued', 'ns.nord')
          : undefined,
    },
  ],
  [
    'dns.soa.values',
    'an expiry of less than a week',
    { without: ['@ SOA'], more: [soaOf(1).replace('2419200', '604799')] },
    ['604799'],
  ],
  ['', 'timers at the edge', { without: ['@ SOA'], more: ['@ SOA ns.nord h 1 1200 120 604800 86400'] }],
];

const TEXTS: readonly Case[] = [
  [
    'dns.txt.leak',
    'an access key among other words, in two strings',
    { more: [`@ TXT "deploy AWS " "${['AK', 'IA', 'QQ7HJ2LM4WEXYZ3P'].join('')}"`] },
  ],
  ['', 'a verification token that speaks of a key', { more: ['@ TXT "key-verification=4711"'] }],
  [
    'dns.txt.tokens',
    'sixteen tokens',
    { more: Array.from({ length: 16 }, (_, index) => `@ TXT "site${String(index)}-verification=x${String(index)}"`) },
  ],
  [
    '',
    'fifteen tokens',
    { more: Array.from({ length: 15 }, (_, index) => `@ TXT "site${String(index)}-verification=x${String(index)}"`) },
  ],
  ['dns.wildcard', 'a wildcard of IPv6', { more: ['* AAAA 2a01:4f0:9::ff'] }],
  [
    'dns.cname.apex',
    'an alias at the apex beside its records',
    { without: ['@ A ', '@ AAAA'], more: ['@ CNAME web.haus.kontor.', ...other('haus.kontor', 'web A 62.54.1.1')] },
  ],
  ['', 'an alias at www', { more: ['www CNAME web.haus.kontor.', ...other('haus.kontor', 'web A 62.54.1.1')] }],
  [
    'dns.cname.dangling',
    'an alias of an alias of nothing',
    {
      domain: at('alt'),
      options: { selectors: [] },
      more: ['alt CNAME eins.haus.kontor.', ...other('haus.kontor', 'eins CNAME zwei')],
    },
  ],
];

examine([...CAA, ...DNSSEC, ...SERVERS, ...TEXTS]);

test('servers that refuse the zone are lame; what they did not show is not known', async () => {
  const { verdicts } = await judged({
    misbehave: ({ type }, _, query) => (type === TYPES.SOA && !query.recursionDesired ? 'refused' : undefined),
  });

  const status = (id: string) => verdicts.filter(({ check }) => check === id).map((verdict) => verdict.status);
  assert.deepEqual(status('dns.ns.lame'), ['fail', 'fail']);
  assert.deepEqual(status('dns.tcp'), ['pass', 'pass']);
  assert.deepEqual(status('dns.edns'), ['error', 'error']);
  assert.deepEqual(status('dns.soa.serial'), ['error']);
});
