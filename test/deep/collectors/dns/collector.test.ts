/** The dns collector as a whole: what it asks, what it makes of the answers, and that not knowing stays not knowing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { collector } from '../../../../src/collectors/dns/index.ts';
import type { PlanContext } from '../../../../src/model/collector.ts';
import type { Json } from '../../../../src/model/json.ts';
import { resolvePointer } from '../../../../src/model/pointer.ts';
import { validateFacts } from '../../../../src/packs/facts-schema.ts';
import type { Misbehaviour } from '../../../../src/lab/dns.ts';
import { at, domainJob, labIo, type LabIoOptions } from '../../../support/dns-io.ts';

const ZONE = [
  '$ORIGIN good.test.',
  '@ SOA ns1 h 1 7200 3600 1209600 300',
  '@ NS ns1',
  '@ NS ns2.other.test.',
  'ns1 A 192.0.2.53',
  '@ A 192.0.2.1',
  '@ MX 10 mail',
  '@ MX 20 mail2',
  'mail A 192.0.2.2',
  'mail AAAA 2001:db8::2',
  'mail2 A 192.0.2.3',
  '@ TXT "v=spf1 mx include:_spf.other.test -all"',
  '@ CAA 0 issue "ca.test"',
  '_dmarc TXT "v=DMARC1; p=reject; rua=mailto:d@good.test,mailto:r@other.test"',
  '_mta-sts TXT "v=STSv1; id=20260101"',
  '_smtp._tls TXT "v=TLSRPTv1; rua=mailto:t@good.test"',
  '$ORIGIN other.test.',
  '@ SOA ns1 h 1 7200 3600 1209600 300',
  'ns2 A 198.51.100.53',
  '@ MX 0 mail',
  'mail A 198.51.100.1',
  '_spf TXT "v=spf1 ip4:198.51.100.0/24 ?all"',
  'good.test._report._dmarc TXT "v=DMARC1"',
];

async function factsFor(domain: string, options: LabIoOptions): Promise<Json> {
  const raw = await collector.observe(domainJob(domain), labIo(options).io);
  const { facts } = collector.interpret(JSON.parse(JSON.stringify(raw)) as Json);
  assert.deepEqual(validateFacts(collector.factsSchema, facts), []);
  return facts;
}

test('a good domain: every part is known', async () => {
  const facts = await factsFor('good.test', { lines: ZONE });

  assert.ok(!JSON.stringify(facts).includes('$unknown'));
  assert.equal(at(facts, 'name.mailDomain'), true);
  assert.equal(at(facts, 'name.organizational'), true);
  assert.deepEqual(at(facts, 'mx.hostNames'), ['mail.good.test', 'mail2.good.test']);
  assert.equal(at(facts, 'spf.lookups'), 2);
  assert.equal(at(facts, 'spf.all'), 'fail');
  assert.equal(at(facts, 'spf.ipv4Count'), 258);
  assert.equal(at(facts, 'spf.flattened'), 'v=spf1 ip4:192.0.2.2/31 ip4:198.51.100.0/24 ip6:2001:db8::2 -all');
  assert.equal(at(facts, 'dmarc.policy'), 'reject');
  assert.deepEqual(at(facts, 'dmarc.ruaUnauthorised'), []);
  assert.equal(at(facts, 'mtasts.idValid'), true);
  assert.deepEqual(at(facts, 'tlsrpt.ruaErrors'), []);
  assert.deepEqual(at(facts, 'caa.issue'), ['ca.test']);
  assert.deepEqual(at(facts, 'ns.networks'), ['192.0.2.0/24', '198.51.100.0/24']);
});

test('every pointer of the facts resolves in the raw evidence', async () => {
  const raw = await collector.observe(domainJob('good.test'), labIo({ lines: ZONE }).io);
  const { facts, at: places } = collector.interpret(raw);

  assert.ok(Object.keys(places).length > 50);
  for (const [fact, place] of Object.entries(places)) {
    assert.notEqual(resolvePointer(raw, place), undefined, `${fact} points at ${place}`);
    if (!fact.includes('/name/') && fact.split('/').length < 3)
      assert.notEqual(resolvePointer(facts, fact), undefined, fact);
  }
});

test('no question is asked twice, and the second run asks the same', async () => {
  const first = labIo({ lines: ZONE });
  const second = labIo({ lines: ZONE });
  const one = await collector.observe(domainJob('good.test'), first.io);
  const two = await collector.observe(domainJob('good.test'), second.io);

  assert.equal(new Set(first.asked).size, first.asked.length);
  assert.deepEqual(one, two);
});

const FAULTS: readonly (readonly [Misbehaviour, string])[] = [
  ['servfail', 'dns.servfail'],
  ['refused', 'dns.refused'],
  ['formerr', 'dns.formerr'],
  ['notimp', 'dns.notimp'],
  ['silence', 'dns.timeout'],
  ['malformed', 'dns.malformed'],
  ['truncated', 'dns.malformed'],
  ['wrong-question', 'dns.malformed'],
];

for (const [misbehaviour, code] of FAULTS) {
  test(`when the server answers everything with ${String(misbehaviour)}, every fact is ${code}, none is absent`, async () => {
    const facts = await factsFor('good.test', { lines: ZONE, misbehave: () => misbehaviour });

    for (const part of ['soa', 'ns', 'mx', 'spf', 'mtasts', 'tlsrpt', 'caa']) {
      assert.deepEqual(at(facts, part), { $unknown: code }, part);
    }
    for (const path of ['name.exists', 'name.mailDomain', 'dmarc.found', 'dmarc.records', 'dmarc.policy']) {
      assert.deepEqual(at(facts, path), { $unknown: code }, path);
    }
  });
}

test('one include that fails leaves the record known and the tree unknown', async () => {
  const facts = await factsFor('good.test', {
    lines: ZONE,
    misbehave: ({ name }) => (name === '_spf.other.test' ? 'servfail' : undefined),
  });

  assert.equal(at(facts, 'spf.record'), 'v=spf1 mx include:_spf.other.test -all');
  assert.deepEqual(at(facts, 'spf.syntaxErrors'), []);
  for (const path of ['lookups', 'all', 'voids', 'everything', 'transitive', 'includesWithout', 'authorises']) {
    assert.deepEqual(at(facts, `spf.${path}`), { $unknown: 'dns.servfail' }, path);
  }
});

test('a name that does not exist is absence, seen', async () => {
  const facts = await factsFor('nothing.good.test', { lines: ZONE });

  assert.equal(at(facts, 'name.exists'), false);
  assert.equal(at(facts, 'name.mailDomain'), false);
  assert.deepEqual(at(facts, 'spf.records'), []);
  assert.equal(at(facts, 'dmarc.policy'), 'reject');
  assert.equal(at(facts, 'dmarc.from'), 'organizational');
});

test('a record with hundreds of look-ups stays inside the bound and is still judged', async () => {
  const includes = Array.from({ length: 400 }, (_, index) => `include:i${String(index)}.big.test`);
  const lines = [
    '$ORIGIN big.test.',
    '@ SOA ns1 h 1 7200 3600 1209600 300',
    `@ TXT ${chunks(`v=spf1 ${includes.join(' ')} -all`)}`,
    ...includes.map((_, index) => `i${String(index)} TXT "v=spf1 a:x${String(index)}.big.test -all"`),
  ];
  const lab = labIo({ lines });

  const raw = await collector.observe(domainJob('big.test'), lab.io);
  const { facts } = collector.interpret(raw);

  assert.ok(lab.asked.length <= 300, String(lab.asked.length));
  assert.ok(Number(at(facts, 'spf.lookups')) > 10);
  assert.deepEqual(at(facts, 'spf.everything'), { $unknown: 'dns.limit' });
});

function chunks(text: string): string {
  return (text.match(/.{1,255}/g) ?? []).map((part) => `"${part}"`).join(' ');
}

test('hundreds of mail exchangers and report addresses stay inside the bound', async () => {
  const lines = [
    '$ORIGIN big.test.',
    '@ SOA ns1 h 1 7200 3600 1209600 300',
    ...Array.from({ length: 200 }, (_, index) => `@ MX 10 m${String(index)}`),
    `_dmarc TXT ${chunks(`v=DMARC1; p=reject; rua=${Array.from({ length: 1000 }, (_, index) => `mailto:a@r${String(index)}.test`).join(',')}`)}`,
  ];
  const lab = labIo({ lines });

  const { facts } = collector.interpret(await collector.observe(domainJob('big.test'), lab.io));

  assert.ok(lab.asked.length <= 300, String(lab.asked.length));
  assert.deepEqual(at(facts, 'mx.hosts.$unknown'), 'dns.limit');
});

test('CNAME chains are followed over messages, loops are a fault', async () => {
  const lines = [
    '$ORIGIN c.test.',
    '@ SOA ns1 h 1 7200 3600 1209600 300',
    '_dmarc CNAME d.other.test.',
    '@ TXT "v=spf1 a:loop.c.test -all"',
    'loop CNAME loop2',
    'loop2 CNAME loop',
    '$ORIGIN other.test.',
    'd TXT "v=DMARC1; p=none"',
  ];
  const facts = await factsFor('c.test', { lines });

  assert.equal(at(facts, 'dmarc.cname'), 'd.other.test');
  assert.equal(at(facts, 'dmarc.policy'), 'none');
  assert.deepEqual(at(facts, 'spf.voids'), { $unknown: 'dns.loop' });
});

const CONTEXT: PlanContext = { options: {}, paths: [], connectTo: [], switches: {}, dataDigest: () => undefined };
const TARGET = { kind: 'domain', id: 'domain:good.test', labels: { env: 'prod' } } as const;

function discovered(facts: Json | undefined, context: PlanContext = CONTEXT): string[] {
  return collector.discover?.(facts, TARGET, context).map((target) => `${target.id} < ${target.parent ?? ''}`) ?? [];
}

test('a domain leads to its HTTPS endpoint, its site and its mail hosts', async () => {
  assert.deepEqual(discovered(await factsFor('good.test', { lines: ZONE })), [
    'endpoint:good.test:443 < domain:good.test',
    'site:https://good.test/ < domain:good.test',
    'endpoint:mail.good.test:25/smtp < domain:good.test',
    'endpoint:mail2.good.test:25/smtp < domain:good.test',
  ]);
});

test('a name without address leads to no site, unless somebody says where to connect; not knowing leads there', async () => {
  const facts = await factsFor('none.test', { lines: ['$ORIGIN none.test.', '@ SOA ns h 1 7200 3600 1209600 300'] });

  assert.deepEqual(discovered(facts), []);
  assert.equal(discovered(facts, { ...CONTEXT, connectTo: ['good.test:443'] }).length, 2);
  assert.equal(discovered(undefined).length, 2);
});

test('any raw evidence gives facts by the schema', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (whole, answers) => {
      for (const raw of [
        whole,
        { domain: 'x.test', answers },
        { domain: 'x.test', answers: [answers], suffixes: whole },
      ]) {
        const { facts } = collector.interpret(raw as Json);
        assert.deepEqual(validateFacts(collector.factsSchema, facts), []);
      }
    }),
  );
});

test('mutated raw evidence gives facts by the schema, and nothing lost becomes absence', async () => {
  const raw = (await collector.observe(domainJob('good.test'), labIo({ lines: ZONE }).io)) as {
    answers: { name: string; type: string; reply: { [key: string]: Json } }[];
  };
  for (const [index, removed] of raw.answers.entries()) {
    const { facts } = collector.interpret({ ...raw, answers: raw.answers.filter((_, other) => other !== index) });

    assert.deepEqual(validateFacts(collector.factsSchema, facts), [], removed.name);
    assert.ok(JSON.stringify(facts).includes('"$unknown":"evidence.missing"'), `${removed.type} ${removed.name}`);
  }
  fc.assert(
    fc.property(fc.nat(raw.answers.length - 1), fc.string(), fc.uint8Array({ maxLength: 80 }), (index, key, bytes) => {
      const answers = structuredClone(raw.answers);
      const entry = answers[index];
      if (entry !== undefined)
        entry.reply = { ...entry.reply, message: Buffer.from(bytes).toString('base64'), [key]: null };
      const { facts } = collector.interpret({ ...raw, answers });
      assert.deepEqual(validateFacts(collector.factsSchema, facts), []);
    }),
  );
});

test('only what the chosen checks read is asked, and the rest is not known rather than not there', async () => {
  const plan = (paths: readonly string[]) => collector.plan?.(TARGET, { ...CONTEXT, paths });
  const options = plan(['caa.found', 'names.dmarc']) ?? {};
  const lab = labIo({ lines: ZONE });

  const raw = await collector.observe(domainJob('good.test', options), lab.io);
  const { facts } = collector.interpret(raw);

  assert.deepEqual(options, { parts: ['name', 'mx', 'caa'] });
  assert.ok(lab.asked.includes('CAA good.test') && !lab.asked.some((asked) => asked.includes('_dmarc')));
  assert.equal(at(facts, 'caa.found'), true);
  assert.deepEqual(at(facts, 'dmarc'), { $unknown: 'engine.not-run' });
  const everything = [
    'soa',
    'ns',
    'spf',
    'dkim',
    'dmarc',
    'mtasts',
    'tlsrpt',
    'caa',
    'dnssec',
    'servers',
    'texts',
    'bimi',
    'senders',
  ];
  assert.deepEqual(plan(everything.map((part) => `${part}.x`)), {});
});
