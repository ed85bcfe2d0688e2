/** The farm: hosts that each do one thing wrong, and what exactly must come out of it. */
import { gzipSync } from 'node:zlib';
import type { Socket } from 'node:net';
import {
  GOOD_HEADERS,
  goodHandlers,
  goodSecurityTxt,
  type Handler,
  type LabSite,
  page,
  paths,
  redirect,
  type Reply,
  response,
  toHttps,
} from '../../../src/lab/http.ts';

export interface Host extends Pick<LabSite, 'name' | 'https' | 'http'> {
  /** Kind of certificate; default good. */
  readonly certificate?: 'good' | 'wrong-name' | 'expired' | 'self-signed';
  /** The checks that fail, and no other of severity low or above. */
  readonly fails?: readonly string[];
  /** The checks that fail with severity info, beyond those of the good host. */
  readonly informs?: readonly string[];
  /** The checks that could not tell; `all`: every one (but the manual). */
  readonly errors?: readonly string[] | 'all';
  /** Where the whole set does not matter: what must not pass, and what must not fail. */
  readonly loose?: {
    readonly notPass?: readonly string[];
    readonly notFail?: readonly string[];
    readonly fails?: readonly string[];
  };
}

const DAY = 86_400_000;
export const SECTXT = '/.well-known/security.txt';

export function drop(...names: readonly string[]): string[] {
  return GOOD_HEADERS.filter((line) => !names.some((name) => line.toLowerCase().startsWith(`${name}:`)));
}

export function put(...lines: readonly string[]): string[] {
  const names = lines.map((line) => line.slice(0, line.indexOf(':')).toLowerCase());
  return [...drop(...names), ...lines];
}

/** A good host with other headers on its page. */
export function headers(name: string, lines: readonly string[], rest: Partial<Host> = {}): Host {
  return { name, ...goodHandlers(name, { headers: lines }), ...rest };
}

export function body(name: string, markup: string, rest: Partial<Host> = {}): Host {
  return { name, ...goodHandlers(name, { replies: { '/': page(GOOD_HEADERS, markup) } }), ...rest };
}

export function csp(name: string, policies: readonly string[], rest: Partial<Host> = {}): Host {
  return headers(
    name,
    [...drop('content-security-policy'), ...policies.map((policy) => `Content-Security-Policy: ${policy}`)],
    rest,
  );
}

export function cookie(name: string, lines: readonly string[], rest: Partial<Host> = {}): Host {
  return headers(name, [...GOOD_HEADERS, ...lines.map((line) => `Set-Cookie: ${line}`)], rest);
}

export const SAFE = drop('content-type');

export function sectxt(
  name: string,
  lines: readonly string[],
  rest: Partial<Host> = {},
  type = 'text/plain; charset=utf-8',
): Host {
  const text = response(
    '200 OK',
    [`Content-Type: ${type}`, ...SAFE],
    lines.join('\n') + (lines.length > 0 ? '\n' : ''),
  );
  return { name, ...goodHandlers(name, { replies: { [SECTXT]: text } }), ...rest };
}

export const expires = (days: number): string => `Expires: ${new Date(Date.now() + days * DAY).toISOString()}`;
export const own = (name: string): string => `Canonical: https://${name}${SECTXT}`;
export const contact = 'Contact: https://good.test/report';

export const https = (name: string, handler: Handler, rest: Partial<Host> = {}): Host => ({
  name,
  https: handler,
  http: toHttps,
  ...rest,
});
export const http = (name: string, handler: Handler, rest: Partial<Host> = {}): Host => ({
  ...good(name),
  ...rest,
  http: handler,
});
export const good = (name: string): Host => ({ name, ...goodHandlers(name) });

/** Writes one byte after the other for as long as anybody listens. */
function drip(text: string, everyMs: number): Reply {
  return (socket: Socket) => {
    let at = 0;
    const timer = setInterval(() => {
      if (socket.destroyed || at >= text.length) {
        clearInterval(timer);
        return;
      }
      socket.write(text.charAt(at));
      at += 1;
    }, everyMs);
    socket.on('close', () => clearInterval(timer));
  };
}

/** Writes the same piece until nobody reads any more. */
export function flood(head: string, piece: string): Reply {
  return (socket: Socket) => {
    const chunk = Buffer.from(piece.repeat(Math.ceil(16_384 / piece.length)), 'latin1');
    const pump = (): void => {
      while (!socket.destroyed && socket.write(chunk)) {
        // the buffer of the socket decides when to pause
      }
    };
    socket.on('drain', pump);
    socket.write(head, 'latin1');
    pump();
  };
}

