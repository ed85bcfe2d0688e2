/** SPF: the grammar of a record, and what static analysis says of the tree behind it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { evaluateSpf } from '../../../../src/collectors/dns/spf/evaluate.ts';
import { parseMacros } from '../../../../src/collectors/dns/spf/macro.ts';
import {
  countOf,
  difference,
  intersection,
  network,
  networksOf,
  union,
  type AddressSet,
} from '../../../../src/collectors/dns/spf/ranges.ts';
import { isSpf, parseSpf } from '../../../../src/collectors/dns/spf/record.ts';
import { parseAddress } from '../../../../src/wire/dns/address.ts';
import { at } from '../../../support/dns-io.ts';
import { judgeDomain } from '../../../support/dns-verdicts.ts';

const VALID = [
  'v=spf1',
  'v=spf1 -all',
  'V=SPF1 MX -ALL',
  'v=spf1 a/24 mx//64 a:b.example/24//64 ?all',
  'v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 ip6:::ffff:1.2.3.4 ~all',
  'v=spf1 include:_spf.%{d} exists:%{ir}.%{v}._spf.%{d2} ptr:example.com redirect=x.example',
  'v=spf1 a:%{i}.x.example exp=why.%{d} ra=postmaster rp=100 rr=e',
  'v=spf1 exists:%{l1r+-}.%{o}.example -all',
  'v=spf1   mx   -all   ',
  'v=spf1 a:xn--80ak6aa92e.com -all',
  'v=spf1 a:example.com. -all',
];

for (const record of VALID) {
  test(`${record} keeps to the grammar`, () => {
    assert.ok(isSpf(record));
    assert.deepEqual(parseSpf(record).problems, []);
  });
}

const INVALID: readonly (readonly [string, string, number])[] = [
  ['v=spf1 ip4:192.0.2.300 -all', 'syntax', 8],
  ['v=spf1 mx ip4:1.2.3.4/08', 'cidr', 11],
  ['v=spf1 ip4:1.2.3.4/33', 'cidr', 8],
  ['v=spf1 ip4:1.2.3.4/', 'cidr', 8],
  ['v=spf1 ip6:2001:db8::/129', 'cidr', 8],
  ['v=spf1 a//129', 'cidr', 8],
  ['v=spf1 a/24/64', 'cidr', 8],
  ['v=spf1 -all:x', 'syntax', 8],
  ['v=spf1 include', 'syntax', 8],
  ['v=spf1 include:', 'syntax', 8],
  ['v=spf1 include:localhost', 'syntax', 8],
  ['v=spf1 a:192.0.2.1', 'ip', 8],
  ['v=spf1 a:example.123', 'syntax', 8],
  ['v=spf1 ptr/24', 'syntax', 8],
  ['v=spf1 exists:%{z}.example', 'macro', 8],
  ['v=spf1 exists:%{d0}.example', 'macro', 8],
  ['v=spf1 exists:%{d.example', 'macro', 8],
  ['v=spf1 exists:%(d).example', 'macro', 8],
  ['v=spf1 exists:%{c}.example', 'macro', 8],
  ['v=spf1 exists:%{d@}.example', 'macro', 8],
  ['v=spf1 ipv4:192.0.2.1 -all', 'misspelled', 8],
  ['v=spf1 ip:192.0.2.1 -all', 'misspelled', 8],
  ['v=spf1 mx all-', 'misspelled', 11],
  ['v=spf1 \u0091mx -all', 'nonascii', 8],
  ['v=spf1 mx\u00a0-all', 'nonascii', 8],
  ['v=spf1 mx\t-all', 'nonascii', 8],
  ['v=spf1 redirect=a.example redirect=b.example', 'dup', 27],
  ['v=spf1 exp=a.example mx exp=b.example', 'dup', 25],
  ['v=spf1 +', 'syntax', 8],
  ['v=spf1 ,', 'syntax', 8],
];

for (const [record, kind, column] of INVALID) {
  test(`${JSON.stringify(record)} breaks it: ${kind} at column ${String(column)}`, () => {
    const [problem] = parseSpf(record).problems;

    assert.deepEqual([problem?.kind, problem?.column], [kind, column]);
  });
}

test('what only looks like SPF is none', () => {
  for (const text of ['v=spf10 -all', 'v=spf1-all', ' v=spf1 -all', 'spf1 -all', 'v=spf2.0/pra -all', '']) {
    assert.equal(isSpf(text), false, text);
  }
});

test('any text parses, quickly, and any macro text too', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      parseSpf(`v=spf1 ${text}`);
      parseMacros(text);
      parseMacros(text, true);
    }),
  );
  const started = performance.now();
  for (const text of ['%{', '%{d}', 'a:', 'a/', 'ip4:1.2.3.4/32 ', '/////', ':'.repeat(10), '%{d-------}']) {
    parseSpf(`v=spf1 ${text.repeat(8000)}`);
    parseSpf(`v=spf1 a:${text.repeat(8000)}`);
  }
  assert.ok(performance.now() - started < 1500);
});

/** Zone behind `d.test`, and what static analysis must say. */
const STATIC: readonly (readonly [string, readonly string[], { readonly [fact: string]: unknown }])[] = [
  [
    'nothing but -all',
    ['@ TXT "v=spf1 -all"'],
    { lookups: 0, all: 'fail', authorises: 'nobody', verdict: 'nobody', exact: true },
  ],
  [
    'two halves are everything',
    ['@ TXT "v=spf1 ip4:0.0.0.0/1 ip4:128.0.0.0/1 -all"'],
    { everything: ['all IPv4'], ipv4Count: 4294967296 },
  ],
  [
    'an earlier fail takes its addresses away',
    ['@ TXT "v=spf1 -ip4:192.0.2.0/25 ip4:192.0.2.0/24 -all"'],
    { ipv4Count: 128, flattened: 'v=spf1 ip4:192.0.2.128/25 -all' },
  ],
  [
    'the proposal ends as the record that is redirected to',
    ['@ TXT "v=spf1 a:h.d.test redirect=r.d.test"', 'h A 192.0.2.7', 'r TXT "v=spf1 ~all"'],
    { flattened: 'v=spf1 ip4:192.0.2.7 ~all' },
  ],
  [
    'an include passes only what its record passes',
    ['@ TXT "v=spf1 include:i.d.test -all"', 'i TXT "v=spf1 ip4:192.0.2.7 ~all"'],
    { ipv4Count: 1, transitive: [], lookups: 1 },
  ],
  [
    '+all in an include is +all',
    ['@ TXT "v=spf1 include:i.d.test -all"', 'i TXT "v=spf1 +all"'],
    { transitive: ['"include:i.d.test" at column 8'] },
  ],
  [
    'a /0 in a nested include too',
    [
      '@ TXT "v=spf1 include:i.d.test -all"',
      'i TXT "v=spf1 include:j.d.test -all"',
      'j TXT "v=spf1 ip4:0.0.0.0/0 -all"',
    ],
    { transitive: ['"include:i.d.test" at column 8', '"include:j.d.test" at column 8 of i.d.test'], lookups: 2 },
  ],
  [
    'a redirect takes the place of the end',
    ['@ TXT "v=spf1 ip4:192.0.2.1 redirect=r.d.test"', 'r TXT "v=spf1 ip4:192.0.2.2 ~all"'],
    { all: 'softfail', ipv4Count: 2, lookups: 1, endsIn: 'all' },
  ],
  [
    'a redirect beside all is dead and costs nothing',
    ['@ TXT "v=spf1 redirect=r.d.test -all"', 'r TXT "v=spf1 ~all"'],
    { deadRedirect: ['"redirect=r.d.test" at column 8'], lookups: 0, all: 'fail' },
  ],
  [
    'mechanisms behind all cost nothing',
    ['@ TXT "v=spf1 -all a:x.d.test mx"'],
    { lookups: 0, afterAll: ['"a:x.d.test" at column 13', '"mx" at column 24'] },
  ],
  [
    'a cycle of includes ends',
    ['@ TXT "v=spf1 include:i.d.test -all"', 'i TXT "v=spf1 include:d.test -all"'],
    { includeLoops: ['"include:d.test" at column 8 of i.d.test'], verdict: 'permerror' },
  ],
  [
    'a redirect to itself ends',
    ['@ TXT "v=spf1 redirect=d.test"'],
    { redirectLoops: ['"redirect=d.test" at column 8'], verdict: 'permerror' },
  ],
  [
    'an include without record',
    ['@ TXT "v=spf1 include:i.d.test -all"', 'i A 192.0.2.1'],
    { includesWithout: ['"include:i.d.test" at column 8'], verdict: 'permerror' },
  ],
  [
    'an include of a name that nobody registered',
    ['@ TXT "v=spf1 include:spf.gone.test -all"'],
    {
      includesWithout: ['"include:spf.gone.test" at column 8'],
      dangling: ['"include:spf.gone.test" at column 8 leads to spf.gone.test'],
    },
  ],
  [
    'an a: of one too',
    ['@ TXT "v=spf1 a:h.gone.test -all"'],
    { dangling: ['"a:h.gone.test" at column 8 leads to h.gone.test'], voids: 1 },
  ],
  [
    'a missing name under an existing domain can be taken by nobody',
    ['@ TXT "v=spf1 a:nothing.d.test -all"'],
    { dangling: [], voids: 1 },
  ],
  [
    'a broken include',
    ['@ TXT "v=spf1 include:i.d.test -all"', 'i TXT "v=spf1 ip4:1.2.3 -all"'],
    {
      includesBroken: [
        '"include:i.d.test" at column 8: "ip4:1.2.3" at column 8: ip4 needs a colon and an IPv4 address',
      ],
      verdict: 'permerror',
    },
  ],
  [
    'the same include twice',
    [
      '@ TXT "v=spf1 include:i.d.test include:j.d.test -all"',
      'i TXT "v=spf1 include:j.d.test -all"',
      'j TXT "v=spf1 -all"',
    ],
    {
      includesTwice: ['"include:j.d.test" at column 25, as by "include:j.d.test" at column 8 of i.d.test'],
      lookups: 3,
    },
  ],
  [
    'one family only is void for the other',
    ['@ TXT "v=spf1 a:a.d.test a:b.d.test a:c.d.test -all"', 'a A 192.0.2.1', 'b A 192.0.2.2', 'c A 192.0.2.3'],
    { voids: 0, familyVoids: 3 },
  ],
  [
    'eleven mail exchangers',
    ['@ TXT "v=spf1 mx -all"', ...Array.from({ length: 11 }, (_, index) => `@ MX 10 m${String(index)}`)],
    { mxOver: ['"mx" at column 8'], verdict: 'permerror' },
  ],
  [
    'macros are open',
    ['@ TXT "v=spf1 exists:%{i}.d.test include:%{d}.d.test -all"'],
    {
      runtime: ['"exists:%{i}.d.test" at column 8', '"include:%{d}.d.test" at column 27'],
      authorises: 'somebody',
      lookups: 2,
    },
  ],
  [
    'ptr of a redirect target counts as own',
    ['@ TXT "v=spf1 redirect=r.d.test"', 'r TXT "v=spf1 ptr -all"'],
    { ptr: ['"ptr" at column 8 of r.d.test'] },
  ],
  ['strings that join two terms', ['@ TXT "v=spf1 mx" "-all"'], { joined: ['"mx" and "-all" are joined to "mx-all"'] }],
  ['strings that cut inside a term do not', ['@ TXT "v=spf1 ip4:192.0" ".2.1 -all"'], { joined: [], syntaxErrors: [] }],
  [
    'private networks by name',
    ['@ TXT "v=spf1 ip4:10.1.0.0/16 ip4:192.0.2.9 ip6:fd00::/8 ip4:8.8.8.8 -all"'],
    {
      privateTerms: [
        '"ip4:10.1.0.0/16" at column 8 (private)',
        '"ip4:192.0.2.9" at column 24 (documentation)',
        '"ip6:fd00::/8" at column 38 (unique local)',
      ],
    },
  ],
  [
    'host bits',
    ['@ TXT "v=spf1 ip4:192.0.2.7/24 ip4:192.0.2.7 ip6:2001:db8::1/64 -all"'],
    { hostBits: ['"ip4:192.0.2.7/24" at column 8', '"ip6:2001:db8::1/64" at column 39'] },
  ],
  [
    'words with = that mean a mechanism',
    ['@ TXT "v=spf1 include=x.test mx -all"'],
    { misspelled: ['"include=x.test" at column 8 is ignored; "include:" is meant'], syntaxErrors: [] },
  ],
  [
    'an explanation that is missing',
    ['@ TXT "v=spf1 -all exp=e.d.test"'],
    { expProblems: ['e.d.test has no TXT record'] },
  ],
  [
    'one with a bad macro',
    ['@ TXT "v=spf1 -all exp=e.d.test"', 'e TXT "%{x}"'],
    { expProblems: ['"%{x}": unknown macro letter'] },
  ],
  [
    'modifiers of RFC 6652 are fine',
    ['@ TXT "v=spf1 mx -all ra=a rp=10 rr=all"', '@ MX 1 m', 'm A 192.0.2.1'],
    { syntaxErrors: [], misspelled: [], afterAll: [] },
  ],
  [
    'a retired provider',
    ['@ TXT "v=spf1 include:_spf.google.com include:aspmx.googlemail.com -all"'],
    {
      providers: [
        'aspmx.googlemail.com: Google names _spf.google.com today',
        'Google: _spf.google.com and aspmx.googlemail.com',
      ],
    },
  ],
];

