/** SPF as an outside examiner plants it: other places, other values, a limit met exactly or missed by one, and what the RFC allows. */
import { examine, NAME, type Case } from '../../../support/dns-examiner.ts';

const times = (count: number, make: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => make(index));
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

/** Hosts of both families, so that no look-up of them is void. */
const hosts = (count: number, prefix = 'h') =>
  numbers(count).flatMap((index) => [
    `${prefix}${String(index)} A 62.53.9.${String(100 + index)}`,
    `${prefix}${String(index)} AAAA 2a01:4f0:9::${String(100 + index)}`,
  ]);
const terms = (count: number, word: string) => times(count, (index) => `${word}${String(index)}.${NAME}`).join(' ');
const at = (label: string) => `${label}.${NAME}`;
/** A zone of somebody else. */
const other = (name: string, ...lines: readonly string[]) => [
  `$ORIGIN ${name}.`,
  '@ SOA ns h 1 7200 900 1209600 300',
  ...lines,
];

const SELECTION: readonly Case[] = [
  ['spf.missing', 'no record, beside another text', { spf: null, more: ['@ TXT "spf1 mx -all"'] }],
  ['spf.missing', 'a version that goes on', { spf: 'v=spf10 mx -all' }],
  ['spf.missing', 'a record at www alone', { spf: null, more: ['www TXT "v=spf1 mx -all"'] }],
  ['', 'in three strings, cut inside words', { spf: null, more: ['@ TXT "v=s" "pf1 m" "x -all"'] }],
  ['spf.case', 'the version alone in upper case', { spf: 'v=SPF1 mx -all' }],
  ['spf.case', 'version and mechanisms in mixed case', { spf: 'V=sPf1 Mx -aLL' }],
  ['', 'many spaces between terms and at the end', { spf: 'v=spf1    mx     -all   ' }],
  ['spf.multiple', 'a second record in upper case', { more: ['@ TXT "V=SPF1 -ALL"'] }],
  ['spf.multiple', 'the same record twice, cut elsewhere', { more: ['@ TXT "v=spf1 " "mx -all"'] }],
  ['spf.multiple', 'a bare version beside the record', { more: ['@ TXT "v=spf1"'] }],
  ['', 'a text beside the record that only begins like it', { more: ['@ TXT "v=spf1x mx -all"'] }],
  ['spf.senderid', 'Sender ID in upper case beside the record', { more: ['@ TXT "SPF2.0/mfrom,pra +mx -all"'] }],
  ['', 'a text that speaks of Sender ID', { more: ['@ TXT "we dropped spf2.0/pra in 2019"'] }],
  ['spf.type99', 'type 99 of the same text', { more: ['@ SPF "v=spf1 mx -all"'] }],
  [
    // nobody can register hausinclude:_b.haus
    'spf.chunks spf.include.none',
    'a border between two includes',
    {
      spf: null,
      more: ['@ TXT "v=spf1 include:_a.haus" "include:_b.haus -all"'],
    },
  ],
  ['spf.chunks spf.missing', 'a border directly behind the version', { spf: null, more: ['@ TXT "v=spf1" "mx -all"'] }],
  [
    'spf.chunks spf.syntax spf.cidr spf.all.missing',
    'a border before all',
    { spf: null, more: ['@ TXT "v=spf1 ip4:62.53.9.0/24" "-all"'] },
  ],
  [
    '',
    'a border inside a name that looks like a mechanism',
    {
      spf: null,
      more: [`@ TXT "v=spf1 a:a.post-" "mx.${NAME} mx -all"`, 'a.post-mx A 62.53.9.7', 'a.post-mx AAAA 2a01:4f0:9::7'],
    },
  ],
  ['', 'a border inside a number', { spf: null, more: ['@ TXT "v=spf1 ip4:62.53.9.0/2" "5 -all"'] }],
  ['spf.nonascii spf.syntax', 'a no-break space between two terms', { spf: 'v=spf1 mx\u00c2\u00a0a -all' }],
  ['spf.nonascii spf.missing', 'a no-break space directly behind the version', { spf: 'v=spf1\u00c2\u00a0mx -all' }],
  [
    'spf.nonascii spf.missing',
    'curly quotes round the record',
    {
      spf: '\u00e2\u0080\u009cv=spf1 mx -all\u00e2\u0080\u009d',
    },
  ],
  ['spf.nonascii spf.syntax spf.all.missing', 'an en dash before all', { spf: 'v=spf1 mx \u00e2\u0080\u0093all' }],
  ['spf.nonascii spf.syntax', 'a tab between terms', { spf: 'v=spf1 mx\ta -all' }],
  ['spf.nonascii spf.syntax', 'an umlaut in a name', { spf: 'v=spf1 mx a:b\u00c3\u00b6rse.kontor -all' }],
  [
    '',
    'the same name as an A-label',
    {
      spf: `v=spf1 mx a:${at('xn--brse-5qa')} -all`,
      more: ['xn--brse-5qa A 62.53.9.7', 'xn--brse-5qa AAAA 2a01:4f0:9::7'],
    },
  ],
  [
    'spf.size.txt',
    'a record of 451 octets',
    { spf: `v=spf1 mx ${'ip4:62.53.9.1 '.repeat(30)}${'x'.repeat(10)}=y`.padEnd(446, 'z') + ' -all' },
  ],
  ['spf.wildcard', 'a wildcard of two strings', { more: ['* TXT "v=spf1 " "-all"'] }],
  ['spf.ttl', '299 seconds', { spf: null, more: ['@ 299 TXT "v=spf1 mx -all"'] }],
];

