/**
 * Planted defects on domains of random names and values: each is found by its rule, and nothing else of its group appears beside it.
 * `PLANTED_SEED` gives other ones.
 */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { judgeDomain } from '../../../support/dns-verdicts.ts';

const SEED = Number(process.env['PLANTED_SEED'] ?? 20_261_122);

/** Numbers that look random and are the same for the same seed (mulberry32). */
function randomFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const ENDINGS = ['test', 'org', 'co.uk', 'com.br', 'io', 'invalid-tld'];

/** One domain, and words for its records. */
interface World {
  readonly domain: string;
  readonly word: () => string;
  readonly pick: (below: number) => number;
  readonly octet: () => number;
  /** A public IPv4 address outside of every special block. */
  readonly address: () => string;
  readonly mail: string;
}

function worldOf(seed: number): World {
  const pick = randomFrom(seed);
  const word = () => Array.from({ length: 4 + pick(6) }, () => LETTERS[pick(26)] ?? 'x').join('');
  const octet = () => 1 + pick(250);
  const address = () => `${String(20 + pick(60))}.${String(octet())}.${String(octet())}.${String(octet())}`;
  return {
    domain: `${word()}${String(pick(99))}.${ENDINGS[pick(ENDINGS.length)] ?? 'test'}`,
    word,
    pick,
    octet,
    address,
    mail: word(),
  };
}

const RSA = new Map([1024, 2048].map((bits) => [bits, keyOf(bits)]));

function keyOf(bits: number): string {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: bits });
  return publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
}

const quoted = (text: string) => (text.match(/.{1,200}/g) ?? ['']).map((part) => `"${part}"`).join(' ');
const reversed = (address: string) => address.split('.').reverse().join('.');

/** What a case changes of a good domain. `undefined` leaves the part as it is, `null` takes it away. */
interface Parts {
  readonly spf?: string | null;
  readonly dmarc?: string | null;
  readonly mx?: readonly string[];
  readonly caa?: readonly string[];
  readonly dkim?: string | null;
  readonly ns?: readonly string[];
  readonly tlsrpt?: readonly string[];
  readonly more?: readonly string[];
}

function zoneOf(world: World, parts: Parts): string[] {
  const { domain, mail } = world;
  const [a, b, web] = [world.address(), world.address(), world.address()];
  const line = (name: string, text: string | null) => (text === null ? [] : [`${name} TXT ${quoted(text)}`]);
  return [
    `$ORIGIN ${domain}.`,
    `@ SOA ns1 h ${String(1 + world.pick(9999))} 7200 3600 1209600 3600`,
    ...(parts.ns ?? ['@ NS ns1', '@ NS ns2']),
    'ns1 A 45.10.1.53',
    'ns1 AAAA 2a0d:1::53',
    'ns2 A 46.20.2.53',
    'ns2 AAAA 2a0e:2::53',
    `@ A ${web}`,
    ...(parts.mx ?? [`@ MX 10 ${mail}`, `@ MX 20 ${mail}2`]),
    `${mail} A ${a}`,
    `${mail}2 A ${b}`,
    `${mail} TXT "v=spf1 a -all"`,
    `${mail}2 TXT "v=spf1 a -all"`,
    ...line('@', parts.spf === undefined ? 'v=spf1 mx -all' : parts.spf),
    ...line('_dmarc', parts.dmarc === undefined ? `v=DMARC1; p=reject; rua=mailto:r@${domain}` : parts.dmarc),
    ...line(
      'default._domainkey',
      parts.dkim === undefined ? `v=DKIM1; k=rsa; t=s; p=${RSA.get(2048) ?? ''}` : parts.dkim,
    ),
    ...(parts.caa ?? [
      '@ CAA 0 issue "ca.example;accounturi=https://ca.example/1"',
      '@ CAA 0 issuewild ";"',
      `@ CAA 0 iodef "mailto:c@${domain}"`,
      '@ CAA 0 issuemail ";"',
      '@ CAA 0 issuevmc ";"',
    ]),
    ...(parts.tlsrpt ?? [`_smtp._tls TXT "v=TLSRPTv1; rua=mailto:t@${domain}"`]),
    ...(parts.more ?? []),
    `$ORIGIN ${reversed(a)}.in-addr.arpa.`,
    `@ PTR ${mail}.${domain}.`,
    `$ORIGIN ${reversed(b)}.in-addr.arpa.`,
    `@ PTR ${mail}2.${domain}.`,
  ];
}

