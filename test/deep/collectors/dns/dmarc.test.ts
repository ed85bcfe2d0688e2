/** DMARC by RFC 9989: which record is found, whose it is, and what it asks for. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { applied, isDmarc, nearlyDmarc, parseDmarc, urisOf } from '../../../../src/collectors/dns/dmarc/record.ts';
import { walkNames } from '../../../../src/collectors/dns/dmarc/walk.ts';
import type { Json } from '../../../../src/model/json.ts';
import { TYPES } from '../../../../src/wire/dns/types.ts';
import { at } from '../../../support/dns-io.ts';
import { judgeDomain } from '../../../support/dns-verdicts.ts';

/** Domains with their DMARC records; names ending in ! exist without one. */
type Zones = { readonly [domain: string]: string | readonly string[] };

function lines(zones: Zones): string[] {
  return Object.entries(zones).flatMap(([domain, records]) => [
    `$ORIGIN ${domain}.`,
    '@ A 192.0.2.1',
    ...(typeof records === 'string' ? [records] : records)
      .filter((text) => text !== '')
      .map((text) => `_dmarc TXT "${text}"`),
  ]);
}

interface Expected {
  readonly org?: string;
  readonly from?: string;
  readonly policy?: string;
  readonly enforcing?: boolean;
  readonly found?: boolean;
  readonly inForce?: boolean;
  readonly agree?: boolean;
}

const R = 'v=DMARC1; p=reject';
const Q = 'v=DMARC1; p=quarantine';
const N = 'v=DMARC1; p=none';

