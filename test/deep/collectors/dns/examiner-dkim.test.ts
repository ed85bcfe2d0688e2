/** DKIM keys as an outside examiner plants them: at the edge of a length, in another order, behind aliases. */
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { ed25519Key, examine, KEY, RSA, rsaKey, txt, type Case } from '../../../support/dns-examiner.ts';

const key = (record: string) => ({ dkim: record });
const tags = (text: string) => key(`v=DKIM1; t=s; ${text}; p=${RSA}`);
const at = (selector: string, record: string) => `${selector}._domainkey TXT ${txt(record)}`;
const other = (name: string, ...lines: readonly string[]) => [
  `$ORIGIN ${name}.`,
  '@ SOA ns h 1 7200 900 1209600 300',
  ...lines,
];

/** Two moduli with one prime in common. */
function twins(): readonly [string, string] {
  const number = (text = '') => BigInt(`0x${Buffer.from(text, 'base64url').toString('hex')}`);
  const text = (value: bigint) => {
    const hex = value.toString(16);
    return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex').toString('base64url');
  };
  const [one, two] = [0, 1].map(() => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    return createPrivateKey(privateKey.export({ format: 'pem', type: 'pkcs8' })).export({ format: 'jwk' });
  });
  const moduli = [number(one?.p) * number(one?.q), number(one?.p) * number(two?.q)];
  const [first = '', second = ''] = moduli.map((modulus) =>
    createPublicKey({ key: { kty: 'RSA', n: text(modulus), e: 'AQAB' }, format: 'jwk' })
      .export({ format: 'der', type: 'spki' })
      .toString('base64'),
  );
  return [first, second];
}

const [TWIN, OTHER_TWIN] = twins();
const BARE = Buffer.from(RSA, 'base64');
const PKCS1 = createPublicKey({ key: BARE, format: 'der', type: 'spki' })
  .export({ format: 'der', type: 'pkcs1' })
  .toString('base64');

