/**
 * One good domain and what a single change of it brings: exactly these checks fail that did not fail before, whatever their severity.
 * The rows that planted.test.ts leaves out, and other forms of those it holds.
 */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { keyTag } from '../../../../src/collectors/dns/dnssec.ts';
import type { Misbehaviour } from '../../../../src/lab/dns.ts';
import type { Hop, HopRequest } from '../../../../src/model/io.ts';
import type { JsonObject } from '../../../../src/model/json.ts';
import { judgeDomain } from '../../../support/dns-verdicts.ts';

const NAME = 'lindenhof.example';

function rsa(modulusLength: number, publicExponent = 65_537): string {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength, publicExponent });
  return publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
}

const KEY = `v=DKIM1; k=rsa; t=s; p=${rsa(2048)}`;
const text = (value: string) => (value.match(/.{1,250}/g) ?? ['']).map((part) => `"${part}"`).join(' ');
const keyAt = (selector: string, record: string) => `${selector}._domainkey TXT ${text(record)}`;

/** Two mail hosts and two name servers in different networks, both families; every policy strict. */
const GOOD: readonly string[] = [
  `$ORIGIN ${NAME}.`,
  '$TTL 3600',
  '@ SOA a.ns hostmaster 2026112201 7200 3600 1209600 3600',
  '@ NS a.ns',
  '@ NS b.ns',
  'a.ns A 80.81.1.53',
  'a.ns AAAA 2a02:100::53',
  'b.ns A 91.92.2.53',
  'b.ns AAAA 2a03:200::53',
  '@ A 80.81.1.80',
  '@ AAAA 2a02:100::80',
  '@ MX 10 eins.post',
  '@ MX 20 zwei.post',
  'eins.post A 80.81.1.25',
  'eins.post AAAA 2a02:100::25',
  'zwei.post A 91.92.2.25',
  'zwei.post AAAA 2a03:200::25',
  'eins.post TXT "v=spf1 a -all"',
  'zwei.post TXT "v=spf1 a -all"',
  '@ TXT "v=spf1 mx -all"',
  `_dmarc TXT "v=DMARC1; p=reject; rua=mailto:berichte@${NAME}"`,
  keyAt('s26a', KEY),
  '@ CAA 0 issue "ca.example;accounturi=https://ca.example/acct/7"',
  '@ CAA 0 issuewild ";"',
  '@ CAA 0 issuemail ";"',
  '@ CAA 0 issuevmc ";"',
  `@ CAA 0 iodef "mailto:caa@${NAME}"`,
  `_smtp._tls TXT "v=TLSRPTv1; rua=mailto:tls@${NAME}"`,
  '_mta-sts TXT "v=STSv1; id=20261122a"',
  'mta-sts A 80.81.1.80',
  '$ORIGIN 1.81.80.in-addr.arpa.',
  `25 PTR eins.post.${NAME}.`,
  '$ORIGIN 2.92.91.in-addr.arpa.',
  `25 PTR zwei.post.${NAME}.`,
  '$ORIGIN ip6.arpa.',
  `5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.2.0.a.2 PTR eins.post.${NAME}.`,
  `5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.2.0.3.0.a.2 PTR zwei.post.${NAME}.`,
];

const POLICY = ['version: STSv1', 'mode: enforce', 'mx: *.post.lindenhof.example', 'max_age: 2592000', ''].join('\r\n');

const LOGO =
  '<?xml version="1.0"?><svg version="1.2" baseProfile="tiny-ps" viewBox="0 0 9 9" xmlns="http://www.w3.org/2000/svg"><title>x</title><path d="M0 0"/></svg>';

const ZONE_KEY = Buffer.alloc(64, 5);
const TAG = keyTag({ is: 'DNSKEY', flags: 257, protocol: 3, algorithm: 13, key: ZONE_KEY });
const SIGNED = [`@ DNSKEY 257 3 13 ${ZONE_KEY.toString('base64')}`, `@ DS ${String(TAG)} 13 2 ${'ab'.repeat(32)}`];

