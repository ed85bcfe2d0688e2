/** DMARC as an outside examiner plants it, by RFC 9989 with RFC 7489 as the second reading. */
import { examine, NAME, txt, type Case } from '../../../support/dns-examiner.ts';

const at = (label: string) => `${label}.${NAME}`;
const RUA = `rua=mailto:dmarc@${NAME}`;
const record = (text: string) => ({ dmarc: text });
const tags = (text: string) => record(`v=DMARC1; p=reject; ${RUA}; ${text}`);
const other = (name: string, ...lines: readonly string[]) => [
  `$ORIGIN ${name}.`,
  '@ SOA ns h 1 7200 900 1209600 300',
  ...lines,
];
const AGENT = other('auswerter.haus', '@ MX 5 m', 'm A 62.54.1.1');

const SELECTION: readonly Case[] = [
  [
    'dmarc.missing',
    'a record one label too high in the name',
    { dmarc: null, more: [`dmarc TXT "v=DMARC1; p=reject"`] },
  ],
  [
    'dmarc.multiple dmarc.missing',
    'two records that say the same',
    { more: [`_dmarc TXT "v=DMARC1;p=reject;${RUA}"`] },
  ],
  ['dmarc.multiple dmarc.missing', 'a second record that is only a version', { more: ['_dmarc TXT "v=DMARC1"'] }],
  [
    'dmarc.unrelated',
    'two other texts beside it, one of several strings',
    {
      more: ['_dmarc TXT "v=spf1 " "-all"', '_dmarc TXT "verification=p=none"'],
    },
  ],
  [
    '',
    'a record in three strings, cut inside words',
    {
      dmarc: null,
      more: [`_dmarc TXT "v=DMA" "RC1; p=rej" "ect; ${RUA}"`],
    },
  ],
  ['dmarc.version dmarc.missing', 'a capital V', record(`V=DMARC1; p=reject; ${RUA}`), ['V=DMARC1']],
  ['dmarc.version dmarc.missing', 'mixed case', record(`v=Dmarc1; p=reject; ${RUA}`)],
  ['dmarc.version dmarc.missing', 'p before v', record(`p=reject; v=DMARC1; ${RUA}`)],
  ['dmarc.version dmarc.missing', 'a comma behind the version', record(`v=DMARC1, p=reject, ${RUA}`)],
  ['dmarc.version dmarc.missing', 'quotes that are part of the text', record(`"v=DMARC1; p=reject"`)],
  ['dmarc.version dmarc.missing', 'a zero more', record(`v=DMARC10; p=reject; ${RUA}`)],
  ['dmarc.ws dmarc.missing', 'a tab before the version', record(`\tv=DMARC1; p=reject; ${RUA}`)],
  ['', 'white space at every place where it may stand', record(`v \t= DMARC1\t ;  p =  reject ;\t${RUA} ;  `)],
  [
    'dmarc.apex dmarc.missing',
    'at the apex, in two strings',
    { dmarc: null, more: [`@ TXT "v=DMARC1; " "p=reject; ${RUA}"`] },
  ],
  [
    'dmarc.apex dmarc.missing',
    'the domain named twice',
    { dmarc: null, more: [`_dmarc.${NAME} TXT "v=DMARC1; p=reject"`] },
    [`_dmarc.${NAME}.${NAME}`],
  ],
  ['', 'a text at the apex that speaks of DMARC', { more: ['@ TXT "dmarc: see v=DMARC1 at _dmarc"'] }],
  [
    'dmarc.cname',
    'an alias of an alias of a record',
    {
      dmarc: null,
      more: [`_dmarc CNAME eins.auswerter.haus.`, ...AGENT, 'eins CNAME zwei', `zwei TXT "v=DMARC1; p=reject; ${RUA}"`],
    },
  ],
  [
    'dmarc.cname.dangling dmarc.missing',
    'an alias of an alias of nothing',
    {
      dmarc: null,
      more: ['_dmarc CNAME eins.auswerter.haus.', ...AGENT, 'eins CNAME weg'],
    },
  ],
  ['dmarc.wildcard', 'the record of a wildcard', { dmarc: null, more: [`* TXT "v=DMARC1; p=reject; ${RUA}"`] }],
];

