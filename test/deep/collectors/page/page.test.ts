/** Security pages on loopback: each does one thing wrong, and exactly that comes out; what cannot be seen never passes. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import * as fc from 'fast-check';
import { collector } from '../../../../src/collectors/http/pages/collector.ts';
import { dateAlone, instantOf, periodEnd, updatedOn } from '../../../../src/collectors/http/pages/dates.ts';
import { breachHours, readDocument } from '../../../../src/collectors/http/pages/document.ts';
import { readHtml } from '../../../../src/collectors/http/pages/read-html.ts';
import { readMarkdown } from '../../../../src/collectors/http/pages/read-markdown.ts';
import { contactsOf } from '../../../../src/collectors/http/pages/read.ts';
import { factsSchema } from '../../../../src/collectors/http/pages/schema.ts';
import { createData } from '../../../../src/engine/io/data.ts';
import { createIO } from '../../../../src/engine/io/create.ts';
import { judge } from '../../../../src/judge/judge.ts';
import { startDns } from '../../../../src/lab/dns.ts';
import {
  goodSecurityTxt,
  type Handler,
  type LabSite,
  paths,
  type Reply,
  response,
  startWeb,
} from '../../../../src/lab/http.ts';
import { FaultError } from '../../../../src/model/fault.ts';
import type { Json, JsonObject } from '../../../../src/model/json.ts';
import { resolvePointer } from '../../../../src/model/pointer.ts';
import type { Verdict } from '../../../../src/model/result.ts';
import { readPack } from '../../../../src/packs/load.ts';
import { validateFacts } from '../../../../src/packs/facts-schema.ts';
import { ca, certificate } from '../../../support/http-lab.ts';

const AS_OF = '2026-11-22T10:00:00.000Z';
const html = (body: string, title = 'Page'): string =>
  response('200 OK', ['Content-Type: text/html; charset=utf-8'], `<!doctype html><title>${title}</title>${body}`);
const FILLER = `<p>${'Words that say what every policy says. '.repeat(12)}`;
const PRIVACY = html(`<p>Last updated: March 3, 2026<p>Questions? Write to privacy@docs.test.${FILLER}`, 'Privacy');
const DPA = html(
  `<p>The processor acts on documented instructions. Its staff is bound to confidentiality. Sub-processors need consent.<p>At the end all data is deleted.<p>We notify you of a personal data breach within 24 hours.${FILLER}`,
  'DPA',
);
const LIST = html(
  `<p>Last updated: 2026-05-01<table><tr><td>Amazon Web Services</td><td>Hosting</td><td>United States</td></tr></table>${FILLER}`,
  'Subprocessors',
);
const REPORT = response('200 OK', ['Content-Type: application/pdf'], '%PDF-1.7 nothing to read');
const STATUS = html('<h1>All systems go</h1>', 'Status');

/** The documents that every page can link. */
const DOCUMENTS: { readonly [path: string]: Reply } = {
  '/privacy': PRIVACY,
  '/dpa': DPA,
  '/subprocessors': LIST,
  '/soc3.pdf': REPORT,
  '/status': STATUS,
  '/other': html('<p>Something else'),
};
const LINKS =
  '<a href="/privacy">Privacy Policy</a> <a href="/dpa">DPA</a> <a href="/subprocessors">Subprocessors</a> <a href="/soc3.pdf">SOC 3 report</a> <a href="/status">status page</a>';

interface Page {
  readonly name: string;
  readonly body: string;
  readonly replies?: { readonly [path: string]: Reply };
  readonly fails?: readonly string[];
  readonly errors?: readonly string[];
}

const page = (name: string, body: string, rest: Partial<Page> = {}): Page => ({ name: `${name}.test`, body, ...rest });

