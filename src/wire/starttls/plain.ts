/** Questions in the clear: does a service that should speak TLS only answer without it? Pure machines, harmless words. */
import { type Ask, type Dialogue, say, text } from './dialogue.ts';
import { mssqlPlain } from './databases.ts';
import type { Protocol } from '../../model/target.ts';

const some: Ask['whole'] = (received) => (received.length > 0 ? received.length : undefined);
const atLeast =
  (count: number): Ask['whole'] =>
  (received) =>
    received.length >= count ? received.length : undefined;

/** PostgreSQL start-up without SSLRequest: R is a demand for a password, E with 28000 a refusal (pg_hba.conf hostssl). */
function* postgresPlain(): Dialogue {
  const parameters = Buffer.from('user\0probity\0database\0probity\0\0', 'latin1');
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + parameters.length, 0);
  head.writeUInt32BE(196_608, 4);
  const reply = Buffer.from(yield { send: Buffer.concat([head, parameters]), whole: atLeast(9) });
  const kind = reply.toString('latin1', 0, 1);
  if (kind === 'R') {
    const method = reply.readUInt32BE(5);
    const names: { readonly [code: number]: string } = { 0: 'none', 3: 'cleartext', 5: 'md5', 10: 'scram' };
    return { offered: false, ready: false, plainLogin: true, greeting: names[method] ?? `method ${String(method)}` };
  }
  return {
    offered: false,
    ready: false,
    plainLogin: kind === 'E' && !text(reply).includes('C28000'),
    foreign: kind !== 'E',
  };
}

/** MySQL: a login without CLIENT_SSL; 3159 is ER_SECURE_TRANSPORT_REQUIRED. */
function* mysqlPlain(): Dialogue {
  const packet: Ask['whole'] = (received) => {
    if (received.length < 4) return undefined;
    const end = 4 + Buffer.from(received).readUIntLE(0, 3);
    return received.length < end ? undefined : end;
  };
  const greeting = yield { whole: packet };
  if (greeting[4] !== 10) return { offered: false, ready: false, foreign: true };
  const body = Buffer.concat([
    // CLIENT_PROTOCOL_41 | CLIENT_SECURE_CONNECTION, 16 MiB, utf8mb4
    Buffer.from([0x00, 0x82, 0, 0, 0, 0, 0, 1, 45]),
    Buffer.alloc(23),
    Buffer.from('probity\0\0', 'latin1'),
  ]);
  const reply = Buffer.from(yield { send: Buffer.concat([Buffer.from([body.length, 0, 0, 1]), body]), whole: packet });
  const refused = reply[4] === 0xff && reply.length >= 7 && reply.readUInt16LE(5) === 3159;
  return { offered: false, ready: false, plainLogin: !refused };
}

function* redisPlain(): Dialogue {
  const reply = text(yield { send: say('PING'), whole: some });
  return { offered: false, ready: false, plainLogin: /^[+-]/.test(reply), foreign: !/^[+-]/.test(reply) };
}

/** AMQP 0-9-1 §4.2.2: a server answers the protocol header with Connection.Start or with a header of its own. */
function* amqpPlain(): Dialogue {
  const reply = text(yield { send: Buffer.from('AMQP\0\0\x09\x01', 'latin1'), whole: some });
  const taken = reply.startsWith('\x01\0\0') || reply.startsWith('AMQP');
  return { offered: false, ready: false, plainLogin: taken, foreign: !taken };
}

/** MongoDB: an OP_MSG with { hello: 1, $db: "admin" }; the reply is an OP_MSG too (opcode 2013). */
function* mongoPlain(): Dialogue {
  const document = Buffer.from('1f0000001068656c6c6f000100000002246462000600000061646d696e0000', 'hex');
  const message = Buffer.alloc(21);
  message.writeUInt32LE(21 + document.length, 0);
  message.writeUInt32LE(1, 4);
  message.writeUInt32LE(2013, 12);
  const reply = Buffer.from(yield { send: Buffer.concat([message, document]), whole: atLeast(16) });
  const taken = [1, 2013].includes(reply.readUInt32LE(12));
  return { offered: false, ready: false, plainLogin: taken, foreign: !taken };
}

/** Kafka: ApiVersions (key 18, version 0), which any broker answers before a login; the answer repeats our number. */
function* kafkaPlain(): Dialogue {
  const number = 0x70726f62;
  const body = Buffer.alloc(17);
  body.writeUInt16BE(18, 0);
  body.writeUInt32BE(number, 4);
  body.writeUInt16BE(7, 8);
  body.write('probity', 10, 'latin1');
  const size = Buffer.alloc(4);
  size.writeUInt32BE(body.length, 0);
  const reply = Buffer.from(yield { send: Buffer.concat([size, body]), whole: atLeast(8) });
  const taken = reply.readUInt32BE(4) === number;
  return { offered: false, ready: false, plainLogin: taken, foreign: !taken };
}

function* memcachedPlain(): Dialogue {
  const reply = text(yield { send: say('version'), whole: some });
  const taken = /^(?:VERSION|ERROR|CLIENT_ERROR|SERVER_ERROR)\b/.test(reply);
  return { offered: false, ready: false, plainLogin: taken, foreign: !taken };
}

/** Undefined where there is nothing to ask in the clear. */
export function plainQuestion(protocol: Protocol): Dialogue | undefined {
  switch (protocol) {
    case 'postgres':
      return postgresPlain();
    case 'mysql':
      return mysqlPlain();
    case 'mssql':
      return mssqlPlain();
    case 'redis':
      return redisPlain();
    case 'amqp':
      return amqpPlain();
    case 'mongodb':
      return mongoPlain();
    case 'kafka':
      return kafkaPlain();
    case 'memcached':
      return memcachedPlain();
    default:
      return undefined;
  }
}

/** The status line of an HTTP answer; bytes of something else are an answer too. */
const statusLine: Ask['whole'] = (received) => {
  if (received.length > 0 && received[0] !== 0x48) return received.length;
  const end = Buffer.from(received).indexOf(0x0a);
  return end < 0 ? undefined : end + 1;
};

/** HTTP in the clear; `upgrade` asks to go over to TLS (RFC 2817 §3.2). `greeting` is the status. */
export function* httpPlain(host: string, upgrade: boolean): Dialogue {
  const extra = upgrade ? 'Upgrade: TLS/1.0\r\nConnection: Upgrade\r\n' : 'Connection: close\r\n';
  const name = host.includes(':') ? `[${host}]` : host;
  const request = `${upgrade ? 'OPTIONS *' : 'GET /'} HTTP/1.1\r\nHost: ${name}\r\n${extra}\r\n`;
  const reply = text(yield { send: Buffer.from(request, 'latin1'), whole: statusLine });
  const status = /^HTTP\/1\.[01] ([1-5][0-9]{2})\b/.exec(reply)?.[1];
  return {
    offered: false,
    ready: false,
    foreign: status === undefined,
    ...(status !== undefined && { greeting: status }),
  };
}
