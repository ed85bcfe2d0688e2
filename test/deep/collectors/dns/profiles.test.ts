/** Each profile of mail rules over whole domains: one that does all that is asked, and one that misses a single clause. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collector } from '../../../../src/collectors/dns/index.ts';
import { judge } from '../../../../src/judge/judge.ts';
import { selectChecks } from '../../../../src/packs/select.ts';
import { judged, KEY, NAME, rsaKey, txt, type Change } from '../../../support/dns-examiner.ts';
import { ownPack } from '../../../support/packs.ts';

const { reading } = await ownPack();

/** Ids of severity low and above that fail under the profile, and those that could not be told. */
async function failsUnder(profile: string, change: Change): Promise<string[]> {
  const checks = selectChecks(reading.pack, { checks: [], skip: [], profiles: [profile] });
  const { raw } = await judged(change, 'nothing.');
  const target = { kind: 'domain', id: `domain:${change.domain ?? NAME}`, labels: {} } as const;
  const verdicts = judge(
    checks.filter(({ needs }) => needs.length === 1 && needs[0] === 'dns'),
    [{ target, collectors: { dns: { is: 'facts', id: 'ev-test', ...collector.interpret(raw) } } }],
    '2026-11-22T10:00:00Z',
  );
  assert.ok(verdicts.length > 10);
  const said = verdicts.filter(
    ({ status, severity }) => status === 'error' || (status === 'fail' && severity !== 'info'),
  );
  return [...new Set(said.map(({ check, status }) => (status === 'error' ? `${check} error` : check)))].sort();
}

const HASH = 'ab'.repeat(32);
const TLSA = ['a', 'b'].flatMap((host) => [
  `_25._tcp.${host}.post TLSA 3 1 1 ${HASH}`,
  `_25._tcp.${host}.post TLSA 2 1 1 ${HASH}`,
]);
const DHS = 'reports@dmarc.cyber.dhs.gov';
const DHS_ZONE = ['$ORIGIN dmarc.cyber.dhs.gov.', '@ MX 10 mx.haus.kontor.', '*._report._dmarc TXT "v=DMARC1"'];
/** Neither mail nor keys: reports go elsewhere. */
const PARKED: Change = {
  mx: ['@ MX 0 .'],
  spf: 'v=spf1 -all',
  dmarc: 'v=DMARC1; p=reject; sp=reject; adkim=s; aspf=s; rua=mailto:d@haus.kontor',
  dkim: null,
  sts: null,
  tlsrpt: [],
  without: ['mta-sts'],
  options: { selectors: [] },
  more: ['*._domainkey TXT "v=DKIM1; p="', '$ORIGIN haus.kontor.', '@ MX 10 mx', '*._report._dmarc TXT "v=DMARC1"'],
};
const REJECT = `v=DMARC1; p=reject; rua=mailto:d@${NAME}`;

