/** What the stored IAM answers mean: root, users, password policy, policies, principals, roles. Pure and total. */
import { faultIn, partialList, unknown, type Unknown } from '../../../model/facts.ts';
import { isArray, own, type Json, type JsonObject } from '../../../model/json.ts';
import { listOf, pointInto, type At } from '../lists.ts';
import { readPolicy, type Policy } from '../policy.ts';
import {
  asCount,
  asDate,
  asFlag,
  asText,
  asTexts,
  facts,
  isUnknownFact,
  may,
  must,
  reasonFor,
  whenKnown,
  spelled,
} from '../read.ts';
import type { Setting } from '../setting.ts';
import { administers, decryptsAll, serviceWildcards } from './grants.ts';
import { foreignTrust, openTrust } from './trust.ts';

/** The words of the credential report for "there is none". */
const NONE = new Set<unknown>(['N/A', 'no_information', 'not_supported', '']);

function reportDate(row: Json, column: string): string | Unknown | undefined {
  const value = must(row, column, asText);
  if (isUnknownFact(value)) return value;
  if (NONE.has(value)) return undefined;
  // 2023-01-01T00:00:00+00:00
  const plain = value.replace(/\+00:00$/, 'Z');
  return asDate(plain) ?? unknown('aws.bad-response');
}

/** `not_supported` is the root user's word for what has no switch. */
function reportFlag(row: Json, column: string): boolean | Unknown {
  const value = must(row, column, asText);
  if (isUnknownFact(value)) return value;
  return value === 'true' ? true : value === 'false' || NONE.has(value) ? false : unknown('aws.bad-response');
}

type Known<T> = T | Unknown | undefined;

/** The earliest of dates, any of which may be unknown. */
function earliest(dates: readonly Known<string>[]): Known<string> {
  const known: string[] = [];
  for (const date of dates) {
    if (isUnknownFact(date)) return date;
    if (date !== undefined) known.push(date);
  }
  return known.sort()[0];
}

function userFacts(row: Json): JsonObject {
  const password = reportFlag(row, 'password_enabled');
  const keys = [1, 2].map((number) => ({
    active: reportFlag(row, `access_key_${String(number)}_active`),
    rotated: reportDate(row, `access_key_${String(number)}_last_rotated`),
    used: reportDate(row, `access_key_${String(number)}_last_used_date`),
  }));
  const created = reportDate(row, 'user_creation_time');
  const unread = [password, ...keys.map(({ active }) => active)].find(isUnknownFact);
  const active = keys.filter(({ active: isActive }) => isActive === true);
  // Never used counts from when it was made or changed last
  const uses = [
    ...(password === true
      ? [reportDate(row, 'password_last_used') ?? reportDate(row, 'password_last_changed') ?? created]
      : []),
    ...active.map(({ used, rotated }) => used ?? rotated ?? created),
  ];
  return facts({
    arn: must(row, 'arn', asText),
    password,
    mfa: reportFlag(row, 'mfa_active'),
    activeKeys: unread ?? active.length,
    credentials: unread ?? active.length + (password === true ? 1 : 0),
    oldestKey: unread ?? earliest(active.map(({ rotated }) => rotated ?? created)),
    leastUsed: unread ?? earliest(uses),
  });
}

const isRoot = (row: Json): boolean => own(row, 'user') === '<root_account>';

function rootFacts(raw: Json | undefined, arn: Json, at: At): JsonObject {
  const summary = own(raw, 'GetAccountSummary');
  pointInto(at, '/iam/root', raw, '/iam', {
    hasCredentials: 'GetAccountSummary',
    mfa: 'GetAccountSummary/AccountMFAEnabled',
    accessKeys: 'GetAccountSummary/AccountAccessKeysPresent',
  });
  const keys = must(summary, 'AccountAccessKeysPresent', asCount);
  const password = may(summary, 'AccountPasswordPresent', asCount);
  const mfa = must(summary, 'AccountMFAEnabled', asCount);
  const devices = own(raw, 'ListVirtualMFADevices');
  if (devices !== undefined)
    at['/iam/root/virtualMfa'] =
      own(devices, 'rest') === undefined ? '/iam/ListVirtualMFADevices' : '/iam/ListVirtualMFADevices/rest';
  const report = own(raw, 'GetCredentialReport');
  const rows = own(report, 'rows');
  const index = isArray(rows) ? rows.findIndex(isRoot) : -1;
  if (report !== undefined)
    at['/iam/root/lastUsed'] = `/iam/GetCredentialReport${index < 0 ? '' : `/rows/${String(index)}`}`;
  return facts({
    arn,
    // Where the summary does not speak of a password, root is taken to have one
    hasCredentials: isUnknownFact(keys) ? keys : isUnknownFact(password) ? password : keys > 0 || password !== 0,
    mfa: whenKnown(mfa, (count) => count > 0),
    accessKeys: keys,
    virtualMfa: rootsVirtualDevices(devices),
    lastUsed: rootsLastUse(report),
  });
}