const PAGES: readonly Page[] = [
  page(
    'docs',
    `<h1 id=top>Security</h1>${LINKS}<a href="#top">Up</a><p>Report a vulnerability to <a href="mailto:security@docs.test">us</a>.<p>We notify you of a breach within 72 hours.`,
    { errors: ['page.report.old'] },
  ),
  page('oldpdf', '<a href="/old.pdf">Attestation letter</a>', {
    replies: {
      '/old.pdf': response('200 OK', ['Content-Type: application/pdf'], '%PDF-1.7 /CreationDate (D:20240102030405Z)'),
    },
    fails: ['page.report.old'],
  }),
  page('deadlink', '<a href="/gone">Terms</a>', { fails: ['page.link.dead'] }),
  page('nohost', '<a href="https://nowhere.invalid/">Terms</a>', { fails: ['page.link.dead'] }),
  page('nofragment', '<a href="#nowhere">Below</a>', { fails: ['page.link.dead'] }),
  page('busylink', '<a href="/busy">Terms</a>', {
    replies: { '/busy': response('503 Busy', []) },
    errors: ['page.link.dead'],
  }),
  page('forbidden', '<a href="/dpa">DPA</a>', {
    replies: { '/dpa': response('403 Forbidden', []) },
    errors: ['page.link.dead', 'page.dpa.content'],
  }),
  page('softtitle', '<a href="/lost">Terms</a>', {
    replies: { '/lost': html('<p>Sorry', 'Page not found') },
    fails: ['page.link.soft404'],
  }),
  page('plainlink', '<p>All traffic is sent over HTTPS. <a href="http://docs.test/other">More</a>', {
    fails: ['page.link.http'],
  }),
  page('shield', '<a href="https://www.privacyshield.gov/list">Privacy Shield</a>', { fails: ['page.link.retired'] }),
  page('spacedmail', '<a href="mailto: security@docs.test">Mail</a>', { fails: ['page.mailto.malformed'] }),
  page('baremail', '<a href="security@docs.test">Mail</a>', { fails: ['page.mailto.malformed', 'page.link.dead'] }),
  page('nullmx', '<p>Please report any vulnerability to security@nomail.test', { fails: ['page.contact.dead'] }),
  page('mismatch', '<p>Please report any vulnerability to security@docs.test', {
    replies: { '/.well-known/security.txt': goodSecurityTxt('mismatch.test', new Date('2027-06-01T00:00:00Z')) },
    fails: ['page.contact.mismatch'],
  }),
  page('match', '<p>Please report any vulnerability to security@match.test', {
    replies: { '/.well-known/security.txt': goodSecurityTxt('match.test', new Date('2027-06-01T00:00:00Z')) },
  }),
  page('nokey', '<p>Encrypt your report with our PGP key.', { fails: ['page.pgp.missing'] }),
  page('nokeyfile', '<p>Encrypt with <a href="/other">our PGP key</a>.', { fails: ['page.pgp.missing'] }),
  page('nostatus', '<p>We publish incidents on our status page.', { fails: ['page.status.missing'] }),
  page('mutestatus', '<a href="https://acme.statuspage.io/">Status</a>', { fails: ['page.status.unreadable'] }),
  page('undatedpolicy', '<a href="/privacy">Privacy Policy</a>', {
    replies: { '/privacy': html(`<p>Write to privacy@docs.test${FILLER}`) },
    fails: ['page.privacy.content'],
  }),
  page('thindpa', '<a href="/dpa">Data Processing Agreement</a>', {
    replies: { '/dpa': html(`<p>We love privacy.${FILLER}`) },
    fails: ['page.dpa.content'],
  }),
  page('scriptdpa', '<a href="/dpa">Data Processing Agreement</a>', {
    replies: { '/dpa': html('<div id=root></div><script src=/app.js></script>') },
    errors: ['page.dpa.content'],
  }),
  page('germandpa', '<a href="/dpa">DPA</a>', {
    replies: { '/dpa': html(`<p>${'Der Auftragsverarbeiter handelt auf Weisung des Verantwortlichen. '.repeat(12)}`) },
    errors: ['page.dpa.content'],
  }),
  page('slowdpa', '<a href="/dpa">DPA</a><p>We notify affected customers of a breach within 12 hours.', {
    fails: ['page.dpa.breach-time'],
  }),
  page('emptylist', '<a href="/subprocessors">Subprocessors</a>', {
    replies: { '/subprocessors': html(`<p>Last updated: 2026-05-01${FILLER.toLowerCase()}`) },
    fails: ['page.subprocessors.content'],
  }),
  page('oldlist', '<a href="/subprocessors">Subprocessors</a>', {
    replies: { '/subprocessors': LIST.replace('2026-05-01', '2023-05-01') },
    fails: ['page.subprocessors.undated'],
  }),
  page('loginreport', '<a href="/soc3">SOC 3 report</a>', {
    replies: { '/soc3': html(`<form><input type=password></form>${FILLER}`, 'Log in') },
    fails: ['page.report.missing'],
  }),
  page('oldreport', '<a href="/attestation">Attestation letter</a>', {
    replies: { '/attestation': html(`<p>For the period January 1, 2023 to December 31, 2023.${FILLER}`) },
    fails: ['page.report.old'],
  }),
  page('template', '<p>Mail {{ site.support }} for help.', { fails: ['page.text.template'] }),
  page('example', '<p>Write <code>{{ name }}</code> or <pre>{% if %}</pre>'),
  page('quoted', "<a href='/other\"'>More</a>", { fails: ['page.text.template', 'page.link.dead'] }),
  page('old', '<p>Last updated: 5 March 2020', { fails: ['page.text.old'] }),
  page('banner', '<p>This version is deprecated.', { fails: ['page.text.old'] }),
];

