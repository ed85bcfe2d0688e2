/** Domains with one planted defect each: every defect is found, no clean control is called faulty. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conformanceFile, needsConformance } from '../support/conformance.ts';
import { judgeDomain } from '../support/dns-verdicts.ts';

interface Entry {
  readonly id: string;
  readonly domain: string;
  readonly kind: 'defect' | 'control';
  readonly group: string;
  readonly accept: readonly string[];
  readonly zone: readonly string[];
}

const DESTINATION = ['$ORIGIN d1.test.', '@ SOA ns1 h 1 7200 3600 1209600 300', '@ MX 10 mail', 'mail A 192.0.2.77'];

test(
  'every planted defect fails its rule, every control is clean, nothing is unknown',
  needsConformance(),
  async (t) => {
    const entries = JSON.parse(conformanceFile('email/one-defect.json').toString('utf8')) as readonly Entry[];
    const lines = [...entries.flatMap((entry) => entry.zone), ...DESTINATION];

    for (const entry of entries) {
      await t.test(`${entry.kind} ${entry.id}`, async () => {
        const { verdicts, fails, asked } = await judgeDomain(entry.domain, { lines });

        if (entry.kind === 'defect') {
          assert.ok(
            fails.some((id) => entry.accept.some((prefix) => id.startsWith(prefix))),
            `none of ${entry.accept.join(', ')} among ${fails.join(', ')}`,
          );
        } else {
          const wrong = verdicts.filter(
            ({ status, severity, check }) =>
              status === 'fail' && severity !== 'info' && check.startsWith(`${entry.group}.`),
          );
          assert.deepEqual(
            wrong.map(({ check, message }) => `${check}: ${message}`),
            [],
          );
        }
        const errors = verdicts.filter(({ status }) => status === 'error');
        assert.deepEqual(
          errors.map(({ check, message }) => `${check}: ${message}`),
          [],
        );
        assert.ok(asked.length <= 300);
      });
    }
  },
);
