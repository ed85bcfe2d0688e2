/** What identity policies grant: everything, whole services, decryption under every key (facts/aws, iam.* and kms.iam.*). */
import { actionsInWords, brief, globCovers, speaksOfAction, type Policy, type Statement } from '../policy.ts';
import { narrows } from '../public-policy.ts';

const allows = (statement: Statement): boolean => statement.effect === 'Allow';

/** Allow, every action, every resource, no condition: an administrator. */
export function administers(policy: Policy): string[] {
  return policy.statements
    .filter(
      (statement) =>
        allows(statement) &&
        statement.conditions.length === 0 &&
        statement.actions.some((action) => action === '*' || action === '*:*') &&
        statement.resources.includes('*'),
    )
    .map((statement) => `${statement.label} allows every action on every resource`);
}

/** Allow for all actions of a service, or for all but some. */
export function serviceWildcards(policy: Policy): string[] {
  const found: string[] = [];
  for (const statement of policy.statements) {
    if (!allows(statement)) continue;
    if (statement.notActions !== undefined) found.push(`${statement.label} allows ${actionsInWords(statement)}`);
    for (const action of statement.actions) {
      if (/^[A-Za-z0-9-]+:\*$/.test(action)) found.push(`${statement.label} allows ${brief(action)}`);
    }
  }
  return found;
}

/** Resource patterns cover every key: of all accounts, or of the own one. */
function coversEveryKey(statement: Statement, partition: string, account: string): boolean {
  const samples = ['999999999999', account].map((owner) => `arn:${partition}:kms:zz-any-9:${owner}:key/any`);
  if (statement.notResources !== undefined) {
    return samples.some((sample) => statement.notResources?.every((pattern) => !globCovers(pattern, sample)));
  }
  return samples.some((sample) => statement.resources.some((pattern) => globCovers(pattern, sample)));
}

/** Allow to decrypt under every key, with no condition that narrows. */
export function decryptsAll(policy: Policy, partition: string, account: string): string[] {
  return policy.statements
    .filter(
      (statement) =>
        allows(statement) &&
        ['kms:Decrypt', 'kms:ReEncryptFrom'].some((action) => speaksOfAction(statement, action)) &&
        coversEveryKey(statement, partition, account) &&
        !statement.conditions.some(narrows),
    )
    .map((statement) => `${statement.label} allows ${actionsInWords(statement)} under every key`);
}