let close: () => Promise<void>;
let observe: (
  target: string,
  options?: JsonObject,
) => Promise<{
  readonly raw: Json;
  readonly facts: Json;
  readonly at: { readonly [fact: string]: string };
  readonly verdicts: readonly Verdict[];
}>;

before(async () => {
  const site = (name: string, https: Handler): LabSite => ({
    name,
    certificate: certificate(name),
    persistent: true,
    https,
    http: https,
  });
  const web = await startWeb([
    ...PAGES.map(({ name, body, replies }) => site(name, paths({ '/': html(body), ...DOCUMENTS, ...replies }))),
    site('www.privacyshield.gov', paths({ '/list': html('<p>A farewell') })),
    site('acme.statuspage.io', paths({ '/': STATUS, '/api/v2/status.json': response('200 OK', [], '{"status":{}}') })),
  ]);
  const mail = (name: string): string[] => [
    `$ORIGIN ${name}.`,
    '@ SOA ns h 1 7200 3600 1209600 300',
    `@ MX 10 mail.${name}.`,
  ];
  const dns = await startDns({
    lines: [
      ...['docs.test', 'match.test', 'mismatch.test'].flatMap(mail),
      '$ORIGIN nomail.test.',
      '@ SOA ns h 1 7200 3600 1209600 300',
      '@ MX 0 .',
      '$ORIGIN invalid.',
      '@ SOA ns h 1 7200 3600 1209600 300',
    ],
  });
  const { pack, problems } = readPack(
    fileURLToPath(new URL('../../../../checks/page/', import.meta.url)),
    new Map([['page', { ...collector, accepts: ['page'] as const }]]),
  );
  assert.deepEqual(problems, []);
  close = async () => void (await Promise.all([web.close(), dns.close()]));
  const names = [...PAGES.map(({ name }) => name), 'www.privacyshield.gov', 'acme.statuspage.io'];
  observe = async (name, options = {}) => {
    const target = { kind: 'page' as const, id: `page:${name}`, labels: {} };
    const job = createIO(
      {
        resolvers: [dns.address],
        connectTo: names.flatMap((host) => [
          { host, port: 443, toHost: '127.0.0.1', toPort: web.httpsPort },
          { host, port: 80, toHost: '127.0.0.1', toPort: web.httpPort },
        ]),
        ca: { pem: ca.certPem, digest: 'sha256:test' },
        allowPrivate: false,
        timeoutMs: 3000,
        concurrency: 4,
        rate: 0,
        maxConnections: 8,
      },
      { signal: AbortSignal.timeout(60_000), data: createData([]) },
    );
    try {
      const raw = JSON.parse(
        JSON.stringify(await collector.observe({ collector: 'page', target, options }, job.io)),
      ) as Json;
      const { facts, at } = collector.interpret(raw);
      const verdicts = judge(
        pack.checks,
        [{ target, collectors: { page: { is: 'facts', id: 'ev', facts, at } } }],
        AS_OF,
      );
      return { raw, facts, at, verdicts };
    } finally {
      job.end();
    }
  };
});
after(async () => await close());

