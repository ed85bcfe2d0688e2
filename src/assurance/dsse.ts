/** DSSE envelopes with Ed25519: the signature is over the received bytes, and nothing is parsed before it holds. */
import { createPrivateKey, createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto';
import { isArray, isObject, own, type Json } from '../model/json.ts';

export const PAYLOAD_TYPE = 'application/vnd.in-toto+json';

export interface Envelope {
  readonly payloadType: string;
  /** Base64 of the payload bytes. */
  readonly payload: string;
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[];
}

/** Pre-authentication encoding: lengths in bytes, in ASCII decimals. */
export function pae(type: string, payload: Uint8Array): Uint8Array {
  const head = `DSSEv1 ${String(Buffer.byteLength(type))} ${type} ${String(payload.length)} `;
  return Buffer.concat([Buffer.from(head), payload]);
}

function ed25519(key: KeyObject): KeyObject {
  if (key.asymmetricKeyType !== 'ed25519') {
    throw new TypeError(`the key is ${key.asymmetricKeyType ?? 'of no known kind'}; an Ed25519 key is needed`);
  }
  return key;
}

/** A hint for people, never trusted: the digest of the public key. */
export function keyId(key: KeyObject): string {
  return `sha256:${hash('sha256', key.export({ type: 'spki', format: 'der' }), 'hex')}`;
}

/** Signs with a PKCS #8 PEM key. Throws a TypeError for a key of another kind, and what node:crypto says of one that is none. */
export function signEnvelope(statement: string, privateKey: string): Envelope {
  const key = ed25519(createPrivateKey(privateKey));
  const payload = Buffer.from(statement);
  const sig = sign(null, pae(PAYLOAD_TYPE, payload), key);
  return {
    payloadType: PAYLOAD_TYPE,
    payload: payload.toString('base64'),
    signatures: [{ keyid: keyId(createPublicKey(key)), sig: sig.toString('base64') }],
  };
}

export function envelopeText(envelope: Envelope): string {
  return `${JSON.stringify(envelope, null, 1)}\n`;
}

/** Canonical base64 only: no other alphabet, no missing or loose padding, no blanks. */
function bytesOf(base64: Json | undefined): Buffer | undefined {
  if (typeof base64 !== 'string') return undefined;
  const bytes = Buffer.from(base64, 'base64');
  return bytes.toString('base64') === base64 ? bytes : undefined;
}

export type Opened =
  | { readonly is: 'signed'; readonly payload: Uint8Array }
  | { readonly is: 'not-checked'; readonly payload: Uint8Array }
  | { readonly is: 'bad'; readonly why: string };

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The payload of an envelope. With a public key (SPKI PEM) only if one of its signatures is by that key. */
export function openEnvelope(text: string, publicKey: string | undefined): Opened {
  const envelope = parsed(text);
  if (!isObject(envelope)) return { is: 'bad', why: 'the envelope is not JSON' };
  const type = own(envelope, 'payloadType');
  const payload = bytesOf(own(envelope, 'payload'));
  const signatures = own(envelope, 'signatures');
  if (type !== PAYLOAD_TYPE || payload === undefined || !isArray(signatures)) {
    return { is: 'bad', why: 'the envelope is not of the DSSE form' };
  }
  const known = signatures.map((entry) => bytesOf(own(entry, 'sig')));
  if (known.length === 0) return { is: 'bad', why: 'the envelope has no signature' };
  if (publicKey === undefined) return { is: 'not-checked', payload };
  const key = ed25519(createPublicKey(publicKey));
  const message = pae(type, payload);
  const holds = known.some((sig) => sig !== undefined && verify(null, message, key, sig));
  return holds ? { is: 'signed', payload } : { is: 'bad', why: 'no signature of the envelope is by this key' };
}
