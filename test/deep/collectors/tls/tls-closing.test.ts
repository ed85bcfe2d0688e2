/** Servers that refuse by closing: nothing is lost, few connections are enough, and what loses connections is told apart. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { observe } from '../../../../src/collectors/tls/observe.ts';
import { type Scan, scanOf } from '../../../../src/collectors/tls/scan.ts';
import { alertRecord, type Script, serverHelloRecord, startRawTlsServer } from '../../../../src/lab/tls-raw.ts';
import { isArray, isObject, type Json, own } from '../../../../src/model/json.ts';
import { lowerBound } from '../../../servers/tls/bound.ts';
import { jobFor, labIo } from '../../../unit/collectors/tls/lab-io.ts';

const open: { close(): unknown }[] = [];
after(async () => {
  await Promise.all(open.map((server) => server.close()));
});

const SUITES: readonly number[] = [0x002f, 0x0035, 0x003c, 0x003d, 0x0041, 0x0084, 0x009c, 0x009d, 0x000a, 0x0005];
/** Of these those that were offered, in the order of the client. */
type Picks = (common: readonly number[]) => number | undefined;

const byClient: Picks = ([first]) => first;
const byServer =
  (suites: readonly number[]): Picks =>
  (common) =>
    suites.find((code) => common.includes(code));

/** TLS 1.2 (and older ones where so said) with these suites. */
function server(
  picks: Picks,
  no: Uint8Array | 'close' = 'close',
  suites: readonly number[] = SUITES,
  lowest = 0x0303,
): Script {
  return (hello) => {
    if (hello === undefined || hello.version < lowest) return no;
    const suite = picks(hello.suites.filter((code) => suites.includes(code)));
    return suite === undefined ? no : serverHelloRecord({ version: Math.min(hello.version, 0x0303), suite });
  };
}

async function scanned(script: Script): Promise<{ readonly raw: Json; readonly scan: Scan }> {
  const lab = await startRawTlsServer(script);
  open.push(lab);
  const job = labIo({ timeoutMs: 2000 });
  try {
    const raw = await observe(jobFor(`a.test:${String(lab.port)}`, { parts: ['suites'] }), job.io);
    return { raw, scan: scanOf(raw, 'a.test', 0) };
  } finally {
    job.end();
  }
}

const suitesOf = (scan: Scan, version: keyof Scan['versions'] = 'TLSv1.2'): readonly number[] =>
  scan.versions[version].suites.map(({ id }) => Number(id)).toSorted((a, b) => a - b);
const sorted = (codes: readonly number[]): readonly number[] => codes.toSorted((a, b) => a - b);

/** Without the certificates, which these servers have not. */
const unclear = ({ unknown }: Scan): readonly string[] =>
  unknown.map(({ message }) => message).filter((message) => !message.startsWith('certificates'));

function knownIn(raw: Json): number {
  const chains = own(raw, 'chains');
  assert.ok(isArray(chains));
  return chains.filter((chain) => own(chain, 'known') !== undefined).length;
}

for (const [name, suites] of [
  ['ten suites', SUITES],
  ['four suites', SUITES.slice(0, 4)],
  ['two suites', SUITES.slice(0, 2)],
  ['one suite', SUITES.slice(0, 1)],
] as const)
  for (const [whose, picks] of [
    ['its client', byClient],
    ['an order of its own', byServer(suites.toReversed())],
  ] as const)
    for (const lowest of [0x0301, 0x0303])
      test(`a server of ${name} that closes and goes by ${whose}, from version ${lowest.toString(16)} on`, async () => {
        const { raw, scan } = await scanned(server(picks, 'close', suites, lowest));

        assert.deepEqual(suitesOf(scan), sorted(suites));
        if (lowest === 0x0301) assert.deepEqual(suitesOf(scan, 'TLSv1.0'), sorted(suites));
        assert.equal(scan.versions['TLSv1.1'].offered, lowest === 0x0301);
        assert.deepEqual(unclear(scan), []);
        assert.equal(knownIn(raw) > 0, whose === 'its client' && suites.length > 1);
        const over = scan.connections - lowerBound(scan);
        // where one version is all, nothing else says that no connection was lost
        assert.ok(over <= (lowest === 0x0301 ? 8 : 12), `${String(over)} over the bound`);
      });

