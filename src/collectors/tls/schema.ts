/** The shapes of the tls collector: raw first flights and sessions, and the facts that checks read. */
import { anything, boolean, integer, list, map, oneOf, type Schema, string } from '../../model/schema.ts';
import { PROTOCOLS } from '../../model/target.ts';
import { certificateSchema } from './certificate.ts';
import { partly } from './partly.ts';

const base64 = string({ format: 'base64' });

const rawAttempt: Schema = {
  type: 'object',
  properties: {
    hello: string({ description: 'which hello was sent: `all` or `few`' }),
    flight: base64,
    end: string({ description: 'whole, closed, or the fault code of a lost connection' }),
  },
  required: ['hello', 'flight', 'end'],
};

export const rawSchema: Schema = {
  type: 'object',
  properties: {
    endpoint: string(),
    host: string(),
    port: integer(),
    protocol: string(),
    address: string({ description: 'the address that answered first' }),
    upgrade: {
      type: 'object',
      description: 'the dialogue before TLS; not there where TLS starts with the first byte',
      properties: { replies: list(base64), failure: anything() },
      additionalProperties: anything(),
    },
    versions: map(list(rawAttempt)),
    session: anything({ description: 'the node:tls session, or the fault of it' }),
  },
  required: ['endpoint', 'host', 'port', 'protocol', 'versions'],
  additionalProperties: anything(),
};

const version = partly({ offered: boolean() });

export const factsSchema: Schema = partly({
  endpoint: string(),
  host: string(),
  port: integer(),
  protocol: oneOf('tls', ...PROTOCOLS),
  offered: boolean({ description: 'TLS can be spoken here' }),
  starttls: partly(
    {
      offered: boolean(),
      ready: boolean({ description: 'the server agreed to start TLS' }),
      handshake: boolean({ description: 'the TLS handshake behind the upgrade finished' }),
      plainLogin: boolean({ description: 'passwords are taken before TLS; absent: the protocol does not say' }),
      greeting: string(),
    },
    { description: 'absent: TLS starts with the first byte' },
  ),
  protocols: partly({ sslv3: version, tls10: version, tls11: version, tls12: version, tls13: version }),
  session: partly({ protocol: string(), cipher: string(), alpn: string() }),
  leaf: certificateSchema,
  chain: list(certificateSchema, { description: 'leaf first', 'x-optional-list': true }),
  hostname: partly({ name: string(), matches: boolean() }),
  trust: partly({
    trusted: boolean({ description: 'the chain leads to a root in use; validity in time is not part of this' }),
    selfSigned: boolean({ description: 'the leaf is its own issuer' }),
    error: string({ description: "node's code" }),
  }),
});