const GRAMMAR: readonly Case[] = [
  ['spf.syntax', 'a wrong word behind all', { spf: 'v=spf1 mx -all foo' }, ['"foo"', 'column 16']],
  [
    'spf.syntax',
    'a mechanism with a space behind its colon',
    { spf: 'v=spf1 mx include: -all' },
    ['"include:"', 'column 11'],
  ],
  ['spf.syntax', 'two qualifiers', { spf: 'v=spf1 +-mx -all' }],
  ['spf.syntax', 'an IPv4 address of five parts', { spf: 'v=spf1 mx ip4:62.53.9.1.2 -all' }],
  ['spf.syntax', 'an IPv4 part with a leading zero', { spf: 'v=spf1 mx ip4:62.053.9.1 -all' }],
  ['spf.syntax', 'IPv6 behind ip4', { spf: 'v=spf1 mx ip4:2a01:4f0:9::7 -all' }],
  ['spf.syntax', 'a name of one label', { spf: 'v=spf1 mx a:posthost -all' }],
  ['spf.syntax', 'a comma between two networks', { spf: 'v=spf1 mx ip4:62.53.9.1,62.53.9.2 -all' }],
  ['spf.syntax spf.all.missing', 'all with a value', { spf: 'v=spf1 mx -all:x' }],
  ['', 'a name that ends in a dot', { spf: `v=spf1 a:${at('a.post')}. mx -all` }],
  ['', 'modifiers of RFC 6652 in any place and case', { spf: 'v=spf1 RA=abuse mx rp=20 RR=e:s -all' }],
  ['', 'an unknown modifier behind all, with a macro', { spf: 'v=spf1 mx -all x-note=%{d}.%_%%' }],
  ['', 'an IPv6 network with an embedded IPv4 address', { spf: 'v=spf1 mx ip6:2a01:4f0:9::62.53.9.0/124 -all' }],
  ['spf.cidr spf.syntax', 'IPv4 /33 behind mx', { spf: 'v=spf1 mx/33 -all' }, ['/33', 'column 8']],
  ['', 'IPv4 /32 behind mx', { spf: 'v=spf1 mx/32//128 -all' }],
  ['spf.cidr spf.syntax', 'IPv6 /129', { spf: 'v=spf1 mx ip6:2a01:4f0::/129 -all' }],
  ['', 'IPv6 /128', { spf: 'v=spf1 mx ip6:2a01:4f0::/128 -all' }],
  ['spf.cidr spf.syntax', 'a leading zero in the second prefix', { spf: 'v=spf1 mx/24//064 -all' }],
  ['spf.cidr spf.syntax', 'a prefix of no digits', { spf: 'v=spf1 mx ip4:62.53.9.0/ -all' }],
  ['spf.cidr spf.syntax', 'a netmask', { spf: 'v=spf1 mx ip4:62.53.9.0/255.255.255.0 -all' }],
  ['spf.syntax', 'a negative prefix', { spf: 'v=spf1 a/-1 mx -all' }],
  ['spf.cidr.host_bits', 'the last address of a /29', { spf: 'v=spf1 mx ip4:62.53.9.7/29 -all' }],
  ['', 'a /32 of its own', { spf: 'v=spf1 mx ip4:62.53.9.25/32 -all' }],
  ['spf.a.ip spf.syntax', 'mx with an address and a prefix', { spf: 'v=spf1 mx:62.53.9.25/28 -all' }, ['ip4:']],
  ['spf.a.ip spf.syntax', 'a with an IPv6 address and a /64', { spf: 'v=spf1 mx a:2a01:4f0:9::25/64 -all' }, ['ip6:']],
  ['spf.a.ip spf.syntax', 'an include of an address', { spf: 'v=spf1 mx include:95.216.40.25 -all' }],
  [
    '',
    'a name whose labels are numbers, but not the last',
    {
      spf: `v=spf1 mx a:${at('62.53.9.1')} -all`,
      more: ['62.53.9.1 A 62.53.9.1', '62.53.9.1 AAAA 2a01:4f0:9::1'],
    },
  ],
  [
    'spf.ipv4.misspelled spf.syntax',
    'IPV4 in upper case',
    { spf: 'v=spf1 mx IPV4:62.53.9.25 -all' },
    ['ip4:', 'column 11'],
  ],
  ['spf.ipv4.misspelled spf.syntax', 'ip with an IPv6 address', { spf: 'v=spf1 mx ip:2a01:4f0:9::25 -all' }, ['ip6:']],
  ['spf.ipv4.misspelled spf.syntax spf.all.missing', 'all~', { spf: 'v=spf1 mx all~' }, ['~all']],
  [
    'spf.ipv4.misspelled spf.syntax spf.all.missing',
    'redirect with a colon',
    { spf: `v=spf1 redirect:${at('_r')}` },
    ['redirect='],
  ],
  ['spf.ipv4.misspelled spf.syntax', 'inculde:', { spf: `v=spf1 mx inculde:${at('_r')} -all` }, ['include:']],
  ['spf.ipv4.misspelled', 'ip4= at the end', { spf: 'v=spf1 mx -all ip4=62.53.9.25' }, ['ip4:']],
  ['spf.ipv4.misspelled', 'mx= in upper case', { spf: `v=spf1 MX=${NAME} mx -all` }, ['mx:']],
  ['spf.ipv4.misspelled', 'ptr=', { spf: `v=spf1 ptr=${NAME} mx -all` }, ['ptr:']],
  ['', 'an unknown modifier that is close to no mechanism', { spf: 'v=spf1 mx owner=team-7 -all' }],
  [
    'spf.mod.dup',
    'redirect and REDIRECT',
    {
      spf: `v=spf1 mx redirect=${at('_r')} REDIRECT=${at('_r')}`,
      more: ['_r TXT "v=spf1 -all"'],
    },
    ['redirect', 'column 49'],
  ],
  [
    'spf.mod.dup',
    'exp before and behind all',
    { spf: `v=spf1 exp=${at('_e')} mx -all exp=${at('_e')}`, more: ['_e TXT "no"'] },
  ],
  [
    '',
    'redirect and exp, each once',
    {
      spf: `v=spf1 mx exp=${at('_e')} redirect=${at('_r')}`,
      more: ['_r TXT "v=spf1 -all"', '_e TXT "ask %{o} about %{i}"'],
    },
  ],
  ['spf.macro.bad spf.syntax', 'a macro without its brace', { spf: `v=spf1 mx exists:%{i.${NAME} -all` }],
  ['spf.macro.bad spf.syntax', 'zero labels', { spf: `v=spf1 mx exists:%{d0}.${NAME} -all` }, ['%{d0}', 'column 11']],
  ['spf.macro.bad spf.syntax', 'r outside of an explanation', { spf: `v=spf1 mx exists:%{R}.${NAME} -all` }],
  ['spf.macro.bad spf.syntax', 'a percent sign alone, in an unknown modifier', { spf: 'v=spf1 mx share=100% -all' }],
  ['spf.macro.bad spf.syntax', 'a delimiter that is none', { spf: `v=spf1 mx exists:%{l:}.${NAME} -all` }],
  [
    'spf.exists.runtime',
    'every transformer and delimiter',
    { spf: `v=spf1 mx exists:%{I3R.-+,/_=}.%{V}.${NAME} -all` },
  ],
  ['spf.macro.identity', 'S in upper case in an include', { spf: `v=spf1 mx include:%{S}._x.${NAME} -all` }],
  [
    'spf.after_all',
    'two mechanisms between all and a modifier',
    { spf: 'v=spf1 mx -all a ip4:62.53.9.9 ra=x' },
    ['ip4:62.53.9.9', 'column'],
  ],
  ['', 'modifiers behind all', { spf: `v=spf1 mx -all exp=${at('_e')}`, more: ['_e TXT "%{c} %{t} %{r}"'] }],
];