const GRAMMAR: readonly Case[] = [
  [
    'dmarc.syntax dmarc.p.void dmarc.rua.missing',
    'no semicolon behind p',
    record(`v=DMARC1; p=reject ${RUA}`),
    ['rua='],
  ],
  ['dmarc.syntax', 'two semicolons', record(`v=DMARC1; p=reject;; ${RUA}`), ['column 20']],
  ['dmarc.syntax', 'a colon for the equals sign', tags('adkim:s'), ['"adkim:s"']],
  [
    'dmarc.syntax',
    'a second address behind a semicolon',
    record(`v=DMARC1; p=reject; ${RUA}; mailto:b@${NAME}`),
    [`mailto:b@${NAME}`],
  ],
  ['', 'one semicolon at the end', record(`v=DMARC1; p=reject; ${RUA};`)],
  ['dmarc.dup_tag', 'rua twice', tags(`rua=mailto:b@${NAME}`), ['rua=', 'column']],
  ['dmarc.dup_tag dmarc.tag.case', 'p and P', tags('P=none'), ['"P=none"']],
  ['dmarc.tag.unknown', 'a tag that is nearly one', tags('adkm=s'), ['"adkm=s" at column']],
  ['', 'tags of RFC 7489, in their own case of values', tags('rf=afrf:iodef; ri=3600')],
  ['dmarc.tag.case', 'Aspf', tags('Aspf=S'), ['"Aspf=S"']],
  [
    '',
    'values in upper case',
    record(`v=DMARC1; p=REJECT; sp=Reject; np=REJECT; adkim=S; aspf=R; t=N; psd=U; rua=MAILTO:D@${NAME.toUpperCase()}`),
  ],
  ['dmarc.p.missing dmarc.p.none', 'only sp', record(`v=DMARC1; sp=reject; ${RUA}`)],
  ['dmarc.p.invalid dmarc.p.none', 'sp of another word', tags('sp=block'), ['sp=block']],
  ['dmarc.p.invalid dmarc.p.none', 'np of another word', tags('np=deny')],
  ['dmarc.p.invalid dmarc.p.none', 'p with a comma', record(`v=DMARC1; p=reject,; ${RUA}`)],
  ['dmarc.p.invalid dmarc.p.none', 'p without a value', record(`v=DMARC1; p=; ${RUA}`)],
  [
    'dmarc.p.invalid dmarc.p.void dmarc.rua.missing dmarc.rua.uri',
    'neither p nor rua of use',
    record(`v=DMARC1; p=monitor; rua=d@${NAME}`),
  ],
  ['dmarc.p.void dmarc.rua.missing', 'a version and nothing', record('v=DMARC1;')],
  ['dmarc.p.order', 'p behind sp', record(`v=DMARC1; sp=reject; p=reject; ${RUA}`)],
  ['dmarc.psd.invalid', 'psd=yes', tags('psd=yes'), ['psd=yes']],
  ['dmarc.psd.invalid', 't=1', tags('t=1'), ['t=1']],
  ['dmarc.align.invalid', 'aspf=relaxed', tags('aspf=relaxed'), ['aspf=relaxed']],
  ['dmarc.fo.unused', 'fo=0, the default', tags('fo=0')],
  ['dmarc.fo.invalid', 'fo with a comma', tags(`fo=d,s; ruf=mailto:f@${NAME}`), ['fo=d,s']],
  ['dmarc.fo.invalid', 'fo=2', tags(`fo=1:2; ruf=mailto:f@${NAME}`)],
  ['', 'fo=0:1:d:s, with spaces', tags(`fo=0 : 1:d :s; ruf=mailto:f@${NAME}`)],
  ['dmarc.pct', 'pct=0', tags('pct=0')],
  ['dmarc.pct', 'pct=99', tags('pct=99')],
  ['dmarc.pct', 'pct with a percent sign', tags('pct=100%')],
  ['dmarc.removed', 'pct=100', tags('pct=100')],
];

