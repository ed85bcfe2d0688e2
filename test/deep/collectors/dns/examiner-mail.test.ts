/** MX, MTA-STS, TLS-RPT, DANE and BIMI as an outside examiner plants them. */
import { examine, LOGO, NAME, POLICY, type Case, type Change } from '../../../support/dns-examiner.ts';

const at = (label: string) => `${label}.${NAME}`;
const other = (name: string, ...lines: readonly string[]) => [
  `$ORIGIN ${name}.`,
  '@ SOA ns h 1 7200 900 1209600 300',
  ...lines,
];
/** The two good hosts and one more. */
const third = (host: string, ...more: readonly string[]): Change => ({
  mx: ['@ MX 10 a.post', '@ MX 20 b.post', `@ MX 30 ${host}`],
  policy: POLICY.replace('max_age', `mx: ${host.endsWith('.') ? host.slice(0, -1) : at(host)}\r\nmax_age`),
  more,
});
const reverse = (address: string, name: string) => [
  `$ORIGIN ${address.split('.').reverse().slice(1).join('.')}.in-addr.arpa.`,
  `${address.split('.').at(-1) ?? ''} PTR ${name}`,
];
const GOOD = ['c A 62.53.9.26', 'c TXT "v=spf1 a -all"', ...reverse('62.53.9.26', `c.${NAME}.`)];

const MX: readonly Case[] = [
  ['mx.none_implicit spf.parked mtasts.mx.unused', 'no MX, an IPv6 address only', { mx: [], without: ['@ A '] }],
  ['mx.null.mixed mx.null.pref', 'a null MX last', { mx: ['@ MX 10 a.post', '@ MX 20 b.post', '@ MX 65535 .'] }],
  [
    'mx.null.pref spf.parked',
    'a null MX of preference 1',
    {
      mx: ['@ MX 1 .'],
      dkim: null,
      sts: null,
      without: ['mta-sts', '@ TXT'],
      options: { selectors: [] },
      dmarc: 'v=DMARC1; p=reject; rua=mailto:d@haus.kontor',
      more: other('haus.kontor', '@ MX 1 m', `${NAME}._report._dmarc TXT "v=DMARC1"`),
    },
  ],
  [
    'mx.cname',
    'the third host an alias, in upper case',
    third('c', 'c CNAME D', 'd A 62.53.9.26', 'd TXT "v=spf1 a -all"', ...reverse('62.53.9.26', `d.${NAME}.`)),
  ],
  ['', 'a third host in upper case', third('C', ...GOOD)],
  [
    'mx.ip',
    'an address',
    { mx: ['@ MX 10 a.post', '@ MX 20 b.post', '@ MX 30 62.53.9.26.'], policy: `${POLICY}mx: 62.53.9.26\r\n` },
    ['62.53.9.26'],
  ],
  [
    'mx.ip mx.noaddr',
    'an address that became a name of the zone',
    { mx: ['@ MX 10 a.post', '@ MX 20 b.post', '@ MX 30 62.53.9.26'], policy: `${POLICY}mx: 62.53.9.26.${NAME}\r\n` },
    [`62.53.9.26.${NAME}`],
  ],
  [
    '',
    'a name that begins with a number',
    third('62', ...GOOD.map((line) => line.replace(/^c /, '62 ').replace('PTR c.', 'PTR 62.'))),
  ],
  ['mx.noaddr', 'a host that has only a text', third('c', 'c TXT "v=spf1 -all"')],
  [
    '',
    'a host of IPv6 only',
    third(
      'c',
      'c AAAA 2a01:4f0:9::26',
      'c TXT "v=spf1 a -all"',
      '$ORIGIN ip6.arpa.',
      `6.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.9.0.0.0.0.f.4.0.1.0.a.2 PTR c.${NAME}.`,
    ),
  ],
  ['mx.private', 'carrier NAT and loopback', third('c', 'c A 100.64.3.3', 'c AAAA ::1', 'c TXT "v=spf1 -all"')],
  ['mx.private mx.noaddr', 'localhost', third('localhost.')],
  ['', 'a private address beside a public one', third('c', ...GOOD, `$ORIGIN ${NAME}.`, 'c A 10.1.1.1')],
  ['mx.dup', 'a host at two preferences, in two cases', { mx: ['@ MX 10 a.post', '@ MX 20 b.post', '@ MX 30 A.POST'] }],
  [
    'mx.dup',
    'two names of one address set',
    third('c', 'c A 62.53.9.25', 'c AAAA 2a01:4f0:9::25', 'c TXT "v=spf1 a -all"'),
    [at('c')],
  ],
  ['', 'two hosts that share one of two addresses', third('c', 'c A 62.53.9.25', 'c TXT "v=spf1 a -all"')],
  ['mx.single', 'one host', { mx: ['@ MX 10 a.post'] }],
  ['mx.dangling mx.noaddr', 'a host of a domain that nobody holds', third('mx.verfallen.haus.'), ['mx.verfallen.haus']],
  ['mx.dangling mx.cname mx.noaddr', 'an alias of one', third('c', 'c CNAME mx.verfallen.haus.'), ['verfallen.haus']],
  [
    'mx.noaddr',
    'a dead name of a domain that stands',
    third('mx.haus.kontor.', ...other('haus.kontor', '@ A 62.54.1.1')),
  ],
  ['mx.ptr', 'no name', third('c', 'c A 62.53.9.26', 'c TXT "v=spf1 a -all"'), ['62.53.9.26']],
  [
    'mx.fcrdns',
    'a name that leads to another address',
    third('c', ...GOOD.slice(0, 2), ...reverse('62.53.9.26', `b.post.${NAME}.`)),
    ['62.53.9.26'],
  ],
  [
    '',
    'two names, of which the second leads back',
    third('c', ...GOOD.slice(0, 2), ...reverse('62.53.9.26', `b.post.${NAME}.`), `26 PTR c.${NAME}.`),
  ],
  [
    'mx.fcrdns',
    'an ip4 term of one address, whose name leads elsewhere',
    { spf: 'v=spf1 mx ip4:62.53.9.30 -all', more: reverse('62.53.9.30', `b.post.${NAME}.`) },
    ['ip4:62.53.9.30'],
  ],
  [
    'mx.fcrdns',
    'an a: of one',
    {
      spf: `v=spf1 mx a:${at('sender')} -all`,
      more: ['sender A 62.53.9.31', 'sender AAAA 2a01:4f0:9::31', ...reverse('62.53.9.31', `x.${NAME}.`)],
    },
  ],
  ['', 'an ip4 term of one address without a name', { spf: 'v=spf1 mx ip4:62.53.9.32/32 -all' }],
  [
    '',
    'a network, whose first address has a name that leads elsewhere',
    { spf: 'v=spf1 mx ip4:62.53.9.32/31 -all', more: reverse('62.53.9.32', `b.post.${NAME}.`) },
  ],
  ['mx.ipv6', 'hosts without IPv6', { without: ['a.post AAAA', 'b.post AAAA'] }],
];

