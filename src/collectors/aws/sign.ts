/** AWS Signature Version 4 for a POST of JSON to the root of an endpoint (IAM guide, "Create a signed AWS API request"). */
import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';

export interface SigningKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

export interface Scope {
  readonly region: string;
  readonly service: string;
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** Derived keys hold for a day, a region and a service: four HMACs saved a request. */
const derived = new WeakMap<SigningKey, Map<string, KeyObject>>();

function keyFor(credentials: SigningKey, date: string, { region, service }: Scope): KeyObject {
  const name = `${date}/${region}/${service}`;
  const keys = derived.get(credentials) ?? new Map<string, KeyObject>();
  derived.set(credentials, keys);
  const known = keys.get(name);
  if (known !== undefined) return known;
  const bytes = hmac(hmac(hmac(hmac(`AWS4${credentials.secretAccessKey}`, date), region), service), 'aws4_request');
  const key = createSecretKey(bytes);
  keys.set(name, key);
  return key;
}

/** The headers with date, token and signature added. Names are lower case; all of them are signed. */
export function signedHeaders(
  headers: { readonly [name: string]: string },
  body: string,
  credentials: SigningKey,
  scope: Scope,
  now: Date,
): { readonly [name: string]: string } {
  const time = now.toISOString().replaceAll(/[:-]|\.[0-9]{3}/g, '');
  const date = time.slice(0, 8);
  const token = credentials.sessionToken;
  const all: { [name: string]: string } = { ...headers, 'x-amz-date': time };
  if (token !== undefined) all['x-amz-security-token'] = token;
  const names = Object.keys(all).sort();
  const signed = names.join(';');
  let canonical = 'POST\n/\n\n';
  for (const name of names) canonical += `${name}:${String(all[name]).trim()}\n`;
  canonical += `\n${signed}\n${hash('sha256', body)}`;
  const place = `${date}/${scope.region}/${scope.service}/aws4_request`;
  const toSign = `AWS4-HMAC-SHA256\n${time}\n${place}\n${hash('sha256', canonical)}`;
  const signature = createHmac('sha256', keyFor(credentials, date, scope))
    .update(toSign)
    .digest('hex');
  all['authorization'] =
    `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${place}, SignedHeaders=${signed}, Signature=${signature}`;
  return all;
}