const POLICY: readonly Case[] = [
  ['dmarc.p.none', 'p=NONE with an sp that rejects', record(`v=DMARC1; p=NONE; sp=reject; ${RUA}`)],
  ['dmarc.p.quarantine', 'quarantine', record(`v=DMARC1; p=quarantine; ${RUA}`)],
  ['dmarc.sp.none', 'quarantine and sp=None', record(`v=DMARC1; p=quarantine; sp=None; ${RUA}`)],
  ['dmarc.sp.weaker', 'reject and sp=quarantine, np=reject', tags('sp=quarantine; np=reject')],
  ['', 'quarantine and sp=reject', record(`v=DMARC1; p=quarantine; sp=reject; ${RUA}`)],
  ['dmarc.np.none', 'np=none under quarantine', record(`v=DMARC1; p=quarantine; np=none; ${RUA}`)],
  [
    'dmarc.np.weaker',
    'np weaker than an sp that is stronger than p',
    record(`v=DMARC1; p=quarantine; sp=reject; np=quarantine; ${RUA}`),
  ],
  ['', 'np stronger than sp and p', record(`v=DMARC1; p=quarantine; sp=quarantine; np=reject; ${RUA}`)],
  ['dmarc.np.missing dmarc.sp.none', 'np not said under sp=none', tags('sp=none')],
  ['dmarc.t', 't=Y', tags('t=Y')],
  ['dmarc.psd', 'psd=Y', tags('psd=Y')],
  ['', 'psd=n', tags('psd=n')],
  [
    '',
    'psd=y at the public suffix above',
    {
      more: [
        '$ORIGIN kontor.',
        '@ SOA ns h 1 7200 900 1209600 300',
        '_dmarc TXT "v=DMARC1; p=none; psd=y; rua=mailto:x@kontor"',
      ],
    },
  ],
  [
    'dmarc.walk.diff',
    'a record without psd at the top level',
    {
      more: [
        '$ORIGIN kontor.',
        '@ SOA ns h 1 7200 900 1209600 300',
        '_dmarc TXT "v=DMARC1; p=reject; rua=mailto:x@kontor"',
      ],
    },
  ],
];

const sub = (change: object) => ({ domain: at('laden'), options: { selectors: [] }, ...change });
const LADEN = ['laden MX 0 .', 'laden A 62.53.9.90', 'laden TXT "v=spf1 -all"'];

const SUBDOMAINS: readonly Case[] = [
  [
    'dmarc.subdomain.own',
    'quarantine below reject',
    sub({ more: [...LADEN, `_dmarc.laden TXT "v=DMARC1; p=quarantine; ${RUA}"`] }),
  ],
  [
    'dmarc.subdomain.own dmarc.p.none',
    'none below sp=quarantine',
    sub({
      dmarc: `v=DMARC1; p=none; sp=quarantine; ${RUA}`,
      more: [...LADEN, `_dmarc.laden TXT "v=DMARC1; p=none; ${RUA}"`],
    }),
  ],
  [
    '',
    'quarantine below sp=quarantine',
    sub({
      dmarc: `v=DMARC1; p=reject; sp=quarantine; ${RUA}`,
      more: [...LADEN, `_dmarc.laden TXT "v=DMARC1; p=quarantine; ${RUA}"`],
    }),
  ],
  [
    '',
    "sp and np of a subdomain's own record, which nobody reads",
    sub({ more: [...LADEN, `_dmarc.laden TXT "v=DMARC1; p=reject; sp=none; np=none; ${RUA}"`] }),
  ],
  [
    'dmarc.walk.diff',
    'psd=n at a subdomain',
    sub({ more: [...LADEN, `_dmarc.laden TXT "v=DMARC1; p=reject; psd=n; ${RUA}"`] }),
  ],
  [
    '',
    'a deep name under one record',
    { domain: at('a.b.c.d.e.f.g.h'), options: { selectors: [] }, more: ['a.b.c.d.e.f.g.h TXT "v=spf1 -all"'] },
  ],
];

