/** The registry rules against a registry of ours on loopback, and the advisories against a folder: every answer and every silence. */
import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { builtInPack } from '../../../src/commands/packs.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import { chooseChecks } from '../../../src/pipeline.ts';
import { judged, type Files, type Judged } from '../../support/package-judge.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const SHA512 = `sha512-${'A'.repeat(86)}==`;
const OLD = '2020-01-01T00:00:00.000Z';
const YEAR = '2025-01-01T00:00:00.000Z';
const FRESH = '2025-12-29T00:00:00.000Z';
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const key = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
const provenance = { attestations: { provenance: { predicateType: 'https://slsa.dev/provenance/v1' } } };

const signature = (name: string, version = '1.0.0', by = privateKey): object => ({
  signatures: [
    { keyid: 'SHA256:test', sig: sign('sha256', Buffer.from(`${name}@${version}:${SHA512}`), by).toString('base64') },
  ],
});

interface Package {
  readonly dist?: object;
  readonly published?: string;
  readonly latestAt?: string;
  readonly deprecated?: string;
  readonly maintainers?: readonly string[];
  readonly maintainersThen?: readonly string[];
  readonly earlier?: object;
  readonly downloads?: number;
  readonly status?: number;
}

const people = (names: readonly string[]): object[] => names.map((name) => ({ name, email: `${name}@example.com` }));

function documentOf(name: string, of: Package): object {
  const then = of.maintainersThen ?? of.maintainers ?? ['ann', 'bob'];
  return {
    name,
    'dist-tags': { latest: '1.1.0' },
    maintainers: people(of.maintainers ?? ['ann', 'bob']),
    time: { '0.9.0': OLD, '1.0.0': of.published ?? YEAR, '1.1.0': of.latestAt ?? YEAR },
    versions: {
      '0.9.0': { dist: { integrity: SHA512, ...of.earlier } },
      '1.0.0': {
        maintainers: people(then),
        dist: { integrity: SHA512, ...(of.dist ?? { ...signature(name), ...provenance }) },
      },
      '1.1.0': {
        maintainers: people(then),
        dist: {},
        ...(of.deprecated === undefined ? {} : { deprecated: of.deprecated }),
      },
    },
  };
}

let packages: { readonly [name: string]: Package } = {};
let keys: { readonly status: number; readonly body: object } = { status: 200, body: {} };
const asked: string[] = [];
let server: Server;
let origin = '';

before(async () => {
  server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '');
    asked.push(request.url ?? '');
    const answer = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    };
    if (path === '/-/npm/v1/keys') return answer(keys.status, keys.body);
    const counted = path.startsWith('/downloads/');
    const name = path.slice(counted ? '/downloads/'.length : 1);
    const of = packages[name];
    if (of === undefined) return answer(404, { error: 'not found' });
    if (of.status !== undefined) return answer(of.status, 'no');
    answer(200, counted ? { downloads: of.downloads ?? 50_000 } : documentOf(name, of));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
});
after(() => void server.close());

function tree(names: readonly string[], more: Files = {}): Files {
  const dependencies = Object.fromEntries(names.map((name) => [name, '^1.0.0']));
  const entries = names.map((name) => [`node_modules/${name}`, { version: '1.0.0', integrity: SHA512 }]);
  return {
    'package.json': { name: 'x', private: true, dependencies },
    'package-lock.json': {
      lockfileVersion: 3,
      packages: {
        '': { dependencies },
        ...Object.fromEntries(entries),
        'node_modules/inner': { version: '1.0.0', integrity: SHA512 },
      },
    },
    ...more,
  };
}

async function ask(of: { readonly [name: string]: Package }, options: JsonObject = {}): Promise<Judged> {
  packages = of;
  keys = { status: 200, body: { keys: [{ keyid: 'SHA256:test', key, expires: null }] } };
  return await judged('registry', tree(Object.keys(of)), {
    online: true,
    registry: origin,
    downloads: `${origin}downloads/`,
    ...options,
  });
}

/** The statuses by check, with the severity of fails. */
function byCheck({ verdicts }: Judged): { readonly [check: string]: string } {
  return Object.fromEntries(
    verdicts.map((one) => [
      one.check.slice('package.'.length),
      one.status === 'fail' ? `fail ${one.severity}` : one.status,
    ]),
  );
}

