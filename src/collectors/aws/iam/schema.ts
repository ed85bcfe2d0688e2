/** The shape of the facts about IAM. */
import { boolean, dateTime, integer, list, object, string, type Schema } from '../../../model/schema.ts';

const words = (description: string): Schema => list(string(), { description });

export const iamFacts: Schema = object({
  root: object({
    arn: string(),
    hasCredentials: boolean({ description: 'a password or access keys' }),
    mfa: boolean(),
    accessKeys: integer(),
    virtualMfa: words('virtual devices of the root user'),
    'lastUsed?': dateTime(),
  }),
  users: list(
    object({
      arn: string(),
      password: boolean(),
      mfa: boolean(),
      activeKeys: integer(),
      credentials: integer({ description: 'password and active keys' }),
      'oldestKey?': dateTime({ description: 'the last rotation of the active key that waits longest' }),
      'leastUsed?': dateTime({
        description: 'the last use of the credential that rests longest; its making where it was never used',
      }),
    }),
  ),
  'noConsoleUsers?': boolean({ description: 'true where no user has a password, by the credential report' }),
  'passwordPolicy?': object({ 'minimumLength?': integer(), 'remembered?': integer() }),
  policies: list(
    object({
      arn: string(),
      attachments: integer(),
      admin: words('statements that allow everything'),
      serviceWildcards: words('statements that allow all of a service'),
      decryptsAll: words('statements that allow decryption under every key'),
    }),
  ),
  principals: list(
    object({
      arn: string(),
      kind: string({ description: 'user, group or role' }),
      serviceLinked: boolean(),
      decryptsAll: words('inline statements that allow decryption under every key'),
      direct: words('policies of a user itself'),
    }),
  ),
  roles: list(
    object({
      arn: string(),
      serviceLinked: boolean(),
      open: words('trust for everybody, or for any identity of a provider'),
      foreign: words('unknown accounts that may take on the role without an external id'),
    }),
  ),
  supportRoles: list(string()),
  serverCertificates: list(object({ arn: string(), expiration: dateTime() })),
});
