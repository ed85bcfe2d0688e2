/** AWS Signature Version 4 for a POST of JSON to the root of an endpoint (IAM guide, "Create a signed AWS API request"). */
import { createHash, createHmac } from 'node:crypto';

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

/** Derived keys hold for a day: four HMACs saved a request. */
const derived = new WeakMap<SigningKey, { readonly name: string; readonly key: Buffer }>();

function keyFor(credentials: SigningKey, date: string, { region, service }: Scope): Buffer {
  const name = `${date}/${region}/${service}`;
  const known = derived.get(credentials);
  if (known?.name === name) return known.key;
  const key = hmac(hmac(hmac(hmac(`AWS4${credentials.secretAccessKey}`, date), region), service), 'aws4_request');
  derived.set(credentials, { name, key });
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
  const all = { ...headers, 'x-amz-date': time, ...(token === undefined ? {} : { 'x-amz-security-token': token }) };
  const names = Object.keys(all).sort();
  const canonicalHeaders = names.map((name) => `${name}:${String(all[name as keyof typeof all]).trim()}\n`).join('');
  const signed = names.join(';');
  const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
  const canonical = ['POST', '/', '', canonicalHeaders, signed, hash(body)].join('\n');
  const place = `${date}/${scope.region}/${scope.service}/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', time, place, hash(canonical)].join('\n');
  const signature = createHmac('sha256', keyFor(credentials, date, scope))
    .update(toSign)
    .digest('hex');
  return {
    ...all,
    authorization: `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${place}, SignedHeaders=${signed}, Signature=${signature}`,
  };
}
