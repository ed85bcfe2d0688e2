/** Servers that refuse by closing: the end of a row is asked for with a known suite, and nothing is lost by that. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { observe } from '../../../../src/collectors/tls/observe.ts';
import { type Scan, scanOf } from '../../../../src/collectors/tls/scan.ts';
import { alertRecord, type Script, serverHelloRecord, startRawTlsServer } from '../../../../src/lab/tls-raw.ts';
import { isArray, isObject, type Json, own } from '../../../../src/model/json.ts';
import { jobFor, labIo } from '../../../unit/collectors/tls/lab-io.ts';

const open: { close(): unknown }[] = [];
after(async () => {
  await Promise.all(open.map((server) => server.close()));
});

const SUITES: readonly number[] = [0x002f, 0x0035, 0x003c, 0x003d, 0x0041, 0x0084, 0x009c, 0x009d, 0x000a, 0x0005];

/** TLS 1.2 with these suites: which one is told by `picks` from those that client and server have, in the order of the client. */
function server(picks: (common: readonly number[]) => number | undefined, no: Uint8Array | 'close'): Script {
  return (hello) => {
    if (hello === undefined || hello.version < 0x0303) return no;
    const suite = picks(hello.suites.filter((code) => SUITES.includes(code)));
    return suite === undefined ? no : serverHelloRecord({ version: 0x0303, suite });
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

const suitesOf = (scan: Scan): readonly string[] => scan.versions['TLSv1.2'].suites.map(({ id }) => id).toSorted();
const ALL = SUITES.map((code) => code.toString(16).padStart(4, '0')).toSorted();

const unclear = ({ unknown }: Scan): readonly string[] =>
  unknown.flatMap(({ message }) => (message.startsWith('suites') ? [message] : []));

function controlsIn(raw: Json): number {
  const chains = own(raw, 'chains');
  assert.ok(isArray(chains));
  return chains.filter((chain) => own(chain, 'control') !== undefined).length;
}

test('of a server that follows its client and refuses by closing the last row ends with an answer', async () => {
  const { raw, scan } = await scanned(server(([first]) => first, 'close'));

  assert.deepEqual(
    suitesOf(scan).map((id) => id.toLowerCase().replace('0x', '')),
    ALL,
  );
  assert.deepEqual(unclear(scan), []);
  assert.equal(controlsIn(raw), 1);
});

test('a server that refuses in words is asked until it does', async () => {
  const { raw, scan } = await scanned(server(([first]) => first, alertRecord(40)));

  assert.equal(suitesOf(scan).length, SUITES.length);
  assert.equal(controlsIn(raw), 0);
});

test('of a server that follows its client at first, and then does not, nothing is lost', async () => {
  let asked = 0;
  const odd = server((common) => {
    if (common.length > 0) asked += 1;
    // two first offers and seven in reverse; later the one before the last
    return asked <= 9 ? common[0] : common.at(common.length > 1 ? -2 : 0);
  }, 'close');
  const { raw, scan } = await scanned(odd);

  assert.equal(suitesOf(scan).length, SUITES.length);
  assert.ok(controlsIn(raw) > 0);
  assert.deepEqual(unclear(scan), []);
});

test('evidence of a row that ended with a known suite says nothing of a server that did not follow its client', async () => {
  const { raw } = await scanned(server(([first]) => first, 'close'));
  const chains = own(raw, 'chains');
  assert.ok(isArray(chains) && isObject(raw));
  const without = chains.filter((chain) => own(chain, 'control') !== undefined);
  const scan = scanOf({ ...raw, chains: without }, 'a.test', 0);

  assert.equal(unclear(scan).length, 1);
});