const SOUND = {
  'deprecated.latest': 'pass',
  'downloads.low': 'pass',
  fresh: 'pass',
  'maintainers.few': 'pass',
  'provenance.missing': 'pass',
  'signature.missing': 'pass',
  'stale.publish': 'pass',
};

test('a sound package passes all rules; only direct dependencies are asked for', async () => {
  asked.length = 0;

  const result = await ask({ sound: {}, '@scope/sound': {} });

  assert.deepEqual(byCheck(result), SOUND);
  assert.deepEqual(asked.toSorted(), [
    '/-/npm/v1/keys',
    '/@scope%2fsound',
    '/downloads/@scope/sound',
    '/downloads/sound',
    '/sound',
  ]);
});

test('each defect fails its rule and no other', async () => {
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const rows: readonly (readonly [defect: Partial<{ [check in keyof typeof SOUND]: string }>, of: Package])[] = [
    [{ 'stale.publish': 'fail low' }, { latestAt: '2023-12-01T00:00:00.000Z' }],
    [
      { 'stale.publish': 'not-applicable', 'deprecated.latest': 'fail medium' },
      { latestAt: OLD, deprecated: 'use another' },
    ],
    [{ 'maintainers.few': 'fail info' }, { maintainers: ['ann'] }],
    [{ 'maintainers.few': 'fail medium' }, { maintainers: ['ann', 'eve'], maintainersThen: ['ann', 'bob'] }],
    [{ 'downloads.low': 'fail info' }, { downloads: 12 }],
    [{ fresh: 'fail medium' }, { published: FRESH }],
    [{ 'signature.missing': 'fail high' }, { dist: { ...provenance } }],
    [{ 'signature.missing': 'fail high' }, { dist: { ...signature('sound', '1.0.0', other), ...provenance } }],
    [{ 'signature.missing': 'fail high' }, { dist: { ...signature('another'), ...provenance } }],
    [{ 'provenance.missing': 'fail info' }, { dist: signature('sound') }],
    [{ 'provenance.missing': 'fail high' }, { dist: signature('sound'), earlier: provenance }],
  ];
  for (const [defect, of] of rows)
    assert.deepEqual(byCheck(await ask({ sound: of })), { ...SOUND, ...defect }, JSON.stringify(defect));
});

test('what the registry does not answer is an error, never a pass', async () => {
  const all = Object.fromEntries(Object.keys(SOUND).map((check) => [check, 'error']));

  const missing = await judged('registry', tree(['unheard-of']), {
    online: true,
    registry: origin,
    downloads: `${origin}downloads/`,
  });
  const broken = await ask({ sound: { status: 503 } });
  const refused = await judged('registry', tree(['sound']), { online: true, registry: 'http://127.0.0.1:1/' });

  assert.deepEqual(byCheck(missing), all);
  assert.deepEqual(byCheck(broken), all);
  // no address for downloads was given with this registry: that question was not put
  assert.deepEqual(byCheck(refused), { ...all, 'downloads.low': 'error' });
});

test('a key that had expired at publication signs nothing; a registry without keys is another thing', async () => {
  packages = { sound: {} };
  const options = { online: true, registry: origin, downloads: `${origin}downloads/` };

  keys = { status: 200, body: { keys: [{ keyid: 'SHA256:test', key, expires: '2024-06-01T00:00:00.000Z' }] } };
  assert.equal(byCheck(await judged('registry', tree(['sound']), options))['signature.missing'], 'fail high');
  keys = { status: 404, body: {} };
  assert.equal(byCheck(await judged('registry', tree(['sound']), options))['signature.missing'], 'not-applicable');
  keys = { status: 200, body: { keys: 'none' } };
  assert.equal(byCheck(await judged('registry', tree(['sound']), options))['signature.missing'], 'error');
});

test('without --online nothing is asked, and the rules say so; the registry comes from .npmrc', async () => {
  asked.length = 0;
  packages = { sound: {}, '@corp/one': {} };
  keys = { status: 200, body: { keys: [{ keyid: 'SHA256:test', key, expires: null }] } };

  const silent = await judged('registry', tree(['sound']), {});
  assert.equal(asked.length, 0);
  const settings = { '.npmrc': `registry=${origin}\n@corp:registry=${origin}\n` };
  const told = await judged('registry', tree(['sound', '@corp/one'], settings), {
    online: true,
    downloads: `${origin}downloads/`,
  });

  assert.ok(silent.verdicts.every((one) => one.status === 'error' && one.fault?.code === 'package.not-asked'));
  assert.deepEqual(byCheck(told), SOUND);
});