const policy = (change: (text: string) => string): Change => ({ policy: change(POLICY) });
const MTASTS: readonly Case[] = [
  ['mtasts.missing mtasts.orphan', 'a record at another name', { sts: null, more: ['mta-sts TXT "v=STSv1; id=1"'] }],
  ['mtasts.missing mtasts.orphan', 'a version in upper case', { sts: 'v=STSV1; id=1' }],
  ['', 'a record in two strings without a final semicolon', { sts: null, more: ['_mta-sts TXT "v=STS" "v1;id=A1"'] }],
  ['', 'another text beside it', { more: ['_mta-sts TXT "verification=7"'] }],
  ['mtasts.multiple', 'a second record without id', { more: ['_mta-sts TXT "v=STSv1;"'] }],
  ['mtasts.id', 'an id with hyphens', { sts: 'v=STSv1; id=2026-11-04;' }],
  ['mtasts.id', 'an id of 33', { sts: `v=STSv1; id=${'a1'.repeat(16)}x;` }],
  ['', 'an id of 32', { sts: `v=STSv1; id=${'a1'.repeat(16)};` }],
  ['mtasts.id', 'an empty id', { sts: 'v=STSv1; id=;' }],
  ['mtasts.id', 'an ID', { sts: 'v=STSv1; ID=1;' }],
  ['mtasts.id', 'two semicolons', { sts: 'v=STSv1;; id=1' }, ['column 9']],
  ['mtasts.id', 'a word without a value', { sts: 'v=STSv1; id=1; now' }, ['"now" at column 15']],
  ['mtasts.id', 'an extension without a value', { sts: 'v=STSv1; id=1; x=' }],
  ['mtasts.id', 'an extension of a name of 33', { sts: `v=STSv1; id=1; ${'x'.repeat(33)}=1` }],
  ['mtasts.id', 'a line feed at the end', { sts: 'v=STSv1; id=1\n' }],
  ['', 'extensions with digits, hyphens and dots', { sts: 'v=STSv1; 2.a-b_c=d:e/f ; id=1;' }],
  [
    'mtasts.policy.fetch',
    'a certificate of another name',
    {
      page: (url) =>
        url.endsWith('.txt')
          ? { tls: { protocol: 'TLSv1.3', authorized: false, trustError: 'ERR_TLS_CERT_ALTNAME_INVALID' } }
          : undefined,
    },
    ['ALTNAME'],
  ],
  ['mtasts.policy.fetch', 'a redirect of 308', { page: () => ({ status: 308 }) }, ['308']],
  ['mtasts.policy.fetch', '204', { page: () => ({ status: 204, body: Buffer.from('') }) }],
  ['mtasts.policy.fetch', 'text/plaintext', { page: () => ({ headers: [['Content-Type', 'text/plaintext']] }) }],
  ['', 'TEXT/PLAIN with a charset', { page: () => ({ headers: [['content-type', 'TEXT/PLAIN ;charset=us-ascii']] }) }],
  ['mtasts.policy.fetch', '64 KiB and one octet', { page: () => ({ body: Buffer.from(POLICY.padEnd(65_537, '\n')) }) }],
  ['', '64 KiB', { page: () => ({ body: Buffer.from(POLICY.padEnd(65_536, '\n')) }) }],
  ['mtasts.policy.fetch', 'nothing listens', { page: (url) => (url.endsWith('.txt') ? 'net.refused' : undefined) }],
  ['mtasts.policy.fields', 'a mode in capitals', policy((text) => text.replace('enforce', 'Enforce')), ['mode']],
  [
    'mtasts.policy.fields',
    'max_age of a year and a second',
    policy((text) => text.replace('1209600', '31557601')),
    ['max_age'],
  ],
  ['', 'max_age of a year', policy((text) => text.replace('1209600', '31557600'))],
  ['mtasts.policy.fields', 'a wildcard inside', policy((text) => `${text}mx: a.*.${NAME}\r\n`), [`a.*.${NAME}`]],
  ['mtasts.policy.fields mtasts.mx.mismatch', 'no mx', policy((text) => text.replace(/mx: .*\r\n/, ''))],
  ['mtasts.policy.fields', 'lines ended by CR', policy((text) => text.replaceAll('\r\n', '\r'))],
  ['mtasts.policy.fields', 'another version', policy((text) => text.replace('STSv1', 'STSv1.1'))],
  [
    '',
    'LF, spaces, an unknown key, a second mode and fields in another order',
    policy(() => `max_age:1209600  \nmx:  *.POST.${NAME}\nx-team: post\nmode:enforce\nmode: none\nversion: STSv1`),
  ],
  ['mtasts.mode.testing', 'testing', policy((text) => text.replace('enforce', 'testing'))],
  ['mtasts.mode.none', 'none without mx', policy(() => 'version: STSv1\nmode: none\nmax_age: 1209600\n')],
  ['mtasts.max_age', '86399', policy((text) => text.replace('1209600', '86399')), ['86399']],
  ['mtasts.max_age.weeks', '604799', policy((text) => text.replace('1209600', '604799'))],
  [
    'mtasts.mx.mismatch',
    'a wildcard one label too high',
    policy((text) => text.replace(`*.post.${NAME}`, `*.${NAME}`)),
    [`a.post.${NAME}`],
  ],
  [
    'mtasts.mx.mismatch',
    'one of two hosts',
    policy((text) => text.replace(`*.post.${NAME}`, `b.post.${NAME}`)),
    [`names a.post.${NAME}`],
  ],
  [
    'mtasts.mx.mismatch.testing mtasts.mode.testing',
    'one of two hosts, testing',
    policy((text) => text.replace(`*.post.${NAME}`, `b.post.${NAME}`).replace('enforce', 'testing')),
  ],
  ['mtasts.mx.unused', 'a spare', policy((text) => `${text}mx: reserve.haus\n`)],
  ['mtasts.orphan', 'a record whose host does not exist', { without: ['mta-sts '] }],
  ['mtasts.orphan mtasts.missing', 'a policy without record', { sts: null }],
  [
    'mtasts.missing',
    'a wildcard host that serves a page',
    { sts: null, page: () => ({ headers: [['content-type', 'text/html']], body: Buffer.from('<p>') }) },
  ],
  [
    'mtasts.cname.dangling mtasts.orphan',
    'a policy host that is an alias of nothing',
    { without: ['mta-sts '], more: ['mta-sts CNAME sts.verfallen.haus.'] },
  ],
  [
    'mtasts.cname.dangling mtasts.missing mtasts.orphan',
    'a record that is an alias of nothing',
    { sts: null, more: ['_mta-sts CNAME weg'] },
  ],
  [
    '',
    'record and policy host at a provider',
    {
      sts: null,
      without: ['mta-sts '],
      more: [
        '_mta-sts CNAME sts.haus.kontor.',
        'mta-sts CNAME www.haus.kontor.',
        ...other('haus.kontor', 'sts TXT "v=STSv1; id=1"', 'www A 62.54.1.1'),
      ],
    },
  ],
];