type Make = (world: World) => Parts;
const times = (count: number, make: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => make(index));
const dmarc =
  (tags: string): Make =>
  ({ domain }) => ({ dmarc: `v=DMARC1; p=reject; rua=mailto:r@${domain}; ${tags}` });
const dkim =
  (tags: string): Make =>
  () => ({ dkim: tags.replace('$', RSA.get(2048) ?? '') });

/** The group whose failures are compared, the case, and the ids that appear (severities above info). */
const CASES: readonly (readonly [ids: string, title: string, make: Make])[] = [
  ['spf.missing', 'no SPF', () => ({ spf: null })],
  ['spf.multiple', 'two records', ({ address }) => ({ more: [`@ TXT "v=spf1 ip4:${address()} -all"`] })],
  ['spf.all.pass spf.range.everything spf.range.huge', 'a bare all', () => ({ spf: 'v=spf1 mx all' })],
  ['spf.all.neutral', '?all', () => ({ spf: 'v=spf1 mx ?all' })],
  ['spf.all.missing', 'no all', ({ address }) => ({ spf: `v=spf1 mx ip4:${address()}` })],
  [
    'spf.lookups.over',
    'twelve includes',
    ({ word, domain }) => {
      const names = times(12, () => word());
      return {
        spf: `v=spf1 ${names.map((name) => `include:${name}.${domain}`).join(' ')} -all`,
        more: names.map((name) => `${name} TXT "v=spf1 -all"`),
      };
    },
  ],
  [
    'spf.lookups.near',
    'nine look-ups',
    ({ word, domain }) => {
      const names = times(9, () => word());
      return {
        spf: `v=spf1 ${names.map((name) => `a:${name}.${domain}`).join(' ')} -all`,
        more: names.flatMap((name) => [`${name} A 45.9.9.9`, `${name} AAAA 2a0d:1::9`]),
      };
    },
  ],
  [
    'spf.void.over',
    'four dead names',
    ({ word, domain }) => ({
      spf: `v=spf1 ${times(4, () => `a:${word()}.${domain}`).join(' ')} -all`,
    }),
  ],
  ['spf.ptr.used', 'ptr', ({ domain }) => ({ spf: `v=spf1 ptr:${domain} -all` })],
  [
    'spf.include.none',
    'an include of nothing',
    ({ word, domain }) => ({ spf: `v=spf1 include:${word()}.${domain} -all` }),
  ],
  [
    'spf.include.loop',
    'an include cycle',
    ({ word, domain }) => {
      const name = word();
      return { spf: `v=spf1 include:${name}.${domain} -all`, more: [`${name} TXT "v=spf1 include:${domain} -all"`] };
    },
  ],
  [
    'spf.include.broken',
    'an include of a broken record',
    ({ word, domain }) => {
      const name = word();
      return { spf: `v=spf1 include:${name}.${domain} -all`, more: [`${name} TXT "v=spf1 ip4:1.2.3 -all"`] };
    },
  ],
  [
    'spf.include.dangling spf.include.none',
    'an include of a domain nobody holds',
    ({ word }) => ({ spf: `v=spf1 include:${word()}-gone.example -all` }),
  ],
  [
    'spf.include.dup',
    'an include twice',
    ({ word, domain, address }) => {
      const name = word();
      return {
        spf: `v=spf1 include:${name}.${domain} include:${name}.${domain} -all`,
        more: [`${name} TXT "v=spf1 ip4:${address()} -all"`],
      };
    },
  ],
  [
    'spf.redirect.none',
    'a redirect to nothing',
    ({ word, domain }) => ({ spf: `v=spf1 redirect=${word()}.${domain}` }),
  ],
  ['spf.redirect.loop', 'a redirect to itself', ({ domain }) => ({ spf: `v=spf1 redirect=${domain}` })],
  [
    'spf.redirect.dead',
    'redirect beside all',
    ({ word, domain }) => {
      const name = word();
      return { spf: `v=spf1 mx -all redirect=${name}.${domain}`, more: [`${name} TXT "v=spf1 -all"`] };
    },
  ],
  [
    'spf.range.everything spf.range.huge spf.range.wide',
    'four quarters',
    () => ({
      spf: 'v=spf1 ip4:0.0.0.0/2 ip4:64.0.0.0/2 ip4:128.0.0.0/2 ip4:192.0.0.0/2 -all',
    }),
  ],
  ['spf.range.huge spf.range.wide', 'a /7', () => ({ spf: 'v=spf1 ip4:44.0.0.0/7 -all' })],
  ['spf.range.wide', 'a /14', () => ({ spf: 'v=spf1 ip4:45.12.0.0/14 -all' })],
  [
    'spf.range.private',
    'a private network',
    ({ octet }) => ({ spf: `v=spf1 mx ip4:172.16.${String(octet())}.0/24 -all` }),
  ],
  [
    'spf.all.transitive spf.range.everything spf.range.huge',
    'an include of everything',
    ({ word, domain }) => {
      const name = word();
      return { spf: `v=spf1 include:${name}.${domain} -all`, more: [`${name} TXT "v=spf1 ip4:0.0.0.0/0 -all"`] };
    },
  ],
  ['spf.macro.bad spf.syntax', 'an unknown macro', ({ domain }) => ({ spf: `v=spf1 exists:%{y}.${domain} -all` })],
  ['spf.cidr spf.syntax', 'a prefix of 33', ({ address }) => ({ spf: `v=spf1 ip4:${address()}/33 -all` })],
  ['spf.ipv4.misspelled spf.syntax', 'ipv4:', ({ address }) => ({ spf: `v=spf1 ipv4:${address()} -all` })],
  ['spf.a.ip spf.syntax', 'a: with an address', ({ address }) => ({ spf: `v=spf1 a:${address()} -all` })],
  ['spf.syntax', 'a word that is nothing', ({ word }) => ({ spf: `v=spf1 mx ${word()} -all` })],
  [
    'spf.mod.dup',
    'exp twice',
    ({ domain }) => ({ spf: `v=spf1 mx -all exp=e.${domain} exp=e.${domain}`, more: ['e TXT "no"'] }),
  ],
  ['spf.after_all', 'a mechanism after all', ({ address }) => ({ spf: `v=spf1 mx -all ip4:${address()}` })],
  ['spf.exp', 'exp of nothing', ({ word, domain }) => ({ spf: `v=spf1 mx -all exp=${word()}.${domain}` })],
  ['spf.nonascii spf.syntax spf.all.missing', 'a smart quote', () => ({ spf: 'v=spf1 mx \\226\\128\\156-all' })],
  ['spf.senderid', 'Sender ID', () => ({ more: ['@ TXT "spf2.0/pra -all"'] })],
  [
    'spf.mx.over',
    'eleven exchangers behind mx:',
    ({ word, domain }) => {
      const name = word();
      return {
        spf: `v=spf1 mx:${name}.${domain} -all`,
        more: times(11, (index) => `${name} MX ${String(index)} x${String(index)}.${name}`).concat(
          times(11, (index) => `x${String(index)}.${name} A 45.9.9.${String(index + 1)}`),
        ),
      };
    },
  ],

  ['dmarc.missing', 'no DMARC', () => ({ dmarc: null })],
  [
    'dmarc.multiple dmarc.missing',
    'two records',
    ({ domain }) => ({ more: [`_dmarc TXT "v=DMARC1; p=none; rua=mailto:x@${domain}"`] }),
  ],
  [
    'dmarc.version dmarc.missing',
    'a version in lower case',
    ({ domain }) => ({ dmarc: `v=dmarc1; p=reject; rua=mailto:r@${domain}` }),
  ],
  [
    'dmarc.ws dmarc.missing',
    'a space before v',
    ({ domain }) => ({ dmarc: ` v=DMARC1; p=reject; rua=mailto:r@${domain}` }),
  ],
  ['dmarc.p.none', 'p=none', ({ domain }) => ({ dmarc: `v=DMARC1; p=none; rua=mailto:r@${domain}` })],
  [
    'dmarc.p.invalid dmarc.p.none',
    'p of another word',
    ({ domain, word }) => ({ dmarc: `v=DMARC1; p=${word()}; rua=mailto:r@${domain}` }),
  ],
  ['dmarc.p.missing dmarc.p.none', 'no p', ({ domain }) => ({ dmarc: `v=DMARC1; rua=mailto:r@${domain}` })],
  ['dmarc.p.void dmarc.rua.missing', 'neither p nor rua', () => ({ dmarc: 'v=DMARC1; aspf=r' })],
  ['dmarc.p.order', 'p in the third place', ({ domain }) => ({ dmarc: `v=DMARC1; rua=mailto:r@${domain}; p=reject` })],
  ['dmarc.sp.none', 'sp=none', dmarc('sp=none')],
  ['dmarc.sp.weaker', 'sp=quarantine', dmarc('sp=quarantine')],
  ['dmarc.np.none', 'np=none', dmarc('np=none')],
  ['dmarc.np.weaker', 'np=quarantine', dmarc('np=quarantine')],
  ['dmarc.t', 't=y', dmarc('t=y')],
  ['dmarc.psd', 'psd=y', dmarc('psd=y')],
  ['dmarc.psd.invalid', 'psd of another word', dmarc('psd=maybe')],
  ['dmarc.pct', 'pct=50', dmarc('pct=50')],
  ['dmarc.align.invalid', 'adkim=x', dmarc('adkim=x')],
  ['dmarc.dup_tag', 'a tag twice', dmarc('adkim=r; adkim=s')],
  ['dmarc.tag.unknown', 'an unknown tag', dmarc('foo=bar')],
  ['dmarc.tag.case', 'a tag in upper case', dmarc('ADKIM=r')],
  ['dmarc.syntax', 'a tag without value sign', dmarc('adkim')],
  ['dmarc.fo.unused', 'fo without ruf', dmarc('fo=1')],
  ['dmarc.rua.missing', 'no rua', () => ({ dmarc: 'v=DMARC1; p=reject' })],
  [
    'dmarc.rua.uri dmarc.rua.missing',
    'rua that is no URI',
    ({ domain }) => ({ dmarc: `v=DMARC1; p=reject; rua=r@${domain}` }),
  ],
  [
    'dmarc.rua.unauthorised',
    'reports to a stranger',
    ({ word }) => ({
      dmarc: `v=DMARC1; p=reject; rua=mailto:a@stranger.example`,
      more: ['$ORIGIN stranger.example.', '@ SOA ns h 1 2 3 4 5', `@ MX 10 ${word()}.example.`],
    }),
  ],
  [
    'dmarc.rua.nomx',
    'reports to a name without mail',
    ({ domain, word }) => ({ dmarc: `v=DMARC1; p=reject; rua=mailto:a@${word()}x.${domain}` }),
  ],
  [
    'dmarc.rua.many',
    'three destinations',
    ({ domain }) => ({ dmarc: `v=DMARC1; p=reject; rua=mailto:a@${domain},mailto:b@${domain},mailto:c@${domain}` }),
  ],
  [
    'dmarc.apex dmarc.missing',
    'the record at the apex',
    ({ domain }) => ({ dmarc: null, more: [`@ TXT "v=DMARC1; p=reject; rua=mailto:r@${domain}"`] }),
  ],
  [
    'dmarc.cname.dangling dmarc.missing',
    'a CNAME to nothing',
    ({ word }) => ({ dmarc: null, more: [`_dmarc CNAME ${word()}`] }),
  ],

  ['dkim.none_found', 'no key', () => ({ dkim: null })],
  ['dkim.rsa.short', '1024 bits', () => ({ dkim: `v=DKIM1; k=rsa; t=s; p=${RSA.get(1024) ?? ''}` })],
  ['dkim.key.bad', 'no base64', dkim('v=DKIM1; t=s; p=@@@')],
  ['dkim.v', 'v not first', dkim('k=rsa; v=DKIM1; t=s; p=$')],
  ['dkim.test', 't=y', dkim('v=DKIM1; t=y:s; p=$')],
  ['dkim.h', 'only SHA-1', dkim('v=DKIM1; h=sha1; t=s; p=$')],
  ['dkim.s', 'another service', dkim('v=DKIM1; s=tlsrpt; t=s; p=$')],
  ['dkim.g', 'g=', dkim('v=DKIM1; g=*; t=s; p=$')],
  ['dkim.dup_tag', 'a tag twice', dkim('v=DKIM1; t=s; k=rsa; k=rsa; p=$')],
  [
    'dkim.key.multi',
    'two records',
    ({ pick }) => ({
      more: [`default._domainkey TXT ${quoted(`v=DKIM1; t=s; n=${String(pick(9))}; p=${RSA.get(2048) ?? ''}`)}`],
    }),
  ],
  [
    'dkim.shared',
    'one key at two selectors',
    () => ({ more: [`mail._domainkey TXT ${quoted(`v=DKIM1; t=s; k=rsa; p=${RSA.get(2048) ?? ''}`)}`] }),
  ],
  [
    'dkim.wildcard',
    'a wildcard',
    () => ({ more: [`*._domainkey TXT ${quoted(`v=DKIM1; t=s; k=rsa; p=${RSA.get(2048) ?? ''}`)}`] }),
  ],

  ['mx.none_implicit', 'no MX', () => ({ mx: [] })],
  [
    'mx.null.mixed',
    'a null MX beside another',
    ({ mail }) => ({ mx: ['@ MX 0 .', `@ MX 10 ${mail}`, `@ MX 20 ${mail}2`] }),
  ],
  ['mx.null.pref', 'a null MX of preference 10', () => ({ mx: ['@ MX 10 .'], spf: 'v=spf1 -all' })],
  [
    'mx.null.sender',
    'a null MX and senders',
    ({ address }) => ({ mx: ['@ MX 0 .'], spf: `v=spf1 ip4:${address()} -all` }),
  ],
  [
    // an address of its own, of which nobody made a name
    'mx.cname mx.ptr',
    'MX to a CNAME',
    ({ mail, word }) => {
      const other = word();
      return { mx: [`@ MX 10 ${mail}`, '@ MX 20 alias'], more: [`alias CNAME ${other}`, `${other} A 45.3.3.3`] };
    },
  ],
  ['mx.ip', 'MX to an address', ({ mail, address }) => ({ mx: [`@ MX 10 ${mail}`, `@ MX 20 ${address()}.`] })],
  ['mx.noaddr', 'MX without address', ({ mail, word }) => ({ mx: [`@ MX 10 ${mail}`, `@ MX 20 ${word()}`] })],
  [
    'mx.private',
    'MX at a private address',
    ({ mail, octet }) => ({
      mx: [`@ MX 10 ${mail}`, '@ MX 20 inside'],
      more: [`inside A 10.0.0.${String(octet())}`, 'inside TXT "v=spf1 -all"'],
    }),
  ],
  [
    'mx.dangling mx.noaddr',
    'MX of a domain nobody holds',
    ({ mail, word }) => ({ mx: [`@ MX 10 ${mail}`, `@ MX 20 mx.${word()}-gone.example.`] }),
  ],
  ['mx.dup', 'one host twice', ({ mail }) => ({ mx: [`@ MX 10 ${mail}`, `@ MX 20 ${mail}`, `@ MX 30 ${mail}2`] })],
  [
    'mtasts.multiple mtasts.orphan',
    'two MTA-STS records',
    () => ({ more: ['_mta-sts TXT "v=STSv1; id=1"', '_mta-sts TXT "v=STSv1; id=2"'] }),
  ],
  ['mtasts.id mtasts.orphan', 'no id', () => ({ more: ['_mta-sts TXT "v=STSv1;"'] })],
  [
    'mtasts.orphan',
    'a record without host',
    ({ pick }) => ({ more: [`_mta-sts TXT "v=STSv1; id=${String(pick(99_999))}"`] }),
  ],
  ['tlsrpt.missing', 'no TLS-RPT', () => ({ tlsrpt: [] })],
  ['tlsrpt.multiple', 'two', ({ domain }) => ({ more: [`_smtp._tls TXT "v=TLSRPTv1; rua=mailto:u@${domain}"`] })],
  ['tlsrpt.rua', 'no rua', () => ({ tlsrpt: ['_smtp._tls TXT "v=TLSRPTv1;"'] })],

  ['dns.caa.missing', 'no CAA', () => ({ caa: [] })],
  ['dns.caa.critical', 'an unknown critical tag', ({ word }) => ({ more: [`@ CAA 128 ${word()} "x"`] })],
  ['dns.caa.iodef', 'iodef that is no URL', ({ word }) => ({ more: [`@ CAA 0 iodef "${word()}"`] })],
  ['dns.caa.syntax', 'an issuer that is no name', () => ({ more: ['@ CAA 0 issue "not a name"'] })],
  ['dns.ns.count dns.ns.same_net', 'one name server', () => ({ ns: ['@ NS ns1'] })],
  [
    'dns.ns.noaddr',
    'a name server without address',
    ({ word }) => ({ ns: ['@ NS ns1', '@ NS ns2', `@ NS ${word()}`] }),
  ],
  [
    'dns.ns.dangling dns.ns.noaddr',
    'a name server of a domain nobody holds',
    ({ word }) => ({ ns: ['@ NS ns1', '@ NS ns2', `@ NS ns.${word()}-gone.example.`] }),
  ],
  [
    'dns.txt.leak',
    'a credential',
    ({ word }) => ({ more: [`@ TXT "${['api', 'key'].join('_')}=${word()}${word()}${word()}"`] }),
  ],
  ['spf.parked', 'a null MX and a record that only softfails', () => ({ mx: ['@ MX 0 .'], spf: 'v=spf1 ~all' })],
  [
    'spf.chunks spf.syntax',
    'a border between two terms',
    ({ address }) => ({
      spf: null,
      more: [`@ TXT "v=spf1 ip4:${address()}" "mx -all"`],
    }),
  ],
  ['spf.type99', 'type 99', ({ address }) => ({ more: [`@ SPF "v=spf1 ip4:${address()} -all"`] })],
  [
    'spf.provider.double spf.include.dup',
    'one provider twice',
    () => ({
      spf: 'v=spf1 include:_spf.google.com include:_netblocks.google.com -all',
      more: [
        '$ORIGIN google.com.',
        '@ SOA ns h 1 2 3 4 5',
        '_spf TXT "v=spf1 include:_netblocks.google.com -all"',
        '_netblocks TXT "v=spf1 ip4:45.7.0.0/20 -all"',
      ],
    }),
  ],
  [
    'dmarc.ruf.unauthorised',
    'failure reports to a stranger',
    ({ domain, word }) => ({
      dmarc: `v=DMARC1; p=reject; rua=mailto:r@${domain}; ruf=mailto:a@stranger.example`,
      more: ['$ORIGIN stranger.example.', '@ SOA ns h 1 2 3 4 5', `@ MX 10 ${word()}.example.`],
    }),
  ],
  ['dmarc.spf_only', 'enforcing without DKIM', () => ({ dkim: null })],
  ['dmarc.unbacked', 'enforcing with neither', () => ({ dkim: null, spf: null })],
  ['dkim.key.missing', 'no p', dkim('v=DKIM1; t=s; k=rsa')],
  ['dkim.syntax', 'a part that is no tag', dkim('v=DKIM1; t=s; hello; p=$')],
  [
    'dkim.ed25519.only',
    'Ed25519 alone',
    ({ pick }) => ({
      dkim: `v=DKIM1; t=s; k=ed25519; p=${Buffer.from(Array.from({ length: 32 }, () => pick(256))).toString('base64')}`,
    }),
  ],
  [
    'dkim.cname.dangling',
    'a CNAME to a domain nobody holds',
    ({ word }) => ({
      dkim: null,
      more: [`default._domainkey CNAME key.${word()}-gone.example.`],
    }),
  ],
  [
    'mx.ptr',
    'an address without a name',
    ({ mail }) => ({
      mx: [`@ MX 10 ${mail}`, '@ MX 20 third'],
      more: ['third A 45.8.8.8'],
    }),
  ],
  [
    'mx.fcrdns',
    'a name that leads elsewhere',
    ({ mail, domain }) => ({
      mx: [`@ MX 10 ${mail}`, '@ MX 20 third'],
      more: ['third A 45.8.8.8', '$ORIGIN 8.8.8.45.in-addr.arpa.', `@ PTR ns1.${domain}.`],
    }),
  ],
  [
    'tlsrpt.rua',
    'a scheme that nobody reads',
    ({ domain }) => ({ tlsrpt: [`_smtp._tls TXT "v=TLSRPTv1; rua=ftp://${domain}/"`] }),
  ],
  [
    'tlsrpt.syntax tlsrpt.missing',
    'a version in lower case',
    ({ domain }) => ({ tlsrpt: [`_smtp._tls TXT "v=tlsrptv1; rua=mailto:t@${domain}"`] }),
  ],
  [
    'dns.ns.cname',
    'a name server that is an alias',
    () => ({
      ns: ['@ NS ns1', '@ NS ns2', '@ NS ns3'],
      more: ['ns3 CNAME ns1'],
    }),
  ],
  [
    'dns.ns.same_net',
    'both name servers in one network',
    () => ({
      ns: ['@ NS near1', '@ NS near2'],
      more: ['near1 A 45.10.1.61', 'near2 A 45.10.1.62'],
    }),
  ],
];

