/** Active probes for known defects, only with --intrusive. What a broken server gives away is measured, never kept. */
import { answerOrFault, rawFault } from '../../model/facts.ts';
import { FaultError } from '../../model/fault.ts';
import type { ByteStream } from '../../model/io.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import {
  CLAIMED,
  encryptedBlock,
  heartbeatRequest,
  PKCS1_VARIANTS,
  pointOfOrderThree,
  type Pkcs1Variant,
} from '../../wire/tls/active.ts';
import { concat, vector, WireError } from '../../wire/tls/bytes.ts';
import { extension } from '../../wire/tls/client-hello.ts';
import { certificatesIn, HANDSHAKE, MAX_FLIGHT, parseFlight } from '../../wire/tls/flight.ts';
import { EXTENSION, VERSION_CODES } from '../../wire/tls/names.ts';
import { CONTENT, cutRecords, encodeRecord, type TlsRecord } from '../../wire/tls/record.ts';
import { CLASSIC_SUITES, suiteOf } from '../../wire/tls/suites.ts';
import { READABLE_SUITES12, type Spoilt } from '../../wire/tls/tls12.ts';
import { dialForTls } from './dial.ts';
import type { Setting } from './eliminate.ts';
import { groupsFor, helloBytes, type Question, suitesFor } from './hello.ts';
import { untilDone } from './prober.ts';
import type { Offered } from './questions.ts';
import { decodeTicket12, lastWords } from './resumption.ts';
import { AlertError, type Connection12, connection12 } from './session12.ts';

const CHANGE = Uint8Array.of(1);
const RSA_SUITES = CLASSIC_SUITES.filter((code) => {
  const { keyExchange, authentication, exportGrade } = suiteOf(code);
  return keyExchange === 'rsa' && authentication === 'rsa' && !exportGrade;
});
const CBC_SUITES = READABLE_SUITES12.filter((code) => suiteOf(code).mode === 'cbc');
/** More than these: a server that sets no bound (NCSC-NL 3.4.2 asks at ten). */
const RENEGOTIATIONS = 11;
/** Two private keys out of three give the secret that we guess. */
const INVALID_TRIES = 6;

async function onStream<T extends Json>(
  { io, endpoint, prober }: Setting,
  task: (stream: ByteStream) => Promise<T>,
): Promise<T> {
  return await prober.insist(async () => {
    const stream = await dialForTls(io, endpoint);
    try {
      return await task(stream);
    } finally {
      stream.close();
    }
  });
}

interface Greeted {
  /** The bytes of the server's first flight. */
  readonly flight: ReturnType<typeof parseFlight>;
  readonly leaf: Uint8Array | undefined;
}

/** A hello and the whole first flight of a server of TLS <= 1.2; undefined where it refuses. */
async function greeted(setting: Setting, stream: ByteStream, question: Question): Promise<Greeted | undefined> {
  await stream.write(helloBytes(setting.io, setting.endpoint, question));
  let bytes: Uint8Array = new Uint8Array();
  for (;;) {
    const flight = parseFlight(bytes);
    if (untilDone(flight, bytes)) {
      if (flight.serverHello === undefined || flight.error !== undefined) return undefined;
      const body = flight.messages.find(({ type }) => type === HANDSHAKE.certificate)?.body;
      return { flight, leaf: body === undefined ? undefined : leafIn(body) };
    }
    const chunk = await readOr(stream, flight.serverHello !== undefined);
    if (chunk === 'enough') return { flight, leaf: undefined };
    if (chunk === undefined) throw new FaultError('net.closed', 'the server closed the connection in the handshake');
    if (bytes.length + chunk.length > MAX_FLIGHT) throw new FaultError('net.limit', "the server's flight is endless");
    bytes = concat(bytes, chunk);
  }
}

/** The next bytes; `enough` where none come behind the ServerHello: some servers leave the end of their flight out. */
async function readOr(stream: ByteStream, isGreeted: boolean): Promise<Uint8Array | undefined | 'enough'> {
  try {
    return await stream.read();
  } catch (error) {
    if (isGreeted && error instanceof FaultError && error.fault.code === 'net.timeout') return 'enough';
    throw error;
  }
}

