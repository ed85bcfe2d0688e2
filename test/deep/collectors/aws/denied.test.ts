/** A sound account passes every rule; each operation denied in turn is an error where it is needed, named, and changes nothing else. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { callsFor } from '../../../../src/collectors/aws/call-table.ts';
import { awsGlobal } from '../../../../src/collectors/aws/global.ts';
import { aws } from '../../../../src/collectors/aws/regional.ts';
import { CALLS_BY_COLLECTOR } from '../../../../src/collectors/aws/tables.ts';
import { collectorSchemas } from '../../../../src/commands/packs.ts';
import { faultMessages } from '../../../../src/engine/fault-messages.ts';
import { judge } from '../../../../src/judge/judge.ts';
import { startAwsEndpoint, type Behaviour } from '../../../../src/lab/aws/server.ts';
import type { Call } from '../../../../src/lab/aws/wire.ts';
import type { Check } from '../../../../src/model/check.ts';
import type { Collector } from '../../../../src/model/collector.ts';
import type { Json } from '../../../../src/model/json.ts';
import type { Verdict } from '../../../../src/model/result.ts';
import type { Target } from '../../../../src/model/target.ts';
import { loadPack } from '../../../../src/packs/load.ts';
import { pathsRead } from '../../../../src/packs/read-paths.ts';
import { ACCOUNT, awsIo, planContext, REGION } from '../../../support/aws.ts';
import { isCallOf } from '../../../support/aws-actions.ts';
import { SOUND, SOUND_OPTIONS } from '../../../support/aws-sound.ts';

const GROUPS = [
  ...['account', 'acm', 'cloudfront', 'cloudtrail', 'config', 'ec2', 'elb', 'guardduty', 'iam', 'kms', 'rds', 's3'],
  ...['secretsmanager', 'securityhub'],
];
const SCHEMAS = await collectorSchemas();
const CHECKS = GROUPS.flatMap((group) => [
  ...loadPack(fileURLToPath(new URL(`../../../../checks/${group}/`, import.meta.url)), SCHEMAS).checks,
]).filter(({ target }) => target !== 'aws-login');
const PLACES: readonly (readonly [Collector, Target])[] = [
  [aws, { kind: 'aws', id: `aws:${ACCOUNT}/${REGION}`, labels: {} }],
  [awsGlobal, { kind: 'aws-global', id: `aws:${ACCOUNT}/global`, labels: {} }],
];

/** The older call that is tried where the newer one is refused: with both denied nothing is known. */
const INSTEAD: { readonly [action: string]: string } = { 'acm:SearchCertificates': 'acm:ListCertificates' };

async function verdicts(denied?: string, how?: Behaviour): Promise<{ found: Verdict[]; asked: number }> {
  let asked = 0;
  const lab = await startAwsEndpoint({
    ...SOUND,
    before(call: Call): Behaviour | undefined {
      if (
        denied === undefined ||
        ![denied, INSTEAD[denied]].some((action) => action !== undefined && isCallOf(action, call))
      )
        return undefined;
      asked += 1;
      if (how !== undefined) return how;
      return call.isXml ? { error: 'AccessDenied', status: 403 } : { error: 'AccessDeniedException' };
    },
  });
  try {
    const observations = await Promise.all(
      PLACES.map(async ([collector, target]) => {
        const paths = CHECKS.flatMap((check) => pathsRead(check).get(collector.id) ?? []);
        const options = collector.plan?.(target, planContext([...new Set(paths)].sort(), SOUND_OPTIONS)) ?? {};
        const job = { collector: collector.id, target, options };
        const raw = JSON.parse(JSON.stringify(await collector.observe(job, awsIo(lab.url)))) as Json;
        const interpreted = collector.interpret(raw);
        return {
          target,
          collectors: { [collector.id]: { is: 'facts' as const, id: 'ev-0', ...interpreted, why: faultMessages(raw) } },
        };
      }),
    );
    return { found: judge(CHECKS, observations, new Date().toISOString()), asked };
  } finally {
    await lab.close();
  }
}

const nameOf = ({ check, subject }: Verdict): string => `${check} ${subject}`;

function needs(check: Check, action: string): boolean {
  return check.needs.some((id) =>
    callsFor(CALLS_BY_COLLECTOR[id] ?? [], pathsRead(check).get(id) ?? []).includes(action),
  );
}