/** Title, audited domain, zones, what is expected. */
const WALKS: readonly (readonly [string, string, Zones, Expected])[] = [
  [
    'a record at the domain is its own',
    'example.com',
    { 'example.com': R },
    { org: 'example.com', from: 'own', policy: 'reject', agree: true },
  ],
  [
    'no record anywhere: the name itself is the organization',
    'example.com',
    { 'example.com': '' },
    { org: 'example.com', found: false, inForce: false, agree: true },
  ],
  [
    'a subdomain inherits',
    'a.example.com',
    { 'example.com': R, 'a.example.com': '' },
    { org: 'example.com', from: 'organizational', policy: 'reject' },
  ],
  [
    'sp decides for a subdomain that exists',
    'a.example.com',
    { 'example.com': `${R}; sp=none`, 'a.example.com': '' },
    { policy: 'none', enforcing: false },
  ],
  [
    'np decides for a name that does not exist',
    'x.example.com',
    { 'example.com': `${N}; np=reject` },
    { policy: 'reject', enforcing: true },
  ],
  ['np falls back to sp', 'x.example.com', { 'example.com': `${R}; sp=quarantine` }, { policy: 'quarantine' }],
  ['np falls back to p', 'x.example.com', { 'example.com': R }, { policy: 'reject' }],
  [
    'np does not hold for a name that exists',
    'a.example.com',
    { 'example.com': `${N}; np=reject`, 'a.example.com': '' },
    { policy: 'none' },
  ],
  [
    'an empty non-terminal exists',
    'b.example.com',
    { 'example.com': `${N}; np=reject`, 'a.b.example.com': '' },
    { policy: 'none' },
  ],
  [
    'the own record of a subdomain wins',
    'a.example.com',
    { 'example.com': R, 'a.example.com': N },
    { org: 'example.com', from: 'own', policy: 'none' },
  ],
  [
    'the record with the fewest labels names the organization',
    'c.b.a.example.com',
    { 'example.com': R, 'a.example.com': Q, 'c.b.a.example.com': '' },
    { org: 'example.com', policy: 'reject' },
  ],
  [
    'a middle record alone names the organization',
    'c.a.example.com',
    { 'a.example.com': Q, 'c.a.example.com': '', 'example.com': '' },
    { org: 'a.example.com', policy: 'quarantine', agree: false },
  ],
  [
    'psd=n stops the walk: that name is the organization',
    'c.a.example.com',
    { 'example.com': R, 'a.example.com': `${Q}; psd=n`, 'c.a.example.com': '' },
    { org: 'a.example.com', policy: 'quarantine', agree: false },
  ],
  [
    'psd=n at the start stops at once',
    'a.example.com',
    { 'example.com': R, 'a.example.com': `${Q}; psd=n` },
    { org: 'a.example.com', from: 'own', policy: 'quarantine' },
  ],
  [
    'psd=y above: the organization is one label below',
    'a.b.example.com',
    { 'example.com': `${N}; psd=y`, 'b.example.com': R, 'a.b.example.com': '' },
    { org: 'b.example.com', from: 'organizational', policy: 'reject', agree: false },
  ],
  [
    'psd=y above and no record below it: the suffix decides',
    'a.b.example.com',
    { 'example.com': `${N}; sp=quarantine; psd=y`, 'b.example.com': '', 'a.b.example.com': '' },
    { org: 'b.example.com', from: 'suffix', policy: 'quarantine' },
  ],
  [
    'np of the suffix for a name that does not exist',
    'b.example.com',
    { 'example.com': `${N}; np=reject; psd=y` },
    { org: 'b.example.com', from: 'suffix', policy: 'reject' },
  ],
  [
    'psd=y at the start does not move the organization',
    'example.com',
    { 'example.com': `${R}; psd=y` },
    { org: 'example.com', from: 'own', policy: 'reject' },
  ],
  [
    'psd=u is as without',
    'a.example.com',
    { 'example.com': `${R}; psd=u`, 'a.example.com': '' },
    { org: 'example.com', policy: 'reject' },
  ],
  [
    'an unknown psd value is as without',
    'a.example.com',
    { 'example.com': `${R}; psd=x`, 'a.example.com': '' },
    { org: 'example.com' },
  ],
  [
    'a record at the top level is found',
    'example.test',
    { test: `${R}; psd=y`, 'example.test': '' },
    { org: 'example.test', from: 'suffix', policy: 'reject' },
  ],
  [
    'a top-level record without psd=y becomes the organization',
    'example.test',
    { test: R, 'example.test': '' },
    { org: 'test', from: 'organizational', agree: false },
  ],
  ['two records at the domain are none', 'example.com', { 'example.com': [R, N] }, { found: false, inForce: false }],
  [
    'two records at the subdomain are none, the organization decides',
    'a.example.com',
    { 'example.com': R, 'a.example.com': [N, Q] },
    { from: 'organizational', policy: 'reject' },
  ],
  [
    'two records above are passed over',
    'a.b.example.com',
    { 'example.com': R, 'b.example.com': [N, Q], 'a.b.example.com': '' },
    { org: 'example.com', policy: 'reject' },
  ],
  [
    'other text beside the record is discarded',
    'example.com',
    { 'example.com': [R, 'some-verification=1'] },
    { policy: 'reject' },
  ],
  [
    'eight labels: the walk goes on at seven',
    'a.b.c.d.e.f.example.com',
    { 'example.com': R, 'a.b.c.d.e.f.example.com': '' },
    { org: 'example.com', policy: 'reject' },
  ],
  [
    'a deep name finds what stands at seven labels',
    'x.y.z.a.b.c.d.e.example.com',
    { 'a.b.c.d.e.example.com': Q, 'x.y.z.a.b.c.d.e.example.com': '', 'example.com': '' },
    { org: 'a.b.c.d.e.example.com', policy: 'quarantine' },
  ],
  [
    'what lies between the start and seven labels is not asked',
    'x.y.z.a.b.c.d.e.example.com',
    { 'z.a.b.c.d.e.example.com': Q, 'x.y.z.a.b.c.d.e.example.com': '', 'example.com': R },
    { org: 'example.com', policy: 'reject' },
  ],
  [
    'a public suffix has no registrable domain',
    'co.uk',
    { 'co.uk': `${R}; psd=y` },
    { org: 'co.uk', policy: 'reject' },
  ],
  [
    'both readings agree under a two-level suffix',
    'a.example.co.uk',
    { 'example.co.uk': R, 'a.example.co.uk': '' },
    { org: 'example.co.uk', agree: true },
  ],
  [
    'without any record at all the readings agree',
    'a.example.com',
    { 'a.example.com': '', 'example.com': '' },
    { found: false, agree: true },
  ],
];

