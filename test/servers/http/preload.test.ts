/** Preload eligibility over real hops: the codes of hstspreload that need a host, and the reasons for those that we leave out. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { GOOD_HEADERS, type Handler, type LabSite, page, redirect, toHttps } from '../../../src/lab/http.ts';
import { isArray, isObject, own } from '../../../src/model/json.ts';
import { certificate, type Lab, startLab } from '../../support/http-lab.ts';

const STS = 'Strict-Transport-Security: max-age=31536000; includeSubDomains; preload';
const SAFE = GOOD_HEADERS.filter((line) => !line.startsWith('Strict')).concat(STS);
const good: Handler = () => page(SAFE);

interface Case extends Pick<LabSite, 'name' | 'https' | 'http'> {
  readonly codes: readonly string[];
  readonly bad?: true;
}

const hop = (name: string, http: Handler, codes: readonly string[], https: Handler = good): Case => ({
  name,
  http,
  https,
  codes,
});

const CASES: readonly Case[] = [
  hop('fine.test', toHttps, []),
  hop('noheader.test', toHttps, ['response.no_header', 'redirects.http.first_redirect.no_hsts'], () =>
    page(SAFE.filter((line) => line !== STS)),
  ),
  hop('two.test', toHttps, ['response.multiple_headers', 'redirects.http.first_redirect.no_hsts'], () =>
    page([...SAFE, STS]),
  ),
  hop('nored.test', () => page([]), ['redirects.http.no_redirect']),
  hop('wwwfirst.test', () => redirect('http://www.wwwfirst.test/'), ['redirects.http.www_first']),
  hop('insecurefirst.test', ({ path }) => (path === '/a' ? redirect('https://insecurefirst.test/') : redirect('/a')), [
    'redirects.http.first_redirect.insecure',
  ]),
  hop('useless.test', ({ host }) => redirect(`https://${host}/`, [STS]), ['redirects.http.useless_header']),
  hop('initial.test', toHttps, ['redirects.insecure.initial', 'redirects.follow_error'], () =>
    redirect('http://initial.test/', SAFE),
  ),
  hop('subsequent.test', toHttps, ['redirects.insecure.subsequent', 'redirects.follow_error'], ({ path }) =>
    path === '/b' ? redirect('http://subsequent.test/', SAFE) : redirect('/b', SAFE),
  ),
  hop('many.test', toHttps, ['redirects.too_many'], ({ path }) =>
    path === '/4' ? page(SAFE) : redirect(`/${String(Number(path.slice(1)) + 1)}`, SAFE),
  ),
  hop('circle.test', toHttps, ['redirects.follow_error'], () => redirect('/', SAFE)),
  hop('sub.fine.test', toHttps, ['domain.is_subdomain']),
  { ...hop('untrusted.test', toHttps, ['domain.tls.invalid_cert_chain']), bad: true },
];

/** Codes that no observation of ours gives, each with its reason. */
const LEFT_OUT: { readonly [code: string]: string } = {
  'domain.format.begins_with_dot': 'the target grammar refuses such a name (exit 2)',
  'domain.format.ends_with_dot': 'the target grammar takes the dot away',
  'domain.format.contains_double_dot': 'the target grammar refuses such a name (exit 2)',
  'domain.format.invalid_characters': 'the target grammar refuses such a name (exit 2)',
  'domain.tls.sha1': 'tls and cert checks judge the signature of the chain',
  'tls.obsolete_cipher_suite': 'tls.cipher.* judge the suites that are offered, not the one that one client got',
  'internal.domain.name.cannot_compute_etld1': 'a defect of that program, not of a host',
  'internal.domain.www.first_dial.no_close': 'a defect of that program, not of a host',
  'internal.domain.www.second_dial.no_close': 'a defect of that program, not of a host',
};