/** What a domain that does everything has, and by what one clause it fails. */
const PROFILES: readonly (readonly [string, Change, readonly (readonly [string, Change])[]])[] = [
  [
    'google-yahoo-bulk',
    { spf: 'v=spf1 mx ~all', dmarc: `v=DMARC1; p=none; rua=mailto:d@${NAME}`, dkim: `v=DKIM1; p=${rsaKey(1024)}` },
    [
      ['spf.missing', { spf: null }],
      ['dkim.none_found', { dkim: null, options: { selectors: [] } }],
      ['dkim.rsa.broken', { dkim: `v=DKIM1; p=${rsaKey(768)}` }],
      ['dmarc.missing', { dmarc: null }],
      ['dmarc.p.void', { dmarc: 'v=DMARC1; rua=' }],
      ['mx.ptr', { mx: ['@ MX 10 c.post'], more: ['c.post A 62.53.11.1'] }],
      ['spf.mod.dup', { spf: `v=spf1 mx exp=e.${NAME} exp=e.${NAME} -all`, more: ['e TXT "no"'] }],
    ],
  ],
  [
    'microsoft-bulk',
    { spf: 'v=spf1 mx ~all', dmarc: `v=DMARC1; p=none; rua=mailto:d@${NAME}`, dkim: `v=DKIM1; p=${rsaKey(1024)}` },
    [
      ['spf.multiple', { more: ['@ TXT "v=spf1 -all"'] }],
      ['dkim.key.bad', { dkim: 'v=DKIM1; p=MIIB' }],
      ['dmarc.version', { more: ['_dmarc TXT "v=dmarc1; p=none"'] }],
    ],
  ],
  [
    'bod-18-01',
    {
      spf: 'v=spf1 mx ~all',
      dmarc: `v=DMARC1; p=reject; rua=mailto:d@${NAME},mailto:${DHS}`,
      more: DHS_ZONE,
      dkim: null,
    },
    [
      ['spf.missing', { spf: null }],
      ['spf.all.neutral', { spf: 'v=spf1 mx ?all' }],
      ['dmarc.p.quarantine', { dmarc: `v=DMARC1; p=quarantine; rua=mailto:${DHS}` }],
      ['dmarc.sp.none', { dmarc: `v=DMARC1; p=reject; sp=none; rua=mailto:${DHS}` }],
      ['dmarc.pct', { dmarc: `v=DMARC1; p=reject; pct=50; rua=mailto:${DHS}` }],
      ['dmarc.t', { dmarc: `v=DMARC1; p=reject; t=y; rua=mailto:${DHS}` }],
      ['dmarc.rua.required', { dmarc: REJECT }],
    ],
  ],
  [
    'uk-gov',
    { mx: ['@ MX 10 a.post', '@ MX 20 b.post'] },
    [
      ['spf.all.softfail.enforced', { spf: 'v=spf1 mx ~all' }],
      ['dmarc.p.none', { dmarc: `v=DMARC1; p=none; rua=mailto:d@${NAME}` }],
      ['mtasts.missing', { sts: null, without: ['mta-sts'] }],
      ['mtasts.mode.testing', { policy: `version: STSv1\nmode: testing\nmx: *.post.${NAME}\nmax_age: 1209600\n` }],
      ['tlsrpt.missing', { tlsrpt: [] }],
    ],
  ],
  [
    'uk-gov',
    PARKED,
    [
      ['spf.parked', { spf: null }],
      ['dkim.parked', { more: (PARKED.more ?? []).slice(1) }],
      ['dmarc.p.quarantine', { dmarc: 'v=DMARC1; p=quarantine; rua=mailto:d@haus.kontor' }],
      ['mx.none_implicit', { mx: [] }],
    ],
  ],
  [
    'parked',
    PARKED,
    [
      ['spf.parked', { spf: 'v=spf1  redirect=p.haus.kontor', more: [...(PARKED.more ?? []), 'p TXT "v=spf1 -all"'] }],
      ['dmarc.missing', { dmarc: null }],
      ['mx.null.pref', { mx: ['@ MX 5 .'] }],
      ['mx.null.mixed', { mx: ['@ MX 0 .', '@ MX 10 a.post'] }],
      ['mx.null.sender', { spf: 'v=spf1 ip4:62.53.9.9 -all' }],
    ],
  ],
  [
    'internet-nl',
    { signed: true, more: TLSA, spf: 'v=spf1 mx ~all', dmarc: `v=DMARC1; p=quarantine; rua=mailto:d@${NAME}` },
    [
      ['dns.dnssec.absent', { signed: false, more: [] }],
      ['dane.missing', { more: [] }],
      ['spf.all.neutral', { spf: 'v=spf1 mx ?all' }],
      ['dmarc.p.none', { dmarc: `v=DMARC1; p=none; rua=mailto:d@${NAME}` }],
      ['dmarc.t', { dmarc: `v=DMARC1; p=reject; t=y; rua=mailto:d@${NAME}` }],
      ['dkim.none_found', { dkim: null, options: { selectors: [] } }],
      ['mx.ipv6', { without: ['a.post AAAA', 'b.post AAAA'] }],
    ],
  ],
  [
    'nist-800-177',
    { signed: true, more: TLSA },
    [
      ['dns.dnssec.absent', { signed: false, more: [] }],
      ['dane.missing', { more: [] }],
      ['spf.ptr.used', { spf: 'v=spf1 mx ptr -all' }],
      ['dkim.rsa.short', { dkim: `v=DKIM1; t=s; p=${rsaKey(1024)}` }],
      ['tlsrpt.missing', { tlsrpt: [] }],
    ],
  ],
  [
    'pci-dss-5-4-1',
    {},
    [
      ['spf.all.pass', { spf: 'v=spf1 mx +all' }],
      ['dkim.test', { dkim: null, more: [`k7._domainkey TXT ${txt(KEY.replace('t=s', 't=y:s'))}`] }],
      ['dmarc.p.none', { dmarc: `v=DMARC1; p=none; rua=mailto:d@${NAME}` }],
    ],
  ],
];

/** What cannot be broken alone. */
const BESIDE: { readonly [id: string]: readonly string[] } = {
  'mx.none_implicit': ['mtasts.missing', 'tlsrpt.missing'],
  'spf.all.pass': ['spf.range.everything', 'spf.range.huge'],
};

for (const [profile, sound, broken] of PROFILES) {
  test(`${profile}: a domain that does all that is asked`, async () => {
    assert.deepEqual(await failsUnder(profile, sound), []);
  });
  for (const [id, change] of broken) {
    test(`${profile}: ${id} alone`, async () => {
      assert.deepEqual(await failsUnder(profile, { ...sound, ...change }), [id, ...(BESIDE[id] ?? [])].sort());
    });
  }
}