/** Failures that a good domain of the lab has: the lab signs nothing and offers no policy host. */
const USUAL = new Set(['dns.dnssec.absent', 'mtasts.missing', 'bimi.missing']);

async function failuresOf(world: World, parts: Parts, groups: ReadonlySet<string>): Promise<string[]> {
  const { verdicts, asked } = await judgeDomain(world.domain, { lines: zoneOf(world, parts) });
  const errors = verdicts.filter(({ status, check }) => status === 'error' && groups.has(check.split('.')[0] ?? ''));
  assert.deepEqual(
    errors.map(({ check, message }) => `${check}: ${message}`),
    [],
  );
  assert.ok(asked.length <= 300, `${String(asked.length)} questions`);
  const fails = verdicts.filter(
    ({ status, severity, check }) => status === 'fail' && severity !== 'info' && groups.has(check.split('.')[0] ?? ''),
  );
  return [...new Set(fails.map(({ check }) => check))].filter((check) => !USUAL.has(check)).sort();
}

for (const [index, [ids, title, make]] of CASES.entries()) {
  test(`${ids}: ${title}`, async () => {
    const expected = ids.split(' ');
    const world = worldOf(SEED + index * 7919);

    const found = await failuresOf(world, make(world), new Set(expected.map((id) => id.split('.')[0] ?? '')));

    assert.deepEqual(found, [...expected].sort(), `seed ${String(SEED)}, ${world.domain}`);
  });
}

