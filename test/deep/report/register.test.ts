import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { collector } from '../../../src/collectors/tls/collector.ts';
import { inventoryOf } from '../../../src/inventory.ts';
import { createCa } from '../../../src/lab/ca.ts';
import { type LabServer, startTlsServer } from '../../../src/lab/tls.ts';
import type { Evidence } from '../../../src/model/evidence.ts';
import type { Inventory } from '../../../src/model/inventory.ts';
import type { Json } from '../../../src/model/json.ts';
import { resolvePointer } from '../../../src/model/pointer.ts';
import { htmlText } from '../../../src/report/html.ts';
import { certificates, cryptography } from '../../../src/report/register.ts';
import { jobFor, labIo } from '../../unit/collectors/tls/lab-io.ts';
import { hostileStrings } from '../../support/hostile-run.ts';
import { readCsv } from '../../support/parsers.ts';
import { companyRun, entryOf, evidenceOf, target, viewOf } from '../../support/run-builder.ts';

const ca = createCa({ name: 'Lab Root' });
const mid = ca.issueAuthority({ name: 'Lab Issuing' });
const leaf = mid.issue({ names: ['a.test', '=b.test'], notAfter: new Date('2026-12-01T00:00:00Z') });
const open: LabServer[] = [];
after(async () => {
  await Promise.all(open.map((server) => server.close()));
});

async function observed(): Promise<Json> {
  const server = await startTlsServer({ certPem: leaf.chainPem, keyPem: leaf.keyPem });
  open.push(server);
  const job = labIo({ ca: ca.certPem });
  try {
    return await collector.observe(jobFor(`a.test:${String(server.port)}`), job.io);
  } finally {
    job.end();
  }
}

/** A run whose evidence is that of the company and this. */
function runWith(evidence: readonly Evidence[]): {
  built: ReturnType<typeof companyRun>;
  find: (id: string) => Evidence | undefined;
} {
  const company = companyRun();
  const endpoints = evidence.map(({ job }) => ({ id: job.target.id, kind: 'endpoint', labels: { env: 'prod' } }));
  const jobs = { planned: 1, observed: 1, faulted: 0 };
  const run = {
    ...company.run,
    targets: [...company.run.targets, ...endpoints.map((one) => ({ ...one, jobs }))],
    evidence: evidence.map(entryOf),
  };
  const byId = new Map(evidence.map((one) => [one.id, one]));
  return { built: { ...company, run }, find: (id) => byId.get(id) };
}

test('the registers list what two endpoints served, which key they share, and what could not be listed', async () => {
  const raw = await observed();
  const [one, two, lost] = ['endpoint:a.test:443', 'endpoint:a.test:25/smtp', 'endpoint:c.test:443'].map((id) =>
    target('endpoint', id),
  );
  assert.ok(one !== undefined && two !== undefined && lost !== undefined);
  const evidence = [evidenceOf('tls', one, raw), evidenceOf('tls', two, raw), evidenceOf('tls', lost, 'net.timeout')];
  const { built, find } = runWith(evidence);

  const inventory = await inventoryOf(built.run, find);

  const [first] = inventory.certificates;
  assert.equal(inventory.certificates.length, 4);
  assert.deepEqual(first?.names, ['a.test', '=b.test']);
  assert.equal(first?.key, 'EC P-256');
  assert.equal(first?.trust, 'root of --ca-file');
  assert.deepEqual(first?.sharedWith, ['endpoint:a.test:25/smtp']);
  for (const { evidence: where } of [...inventory.certificates, ...inventory.suites])
    assert.notEqual(resolvePointer(raw, where.split('#')[1] ?? ''), undefined, where);
  const modern = inventory.suites.filter(({ target: of, version }) => of === one.id && version === 'TLSv1.3');
  assert.ok(
    modern.some(({ suite, groups }) => suite === 'TLS_AES_128_GCM_SHA256' && groups.includes('x25519')),
    JSON.stringify(modern),
  );
  assert.ok(inventory.suites.some(({ purpose }) => purpose === 'smtp, upgraded to TLS; env:prod'));
  assert.deepEqual(
    inventory.gaps.map(({ target: of, what, code }) => `${of} ${what} ${code}`),
    ['endpoint:c.test:443 certificates net.timeout', 'endpoint:c.test:443 suites net.timeout'],
  );

  const view = { ...viewOf(built), inventory };
  const rows = readCsv(certificates.render(view));
  assert.equal(rows.length, 6, 'a header, four certificates, a gap');
  assert.ok(rows.every((row) => row.length === rows[0]?.length));
  assert.equal(rows[1]?.[rows[0]?.indexOf('days_left') ?? -1], '8');
  assert.match(rows[5]?.[1] ?? '', /could not be listed: net\.timeout/);
  const suites = readCsv(cryptography.render(view));
  assert.equal(suites.length, inventory.suites.length + 2);
  assert.match(htmlText(view), /id="inventory"/);
});

test('a run without TLS has no section, and files with a header alone', async () => {
  const { built, find } = runWith([]);
  const view = { ...viewOf(built), inventory: await inventoryOf(built.run, find) };

  assert.doesNotMatch(htmlText(view), /id="inventory"/);
  assert.equal(readCsv(certificates.render(view)).length, 1);
  assert.equal(htmlText(view), htmlText(viewOf(built)));
});

test('hostile names stay text in both files and in the page', () => {
  const built = companyRun();
  const strings = hostileStrings();
  const common = { target: 'endpoint:x:1', observedAt: '2026-11-22T10:00:00Z', evidence: 'ev-0#' };
  const inventory: Inventory = {
    certificates: strings.map((text) => ({
      ...common,
      subject: text,
      role: text,
      name: text,
      names: [text],
      issuer: text,
      serial: text,
      notBefore: text,
      notAfter: text,
      key: text,
      keySha256: text,
      signature: text,
      sha256: text,
      trust: text,
      sharedWith: [text],
    })),
    suites: strings.map((text) => ({
      ...common,
      purpose: text,
      version: text,
      code: text,
      suite: text,
      keyExchange: text,
      authentication: text,
      encryption: text,
      mac: text,
      forwardSecret: false,
      groups: [text],
      fails: [text],
    })),
    gaps: strings.map((text) => ({ target: text, what: 'suites', code: text })),
  };
  const view = { ...viewOf(built), inventory };
  // oxlint-disable-next-line no-control-regex
  const controls = /[\u0000-\u0009\u000B\u000C\u000E-\u001F\u007F-\u009F\u200B-\u200F\u2028-\u202E\u2066-\u2069\uFEFF]/;

  for (const reporter of [certificates, cryptography]) {
    const text = reporter.render(view);
    assert.equal(controls.exec(text)?.[0], undefined);
    for (const row of readCsv(text).slice(1)) for (const cell of row) assert.doesNotMatch(cell, /^[=+@\t\r]/);
  }
  const html = htmlText(view);
  assert.doesNotMatch(
    html.slice(html.indexOf('id="inventory"'), html.indexOf('id="evidence"')),
    /<script|<img|onerror=/i,
  );
});