const TREE: readonly Case[] = [
  [
    'spf.lookups.over',
    'eleven terms of five kinds',
    {
      spf: `v=spf1 mx ${terms(7, 'a:h')} include:${at('_i')} exists:${at('a.post')} -all`,
      more: [...hosts(7), `_i TXT "v=spf1 a:${at('b.post')} ?all"`],
    },
    ['11'],
  ],
  [
    'spf.lookups.near',
    'ten of them',
    {
      spf: `v=spf1 mx ${terms(6, 'a:h')} include:${at('_i')} exists:${at('a.post')} -all`,
      more: [...hosts(6), `_i TXT "v=spf1 a:${at('b.post')} ?all"`],
    },
  ],
  [
    'spf.after_all',
    'ten behind all and seven before it',
    { spf: `v=spf1 ${terms(7, 'a:h')} -all ${terms(10, 'include:i')}`, more: hosts(7) },
  ],
  [
    'spf.lookups.over',
    'ten includes three deep, and a redirect at the end',
    {
      spf: `v=spf1 ${terms(5, 'include:i')} redirect=${at('_r')}`,
      more: [
        ...times(5, (index) => `i${String(index)} TXT "v=spf1 include:j${String(index)}.${NAME} ?all"`),
        ...times(5, (index) => `j${String(index)} TXT "v=spf1 ip4:62.53.9.${String(index)} ?all"`),
        '_r TXT "v=spf1 -all"',
      ],
    },
  ],
  ['spf.lookups.near', 'eight', { spf: `v=spf1 ${terms(8, 'a:h')} -all`, more: hosts(8) }],
  ['', 'seven', { spf: `v=spf1 ${terms(7, 'a:h')} -all`, more: hosts(7) }],
  [
    'spf.void.over',
    'three names of three kinds that hold nothing',
    {
      spf: `v=spf1 a:${at('n1')} mx:${at('leer')} exists:${at('n3')} mx -all`,
      more: ['leer TXT "x"'],
    },
    [at('n1'), 'column 8'],
  ],
  ['', 'two names that hold nothing', { spf: `v=spf1 a:${at('n1')} mx:${at('leer')} mx -all`, more: ['leer TXT "x"'] }],
  [
    'spf.void.over',
    'three names that are aliases of nothing',
    {
      spf: `v=spf1 ${terms(3, 'a:c')} mx -all`,
      more: times(3, (index) => `c${String(index)} CNAME weg`),
    },
  ],
  [
    'spf.void.family',
    'three hosts of IPv6 only',
    {
      spf: `v=spf1 ${terms(3, 'a:six')} mx -all`,
      more: times(3, (index) => `six${String(index)} AAAA 2a01:4f0:9::${String(index)}`),
    },
  ],
  [
    'spf.mx.over',
    'eleven exchangers behind an include',
    {
      spf: `v=spf1 mx include:${at('_i')} -all`,
      more: [
        `_i TXT "v=spf1 mx:${at('viele')} ?all"`,
        ...times(11, (index) => `viele MX 10 h${String(index)}`),
        ...hosts(11),
      ],
    },
  ],
  [
    '',
    'ten exchangers',
    {
      spf: `v=spf1 mx mx:${at('viele')} -all`,
      more: [...times(10, (index) => `viele MX 10 h${String(index)}`), ...hosts(10)],
    },
  ],
  ['spf.ptr.used', 'PTR of another name, in upper case', { spf: `v=spf1 mx PTR:${at('post')} -all` }],
  ['spf.ptr.used', '%{p} in an exists', { spf: `v=spf1 mx exists:%{P}._ok.${NAME} -all` }],
  [
    'spf.ptr.used',
    'ptr behind a redirect',
    {
      spf: `v=spf1 redirect=${at('_r')}`,
      more: [
        '_r TXT "v=spf1 mx:a.kontor ptr -all"',
        ...other('a.kontor', '@ MX 1 m', 'm A 62.54.1.1', 'm AAAA 2a01:4f1::1'),
      ],
    },
  ],
  [
    '',
    'ptr in the record of a provider',
    { spf: `v=spf1 mx include:_spf.haus.kontor -all`, more: other('haus.kontor', '_spf TXT "v=spf1 ptr ?all"') },
  ],
  [
    'spf.ptr.used spf.ptr.over',
    'an exchanger of eleven names',
    {
      spf: 'v=spf1 mx ptr -all',
      without: ['$TTL'],
      more: ['$ORIGIN 9.53.62.in-addr.arpa.', ...times(10, (index) => `25 PTR n${String(index)}.${NAME}.`)],
    },
  ],
  [
    'spf.include.none',
    'a name that has other texts only',
    { spf: `v=spf1 mx ?include:${at('txt')} -all`, more: ['txt TXT "hello"'] },
    [at('txt'), 'column 11'],
  ],
  [
    'spf.include.none',
    'an include in an include, in upper case',
    {
      spf: `v=spf1 mx INCLUDE:${at('_i').toUpperCase()} -all`,
      more: [`_i TXT "v=spf1 include:${at('_weg')} ?all"`],
    },
  ],
  [
    '',
    'an include whose record is behind an alias',
    {
      spf: `v=spf1 mx include:${at('_alias')} -all`,
      more: ['_alias CNAME _spf.haus.kontor.', ...other('haus.kontor', '_spf TXT "v=spf1 ip4:62.54.0.0/24 ?all"')],
    },
  ],
  ['spf.include.none', 'a label of 64 octets', { spf: `v=spf1 mx include:${'x'.repeat(64)}.${NAME} -all` }],
  ['', 'a label of 64 octets behind a:, which matches nothing', { spf: `v=spf1 mx a:${'x'.repeat(64)}.${NAME} -all` }],
  ['spf.include.none', 'an empty label in an include', { spf: `v=spf1 mx include:_spf..${NAME} -all` }],
  [
    'spf.include.loop',
    'a circle of three',
    {
      spf: `v=spf1 mx include:${at('_1')} -all`,
      more: [`_1 TXT "v=spf1 include:${at('_2')} ?all"`, `_2 TXT "v=spf1 include:${at('_1').toUpperCase()} ?all"`],
    },
  ],
  [
    'spf.include.dup',
    'one record reached over two ways',
    {
      spf: `v=spf1 mx include:${at('_1')} include:${at('_2')} -all`,
      more: [
        `_1 TXT "v=spf1 include:${at('_3')} ?all"`,
        `_2 TXT "v=spf1 include:${at('_3')} ?all"`,
        '_3 TXT "v=spf1 ip4:62.53.9.77 ?all"',
      ],
    },
    [at('_3')],
  ],
  [
    'spf.include.broken',
    'a second record at the include',
    {
      spf: `v=spf1 mx include:${at('_1')} -all`,
      more: ['_1 TXT "v=spf1 -all"', '_1 TXT "v=spf1 ?all"'],
    },
  ],
  [
    'spf.include.broken',
    'a wrong word behind all of an include',
    {
      spf: `v=spf1 mx include:${at('_1')} -all`,
      more: ['_1 TXT "v=spf1 ip4:62.53.9.7 -all oops"'],
    },
    ['"oops"', 'column 27'],
  ],
  [
    'spf.include.broken',
    'exp twice at a redirect',
    {
      spf: `v=spf1 redirect=${at('_1')}`,
      more: [`_1 TXT "v=spf1 mx exp=${at('e')} exp=${at('e')} -all"`, 'e TXT "no"'],
    },
  ],
  [
    'spf.include.dangling',
    'an address of a domain that nobody holds',
    { spf: 'v=spf1 mx a:post.verfallen.haus -all' },
    ['post.verfallen.haus'],
  ],
  ['spf.include.dangling', 'mx of one', { spf: 'v=spf1 mx mx:verfallen.haus -all' }],
  ['spf.include.dangling', 'exists of one', { spf: 'v=spf1 mx exists:x.verfallen.haus -all' }],
  ['spf.include.dangling spf.redirect.none', 'a redirect to one', { spf: 'v=spf1 mx redirect=_spf.verfallen.haus' }],
  [
    'spf.include.dangling spf.include.none',
    'an include that is an alias of one',
    {
      spf: `v=spf1 mx include:${at('_alias')} -all`,
      more: ['_alias CNAME _spf.verfallen.haus.'],
    },
    ['verfallen.haus'],
  ],
  [
    'spf.include.dangling',
    'a host that is an alias of one',
    { spf: `v=spf1 mx a:${at('alias')} -all`, more: ['alias CNAME x.verfallen.haus.'] },
  ],
  [
    '',
    'a dead name below a domain that stands',
    { spf: 'v=spf1 mx a:tot.haus.kontor -all', more: other('haus.kontor', '@ A 62.54.0.1') },
  ],
  [
    'spf.redirect.none',
    'a redirect to a name with an address only',
    { spf: `v=spf1 mx redirect=${at('a.post')}`.replace('a.post', 'www'), more: ['www A 62.53.9.80'] },
    [at('www')],
  ],
  [
    'spf.redirect.loop',
    'a redirect back over an include',
    {
      spf: `v=spf1 mx redirect=${at('_1')}`,
      more: [`_1 TXT "v=spf1 redirect=${NAME}"`],
    },
  ],
  [
    'spf.redirect.dead',
    'a redirect before an all in upper case',
    { spf: `v=spf1 REDIRECT=${at('_1')} mx -ALL`, more: ['_1 TXT "v=spf1 -all"'] },
  ],
  [
    '',
    'a redirect behind mechanisms without all',
    { spf: `v=spf1 mx redirect=${at('_1')}`, more: ['_1 TXT "v=spf1 ip4:62.53.9.7 -all"'] },
  ],
  ['spf.exp', 'exp of two texts', { spf: `v=spf1 mx -all exp=${at('_e')}`, more: ['_e TXT "a"', '_e TXT "b"'] }],
  ['spf.exp', 'exp in UTF-8', { spf: `v=spf1 mx exp=${at('_e')} -all`, more: ['_e TXT "f\\195\\188r %{i}"'] }],
  ['spf.exp', 'exp with a macro that is none', { spf: `v=spf1 mx exp=${at('_e')} -all`, more: ['_e TXT "100% no"'] }],
  [
    'spf.provider.double',
    'two names of one provider',
    {
      spf: 'v=spf1 mx include:spf.protection.outlook.com include:SPF-A.outlook.com -all',
      more: other(
        'outlook.com',
        'spf.protection TXT "v=spf1 ip4:40.92.0.0/20 -all"',
        'spf-a TXT "v=spf1 ip4:40.107.0.0/20 -all"',
      ),
    },
    ['Microsoft'],
  ],
  [
    'spf.provider.double spf.include.dup',
    'one name of one provider twice',
    {
      spf: 'v=spf1 mx include:mailgun.org include:mailgun.org -all',
      more: other('mailgun.org', '@ TXT "v=spf1 ip4:69.72.32.0/20 ~all"'),
    },
    ['mailgun.org twice'],
  ],
  [
    '',
    'two providers',
    {
      spf: 'v=spf1 mx include:spf.protection.outlook.com include:mailgun.org -all',
      more: [
        ...other('outlook.com', 'spf.protection TXT "v=spf1 ip4:40.92.0.0/20 -all"'),
        ...other('mailgun.org', '@ TXT "v=spf1 ip4:69.72.32.0/20 ~all"'),
      ],
    },
  ],
];

