import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { collector } from '../../../src/collectors/tls/collector.ts';
import { observe } from '../../../src/collectors/tls/observe.ts';
import { type Scan, scanOf } from '../../../src/collectors/tls/scan.ts';
import { type LabTlsOptions, startTlsServer } from '../../../src/lab/tls.ts';
import { readFileSync } from 'node:fs';
import { type Json, own } from '../../../src/model/json.ts';
import { jobFor, labIo } from '../../unit/collectors/tls/lab-io.ts';
import { lowerBound } from './bound.ts';
import {
  has,
  makeMaterial,
  nmapPairs,
  oldNode,
  type Peer,
  sslscanPairs,
  sslyzePairs,
  startGnutls,
  startNginx,
  startOldNode,
  startOpenssl,
  testsslPairs,
} from './peers.ts';
import { delayed, lossy } from './delay.ts';

const material = makeMaterial();
after(() => material.clear());

const RSA = 'ssl_certificate rsa.pem; ssl_certificate_key rsa.key;';
const EC = 'ssl_certificate ec.pem; ssl_certificate_key ec.key;';
const OPENSSL = ['-cert', 'rsa.pem', '-key', 'rsa.key'];

const nginx = (lines: string) => async () => await startNginx(material, lines);
const openssl =
  (...args: readonly string[]) =>
  async () =>
    await startOpenssl(material, [...OPENSSL, ...args]);
const gnutls = (priority: string) => async () => await startGnutls(material, priority);
const node = (name: string, options: Partial<LabTlsOptions>) => async (): Promise<Peer> => {
  const read = (kind: string): string => readFileSync(`${material.folder}/${name}.${kind}`, 'utf8');
  const server = await startTlsServer({ certPem: read('pem'), keyPem: read('key'), ...options });
  return { port: server.port, stop: () => server.close() };
};

const old = (version: string, options: object) => async () =>
  await startOldNode(material, oldNode(version) ?? '', options);

const MANY_GROUPS =
  'sect571r1:sect409k1:sect283r1:secp256k1:brainpoolP256r1:brainpoolP384r1:secp224r1:prime192v1:X448:P-521:P-384:X25519:P-256';
const TWO_GROUPS = 'NORMAL:-VERS-ALL:+VERS-TLS1.3:-GROUP-ALL:+GROUP-FFDHE2048:+GROUP-SECP384R1';