/** Where a pass stands although one of the calls of its rule is denied: another answer decides alone. */
const STANDS: { readonly [action: string]: readonly string[] } = {
  // Flags of bucket and account are OR-ed, and those of the account are all on
  's3:GetBucketPublicAccessBlock': ['s3.bucket-block.off', 's3.public', 'cloudtrail.bucket.public'],
  // … and so are those of the bucket
  's3:GetAccountPublicAccessBlock': ['s3.bucket-block.off', 's3.public', 'cloudtrail.bucket.public'],
  // With RestrictPublicBuckets and IgnorePublicAcls in force neither a policy nor a list of grants lets anybody in
  's3:GetBucketPolicyStatus': ['s3.public', 'cloudtrail.bucket.public'],
  's3:GetBucketAcl': ['s3.public', 'cloudtrail.bucket.public'],
};
/** Not asked in this account, and why. */
const NOT_ASKED: { readonly [action: string]: string } = {
  'iam:ListOrganizationsFeatures': 'only where the summary does not say whether root has a password',
};
/** Asked, and its denial touches no verdict. */
const HARMLESS: { readonly [action: string]: string } = {
  'organizations:DescribeOrganization': 'an exception that is not granted; here no role trusts another account',
};

const HEALTHY = (await verdicts()).found;

test('a sound account has no fail and no error, and every rule passes somewhere', () => {
  assert.deepEqual(
    HEALTHY.filter(({ status }) => status === 'fail' || status === 'error').map(
      (verdict) => `${nameOf(verdict)}: ${verdict.message}`,
    ),
    [],
  );
  const passing = new Set(HEALTHY.filter(({ status }) => status === 'pass').map(({ check }) => check));
  assert.deepEqual(
    CHECKS.map(({ id }) => id).filter((id) => !passing.has(id)),
    [],
  );
});

const ACTIONS = [
  ...new Set(
    PLACES.flatMap(([{ id }]) =>
      callsFor(
        CALLS_BY_COLLECTOR[id] ?? [],
        CHECKS.flatMap((check) => pathsRead(check).get(id) ?? []),
      ),
    ),
  ),
].sort();

test('with every operation there is something to deny', () => {
  assert.equal(ACTIONS.length, 63);
});

for (const action of ACTIONS) {
  test(`${action} denied is an error where it is needed, and nowhere else`, async () => {
    const { found, asked } = await verdicts(action);

    if (NOT_ASKED[action] !== undefined) {
      assert.equal(asked, 0);
      return;
    }
    assert.ok(asked > 0, 'the account does not need it');
    const before = new Map(HEALTHY.map((verdict) => [nameOf(verdict), verdict.status]));
    const needing = new Set(CHECKS.filter((check) => needs(check, action)).map(({ id }) => id));
    for (const verdict of found) {
      const was = before.get(nameOf(verdict));
      if (verdict.status === 'error') {
        assert.ok(needing.has(verdict.check), `${nameOf(verdict)} does not need it`);
        assert.equal(verdict.fault?.code, 'aws.access-denied', nameOf(verdict));
        assert.match(verdict.message, new RegExp(action), nameOf(verdict));
      } else assert.equal(verdict.status, was, nameOf(verdict));
    }
    const vanished = CHECKS.filter(({ id }) => !found.some(({ check }) => check === id));
    assert.deepEqual(vanished, []);
    if (HARMLESS[action] !== undefined) return;
    // Whatever needs it no longer passes everywhere
    const standing = [...needing].filter(
      (check) => !found.some((verdict) => verdict.check === check && verdict.status === 'error'),
    );
    assert.deepEqual(standing.sort(), [...(STANDS[action] ?? [])].sort());
  });
}

const SILENT: readonly (readonly [words: string, how: Behaviour, code: string])[] = [
  ['nothing at all', { is: 'empty' }, 'aws.bad-response'],
  ['no member', { body: '{}' }, 'aws.bad-response'],
  ['the end of the connection', { is: 'close' }, 'aws.network'],
];

for (const [words, how, code] of SILENT) {
  test(`an operation that answers with ${words} is an error where it is needed, and nowhere else`, async () => {
    const before = new Map(HEALTHY.map((verdict) => [nameOf(verdict), verdict.status]));
    for (const action of ACTIONS.filter((one) => NOT_ASKED[one] === undefined)) {
      const { found } = await verdicts(action, how);
      const needing = CHECKS.filter((check) => needs(check, action)).map(({ id }) => id);
      for (const verdict of found) {
        const said = `${action}: ${nameOf(verdict)}: ${verdict.message}`;
        if (verdict.status !== 'error') assert.equal(verdict.status, before.get(nameOf(verdict)), said);
        else assert.ok(needing.includes(verdict.check) && verdict.fault?.code === code, said);
      }
      const standing = needing.filter(
        (check) => !found.some((verdict) => verdict.check === check && verdict.status === 'error'),
      );
      if (HARMLESS[action] === undefined) assert.deepEqual(standing.sort(), [...(STANDS[action] ?? [])].sort(), action);
    }
  });
}