/** Odd, and right: nothing above info in any group. */
const CONTROLS: readonly (readonly [title: string, make: Make])[] = [
  ['SPF in upper case', () => ({ spf: 'V=SPF1 MX -ALL' })],
  [
    'SPF in two strings, the space in one of them',
    ({ address }) => ({
      spf: null,
      more: [`@ TXT "v=spf1 ip4:${address()} " "mx -all"`],
    }),
  ],
  ['SPF with the modifiers of RFC 6652', ({ word }) => ({ spf: `v=spf1 mx -all ra=${word()} rp=100 rr=all` })],
  ['SPF with an unknown modifier', ({ word }) => ({ spf: `v=spf1 mx ${word()}=${word()} -all` })],
  [
    'SPF that only redirects',
    ({ word, domain, address }) => {
      const name = word();
      return { spf: `v=spf1 redirect=${name}.${domain}`, more: [`${name} TXT "v=spf1 ip4:${address()} -all"`] };
    },
  ],
  ['SPF with a macro', ({ domain }) => ({ spf: `v=spf1 mx exists:%{ir}.%{v}._spf.${domain} -all` })],
  ['SPF that ends softly under an enforcing DMARC', () => ({ spf: 'v=spf1 mx ~all' })],
  [
    'SPF of seven look-ups',
    ({ domain }) => ({
      spf: `v=spf1 ${times(7, (index) => `a:h${String(index)}.${domain}`).join(' ')} -all`,
      more: times(7, (index) => `h${String(index)} A 45.5.5.${String(index + 1)}`),
    }),
  ],
  [
    'SPF with IPv6 and dual prefixes',
    ({ address }) => ({ spf: `v=spf1 ip4:${address()}/32 ip6:2a0d:1::/48 mx//64 -all` }),
  ],
  ['DMARC without spaces', ({ domain }) => ({ dmarc: `v=DMARC1;p=reject;rua=mailto:r@${domain}` })],
  [
    'DMARC with spaces round the signs and one at the end',
    ({ domain }) => ({
      dmarc: `v = DMARC1 ; p = reject ; rua = mailto:r@${domain} ; `,
    }),
  ],
  ['DMARC with values in upper case', ({ domain }) => ({ dmarc: `v=DMARC1; p=REJECT; rua=MAILTO:r@${domain}` })],
  [
    'DMARC with every tag that RFC 9989 knows',
    ({ domain }) => ({
      dmarc: `v=DMARC1; p=reject; sp=reject; np=reject; adkim=s; aspf=s; fo=1:d:s; psd=u; t=n; rua=mailto:r@${domain}; ruf=mailto:f@${domain}`,
    }),
  ],
  [
    'DMARC with the tags that RFC 9989 removed',
    ({ domain }) => ({
      dmarc: `v=DMARC1; p=reject; pct=100; rf=afrf; ri=86400; rua=mailto:r@${domain}`,
    }),
  ],
  [
    'DMARC reports over https',
    ({ domain }) => ({
      dmarc: `v=DMARC1; p=reject; rua=mailto:r@${domain},https://${domain}/dmarc`,
    }),
  ],
  [
    'DMARC reports to a stranger who agreed',
    ({ domain }) => ({
      dmarc: `v=DMARC1; p=reject; rua=mailto:a@stranger.example`,
      more: [
        '$ORIGIN stranger.example.',
        '@ SOA ns h 1 2 3 4 5',
        '@ MX 10 mx',
        'mx A 45.6.6.6',
        `${domain}._report._dmarc TXT "v=DMARC1"`,
      ],
    }),
  ],
  ['another text beside the DMARC record', ({ word }) => ({ more: [`_dmarc TXT "${word()} ${word()}"`] })],
  ['a DKIM key without a version', () => ({ dkim: `t=s; p=${RSA.get(2048) ?? ''}` })],
  [
    'a DKIM key with spaces in it',
    () => ({ dkim: `v=DKIM1; t=s; p=${(RSA.get(2048) ?? '').replaceAll(/(.{64})/g, '$1 ')}` }),
  ],
  [
    'a parked domain, with reports to somebody who agreed',
    ({ domain }) => ({
      mx: ['@ MX 0 .'],
      spf: 'v=spf1 -all',
      dmarc: 'v=DMARC1; p=reject; rua=mailto:a@stranger.example',
      dkim: null,
      tlsrpt: [],
      more: [
        '*._domainkey TXT "v=DKIM1; p="',
        '$ORIGIN stranger.example.',
        '@ SOA ns h 1 2 3 4 5',
        '@ MX 10 mx',
        `${domain}._report._dmarc TXT "v=DMARC1"`,
      ],
    }),
  ],
  ['TLS-RPT over https', ({ domain }) => ({ tlsrpt: [`_smtp._tls TXT "v=TLSRPTv1; rua=https://${domain}/tls"`] })],
  [
    'CAA with parameters and a private tag',
    () => ({
      more: [
        '@ CAA 0 issue "other.example; validationmethods=dns-01; accounturi=https://other.example/2"',
        '@ CAA 0 note "x"',
      ],
    }),
  ],
  ['a domain that declines a logo', () => ({ more: ['default._bimi TXT "v=BIMI1; l=; a=;"'] })],
];

for (const [index, [title, make]] of CONTROLS.entries()) {
  test(`no defect: ${title}`, async () => {
    const world = worldOf(SEED + 900_000 + index * 31);

    const found = await failuresOf(world, make(world), new Set(ALL_GROUPS));

    assert.deepEqual(found, [], world.domain);
  });
}

const ALL_GROUPS = ['spf', 'dkim', 'dmarc', 'mx', 'mtasts', 'tlsrpt', 'dane', 'bimi', 'dns'];

test('good domains of many names have none of these defects', async () => {
  for (let index = 0; index < 12; index += 1) {
    const world = worldOf(SEED + 500_000 + index);

    const found = await failuresOf(world, {}, new Set(ALL_GROUPS));

    assert.deepEqual(found, [], `seed ${String(SEED)}, ${world.domain}`);
  }
});
