/** The shapes of the tls collector: raw first flights and sessions, and the facts that checks read. */
import { anything, boolean, integer, list, map, oneOf, type Schema, string } from '../../model/schema.ts';
import { PROTOCOLS } from '../../model/target.ts';
import { certificateSchema } from './certificate.ts';
import { exchangeSchema } from './facts-exchange.ts';
import { helloSchema } from './facts-hellos.ts';
import { intrusiveSchema } from './facts-intrusive.ts';
import { questionSchemas } from './facts-questions.ts';
import { compressionSchema } from './facts-compression.ts';
import { policySchema, upgradeSchemas } from './facts-upgrades.ts';
import { sessionSchemas } from './facts-sessions.ts';
import { productSchemas } from './facts-products.ts';
import { bindingSchemas } from './facts-bindings.ts';
import { addressSchemas } from './facts-addresses.ts';
import { revocationSchemas } from './facts-revocation.ts';
import { sctSchema } from './facts-scts.ts';
import { trustSchemas } from './facts-trust.ts';
import { partly } from './partly.ts';
import { CLASSES } from './suite-classes.ts';

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
    plain: anything({ description: 'the words of a client without TLS' }),
    sslv2: anything(),
    versions: map(list(rawAttempt)),
    chains: list(anything(), {
      description: 'questions in a row: what was offered first, what is taken out, the answers',
    }),
    orders: list(anything(), { description: 'the known suites in reverse' }),
    again: anything({ description: 'something that was answered before, asked after closes that came last' }),
    connections: integer(),
    lost: integer(),
    served: list(anything(), {
      description: 'handshake messages of the flights with certificates, decrypted where they were encrypted',
    }),
    certificates: anything({ description: 'each certificate of the flights once, DER in base64' }),
    revocation: anything({ description: 'answers of the responder and lists of the CA; only where they were asked' }),
    addresses: anything({ description: 'a session with each of some addresses of the name' }),
    ctLogs: anything({ description: 'what the list of --ct-logs says of the logs that were seen' }),
    keyList: anything({ description: 'what the list of --leaked-keys says of the keys that were seen' }),
    suffixes: anything({ description: 'what the list of --psl says of the names that were seen' }),
    bindings: anything({ description: 'the DNS on the certificate: TLSA of a mail host, CAA from the name upwards' }),
    rootsGiven: boolean({ description: 'the user named roots' }),
    compression: anything({ description: 'of the first page: its encodings, and what it holds' }),
    injection: anything({ description: 'what is answered inside TLS to a command before it' }),
    directTls: anything(),
    reach: anything({ description: '`reached`, or the fault; asked where the user says that it is private' }),
    intrusive: anything({ description: 'what came back for probes of known defects, never what was in it' }),
    sessions: anything({ description: 'finished connections: tickets, and the first line of the answer' }),
    earlierTickets: anything({ description: 'what an older run saw of the tickets; only with --earlier-run' }),
    asides: integer({ description: 'of the connections, those beside the enumeration' }),
    questions: anything({
      description: 'what a server makes of a hello that is odd in one thing; one connection each',
    }),
    anchors: anything({ description: 'roots in use that bear the name of an issuer' }),
    session: anything({ description: 'the node:tls session, or the fault of it' }),
  },
  required: ['endpoint', 'host', 'port', 'protocol', 'versions'],
  additionalProperties: anything(),
};

const names = list(string(), { description: 'version and suite: `TLSv1.2/TLS_RSA_WITH_AES_128_CBC_SHA`' });

const suiteSchemas = {
  suites: list(
    partly({
      id: string(),
      version: string(),
      code: string(),
      name: string(),
      keyExchange: string(),
      authentication: string(),
      encryption: string(),
      mode: string(),
      mac: string(),
      forwardSecret: boolean(),
    }),
    { 'x-optional-list': true },
  ),
  ciphers: partly(
    {
      ...Object.fromEntries(Object.keys(CLASSES).map((name) => [name, names])),
      names: list(string(), { description: 'every suite of every version' }),
      aeadAtBest: boolean({ description: 'the highest version offers an AEAD cipher' }),
      anyForwardSecret: boolean(),
    },
    { description: 'the suites by class' },
  ),
  groups: list(partly({ version: string(), code: string(), name: string(), kind: string(), bits: integer() }), {
    description: 'of TLS 1.3, and of the highest older version',
    'x-optional-list': true,
  }),
  keyExchange: exchangeSchema,
  hellos: helloSchema,
  order: list(
    partly({
      version: string(),
      by: oneOf('server', 'client'),
      mixed: boolean({ description: 'the suites are of different quality' }),
      weakFirst: boolean({ description: 'the server puts a weaker suite above a stronger one' }),
    }),
    { 'x-optional-list': true },
  ),
};

const version = partly({ offered: boolean() });

export const factsSchema: Schema = partly({
  endpoint: string(),
  host: string(),
  port: integer(),
  protocol: oneOf('tls', ...PROTOCOLS),
  policy: policySchema,
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
  plaintext: partly(
    {
      answered: boolean({ description: 'the service takes commands or logins without TLS' }),
      authentication: string({ description: 'how it asks for the password then (PostgreSQL)' }),
    },
    { description: 'absent: the protocol has no question for it' },
  ),
  protocols: partly({
    sslv2: partly({ offered: boolean(), kinds: list(string()) }),
    sslv3: version,
    tls10: version,
    tls11: version,
    tls12: version,
    tls13: version,
  }),
  ...suiteSchemas,
  ...questionSchemas,
  ...sessionSchemas,
  ...productSchemas,
  intrusive: intrusiveSchema,
  compression: compressionSchema,
  ...upgradeSchemas,
  session: partly({ protocol: string(), cipher: string(), alpn: string() }),
  leaf: certificateSchema,
  chain: list(certificateSchema, {
    description: 'as sent, leaf first; then the further leaves of the server',
    'x-optional-list': true,
  }),
  leaves: list(certificateSchema, {
    description: 'one for each certificate that the server chooses from',
    'x-optional-list': true,
  }),
  ...trustSchemas,
  relations: partly(
    {
      keyAlsoOn: list(string(), { description: 'other endpoints of the run with the same key' }),
      sslv2KeyOn: list(string(), { description: 'those of them that speak SSLv2' }),
    },
    { description: 'what the other endpoints of the run tell of this one' },
  ),
  clientCertificate: partly({ requested: boolean(), authorities: list(string()) }),
  scts: sctSchema,
  ...revocationSchemas,
  ...addressSchemas,
  ...bindingSchemas,
  signature: partly({ schemes: list(string(), { description: 'of the handshakes that were read' }) }),
});