const REPORTS: readonly Case[] = [
  ['dmarc.rua.missing dmarc.rua.uri', 'an empty rua', record('v=DMARC1; p=reject; rua=')],
  [
    'dmarc.rua.uri',
    'a bare percent sign in one of two',
    record(`v=DMARC1; p=reject; ${RUA},mailto:50%@${NAME}`),
    ['%'],
  ],
  ['', 'an encoded exclamation mark', record(`v=DMARC1; p=reject; rua=mailto:d%21x@${NAME}`)],
  [
    '',
    'tokens of services that have the name of a record in them',
    {
      more: [
        '_dmarc TXT "dmarc-domain-verification=b5d1"',
        '_dmarc TXT "dmarcauditor=b5d1"',
        '_smtp._tls TXT "tlsrpt-verification=b5d1"',
        'default._bimi TXT "bimi-verification=b5d1"',
      ],
    },
  ],
  ['dmarc.rua.uri', 'ruf without a scheme', record(`v=DMARC1; p=reject; ${RUA}; ruf=f@${NAME}`), ['ruf: "f@']],
  ['dmarc.rua.uri', 'the second entry empty', record(`v=DMARC1; p=reject; ${RUA},`)],
  [
    'dmarc.rua.uri',
    'the second entry without a scheme',
    record(`v=DMARC1; p=reject; ${RUA}, b@${NAME}`),
    [`"b@${NAME}"`],
  ],
  ['dmarc.rua.uri', 'a size suffix at one of two', record(`v=DMARC1; p=reject; ${RUA},mailto:b@${NAME}!25m`), ['!']],
  [
    'dmarc.rua.uri dmarc.rua.missing',
    'slashes behind mailto:',
    record(`v=DMARC1; p=reject; rua=mailto://d@${NAME}`),
    ['//'],
  ],
  ['dmarc.rua.uri dmarc.rua.missing', 'angle brackets', record(`v=DMARC1; p=reject; rua=<mailto:d@${NAME}>`)],
  [
    'dmarc.rua.uri dmarc.rua.missing',
    'a space between two',
    record(`v=DMARC1; p=reject; rua=mailto:a@${NAME} mailto:b@${NAME}`),
  ],
  [
    '',
    'an encoded exclamation mark and comma, and a subject',
    record(`v=DMARC1; p=reject; rua=mailto:a%21b%2Cc@${NAME}?subject=x`),
  ],
  ['dmarc.rua.scheme', 'https beside mailto', record(`v=DMARC1; p=reject; ${RUA},https://${NAME}/d`), ['https://']],
  ['dmarc.rua.scheme', 'a scheme that is nearly mailto', record(`v=DMARC1; p=reject; rua=mailt:d@${NAME}`)],
  ['dmarc.rua.many', 'three addresses', record(`v=DMARC1; p=reject; ${RUA},mailto:b@${NAME},mailto:c@${NAME}`)],
  ['', 'two addresses', record(`v=DMARC1; p=reject; ${RUA} , mailto:b@${NAME}`)],
  [
    'dmarc.rua.unauthorised',
    'the second of two, a subdomain of somebody',
    {
      ...record(`v=DMARC1; p=reject; ${RUA},mailto:x@in.auswerter.haus`),
      more: [...AGENT, 'in MX 5 m'],
    },
    ['in.auswerter.haus'],
  ],
  [
    'dmarc.rua.unauthorised',
    'an agreement with the parent of the destination',
    {
      ...record('v=DMARC1; p=reject; rua=mailto:x@in.auswerter.haus'),
      more: [...AGENT, 'in MX 5 m', `${NAME}._report._dmarc TXT "v=DMARC1"`],
    },
  ],
  [
    'dmarc.rua.unauthorised',
    'an agreement of another version',
    {
      ...record('v=DMARC1; p=reject; rua=mailto:x@auswerter.haus'),
      more: [...AGENT, `${NAME}._report._dmarc TXT "v=DMARC2"`],
    },
  ],
  [
    '',
    'an agreement by wildcard, among other texts',
    {
      ...record('v=DMARC1; p=reject; rua=mailto:x@auswerter.haus'),
      more: [...AGENT, '*._report._dmarc TXT "hello"', '*._report._dmarc TXT "v=DMARC1; rua=mailto:y@auswerter.haus"'],
    },
  ],
  [
    '',
    'an agreement behind an alias',
    {
      ...record('v=DMARC1; p=reject; rua=mailto:X@AUSWERTER.haus'),
      more: [...AGENT, `${NAME}._report._dmarc CNAME ja`, 'ja TXT "v=DMARC1;"'],
    },
  ],
  [
    '',
    'a destination in a subdomain of the own domain',
    { ...record(`v=DMARC1; p=reject; rua=mailto:x@in.${NAME}`), more: ['in MX 5 a.post'] },
  ],
  [
    'dmarc.rua.nomx',
    'a destination with a null MX',
    { ...record(`v=DMARC1; p=reject; rua=mailto:x@in.${NAME}`), more: ['in MX 0 .', 'in A 62.53.9.9'] },
    [`in.${NAME}`],
  ],
  [
    '',
    'a destination with an address and no MX',
    { ...record(`v=DMARC1; p=reject; rua=mailto:x@in.${NAME}`), more: ['in AAAA 2a01:4f0:9::9'] },
  ],
  [
    'dmarc.ruf.unauthorised',
    'failure reports to two, one of whom agreed',
    {
      ...tags(`ruf=mailto:f@auswerter.haus,mailto:f@andere.haus`),
      more: [...AGENT, `${NAME}._report._dmarc TXT "v=DMARC1"`, ...other('andere.haus', '@ MX 5 m')],
    },
    ['andere.haus'],
  ],
  ['dmarc.ruf.privacy', 'failure reports to oneself', tags(`ruf=mailto:f@${NAME}`)],
];