/** Hosts that lead into private ranges; no rule of `--connect-to` covers where. */
export const LURING: readonly Host[] = [
  'http://169.254.169.254/latest/meta-data/',
  'https://2130706433/',
  'https://[::1]/',
  'https://0x7f.1/',
  'http://[::ffff:10.0.0.1]/',
].map((target, index) => {
  const name = `lure${String(index)}.test`;
  return { ...good(name), https: paths({ '/': redirect(target, SAFE) }) };
});

const HSTS_ALL = ['http.hsts.not-everywhere'];
const POLICY =
  "default-src 'none'; script-src S; style-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'";
const script = (sources: string): string => POLICY.replace('S', () => sources);
const NONCE = "'nonce-MDEyMzQ1Njc4OWFiY2RlZg=='";

let counter = 0;
/** A nonce that no other response has. */
function freshNonce(): string {
  counter += 1;
  return `'nonce-${Buffer.from(`0123456789ab${String(counter).padStart(6, '0')}`).toString('base64')}'`;
}

export const HOSTS: readonly Host[] = [
  { name: 'good.test', ...goodHandlers('good.test', { replies: { '/report': page(), '/vdp': page() } }) },
  https('bare301.test', () => redirect('https://good.test/'), {
    fails: ['http.hsts.missing', 'sectxt.missing'],
  }),
  headers(
    'dup.test',
    [
      ...drop('strict-transport-security'),
      'Strict-Transport-Security: max-age=0',
      'Strict-Transport-Security: max-age=31536000',
    ],
    {
      fails: ['http.hsts.duplicate-header', 'http.hsts.zero'],
    },
  ),
  headers('garbage.test', put('Strict-Transport-Security: max-age=abc; includeSubDomains; preload'), {
    fails: ['http.hsts.invalid'],
  }),
  headers('spaces.test', put('Strict-Transport-Security: max-age = "31536000" ; includeSubDomains')),
  headers('comma.test', put('Strict-Transport-Security: max-age=31536000, includeSubDomains'), {
    fails: ['http.hsts.invalid'],
  }),
  headers('quotedzero.test', put('Strict-Transport-Security: max-age="0"'), { fails: ['http.hsts.zero'] }),
  headers('short.test', put('Strict-Transport-Security: max-age=300; includeSubDomains'), {
    fails: ['http.hsts.short'],
  }),
  headers('halfyear.test', put('Strict-Transport-Security: max-age=15552000'), {
    fails: ['http.hsts.under-year', 'http.hsts.no-subdomains'],
  }),
  headers('nohsts.test', drop('strict-transport-security'), { fails: ['http.hsts.missing'] }),
  {
    name: 'rootonly.test',
    ...goodHandlers('rootonly.test'),
    https: paths({
      '/': page(),
      [SECTXT]: response(
        '200 OK',
        ['Content-Type: text/plain'],
        `${contact}\n${expires(90)}\n${own('rootonly.test')}\n`,
      ),
    }),
    fails: HSTS_ALL,
  },
  http('offhost.test', () => redirect('https://good.test/'), { fails: ['http.redirect.first-hop-offhost'] }),
  http(
    'httphop.test',
    ({ host, path }) => (path === '/b' ? redirect(`https://${host}/`) : redirect(`http://${host}/b`)),
    {
      fails: ['http.redirect.first-hop-http'],
    },
  ),
  http('plain.test', () => page(['Content-Type: text/html; charset=utf-8']), { fails: ['http.redirect.missing'] }),
  http(
    'plainlogin.test',
    () => page(['Content-Type: text/html; charset=utf-8'], '<form><input type=password></form>'),
    {
      fails: ['http.redirect.missing', 'http.page.password-http'],
    },
  ),
  http(
    'refresh.test',
    () =>
      page(
        ['Content-Type: text/html; charset=utf-8'],
        '<meta http-equiv=refresh content="0; url=https://refresh.test/">',
      ),
    {
      fails: ['http.redirect.missing'],
      informs: ['http.redirect.body-scheme'],
    },
  ),
  http(
    'scripted.test',
    () =>
      page(['Content-Type: text/html; charset=utf-8'], "<script>window.location = 'https://scripted.test/'</script>"),
    {
      fails: ['http.redirect.missing'],
      informs: ['http.redirect.body-scheme'],
    },
  ),
  http('notfound80.test', () => response('404 Not Found', []), { fails: ['http.redirect.missing'] }),
  http('temporary.test', ({ host, path }) => redirect(`https://${host}${path}`, [], '302 Found'), {
    informs: ['http.redirect.temporary'],
  }),
  http(
    'hstsplain.test',
    ({ host, path }) => redirect(`https://${host}${path}`, ['Strict-Transport-Security: max-age=1']),
    {
      informs: ['http.hsts.over-http'],
    },
  ),
  http('silent80.test', () => () => undefined, {
    loose: {
      notPass: ['http.redirect.missing', 'http.hsts.over-http', 'http.redirect.loop'],
      notFail: ['http.redirect.missing', 'http.hsts.missing'],
    },
  }),
  http('queryleak.test', ({ path }) => redirect(`https://good.test${path}`), {
    fails: ['http.redirect.first-hop-offhost', 'http.redirect.query-leak'],
  }),
  {
    ...good('downgrade.test'),
    https: paths({ '/': redirect('http://downgrade.test/x', SAFE) }),
    http: () => page(['Content-Type: text/html; charset=utf-8']),
    loose: { fails: ['http.redirect.downgrade', 'http.redirect.missing'], notFail: ['http.hsts.missing'] },
  },
  https('loop.test', () => redirect('/', SAFE), {
    loose: {
      fails: ['http.redirect.loop', 'sectxt.missing'],
      notFail: ['http.hsts.missing', 'http.redirect.missing'],
      notPass: ['http.header.xfo-missing'],
    },
  }),
  https('longchain.test', ({ path }) => redirect(`/${String(Number(path.slice(1)) + 1)}`, SAFE), {
    loose: { fails: ['http.redirect.too-many'], notFail: ['http.redirect.loop'] },
  }),
  https(
    'tenhops.test',
    ({ path }) =>
      path === '/10'
        ? page()
        : path.startsWith('/.') || path.startsWith('/s')
          ? response('404 Not Found', SAFE)
          : redirect(`/${String(Number(path.slice(1)) + 1)}`, SAFE),
    {
      loose: { notFail: ['http.redirect.too-many', 'http.redirect.loop'] },
    },
  ),
  {
    ...good('nolocation.test'),
    https: paths({ '/': response('302 Found', SAFE) }),
    loose: { fails: ['http.redirect.bad-location'] },
  },
  {
    ...good('twolocations.test'),
    https: paths({ '/': response('302 Found', [...SAFE, 'Location: /a', 'Location: /b']), '/a': page() }),
    loose: { fails: ['http.redirect.bad-location'] },
  },
  {
    ...good('badlocation.test'),
    https: paths({ '/': response('302 Found', [...SAFE, 'Location: /a b']), '/a': page() }),
    loose: { fails: ['http.redirect.bad-location'] },
  },
  { ...good('wrongname.test'), certificate: 'wrong-name', fails: ['http.hsts.bad-tls', 'sectxt.bad-tls'] },
  { ...good('expired.test'), certificate: 'expired', fails: ['http.hsts.bad-tls', 'sectxt.bad-tls'] },
  { ...good('selfsigned.test'), certificate: 'self-signed', fails: ['http.hsts.bad-tls', 'sectxt.bad-tls'] },
  https('soft404.test', () => page(), {
    fails: ['sectxt.missing'],
    informs: ['wellknown.soft404'],
    loose: { fails: ['sectxt.missing', 'wellknown.soft404'], notPass: ['sectxt.contact-missing', 'sectxt.expired'] },
  }),
  https(
    'softtext.test',
    ({ path }) => (path === '/' ? page() : response('200 OK', ['Content-Type: text/plain', ...SAFE], 'not here')),
    {
      loose: { fails: ['sectxt.missing', 'wellknown.soft404'], notPass: ['sectxt.contact-missing', 'sectxt.expired'] },
    },
  ),
  https('err503.test', () => response('503 Service Unavailable', []), {
    loose: {
      fails: ['http.hsts.missing'],
      notPass: ['sectxt.missing', 'http.hsts.short'],
      notFail: ['sectxt.missing', 'http.csp.missing', 'http.header.xfo-missing'],
    },
  }),
  https('err503html.test', () => response('503 Service Unavailable', ['Content-Type: text/html'], '<h1>Busy</h1>'), {
    loose: { fails: ['http.hsts.missing', 'http.header.xfo-missing'], notFail: ['http.csp.missing'] },
  }),
  {
    name: 'dead.test',
    https: () => (socket) => socket.destroy(),
    http: () => (socket) => socket.destroy(),
    errors: 'all',
  },

  csp('nocsp.test', [], { fails: ['http.csp.missing'] }),
  csp('twopolicies.test', [`default-src * 'unsafe-inline' 'unsafe-eval' data:; object-src *`, script("'self'")], {
    informs: ['http.csp.multiple'],
  }),
  headers(
    'reportonly.test',
    [...drop('content-security-policy'), `Content-Security-Policy-Report-Only: ${script("'self'")}`],
    { fails: ['http.csp.missing', 'http.csp.report-only-only'] },
  ),
  csp('inline.test', [script("'self' 'unsafe-inline'")], { fails: ['http.csp.unsafe-inline'] }),
  csp('inlinenonce.test', [script(`'unsafe-inline' ${NONCE}`)], { fails: ['http.csp.nonce-reused'] }),
  https(
    'freshnonce.test',
    ({ path }) =>
      path === '/'
        ? page(put(`Content-Security-Policy: ${script(`'strict-dynamic' https: data: ${freshNonce()}`)}`))
        : response('404 Not Found', SAFE),
    { fails: ['sectxt.missing'] },
  ),
  csp('shortnonce.test', [script("'nonce-YWJj'")], { fails: ['http.csp.nonce-short', 'http.csp.nonce-reused'] }),
  csp('eval.test', [script("'self' 'unsafe-eval'")], { fails: ['http.csp.unsafe-eval'] }),
  csp('wild.test', [script('https:')], { fails: ['http.csp.wildcard'] }),
  csp('tldwild.test', [script('*.com')], { fails: ['http.csp.wildcard'] }),
  csp('datauri.test', [script("'self' data:")], { fails: ['http.csp.data-uri'] }),
  csp('httpsource.test', [script("'self' http://cdn.test")], { fails: ['http.csp.http-source'] }),
  csp('ipsource.test', [script("'self' 192.0.2.7")], { fails: ['http.csp.ip-source'] }),
  csp('jsonp.test', [script("'self' www.google-analytics.com accounts.google.com")], {
    fails: ['http.csp.bypass-host'],
  }),
  csp('barekeyword.test', [script('self')], { fails: ['http.csp.unknown-directive'] }),
  csp('misspelt.test', [`${script("'self'")}; scirpt-src 'self'`], { fails: ['http.csp.unknown-directive'] }),
  csp('dupdirective.test', [`${script("'self'")}; script-src *`], { fails: ['http.csp.dup-directive'] }),
  csp('oldcsp.test', [`${script("'self'")}; block-all-mixed-content`], { informs: ['http.csp.deprecated'] }),
  csp('invalidsource.test', [script("'self' 'slef'")], { fails: ['http.csp.invalid-chars'] }),
  csp(
    'onlyframe.test',
    [
      "frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'; require-trusted-types-for 'script'",
    ],
    { fails: ['http.csp.no-script-src'] },
  ),
  csp('dynamicalone.test', [script("'strict-dynamic'")], { fails: ['http.csp.strict-dynamic-no-nonce'] }),
  csp('nobase.test', [script(NONCE).replace("base-uri 'none'; ", '')], {
    fails: ['http.csp.base-uri', 'http.csp.nonce-reused'],
  }),
  {
    ...body('metacsp.test', ''),
    ...goodHandlers('metacsp.test', {
      replies: {
        '/': page(
          drop('content-security-policy', 'x-frame-options'),
          `<meta http-equiv="Content-Security-Policy" content="${script("'self'")}">`,
        ),
      },
    }),
    fails: ['http.csp.meta-ignored', 'http.header.xfo-missing'],
    informs: ['http.csp.frame-ancestors'],
  },
  // Policies that no browser reads: not in the head, not for one that runs scripts, nothing in it that counts there
  ...[
    ['bodycsp.test', `<p>Hello<meta http-equiv="Content-Security-Policy" content="${script("'self'")}">`],
    [
      'noscriptcsp.test',
      `<noscript><meta http-equiv="Content-Security-Policy" content="${script("'self'")}"></noscript>`,
    ],
    [
      'templatecsp.test',
      `<template><meta http-equiv="Content-Security-Policy" content="${script("'self'")}"></template>`,
    ],
    ['framecsp.test', `<meta http-equiv="Content-Security-Policy" content="frame-ancestors 'none'; sandbox">`],
  ].map(([name = '', markup = '']): Host => ({
    ...body(name, ''),
    ...goodHandlers(name, { replies: { '/': page(drop('content-security-policy', 'x-frame-options'), markup) } }),
    fails: ['http.csp.missing', 'http.header.xfo-missing'],
  })),

  headers(
    'noxfo.test',
    put(
      "Content-Security-Policy: default-src 'none'; base-uri 'none'; form-action 'self'; require-trusted-types-for 'script'",
    ).filter((line) => !line.startsWith('X-Frame')),
    { fails: ['http.header.xfo-missing'], informs: ['http.csp.frame-ancestors'] },
  ),
  headers('xfoconflict.test', [...GOOD_HEADERS, 'X-Frame-Options: SAMEORIGIN'], {
    fails: ['http.header.xfo-conflict'],
  }),
  headers('allowfrom.test', put('X-Frame-Options: ALLOW-FROM https://good.test'), {
    fails: ['http.header.xfo-allow-from'],
  }),
  headers('sniff.test', put('X-Content-Type-Options: none, nosniff'), { fails: ['http.header.xcto-missing'] }),
  headers('referrer.test', put('Referrer-Policy: no-referrer, unsafe-url, no-such-token'), {
    fails: ['http.header.referrer-unsafe'],
  }),
  headers('referrerbad.test', put("Referrer-Policy: 'none'"), { fails: ['http.header.referrer-invalid'] }),
  headers('permissions.test', put("Permissions-Policy: camera 'none'"), { fails: ['http.header.permissions-syntax'] }),
  headers(
    'coop.test',
    put(
      'Cross-Origin-Opener-Policy: "same-origin"',
      'Cross-Origin-Embedder-Policy: yes',
      'Cross-Origin-Resource-Policy: none',
    ),
    {
      fails: ['http.header.coop-invalid', 'http.header.coep-invalid', 'http.header.corp-invalid'],
    },
  ),
  headers('leaky.test', [...GOOD_HEADERS, 'Server: nginx/1.18.0', 'X-Powered-By: PHP/7.4', 'Via: 1.1 proxy.internal'], {
    fails: ['http.header.leak'],
  }),
  headers('dead-headers.test', [...GOOD_HEADERS, 'X-XSS-Protection: 1; mode=block', 'Expect-CT: max-age=0'], {
    informs: ['http.header.dead'],
  }),
  headers('xss-off.test', [
    ...GOOD_HEADERS,
    'X-XSS-Protection: 0',
    'Server: cloudflare',
    'Alt-Svc: h3=":443"; ma=86400',
  ]),
  headers('altsvc.test', [...GOOD_HEADERS, 'Alt-Svc: h3="other.test:443"'], { informs: ['http.header.alt-svc'] }),
  headers('twotypes.test', [...GOOD_HEADERS, 'ETag: "a"', 'ETag: "b"'], { fails: ['http.header.duplicate'] }),
  {
    ...good('nocharset.test'),
    ...goodHandlers('nocharset.test', {
      replies: { '/': response('200 OK', put('Content-Type: text/html'), '<!doctype html><title>x</title>') },
    }),
    fails: ['http.header.content-type-missing'],
  },
  {
    ...good('corsreflect.test'),
    https: (request) => cors(request, (origin) => origin),
    loose: {
      fails: [
        'http.header.cors-reflect',
        'http.header.cors-null',
        'http.header.cors-suffix',
        'http.header.cors-http-origin',
      ],
    },
  },
  {
    ...good('corsnull.test'),
    https: (request) => cors(request, (origin) => (origin === 'null' ? origin : undefined)),
    loose: { fails: ['http.header.cors-null'], notFail: ['http.header.cors-reflect', 'http.header.cors-suffix'] },
  },
  {
    ...good('corsend.test'),
    https: (request) =>
      cors(request, (origin) => (origin.endsWith('corsend.test') && origin.startsWith('https:') ? origin : undefined)),
    loose: {
      fails: ['http.header.cors-suffix'],
      notFail: ['http.header.cors-reflect', 'http.header.cors-null', 'http.header.cors-http-origin'],
    },
  },
  {
    ...good('corsstar.test'),
    https: (request) => cors(request, () => '*'),
    loose: { fails: ['http.header.cors-wildcard-credentials'], notFail: ['http.header.cors-reflect'] },
  },
  {
    ...good('headonly.test'),
    https: (request) =>
      request.method === 'HEAD'
        ? response('200 OK', ['Content-Type: text/html; charset=utf-8'])
        : goodHandlers('headonly.test').https(request),
    fails: ['http.header.head-differs'],
  },
  {
    ...good('earlyhints.test'),
    https: ({ path, method }) =>
      path === '/' && method === 'GET'
        ? `HTTP/1.1 103 Early Hints\r\nSet-Cookie: a=b; Secure; SameSite=Lax\r\n\r\n${page()}`
        : response('404 Not Found', SAFE),
    fails: ['sectxt.missing'],
    informs: ['http.header.early-hints'],
    loose: { fails: ['sectxt.missing', 'http.header.early-hints'], notFail: ['http.hsts.missing'] },
  },

  cookie('sid.test', ['sid=abc'], {
    fails: ['http.cookie.secure', 'http.cookie.httponly', 'http.cookie.samesite-missing'],
  }),
  cookie('hostprefix.test', ['__Host-a=b; Secure; Path=/; Domain=hostprefix.test; SameSite=Lax'], {
    fails: ['http.cookie.prefix-host'],
  }),
  cookie('secureprefix.test', ['__secure-a=b; SameSite=Lax'], {
    fails: ['http.cookie.prefix-secure', 'http.cookie.secure-other'],
  }),
  cookie('httpprefix.test', ['__Http-a=b; Secure'], { fails: ['http.cookie.prefix-http'] }),
  cookie('none.test', ['a=b; SameSite=None'], {
    fails: ['http.cookie.samesite-none-insecure', 'http.cookie.secure-other'],
  }),
  cookie('lax.test', ['a=b; Secure; SameSite=Laxx; Partitioned'], { fails: ['http.cookie.samesite-invalid'] }),
  cookie('partitioned.test', ['a=b; Partitioned'], {
    fails: ['http.cookie.partitioned-insecure', 'http.cookie.secure-other'],
  }),
  cookie('foreign.test', ['a=b; Secure; Domain=good.test'], { fails: ['http.cookie.domain-invalid'] }),
  cookie('app.broad.test', ['a=b; Secure; Domain=broad.test'], { fails: ['http.cookie.domain-broad'] }),
  cookie('bigcookie.test', [`a=${'x'.repeat(5000)}; Secure`], { fails: ['http.cookie.too-large'] }),
  cookie('longlife.test', ['a=b; Secure; Max-Age=99999999'], { informs: ['http.cookie.expiry-long'] }),
  cookie('twice.test', ['a=b; Secure', 'a=c; Secure'], { fails: ['http.cookie.duplicate'] }),
  cookie('nameless.test', ['=b; Secure'], { fails: ['http.cookie.nameless'] }),
  cookie('comma-expires.test', ['a=b; Secure; Expires=Wed, 01 Jan 2020 00:00:00 GMT, theme=x']),
  http('cookie80.test', ({ host, path }) => redirect(`https://${host}${path}`, ['Set-Cookie: a=b']), {
    fails: ['http.cookie.over-http'],
  }),
  headers(
    'cachedsid.test',
    [...GOOD_HEADERS, 'Cache-Control: public, max-age=60', 'Set-Cookie: sid=x; Secure; HttpOnly; SameSite=Lax'],
    { fails: ['http.header.cache-cookie'] },
  ),

  body('mixed.test', '<script src="http://cdn.test/a.js"></script><img src="HTTP://cdn.test/a.png">', {
    fails: ['http.page.mixed-active', 'http.page.mixed-passive', 'http.page.sri-missing'],
  }),
  body('form.test', '<form action="http://form.test/"></form>', { fails: ['http.page.form-http'] }),
  body('base.test', '<base href="http://base.test/">', { fails: ['http.page.base-http'] }),
  body(
    'sri.test',
    '<script src="https://cdn.test/a.js" integrity="sha1-abc" crossorigin></script><link rel=stylesheet href=https://cdn.test/a.css integrity="sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=">',
    { fails: ['http.page.sri-invalid', 'http.page.sri-no-crossorigin'] },
  ),
  body(
    'inscript.test',
    '<script>"<script src=http://cdn.test/x.js>"</script><!-- <form action=http://x.test> --><textarea><base href=http://x.test></textarea>',
  ),
  body('nested.test', '<div>'.repeat(100_000), {
    loose: { notPass: ['http.page.mixed-active'], notFail: ['http.page.mixed-active'] },
  }),
  body('unclosed.test', `<!-- ${'x'.repeat(1_000_000)}`),
  {
    ...good('bigpage.test'),
    ...goodHandlers('bigpage.test', { replies: { '/': page(GOOD_HEADERS, 'x'.repeat(3 * 1024 * 1024)) } }),
    loose: { notPass: ['http.page.mixed-active'], notFail: ['http.csp.missing', 'http.page.mixed-active'] },
  },

  {
    ...good('nosectxt.test'),
    ...goodHandlers('nosectxt.test', { replies: { [SECTXT]: response('404 Not Found', SAFE) } }),
    fails: ['sectxt.missing'],
  },
  {
    ...good('oldplace.test'),
    ...goodHandlers('oldplace.test', {
      replies: {
        [SECTXT]: response('404 Not Found', SAFE),
        '/security.txt': goodSecurityTxt('oldplace.test', new Date(Date.now() + 90 * DAY)),
      },
    }),
    fails: ['sectxt.location', 'sectxt.canonical-mismatch'],
  },
  sectxt('expiredtxt.test', [contact, expires(-1), own('expiredtxt.test')], { fails: ['sectxt.expired'] }),
  sectxt('soon.test', [contact, expires(10), own('soon.test')], { informs: ['sectxt.expires-soon'] }),
  sectxt('forever.test', [contact, expires(2000), own('forever.test')], { informs: ['sectxt.expires-long'] }),
  sectxt('nocontact.test', [expires(90), own('nocontact.test')], { fails: ['sectxt.contact-missing'] }),
  sectxt('badcontact.test', ['Contact: javascript:alert(1)', 'Contact: mailto: a@b.test', expires(90)], {
    fails: ['sectxt.contact-invalid'],
  }),
  sectxt('noexpires.test', [contact], { fails: ['sectxt.expires-missing'] }),
  sectxt('twoexpires.test', [contact, expires(90), expires(91)], { fails: ['sectxt.expires-multiple'] }),
  sectxt('badexpires.test', [contact, 'Expires: 2030-01-01'], { fails: ['sectxt.expires-invalid'] }),
  sectxt('badlines.test', [contact, expires(90), 'Policy:https://good.test/', 'hello world'], {
    fails: ['sectxt.line-invalid'],
  }),
  sectxt(
    'badlinks.test',
    [
      contact,
      expires(90),
      'Policy: /vdp',
      'Hiring: http://good.test/',
      'Encryption: openpgp4fpr:zzzz',
      'CSAF: https://good.test/csaf',
    ],
    {
      fails: ['sectxt.uri-invalid', 'sectxt.uri-http', 'sectxt.openpgp4fpr', 'sectxt.csaf'],
    },
  ),
  sectxt(
    'gonelink.test',
    [
      'Contact: https://good.test/gone',
      'Policy: https://good.test/nowhere',
      'Policy: https://good.test/vdp',
      expires(90),
    ],
    {
      fails: ['sectxt.contact-dead', 'sectxt.policy-dead'],
    },
  ),
  sectxt('refusing.test', ['Contact: https://err503.test/form', expires(90)], { errors: ['sectxt.contact-dead'] }),
  sectxt('nullmx.test', ['Contact: mailto:a@nomail.test', expires(90)], {
    fails: ['sectxt.contact-dead'],
  }),
  sectxt('nomx.test', ['Contact: mailto:a@bare.test', 'Contact: mailto:a@no-such-name.test', expires(90)], {
    fails: ['sectxt.contact-dead'],
  }),
  sectxt('languages.test', [contact, expires(90), 'Preferred-Languages: en;de', 'Preferred-Languages: fr'], {
    fails: ['sectxt.lang-multiple', 'sectxt.lang-invalid'],
  }),
  sectxt('bom.test', ['\u00ef\u00bb\u00bfContact: https://good.test/report', expires(90)], { fails: ['sectxt.bom'] }),
  sectxt('latin1.test', [contact, expires(90), '# \u00fc'], { fails: ['sectxt.utf8'] }),
  sectxt('wrongtype.test', [contact, expires(90)], { fails: ['sectxt.content-type'] }, 'application/octet-stream'),
  sectxt('charset.test', [contact, expires(90)], { fails: ['sectxt.charset'] }, 'text/plain; charset=iso-8859-1'),
  sectxt('huge.test', [contact, expires(90), ...Array.from({ length: 1000 }, () => `# ${'x'.repeat(60)}`)], {
    fails: ['sectxt.too-large'],
  }),
  {
    ...sectxt('endless.test', []),
    https: (request) =>
      request.path === SECTXT
        ? flood('HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nContact: https://x.test/\n', '# more\n')
        : goodHandlers('endless.test').https(request),
    loose: { fails: ['sectxt.too-large'], notPass: ['sectxt.expires-missing'] },
  },

  https('malformed.test', () => 'HTTP/1.1 200 OK\r\nStrict-Transport-Security max-age=1\r\nContent-Length: 0\r\n\r\n', {
    loose: {
      fails: ['http.header.malformed'],
      notPass: ['http.hsts.missing', 'http.csp.missing'],
      notFail: ['http.hsts.missing'],
    },
  }),
  https('lfonly.test', () => 'HTTP/1.1 200 OK\nStrict-Transport-Security: max-age=1\nContent-Length: 0\n\n', {
    loose: { fails: ['http.header.malformed'], notFail: ['http.hsts.missing'] },
  }),
  https('smuggle.test', () => 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', {
    loose: { fails: ['http.header.malformed'] },
  }),
  https('http09.test', () => '<h1>hello</h1>', {
    loose: { fails: ['http.header.malformed'], notPass: ['http.hsts.missing'] },
  }),
  https('endlessheader.test', () => flood('HTTP/1.1 200 OK\r\nX-A: ', 'aaaaaaaa'), {
    loose: { notPass: ['http.hsts.missing', 'http.header.leak'], notFail: ['http.hsts.missing'] },
  }),
  https(
    'manyheaders.test',
    () =>
      response(
        '200 OK',
        [...Array.from({ length: 1500 }, (_, index) => `X-${String(index)}: 1`), ...GOOD_HEADERS],
        '<p>',
      ),
    {
      loose: {
        notPass: ['http.hsts.missing', 'http.header.leak', 'http.csp.missing'],
        notFail: ['http.hsts.missing', 'http.csp.missing'],
      },
    },
  ),
  https(
    'endlessbody.test',
    ({ path }) =>
      path === '/'
        ? flood(`HTTP/1.1 200 OK\r\n${GOOD_HEADERS.join('\r\n')}\r\n\r\n<!doctype html>`, '<p>hello')
        : response('404 Not Found', SAFE),
    { loose: { notPass: ['http.page.mixed-active'], notFail: ['http.hsts.missing', 'http.csp.missing'] } },
  ),
  https('slowheader.test', () => drip(page(), 200), {
    loose: { notPass: ['http.hsts.missing'], notFail: ['http.hsts.missing'] },
  }),
  https('bomb.test', ({ path }) => (path === '/' ? gzipBomb() : response('404 Not Found', SAFE)), {
    loose: { notPass: ['http.page.mixed-active'], notFail: ['http.hsts.missing', 'http.csp.missing'] },
  }),
  https(
    'midbody.test',
    ({ path }) =>
      path === '/'
        ? `HTTP/1.1 200 OK\r\n${put('Content-Length: 5000')
            .filter((line) => !line.startsWith('Content-Security'))
            .join('\r\n')}\r\n\r\n<!doctype html><p>`
        : response('404 Not Found', SAFE),
    {
      loose: {
        notPass: ['http.csp.missing', 'http.page.mixed-active'],
        notFail: ['http.csp.missing', 'http.hsts.missing'],
      },
    },
  ),
  https('status999.test', () => response('999 Whatever', SAFE), {
    loose: { notPass: ['http.csp.missing'], notFail: ['http.hsts.missing', 'http.csp.missing'] },
  }),
  https(
    'upgrade.test',
    () => `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n${SAFE.join('\r\n')}\r\n\r\n`,
    { loose: { notPass: ['http.csp.missing'], notFail: ['http.hsts.missing'] } },
  ),
  https('hints.test', () => 'HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n'.repeat(20) + page(), {
    loose: { notFail: ['http.hsts.missing', 'http.csp.missing', 'http.header.early-hints'] },
  }),
  https(
    'ansi.test',
    () => page([...GOOD_HEADERS, 'Server: \u001b[31mred/1.0', 'X-Generator: </script><script>alert(1)</script> 9']),
    { loose: { notFail: ['http.csp.missing'] } },
  ),
  https(
    'hugecookie.test',
    () => page([...GOOD_HEADERS, `Set-Cookie: sid=${'x'.repeat(40_000)}; Secure; HttpOnly; SameSite=Lax`]),
    { loose: { fails: ['http.cookie.too-large'], notFail: ['http.cookie.secure'] } },
  ),
];

export function cors(request: Parameters<Handler>[0], allow: (origin: string) => string | undefined): Reply {
  const origin = request.headers.find(([name]) => name.toLowerCase() === 'origin')?.[1];
  const allowed = origin === undefined ? undefined : allow(origin);
  if (request.path !== '/') return response('404 Not Found', SAFE);
  return page(
    allowed === undefined
      ? GOOD_HEADERS
      : [...GOOD_HEADERS, `Access-Control-Allow-Origin: ${allowed}`, 'Access-Control-Allow-Credentials: true'],
  );
}

/** 100 MiB of nothing in 100 KiB, though identity was asked for. */
function gzipBomb(): Uint8Array {
  const packed = gzipSync(Buffer.alloc(100 * 1024 * 1024, 0x20));
  const head = `HTTP/1.1 200 OK\r\n${GOOD_HEADERS.join('\r\n')}\r\nContent-Encoding: gzip\r\nContent-Length: ${String(packed.length)}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), packed]);
}
