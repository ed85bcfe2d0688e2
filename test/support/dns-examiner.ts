/** One well-kept domain of the lab, changed in one place at a time: what of weight fails then that did not fail before. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { keyTag } from '../../src/collectors/dns/dnssec.ts';
import type { Misbehaviour } from '../../src/lab/dns.ts';
import { FaultError, type FaultCode } from '../../src/model/fault.ts';
import type { Hop, HopRequest } from '../../src/model/io.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { Message, Question } from '../../src/wire/dns/types.ts';
import { judgeDomain, type Judged } from './dns-verdicts.ts';

/** An internationalized name (börsenblick) under a suffix that no list knows. */
export const NAME = 'xn--brsenblick-ecb.kontor';

export function rsaKey(modulusLength: number, publicExponent = 65_537, type: 'spki' | 'pkcs1' = 'spki'): string {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength, publicExponent });
  return publicKey.export({ format: 'der', type }).toString('base64');
}

export function ed25519Key(): string {
  const { publicKey } = generateKeyPairSync('ed25519');
  return publicKey.export({ format: 'der', type: 'spki' }).subarray(12).toString('base64');
}

export const RSA = rsaKey(2048);
export const KEY = `v=DKIM1; k=rsa; t=s; p=${RSA}`;

/** TXT data in character strings of at most 255 octets. */
export function txt(value: string): string {
  return (value.match(/[^]{1,255}/g) ?? [''])
    .map((part) => `"${part.replaceAll(/["\\]/g, '\\$&').replaceAll(/[^\x20-\x7e]/g, octet)}"`)
    .join(' ');
}

const octet = (character: string) => `\\${String(character.charCodeAt(0)).padStart(3, '0')}`;

export const POLICY = ['version: STSv1', 'mode: enforce', `mx: *.post.${NAME}`, 'max_age: 1209600', ''].join('\r\n');
export const LOGO =
  '<?xml version="1.0"?><svg version="1.2" baseProfile="tiny-ps" viewBox="0 0 64 64" xmlns="http://www.w3.org/2000/svg"><title>b</title><path d="M0 0"/></svg>';

/** What a case changes. A part left out stays as it is, `null` takes it away. */
export interface Change {
  readonly spf?: string | null;
  readonly dmarc?: string | null;
  readonly dkim?: string | null;
  readonly mx?: readonly string[];
  readonly ns?: readonly string[];
  readonly caa?: readonly string[];
  readonly sts?: string | null;
  readonly tlsrpt?: readonly string[];
  readonly policy?: string;
  /** Instead of the policy or the logo, by the end of the URL. */
  readonly page?: (url: string) => Partial<Hop> | FaultCode | undefined;
  /** Lines of the zone, and of any other behind a `$ORIGIN`. */
  readonly more?: readonly string[];
  /** Lines left out: those that begin with one of these. */
  readonly without?: readonly string[];
  readonly domain?: string;
  readonly options?: JsonObject;
  /** A delegation signer with its key, and a resolver that vouches for every answer. */
  readonly signed?: boolean;
  /** Names whose answers carry AD; default: all where `signed`. */
  readonly authentic?: (name: string) => boolean;
  readonly misbehave?: (question: Question, transport: 'udp' | 'tcp', query: Message) => Misbehaviour | undefined;
}

const ZONE_KEY = Buffer.alloc(64, 9);
export const KEY_TAG = keyTag({ is: 'DNSKEY', flags: 257, protocol: 3, algorithm: 13, key: ZONE_KEY });
export const SIGNED: readonly string[] = [
  `@ DNSKEY 257 3 13 ${ZONE_KEY.toString('base64')}`,
  `@ DS ${String(KEY_TAG)} 13 2 ${'5c'.repeat(32)}`,
];

