/** Who the credentials are: the one question that decides whether there are any (sts:GetCallerIdentity needs no permission). */
import type { STSClientConfig } from '@aws-sdk/client-sts';
import { FaultError } from '../../model/fault.ts';
import type { AwsClientConfig } from '../../model/io.ts';
import { faultOf } from './faults.ts';

export interface Identity {
  readonly account: string;
  readonly arn: string;
}

/** Throws the fault of the login: `aws.no-credentials`, `aws.network` … */
export async function whoAmI(config: AwsClientConfig): Promise<Identity> {
  const asked = { action: 'sts:GetCallerIdentity', region: config.region, atLogin: true };
  const sdk = await import('@aws-sdk/client-sts');
  const client = new sdk.STSClient(config as unknown as STSClientConfig);
  try {
    const answer = await client.send(new sdk.GetCallerIdentityCommand({}));
    if (!/^[0-9]{12}$/.test(answer.Account ?? '') || answer.Arn === undefined) {
      throw new FaultError('aws.bad-response', 'the answer names no account');
    }
    return { account: answer.Account ?? '', arn: answer.Arn.slice(0, 2048).toWellFormed() };
  } catch (error) {
    throw faultOf(error, asked);
  }
}