const SPACE: readonly Case[] = [
  ['spf.all.pass spf.range.everything spf.range.huge', 'all without a sign, in upper case', { spf: 'v=spf1 mx ALL' }],
  [
    'spf.all.pass spf.range.everything spf.range.huge',
    '+all behind a redirect',
    { spf: `v=spf1 mx redirect=${at('_r')}`, more: ['_r TXT "v=spf1 +all"'] },
  ],
  ['', '+all in a record of another name', { more: ['www TXT "v=spf1 +all"'] }],
  [
    'spf.all.neutral',
    '?all in upper case behind two redirects',
    {
      spf: `v=spf1 mx redirect=${at('_1')}`,
      more: [`_1 TXT "v=spf1 redirect=${at('_2')}"`, '_2 TXT "v=spf1 ?ALL"'],
    },
  ],
  [
    '',
    '?all in an include',
    { spf: `v=spf1 mx include:${at('_1')} -all`, more: ['_1 TXT "v=spf1 ip4:62.53.9.7 ?all"'] },
  ],
  ['spf.all.missing', 'a modifier at the end', { spf: 'v=spf1 mx ip6:2a01:4f0:9::/64 ra=abuse' }],
  [
    'spf.all.missing',
    'nothing behind a redirect either',
    { spf: `v=spf1 mx redirect=${at('_1')}`, more: ['_1 TXT "v=spf1 ip4:62.53.9.7"'] },
  ],
  [
    'spf.all.softfail dmarc.p.none',
    '~all under p=none',
    { spf: 'v=spf1 mx ~all', dmarc: `v=DMARC1; p=none; rua=mailto:d@${NAME}` },
  ],
  ['spf.all.softfail dmarc.missing', '~ALL without DMARC', { spf: 'v=spf1 mx ~ALL', dmarc: null }],
  [
    'spf.all.softfail dmarc.t',
    '~all under quarantine in test mode',
    { spf: 'v=spf1 mx ~all', dmarc: `v=DMARC1; p=quarantine; t=y; rua=mailto:d@${NAME}` },
  ],
  [
    'spf.all.softfail.enforced dmarc.t',
    '~all under reject in test mode, which quarantines',
    { spf: 'v=spf1 mx ~all', dmarc: `v=DMARC1; p=reject; t=y; rua=mailto:d@${NAME}` },
  ],
  ['spf.all.softfail.enforced', '~all under reject', { spf: 'v=spf1 mx ~all' }],
  [
    'spf.all.transitive spf.range.everything spf.range.huge',
    'an include of an include of all',
    {
      spf: `v=spf1 mx include:${at('_1')} -all`,
      more: [`_1 TXT "v=spf1 include:${at('_2')} -all"`, '_2 TXT "v=spf1 ip4:0.0.0.0/0 ip6:::/0 -all"'],
    },
    [at('_2')],
  ],
  [
    '',
    'an include of all that only fails',
    { spf: `v=spf1 mx -include:${at('_1')} -all`, more: ['_1 TXT "v=spf1 +all"'] },
  ],
  [
    'spf.range.everything spf.range.huge spf.range.wide',
    'all IPv4 in five unequal parts and three records',
    {
      spf: `v=spf1 ip4:0.0.0.0/2 include:${at('_1')} ip4:192.0.0.0/2 -all`,
      more: [
        `_1 TXT "v=spf1 ip4:64.0.0.0/3 ip4:96.0.0.0/3 include:${at('_2')} ?all"`,
        '_2 TXT "v=spf1 ip4:128.0.0.0/2 ?all"',
      ],
    },
  ],
  [
    'spf.range.everything spf.range.huge spf.range.wide',
    'all global IPv6',
    { spf: 'v=spf1 mx ip6:2000::/4 ip6:3000::/4 -all' },
  ],
  [
    'spf.range.huge spf.range.wide',
    'all but one address of IPv4',
    { spf: 'v=spf1 -ip4:62.53.9.1 ip4:0.0.0.0/1 ip4:128.0.0.0/1 -all' },
  ],
  [
    'spf.range.huge',
    'a /8 of an include in two halves',
    { spf: `v=spf1 mx include:${at('_1')} -all`, more: ['_1 TXT "v=spf1 ip4:44.128.0.0/9 ip4:44.0.0.0/9 ?all"'] },
    ['44.0.0.0/8'],
  ],
  [
    '',
    'an include of a /9 and a half',
    { spf: `v=spf1 mx include:${at('_1')} -all`, more: ['_1 TXT "v=spf1 ip4:44.128.0.0/9 ip4:44.0.0.0/10 ?all"'] },
  ],
  ['spf.range.huge spf.range.wide', 'IPv6 of /15', { spf: 'v=spf1 mx ip6:2a00::/15 -all' }],
  ['spf.range.wide', 'IPv6 of /31', { spf: 'v=spf1 mx ip6:2a04:3540::/31 -all' }],
  ['', 'IPv6 of /32', { spf: 'v=spf1 mx ip6:2a04:3540::/32 -all' }],
  [
    'spf.range.wide',
    'two neighbours of /16',
    { spf: 'v=spf1 mx ip4:62.52.0.0/16 ip4:62.53.0.0/16 -all' },
    ['62.52.0.0/15'],
  ],
  ['', 'two /16 with a gap', { spf: 'v=spf1 mx ip4:62.52.0.0/16 ip4:62.54.0.0/16 -all' }],
  ['spf.range.wide', 'a with a /15', { spf: 'v=spf1 a/15//128 mx -all' }],
  [
    'spf.range.private',
    '100.64/10 with a qualifier, in part',
    { spf: 'v=spf1 mx +ip4:100.100.4.0/24 -all' },
    ['ip4:100.100.4.0/24'],
  ],
  ['spf.range.private', 'an IPv6 documentation address', { spf: 'v=spf1 mx ip6:2001:DB8:77::1 -all' }],
  ['spf.range.private', 'multicast', { spf: 'v=spf1 mx ip4:239.1.1.1 -all' }],
  [
    'spf.range.private',
    'a private network behind a redirect',
    { spf: `v=spf1 redirect=${at('_r')}`, more: ['_r TXT "v=spf1 ip4:62.53.9.0/24 ip4:192.168.7.0/24 -all"'] },
  ],
  [
    '',
    'the neighbours of private networks',
    { spf: 'v=spf1 mx ip4:172.32.0.1 ip4:11.0.0.1 ip4:100.128.0.1 ip4:169.253.9.9 -all' },
  ],
];