function rootsVirtualDevices(raw: Json | undefined): Json {
  const items = own(raw, 'items');
  if (!isArray(items)) return unknown(faultIn(raw) ?? 'evidence.missing');
  const owned = items.filter((item) => {
    const user = own(own(item, 'User'), 'Arn');
    return typeof user === 'string' && /^arn:[a-z-]+:iam::[0-9]{12}:root$/.test(user);
  });
  return partialList(
    owned.map((item) => spelled(own(item, 'SerialNumber'), 'a device')),
    faultIn(own(raw, 'rest')),
  );
}

function rootsLastUse(report: Json | undefined): Json | undefined {
  const rows = own(report, 'rows');
  if (!isArray(rows)) return unknown(reasonFor(report) ?? 'aws.bad-response');
  const row = rows.find(isRoot);
  if (row === undefined) return unknown('aws.bad-response');
  const dates = ['password_last_used', 'access_key_1_last_used_date', 'access_key_2_last_used_date'].map((column) =>
    reportDate(row, column),
  );
  const unread = dates.find(isUnknownFact);
  return (
    unread ??
    dates
      .filter((date) => typeof date === 'string')
      .sort()
      .at(-1)
  );
}

/** IAM answers policy documents URL-encoded (RFC 3986). */
function document(text: string): Policy | undefined {
  try {
    return readPolicy(text.trimStart().startsWith('{') ? text : decodeURIComponent(text));
  } catch {
    return undefined;
  }
}

function grants(text: string | Unknown, read: (policy: Policy) => string[]): Json {
  if (isUnknownFact(text)) return text;
  const policy = document(text);
  if (policy === undefined) return unknown('aws.bad-response');
  return partialList(read(policy), policy.malformed ? 'aws.bad-response' : undefined);
}

/** What all inline policies of a principal grant together. */
function inlineGrants(raw: Json, read: (policy: Policy) => string[]): Json {
  const inline = must(raw, 'inline', (value) => (isArray(value) ? value : undefined));
  if (isUnknownFact(inline)) return inline;
  const found: string[] = [];
  let code: Unknown['$unknown'] | undefined;
  for (const item of inline) {
    const name = must(item, 'PolicyName', asText);
    const granted = grants(must(item, 'PolicyDocument', asText), read);
    const items = isArray(granted) ? granted : own(granted, '$items');
    if (isArray(items))
      found.push(...items.map((text) => `${isUnknownFact(name) ? 'inline policy' : name}: ${spelled(text, '')}`));
    if (!isArray(granted)) code ??= own(granted, '$unknown') as Unknown['$unknown'];
  }
  return partialList(found, code);
}

