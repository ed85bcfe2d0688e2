/** The farm of hostile and flawed hosts: no false pass, no false fail, no hang. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { selfSigned } from '../../../src/lab/ca.ts';
import type { LabSite } from '../../../src/lab/http.ts';
import { certificate, httpChecks, type Lab, type Observation, startLab } from '../../support/http-lab.ts';
import { type Host, HOSTS as FIRST, LURING } from './hosts.ts';
import { SECOND } from './hosts-second.ts';

const HOSTS: readonly Host[] = [...FIRST, ...SECOND];

const DAY = 86_400_000;
let lab: Lab;
let base: ReadonlySet<string>;

before(async () => {
  const shared = certificate('*.test', { names: HOSTS.map(({ name }) => name) });
  lab = await startLab(
    HOSTS.map((host) => ({ ...host, certificate: certificateOf(host, shared) })),
    { timeoutMs: 2000 },
  );
  base = failing(await lab.observe('https://good.test/'), (severity) => severity === 'info');
});
after(async () => await lab.close());

function certificateOf(
  { name, certificate: kind }: Host,
  shared: NonNullable<LabSite['certificate']>,
): NonNullable<LabSite['certificate']> {
  switch (kind) {
    case 'wrong-name':
      return certificate('other.test');
    case 'expired':
      return certificate(name, { notBefore: new Date(Date.now() - 60 * DAY), notAfter: new Date(Date.now() - DAY) });
    case 'self-signed': {
      const { certPem, keyPem } = selfSigned({ names: [name] });
      return { chainPem: certPem, keyPem };
    }
    default:
      return shared;
  }
}

const SEVERITY = new Map(httpChecks().map(({ id, severity }) => [id, severity]));

function failing({ verdicts }: Observation, wanted: (severity: string) => boolean): Set<string> {
  return new Set(
    verdicts
      .filter(({ check, status }) => status === 'fail' && wanted(SEVERITY.get(check) ?? ''))
      .map(({ check }) => check),
  );
}

function statusOf({ verdicts }: Observation, status: string): string[] {
  return [...new Set(verdicts.filter((verdict) => verdict.status === status).map(({ check }) => check))].sort();
}

for (const host of HOSTS) {
  test(`${host.name} is judged for what it does, and ends`, { timeout: 60_000 }, async () => {
    const seen = await lab.observe(`https://${host.name}/`);

    if (host.loose !== undefined) {
      const { fails = [], notPass = [], notFail = [] } = host.loose;
      for (const check of fails) assert.equal(seen.status(check), 'fail', explain(seen, check));
      for (const check of notPass) assert.notEqual(seen.status(check), 'pass', explain(seen, check));
      for (const check of notFail) assert.notEqual(seen.status(check), 'fail', explain(seen, check));
      return;
    }
    if (host.errors === 'all') {
      assert.deepEqual(statusOf(seen, 'pass').concat(statusOf(seen, 'fail'), statusOf(seen, 'not-applicable')), []);
      return;
    }
    assert.deepEqual([...failing(seen, (severity) => severity !== 'info')].sort(), [...(host.fails ?? [])].sort());
    assert.deepEqual(
      [...failing(seen, (severity) => severity === 'info')].filter((id) => !base.has(id)).sort(),
      [...(host.informs ?? [])].sort(),
    );
    assert.deepEqual(statusOf(seen, 'error'), [...(host.errors ?? [])].sort());
  });
}

test('the good host fails nothing of severity low or above, and knows everything', async () => {
  const seen = await lab.observe('https://good.test/');

  assert.deepEqual([...failing(seen, (severity) => severity !== 'info')], []);
  assert.deepEqual(statusOf(seen, 'error'), []);
});

test('every reason points into the evidence, none at the whole of it', async () => {
  for (const name of ['good', 'bare301', 'garbage', 'sid', 'offhost', 'expiredtxt', 'corsreflect', 'cssimport']) {
    const { verdicts } = await lab.observe(`https://${name}.test/`);
    const whole = verdicts.flatMap(({ check, reasons }) =>
      reasons.flatMap(({ path, evidence }) => (evidence === 'ev-test#' ? [`${check} ${path}`] : [])),
    );
    assert.deepEqual(whole, [], name);
  }
});

test('redirects into private ranges are refused, whatever way the address is written', async (t) => {
  const names = LURING.map(({ name }) => name);
  const shared = certificate('lures', { names });
  const lures = await startLab(
    LURING.map((host) => ({ ...host, certificate: shared })),
    {},
    names,
  );
  t.after(async () => await lures.close());

  for (const name of names) {
    const seen = await lures.observe(`https://${name}/`);
    const loop = seen.verdicts.find(({ check }) => check === 'http.redirect.loop');
    assert.deepEqual([name, loop?.status, loop?.fault?.code], [name, 'error', 'net.private-address']);
    assert.equal(seen.status('http.hsts.missing'), 'pass');
    assert.notEqual(seen.status('http.csp.missing'), 'pass');
  }
});

test('the farm has at least sixty hosts', () => {
  assert.ok(HOSTS.length >= 60);
  assert.equal(new Set(HOSTS.map(({ name }) => name)).size, HOSTS.length);
});

function explain(seen: Observation, check: string): string {
  const verdict = seen.verdicts.find((one) => one.check === check);
  return verdict === undefined ? `${check} gave no result` : `${verdict.status} ${verdict.message}`;
}