for (const [title, domain, zones, expected] of WALKS) {
  test(`tree walk: ${title}`, async () => {
    const { facts } = await judgeDomain(domain, { lines: lines(zones) }, {}, 'none');

    const seen: { [key: string]: Json | undefined } = {
      org: at(facts, 'dmarc.organizational'),
      from: at(facts, 'dmarc.from'),
      policy: at(facts, 'dmarc.policy'),
      enforcing: at(facts, 'dmarc.enforcing'),
      found: at(facts, 'dmarc.found'),
      inForce: at(facts, 'dmarc.inForce'),
      agree: at(facts, 'dmarc.readingsAgree'),
    };
    for (const [key, value] of Object.entries(expected)) assert.equal(seen[key], value, key);
  });
}

test('the walk asks at most eight names, whatever the length', () => {
  assert.deepEqual(walkNames('example.com'), ['example.com', 'com']);
  assert.deepEqual(walkNames('com'), ['com']);
  const seven = 'a.b.c.d.e.example.com';
  assert.equal(walkNames(seven).length, 7);
  assert.equal(walkNames(`x.${seven}`)[1], seven);
  assert.deepEqual(walkNames(`1.2.3.${seven}`).slice(0, 3), [`1.2.3.${seven}`, seven, 'b.c.d.e.example.com']);
  for (let labels = 1; labels < 120; labels += 1) assert.ok(walkNames(Array(labels).fill('a').join('.')).length <= 8);
});

test('a fault on the way: the own record still holds, without one nothing is known', async () => {
  const zones = { 'example.com': '', 'a.example.com': R };
  const misbehave = ({ name, type }: { name: string; type: number }) =>
    name === '_dmarc.example.com' && type === TYPES.TXT ? ('servfail' as const) : undefined;

  const own = await judgeDomain('a.example.com', { lines: lines(zones), misbehave });
  const none = await judgeDomain('b.example.com', { lines: lines({ ...zones, 'b.example.com': '' }), misbehave });

  assert.equal(at(own.facts, 'dmarc.policy'), 'reject');
  assert.deepEqual(at(own.facts, 'dmarc.organizational'), { $unknown: 'dns.servfail' });
  for (const path of ['found', 'policy', 'enforcing', 'organizational', 'readingsAgree']) {
    assert.deepEqual(at(none.facts, `dmarc.${path}`), { $unknown: 'dns.servfail' }, path);
  }
  const missing = none.verdicts.find(({ check }) => check === 'dmarc.missing');
  assert.equal(missing?.status, 'error');
});

