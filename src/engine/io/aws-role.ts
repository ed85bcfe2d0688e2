/** Credentials of a role, taken with other credentials (sts:AssumeRole), kept until shortly before they end. */
import type { STSClient, STSClientConfig } from '@aws-sdk/client-sts';
import { FaultError } from '../../model/fault.ts';

const SESSION = 'probity';
const REFRESH_BEFORE_MS = 5 * 60_000;

export interface RoleRequest {
  readonly role: string;
  readonly externalId: string | undefined;
}

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** Asked once for all clients of the run; a refusal is remembered too, anything else is asked again. */
export function roleProvider(config: STSClientConfig, { role, externalId }: RoleRequest): () => Promise<Credentials> {
  let taken: Promise<Credentials> | undefined;
  let client: STSClient | undefined;

  async function assume(): Promise<Credentials> {
    const sdk = await import('@aws-sdk/client-sts');
    client ??= new sdk.STSClient(config);
    const command = new sdk.AssumeRoleCommand({ RoleArn: role, RoleSessionName: SESSION, ExternalId: externalId });
    try {
      const { Credentials: found } = await client.send(command);
      const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = found ?? {};
      if (AccessKeyId === undefined || SecretAccessKey === undefined) {
        throw new FaultError('aws.bad-response', `sts:AssumeRole of ${role} answered no credentials`);
      }
      return {
        accessKeyId: AccessKeyId,
        secretAccessKey: SecretAccessKey,
        ...(SessionToken === undefined ? {} : { sessionToken: SessionToken }),
        ...(Expiration === undefined ? {} : { expiration: Expiration }),
      };
    } catch (error) {
      throw named(error, role);
    }
  }

  async function take(): Promise<Credentials> {
    taken ??= assume();
    try {
      const found = await taken;
      const ends = found.expiration?.getTime() ?? Number.POSITIVE_INFINITY;
      if (ends - Date.now() > REFRESH_BEFORE_MS) return found;
      taken = assume();
      return await taken;
    } catch (error) {
      if (!(error instanceof FaultError) || error.fault.transient) taken = undefined;
      throw error;
    }
  }
  return take;
}

/** The refusal as a fault that names the role: whoever asks for a key must not be told that the key's permission is missing. */
function named(error: unknown, role: string): unknown {
  if (!(error instanceof Error) || error instanceof FaultError) return error;
  const isRefusal = error.name === 'AccessDenied' || error.name === 'AccessDeniedException';
  if (!isRefusal) return error;
  return new FaultError('aws.access-denied', `sts:AssumeRole of ${role} answered ${error.name}: ${error.message}`, {
    cause: error,
  });
}