function leafIn(body: Uint8Array): Uint8Array | undefined {
  try {
    return certificatesIn(body)[0];
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

/** What came first: `alert 10`, `record 24 of 35`, `closed`, or a fault. Never the content. */
async function reaction(stream: ByteStream, wanted: (record: TlsRecord) => boolean = () => true): Promise<JsonObject> {
  let bytes: Uint8Array = new Uint8Array();
  try {
    for (;;) {
      const { records, error } = cutRecords(bytes);
      const found = records.find(wanted);
      if (found !== undefined)
        return found.type === CONTENT.alert
          ? { came: 'alert', alert: found.fragment.length === 2 ? (found.fragment[1] ?? 0) : -1 }
          : { came: 'record', type: found.type, length: found.fragment.length };
      if (error !== undefined) return { came: 'foreign' };
      const chunk = await stream.read();
      if (chunk === undefined) return { came: 'closed' };
      if (bytes.length + chunk.length > MAX_FLIGHT) throw new FaultError('net.limit', 'endless answers');
      bytes = concat(bytes, chunk);
    }
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    if (error.fault.code === 'net.timeout') return { came: 'nothing' };
    return error.fault.code === 'net.reset' ? { came: 'reset' } : rawFault(error);
  }
}

function questionFor(offered: Offered): Question {
  const { version, first } = offered;
  return {
    version,
    suites: [...new Set([first.suite, ...suitesFor(version, 'few')])],
    groups: groupsFor(version, 'few'),
  };
}

/** A heartbeat that claims 16 octets, then a message that any server ends the connection for. */
async function heartbleed(setting: Setting, offered: Offered): Promise<JsonObject> {
  const version = Math.min(VERSION_CODES[offered.version], 0x0303);
  return await onStream(setting, async (stream) => {
    const extensions = [extension(EXTENSION.heartbeat, Uint8Array.of(1))];
    const answer = await greeted(setting, stream, { ...questionFor(offered), extensions });
    const agreed = answer?.flight.serverHello?.extensions.some(({ type }) => type === EXTENSION.heartbeat) === true;
    if (answer === undefined) return { came: 'refused' };
    if (!agreed) return { agreed };
    await stream.write(heartbeatRequest(version));
    await stream.write(encodeRecord(CONTENT.handshake, version, Uint8Array.of(HANDSHAKE.finished, 0, 0, 1, 0)));
    return { agreed, claimed: CLAIMED, ...(await reaction(stream)) };
  });
}

/**
 * A ChangeCipherSpec before any key was agreed on. A sound server ends the connection; where nothing comes, a second one: who
 * took the first cannot read it.
 */
async function earlyCcs(setting: Setting, offered: Offered): Promise<JsonObject> {
  const version = Math.min(VERSION_CODES[offered.version], 0x0303);
  return await onStream(setting, async (stream) => {
    if ((await greeted(setting, stream, questionFor(offered))) === undefined) return { came: 'refused' };
    const record = encodeRecord(CONTENT.changeCipherSpec, version, CHANGE);
    await stream.write(record);
    const first = await reaction(stream);
    if (first['came'] !== 'nothing') return first;
    try {
      await stream.write(record);
    } catch (error) {
      if (error instanceof FaultError) return { ...first, second: rawFault(error) };
      throw error;
    }
    return { ...first, second: await reaction(stream) };
  });
}

function blockFor(leaf: Uint8Array, variant: Pkcs1Variant, version: number): Uint8Array | undefined {
  try {
    return encryptedBlock(leaf, variant, version);
  } catch (error) {
    if (error instanceof WireError) throw new FaultError('tls.malformed', error.message, { cause: error });
    throw error;
  }
}

async function pkcs1(
  setting: Setting,
  version: Offered['version'],
  variant: Pkcs1Variant,
  short: boolean,
): Promise<JsonObject> {
  const code = VERSION_CODES[version];
  return await answerOrFault(
    async () =>
      await onStream(setting, async (stream) => {
        const answer = await greeted(setting, stream, { version, suites: RSA_SUITES });
        if (answer?.leaf === undefined) return { came: 'refused' };
        const block = blockFor(answer.leaf, variant, code);
        if (block === undefined) return { came: 'refused' };
        const body = version === 'SSLv3' ? block : vector(2, block);
        const exchange = concat(Uint8Array.of(HANDSHAKE.clientKeyExchange), vector(3, body));
        const records = [encodeRecord(CONTENT.handshake, code, exchange)];
        if (!short) {
          records.push(encodeRecord(CONTENT.changeCipherSpec, code, CHANGE));
          // a Finished that nobody can have encrypted
          records.push(encodeRecord(CONTENT.handshake, code, setting.io.random(64)));
        }
        // at once: what is left unread when the server closes may cost its last words
        await stream.write(concat(...records));
        return await reaction(stream);
      }),
  );
}

async function pkcs1Round(setting: Setting, version: Offered['version'], short: boolean): Promise<JsonObject> {
  const answers = await Promise.all(
    PKCS1_VARIANTS.map(async (variant) => [variant, await pkcs1(setting, version, variant, short)] as const),
  );
  return Object.fromEntries(answers);
}

function areAlike(round: JsonObject): boolean {
  return new Set(Object.values(round).map((answer) => JSON.stringify(answer))).size === 1;
}

/** Five blocks, told apart or not; where they are, once more: chance does not repeat itself. */
async function robot(setting: Setting, offered: readonly Offered[]): Promise<readonly JsonObject[]> {
  const version = offered.findLast(({ version: one }) => one !== 'TLSv1.3')?.version;
  if (version === undefined) return [];
  const rounds: JsonObject[] = [];
  for (const short of [false, true]) {
    const first = await pkcs1Round(setting, version, short);
    rounds.push({ short, answers: first });
    const refused = Object.values(first).every((answer) => JSON.stringify(answer) === '{"came":"refused"}');
    if (refused) break;
    if (areAlike(first)) continue;
    rounds.push({ short, answers: await pkcs1Round(setting, version, short) });
    break;
  }
  return rounds;
}

/** What a finished connection says to words inside it. */
async function answerInside(connection: Connection12): Promise<JsonObject> {
  try {
    for (;;) {
      const record = await connection.next();
      if (record === undefined) return { came: 'closed' };
      if (record.type === CONTENT.alert) return { came: 'alert', alert: record.content[1] ?? 0 };
      if (record.type === CONTENT.applicationData) {
        // OpenSSL sends empty records before the real one
        if (record.content.length > 0) return { came: 'answer' };
      } else if (record.type === CONTENT.handshake) return { came: 'handshake', type: record.content[0] ?? 0 };
    }
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    if (error.fault.code === 'net.timeout') return { came: 'nothing' };
    return error.fault.code === 'net.reset' ? { came: 'reset' } : rawFault(error);
  }
}

async function inside(setting: Setting, task: (connection: Connection12) => Promise<JsonObject>): Promise<JsonObject> {
  return await answerOrFault(
    async () =>
      await onStream(setting, async (stream) => await task(connection12(setting.io, setting.endpoint, stream))),
  );
}

/** A second hello inside the connection; the words behind it are answered by a server that passes over it. */
async function renegotiate(setting: Setting, secure: boolean): Promise<JsonObject> {
  return await inside(setting, async (connection) => {
    const first = await connection.handshake(secure ? {} : { renegotiated: null });
    const wish = secure ? first.clientVerify : null;
    const again = helloBytes(setting.io, setting.endpoint, {
      version: 'TLSv1.2',
      suites: READABLE_SUITES12,
      groups: groupsFor('TLSv1.2', 'few'),
      renegotiated: wish,
    });
    await connection.send(CONTENT.handshake, again.subarray(5));
    await connection.send(CONTENT.applicationData, lastWords(setting));
    return await answerInside(connection);
  });
}

/** How often a server lets itself be renegotiated, up to eleven times. */
async function renegotiations(setting: Setting): Promise<JsonObject> {
  return await inside(setting, async (connection) => {
    let last = await connection.handshake({});
    let count = 0;
    try {
      for (; count < RENEGOTIATIONS; count++) last = await connection.handshake({ renegotiated: last.clientVerify });
    } catch (error) {
      if (!(error instanceof FaultError)) throw error;
      return { count, end: error.fault.code };
    }
    return { count };
  });
}

/** A session id of one octet beside a ticket: a broken server sends 32 back, 31 of them from its memory. */
async function ticketbleed(setting: Setting): Promise<JsonObject> {
  let ticket: Uint8Array = new Uint8Array();
  const first = await inside(setting, async (connection) => {
    const { messages } = await connection.handshake({});
    const given = messages.find(({ type }) => type === HANDSHAKE.newSessionTicket)?.body;
    if (given !== undefined) ({ ticket } = decodeTicket12(given));
    return {};
  });
  if (ticket.length === 0) return { ...first, ticket: false };
  const sessionId = Uint8Array.of(0x5a);
  return await inside(setting, async (connection) => {
    const { hello, resumed } = await connection.greet({ ticket, sessionId });
    return { resumed, length: hello.sessionId.length, ours: hello.sessionId[0] === sessionId[0] };
  });
}

const SPOILT: { readonly [name: string]: Spoilt } = {
  mac: { mac: (mac) => void (mac[0] = (mac[0] ?? 0) ^ 0xff) },
  padding: { padding: (padding) => void (padding[0] = (padding[0] ?? 0) ^ 0xff) },
  both: {
    mac: (mac) => void (mac[0] = (mac[0] ?? 0) ^ 0xff),
    padding: (padding) => void (padding[0] = (padding[0] ?? 0) ^ 0xff),
  },
};

async function spoiltRecord(setting: Setting, spoilt: Spoilt): Promise<JsonObject> {
  return await inside(setting, async (connection) => {
    await connection.handshake({ suites: CBC_SUITES, macThenEncrypt: true });
    const cbc = connection.cbc();
    if (cbc === undefined) return { came: 'refused' };
    await connection.sendRaw(cbc.sealSpoilt(CONTENT.applicationData, lastWords(setting), spoilt));
    return await answerInside(connection);
  });
}

async function spoiltRound(setting: Setting): Promise<JsonObject> {
  const answers = await Promise.all(
    Object.entries(SPOILT).map(async ([name, spoilt]) => [name, await spoiltRecord(setting, spoilt)] as const),
  );
  return Object.fromEntries(answers);
}

async function paddings(setting: Setting): Promise<readonly JsonObject[]> {
  const first = await spoiltRound(setting);
  return areAlike(first) ? [first] : [first, await spoiltRound(setting)];
}

/** A key exchange with a point of order three, finished with the secret that follows from it. */
async function invalidCurve(setting: Setting): Promise<JsonObject> {
  const { point, secret } = pointOfOrderThree();
  const suites = READABLE_SUITES12.filter((code) => suiteOf(code).keyExchange === 'ecdhe');
  const attempt = async (): Promise<JsonObject> =>
    await inside(setting, async (connection) => {
      try {
        await connection.handshake({ suites, groups: [0x0017] }, { message: vector(1, point), premaster: secret });
        return { came: 'finished' };
      } catch (error) {
        if (!(error instanceof FaultError)) throw error;
        if (!connection.isKeyed()) {
          if (error instanceof AlertError) return { came: 'refused' };
          throw error;
        }
        if (error instanceof AlertError) return { came: 'alert', alert: error.description };
        return ['net.closed', 'net.reset'].includes(error.fault.code) ? { came: 'closed' } : rawFault(error);
      }
    });
  const first = await attempt();
  // no ECDHE with P-256 here, or proof enough
  if (first['came'] === undefined || first['came'] === 'refused' || first['came'] === 'finished')
    return { attempts: [first] };
  const others = await Promise.all(Array.from({ length: INVALID_TRIES - 1 }, attempt));
  const attempts = [first, ...others];
  return { attempts };
}

/** All of them, one kind after the other: servers that fall over do so one at a time. */
export async function probeActively(setting: Setting, offered: readonly Offered[]): Promise<JsonObject> {
  const classic = offered.findLast(({ version }) => version !== 'TLSv1.3');
  const tls12 = offered.some(({ version }) => version === 'TLSv1.2');
  if (classic === undefined) return { classic: false };
  const head = {
    classic: true,
    heartbleed: await answerOrFault(async () => await heartbleed(setting, classic)),
    ccs: await answerOrFault(async () => await earlyCcs(setting, classic)),
    robot: await robot(setting, offered),
  };
  if (!tls12) return head;
  const renegotiation = await renegotiate(setting, true);
  return {
    ...head,
    renegotiation,
    ...(renegotiation['came'] === 'handshake' && { renegotiations: await renegotiations(setting) }),
    insecureRenegotiation: await renegotiate(setting, false),
    ticketbleed: await ticketbleed(setting),
    paddings: await paddings(setting),
    invalidCurve: await invalidCurve(setting),
  };
}