const BACKING: readonly Case[] = [
  [
    'dkim.none_found dmarc.spf_only',
    'SPF alone, under quarantine',
    { dkim: null, options: { selectors: [] }, dmarc: `v=DMARC1; p=quarantine; ${RUA}` },
  ],
  [
    'dmarc.p.none dkim.none_found',
    'SPF alone, under none',
    { dkim: null, options: { selectors: [] }, dmarc: `v=DMARC1; p=none; ${RUA}` },
  ],
  [
    'dmarc.unbacked dkim.none_found spf.syntax',
    'a record that is a permanent error',
    { dkim: null, options: { selectors: [] }, spf: 'v=spf1 mx -all nonsense' },
  ],
  [
    'dmarc.unbacked',
    'a record that allows nobody, not by -all alone',
    { dkim: null, options: { selectors: [] }, spf: 'v=spf1 ~all' },
  ],
  [
    '',
    'a domain of senders that are none: -all and reject',
    { dkim: null, options: { selectors: [] }, spf: 'v=spf1 -all' },
  ],
  ['', 'a key alone, and SPF that allows nobody', { spf: 'v=spf1 -all' }],
  [
    '',
    'a key under a name that nobody told',
    { dkim: null, options: { selectors: [] }, more: [`geheim._domainkey TXT ${txt('v=DKIM1; p=')}`] },
  ],
];

examine([...SELECTION, ...GRAMMAR, ...POLICY, ...SUBDOMAINS, ...REPORTS, ...BACKING]);
