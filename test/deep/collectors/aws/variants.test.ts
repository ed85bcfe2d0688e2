/** Accounts of every kind at random: each verdict is the one that the tables of rules give. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { judge } from '../../../../src/judge/judge.ts';
import type { Refusal } from '../../../../src/lab/aws/server.ts';
import { ACCOUNT, AS_OF, REGION } from '../../../support/aws.ts';
import { interpretEvidence, loadAwsChecks, observedAws } from '../../../support/aws-run.ts';
import { someCertificates } from '../../../support/aws-certificate-variants.ts';
import { someKeys, STORES } from '../../../support/aws-key-variants.ts';
import type { Variant } from '../../../support/aws-variants.ts';

const CHECKS = await loadAwsChecks(fileURLToPath(new URL('../../../../checks/', import.meta.url)));
const REGIONS = [REGION, 'eu-west-1'];

/** `check subject status`, where the verdict is another than expected. */
async function differences(
  keys: Parameters<typeof wanted>[0],
  certificates: Parameters<typeof wanted>[0],
  refusals: readonly Refusal[] = [],
): Promise<string[]> {
  const region = {
    keys: keys.map(({ state }) => state as never),
    certificates: certificates.map(({ state }) => state as never),
    stores: STORES,
  };
  const state = { account: ACCOUNT, pageSize: 7, regions: { [REGION]: region } };
  const { raw, target } = await observedAws(state, CHECKS, { regions: REGIONS }, { refusals });
  const verdicts = judge(CHECKS, [{ target, collectors: { aws: interpretEvidence(raw) } }], AS_OF);
  const found = new Map(verdicts.map(({ check, subject, status }) => [`${check} ${subject}`, status]));
  return [...wanted(keys), ...wanted(certificates)]
    .filter(([name, status]) => found.get(name) !== status)
    .map(([name, status]) => `${name}: ${String(found.get(name))}, not ${status}`);
}

function wanted(variants: readonly Variant<unknown>[]): (readonly [string, string])[] {
  return variants.flatMap(({ state, expected }) => {
    const { KeyMetadata, CertificateArn } = state as {
      readonly KeyMetadata?: { readonly Arn: string };
      readonly CertificateArn?: string;
    };
    const subject = KeyMetadata?.Arn ?? CertificateArn ?? '';
    return Object.entries(expected).map(([check, status]) => [`${check} ${subject}`, status] as const);
  });
}

test('keys of every kind get the verdicts of the tables', async () => {
  await fc.assert(
    fc.asyncProperty(someKeys, async (keys) => {
      assert.deepEqual(await differences(keys, []), []);
    }),
    { numRuns: 30 },
  );
});

test('certificates of every kind get the verdicts of the tables, by the search and by the older list', async () => {
  const unknown: Refusal = { action: 'acm:SearchCertificates', behaves: { error: 'UnknownOperationException' } };
  const listed = (variants: readonly Variant<unknown>[]): readonly Variant<unknown>[] =>
    // The older list names seven types of keys; what has another is not in its answer
    variants.filter(({ state }) =>
      /^(?:RSA_[1-4]|EC_prime256|EC_secp)/.test(String(Reflect.get(Object(state), 'KeyAlgorithm') ?? 'RSA_2048')),
    );
  await fc.assert(
    fc.asyncProperty(someCertificates, async (certificates) => {
      assert.deepEqual(await differences([], certificates), []);
      assert.deepEqual(await differences([], listed(certificates), [unknown]), []);
    }),
    { numRuns: 30 },
  );
});