interface Change {
  /** Lines taken away: those that begin like one of these. */
  readonly without?: readonly string[];
  readonly lines?: readonly string[];
  readonly policy?: string;
  readonly domain?: string;
  readonly options?: JsonObject;
  /** What servers do with questions: those to the name servers themselves, and with EDNS. */
  readonly misbehave?: (direct: boolean, edns: boolean) => Misbehaviour | undefined;
  /** A delegation signer and its key, and a resolver that vouches. */
  readonly signed?: boolean;
}

function page(body: string): Hop {
  return {
    url: `https://mta-sts.${NAME}/.well-known/mta-sts.txt`,
    method: 'GET',
    address: '80.81.1.80',
    port: 443,
    httpVersion: '1.1',
    status: 200,
    statusText: 'OK',
    headers: [['Content-Type', 'text/plain']],
    body: Buffer.from(body),
    truncated: false,
    tls: { protocol: 'TLSv1.3', authorized: true, trustError: undefined },
    elapsedMs: 1,
  };
}

async function failsOf(change: Change): Promise<ReadonlySet<string>> {
  const kept = GOOD.filter((line) => !(change.without ?? []).some((start) => line.startsWith(start)));
  const { misbehave } = change;
  const { verdicts, fails } = await judgeDomain(
    change.domain ?? NAME,
    {
      lines: [...kept, `$ORIGIN ${NAME}.`, ...(change.signed === true ? SIGNED : []), ...(change.lines ?? [])],
      signed: () => change.signed === true,
      fetch: ({ url }: HopRequest) => Promise.resolve(page(url.endsWith('.svg') ? LOGO : (change.policy ?? POLICY))),
      ...(misbehave === undefined
        ? {}
        : {
            misbehave: (_question, _transport, query) => misbehave(!query.recursionDesired, query.edns !== undefined),
          }),
    },
    { selectors: ['s26a'], ...change.options },
  );
  const errors = verdicts.filter(({ status }) => status === 'error');
  assert.deepEqual(
    errors.map(({ check, message }) => `${check}: ${message}`),
    [],
  );
  return new Set(fails);
}