const KEYS: readonly Case[] = [
  ['dkim.rsa.broken', '1016 bits', key(`v=DKIM1; t=s; p=${rsaKey(1016)}`), ['1016']],
  ['dkim.rsa.short', '1024 bits, without v and k', key(`t=s; p=${rsaKey(1024)}`), ['1024']],
  ['dkim.rsa.short', '2040 bits', key(`v=DKIM1; t=s; p=${rsaKey(2040)}`)],
  [
    '',
    '2048 bits as a bare RSAPublicKey, with white space',
    key(`v=DKIM1; t=s; p=${PKCS1.replaceAll(/(.{70})/g, '$1 \t')}`),
  ],
  ['', '3072 bits, unpadded', key(`v=DKIM1; t=s; p=${rsaKey(3072).replaceAll('=', '')}`)],
  ['dkim.rsa.odd_size', '4104 bits', key(`v=DKIM1; t=s; p=${rsaKey(4104)}`)],
  ['', '4096 bits', key(`v=DKIM1; t=s; p=${rsaKey(4096)}`)],
  ['dkim.rsa.exponent', 'the exponent 17', key(`v=DKIM1; t=s; p=${rsaKey(2048, 17)}`), ['17']],
  ['dkim.key.bad', 'a key cut in the middle', key(`v=DKIM1; t=s; p=${RSA.slice(0, 200)}`)],
  ['dkim.key.bad', 'base64url', key(`v=DKIM1; t=s; p=${RSA.slice(0, 100)}-_${RSA.slice(102)}`), ['base64']],
  [
    'dkim.key.bad',
    'an Ed25519 key as SubjectPublicKeyInfo',
    {
      more: [at('s2', `v=DKIM1; t=s; k=ed25519; p=MCowBQYDK2VwAyEA${ed25519Key()}`)],
    },
    ['32 octets'],
  ],
  ['dkim.key.bad', 'an RSA key said to be ECDSA', tags('k=ecdsa'), ['ecdsa']],
  ['dkim.ed25519.only', 'Ed25519 alone', key(`v=DKIM1; t=s; k=ed25519; p=${ed25519Key()}`)],
  ['', 'Ed25519 beside RSA', { more: [at('s2', `v=DKIM1; t=s; k=ED25519; p=${ed25519Key()}`)] }],
  ['dkim.key.missing', 'no p, with a note', key('v=DKIM1; t=s; k=rsa; n=soon')],
  ['dkim.key.revoked', 'an empty p in white space', key('v=DKIM1; t=s; p= \t')],
  ['', 'a revoked key under a known selector', { more: [at('s1', 'v=DKIM1; p=')] }],
  ['dkim.key.multi', 'a key and its follower', { more: [at('k7', `v=DKIM1; t=s; p=${rsaKey(2048)}`)] }],
  ['dkim.v', 'v at the end', key(`t=s; p=${RSA}; v=DKIM1`)],
  ['dkim.v', 'v in lower case', key(`v=dkim1; t=s; p=${RSA}`)],
  ['dkim.syntax dkim.v dkim.key.missing', 'commas for semicolons', key(`v=DKIM1, k=rsa, p=${RSA}`)],
  ['', 'white space round the version', key(`  v = DKIM1 ; t=s; p=${RSA}`)],
  ['dkim.test', 't=S:Y', key(`v=DKIM1; t=S:Y; p=${RSA}`)],
  ['dkim.t_s', 't with a word that nobody knows', key(`v=DKIM1; t=x; p=${RSA}`)],
  ['dkim.h', 'h=sha1 : md5', tags('h=sha1 : md5')],
  ['', 'h=SHA1:SHA256', tags('h=SHA1:SHA256')],
  ['dkim.s', 's=tlsrpt', tags('s=tlsrpt')],
  ['', 's=tlsrpt:Email', tags('s=tlsrpt : Email')],
  ['dkim.g', 'an empty g', tags('g=')],
  ['dkim.dup_tag', 'p twice, the same', key(`v=DKIM1; t=s; p=${RSA}; p=${RSA}`), ['p']],
  ['', 'tags that differ in case', tags('K=rsa')],
  ['dkim.syntax', 'two semicolons', key(`v=DKIM1;; t=s; p=${RSA}`), ['column 9']],
  ['dkim.syntax dkim.key.missing', 'a key without any tag', key(RSA)],
  ['dkim.syntax', 'a word without a value', tags('rsa'), ['"rsa"']],
  ['dkim.syntax', 'a tag name that begins with a digit', tags('2k=rsa')],
  ['', 'unknown tags and a note with an equals sign', tags('n=a=b; x_owner=team')],
  [
    'dkim.rsa.known_weak',
    'the key of RFC 8463 beside another',
    {
      more: [at('s2', 'v=DKIM1; t=s; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=')],
    },
    ['RFC 8463'],
  ],
  [
    'dkim.rsa.known_weak',
    'two keys with one prime',
    {
      dkim: `v=DKIM1; t=s; p=${TWIN}`,
      more: [at('s2', `v=DKIM1; t=s; p=${OTHER_TWIN}`)],
    },
    ['prime', 'k7'],
  ],
  ['dkim.shared', 'one key in two forms', { more: [at('mail', `v=DKIM1; t=s; p=${PKCS1}`)] }, ['k7 and mail']],
  [
    '',
    "one provider's key behind two aliases",
    {
      dkim: null,
      more: [
        'k7._domainkey CNAME one.haus.kontor.',
        's2._domainkey CNAME one.haus.kontor.',
        ...other('haus.kontor', `one TXT ${txt(KEY)}`),
      ],
    },
  ],
  [
    'dkim.age',
    'a selector of last year',
    { more: [at('20250801', `v=DKIM1; t=s; p=${rsaKey(2048)}`)], options: { selectors: ['k7', '20250801'] } },
  ],
  [
    '',
    'a selector of this year',
    { more: [at('s202603', `v=DKIM1; t=s; p=${rsaKey(2048)}`)], options: { selectors: ['k7', 's202603'] } },
  ],
];

const NAMES: readonly Case[] = [
  ['dkim.none_found dmarc.spf_only', 'no key', { dkim: null, options: { selectors: [] } }],
  [
    'dkim.none_found dmarc.spf_only',
    'a wildcard of revoked keys on a domain that sends',
    {
      dkim: null,
      options: { selectors: [] },
      more: [at('*', 'v=DKIM1; p=')],
    },
  ],
  ['dkim.wildcard', 'a wildcard of a good key', { more: [at('*', `v=DKIM1; t=s; p=${rsaKey(2048)}`)] }],
  ['', 'a wildcard of another text', { more: ['*._domainkey TXT "v=spf1 -all"'] }],
  [
    'dkim.cname.dangling',
    'an alias of an alias of a domain that nobody holds',
    {
      more: ['s1._domainkey CNAME s1.dkim.haus.kontor.', ...other('haus.kontor', 's1.dkim CNAME s1.verfallen.haus.')],
    },
  ],
  [
    'dkim.cname.broken',
    'an alias of nothing under a domain that stands',
    {
      more: ['s1._domainkey CNAME s1.dkim.haus.kontor.', ...other('haus.kontor', '@ A 62.54.1.1')],
    },
  ],
  [
    '',
    'an alias of an alias of a key',
    {
      more: [
        's1._domainkey CNAME s1.dkim.haus.kontor.',
        ...other('haus.kontor', 's1.dkim CNAME s9.dkim', `s9.dkim TXT ${txt(KEY.replace(RSA, rsaKey(2048)))}`),
      ],
    },
  ],
  [
    '',
    'a key under a long selector of several labels',
    {
      dkim: null,
      options: { selectors: ['News_2.mail'] },
      more: [at('news_2.mail', KEY)],
    },
  ],
];

examine([...KEYS, ...NAMES]);