/** The zone-file lines of the domain with the change in it. */
export function linesOf(change: Change): string[] {
  const text = (name: string, value: string | null | undefined, usual: string) =>
    value === null ? [] : [`${name} TXT ${txt(value ?? usual)}`];
  const lines = [
    '$TTL 3600',
    '@ SOA ns.nord hostmaster 2026110407 14400 1800 2419200 1800',
    ...(change.ns ?? ['@ NS ns.nord', '@ NS ns.sued']),
    'ns.nord A 62.53.9.5',
    'ns.nord AAAA 2a01:4f0:9::5',
    'ns.sued A 95.216.40.5',
    'ns.sued AAAA 2a04:3540:40::5',
    '@ A 62.53.9.80',
    '@ AAAA 2a01:4f0:9::80',
    ...(change.mx ?? ['@ MX 10 a.post', '@ MX 20 b.post']),
    'a.post A 62.53.9.25',
    'a.post AAAA 2a01:4f0:9::25',
    'b.post A 95.216.40.25',
    'b.post AAAA 2a04:3540:40::25',
    'a.post TXT "v=spf1 a -all"',
    'b.post TXT "v=spf1 a -all"',
    ...text('@', change.spf, 'v=spf1 mx -all'),
    ...text('_dmarc', change.dmarc, `v=DMARC1; p=reject; rua=mailto:dmarc@${NAME}`),
    ...text('k7._domainkey', change.dkim, KEY),
    ...(change.caa ?? [
      '@ CAA 0 issue "ca.kontor;accounturi=https://ca.kontor/acct/11"',
      '@ CAA 0 issuewild ";"',
      '@ CAA 0 issuemail ";"',
      '@ CAA 0 issuevmc ";"',
      `@ CAA 0 iodef "mailto:caa@${NAME}"`,
    ]),
    ...(change.tlsrpt ?? [`_smtp._tls TXT "v=TLSRPTv1; rua=mailto:tls@${NAME}"`]),
    ...text('_mta-sts', change.sts, 'v=STSv1; id=20261104T0700'),
    'mta-sts A 62.53.9.81',
    ...(change.signed === true ? SIGNED : []),
  ];
  return [
    `$ORIGIN ${NAME}.`,
    ...lines.filter((line) => !(change.without ?? []).some((start) => line.startsWith(start))),
    '$ORIGIN 9.53.62.in-addr.arpa.',
    `25 PTR a.post.${NAME}.`,
    '$ORIGIN 40.216.95.in-addr.arpa.',
    `25 PTR b.post.${NAME}.`,
    '$ORIGIN ip6.arpa.',
    `5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.9.0.0.0.0.f.4.0.1.0.a.2 PTR a.post.${NAME}.`,
    `5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.4.0.0.0.4.5.3.4.0.a.2 PTR b.post.${NAME}.`,
    `$ORIGIN ${NAME}.`,
    ...(change.more ?? []),
  ];
}

export const PAGE: Hop = {
  url: '',
  method: 'GET',
  address: '62.53.9.81',
  port: 443,
  httpVersion: '1.1',
  status: 200,
  statusText: 'OK',
  headers: [['Content-Type', 'text/plain']],
  body: Buffer.from(POLICY),
  truncated: false,
  tls: { protocol: 'TLSv1.3', authorized: true, trustError: undefined },
  elapsedMs: 1,
};

function pageAt(url: string, change: Change): Promise<Hop> {
  const other = change.page?.(url);
  if (typeof other === 'string') return Promise.reject(new FaultError(other));
  const usual = url.endsWith('.txt') ? (change.policy ?? POLICY) : LOGO;
  return Promise.resolve({ ...PAGE, url, body: Buffer.from(usual), ...other });
}

export function judged(change: Change, group = ''): Promise<Judged> {
  const { misbehave, signed } = change;
  return judgeDomain(
    change.domain ?? NAME,
    {
      lines: linesOf(change),
      signed: change.authentic ?? (() => signed === true),
      fetch: ({ url }: HopRequest) => pageAt(url, change),
      ...(misbehave === undefined ? {} : { misbehave }),
    },
    { selectors: ['k7'], ...change.options },
    group,
  );
}

/** Checks of the severity low and above that fail. */
export function weighty({ verdicts }: Judged): string[] {
  const fails = verdicts.filter(({ status, severity }) => status === 'fail' && severity !== 'info');
  return [...new Set(fails.map(({ check }) => check))].sort();
}

/** The zone is unsigned unless a case signs it. */
const UNSIGNED = 'dns.dnssec.absent';

/** Ids that fail, divided by spaces; what the change is; the change; words that the messages of the first id must hold. */
export type Case = readonly [ids: string, title: string, change: Change, words?: readonly string[]];

/** Each change makes exactly these checks fail, of all groups; informational ones are compared where the case names them. */
export function examine(cases: readonly Case[]): void {
  for (const [ids, title, change, words] of cases) {
    test(`${ids === '' ? 'nothing' : ids}: ${title}`, async () => {
      const seen = await judged(change);
      const { verdicts, asked } = seen;

      const wanted = ids.split(' ').filter((id) => id !== '');
      const informational = wanted.filter((id) => verdicts.some((one) => one.check === id && one.severity === 'info'));
      const usual = change.signed === true || change.domain !== undefined ? [] : [UNSIGNED];
      assert.deepEqual(
        verdicts.filter(({ status }) => status === 'error').map(({ check, message }) => `${check}: ${message}`),
        [],
      );
      assert.deepEqual(
        weighty(seen),
        [...wanted.filter((id) => !informational.includes(id)), ...usual].sort(),
        seen.verdicts
          .filter(({ status, severity }) => status === 'fail' && severity !== 'info')
          .map(({ message }) => message)
          .join('\n'),
      );
      for (const id of informational) assert.ok(seen.fails.includes(id), `${id} is not among ${seen.fails.join(' ')}`);
      assert.ok(asked.length <= 300, `${String(asked.length)} questions`);
      const messages = verdicts.filter(({ check, status }) => check === wanted[0] && status === 'fail');
      for (const word of words ?? []) {
        assert.ok(
          messages.some(({ message }) => message.includes(word)),
          `${JSON.stringify(word)} is not in ${messages.map(({ message }) => message).join('\n')}`,
        );
      }
    });
  }
}