const CHANGES: readonly (readonly [ids: string, title: string, change: Change])[] = [
  // SPF
  ['spf.case', 'a mechanism in upper case', { without: ['@ TXT'], lines: ['@ TXT "v=spf1 MX -all"'] }],
  ['spf.all.softfail.enforced', '~all under p=reject', { without: ['@ TXT'], lines: ['@ TXT "v=spf1 mx ~all"'] }],
  [
    'spf.all.softfail dmarc.p.none',
    '~all under p=none',
    {
      without: ['@ TXT', '_dmarc'],
      lines: ['@ TXT "v=spf1 mx ~all"', `_dmarc TXT "v=DMARC1; p=none; rua=mailto:b@${NAME}"`],
    },
  ],
  [
    'spf.cidr.host_bits',
    'bits behind the prefix',
    { without: ['@ TXT'], lines: ['@ TXT "v=spf1 mx ip4:80.81.1.130/25 -all"'] },
  ],
  [
    'spf.cidr.host_bits',
    'bits behind an IPv6 prefix',
    { without: ['@ TXT'], lines: ['@ TXT "v=spf1 mx ip6:2a02:100::1/48 -all"'] },
  ],
  [
    'spf.exists.runtime',
    'exists',
    { without: ['@ TXT'], lines: ['@ TXT "v=spf1 mx exists:%{i}._ok.lindenhof.example -all"'] },
  ],
  [
    'spf.exists.runtime spf.macro.identity',
    'a macro with the sender',
    { without: ['@ TXT'], lines: ['@ TXT "v=spf1 mx exists:%{l1r-}._u.lindenhof.example -all"'] },
  ],
  ['spf.ttl', 'a minute to live', { without: ['@ TXT'], lines: ['@ 60 TXT "v=spf1 mx -all"'] }],
  ['spf.ttl', 'a week to live', { without: ['@ TXT'], lines: ['@ 604800 TXT "v=spf1 mx -all"'] }],
  ['spf.helo', 'a mail host without a record', { without: ['zwei.post TXT'] }],
  ['spf.wildcard dns.wildcard', 'a wildcard with SPF', { lines: ['* TXT "v=spf1 -all"'] }],
  [
    'spf.size.txt',
    'a record of 470 octets',
    {
      without: ['@ TXT'],
      lines: [
        `@ TXT ${text(`v=spf1 mx ${Array.from({ length: 28 }, (_, index) => `ip4:80.81.${String(100 + index)}.1`).join(' ')} -all`)}`,
      ],
    },
  ],
  [
    'spf.void.family',
    'three hosts of IPv4 only',
    {
      without: ['@ TXT'],
      lines: [
        '@ TXT "v=spf1 a:p a:q a:r -all"'.replaceAll(/a:(.)/g, `a:$1.${NAME}`),
        ...['p', 'q', 'r'].map((host) => `${host} A 80.81.1.9`),
      ],
    },
  ],
  [
    'spf.subdomain dmarc.sp.none',
    'a subdomain that sp=none leaves alone',
    {
      domain: `shop.${NAME}`,
      without: ['_dmarc'],
      lines: ['shop A 80.81.1.81', `_dmarc TXT "v=DMARC1; p=reject; sp=none; rua=mailto:b@${NAME}"`],
    },
  ],
  [
    'spf.ipv4.misspelled',
    'a word with = instead of :',
    { without: ['@ TXT'], lines: ['@ TXT "v=spf1 mx include=spf.lindenhof.example -all"'] },
  ],
  [
    'spf.ipv4.misspelled spf.syntax',
    'ipv6:',
    { without: ['@ TXT'], lines: ['@ TXT "v=spf1 mx ipv6:2a02:100::/48 -all"'] },
  ],
  [
    'spf.cidr spf.syntax',
    'a leading zero in a prefix',
    { without: ['@ TXT'], lines: ['@ TXT "v=spf1 mx ip4:80.81.1.0/024 -all"'] },
  ],
  ['spf.after_all', 'a mechanism behind all', { without: ['@ TXT'], lines: ['@ TXT "v=spf1 mx -all ip4:80.81.1.7"'] }],
  // DMARC
  [
    'dmarc.p.quarantine dmarc.np.missing',
    'quarantine',
    { without: ['_dmarc'], lines: [`_dmarc TXT "v=DMARC1; p=quarantine; rua=mailto:b@${NAME}"`] },
  ],
  [
    'dmarc.np.missing dmarc.sp.weaker',
    'a weaker sp, and np not said',
    { without: ['_dmarc'], lines: [`_dmarc TXT "v=DMARC1; p=reject; sp=quarantine; rua=mailto:b@${NAME}"`] },
  ],
  [
    'dmarc.np.weaker',
    'np weaker than sp',
    { without: ['_dmarc'], lines: [`_dmarc TXT "v=DMARC1; p=reject; np=quarantine; rua=mailto:b@${NAME}"`] },
  ],
  [
    'dmarc.removed',
    'ri',
    { without: ['_dmarc'], lines: [`_dmarc TXT "v=DMARC1; p=reject; ri=3600; rua=mailto:b@${NAME}"`] },
  ],
  [
    'dmarc.removed dmarc.pct',
    'pct of 101',
    { without: ['_dmarc'], lines: [`_dmarc TXT "v=DMARC1; p=reject; pct=101; rua=mailto:b@${NAME}"`] },
  ],
  [
    'dmarc.rua.scheme',
    'reports over https only',
    { without: ['_dmarc'], lines: [`_dmarc TXT "v=DMARC1; p=reject; rua=https://${NAME}/r"`] },
  ],
  [
    'dmarc.ruf.privacy',
    'failure reports',
    { without: ['_dmarc'], lines: [`_dmarc TXT "v=DMARC1; p=reject; rua=mailto:b@${NAME}; ruf=mailto:f@${NAME}"`] },
  ],
  ['dmarc.unrelated', 'another text', { lines: ['_dmarc TXT "kein DMARC"'] }],
  ['dmarc.wildcard dns.wildcard', 'a wildcard with DMARC', { lines: ['* TXT "v=DMARC1; p=reject"'] }],
  [
    'dmarc.cname',
    'a record elsewhere',
    {
      without: ['_dmarc'],
      lines: ['_dmarc CNAME _dmarc.hosted', `_dmarc.hosted TXT "v=DMARC1; p=reject; rua=mailto:b@${NAME}"`],
    },
  ],
  ['dmarc.t', 't=y', { without: ['_dmarc'], lines: [`_dmarc TXT "v=DMARC1; p=reject; t=y; rua=mailto:b@${NAME}"`] }],
  [
    'dmarc.psd.invalid',
    't of another letter',
    { without: ['_dmarc'], lines: [`_dmarc TXT "v=DMARC1; p=reject; t=x; rua=mailto:b@${NAME}"`] },
  ],
  [
    'dmarc.tag.case',
    'a tag in upper case',
    { without: ['_dmarc'], lines: [`_dmarc TXT "v=DMARC1; p=reject; SP=reject; rua=mailto:b@${NAME}"`] },
  ],
  ['dmarc.apex', 'a record at the apex', { lines: ['@ TXT "v=DMARC1; p=none"'] }],
  [
    'dmarc.apex dmarc.missing',
    'a record one level too deep',
    { without: ['_dmarc'], lines: ['_dmarc._dmarc TXT "v=DMARC1; p=reject"'] },
  ],
  [
    'dmarc.rua.uri',
    'an address without a scheme',
    { without: ['_dmarc'], lines: [`_dmarc TXT "v=DMARC1; p=reject; rua=mailto:b@${NAME},c@${NAME}"`] },
  ],
  // DKIM
  ['dkim.t_s', 'no t=s', { without: ['s26a'], lines: [keyAt('s26a', KEY.replace('t=s; ', ''))] }],
  ['dkim.key.revoked', 'a key withdrawn', { without: ['s26a'], lines: ['s26a._domainkey TXT "v=DKIM1; t=s; p="'] }],
  [
    'dkim.rsa.exponent',
    'an exponent of 3',
    { without: ['s26a'], lines: [keyAt('s26a', `v=DKIM1; t=s; p=${rsa(2048, 3)}`)] },
  ],
  [
    'dkim.rsa.odd_size',
    'a key of 5120 bits',
    { without: ['s26a'], lines: [keyAt('s26a', `v=DKIM1; t=s; p=${rsa(5120)}`)] },
  ],
  ['dkim.age', 'a selector of 2023', { lines: [keyAt('20230601', `v=DKIM1; t=s; p=${rsa(2048)}`)] }],
  ['dkim.h', 'SHA-1 only', { without: ['s26a'], lines: [keyAt('s26a', KEY.replace('k=rsa; ', 'h=sha1; '))] }],
  [
    'dkim.s',
    'a key for another service',
    { without: ['s26a'], lines: [keyAt('s26a', KEY.replace('k=rsa; ', 's=tlsrpt; '))] },
  ],
  // MX, MTA-STS, TLS-RPT, DANE, BIMI
  ['mx.single', 'one mail host', { without: ['@ MX 20'] }],
  ['mx.ipv6', 'mail hosts without IPv6', { without: ['eins.post AAAA', 'zwei.post AAAA'] }],
  [
    'mx.dup',
    'two names of one host',
    { without: ['zwei.post A'], lines: ['zwei.post A 80.81.1.25', 'zwei.post AAAA 2a02:100::25'] },
  ],
  ['mtasts.max_age.weeks', 'three days', { policy: POLICY.replace('2592000', '259200') }],
  ['mtasts.max_age', 'an hour', { policy: POLICY.replace('2592000', '3600') }],
  ['mtasts.mx.unused', 'a spare pattern', { policy: POLICY.replace('max_age', 'mx: reserve.example\nmax_age') }],
  [
    'mtasts.mx.mismatch',
    'a host outside',
    {
      lines: [
        '@ MX 30 drei',
        'drei A 91.92.2.26',
        'drei TXT "v=spf1 a -all"',
        '$ORIGIN 2.92.91.in-addr.arpa.',
        `26 PTR drei.${NAME}.`,
      ],
    },
  ],
  [
    'mtasts.policy.fields mtasts.mx.unused',
    'a wildcard in the middle of one more',
    { policy: POLICY.replace('max_age', 'mx: post.*.example\nmax_age') },
  ],
  [
    'mtasts.cname.dangling mtasts.orphan',
    'a policy host that is gone',
    { without: ['mta-sts A'], lines: ['mta-sts CNAME sts.weg'] },
  ],
  [
    'tlsrpt.syntax',
    'rua twice',
    { without: ['_smtp'], lines: [`_smtp._tls TXT "v=TLSRPTv1; rua=mailto:a@${NAME}; rua=mailto:b@${NAME}"`] },
  ],
  [
    'bimi.evidence.missing',
    'a logo without a mark certificate',
    { lines: [`default._bimi TXT "v=BIMI1; l=https://${NAME}/logo.svg"`] },
  ],
  // the zone
  ['dns.caa.wild', 'wildcards not named', { without: ['@ CAA 0 issuewild'] }],
  ['dns.caa.mail', 'mail not named', { without: ['@ CAA 0 issuemail'] }],
  ['dns.caa.iodef.missing', 'nobody to tell', { without: ['@ CAA 0 iodef'] }],
  [
    'dns.caa.iodef',
    'a report address that is none',
    { without: ['@ CAA 0 iodef'], lines: ['@ CAA 0 iodef "caa@lindenhof.example"'] },
  ],
  // the good domain fails it too, its zone is unsigned
  [
    'dns.caa.accounturi',
    'no account',
    { signed: true, without: ['@ CAA 0 issue "'], lines: ['@ CAA 0 issue "ca.example"'] },
  ],
  ['dns.caa.critical', 'a critical tag that nobody knows', { lines: ['@ CAA 128 tbs "unknown"'] }],
  [
    'dns.soa.values',
    'an expiry of a day',
    { without: ['@ SOA'], lines: ['@ SOA a.ns hostmaster 7 7200 3600 86400 3600'] },
  ],
  ['dns.ns.count dns.ns.same_net', 'one name server', { without: ['@ NS b.ns'] }],
  ['dns.ns.ipv6', 'name servers without IPv6', { without: ['a.ns AAAA', 'b.ns AAAA'] }],
  ['dns.ns.noaddr', 'a name server without address', { lines: ['@ NS c.ns', 'c.ns TXT "x"'] }],
  [
    'dns.txt.tokens spf.size.txt',
    'sixteen verifications',
    {
      lines: Array.from(
        { length: 16 },
        (_, index) => `@ TXT "google-site-verification=${'abcdefghijklmnop'.charAt(index).repeat(40)}"`,
      ),
    },
  ],
  ['dns.cname.dangling', 'an alias of a name that is gone', { domain: `alt.${NAME}`, lines: ['alt CNAME weg'] }],
  ['dns.nsec3.iterations', 'iterations', { signed: true, lines: ['@ NSEC3PARAM 1 0 12 -'] }],
  ['dns.nsec3.salt', 'salt', { signed: true, lines: ['@ NSEC3PARAM 1 0 0 aabbccdd'] }],
  ['dns.nsec3.iterations dns.nsec3.excess', 'many iterations', { signed: true, lines: ['@ NSEC3PARAM 1 0 150 -'] }],
  ['dns.edns', 'servers without EDNS', { misbehave: (direct, edns) => (direct && edns ? 'formerr' : undefined) }],
];

const before = new Map<string, ReadonlySet<string>>();

/** What the domain fails without the change: under the same name, the same circumstances. */
async function baseOf({ domain, signed }: Change): Promise<ReadonlySet<string>> {
  const key = `${domain ?? ''} ${String(signed)}`;
  const known = before.get(key);
  if (known !== undefined) return known;
  const fails = domain === undefined ? await failsOf({ signed: signed === true }) : new Set<string>();
  before.set(key, fails);
  return fails;
}

for (const [ids, title, change] of CHANGES) {
  test(`${ids}: ${title}`, async () => {
    const [fails, base] = [await failsOf(change), await baseOf(change)];

    const fresh = [...fails].filter((id) => !base.has(id)).sort();

    const wanted = ids.split(' ').sort();
    if (change.domain === undefined) assert.deepEqual(fresh, wanted);
    else for (const id of wanted) assert.ok(fails.has(id), `${id} is not among ${fresh.join(' ')}`);
  });
}

test('the good domain fails what it left out on purpose, and nothing else', async () => {
  assert.deepEqual([...(await failsOf({}))].sort(), ['bimi.missing', 'dns.caa.accounturi', 'dns.dnssec.absent']);
});
