/** The hostile zone over real sockets: nothing crashes, nothing that could not be seen is called missing, every bound holds. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { collector } from '../../../src/collectors/dns/index.ts';
import { createDnsClient } from '../../../src/engine/io/dns.ts';
import { startDns, type LabDns, type Misbehaviour } from '../../../src/lab/dns.ts';
import type { IO } from '../../../src/model/io.ts';
import type { Json } from '../../../src/model/json.ts';
import { validateFacts } from '../../../src/packs/facts-schema.ts';
import { judge } from '../../../src/judge/judge.ts';
import type { Verdict } from '../../../src/model/result.ts';
import { domainJob, labIo } from '../../support/dns-io.ts';
import { dnsChecks } from '../../support/dns-verdicts.ts';

/** Each hostile domain is a label below `.hostile.test`; what its name asks for goes wrong. */
const WRONG: { readonly [label: string]: Misbehaviour } = {
  servfail: 'servfail',
  refused: 'refused',
  formerr: 'formerr',
  notimp: 'notimp',
  malformed: 'malformed',
  truncated: 'truncated',
};

const long = (text: string) => (text.match(/.{1,255}/gs) ?? []).map((part) => `"${part}"`).join(' ');
const zone = (label: string, ...lines: readonly string[]) => [
  `$ORIGIN ${label}.hostile.test.`,
  '@ SOA ns h 1 7200 3600 1209600 300',
  '@ A 192.0.2.1',
  '@ MX 10 mail',
  'mail A 192.0.2.2',
  ...lines,
];
const times = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => line(index));

const LINES: readonly string[] = [
  ...zone('loop', '_dmarc CNAME a', 'a CNAME b', 'b CNAME a', '@ TXT "v=spf1 include:a.loop.hostile.test -all"'),
  ...zone(
    'chain',
    '_dmarc CNAME c0',
    ...times(20, (index) => `c${String(index)} CNAME c${String(index + 1)}`),
    'c20 TXT "v=DMARC1; p=reject"',
  ),
  ...zone('gone', '_dmarc CNAME nothing.gone.hostile.test.', 'www CNAME nothing'),
  ...zone('huge', `@ TXT ${long('x'.repeat(60_000))}`),
  ...zone('many', ...times(1000, (index) => `@ TXT "token-${String(index)}"`)),
  ...zone('empty', '@ TXT ""', '@ TXT "" "" ""', '_dmarc TXT ""'),
  ...zone(
    'control',
    '@ TXT "v=spf1 \\000\\013\\010\\027[31m <script>alert(1)</script> \\226\\128\\174 -all"',
    '_dmarc TXT "v=DMARC1; p=<script>; rua=mailto:\\027]0;x@y"',
  ),
  ...zone(
    'wide',
    `@ TXT ${long(`v=spf1 ${times(1000, (index) => `include:i${String(index)}.wide.hostile.test`).join(' ')} -all`)}`,
    ...times(60, (index) => `i${String(index)} TXT "v=spf1 include:i${String(index + 1)}.wide.hostile.test mx a -all"`),
  ),
  ...zone(
    'voids',
    `@ TXT ${long(`v=spf1 ${times(100, (index) => `a:v${String(index)}.voids.hostile.test`).join(' ')} -all`)}`,
  ),
  ...zone(
    'macro',
    `@ TXT ${long(`v=spf1 exists:${'%{s}.%{d}.'.repeat(40)}%{i}.macro.hostile.test include:%{l}.macro.hostile.test -all`)}`,
  ),
  ...times(
    11,
    (index) =>
      `$ORIGIN r${String(index)}.ring.hostile.test.\n@ TXT "v=spf1 include:r${String((index + 1) % 11)}.ring.hostile.test -all"`,
  ).flatMap((text) => text.split('\n')),
  ...zone(
    'wild',
    '*.wild.hostile.test. TXT "v=DMARC1; p=none"',
    '*.wild.hostile.test. A 127.0.0.1',
    '*.wild.hostile.test. MX 0 x',
  ),
  ...zone('mx', ...times(200, (index) => `@ MX 10 m${String(index)}`)),
  ...zone(
    'rua',
    `_dmarc TXT ${long(`v=DMARC1; p=reject; rua=${times(1000, (index) => `mailto:a@d${String(index)}.test`).join(',')}`)}`,
  ),
  ...zone('chunk', '@ TXT "junk" "v=spf1 -all"'),
  ...zone(
    'private',
    '_mta-sts TXT "v=STSv1; id=1"',
    'mta-sts A 169.254.169.254',
    'default._bimi TXT "v=BIMI1; l=https://mta-sts.private.hostile.test/x.svg"',
  ),
  `$ORIGIN ${'a.'.repeat(100)}deep.hostile.test.`,
  '@ A 192.0.2.1',
];