const checksOf = (verdicts: readonly Verdict[], status: string): string[] => [
  ...new Set(verdicts.filter((verdict) => verdict.status === status).map(({ check }) => check)),
];

for (const { name, fails = [], errors = [] } of PAGES) {
  test(`${name} is judged for what it does`, async () => {
    const { raw, facts, at, verdicts } = await observe(`https://${name}/`);

    assert.deepEqual(validateFacts(factsSchema, facts), []);
    assert.deepEqual(
      checksOf(verdicts, 'fail').sort(),
      [...fails].sort(),
      JSON.stringify(verdicts.filter(({ status }) => status === 'fail').map(({ message }) => message)),
    );
    assert.deepEqual(checksOf(verdicts, 'error').sort(), [...errors].sort());
    for (const place of Object.values(at)) assert.notEqual(resolvePointer(raw, place), undefined, place);
  });
}

test('a file is a page too: relative links need the address under which it is published', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'page-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'security.md');
  writeFileSync(file, '# Security\n\nSee [the policy](/privacy) and [this](#security), [not this](#other).\n');

  const alone = await observe(file);
  const published = await observe(file, { url: 'https://docs.test/security' });

  const links = (facts: Json): Json => (facts as JsonObject)['links'] ?? null;
  assert.deepEqual(checksOf(alone.verdicts, 'error').includes('page.link.dead'), true);
  assert.deepEqual(
    (links(published.facts) as readonly JsonObject[]).map(({ url, dead }) => [url, dead]),
    [
      ['https://docs.test/privacy', false],
      ['#security', false],
      ['#other', true],
    ],
  );
});

test('what is no page is a fault of the job', async () => {
  await assert.rejects(
    observe('https://docs.test/nothing'),
    (error) => error instanceof FaultError && error.fault.code === 'http.not-a-page',
  );
  await assert.rejects(
    observe('./no-such-file.md'),
    (error) => error instanceof FaultError && error.fault.code === 'source.not-found',
  );
});

test('whatever is lost from evidence, nothing becomes a pass', async () => {
  const { raw } = await observe('https://shield.test/');
  const page = (raw as JsonObject)['page'] ?? null;

  for (const part of ['links', 'controls', 'mail', 'sectxt', 'status']) {
    const { facts } = collector.interpret({ ...(raw as JsonObject), [part]: {} });
    assert.deepEqual(validateFacts(factsSchema, facts), [], part);
  }
  const { facts } = collector.interpret({ page, links: {}, controls: {}, mail: {}, sectxt: {} });
  const [link] = (facts as JsonObject)['links'] as readonly JsonObject[];
  assert.deepEqual(link?.['dead'], { $unknown: 'http.limit' });
});

test('any raw is interpreted into facts that keep to the schema', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string(), fc.boolean(), (value, text, isHtml) => {
      for (const raw of [
        value,
        {
          page: {
            url: 'https://a.test/',
            html: isHtml,
            text: `${text} [x](https://b.test/ "t") <a href="/c">DPA</a>`,
            truncated: false,
          },
          links: { 'https://b.test/': value, 'https://a.test/c': [value] },
          controls: value,
          mail: value,
          sectxt: value,
          status: value,
        },
      ]) {
        assert.deepEqual(validateFacts(factsSchema, collector.interpret(raw as Json).facts), []);
      }
    }),
  );
});