export function interpretIam(raw: Json | undefined, setting: Setting, partition: Json, at: At): Json {
  const [account, own_] = [setting.account, own(raw, 'GetAccountAuthorizationDetails')];
  const where = '/iam/GetAccountAuthorizationDetails';
  const of =
    (...kinds: readonly string[]) =>
    (item: Json, make: () => JsonObject): JsonObject | undefined =>
      kinds.includes(spelled(own(item, 'kind'), '')) ? make() : undefined;
  const home = typeof partition === 'string' ? partition : 'aws';
  const decrypts = (policy: Policy): string[] => decryptsAll(policy, home, account);
  const policy = own(raw, 'GetAccountPasswordPolicy');
  if (policy !== undefined) {
    at['/iam/passwordPolicy'] = '/iam/GetAccountPasswordPolicy';
    const members = { minimumLength: 'MinimumPasswordLength', remembered: 'PasswordReusePrevention' };
    pointInto(at, '/iam/passwordPolicy', policy, '/iam/GetAccountPasswordPolicy', members);
  }
  const organization = own(raw, 'DescribeOrganization');
  const management = own(organization, 'MasterAccountId');
  const known = typeof management === 'string' ? [...setting.accounts, management] : setting.accounts;
  // No exception where nobody says who manages the organization: but a reader is told that it might be this account
  const unsure = faultIn(organization);
  const note =
    unsure === undefined ? '' : ` (management account unknown: organizations:DescribeOrganization ${unsure})`;
  const foreign = (trust: Policy): string[] => foreignTrust(trust, account, known).map((name) => `${name}${note}`);
  const report = own(raw, 'GetCredentialReport');
  const rows = own(report, 'rows');
  const users = isArray(rows)
    ? listOf(
        { items: rows },
        '/iam/GetCredentialReport',
        '/iam/users',
        at,
        (row) => (isRoot(row) ? undefined : userFacts(row)),
        { arn: 'arn', password: 'password_enabled', mfa: 'mfa_active' },
      )
    : unknown(reasonFor(report) ?? 'aws.bad-response');
  if (report !== undefined) at['/iam/users'] = '/iam/GetCredentialReport';
  for (const fact of Object.keys(at)) {
    if (fact.startsWith('/iam/users/')) at[fact] = String(at[fact]).replace('/items/', '/rows/');
  }
  if (report !== undefined) at['/iam/noConsoleUsers'] = '/iam/GetCredentialReport';
  const rootArn =
    account === '' || typeof partition !== 'string'
      ? unknown('evidence.missing')
      : `arn:${partition}:iam::${account}:root`;
  return facts({
    root: rootFacts(raw, rootArn, at),
    users,
    noConsoleUsers: noConsoleUsers(report),
    passwordPolicy: passwordPolicy(policy),
    policies: listOf(
      own_,
      where,
      '/iam/policies',
      at,
      (item) =>
        of('policy')(item, () => {
          const text = must(item, 'Document', asText);
          return facts({
            arn: must(item, 'Arn', asText),
            attachments: must(item, 'AttachmentCount', asCount),
            admin: grants(text, administers),
            serviceWildcards: grants(text, serviceWildcards),
            decryptsAll: grants(text, decrypts),
          });
        }),
      {
        arn: 'Arn',
        attachments: 'AttachmentCount',
        admin: 'Document',
        serviceWildcards: 'Document',
        decryptsAll: 'Document',
      },
    ),
    principals: listOf(
      own_,
      where,
      '/iam/principals',
      at,
      (item) =>
        of(
          'user',
          'group',
          'role',
        )(item, () =>
          facts({
            arn: must(item, 'Arn', asText),
            kind: must(item, 'kind', asText),
            serviceLinked: isServiceLinked(item),
            decryptsAll: inlineGrants(item, decrypts),
            direct: directPolicies(item),
          }),
        ),
      { arn: 'Arn', kind: 'kind', serviceLinked: 'Path', decryptsAll: 'inline' },
    ),
    roles: listOf(
      own_,
      where,
      '/iam/roles',
      at,
      (item) =>
        of('role')(item, () => {
          const text = must(item, 'AssumeRolePolicyDocument', asText);
          return facts({
            arn: must(item, 'Arn', asText),
            serviceLinked: isServiceLinked(item),
            open: grants(text, openTrust),
            foreign: account === '' ? unknown('evidence.missing') : grants(text, foreign),
          });
        }),
      { arn: 'Arn', serviceLinked: 'Path', open: 'AssumeRolePolicyDocument', foreign: 'AssumeRolePolicyDocument' },
    ),
    supportRoles: listOf(
      own(raw, 'ListEntitiesForPolicy'),
      '/iam/ListEntitiesForPolicy',
      '/iam/supportRoles',
      at,
      (item) => must(item, 'RoleName', asText),
    ),
    serverCertificates: listOf(
      own(raw, 'ListServerCertificates'),
      '/iam/ListServerCertificates',
      '/iam/serverCertificates',
      at,
      (item) => facts({ arn: must(item, 'Arn', asText), expiration: must(item, 'Expiration', asDate) }),
      { arn: 'Arn', expiration: 'Expiration' },
    ),
  });
}

function isServiceLinked(raw: Json): Json {
  if (own(raw, 'kind') !== 'role') return false;
  return whenKnown(must(raw, 'Path', asText), (path) => path.startsWith('/aws-service-role/')) ?? false;
}

function directPolicies(raw: Json): Json {
  if (own(raw, 'kind') !== 'user') return [];
  const attached = must(raw, 'attached', asTexts);
  const inline = must(raw, 'inline', (value) => (isArray(value) ? value : undefined));
  if (isUnknownFact(attached)) return attached;
  if (isUnknownFact(inline)) return inline;
  return [...attached, ...inline.map((item) => spelled(own(item, 'PolicyName'), 'an inline policy'))];
}

/** True where the report shows no user with a password; absent where one has. */
function noConsoleUsers(report: Json | undefined): Json | undefined {
  const rows = own(report, 'rows');
  if (!isArray(rows)) return unknown(reasonFor(report) ?? 'aws.bad-response');
  const passwords = rows.filter((row) => !isRoot(row)).map((row) => reportFlag(row, 'password_enabled'));
  if (passwords.includes(true)) return undefined;
  return passwords.find(isUnknownFact) ?? true;
}

function passwordPolicy(raw: Json | undefined): Json | undefined {
  const exists = must(raw, 'exists', asFlag);
  if (isUnknownFact(exists)) return exists;
  if (!exists) return undefined;
  return facts({
    minimumLength: may(raw, 'MinimumPasswordLength', asCount),
    remembered: may(raw, 'PasswordReusePrevention', asCount),
  });
}
