/** What the wire shows against what ACM holds: the serial number decides, and who cannot be asked is not believed. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { aws } from '../../../../src/collectors/aws/regional.ts';
import { collectorSchemas } from '../../../../src/commands/packs.ts';
import { judge } from '../../../../src/judge/judge.ts';
import { selfSigned } from '../../../../src/lab/ca.ts';
import { startAwsEndpoint, type Refusal } from '../../../../src/lab/aws/server.ts';
import { FaultError } from '../../../../src/model/fault.ts';
import type { IO } from '../../../../src/model/io.ts';
import type { Json, JsonObject } from '../../../../src/model/json.ts';
import type { Verdict } from '../../../../src/model/result.ts';
import type { Target } from '../../../../src/model/target.ts';
import { loadPack } from '../../../../src/packs/load.ts';
import { ACCOUNT, AS_OF, awsIo, certificate, certificateArn, planContext, REGION } from '../../../support/aws.ts';
import { interpretEvidence, pathsOf } from '../../../support/aws-run.ts';

const CHECKS = loadPack(
  fileURLToPath(new URL('../../../../checks/cert/', import.meta.url)),
  await collectorSchemas(),
).checks.filter(({ id }) => id === 'cert.acm-not-served');

const SERVED = selfSigned({ names: ['www.example.com'] }).der;
const SERIAL = new X509Certificate(SERVED).serialNumber;
/** As ACM writes it: lower case, octets, zeros in front. */
const WRITTEN = `00:${(SERIAL.length % 2 === 0 ? SERIAL : `0${SERIAL}`).toLowerCase().replaceAll(/(..)(?=.)/g, '$1:')}`;

/** Every name shows SERVED, but those that begin with `down` and `none`. */
function io(url: string, asked: string[]): IO {
  return {
    ...awsIo(url),
    async tcp(host, port) {
      asked.push(`${host}:${String(port)}`);
      if (host.startsWith('down')) throw new FaultError('net.timeout');
      return Promise.resolve({
        address: '192.0.2.1',
        port,
        write: () => Promise.resolve(),
        read: () => Promise.resolve(undefined),
        close: () => undefined,
      });
    },
    async tls(_, { servername = '' }) {
      return Promise.resolve({
        protocol: 'TLSv1.3',
        cipher: '',
        alpn: undefined,
        chain: servername.startsWith('none') ? [] : servername.startsWith('odd') ? [Uint8Array.of(1, 2)] : [SERVED],
        authorized: true,
        trustError: undefined,
        rootsDigest: '',
        stream: await this.tcp(servername, 0),
      });
    },
  };
}

async function verdicts(
  certificates: readonly JsonObject[],
  refusals: readonly Refusal[] = [],
): Promise<{ found: Verdict[]; asked: string[]; calls: readonly string[] }> {
  const asked: string[] = [];
  const lab = await startAwsEndpoint({
    state: { account: ACCOUNT, regions: { [REGION]: { keys: [], certificates } } },
    refusals,
  });
  const target: Target = { kind: 'aws', id: `aws:${ACCOUNT}/${REGION}`, labels: {} };
  try {
    const options = aws.plan?.(target, planContext(pathsOf(CHECKS))) ?? {};
    const raw = await aws.observe({ collector: 'aws', target, options }, io(lab.url, asked));
    const evidence = interpretEvidence(JSON.parse(JSON.stringify(raw)) as Json);
    const found = judge(CHECKS, [{ target, collectors: { aws: evidence } }], AS_OF);
    return { found, asked: asked.filter((place) => place.endsWith(':443')), calls: lab.calls };
  } finally {
    await lab.close();
  }
}

const named = (id: string, names: readonly string[], changes: JsonObject = {}): JsonObject =>
  certificate(id, { DomainName: names[0] ?? '', SubjectAlternativeNames: names, SerialNumber: WRITTEN, ...changes });

const CASES: readonly (readonly [id: string, JsonObject, status: string, fault?: string])[] = [
  ['same', named('same', ['www.example.com']), 'pass'],
  ['other', named('other', ['www.example.com'], { SerialNumber: '0a:0b' }), 'fail'],
  ['one-of-two', named('one-of-two', ['down.example.com', 'www.example.com']), 'pass'],
  ['down', named('down', ['down.example.com']), 'error', 'net.timeout'],
  ['none', named('none', ['none.example.com']), 'error', 'tls.unclear'],
  ['odd', named('odd', ['odd.example.com']), 'error', 'cert.malformed'],
  ['no-serial', named('no-serial', ['www.example.com'], { SerialNumber: null }), 'error', 'aws.bad-response'],
  ['wildcard', named('wildcard', ['*.example.com']), 'not-applicable'],
  ['unused', named('unused', ['www.example.com'], { InUse: false }), 'not-applicable'],
  ['expired', named('expired', ['www.example.com'], { Status: 'EXPIRED' }), 'not-applicable'],
];

for (const [way, refusals] of [
  ['the search', []],
  ['the older list', [{ action: 'acm:SearchCertificates', behaves: { error: 'UnknownOperationException' } }]],
] as const) {
  test(`certificates of ${way} are compared with what their names show`, async () => {
    const { found, asked } = await verdicts(
      CASES.map(([, state]) => state),
      refusals,
    );

    for (const [id, , status, fault] of CASES) {
      const verdict = found.find(({ subject }) => subject === certificateArn(id));
      assert.equal(verdict?.status, status, `${id}: ${String(verdict?.message)}`);
      if (fault !== undefined) assert.equal(verdict?.fault?.code, fault);
    }
    assert.equal(asked.filter((place) => place.startsWith('*') || place.startsWith('unused')).length, 0);
  });
}

test('no name is asked where no chosen check reads it', async () => {
  const options = aws.plan?.(
    { kind: 'aws', id: `aws:${ACCOUNT}/${REGION}`, labels: {} },
    planContext(['acm.certificates.status']),
  );

  assert.equal(options?.['groups'], undefined);
});

test('names that are no host names are not asked', async () => {
  const { asked } = await verdicts([named('x', ['localhost', '127.0.0.1', 'a b.example.com', '-x.example.com'])]);

  assert.deepEqual(asked, []);
});
