/** What a second examiner planted, who did not know the first one's cases: borders of strings, macros, aliases, and records that only look wrong. */
import { examine, KEY, NAME, POLICY, RSA, txt, type Case } from '../../../support/dns-examiner.ts';

const at = (label: string) => `${label}.${NAME}`;
/** The SPF record in strings as they are written. */
const strings = (...parts: readonly string[]) => `@ TXT ${parts.map((part) => `"${part}"`).join(' ')}`;
/** A zone of somebody else. */
const other = (name: string, ...lines: readonly string[]) => [
  `$ORIGIN ${name}.`,
  '@ SOA ns h 1 7200 900 1209600 300',
  ...lines,
];
const MANY = ['one', 'two', 'three', 'four', 'five'].map((label) => `${label}.pool.haus`);

const BORDERS: readonly Case[] = [
  [
    '',
    'inside an IPv6 address, before what looks like a:',
    { spf: null, more: [strings('v=spf1 mx ip6:2a01:4f0:', 'a:1::/64 -all')] },
  ],
  ['', 'inside a group of an IPv6 address', { spf: null, more: [strings('v=spf1 mx ip6:2a01:4f', 'a:1::/64 -all')] }],
  [
    '',
    'behind ::, before what looks like a:',
    { spf: null, more: [strings('v=spf1 mx ip6:2a01:4f0::', 'a:1/128 -all')] },
  ],
  [
    '',
    'inside a name, round a label that is a mechanism',
    {
      spf: null,
      more: [strings('v=spf1 mx a:h.', 'a', `.${NAME} -all`), 'h.a A 62.53.9.25', 'h.a AAAA 2a01:4f0:9::25'],
    },
  ],
  [
    '',
    'directly behind include:',
    { spf: null, more: [strings('v=spf1 mx include:', 'a', `.${NAME} -all`), 'a TXT "v=spf1 -all"'] },
  ],
  [
    '',
    'before the last letter of a name that is published',
    {
      spf: null,
      more: [
        strings('v=spf1 mx include:spf.haus.c', 'a -all'),
        ...other('haus.ca', 'spf TXT "v=spf1 ip4:62.53.9.25 -all"'),
      ],
    },
  ],
  [
    'spf.chunks spf.include.none spf.include.dangling',
    'between an include and a bare mechanism: the joined name leads nowhere',
    {
      spf: null,
      more: [strings('v=spf1 include:spf.haus.kontor', 'mx -all'), ...other('haus.kontor', 'spf TXT "v=spf1 -all"')],
    },
  ],
  ['spf.chunks spf.syntax', 'between two bare mechanisms', { spf: null, more: [strings('v=spf1 a', 'mx -all')] }],
  ['', 'empty strings, and one inside all', { spf: null, more: [strings('v=spf1 mx ', '', '-a', 'll', '')] }],
  ['dns.txt.leak', 'inside a credential', { more: ['@ TXT "api_key=ab" "cdEF12" "345678"'] }],
];