let server: LabDns;
let dns: IO['dns'];

before(async () => {
  server = await startDns({
    lines: LINES,
    misbehave: ({ name }, transport) => {
      const label = name.toLowerCase().split('.').at(-3) ?? '';
      if (label === 'notcp') return transport === 'udp' ? 'truncated' : 'silence';
      return WRONG[label];
    },
  });
  const client = createDnsClient({
    resolvers: [server.address],
    connectTo: [],
    allowPrivate: true,
    timeoutMs: 2000,
    concurrency: 16,
    rate: 0,
    maxConnections: 8,
  });
  const { signal } = new AbortController();
  // questions to name servers of the zones would leave the loopback: they are refused here
  dns = (request) => client.ask(request.server === undefined ? request : { ...request, server: '127.0.0.1:9' }, signal);
});

after(() => server.close());

async function judged(domain: string): Promise<{ verdicts: Verdict[]; facts: Json; queries: number }> {
  let queries = 0;
  const io: IO = {
    ...labIo({}).io,
    dns: (request) => {
      queries += 1;
      return dns(request);
    },
  };
  const job = domainJob(domain);
  const raw = JSON.parse(JSON.stringify(await collector.observe(job, io))) as Json;
  const { facts, at } = collector.interpret(raw);
  assert.deepEqual(validateFacts(collector.factsSchema, facts), []);
  const verdicts = judge(
    dnsChecks(),
    [{ target: job.target, collectors: { dns: { is: 'facts', id: 'ev-x', facts, at } } }],
    '2026-11-22T10:00:00Z',
  );
  return { verdicts, facts, queries };
}

const domains = [
  ...[
    'loop',
    'chain',
    'gone',
    'huge',
    'many',
    'empty',
    'control',
    'wide',
    'voids',
    'macro',
    'wild',
    'mx',
    'rua',
    'chunk',
    'private',
  ].map((label) => `${label}.hostile.test`),
  'r0.ring.hostile.test',
  `${'a.'.repeat(100)}deep.hostile.test`,
];

for (const domain of domains) {
  test(`${domain.length > 60 ? 'a name of 100 labels' : domain}: judged, within bounds`, async () => {
    const { verdicts, queries } = await judged(domain);

    assert.ok(queries <= 300, `${String(queries)} queries`);
    assert.ok(verdicts.length > 150);
    assert.deepEqual(
      verdicts
        .filter(({ fault }) => fault?.code === 'engine.bug' || fault?.code === 'evidence.missing')
        .map(({ check, message }) => `${check}: ${message}`),
      [],
    );
  });
}

for (const label of [...Object.keys(WRONG), 'notcp']) {
  test(`${label}: nothing is called missing, and nothing passes`, async () => {
    const { verdicts } = await judged(`${label}.test`.replace('.test', '.hostile.test'));

    const told = verdicts.filter(
      ({ check, status }) => (status === 'fail' || status === 'pass') && !/^dns\.dnssec\.bogus$/.test(check),
    );
    assert.deepEqual(
      told.map(({ check, message }) => `${check}: ${message}`),
      [],
    );
  });
}

test('what the hostile records hold is said', async () => {
  const fails = async (domain: string) =>
    new Set((await judged(domain)).verdicts.filter(({ status }) => status === 'fail').map(({ check }) => check));

  assert.ok((await fails('gone.hostile.test')).has('dmarc.cname.dangling'));
  assert.ok((await fails('control.hostile.test')).has('spf.nonascii'));
  assert.ok((await fails('wide.hostile.test')).has('spf.lookups.over'));
  assert.ok((await fails('voids.hostile.test')).has('spf.lookups.over'));
  assert.ok((await fails('r0.ring.hostile.test')).has('spf.include.loop'));
  assert.ok((await fails('wild.hostile.test')).has('dns.wildcard'));
  assert.ok((await fails('rua.hostile.test')).has('dmarc.rua.many'));
  assert.ok((await fails('chunk.hostile.test')).has('spf.missing'));
});

test('a CNAME loop at _dmarc is an error, never a missing record', async () => {
  const { verdicts } = await judged('loop.hostile.test');

  const missing = verdicts.find(({ check }) => check === 'dmarc.missing');
  assert.deepEqual([missing?.status, missing?.fault?.code], ['error', 'dns.loop']);
});