/** Codes that the unit test of the header parser shows. */
const BY_HEADER = [
  'header.parse.empty',
  'header.parse.empty_directive',
  'header.parse.invalid.include_sub_domains',
  'header.parse.invalid.max_age.no_value',
  'header.parse.invalid.preload',
  'header.parse.max_age.leading_zero',
  'header.parse.max_age.non_digit_characters',
  'header.parse.max_age.parse_int_error',
  'header.parse.repeated.include_sub_domains',
  'header.parse.repeated.max_age',
  'header.parse.repeated.preload',
  'header.parse.unknown_directive',
  'header.preloadable.include_sub_domains.missing',
  'header.preloadable.max_age.below_18_weeks',
  'header.preloadable.max_age.below_1_year',
  'header.preloadable.max_age.missing',
  'header.preloadable.max_age.over_10_years',
  'header.preloadable.max_age.zero',
  'header.preloadable.preload.missing',
  'header.removable.contains.preload',
  'header.removable.missing.max_age',
];

let lab: Lab;
const shown = new Set<string>();

before(async () => {
  const names = [...CASES.map(({ name }) => name), 'www.fine.test', 'www.wwwfirst.test'];
  const shared = certificate('all', { names });
  lab = await startLab([
    ...CASES.map((host) => ({ ...host, certificate: host.bad === true ? certificate('other.test') : shared })),
    { name: 'www.wwwfirst.test', certificate: shared, https: good, http: toHttps },
  ]);
});
after(async () => await lab.close());

async function codesOf(observer: Lab, host: string): Promise<string[]> {
  const { facts } = await observer.observe(`https://${host}/`, { parts: ['www'] });
  const issues = own(own(facts, 'preload'), 'issues');
  const list = isArray(issues) ? issues : own(issues, '$items');
  const codes = (isArray(list) ? list : []).map((issue) =>
    isObject(issue) && typeof issue['code'] === 'string' ? issue['code'] : '',
  );
  for (const code of codes) shown.add(code);
  return codes;
}

for (const { name, codes } of CASES) {
  test(`${name} gives ${codes.join(', ') || 'no issue'}`, async () => {
    assert.deepEqual((await codesOf(lab, name)).sort(), [...codes].sort());
  });
}

test('a host that refuses on 80, one that refuses on 443, an address, a suffix, and a www without TLS', async (t) => {
  const closed = await startLab([]);
  await closed.close();
  const to = (host: string, port: number, toPort: number) => ({ host, port, toHost: '127.0.0.1', toPort });
  const halfOpen = async (http: boolean, https: boolean, host: string, www = true) => {
    const observer = await startLab([], {
      connectTo: [
        to(`www.${host}`, 443, www ? lab.web.httpsPort : closed.web.httpsPort),
        to('', 443, https ? lab.web.httpsPort : closed.web.httpsPort),
        to('', 80, http ? lab.web.httpPort : closed.web.httpPort),
      ],
    });
    t.after(async () => await observer.close());
    return await codesOf(observer, host);
  };

  assert.deepEqual(await halfOpen(false, true, 'fine.test'), ['redirects.http.does_not_exist']);
  assert.ok((await halfOpen(true, false, 'fine.test')).includes('domain.tls.cannot_connect'));
  assert.ok((await halfOpen(true, false, 'fine.test')).includes('redirects.http.first_redirect.invalid'));
  assert.deepEqual(await halfOpen(true, true, 'fine.test', false), ['domain.www.no_tls']);
  assert.ok((await halfOpen(true, true, '192.0.2.1')).includes('domain.format.is_ip_address'));
  assert.ok((await halfOpen(true, true, 'github.io')).includes('domain.format.public_suffix'));
});

test('all 49 codes of hstspreload are shown, or left out with a reason', () => {
  const all = new Set([...shown, ...BY_HEADER, ...Object.keys(LEFT_OUT)]);

  assert.equal(all.size, 49, [...all].sort().join('\n'));
  for (const code of Object.keys(LEFT_OUT)) assert.ok(!shown.has(code), code);
});