const rpt = (...texts: readonly string[]): Change => ({ tlsrpt: texts.map((text) => `_smtp._tls TXT "${text}"`) });
const TLSRPT: readonly Case[] = [
  ['tlsrpt.missing', 'a record at _tls', { tlsrpt: [`_tls TXT "v=TLSRPTv1; rua=mailto:t@${NAME}"`] }],
  [
    'tlsrpt.multiple',
    'one over https and one by mail',
    rpt(`v=TLSRPTv1; rua=https://${NAME}/t`, `v=TLSRPTv1;rua=mailto:t@${NAME}`),
  ],
  ['tlsrpt.rua', 'no rua, another tag', rpt('v=TLSRPTv1; ruf=mailto:t@x.test')],
  ['tlsrpt.rua', 'http', rpt(`v=TLSRPTv1; rua=http://${NAME}/t`), ['http:']],
  ['tlsrpt.rua', 'the second of two without a scheme', rpt(`v=TLSRPTv1; rua=mailto:t@${NAME},t@${NAME}`)],
  ['tlsrpt.syntax tlsrpt.missing', 'a version in capitals', rpt(`V=TLSRPTV1; rua=mailto:t@${NAME}`)],
  ['tlsrpt.syntax tlsrpt.missing', 'the version last', rpt(`rua=mailto:t@${NAME}; v=TLSRPTv1`)],
  ['tlsrpt.rua', 'a percent sign that encodes nothing', rpt(`v=TLSRPTv1; rua=mailto:t%zz@${NAME}`)],
  ['tlsrpt.rua', 'a port that is none', rpt(`v=TLSRPTv1; rua=https://${NAME}:99999/t`)],
  ['tlsrpt.syntax', 'an extension without a value', rpt(`v=TLSRPTv1; rua=mailto:t@${NAME}; x=`)],
  ['', 'an extension with digits, hyphens and dots', rpt(`v=TLSRPTv1; 2.a-b=c; rua=https://${NAME}/t?a=b`)],
  ['tlsrpt.syntax', 'a part that is no tag', rpt(`v=TLSRPTv1; rua=mailto:t@${NAME}; hello`)],
  [
    '',
    'mail and https, in two strings, with an extension',
    { tlsrpt: [`_smtp._tls TXT "v=TLSRPTv1; rua=mailto:t@${NAME} ," "https://${NAME}/t;x=1;"`] },
  ],
  [
    '',
    'behind an alias',
    {
      tlsrpt: ['_smtp._tls CNAME t.haus.kontor.'],
      more: other('haus.kontor', 't TXT "v=TLSRPTv1; rua=https://haus.kontor/t"'),
    },
  ],
];

