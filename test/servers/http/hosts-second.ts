/** The farm, second part: hosts as somebody else would write them, after the first part had passed. */
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { GOOD_HEADERS, goodHandlers, page, paths, redirect, type Reply, response } from '../../../src/lab/http.ts';
import {
  body,
  contact,
  cookie,
  cors,
  csp,
  drop,
  expires,
  good,
  headers,
  type Host,
  http,
  https,
  own,
  put,
  SAFE,
  SECTXT,
  sectxt,
} from './hosts.ts';

const hsts = (name: string, value: string, rest: Partial<Host> = {}): Host =>
  headers(`${name}.test`, put(`Strict-Transport-Security: ${value}`), rest);

const INVALID: Partial<Host> = { fails: ['http.hsts.invalid'] };

/** A good host whose first page is these literal bytes. */
const raw = (name: string, bytes: string | Uint8Array, rest: Partial<Host> = {}): Host => ({
  name,
  ...goodHandlers(name, { replies: { '/': bytes } }),
  ...rest,
});

const HEAD = `HTTP/1.1 200 OK\r\n${GOOD_HEADERS.join('\r\n')}\r\n`;
const HTML = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Lab</title>';
const bytesPage = (bytes: Uint8Array, lines: readonly string[] = GOOD_HEADERS): Uint8Array =>
  Buffer.concat([
    Buffer.from(
      `HTTP/1.1 200 OK\r\n${lines.join('\r\n')}\r\nContent-Length: ${String(bytes.length)}\r\nConnection: close\r\n\r\n`,
    ),
    bytes,
  ]);
const coded = (coding: string, bytes: Uint8Array): Uint8Array =>
  bytesPage(bytes, [...GOOD_HEADERS, `Content-Encoding: ${coding}`]);
const chunks = (text: string): string => `${HEAD}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n${text}`;
const ACTIVE =
  '<script src="http://cdn.example/a.js" integrity="sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" crossorigin></script>';

/** Answers on an open connection once, and never again. */
const once =
  (reply: Reply): Reply =>
  (socket) => {
    if (typeof reply === 'string') socket.write(reply.replace('Connection: close\r\n', ''), 'latin1');
  };

