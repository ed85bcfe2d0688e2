/**
 * Every question of a good domain goes wrong, one at a time and in every way: the checks that it touches are errors, all others say what
 * they said, and nothing becomes a fail, a pass or not-applicable.
 */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { collector } from '../../../../src/collectors/dns/index.ts';
import { judge } from '../../../../src/judge/judge.ts';
import type { Misbehaviour } from '../../../../src/lab/dns.ts';
import { FaultError } from '../../../../src/model/fault.ts';
import type { IO } from '../../../../src/model/io.ts';
import type { Json } from '../../../../src/model/json.ts';
import type { Verdict } from '../../../../src/model/result.ts';
import { LOGO, linesOf, NAME, PAGE, POLICY } from '../../../support/dns-examiner.ts';
import { domainJob, labIo, type LabIo } from '../../../support/dns-io.ts';
import { dnsChecks } from '../../../support/dns-verdicts.ts';

const at = (label: string) => `${label}.${NAME}`;

const LINES = linesOf({
  signed: true,
  spf: `v=spf1 mx include:_spf.haus.test a:${at('out')} exp=${at('_e')} -all`,
  dmarc: 'v=DMARC1; p=reject; rua=mailto:d@haus.test',
  more: [
    '_e TXT "ask us"',
    'out A 62.53.9.31',
    'out AAAA 2a01:4f0:9::31',
    '@ NSEC3PARAM 1 0 0 -',
    `_25._tcp.a.post TLSA 3 1 1 ${'c4'.repeat(32)}`,
    `_25._tcp.b.post TLSA 3 1 1 ${'c4'.repeat(32)}`,
    `default._bimi TXT "v=BIMI1; l=https://${NAME}/b.svg; a=https://${NAME}/b.pem"`,
    '$ORIGIN haus.test.',
    '@ SOA ns h 1 7200 900 1209600 300',
    '@ MX 1 m',
    '_spf TXT "v=spf1 ip4:62.54.0.0/24 ?all"',
    `${NAME}._report._dmarc TXT "v=DMARC1"`,
    '$ORIGIN kontor.',
    '@ SOA ns h 1 7200 900 1209600 300',
    '@ NS ns',
    'ns A 62.55.1.1',
  ],
});

/** What may be an error when a question that begins so goes unanswered. */
const TOUCHES: readonly (readonly [question: RegExp, ids: string])[] = [
  [/^SOA \S+ @\S+ tcp/, 'dns.tcp dns.soa.serial'],
  [/^SOA \S+ @/, 'dns.edns dns.ns. dns.soa.serial dns.dnssec.sig_expiring'],
  [/^NS \S+ @|^NS kontor|ns\.kontor/, 'dns.ns.mismatch'],
  [/^SOA/, 'dns.dnssec. dns.nsec3. dns.soa. dns.caa.accounturi'],
  [/^(?:DS|DNSKEY)/, 'dns.dnssec. dns.nsec3. dns.caa.accounturi'],
  [/^NSEC3PARAM/, 'dns.nsec3.'],
  [/^NS/, 'dns.ns. dns.edns dns.tcp dns.soa.serial dns.dnssec.sig_expiring'],
  [/^A+ ns\./, 'dns.ns.'],
  [/^CAA/, 'dns.caa.'],
  [/^TLSA/, 'dane.'],
  [/^SPF/, 'spf.type99'],
  [/^PTR/, 'mx.ptr mx.fcrdns'],
  [/^MX haus\.test/, 'dmarc.rua.nomx'],
  [/^MX/, 'mx. spf. mtasts. dane. bimi.missing tlsrpt.missing dkim.none_found dmarc.spf_only dmarc.unbacked'],
  [/_domainkey/, 'dkim. dmarc.spf_only'],
  [/^TXT _dmarc\.kontor/, 'dmarc.multiple dmarc.subdomain.own dmarc.walk.diff bimi.dmarc'],
  [/^TXT _dmarc/, 'dmarc. spf.all.softfail bimi.dmarc'],
  [/_report\._dmarc/, 'dmarc.rua.unauthorised'],
  [/mta-sts\./, 'mtasts.'],
  [/_smtp\._tls/, 'tlsrpt.'],
  [/_bimi/, 'bimi.'],
  [/probity-no-such-name/, 'dmarc.wildcard dns.wildcard spf.wildcard'],
  [/^TXT \S+\.post\./, 'spf.helo'],
  [/^TXT _e\./, 'spf.exp'],
  [/^A+ (?:\S+\.post|out)\./, 'spf. mx. dane. dkim.none_found dmarc.spf_only'],
  [/^TXT _spf/, 'spf. mx.fcrdns dkim.none_found dmarc.spf_only'],
  [/^TXT/, 'spf. mx.fcrdns dns.txt. dkim.none_found dmarc.apex dmarc.spf_only dmarc.unbacked'],
  [/^A+ /, 'dns.cname.'],
];

/** Questions that only complete what another one has told already. */
const SECOND = new RegExp(`^AAAA (?:${NAME}|mta-sts|ns\\.kontor)`);

/** What a server answers itself is the fact that these rules judge. */
const BY_RULE = (question: string, kind: Misbehaviour): readonly string[] => {
  const overTcp: readonly Misbehaviour[] = ['silence', 'malformed', 'truncated', 'wrong-question'];
  if (/^SOA \S+ @\S+ tcp/.test(question)) return overTcp.includes(kind) ? ['dns.tcp'] : [];
  return /^SOA \S+ @/.test(question) && kind === 'refused' ? ['dns.ns.lame'] : [];
};