const SHA256 = 'c4'.repeat(32);
const tlsa = (...records: readonly string[]): Change => ({
  signed: true,
  more: ['a.post', 'b.post'].flatMap((host) => records.map((record) => `_25._tcp.${host} TLSA ${record}`)),
});
const DANE: readonly Case[] = [
  ['', 'two records of SHA-256 and SHA-512', tlsa(`3 1 1 ${SHA256}`, `2 0 2 ${'7a'.repeat(64)}`)],
  ['dane.missing', 'a signed zone, one host without', { signed: true, more: [`_25._tcp.a.post TLSA 3 1 1 ${SHA256}`] }],
  ['dane.unsigned', 'an unsigned zone', { more: [`_25._tcp.a.post TLSA 3 1 1 ${SHA256}`] }],
  ['dane.usage', 'usage 1 beside 3', tlsa(`1 1 1 ${SHA256}`, `3 1 1 ${SHA256}`)],
  ['dane.params', 'a SHA-512 of 32 octets', tlsa(`3 1 2 ${SHA256}`), ['32 octets']],
  ['dane.params', 'selector 2', tlsa(`3 2 1 ${SHA256}`)],
  ['dane.params', 'matching 3', tlsa(`3 1 3 ${SHA256}`)],
  ['dane.matching.full', 'a whole key beside its digest', tlsa(`3 1 0 ${'30'.repeat(91)}`, `3 1 1 ${SHA256}`)],
  ['dane.rollover', 'one record', tlsa(`3 1 1 ${SHA256}`)],
];