const SERVERS: readonly (readonly [name: string, program: string, start: () => Promise<Peer>])[] = [
  ['nginx, TLS 1.3 only', 'nginx', nginx(`${RSA} ssl_protocols TLSv1.3;`)],
  [
    'nginx, intermediate, two certificates',
    'nginx',
    nginx(`${RSA} ${EC} ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20;`),
  ],
  ['nginx, ECDSA only', 'nginx', nginx(`${EC} ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers ECDHE+AESGCM;`)],
  [
    'nginx, all of TLS 1.2 in the order of the client',
    'nginx',
    nginx(`${RSA} ${EC} ssl_protocols TLSv1.2; ssl_ciphers ALL:@SECLEVEL=0; ssl_prefer_server_ciphers off;`),
  ],
  [
    'nginx, everything in the order of the server',
    'nginx',
    nginx(
      `${RSA} ${EC} ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3; ssl_ciphers ALL:COMPLEMENTOFALL:@SECLEVEL=0; ssl_prefer_server_ciphers on;`,
    ),
  ],
  [
    'nginx, everything and DHE',
    'nginx',
    nginx(
      `${RSA} ${EC} ssl_dhparam dh.pem; ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3; ssl_ciphers ALL:COMPLEMENTOFALL:@SECLEVEL=0; ssl_prefer_server_ciphers on;`,
    ),
  ],
  [
    'nginx, a weak suite first',
    'nginx',
    nginx(
      `${RSA} ssl_protocols TLSv1.1 TLSv1.2; ssl_ciphers AES128-SHA:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-SHA:AES256-SHA:@SECLEVEL=0; ssl_prefer_server_ciphers on;`,
    ),
  ],
  [
    'nginx, many suites in good order',
    'nginx',
    nginx(
      `${RSA} ${EC} ssl_dhparam dh.pem; ssl_protocols TLSv1 TLSv1.1 TLSv1.2; ssl_prefer_server_ciphers on; ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM:ECDHE+AES+SHA384:ECDHE+AES+SHA256:ECDHE+AES+SHA1:DHE+AES+SHA1:RSA+AESGCM:RSA+AES+SHA1:RSA+CAMELLIA:@SECLEVEL=0;`,
    ),
  ],
  [
    'nginx, TLS 1.1 and 1.3 with nothing between',
    'nginx',
    nginx(`${RSA} ${EC} ssl_protocols TLSv1.1 TLSv1.3; ssl_ciphers ALL:@SECLEVEL=0;`),
  ],
  ['nginx, two curves', 'nginx', nginx(`${EC} ssl_protocols TLSv1.2 TLSv1.3; ssl_ecdh_curve X25519:secp384r1;`)],
  ['nginx, TLS 1.0 only', 'nginx', nginx(`${RSA} ssl_protocols TLSv1; ssl_ciphers DEFAULT:@SECLEVEL=0;`)],
  [
    'nginx, client certificates',
    'nginx',
    nginx(`${RSA} ssl_protocols TLSv1.2 TLSv1.3; ssl_client_certificate ca.pem; ssl_verify_client optional;`),
  ],
  ['openssl, as it comes', 'openssl', openssl()],
  ['openssl, pre-shared keys', 'openssl', openssl('-psk', 'abcdef', '-cipher', 'ALL:@SECLEVEL=0', '-no_tls1_3')],
  ['openssl, anonymous and NULL', 'openssl', openssl('-cipher', 'aNULL:eNULL:@SECLEVEL=0', '-no_tls1_3')],
  [
    'openssl, anonymous alone, without any certificate',
    'openssl',
    async () => await startOpenssl(material, ['-nocert', '-cipher', 'aNULL:@SECLEVEL=0', '-no_tls1_3', '-serverpref']),
  ],
  ['openssl, two groups', 'openssl', openssl('-groups', 'P-521:X448', '-serverpref')],
  ['openssl, one suite', 'openssl', openssl('-no_tls1_3', '-cipher', 'AES128-SHA')],
  [
    'openssl, CCM suites of TLS 1.3',
    'openssl',
    openssl('-ciphersuites', 'TLS_AES_128_CCM_8_SHA256:TLS_AES_128_CCM_SHA256:TLS_AES_256_GCM_SHA384'),
  ],
  [
    'openssl, many groups in the order of the server',
    'openssl',
    openssl('-no_tls1_3', '-cipher', 'ALL:@SECLEVEL=0', '-groups', MANY_GROUPS, '-serverpref'),
  ],
  [
    'openssl, many groups in the order of the client',
    'openssl',
    openssl('-no_tls1_3', '-cipher', 'ALL:@SECLEVEL=0', '-groups', MANY_GROUPS),
  ],
  [
    'openssl, many groups and few suites',
    'openssl',
    openssl('-no_tls1_3', '-cipher', 'ECDHE+AESGCM:ECDHE+AES', '-groups', MANY_GROUPS, '-serverpref'),
  ],
  ['openssl, RSA-PSS signatures alone', 'openssl', openssl('-cipher', 'ECDHE', '-sigalgs', 'RSA-PSS+SHA256')],
  ['gnutls, as it comes', 'gnutls-serv', gnutls('NORMAL')],
  ['gnutls, TLS 1.3 with two groups', 'gnutls-serv', gnutls(TWO_GROUPS)],
  [
    'gnutls, old and rare ciphers',
    'gnutls-serv',
    gnutls('NORMAL:+VERS-TLS-ALL:+ARCFOUR-128:+3DES-CBC:+MD5:+ANON-DH:+ANON-ECDH:+CAMELLIA-128-CBC:+CAMELLIA-256-GCM'),
  ],
  ['gnutls, FFDHE groups', 'gnutls-serv', gnutls('SECURE256:+DHE-RSA:+GROUP-FFDHE4096:-VERS-TLS1.3')],
  ['node, as it comes', 'node', node('rsa', {})],
  ['node, the post-quantum hybrid first', 'node', node('ec', { groups: 'X25519MLKEM768:X25519:P-256' })],
  ['node, TLS 1.0 to 1.3', 'node', node('rsa', { minVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' })],
  ['node, NULL suites', 'node', node('rsa', { maxVersion: 'TLSv1.2', ciphers: 'eNULL:AES128-SHA:@SECLEVEL=0' })],
  [
    'node, a client certificate is a must',
    'node',
    node('ec', { clientCa: material.ca, clientCertificate: 'required' }),
  ],
  ['node 0.10, all that OpenSSL 1.0.1 had', 'node 0.10.28', old('0.10.28', { ciphers: 'ALL:COMPLEMENTOFALL' })],
  ['node 0.10, as it comes', 'node 0.10.28', old('0.10.28', {})],
  [
    'node 0.10, in the order of the server',
    'node 0.10.28',
    old('0.10.28', { ciphers: 'HIGH:!aNULL', honorCipherOrder: true }),
  ],
  ['node 0.10, one version only', 'node 0.10.28', old('0.10.28', { secureProtocol: 'TLSv1_method' })],
  [
    'node 0.10, one version only, in the order of the server',
    'node 0.10.28',
    old('0.10.28', { secureProtocol: 'TLSv1_method', ciphers: 'HIGH:!aNULL', honorCipherOrder: true }),
  ],
  ['node 0.10, two suites', 'node 0.10.28', old('0.10.28', { ciphers: 'RC4' })],
  [
    'node 0.10, two suites in the order of the server',
    'node 0.10.28',
    old('0.10.28', { ciphers: 'RC4', honorCipherOrder: true }),
  ],
  ['node 0.10, one suite', 'node 0.10.28', old('0.10.28', { ciphers: 'AES128-SHA' })],
  [
    'node 4, anonymous suites and the order of the server',
    'node 4.2.4',
    old('4.2.4', { ciphers: 'ALL:COMPLEMENTOFALL', honorCipherOrder: true }),
  ],
];

/** sslyze where it is installed; testssl takes a minute for each server, and is asked for by name. */
const WITH_SSLYZE = has('sslyze');
const WITH_TESTSSL = process.env['PROBITY_TESTSSL'] === '1' && has('testssl');

function isThere(program: string): boolean {
  if (program === 'node') return true;
  return program.startsWith('node ') ? oldNode(program.slice(5)) !== undefined : has(program);
}

async function observed(port: number): Promise<Json> {
  const job = labIo();
  try {
    return await observe(jobFor(`a.test:${String(port)}`, { parts: ['suites', 'served'] }), job.io);
  } finally {
    job.end();
  }
}

async function scanned(port: number): Promise<Scan> {
  return scanOf(await observed(port), 'a.test', 0);
}

function ordersOf(raw: Json): Json | undefined {
  return own(collector.interpret(raw).facts, 'order');
}

/** Suites by version, with the code or the name of the suite. */
function pairsOf(scan: Scan, by: 'id' | 'name'): ReadonlySet<string> {
  return new Set(
    Object.entries(scan.versions).flatMap(([version, { suites }]) => suites.map((suite) => `${version} ${suite[by]}`)),
  );
}

for (const [name, program, start] of SERVERS) {
  const lacks = [program, 'sslscan', 'nmap'].filter((needed) => !isThere(needed));
  assert.ok(lacks.length === 0 || process.env['CI'] === undefined, `${lacks.join()} missing, and this is CI`);
  const skip = lacks.length > 0 ? `${lacks.join(', ')} is not installed` : false;

  test(`${name}: every suite that a peer completes is found, in few connections`, { skip }, async () => {
    const server = await start();
    try {
      const scan = await scanned(server.port);
      const none = new Set<string>();
      const [bySslscan, byNmap, bySslyze] = await Promise.all([
        sslscanPairs(server.port),
        nmapPairs(server.port),
        WITH_SSLYZE ? sslyzePairs(server.port) : none,
      ]);
      const byTestssl = WITH_TESTSSL ? await testsslPairs(server.port, material.folder) : none;

      assert.deepEqual(scan.unknown, []);
      const missing = [
        ...[...bySslscan, ...byTestssl].filter((pair) => !pairsOf(scan, 'id').has(pair)),
        ...[...byNmap, ...bySslyze].filter((pair) => !pairsOf(scan, 'name').has(pair)),
      ];
      assert.deepEqual(missing, []);
      assert.ok(pairsOf(scan, 'id').size > 0 && bySslscan.size + byNmap.size > 0);
      const over = scan.connections - lowerBound(scan);
      assert.ok(over <= 8, `${String(scan.connections)} connections are ${String(over)} over the bound`);
    } finally {
      await server.stop();
    }
  });
}

const FAR: readonly string[] = [
  'nginx, intermediate, two certificates',
  'nginx, all of TLS 1.2 in the order of the client',
  'nginx, everything in the order of the server',
  'nginx, everything and DHE',
  'nginx, a weak suite first',
  'nginx, many suites in good order',
  'gnutls, as it comes',
  'node 0.10, as it comes',
  'node 0.10, in the order of the server',
];

for (const [name, program, start] of SERVERS.filter(([one]) => FAR.includes(one))) {
  const skip = isThere(program) ? false : `${program} is not installed`;

  test(`${name}: the same is seen from far away, in few connections more`, { skip }, async () => {
    const server = await start();
    const proxy = await delayed(server.port, 50);
    try {
      const near = await observed(server.port);
      const far = await observed(proxy.port);

      const scan = scanOf(far, 'a.test', 0);
      assert.deepEqual(scan.unknown, []);
      for (const by of ['id', 'name'] as const)
        assert.deepEqual([...pairsOf(scan, by)].sort(), [...pairsOf(scanOf(near, 'a.test', 0), by)].sort());
      assert.deepEqual(ordersOf(far), ordersOf(near));
      const over = scan.connections - lowerBound(scan);
      assert.ok(over <= 8, `${String(scan.connections)} connections are ${String(over)} over the bound`);
    } finally {
      proxy.close();
      await server.stop();
    }
  });
}

const LOSSY: readonly string[] = [
  'nginx, everything in the order of the server',
  'node 0.10, all that OpenSSL 1.0.1 had',
];

for (const [name, program, start] of SERVERS.filter(([one]) => LOSSY.includes(one)))
  for (const way of ['close', 'reset'] as const) {
    const skip = isThere(program) ? false : `${program} is not installed`;

    test(
      `${name}: where one connection in five is lost by a ${way}, nothing is lost in silence`,
      { skip },
      async () => {
        const server = await start();
        const proxy = await lossy(server.port, way);
        try {
          const whole = pairsOf(await scanned(server.port), 'id');
          const scan = await scanned(proxy.port);

          const missing = [...whole].filter((pair) => !pairsOf(scan, 'id').has(pair));
          assert.ok(missing.length === 0 || scan.unknown.length > 0, missing.join());
        } finally {
          proxy.close();
          await server.stop();
        }
      },
    );
  }

test('the post-quantum hybrid, both certificates and the demand for a client certificate are seen', async () => {
  const hybrid = await node('ec', {
    groups: 'X25519MLKEM768:X25519',
    clientCa: material.ca,
    clientCertificate: 'optional',
  })();
  try {
    const scan = await scanned(hybrid.port);

    assert.ok(scan.groups.some(({ id, version }) => id === '0x11EC' && version === 'TLSv1.3'));
    assert.equal(scan.clientCertificate.requested, true);
    assert.equal(scan.chains.length, 1);
  } finally {
    await hybrid.stop();
  }
});