test('hostile documents end in errors', async () => {
  const bodies = [
    '{',
    '[]',
    'null',
    '{"versions":{"1.0.0":[]},"time":{"1.0.0":7}}',
    `{"__proto__":{"versions":{}}}`,
    `{"versions":{"1.0.0":{"dist":{"signatures":[{"keyid":"SHA256:test","sig":"!"}]}}}}`,
  ];
  for (const body of bodies) {
    const hostile = createServer((_, response) => response.end(body));
    await new Promise<void>((resolve) => hostile.listen(0, '127.0.0.1', resolve));
    const address = `http://127.0.0.1:${String((hostile.address() as AddressInfo).port)}/`;
    const { verdicts } = await judged('registry', tree(['sound']), { online: true, registry: address });
    hostile.close();

    assert.deepEqual(
      verdicts.filter((one) => one.status === 'pass').map((one) => one.check),
      [],
      body,
    );
  }
});

/** A folder of advisories for as long as the test runs. */
async function advise(advisories: readonly unknown[], files: Files = tree(['sound'])): Promise<Judged> {
  const folder = mkdtempSync(join(tmpdir(), 'probity-osv-'));
  for (const [index, one] of advisories.entries()) {
    writeFileSync(join(folder, `A-${String(index)}.json`), typeof one === 'string' ? one : JSON.stringify(one));
  }
  try {
    return await judged('advisories', files, { osv: folder });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const advisory = (name: string, events: readonly object[], more: object = {}): object => ({
  id: `OSV-${name}`,
  affected: [{ package: { ecosystem: 'npm', name }, ranges: [{ type: 'SEMVER', events }] }],
  ...more,
});

test('advisories hit what is locked, transitive packages too, with the severity of their score', async () => {
  const open = [{ introduced: '0' }, { fixed: '1.0.1' }];
  const cases: readonly (readonly [string, readonly unknown[]])[] = [
    ['pass', [advisory('another', open)]],
    ['pass', [advisory('sound', [{ introduced: '0' }, { fixed: '1.0.0' }])]],
    ['pass', [advisory('sound', open, { withdrawn: YEAR }), advisory('another', open)]],
    ['fail high package-lock.json#sound@1.0.0', [advisory('sound', open)]],
    ['fail high package-lock.json#inner@1.0.0', [advisory('inner', open)]],
    [
      'fail critical package-lock.json#sound@1.0.0',
      [
        advisory('sound', open, {
          severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }],
        }),
      ],
    ],
    [
      'fail medium package-lock.json#sound@1.0.0',
      [advisory('sound', open, { database_specific: { severity: 'MODERATE' } })],
    ],
    ['error', [advisory('another', open), '{']],
    ['error', []],
    ['pass', [{ id: 'X', affected: [{ package: { ecosystem: 'PyPI', name: 'sound' } }] }, advisory('another', open)]],
  ];
  for (const [wanted, advisories] of cases) {
    const { verdicts } = await advise(advisories);
    const told = verdicts
      .map((one) => (one.status === 'fail' ? `fail ${one.severity} ${one.subject}` : one.status))
      .join(', ');
    assert.equal(told, wanted, JSON.stringify(advisories));
  }
  const unread = await advise([advisory('another', open)], {
    'package.json': { dependencies: { a: '1' } },
    'package-lock.json': '{',
  });
  assert.ok(unread.verdicts.every((one) => one.status !== 'pass'));
});

test('the rules that ask the outside are chosen by their switch, or by their whole name; never by a glob', async () => {
  const packs = [await builtInPack({ packageRoot: ROOT, cwd: ROOT })];
  const chosen = (options: object): readonly string[] =>
    chooseChecks(packs, { checks: [], skip: [], profiles: [], ...options })
      .filter((check) => check.needs.includes('registry') || check.needs.includes('advisories'))
      .map((check) => check.id);

  assert.deepEqual(chosen({}), []);
  assert.deepEqual(chosen({ checks: ['package.*'] }), []);
  assert.deepEqual(chosen({ checks: ['package.fresh'] }), ['package.fresh']);
  assert.equal(chosen({ online: true }).length, 7);
  assert.deepEqual(chosen({ osv: 'folder' }), ['package.advisory']);
});