test('readers end in time on hostile pages', () => {
  for (const piece of [
    '[',
    '](',
    '[a](',
    '<a href="',
    '<',
    '`',
    '{{',
    '\n# ',
    'https://',
    '<a href=x>',
    '|',
    '@',
    'a@b.',
    '&#',
    'x'.repeat(50) + ' ',
  ]) {
    const text = piece.repeat(Math.floor(400_000 / piece.length));
    const started = performance.now();
    readMarkdown(text);
    contactsOf(readHtml(text));
    assert.ok(performance.now() - started < 8000, JSON.stringify(piece));
  }
});

test('dates as people write them', () => {
  const day = (text: string) => `${text}T00:00:00.000Z`;
  assert.equal(updatedOn('Last updated: March 3, 2024'), day('2024-03-03'));
  assert.equal(updatedOn('Last Updated on 3rd March 2024'), day('2024-03-03'));
  assert.equal(updatedOn('Effective date: 2024-03-03'), day('2024-03-03'));
  assert.equal(updatedOn('Last modified Sept. 2024'), day('2024-09-30'));
  assert.equal(updatedOn('This policy was last updated on the 3rd of March 2024.'), day('2024-03-03'));
  assert.equal(updatedOn('Effective March 3, 2024'), day('2024-03-03'));
  assert.equal(updatedOn('Last updated: 31.01.2024'), day('2024-01-31'));
  assert.equal(updatedOn('Last updated: 01/31/2024'), day('2024-01-31'));
  assert.equal(updatedOn('Revised 04/03/2024'), day('2024-03-04'));
  assert.equal(dateAlone('March 2024'), day('2024-03-31'));
  assert.equal(dateAlone('In March 2024 we moved'), undefined);
  assert.equal(updatedOn('We update it often, since 2019'), undefined);
  assert.equal(updatedOn('Last updated: February 30, 2024'), undefined);
  assert.equal(periodEnd('for the period October 1, 2024 to September 30, 2025'), day('2025-09-30'));
  assert.equal(periodEnd('Valid until 2026-12-31'), day('2026-12-31'));
  assert.equal(instantOf('May 2024'), day('2024-05-31'));
});

test('times of breach notices, and rows of lists', () => {
  const lines = (...texts: readonly string[]) => texts.map((text, index) => ({ line: index + 1, text }));
  assert.equal(breachHours(lines('We notify you of a breach within seventy-two (72) hours.')), 72);
  assert.equal(breachHours(lines('Customers are informed of incidents within 2 business days.')), 48);
  assert.equal(breachHours(lines('We answer tickets within 24 hours.')), undefined);
  assert.equal(readDocument({ lines: lines('Stripe', 'Payment processing', 'United States') }).rows >= 1, true);
  assert.equal(readDocument({ lines: lines('we list nobody here.', 'and say no more.') }).rows, 0);
});

test('Markdown and HTML of the same page read the same', () => {
  const markdown = readMarkdown(
    '# Title\n\nSee [a *link*](/x "t") and <https://b.test/>, not `[code](/y)`.\n\n```\n[fenced](/z)\n```\n[ref]: https://c.test/\n',
  );
  const markup = readHtml(
    '<title>Title</title><h1 id="title">Title</h1><p>See <a href="/x">a <em>link</em></a> and <a href="https://b.test/">b</a><script>"<a href=/y>"</script><!-- <a href=/z> --><a href="https://c.test/">ref</a>',
  );

  assert.deepEqual(markdown.links.map(({ href }) => href).sort(), ['/x', 'https://b.test/', 'https://c.test/']);
  assert.deepEqual(markup.links.map(({ href }) => href).sort(), ['/x', 'https://b.test/', 'https://c.test/']);
  assert.deepEqual([[...markdown.anchors], markdown.title], [['title'], 'Title']);
  assert.deepEqual([[...markup.anchors], markup.title], [['title'], 'Title']);
});