for (const [title, zone, expected] of STATIC) {
  test(`static: ${title}`, async () => {
    const lines = ['$ORIGIN d.test.', '@ SOA ns h 1 7200 3600 1209600 300', ...zone];

    const { facts } = await judgeDomain('d.test', { lines }, {}, 'none');

    for (const [fact, value] of Object.entries(expected)) assert.deepEqual(at(facts, `spf.${fact}`), value, fact);
  });
}

const cidr = (text: string): AddressSet => {
  const [address = '', prefix = '32'] = text.split('/');
  return network(parseAddress(address) ?? new Uint8Array(4), Number(prefix));
};

test('ranges: union, difference and intersection hold for any networks', () => {
  const some = fc
    .array(fc.tuple(fc.nat(15), fc.integer({ min: 26, max: 32 })), { maxLength: 6 })
    .map((list) => union(...list.map(([last, prefix]) => cidr(`192.0.2.${String(last * 16)}/${String(prefix)}`))));
  const members = (set: AddressSet) =>
    new Set(
      set.four.flatMap(({ first, last }) =>
        Array.from({ length: Number(last - first) + 1 }, (_, index) => first + BigInt(index)),
      ),
    );
  fc.assert(
    fc.property(some, some, (a, b) => {
      const [one, other] = [members(a), members(b)];
      assert.deepEqual(members(union(a, b)), new Set([...one, ...other]));
      assert.equal(countOf(intersection(a, b).four), [...one].filter((member) => other.has(member)).length);
      assert.equal(countOf(difference(a, b).four), [...one].filter((member) => !other.has(member)).length);
      const again = union(...a.four.flatMap((range) => networksOf(range, 4)).map(cidr));
      assert.deepEqual(again, a);
    }),
  );
});

test('the evaluator ends for any record and any answers', () => {
  const reply = fc.oneof(
    fc.constant({ is: 'void' } as const),
    fc.constant({ is: 'error', why: 'x' } as const),
    fc
      .array(
        fc.constantFrom(
          'v=spf1 include:a.b ?all',
          'v=spf1 redirect=%{d}.c.d',
          'v=spf1 ptr mx a -all exp=%{p}.x.y',
          '192.0.2.1',
          'm.example',
        ),
        { maxLength: 12 },
      )
      .map((values) => ({ is: 'records', values }) as const),
  );
  fc.assert(
    fc.property(
      fc.infiniteStream(reply),
      fc.constantFrom('192.0.2.1', '2001:db8::1', 'junk'),
      fc.string(),
      (replies, ip, sender) => {
        const run = evaluateSpf({ ip, sender, helo: 'h.example' });
        let step = run.next();
        for (let count = 0; step.done !== true; count += 1) {
          assert.ok(count < 400, 'it does not end');
          const answer = replies.next();
          step = run.next(answer.done === true ? { is: 'void' } : answer.value);
        }
        assert.match(step.value.result, /^(?:pass|fail|softfail|neutral|none|temperror|permerror)$/);
      },
    ),
  );
});