const NAMES: readonly Case[] = [
  [
    'spf.include.dangling spf.exists.runtime',
    'behind a macro',
    { spf: 'v=spf1 mx exists:%{i}._spf.nobody.haus -all' },
    ['nobody.haus'],
  ],
  ['spf.include.dangling', 'an include by macro', { spf: 'v=spf1 mx include:%{d2}.spf.nobody.haus -all' }],
  [
    '',
    'behind a macro, held',
    { spf: 'v=spf1 mx exists:%{ir}.%{v}._spf.haus.kontor -all', more: other('haus.kontor') },
  ],
  ['spf.include.none', 'an include of a mail address', { spf: `v=spf1 mx include:post@${NAME} -all` }],
  [
    '',
    'a label of what zone files and resolvers escape',
    { spf: `v=spf1 mx a:post(@\\).${NAME} -all`, more: ['post\\(\\@\\\\\\) A 62.53.9.25'] },
  ],
  ['', 'behind a macro, the domain itself', { spf: `v=spf1 mx include:%{l}._u.${NAME} -all` }],
  [
    'spf.include.dangling',
    'a host of the MX set of another name',
    { spf: `v=spf1 mx:${at('old')} -all`, more: ['old MX 10 mx.nobody.haus.'] },
  ],
  [
    '',
    'an address for the MX host of another name',
    { spf: `v=spf1 mx mx:${at('old')} -all`, more: ['old MX 10 62.53.9.9.'] },
  ],
  [
    'spf.exp',
    'the explanation of the record that is redirected to',
    { spf: `v=spf1 mx redirect=${at('r')}`, more: [`r TXT "v=spf1 exp=${at('e')} -all"`, 'e TXT "%{y}"'] },
  ],
  [
    'spf.a.ip spf.syntax',
    'include: of a network',
    { spf: 'v=spf1 mx include:62.53.9.0/24 -all' },
    ['ip4:62.53.9.0/24'],
  ],
  [
    'spf.a.ip spf.syntax',
    'include: and ip4: in one',
    { spf: 'v=spf1 mx include:ip4:62.53.9.9 -all' },
    ['ip4:62.53.9.9'],
  ],
  ['spf.range.private', 'a private address in the clothes of IPv6', { spf: 'v=spf1 mx ip6:::ffff:10.0.0.7 -all' }],
  [
    'mx.private',
    'an MX host at one',
    {
      mx: ['@ MX 10 a.post', '@ MX 20 b.post', '@ MX 30 in.post'],
      more: ['in.post AAAA ::ffff:192.168.3.4', 'in.post TXT "v=spf1 -all"'],
    },
  ],
  [
    '',
    'an address of many names, the fifth of which leads back',
    {
      mx: ['@ MX 10 a.post', '@ MX 20 c.post'],
      more: [
        ...['c.post A 62.53.11.1', 'c.post TXT "v=spf1 a -all"', '$ORIGIN 11.53.62.in-addr.arpa.'],
        ...MANY.map((name) => `1 PTR ${name}.`),
        ...other('pool.haus', 'one A 62.53.11.9', 'two A 62.53.11.9', 'three A 62.53.11.9', 'five A 62.53.11.1'),
      ],
    },
  ],
  [
    'mx.fcrdns',
    'an address of many names, none of which leads back',
    {
      mx: ['@ MX 10 a.post', '@ MX 20 c.post'],
      more: [
        ...['c.post A 62.53.11.1', 'c.post TXT "v=spf1 a -all"', '$ORIGIN 11.53.62.in-addr.arpa.'],
        ...MANY.map((name) => `1 PTR ${name}.`),
        ...other('pool.haus', 'one A 62.53.11.9', 'five A 62.53.11.9'),
      ],
    },
  ],
  [
    '',
    'a reverse name delegated by CNAME (RFC 2317)',
    {
      mx: ['@ MX 10 a.post', '@ MX 20 c.post'],
      more: [
        ...['c.post A 62.53.11.1', 'c.post TXT "v=spf1 a -all"', '$ORIGIN 11.53.62.in-addr.arpa.', '1 CNAME 1.0-31'],
        `1.0-31 PTR c.post.${NAME}.`,
      ],
    },
  ],
];

const MORE: readonly Case[] = [
  ['dns.caa.syntax', 'an issuer with a hyphen at an end', { caa: ['@ CAA 0 issue "ca-.kontor"'] }],
  [
    'dmarc.psd dmarc.walk.diff mx.none_implicit',
    'psd=y above a subdomain',
    {
      domain: at('shop'),
      options: { selectors: [] },
      more: ['shop A 62.53.9.9'],
      dmarc: `v=DMARC1; p=reject; psd=y; rua=mailto:d@${NAME}`,
    },
  ],
  ['spf.lookups.over', 'one machine named forty times', { spf: `v=spf1 ${'a '.repeat(40)}-all` }],
];