/** Record, and the ids of group dmarc that fail for it (informational and reporting ones left out). */
const RECORDS: readonly (readonly [string, readonly string[]])[] = [
  ['v=DMARC1; p=reject; rua=mailto:d@example.com', []],
  ['v=DMARC1;p=reject;rua=mailto:d@example.com;', []],
  ['v = DMARC1 ; p = reject ; rua = mailto:d@example.com', []],
  ['v=DMARC1; p=REJECT; rua=mailto:d@example.com', []],
  ['v=DMARC1; p=none; rua=mailto:d@example.com', ['dmarc.p.none']],
  ['v=DMARC1; rua=mailto:d@example.com', ['dmarc.p.missing', 'dmarc.p.none']],
  ['v=DMARC1', ['dmarc.p.void', 'dmarc.rua.missing']],
  ['v=DMARC1; p=rejected; rua=mailto:d@example.com', ['dmarc.p.invalid', 'dmarc.p.none']],
  ['v=DMARC1; p=rejected', ['dmarc.p.invalid', 'dmarc.p.void', 'dmarc.rua.missing']],
  ['v=DMARC1; p=reject; sp=bad; rua=mailto:d@example.com', ['dmarc.p.invalid', 'dmarc.p.none']],
  ['v=DMARC1; p=reject; np=bad', ['dmarc.p.invalid', 'dmarc.p.void', 'dmarc.rua.missing']],
  ['v=DMARC1; p=reject; sp=none; rua=mailto:d@example.com', ['dmarc.sp.none']],
  ['v=DMARC1; p=reject; sp=quarantine; rua=mailto:d@example.com', ['dmarc.sp.weaker']],
  ['v=DMARC1; p=quarantine; sp=reject; rua=mailto:d@example.com', []],
  ['v=DMARC1; p=reject; np=none; rua=mailto:d@example.com', ['dmarc.np.none']],
  ['v=DMARC1; p=reject; np=quarantine; rua=mailto:d@example.com', ['dmarc.np.weaker']],
  ['v=DMARC1; p=none; sp=none; np=none; rua=mailto:d@example.com', ['dmarc.p.none']],
  ['v=DMARC1; p=reject; t=y; rua=mailto:d@example.com', ['dmarc.t']],
  ['v=DMARC1; p=reject; t=n; rua=mailto:d@example.com', []],
  ['v=DMARC1; p=reject; t=yes; rua=mailto:d@example.com', ['dmarc.psd.invalid']],
  ['v=DMARC1; p=reject; psd=y; rua=mailto:d@example.com', ['dmarc.psd']],
  ['v=DMARC1; p=reject; psd=n; rua=mailto:d@example.com', []],
  ['v=DMARC1; p=reject; psd=2; rua=mailto:d@example.com', ['dmarc.psd.invalid']],
  ['v=DMARC1; p=reject; pct=50; rua=mailto:d@example.com', ['dmarc.pct']],
  ['v=DMARC1; p=reject; pct=100; rua=mailto:d@example.com', []],
  ['v=DMARC1; p=reject; pct=all; rua=mailto:d@example.com', ['dmarc.pct']],
  ['v=DMARC1; p=reject; adkim=strict; rua=mailto:d@example.com', ['dmarc.align.invalid']],
  ['v=DMARC1; p=reject; adkim=s; aspf=r; rua=mailto:d@example.com', []],
  ['v=DMARC1; p=reject; fo=1; rua=mailto:d@example.com', ['dmarc.fo.unused']],
  ['v=DMARC1; p=reject; fo=1:d:s; ruf=mailto:f@example.com; rua=mailto:d@example.com', []],
  ['v=DMARC1; p=reject; fo=x; ruf=mailto:f@example.com; rua=mailto:d@example.com', ['dmarc.fo.invalid']],
  ['v=DMARC1; p=reject; rua=d@example.com', ['dmarc.rua.missing', 'dmarc.rua.uri']],
  ['v=DMARC1; p=reject; rua=mailto:d@example.com!10m', ['dmarc.rua.missing', 'dmarc.rua.uri']],
  ['v=DMARC1; p=reject; rua=mailto:', ['dmarc.rua.missing', 'dmarc.rua.uri']],
  ['v=DMARC1; p=reject; rua=mailto:a@example.com,mailto:b@example.com,mailto:c@example.com', ['dmarc.rua.many']],
  ['v=DMARC1; p=reject; rua=https://example.com/r', []],
  ['v=DMARC1; p=reject; rua=mailto:d@other.com', ['dmarc.rua.nomx', 'dmarc.rua.unauthorised']],
  ['v=DMARC1; p=reject; rua=mailto:d@sub.example.com', ['dmarc.rua.nomx']],
  ['v=DMARC1; p=reject; policy=x; rua=mailto:d@example.com', ['dmarc.tag.unknown']],
  ['v=DMARC1; P=reject; rua=mailto:d@example.com', ['dmarc.tag.case']],
  ['v=DMARC1; p=reject; p=none; rua=mailto:d@example.com', ['dmarc.dup_tag']],
  ['v=DMARC1; rua=mailto:d@example.com; p=reject', ['dmarc.p.order']],
  ['v=DMARC1; p=reject rua=mailto:d@example.com', ['dmarc.p.void', 'dmarc.rua.missing', 'dmarc.syntax']],
  ['v=DMARC1; p=reject; junk; rua=mailto:d@example.com', ['dmarc.syntax']],
  ['v=dmarc1; p=reject', ['dmarc.missing', 'dmarc.version']],
  ['v=DMARC 1; p=reject', ['dmarc.missing', 'dmarc.version']],
  ['v=DMARC1 p=reject', ['dmarc.missing', 'dmarc.version']],
  ['DMARC1; p=reject', ['dmarc.missing', 'dmarc.version']],
  ['p=reject; v=DMARC1', ['dmarc.missing', 'dmarc.version']],
  [' v=DMARC1; p=reject', ['dmarc.missing', 'dmarc.ws']],
  ['v=DMARC2; p=reject', ['dmarc.missing', 'dmarc.version']],
  ['some-verification=1', ['dmarc.missing']],
];