/** A domain that takes no mail: its reports go to somebody who agreed. */
const PARKED = {
  mx: ['@ MX 0 .'],
  dkim: null,
  options: { selectors: [] },
  dmarc: 'v=DMARC1; p=reject; rua=mailto:d@haus.kontor',
};
const AGREED = other('haus.kontor', '@ MX 1 m', 'm A 62.54.1.1', `${NAME}._report._dmarc TXT "v=DMARC1;"`);

const KINDS: readonly Case[] = [
  ['spf.parked', 'a null MX and ~all', { ...PARKED, spf: 'v=spf1 ~all', more: AGREED }],
  ['spf.parked', 'a null MX and no record', { ...PARKED, spf: null, more: AGREED }],
  [
    'spf.parked',
    'no MX, no address, and a redirect to a record that allows nobody',
    {
      ...PARKED,
      mx: [],
      without: ['@ A ', '@ AAAA'],
      spf: `v=spf1 redirect=${at('_r')}`,
      more: ['_r TXT "v=spf1 -all"', ...AGREED],
    },
  ],
  ['', 'a null MX and -ALL', { ...PARKED, spf: 'V=SPF1  -ALL ', more: AGREED }],
  [
    'mx.null.sender dmarc.spf_only',
    'a null MX and one sender',
    { ...PARKED, spf: 'v=spf1 ip4:62.53.9.7 -all', more: AGREED },
  ],
  [
    'spf.helo',
    'a host whose record is that of a relative',
    { without: ['b.post TXT'], more: ['post TXT "v=spf1 -all"'] },
  ],
  [
    'spf.missing spf.subdomain dmarc.sp.none dmarc.p.none mtasts.missing tlsrpt.missing dkim.none_found',
    'a subdomain with MX, under sp=none',
    {
      domain: at('laden'),
      dmarc: `v=DMARC1; p=reject; sp=none; rua=mailto:d@${NAME}`,
      options: { selectors: [] },
      more: ['laden MX 10 a.post', 'laden MX 20 b.post'],
    },
  ],
  [
    '',
    'a subdomain that takes and sends no mail, under sp=reject',
    {
      domain: at('laden'),
      options: { selectors: [] },
      dmarc: `v=DMARC1; p=quarantine; sp=reject; rua=mailto:d@${NAME}`,
      more: ['laden MX 0 .', 'laden A 62.53.9.90', 'laden TXT "v=spf1 -all"'],
    },
  ],
];

examine([...SELECTION, ...GRAMMAR, ...TREE, ...SPACE, ...KINDS]);
