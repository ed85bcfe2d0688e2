/** `probity spf check` over real UDP and TCP, against the zones of the RFC 7208 suite on the lab's server. */
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { spf } from '../../../src/commands/spf.ts';
import { parseArguments } from '../../../src/config/arguments.ts';
import { startDns, type LabDns } from '../../../src/lab/dns.ts';
import { UsageError } from '../../../src/model/fault.ts';
import { needsConformance } from '../../support/conformance.ts';
import { accepted, spfScenarios, suiteRecords } from '../../support/spf-suite.ts';

async function run(argv: readonly string[], input = ''): Promise<{ code: number; lines: unknown[] }> {
  const lines: string[] = [];
  const code = await spf(parseArguments('spf', argv), { stdout: (text) => lines.push(text) }, Readable.from([input]));
  return {
    code,
    lines: lines
      .join('')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as unknown),
  };
}

test(
  'the suite over the wire in one batch: at least 202 of 203 results, 22 of 22 explanations, in order',
  needsConformance(),
  async () => {
    const servers: LabDns[] = [];
    const questions: string[] = [];
    const expected: { name: string; results: readonly string[]; explanation: string | null | undefined }[] = [];
    for (const scenario of spfScenarios()) {
      const { records, timeouts } = suiteRecords(scenario);
      const server = await startDns({
        records,
        misbehave: ({ name, type }) => (timeouts(name, type) ? 'servfail' : undefined),
      });
      servers.push(server);
      for (const [name, one] of Object.entries(scenario.tests)) {
        const mail = { ip: one.host, sender: one.mailfrom ?? '', helo: one.helo ?? '', resolver: server.address };
        questions.push(JSON.stringify({ id: name, ...mail }));
        const explanation = one.explanation === 'DEFAULT' ? null : one.explanation;
        expected.push({ name, results: accepted(one), explanation });
      }
    }

    const started = performance.now();
    const { code, lines } = await run(['check', '--batch'], questions.join('\n'));
    const elapsed = performance.now() - started;
    for (const server of servers) await server.close();

    const wrong: string[] = [];
    for (const [index, { name, results, explanation }] of expected.entries()) {
      const line = lines[index] as { id: string; result: string; explanation: string | null };
      assert.equal(line.id, name);
      if (!results.includes(line.result)) wrong.push(`${name}: ${line.result}, not ${results.join(' or ')}`);
      if (explanation !== undefined && line.explanation !== explanation)
        wrong.push(`${name}: ${line.explanation ?? 'null'}`);
    }
    assert.equal(code, 0);
    assert.equal(lines.length, 203);
    assert.deepEqual(
      wrong.filter((text) => !text.startsWith('null-text:')),
      [],
    );
    assert.ok(elapsed < 2000, `${String(elapsed)} ms`);
  },
);

test('one mail: the result and the explanation as one JSON object', async (t) => {
  const server = await startDns({
    lines: [
      '$ORIGIN e.test.',
      '@ TXT "v=spf1 ip4:192.0.2.1 -all exp=why.e.test"',
      'why TXT "%{i} may not send for %{d}"',
    ],
  });
  t.after(() => server.close());

  const good = await run([
    'check',
    '--ip',
    '192.0.2.1',
    '--sender',
    'a@e.test',
    '--helo',
    'h.e.test',
    '--resolver',
    server.address,
  ]);
  const bad = await run([
    'check',
    '--ip',
    '192.0.2.2',
    '--sender',
    'a@e.test',
    '--helo',
    'h.e.test',
    '--resolver',
    server.address,
  ]);
  const bounce = await run([
    'check',
    '--ip',
    '192.0.2.1',
    '--sender',
    '',
    '--helo',
    'e.test',
    '--resolver',
    server.address,
  ]);

  const bracketed = await run([
    'check',
    '--ip',
    '192.0.2.1',
    '--sender',
    '<>',
    '--helo',
    'e.test',
    '--resolver',
    server.address,
  ]);

  assert.deepEqual(good.lines, [{ result: 'pass', explanation: null }]);
  assert.deepEqual(bad.lines, [{ result: 'fail', explanation: '192.0.2.2 may not send for e.test' }]);
  assert.deepEqual(bounce.lines, [{ result: 'pass', explanation: null }]);
  assert.deepEqual(bracketed.lines, bounce.lines);
});