for (const [record, expected] of RECORDS) {
  test(`record ${record}`, async () => {
    const zone = [
      '$ORIGIN example.com.',
      '@ A 192.0.2.1',
      '@ MX 10 mail',
      'mail A 192.0.2.2',
      `_dmarc TXT "${record}"`,
    ];

    const { verdicts } = await judgeDomain('example.com', { lines: zone }, {}, 'dmarc.');

    const fails = verdicts
      .filter(({ check, status, severity }) => check.startsWith('dmarc.') && status === 'fail' && severity !== 'info')
      .map(({ check }) => check)
      .filter((check) => check !== 'dmarc.unbacked' && check !== 'dmarc.spf_only');
    assert.deepEqual(fails, expected);
    assert.deepEqual(
      verdicts.filter(({ check, status }) => check.startsWith('dmarc.') && status === 'error'),
      [],
    );
  });
}

test('t=y lowers the applied policy by one step', () => {
  assert.deepEqual(
    (['reject', 'quarantine', 'none'] as const).map((policy) => applied(policy, true)),
    ['quarantine', 'none', 'none'],
  );
  assert.equal(applied('reject', false), 'reject');
});

test('an authorised foreign destination, by name or by wildcard, is accepted', async () => {
  const zone = (name: string) => [
    '$ORIGIN example.com.',
    '_dmarc TXT "v=DMARC1; p=reject; rua=mailto:d@reports.net"',
    '$ORIGIN reports.net.',
    '@ MX 10 mail',
    'mail A 192.0.2.9',
    `${name}._report._dmarc TXT "v=DMARC1"`,
  ];

  for (const name of ['example.com', '*']) {
    const { fails } = await judgeDomain('example.com', { lines: zone(name) });
    assert.ok(!fails.includes('dmarc.rua.unauthorised'), name);
  }
  const { fails } = await judgeDomain('example.com', { lines: zone('other.com') });
  assert.ok(fails.includes('dmarc.rua.unauthorised'));
});

test('any text parses, and quickly', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.uint8Array().map((octets) => Buffer.from(octets).toString('latin1')),
        fc.string().map((text) => `v=DMARC1; ${text}`),
      ),
      (text) => {
        parseDmarc(text);
        isDmarc(text);
        nearlyDmarc(text);
        urisOf(text);
      },
    ),
  );
  const started = performance.now();
  parseDmarc(`v=DMARC1; ${'p=reject '.repeat(8000)}`);
  nearlyDmarc('v '.repeat(30_000));
  nearlyDmarc('\u00a0'.repeat(60_000));
  parseDmarc(`v=DMARC1; rua=${'mailto:a@b.c,'.repeat(5000)}`);
  assert.ok(performance.now() - started < 500);
});