const KEYS: readonly Case[] = [
  ['dkim.key.multi', 'a note beside the key', { more: ['k7._domainkey TXT "rotated in May"'] }],
  [
    'dkim.key.multi',
    'the same at a selector that nobody named',
    { options: { selectors: [] }, dkim: null, more: [`s1._domainkey TXT ${txt(KEY)}`, 's1._domainkey TXT "x"'] },
  ],
  ['dkim.syntax dkim.v dkim.key.missing', 'no semicolons', { dkim: `v=DKIM1 k=rsa p=${RSA}` }, ['is missing']],
  ['dkim.syntax dkim.key.bad', 'no semicolon behind the key', { dkim: `v=DKIM1; t=s; p=${RSA} k=rsa` }],
  ['', 'a note that speaks of tags', { dkim: `v=DKIM1; n=was p=MIIB, k=rsa; t=s; p=${RSA}` }],
  [
    '',
    'white space before the padding of the key',
    { dkim: `v=DKIM1; t=s; p=${RSA.slice(0, 100)} ${RSA.slice(100, -1)} ${RSA.slice(-1)}` },
  ],
  ['', 'a tag name in upper case is another tag', { dkim: `v=DKIM1; K=x; k=rsa; t=s; p=${RSA}` }],
];

const REPORTS: readonly Case[] = [
  ['tlsrpt.rua', 'https: without a host', { tlsrpt: ['_smtp._tls TXT "v=TLSRPTv1; rua=https://"'] }],
  [
    'dmarc.rua.uri',
    'https: without a host for DMARC',
    { dmarc: `v=DMARC1; p=reject; rua=mailto:d@${NAME},https:///x` },
  ],
  [
    'tlsrpt.missing tlsrpt.syntax',
    'a hyphen in the version',
    { tlsrpt: [`_smtp._tls TXT "v=TLS-RPTv1; rua=mailto:t@${NAME}"`] },
  ],
  [
    '',
    'an extension of TLS-RPT',
    { tlsrpt: [`_smtp._tls TXT "v=TLSRPTv1;rua=mailto:t@${NAME} , https://r.${NAME}/t?x=1 ; ext=1"`] },
  ],
  [
    '',
    'an authorisation by wildcard and CNAME',
    {
      dmarc: 'v=DMARC1; p=reject; rua=mailto:d@Reports.haus',
      more: other(
        'reports.haus',
        '@ MX 10 mx',
        'mx A 62.53.12.1',
        '*._report._dmarc CNAME yes',
        'yes TXT "v = DMARC1;"',
      ),
    },
  ],
  [
    'dmarc.rua.unauthorised',
    'an authorisation one label too high',
    {
      dmarc: 'v=DMARC1; p=reject; rua=mailto:d@reports.haus',
      more: other('reports.haus', '@ A 62.53.12.1', '_report._dmarc TXT "v=DMARC1"'),
    },
  ],
  [
    '',
    'a policy of keys in another order, with white space at the ends',
    { policy: `max_age: 1209600 \r\nmx: *.POST.${NAME}\t\r\nx_y: \u00fc\r\nmode: enforce\r\nversion: STSv1` },
  ],
  ['mtasts.policy.fields', 'lines ended by CR alone', { policy: POLICY.replaceAll('\r\n', '\r') }],
  [
    'bimi.svg',
    'a style sheet from elsewhere',
    {
      more: [`default._bimi TXT "v=BIMI1; l=https://l.${NAME}/b.svg"`],
      page: (url) =>
        url.endsWith('.svg')
          ? {
              body: Buffer.from(
                '<svg version="1.2" baseProfile="tiny-ps" viewBox="0 0 9 9"><title>b</title><style>@import "//x/a.css"</style></svg>',
              ),
            }
          : undefined,
    },
  ],
];

examine([...BORDERS, ...NAMES, ...MORE, ...KEYS, ...REPORTS]);