const KINDS: readonly Misbehaviour[] = [
  ...(['servfail', 'silence', 'refused', 'formerr', 'notimp', 'malformed', 'truncated', 'wrong-question'] as const),
];

function lab(misbehave?: Misbehaviour): LabIo {
  return labIo({
    lines: LINES,
    signed: () => true,
    fetch: ({ url }) => Promise.resolve({ ...PAGE, url, body: Buffer.from(url.endsWith('.svg') ? LOGO : POLICY) }),
    ...(misbehave === undefined ? {} : { misbehave: () => misbehave }),
  });
}

async function judged(io: IO): Promise<readonly Verdict[]> {
  const job = domainJob(NAME, { selectors: ['k7'] });
  const raw = JSON.parse(JSON.stringify(await collector.observe(job, io))) as Json;
  const { facts, at: places } = collector.interpret(raw);
  const source = { is: 'facts', id: 'ev-test', facts, at: places } as const;
  return judge(dnsChecks(), [{ target: job.target, collectors: { dns: source } }], '2026-11-22T10:00:00Z');
}

const keyOf = ({ check, subject }: Verdict) => `${check} ${subject}`;
const base = new Map<string, Verdict>();
const questions: string[] = [];

before(async () => {
  const good = lab();
  for (const verdict of await judged(good.io)) base.set(keyOf(verdict), verdict);
  questions.push(...good.asked);
  assert.deepEqual(
    [...base.values()].filter(({ status }) => status === 'error').map(({ message }) => message),
    [],
  );
});

/** Errors are of these ids, everything else is as it was, and what is gone has an error in its place. */
function compare(
  now: readonly Verdict[],
  allowed: readonly string[],
  byRule: readonly string[],
  title: string,
): number {
  const errors = new Set(now.filter(({ status }) => status === 'error').map(({ check }) => check));
  assert.deepEqual(
    [...errors].filter((id) => !allowed.some((prefix) => id.startsWith(prefix))),
    [],
    `${title}: not touched`,
  );
  const changed = now.filter(
    (verdict) =>
      verdict.status !== 'error' &&
      verdict.status !== base.get(keyOf(verdict))?.status &&
      !byRule.includes(verdict.check),
  );
  assert.deepEqual(
    changed.map((verdict) => `${keyOf(verdict)}: ${verdict.status}`),
    [],
    `${title}: judged without seeing`,
  );
  const here = new Set(now.map(keyOf));
  const gone = [...base.values()].filter((verdict) => !here.has(keyOf(verdict)) && !errors.has(verdict.check));
  assert.deepEqual(gone.map(keyOf), [], `${title}: gone without an error`);
  return errors.size;
}

for (const kind of KINDS) {
  test(`one question is answered with ${String(kind)}: errors where it is asked for, nothing else changes`, async () => {
    assert.ok(questions.length > 100);
    for (const question of questions) {
      const [good, bad] = [lab(), lab(kind)];
      const io: IO = {
        ...good.io,
        dns: async (request) => {
          // many are under way at once: this one is noted when it is asked
          const index = good.asked.length;
          const reply = await good.io.dns(request);
          return good.asked[index] === question ? bad.io.dns(request) : reply;
        },
      };

      const now = await judged(io);

      const ids = TOUCHES.find(([pattern]) => pattern.test(question))?.[1] ?? '';
      const byRule = BY_RULE(question, kind);
      const errors = compare(now, ids.split(' '), byRule, `${String(kind)} to ${question}`);
      const answersTcp = question.endsWith('tcp') && ['refused', 'formerr', 'notimp'].includes(String(kind));
      // a server without EDNS is asked again without it
      const askedAgain = / @\S+$/.test(question) && ['silence', 'formerr', 'notimp'].includes(String(kind));
      if (!SECOND.test(question) && byRule.length === 0 && !answersTcp && !askedAgain)
        assert.ok(errors > 0, `${String(kind)} to ${question} is nowhere an error`);
    }
  });
}

test('one answer is cut at any octet, or has one octet changed: never a crash, and a cut answer is never read', async () => {
  let turn = 0;
  for (const question of questions) {
    for (const cut of [true, false]) {
      const good = lab();
      const io: IO = {
        ...good.io,
        dns: async (request) => {
          const index = good.asked.length;
          const reply = await good.io.dns(request);
          if (good.asked[index] !== question) return reply;
          turn += 37;
          const place = turn % reply.message.length;
          if (cut) return { ...reply, message: reply.message.slice(0, place) };
          const message = Uint8Array.from(reply.message);
          message[place] = (message[place] ?? 0) ^ (1 << (turn % 8));
          return { ...reply, message };
        },
      };

      const now = await judged(io);

      const ids = TOUCHES.find(([pattern]) => pattern.test(question))?.[1] ?? '';
      if (cut) compare(now, ids.split(' '), BY_RULE(question, 'malformed'), `${question}, cut`);
      assert.deepEqual(
        now.filter(({ fault }) => fault?.code === 'engine.bug' || fault?.code === 'evidence.missing'),
        [],
      );
    }
  }
});

test('one document cannot be fetched in time: errors where it is asked for, nothing else changes', async () => {
  for (const [end, ids] of [
    ['.txt', 'mtasts.'],
    ['.svg', 'bimi.svg bimi.vmc'],
    ['.pem', 'bimi.evidence bimi.vmc'],
  ] as const) {
    const { io } = lab();
    const slow: IO = {
      ...io,
      fetch: (request) =>
        request.url.endsWith(end) ? Promise.reject(new FaultError('net.timeout')) : io.fetch(request),
    };

    assert.ok(compare(await judged(slow), ids.split(' '), [], end) > 0);
  }
});