test('a server that refuses in words is asked until it does', async () => {
  const { raw, scan } = await scanned(server(byClient, alertRecord(40)));

  assert.equal(suitesOf(scan).length, SUITES.length);
  assert.equal(knownIn(raw), 0);
});

test('what a server keeps for when nothing better is offered does not hide behind a known suite', async () => {
  const [kept = 0, ...others] = SUITES;
  const { scan } = await scanned(
    server((common) => others.find((code) => code === common.find((one) => one !== kept)) ?? common[0]),
  );

  assert.deepEqual(suitesOf(scan), sorted([kept, ...others]));
  assert.deepEqual(unclear(scan), []);
});

test('of a server that follows its client at first, and then does not, nothing is lost', async () => {
  let asked = 0;
  const odd = server((common) => {
    if (common.length > 0) asked += 1;
    // two first offers and seven in reverse; later the one before the last
    return asked <= 9 ? common[0] : common.at(common.length > 1 ? -2 : 0);
  });
  const { scan } = await scanned(odd);

  assert.deepEqual(suitesOf(scan), sorted(SUITES));
  assert.deepEqual(unclear(scan), []);
});

test('a suite of one version more than of the others is no reason to believe two closes', async () => {
  let lost = 0;
  // the last suite of TLS 1.1 is closed on twice, and answered later
  const { scan } = await scanned((hello, bytes) => {
    const common = hello?.suites.filter((code) => SUITES.includes(code)) ?? [];
    if (hello?.version === 0x0302 && common.length === 1 && lost++ < 2) return 'close';
    return server(byServer(SUITES), 'close', SUITES, 0x0301)(hello, bytes);
  });

  assert.deepEqual(suitesOf(scan, 'TLSv1.1'), sorted(SUITES));
  assert.deepEqual(unclear(scan), []);
});

test('a version that was closed on at first is found when it is asked for again, with all its suites', async () => {
  for (const version of [0x0300, 0x0301, 0x0302, 0x0303]) {
    let lost = 0;
    const { raw, scan } = await scanned((hello, bytes) => {
      if (hello?.version === version && lost++ < 1) return 'close';
      return server(byServer(SUITES), 'close', SUITES, 0x0300)(hello, bytes);
    });

    for (const name of ['SSLv3', 'TLSv1.0', 'TLSv1.1', 'TLSv1.2'] as const)
      assert.deepEqual(suitesOf(scan, name), sorted(SUITES), name);
    assert.deepEqual(unclear(scan), []);
    assert.equal(own(raw, 'lost'), 1);
  }
});

test('what closes on everything after some connections has said no to nothing', async () => {
  for (const limit of [8, 12, 20, 26])
    for (const no of ['close', alertRecord(40)] as const) {
      let count = 0;
      const { scan } = await scanned((hello, bytes) =>
        ++count > limit ? 'close' : server(byServer(SUITES), no, SUITES, 0x0301)(hello, bytes),
      );

      for (const version of ['TLSv1.0', 'TLSv1.1', 'TLSv1.2'] as const)
        assert.ok(
          suitesOf(scan, version).length === SUITES.length || unclear(scan).length > 0,
          `after ${String(limit)}`,
        );
      assert.ok(scan.unknown.length > 0);
    }
});

test('what closes on everything is unknown, after few connections', async () => {
  const { scan } = await scanned(() => 'close');

  assert.equal(scan.unknown[0]?.code, 'net.closed');
  for (const { offered } of Object.values(scan.versions)) assert.equal(offered, null);
  assert.ok(scan.connections <= 14);
});

test('evidence of a row that ended with a known suite needs both of them in this order', async () => {
  const { raw } = await scanned(server(byClient));
  const chains = own(raw, 'chains');
  assert.ok(isArray(chains) && isObject(raw));
  const changed = (known: string | undefined): Scan =>
    scanOf(
      {
        ...raw,
        chains: chains.map((chain) => {
          assert.ok(isObject(chain));
          const { known: were, ...others } = chain;
          return typeof were !== 'string' || known === undefined ? others : { ...others, known };
        }),
      },
      'a.test',
      0,
    );
  const known = chains.map((chain) => own(chain, 'known')).find((text) => typeof text === 'string') ?? '';
  assert.equal(known.length, 8);

  assert.deepEqual(unclear(changed(known)), []);
  for (const other of [undefined, `${known.slice(4)}${known.slice(0, 4)}`, known.slice(0, 4)])
    assert.equal(unclear(changed(other)).length, 1);
});