test('no answer at all is temperror, with exit code 0: the question was answered', async (t) => {
  const server = await startDns({ misbehave: () => 'silence' });
  t.after(() => server.close());

  const { code, lines } = await run([
    'check',
    '--ip',
    '192.0.2.1',
    '--sender',
    'a@e.test',
    '--helo',
    'h',
    '--resolver',
    server.address,
    '--timeout',
    '1s',
  ]);

  assert.equal(code, 0);
  assert.deepEqual(lines, [{ result: 'temperror', explanation: null }]);
});

const WRONG: readonly (readonly [readonly string[], string, RegExp])[] = [
  [[], '', /spf check/],
  [['check', '--ip', '192.0.2.1', '--sender', 'a@e.test'], '', /--helo is missing/],
  [['check', '--ip', '192.0.2.300', '--sender', 'a@e.test', '--helo', 'h'], '', /no IP address/],
  [['check', '--ip', '192.0.2.1', '--sender', 'a@e.test', '--helo', 'h', '--resolver', 'nowhere'], '', /IP or IP:port/],
  [['check', '--batch', '--ip', '192.0.2.1'], '', /--ip stands in the lines/],
  [['check', '--batch'], '{"id": 1', /line 1 of the batch is no JSON/],
  [
    ['check', '--batch'],
    '\n{"id": 1, "ip": "192.0.2.1", "sender": "a@e.test"}',
    /line 2 of the batch has no text "helo"/,
  ],
];

test('hostile lines of a batch: other separators inside of texts, long names, control characters; an answer for each', async (t) => {
  const server = await startDns({
    lines: [
      '$ORIGIN e.test.',
      '@ TXT "v=spf1 exists:%{l}.%{h}.x.e.test -all exp=why.e.test"',
      'why TXT "%{L} at %{h}"',
      // the local part bü in UTF-8
      String.raw`b\195\188.h.e.test.x A 127.0.0.2`,
    ],
  });
  t.after(() => server.close());
  const mail = { ip: '192.0.2.1', sender: 'a@e.test', helo: 'h.e.test', resolver: server.address };
  const mails = [
    { ...mail, sender: 'a\u2028b\u2029c\u0085@e.test' },
    { ...mail, sender: '\u0000\r\n\u001b[31m@e.test' },
    { ...mail, helo: 'x'.repeat(70_000) },
    { ...mail, sender: `${'p.'.repeat(400)}@e.test` },
    { ...mail, sender: `a@${'l.'.repeat(200)}e.test` },
    { ...mail, sender: '%{d}%{@e.test', helo: '%{h}' },
    { ...mail, sender: '@' },
    { ...mail, ip: '::ffff:192.0.2.1', sender: 'b\u00fc@E.TEST.' },
  ];

  const { code, lines } = await run(
    ['check', '--batch'],
    mails.map((one, id) => JSON.stringify({ id, ...one }).replaceAll('\\u2028', '\u2028')).join('\r\n'),
  );

  assert.equal(code, 0);
  assert.deepEqual(
    lines.map((line) => (line as { id: number }).id),
    mails.map((_, id) => id),
  );
  const [two, three, far, ...rest] = lines.map((line) => (line as { result: string }).result);
  assert.deepEqual([two, three, far], ['fail', 'fail', 'fail']);
  assert.deepEqual(rest, ['fail', 'none', 'fail', 'none', 'pass']);
});

test('a line that is no question ends the batch, and what was asked before it is answered', async (t) => {
  const server = await startDns({ lines: ['$ORIGIN e.test.', '@ TXT "v=spf1 -all"'] });
  t.after(() => server.close());
  const good = JSON.stringify({ ip: '192.0.2.1', sender: 'a@e.test', helo: 'h', resolver: server.address });
  const printed: string[] = [];

  for (const bad of [
    'junk',
    '[]',
    'null',
    good.replace('192.0.2.1', '192.0.2'),
    good.replace('"a@e.test"', '7'),
    '9'.repeat(2 << 20),
  ]) {
    printed.length = 0;
    await assert.rejects(
      spf(
        parseArguments('spf', ['check', '--batch']),
        { stdout: (text) => printed.push(text) },
        Readable.from([`${good}\n${bad}`]),
      ),
      UsageError,
    );
    assert.equal(printed.length, 1, bad.slice(0, 40));
  }
});

for (const [argv, input, message] of WRONG) {
  test(`probity spf ${argv.join(' ')} ${input.trim()} is a usage error`, async () => {
    await assert.rejects(run(argv, input), (error) => error instanceof UsageError && message.test(error.message));
  });
}