export const SECOND: readonly Host[] = [
  // HSTS: what other browsers' cases are made of
  hsts('h-quoted', 'max-age="31536000"; includeSubDomains'),
  hsts('h-escaped', 'max-age="\\3\\1536000"; includeSubDomains'),
  hsts('h-tabs', '\t max-age\t=\t31536000\t;\tincludeSubDomains\t'),
  hsts('h-case', 'MAX-AGE=31536000;INCLUDESUBDOMAINS'),
  hsts('h-huge', 'max-age=99999999999999999999999999; includeSubDomains'),
  hsts('h-zeros', 'max-age=000000031536000; includeSubDomains'),
  hsts('h-semicolons', ';;; max-age=31536000 ;; includeSubDomains;;'),
  hsts('h-unknown', 'max-age=31536000; includeSubDomains; report-uri="https://x.example/a;b,c"; x=y'),
  hsts('h-order', 'includeSubDomains; max-age=31536000'),
  hsts('h-two', 'max-age=31536000; max-age=31536000; includeSubDomains', INVALID),
  hsts('h-twosubs', 'max-age=31536000; includeSubDomains; INCLUDESUBDOMAINS', INVALID),
  hsts('h-twounknown', 'max-age=31536000; a=1; A=2', INVALID),
  hsts('h-subvalue', 'max-age=31536000; includeSubDomains=true', INVALID),
  hsts('h-subempty', 'max-age=31536000; includeSubDomains=', INVALID),
  hsts('h-negative', 'max-age=-31536000', INVALID),
  hsts('h-plus', 'max-age=+31536000', INVALID),
  hsts('h-fraction', 'max-age=31536000.0', INVALID),
  hsts('h-hex', 'max-age=0x1E13380', INVALID),
  hsts('h-exponent', 'max-age=3e7', INVALID),
  hsts('h-single', "max-age='31536000'", INVALID),
  hsts('h-halfquote', 'max-age="31536000', INVALID),
  hsts('h-trailing', 'max-age="31536000"x', INVALID),
  hsts('h-spaced', 'max-age=31 536000', INVALID),
  hsts('h-noage', 'includeSubDomains; preload', INVALID),
  hsts('h-empty', '', INVALID),
  hsts('h-junk', 'maxage=31536000', INVALID),
  hsts('h-colon', 'max-age: 31536000', INVALID),
  hsts('h-bytes', 'max-age=\xb9\xb2\xb3', INVALID),
  hsts('h-emptyunknown', 'max-age=31536000; foo=', INVALID),
  hsts('h-badtoken', 'max-age=31536000; a@b', INVALID),
  headers('h-same.test', [...GOOD_HEADERS, 'strict-transport-security: max-age=31536000; includeSubDomains'], {
    fails: ['http.hsts.duplicate-header'],
  }),
  headers(
    'h-badfirst.test',
    [
      ...drop('strict-transport-security'),
      'Strict-Transport-Security: junk',
      'Strict-Transport-Security: max-age=31536000; includeSubDomains',
    ],
    { fails: ['http.hsts.invalid', 'http.hsts.duplicate-header'] },
  ),
  // the header comes only after the redirect
  https('later.test', paths({ '/': redirect('/home'), '/home': page(), [SECTXT]: response('404 Not Found', SAFE) }), {
    fails: ['http.hsts.missing', 'sectxt.missing'],
  }),
  // and only in a trailer, which nobody reads as a header
  raw(
    'trailer.test',
    `HTTP/1.1 200 OK\r\n${drop('strict-transport-security').join('\r\n')}\r\nTransfer-Encoding: chunked\r\nTrailer: Strict-Transport-Security\r\nConnection: close\r\n\r\n5\r\nhello\r\n0\r\nStrict-Transport-Security: max-age=31536000\r\n\r\n`,
    { fails: ['http.hsts.missing'] },
  ),
  // redirects
  http('upper.test', ({ path }) => redirect(`HTTPS://UPPER.TEST${path}`)),
  http('port443.test', ({ host, path }) => redirect(`https://${host}:443${path}`)),
  http('three08.test', ({ host, path }) => redirect(`https://${host}${path}`, [], '308 Permanent Redirect')),
  http('protocolless.test', ({ host }) => redirect(`//${host}/`), {
    loose: { fails: ['http.redirect.missing', 'http.redirect.loop'] },
  }),
  http('dotted.test', ({ host }) => redirect(`https://${host}./`), {
    loose: { fails: ['http.redirect.first-hop-offhost'] },
  }),
  http('samelocation.test', ({ host }) => redirect(`https://${host}/`, [`Location: https://${host}/`])),
  http('two-oh-four.test', () => response('204 No Content', []), { fails: ['http.redirect.missing'] }),
  http('forbidden80.test', () => response('403 Forbidden', ['Content-Type: text/plain'], 'no'), {
    fails: ['http.redirect.missing'],
  }),
  http('scriptscheme.test', () => redirect('javascript:alert(1)'), { loose: { fails: ['http.redirect.missing'] } }),
  https('backandforth.test', ({ path, host }) => redirect(path === '/' ? '/b' : `https://${host}/`, SAFE), {
    loose: { fails: ['http.redirect.loop'] },
  }),
  // encodings and markup
  raw(
    'utf16.test',
    bytesPage(
      Buffer.from(`\uFEFF<!doctype html><title>x</title>${ACTIVE}`, 'utf16le'),
      put('Content-Type: text/html; charset=utf-16'),
    ),
    { loose: { fails: ['http.page.mixed-active'] } },
  ),
  raw(
    'utf16mark.test',
    bytesPage(Buffer.from(`\uFEFF<!doctype html>${ACTIVE}`, 'utf16le').swap16(), put('Content-Type: text/html')),
    { loose: { fails: ['http.page.mixed-active'] } },
  ),
  raw(
    'sjis.test',
    bytesPage(
      Buffer.concat([
        Buffer.from('<!doctype html><title>'),
        Buffer.from([0x93, 0xfa, 0x96, 0x7b]),
        Buffer.from('</title>'),
      ]),
      put('Content-Type: text/html; charset=Shift_JIS'),
    ),
  ),
  raw(
    'notcharset.test',
    bytesPage(Buffer.from(`${HTML}${ACTIVE}`), put('Content-Type: text/html; charset=no-such-thing')),
    { loose: { fails: ['http.page.mixed-active'] } },
  ),
  raw(
    'xhtml.test',
    bytesPage(
      Buffer.from(
        `<html xmlns="http://www.w3.org/1999/xhtml"><head><title/><script src="/a.js"/></head>${ACTIVE}</html>`,
      ),
      put('Content-Type: application/xhtml+xml; charset=utf-8'),
    ),
    { fails: ['http.page.mixed-active'] },
  ),
  body('brokenurl.test', ACTIVE.replace('http:', 'ht\ntp:'), { fails: ['http.page.mixed-active'] }),
  body('spacedurl.test', ACTIVE.replace('http:', ' \thttp:'), { fails: ['http.page.mixed-active'] }),
  body('entity.test', ACTIVE.replace('http:', '&#104;ttp&colon;'), { fails: ['http.page.mixed-active'] }),
  body('shout.test', '<IMG SRC=HTTP://cdn.example/a.png>', { fails: ['http.page.mixed-passive'] }),
  body('srcset.test', '<img srcset="/a.png 1x, http://cdn.example/b.png 2x">', { fails: ['http.page.mixed-passive'] }),
  body('commented.test', `<!-- ${ACTIVE} --><textarea>${ACTIVE}</textarea><title>${ACTIVE}</title>`),
  body('cssimport.test', '<style>p{} @import url("http://cdn.example/a.css");</style>', {
    fails: ['http.page.mixed-active'],
  }),
  body('otherbase.test', '<base href="https://cdn.example/"><script src="a.js"></script>', {
    fails: ['http.page.sri-missing'],
  }),
  body('formaction.test', '<form action="/x"><button formaction="http://formaction.test/y">Go</button></form>', {
    fails: ['http.page.form-http'],
  }),
  body(
    'sha1.test',
    '<script src="https://cdn.example/a.js" integrity="sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=" crossorigin></script>',
    {
      fails: ['http.page.sri-invalid'],
    },
  ),
  body('deepnest.test', '<b>'.repeat(30_000), {
    loose: { notPass: ['http.page.mixed-active'], notFail: ['http.csp.missing'] },
  }),
  body('openscript.test', `<script>/* never closed ${ACTIVE}`),
  // codings
  raw('gzip.test', coded('gzip', gzipSync(`${HTML}${ACTIVE}`)), { loose: { fails: ['http.page.mixed-active'] } }),
  raw('brotli.test', coded('br', brotliCompressSync(`${HTML}${ACTIVE}`)), {
    loose: { fails: ['http.page.mixed-active'] },
  }),
  raw('brbomb.test', coded('br', brotliCompressSync(Buffer.alloc(64 * 1024 * 1024, '<b>'))), {
    loose: { notPass: ['http.page.mixed-active'], notFail: ['http.hsts.missing'] },
  }),
  raw('zstdbomb.test', coded('zstd', zstdCompressSync(Buffer.alloc(64 * 1024 * 1024, '<b>'))), {
    loose: { notPass: ['http.page.mixed-active'], notFail: ['http.hsts.missing'] },
  }),
  raw('stacked.test', coded('gzip, gzip, gzip, gzip', Buffer.from(HTML)), {
    loose: { notPass: ['http.page.mixed-active'], notFail: ['http.hsts.missing'] },
  }),
  raw('strange.test', coded('compress', Buffer.from(ACTIVE)), {
    loose: { notPass: ['http.page.mixed-active', 'http.page.form-http'], notFail: ['http.hsts.missing'] },
  }),
  raw('notgzip.test', coded('gzip', Buffer.from(HTML)), {
    loose: { fails: ['http.header.malformed'], notPass: ['http.page.mixed-active'], notFail: ['http.hsts.missing'] },
  }),
  raw('notmodified.test', response('304 Not Modified', GOOD_HEADERS), {
    loose: { notPass: ['http.page.mixed-active', 'http.csp.missing'], notFail: ['http.hsts.missing'] },
  }),
  raw('partial.test', response('206 Partial Content', GOOD_HEADERS, '<p>'), {
    loose: { notPass: ['http.page.mixed-active'], notFail: ['http.hsts.missing'] },
  }),
  {
    name: 'mta-sts.policy.test',
    ...goodHandlers('mta-sts.policy.test', {
      replies: {
        '/.well-known/mta-sts.txt': response(
          '200 OK',
          ['Content-Type: text/plain', ...SAFE],
          'version: STSv1\nmode: enforce\n',
        ),
      },
    }),
    loose: { notFail: ['wellknown.mta-sts-here'] },
  },
  // framing
  raw('chunked.test', chunks(`${HTML.length.toString(16)};a=b\r\n${HTML}\r\n0\r\n\r\n`)),
  raw('badchunk.test', chunks(`5\r\nhello\r\nzz\r\n`), {
    loose: { fails: ['http.header.malformed'], notPass: ['http.page.mixed-active'], notFail: ['http.hsts.missing'] },
  }),
  raw('hugechunk.test', chunks(`ffffffffffffffffff\r\nhello`), {
    loose: { fails: ['http.header.malformed'], notPass: ['http.page.mixed-active'] },
  }),
  raw('cutchunk.test', chunks('5\r\nhel'), {
    loose: { notPass: ['http.page.mixed-active'], notFail: ['http.hsts.missing', 'http.page.mixed-active'] },
  }),
  raw('shortbody.test', `${HEAD}Content-Length: 5000\r\nConnection: close\r\n\r\n${HTML}`, {
    loose: { notPass: ['http.page.mixed-active'], notFail: ['http.hsts.missing', 'http.page.mixed-active'] },
  }),
  raw('longbody.test', `${HEAD}Content-Length: ${String(HTML.length)}\r\nConnection: close\r\n\r\n${HTML}${ACTIVE}`, {
    loose: { notFail: ['http.hsts.missing', 'http.page.mixed-active'] },
  }),
  raw('negative.test', `${HEAD}Content-Length: -1\r\n\r\n${HTML}`, {
    loose: { fails: ['http.header.malformed'], notPass: ['http.hsts.missing'], notFail: ['http.hsts.missing'] },
  }),
  raw('folded.test', `${HEAD}X-Long: a\r\n b\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, {
    loose: { notFail: ['http.hsts.missing'] },
  }),
  raw('version.test', HEAD.replace('HTTP/1.1', 'HTTP/7.3') + '\r\n', {
    loose: { fails: ['http.header.malformed'], notFail: ['http.hsts.missing'], notPass: ['http.page.mixed-active'] },
  }),
  raw('noreason.test', page().replace('200 OK', '200')),
  raw('http10.test', `${HEAD.replace('HTTP/1.1', 'HTTP/1.0')}\r\n${HTML}`),
  // a header that a visitor could have injected stands in the body, behind what looks like the end of a response
  raw(
    'split.test',
    page(drop('strict-transport-security')).replace('Connection: close\r\n', '') +
      response('200 OK', ['Strict-Transport-Security: max-age=31536000', 'Set-Cookie: sid=1']),
    { loose: { fails: ['http.hsts.missing'], notFail: ['http.cookie.secure'] } },
  ),
  // keeps the connection and forgets the client
  {
    ...good('forgetful.test'),
    https: (request) => once(goodHandlers('forgetful.test').https(request)),
  },
  // headers
  headers('r-last.test', put('Referrer-Policy: unsafe-url, strict-origin')),
  headers('r-worse.test', put('Referrer-Policy: strict-origin, unsafe-url'), {
    fails: ['http.header.referrer-unsafe'],
  }),
  headers('r-new.test', put('Referrer-Policy: no-referrer, some-future-policy')),
  headers('x-twice.test', put('X-Content-Type-Options: nosniff, nosniff')),
  headers('x-second.test', put('X-Content-Type-Options: none, nosniff'), { fails: ['http.header.xcto-missing'] }),
  headers('x-dash.test', put('X-Content-Type-Options: no-sniff'), { fails: ['http.header.xcto-missing'] }),
  headers('f-twice.test', put('X-Frame-Options: DENY, deny')),
  headers('f-two.test', put('X-Frame-Options: DENY, SAMEORIGIN'), { fails: ['http.header.xfo-conflict'] }),
  headers('typeless.test', drop('content-type'), { fails: ['http.header.content-type-missing'] }),
  headers('typestwice.test', [...GOOD_HEADERS, 'Content-Type: text/plain'], {
    loose: { fails: ['http.header.duplicate'] },
  }),
  headers('altsvcgood.test', [...GOOD_HEADERS, 'Alt-Svc: h3=":443"; ma=86400, h2=":443"']),
  headers('altsvcother.test', [...GOOD_HEADERS, 'Alt-Svc: h3="other.example:443"'], {
    informs: ['http.header.alt-svc'],
  }),
  headers('inner.test', [...GOOD_HEADERS, 'Via: 1.1 proxy.corp.internal (squid)'], { fails: ['http.header.leak'] }),
  headers('versioned.test', [...GOOD_HEADERS, 'Server: nginx/1.25.3'], { fails: ['http.header.leak'] }),
  headers('unversioned.test', [...GOOD_HEADERS, 'Server: nginx']),
  headers('xss0.test', [...GOOD_HEADERS, 'X-XSS-Protection: 0']),
  headers('xss1.test', [...GOOD_HEADERS, 'X-XSS-Protection: 1; mode=block'], { informs: ['http.header.dead'] }),
  // cookies
  cookie('c-good.test', ['SID=x; SECURE; httponly; samesite=LAX; path=/']),
  cookie('c-last.test', ['sid=x; Secure; HttpOnly; SameSite=Bogus; SameSite=Strict']),
  cookie('c-hostcase.test', ['__HOST-sid=x; Secure; HttpOnly; SameSite=Lax; Path=/app'], {
    fails: ['http.cookie.prefix-host'],
  }),
  cookie('c-noneinsecure.test', ['pref=x; SameSite=None'], {
    fails: ['http.cookie.samesite-none-insecure', 'http.cookie.secure-other'],
  }),
  cookie('c-public.test', ['sid=x; Secure; HttpOnly; SameSite=Lax', 'other=1; Secure'].slice(0, 1), {
    fails: ['http.header.cache-cookie'],
    https: paths(
      {
        '/': page([
          ...GOOD_HEADERS,
          'Cache-Control: public, max-age=60',
          'Set-Cookie: sid=x; Secure; HttpOnly; SameSite=Lax',
        ]),
        [SECTXT]: response(
          '200 OK',
          ['Content-Type: text/plain', ...SAFE],
          `${contact}\n${expires(90)}\n${own('c-public.test')}\n`,
        ),
      },
      response('404 Not Found', SAFE),
    ),
  }),
  cookie('c-csrf.test', ['csrftoken=x; Secure; SameSite=Lax']),
  cookie('c-cloud.test', ['AWSALB=x; Path=/; Secure', '__cf_bm=x; Secure; HttpOnly; SameSite=None']),
  // CORS
  {
    ...good('corsfirst.test'),
    https: (request) => cors(request, (origin) => (origin.startsWith('https://corsfirst.test') ? origin : undefined)),
    loose: { fails: ['http.header.cors-suffix'], notFail: ['http.header.cors-reflect', 'http.header.cors-null'] },
  },
  {
    ...good('corsword.test'),
    https: (request) => cors(request, (origin) => (/^https:\/\/\w*corsword\.test$/.test(origin) ? origin : undefined)),
    loose: { fails: ['http.header.cors-suffix'], notFail: ['http.header.cors-reflect'] },
  },
  {
    ...good('corshttp.test'),
    https: (request) => cors(request, (origin) => (/^https?:\/\/corshttp\.test$/.test(origin) ? origin : undefined)),
    loose: {
      fails: ['http.header.cors-http-origin'],
      notFail: ['http.header.cors-suffix', 'http.header.cors-reflect'],
    },
  },
  {
    ...good('corsown.test'),
    https: (request) =>
      cors(request, (origin) => (/^https:\/\/(?:[a-z]+\.)?corsown\.test$/.test(origin) ? origin : undefined)),
    loose: {
      notFail: [
        'http.header.cors-suffix',
        'http.header.cors-reflect',
        'http.header.cors-null',
        'http.header.cors-http-origin',
      ],
    },
  },
  // policies
  csp(
    'p-two.test',
    [
      "default-src 'self' 'unsafe-inline'",
      "script-src 'none'; object-src 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
    ],
    {
      informs: ['http.csp.multiple', 'http.csp.unsafe-inline-style'],
    },
  ),
  csp('p-star.test', ['default-src *'], {
    loose: { fails: ['http.csp.wildcard'], notPass: ['http.csp.form-action'] },
  }),
  csp('p-unquoted.test', ['default-src self'], { loose: { fails: ['http.csp.unknown-directive'] } }),
  csp(
    'p-ignored.test',
    [
      "script-src 'nonce-MDEyMzQ1Njc4OWFiY2RlZg==' 'unsafe-inline' 'strict-dynamic' https:; object-src 'none'; base-uri 'none'",
    ],
    {
      loose: { notFail: ['http.csp.unsafe-inline', 'http.csp.wildcard'], fails: ['http.csp.nonce-reused'] },
    },
  ),
  // security.txt
  sectxt('s-crlf.test', [`# hello\r`, `\r`, `${contact}\r`, `${expires(90)}\r`, `${own('s-crlf.test')}\r`]),
  sectxt('s-case.test', [
    contact.replace('Contact', 'CONTACT'),
    expires(90).replace('Expires', 'expires'),
    own('s-case.test'),
  ]),
  sectxt('s-script.test', ['Contact: javascript:alert(1)', expires(90)], { fails: ['sectxt.contact-invalid'] }),
  sectxt('s-space.test', ['Contact: mailto: a@good.test', expires(90)], { fails: ['sectxt.contact-invalid'] }),
  sectxt('s-bare.test', ['Contact: security@good.test', expires(90)], { fails: ['sectxt.contact-invalid'] }),
  sectxt('s-dateonly.test', [contact, 'Expires: 2099-01-01'], { fails: ['sectxt.expires-invalid'] }),
  sectxt('s-other.test', [contact, expires(90), own('good.test')], { fails: ['sectxt.canonical-mismatch'] }),
  sectxt('s-http.test', ['Contact: http://good.test/report', expires(90)], {
    fails: ['sectxt.contact-http'],
  }),
  https(
    's-echo.test',
    ({ path }) =>
      path === '/' ? page() : response('200 OK', ['Content-Type: text/plain', ...SAFE], `no such file: ${path}`),
    { loose: { fails: ['sectxt.missing', 'wellknown.soft404'], notPass: ['sectxt.contact-missing'] } },
  ),
  https(
    's-detour.test',
    ({ path, host }) =>
      path === '/'
        ? page()
        : path === SECTXT
          ? redirect(`http://${host}/security.txt`, SAFE)
          : response('404 Not Found', SAFE),
    {
      http: ({ path, host }) =>
        path === '/security.txt'
          ? response('200 OK', ['Content-Type: text/plain'], `${contact}\n${expires(90)}\n`)
          : redirect(`https://${host}${path}`),
      loose: { fails: ['sectxt.no-https'] },
    },
  ),
];
