/** The http collector against scripted hosts: what it asks, what it keeps, and what it says when nothing answers. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createServer } from 'node:tls';
import { GOOD_HEADERS, goodHandlers, page, redirect, response, toHttps } from '../../../../src/lab/http.ts';
import { isObject, type Json, type JsonObject } from '../../../../src/model/json.ts';
import { resolvePointer } from '../../../../src/model/pointer.ts';
import { ca, certificate, type Lab, observeSite, startLab } from '../../../support/http-lab.ts';
import { endWith, listening, network, resolverOf } from '../../../unit/engine/support.ts';

// built at run time: no value that looks like a credential stands in the source
const PLANTED = ['s3cr', 'et', 'value', '0123456789abcdef'].join('-');

let lab: Lab;

before(async () => {
  lab = await startLab([
    { name: 'good.test', certificate: certificate('good.test'), ...goodHandlers('good.test') },
    {
      name: 'bare.test',
      certificate: certificate('bare.test'),
      https: () => redirect('https://good.test/'),
      http: toHttps,
    },
    {
      name: 'cookies.test',
      certificate: certificate('cookies.test'),
      https: () =>
        page([
          'Content-Type: text/html',
          `Set-Cookie: sid=${PLANTED}; Path=/; extra=${PLANTED}`,
          `Set-Cookie: ${PLANTED}`,
          `X-Auth-Token: ${PLANTED}`,
          `Link: </x?key=${PLANTED}>; rel=next`,
        ]),
      http: ({ path }) => redirect(`https://cookies.test${path}?session=${PLANTED}#access_token=${PLANTED}`),
    },
    { name: 'loop.test', certificate: certificate('loop.test'), https: () => redirect('/'), http: toHttps },
    {
      name: 'dead.test',
      certificate: certificate('dead.test'),
      https: () => (socket) => socket.destroy(),
      http: () => (socket) => socket.destroy(),
    },
    {
      name: 'broken.test',
      certificate: certificate('broken.test'),
      https: () => 'HTTP/1.1 200 OK\r\nBad Header: x\r\nContent-Length: 0\r\n\r\n',
      http: toHttps,
    },
    { name: 'busy.test', certificate: certificate('busy.test'), https: () => response('503 Busy', []), http: toHttps },
  ]);
});
after(async () => await lab.close());

test('HSTS is read from the first response of the own host, not from where it redirects to', async () => {
  const bare = await lab.observe('https://bare.test/');
  const good = await lab.observe('https://good.test/');

  assert.equal(bare.facts['hsts'], undefined);
  assert.equal(bare.status('http.hsts.missing'), 'fail');
  assert.equal(bare.status('http.hsts.short'), 'not-applicable');
  assert.equal(good.status('http.hsts.missing'), 'pass');
});

test('a hop is attributed to its URL and address, with raw header lines in the order of the wire', async () => {
  const { raw } = await lab.observe('https://good.test/');

  const hop = resolvePointer(raw ?? null, '/https/hops/0');
  assert.ok(isObject(hop));
  assert.deepEqual([hop['url'], hop['address'], hop['status']], ['https://good.test/', '127.0.0.1', 200]);
  assert.deepEqual(resolvePointer(hop, '/headers/0'), ['Content-Type', 'text/html; charset=utf-8']);
});

test('no cookie value, token or password leaves the collector', async () => {
  const { raw, facts } = await lab.observe('https://cookies.test/');

  assert.ok(!JSON.stringify(raw).includes(PLANTED));
  assert.ok(JSON.stringify(raw).includes(`sid=[${String(PLANTED.length)} octets]; Path=/`));
  assert.deepEqual(
    (facts['cookies'] as readonly { readonly name: string }[]).map(({ name }) => name),
    ['sid', '(no name)'],
  );
});

test('a redirect to itself is a loop, and ends', async () => {
  const loop = await lab.observe('https://loop.test/');

  assert.deepEqual((loop.facts['redirect'] as { readonly loops: Json }).loops, [
    'https://loop.test/',
    'http://loop.test/',
  ]);
  assert.equal(loop.status('http.redirect.loop'), 'fail');
});

test('a host that closes without a byte on both sides is a fault of the job and passes nothing', async () => {
  const dead = await lab.observe('https://dead.test/');

  assert.equal(dead.fault, 'net.closed');
  assert.deepEqual([...new Set(dead.verdicts.map(({ status }) => status))], ['error']);
});

test('a malformed response is a finding, and all that it hides is unknown', async () => {
  const broken = await lab.observe('https://broken.test/');

  assert.equal(broken.status('http.header.malformed'), 'fail');
  assert.equal(broken.status('http.hsts.missing'), 'error');
  assert.equal(broken.status('http.redirect.missing'), 'pass');
});

test('an answer 503 is judged like any other, but says nothing about security.txt', async () => {
  const busy = await lab.observe('https://busy.test/');

  assert.equal(busy.status('http.hsts.missing'), 'fail');
  assert.equal(busy.status('sectxt.missing'), 'error');
});

test('port 80 that refuses is fine, a site that refuses on both sides is net.refused', async (t) => {
  const closed = await startLab([]);
  await closed.close();
  const half = await startLab(
    [{ name: 'good.test', certificate: certificate('good.test'), ...goodHandlers('good.test') }],
    {
      connectTo: [
        { host: '', port: 80, toHost: '127.0.0.1', toPort: closed.web.httpPort },
        { host: '', port: 443, toHost: '127.0.0.1', toPort: lab.web.httpsPort },
      ],
    },
  );

  t.after(async () => await half.close());

  const refused = await closed.observe('https://good.test/');
  const open = await half.observe('https://good.test/');

  assert.equal(refused.fault, 'net.refused');
  assert.equal(open.status('http.redirect.missing'), 'pass');
  assert.equal(open.status('http.redirect.first-hop-http'), 'not-applicable');
});

test('port 443 that refuses beside a port 80 that serves is a missing redirect, and says nothing of HSTS', async (t) => {
  const closed = await startLab([]);
  await closed.close();
  const plain = await startLab(
    [{ name: 'plain.test', certificate: certificate('plain.test'), https: () => page(), http: () => page() }],
    {},
    ['nobody.test'],
  );
  t.after(async () => await plain.close());
  const half = await startLab([], {
    connectTo: [
      { host: '', port: 443, toHost: '127.0.0.1', toPort: closed.web.httpsPort },
      { host: '', port: 80, toHost: '127.0.0.1', toPort: plain.web.httpPort },
    ],
  });
  t.after(async () => await half.close());

  const seen = await half.observe('https://plain.test/');

  assert.equal(seen.status('http.redirect.missing'), 'fail');
  assert.equal(seen.status('http.hsts.missing'), 'error');
});

test('only what the plan names is asked, and a chain that joins the other is not followed twice', async () => {
  const before = lab.web.requests.length;

  await lab.observe('https://good.test/', { parts: [] });

  const asked = lab.web.requests.slice(before).map(({ scheme, path }) => `${scheme} ${path}`);
  assert.deepEqual(asked.sort(), ['http /', 'https /']);
});

test('every evidence pointer of a fact resolves in raw', async () => {
  for (const name of ['good', 'bare', 'cookies', 'loop', 'broken', 'busy']) {
    const { raw, at } = await lab.observe(`https://${name}.test/`);
    for (const pointer of Object.values(at))
      assert.notEqual(resolvePointer(raw ?? null, pointer), undefined, `${name} ${pointer}`);
  }
});

test('each address of a host is asked: one that sends no HSTS is found', async (t) => {
  const issued = certificate('two.test');
  const serve = (headers: readonly string[]) => {
    const server = createServer({ key: issued.keyPem, cert: issued.chainPem }, (socket) => {
      socket.on('error', () => socket.destroy());
      socket.once('data', () => socket.end(page(headers)));
    });
    endWith(t, server);
    return server;
  };
  const port = await listening(serve(GOOD_HEADERS));
  await listening(serve(GOOD_HEADERS.filter((line) => !line.startsWith('Strict'))), '127.0.0.2', port);
  const resolver = await resolverOf(t, { 'two.test': ['127.0.0.1', '127.0.0.2'], 'one.test': ['127.0.0.1'] });
  const observe = async (name: string) =>
    await observeSite(
      `https://${name}:${String(port)}/`,
      { parts: ['addresses', 'sectxt'] },
      network({ resolvers: [resolver], ca: { pem: ca.certPem, digest: 'sha256:test' } }),
    );

  const two = await observe('two.test');
  const one = await observe('one.test');

  const elsewhere = two.facts['hstsElsewhere'] as readonly JsonObject[];
  assert.deepEqual(
    elsewhere.flatMap(({ url, sent }) => (sent === false ? [url] : [])),
    [`https://two.test:${String(port)}/ at 127.0.0.2`],
  );
  assert.equal(two.status('http.hsts.missing'), 'pass');
  assert.equal(two.status('http.hsts.not-everywhere'), 'fail');
  assert.equal(one.status('http.hsts.not-everywhere'), 'pass');
});