const bimi = (text: string, more: Change = {}): Change => ({
  ...more,
  more: [`default._bimi TXT "${text}"`, ...(more.more ?? [])],
});
const BIMI_RECORD = `v=BIMI1; l=https://${NAME}/b.svg`;
const logo = (change: (text: string) => string) =>
  bimi(BIMI_RECORD, { page: (url) => (url.endsWith('.svg') ? { body: Buffer.from(change(LOGO)) } : undefined) });
const BIMI: readonly Case[] = [
  ['bimi.missing', 'none', {}],
  ['bimi.evidence.missing', 'a logo in capitals, with an empty a', bimi(`v=BIMI1; a=; l=https://${NAME}/B.SVG`)],
  ['', 'declined, with the selector of another', bimi('v=BIMI1; l=; a=')],
  ['bimi.syntax', 'two records', bimi(BIMI_RECORD, { more: ['default._bimi TXT "v=BIMI1; l=; a="'] })],
  ['bimi.syntax', 'a version in lower case', bimi(BIMI_RECORD.toLowerCase())],
  ['bimi.syntax', 'the version last', bimi(`l=https://${NAME}/b.svg; v=BIMI1`)],
  ['bimi.syntax', 'l twice', bimi(`${BIMI_RECORD}; l=https://${NAME}/c.svg`)],
  ['bimi.location bimi.evidence.missing', 'nothing but the version', bimi('v=BIMI1;'), ['no l']],
  ['bimi.location', 'PNG', bimi(`v=BIMI1; l=https://${NAME}/b.png`), ['b.png']],
  ['bimi.location', 'http', bimi(`v=BIMI1; l=http://${NAME}/b.svg`)],
  ['bimi.evidence', 'a mark certificate over http', bimi(`${BIMI_RECORD}; a=http://${NAME}/b.pem`)],
  [
    'bimi.evidence',
    'a mark certificate that is not there',
    bimi(`${BIMI_RECORD}; a=https://${NAME}/b.pem`, {
      page: (url) => (url.endsWith('.pem') ? { status: 404 } : undefined),
    }),
    ['404'],
  ],
  [
    'bimi.vmc',
    'a mark certificate that is none',
    bimi(`${BIMI_RECORD}; a=https://${NAME}/b.pem`, {
      page: (url) => (url.endsWith('.pem') ? { body: Buffer.from('hello') } : undefined),
    }),
  ],
  ['bimi.tags', 'avp of another word', bimi(`${BIMI_RECORD}; avp=Company`), ['avp=Company']],
  [
    'bimi.dmarc dmarc.p.none',
    'p=none',
    bimi(BIMI_RECORD, { dmarc: `v=DMARC1; p=none; rua=mailto:d@${NAME}` }),
    ['p is none'],
  ],
  [
    'bimi.dmarc dmarc.sp.none',
    'sp=none',
    bimi(BIMI_RECORD, { dmarc: `v=DMARC1; p=reject; sp=none; rua=mailto:d@${NAME}` }),
  ],
  ['bimi.dmarc dmarc.pct', 'pct=99', bimi(BIMI_RECORD, { dmarc: `v=DMARC1; p=reject; pct=99; rua=mailto:d@${NAME}` })],
  [
    '',
    'quarantine with pct=100',
    bimi(BIMI_RECORD, { dmarc: `v=DMARC1; p=quarantine; pct=100; rua=mailto:d@${NAME}` }),
  ],
  ['bimi.svg', 'version 1.1', logo((text) => text.replace('"1.2"', '"1.1"')), ['version']],
  ['bimi.svg', 'a view box that is not square', logo((text) => text.replace('64 64', '64 63')), ['square']],
  [
    'bimi.svg',
    'a script in capitals of a namespace',
    logo((text) => text.replace('<path', '<svg:script>1</svg:script><path')),
    ['script'],
  ],
  [
    'bimi.svg',
    '32 KiB and one octet',
    logo((text) => text.replace('</svg>', `${' '.repeat(32_769 - text.length)}</svg>`)),
    ['32 KB'],
  ],
  ['', '32 KiB', logo((text) => text.replace('</svg>', `${' '.repeat(32_768 - text.length)}</svg>`))],
  [
    '',
    'single quotes and a comment that speaks of a script',
    logo((text) => text.replaceAll('"', "'").replace('<path', '<!-- <script> --><path')),
  ],
];

examine([...MX, ...MTASTS, ...TLSRPT, ...DANE, ...BIMI]);
