/** An authoritative DNS server for the demo and the tests, on loopback, over UDP and TCP, able to misbehave. */
import { createSocket, type RemoteInfo, type Socket as UdpSocket } from 'node:dgram';
import { createServer, type Server, type Socket } from 'node:net';
import { decodeMessage, encodeMessage } from '../wire/dns/message.ts';
import { canonicalName } from '../wire/dns/name.ts';
import { RCODES, TYPES, type Message, type Question, type ResourceRecord } from '../wire/dns/types.ts';
import { parseZone, recordsAt, zoneData, type ZoneData } from './zone.ts';

/** What a server may do instead of answering. Octets are sent as they are, with the id of the question. */
export type Misbehaviour =
  | 'servfail'
  | 'refused'
  | 'formerr'
  | 'notimp'
  | 'silence'
  | 'truncated'
  | 'malformed'
  | 'wrong-id'
  | 'wrong-question'
  | Uint8Array;

export interface LabDnsOptions {
  /** Zone-file lines, `$ORIGIN` before each zone. */
  readonly lines?: readonly string[];
  readonly records?: readonly ResourceRecord[];
  /** Says for a question what goes wrong; undefined: it is answered. */
  readonly misbehave?: (question: Question, transport: 'udp' | 'tcp', query: Message) => Misbehaviour | undefined;
  /** Milliseconds before an answer leaves, as on a long way. */
  readonly delayMs?: number;
  /** Default: any free one. */
  readonly port?: number;
  /** Answers carry AD, as those of a validating resolver for signed names. */
  readonly signed?: (name: string) => boolean;
}

export interface LabDns {
  /** `127.0.0.1:port` */
  readonly address: string;
  readonly queries: () => number;
  close(): Promise<void>;
}

/** The answer to one query message, or undefined for silence. Pure: tests use it without a socket. */
export type Responder = (query: Uint8Array, transport: 'udp' | 'tcp') => Uint8Array | undefined;

/** RFC 1034 §4.3.2: follows CNAMEs through all zones of the lab; a loop ends where it closes. */
function lookUp(data: ZoneData, question: Question): { rcode: number; answers: ResourceRecord[] } {
  const answers: ResourceRecord[] = [];
  const seen = new Set<string>();
  let name = question.name;
  for (;;) {
    const here = recordsAt(data, name);
    if (here === undefined) return { rcode: RCODES.NXDOMAIN, answers };
    const matching = here.filter((record) => record.type === question.type);
    if (matching.length > 0) return { rcode: 0, answers: [...answers, ...matching] };
    const alias = here.find((record) => record.type === TYPES.CNAME);
    if (alias?.rdata.is !== 'CNAME') return { rcode: 0, answers };
    answers.push(alias);
    seen.add(canonicalName(name));
    name = alias.rdata.name;
    if (seen.has(canonicalName(name))) return { rcode: 0, answers };
  }
}

/** The SOA of the zone that a name lies in, for negative answers (RFC 2308 §3). */
function authorityOf(data: ZoneData, name: string): ResourceRecord[] {
  const labels = canonicalName(name).split('.');
  for (let drop = 0; drop < labels.length; drop += 1) {
    const soa = data.get(labels.slice(drop).join('.'))?.find((record) => record.type === TYPES.SOA);
    if (soa !== undefined) return [soa];
  }
  return [];
}

function limitOf(query: Message, transport: 'udp' | 'tcp'): number {
  return transport === 'tcp' ? 0xffff : Math.max(512, query.edns?.udpSize ?? 512);
}

export function responder(options: LabDnsOptions): Responder {
  const data = zoneData([...parseZone(options.lines ?? []), ...(options.records ?? [])]);
  return (bytes, transport) => {
    const query = decodeMessage(bytes);
    const question = query.questions[0];
    if (question === undefined) return undefined;
    const answerWith = (part: Partial<Message>) =>
      encodeMessage({
        ...query,
        response: true,
        authoritative: true,
        // a resolver to those who ask for recursion, an authoritative server to others
        recursionAvailable: query.recursionDesired,
        authenticData: options.signed?.(question.name) === true,
        rcode: 0,
        answers: [],
        authorities: [],
        additionals: [],
        edns: query.edns === undefined ? undefined : { ...query.edns, udpSize: 1232 },
        ...part,
      });
    const wrong = options.misbehave?.(question, transport, query);
    if (wrong !== undefined) return misbehaved(wrong, query, answerWith);
    const { rcode, answers } = lookUp(data, question);
    const last = answers.at(-1);
    const negative = last === undefined || (last.type === TYPES.CNAME && question.type !== TYPES.CNAME);
    const end = last?.rdata.is === 'CNAME' ? last.rdata.name : question.name;
    const whole = answerWith({ rcode, answers, authorities: negative ? authorityOf(data, end) : [] });
    return whole.length > limitOf(query, transport) ? answerWith({ truncated: true }) : whole;
  };
}

function misbehaved(
  wrong: Misbehaviour,
  query: Message,
  answerWith: (part: Partial<Message>) => Uint8Array,
): Uint8Array | undefined {
  if (typeof wrong !== 'string') {
    const bytes = Uint8Array.from(wrong);
    bytes.set([query.id >>> 8, query.id & 0xff].slice(0, bytes.length));
    return bytes;
  }
  switch (wrong) {
    case 'servfail':
      return answerWith({ rcode: RCODES.SERVFAIL });
    case 'refused':
      return answerWith({ rcode: RCODES.REFUSED });
    case 'formerr':
      return answerWith({ rcode: RCODES.FORMERR });
    case 'notimp':
      return answerWith({ rcode: RCODES.NOTIMP });
    case 'truncated':
      return answerWith({ truncated: true });
    case 'malformed':
      return answerWith({}).slice(0, 14);
    case 'wrong-id':
      return answerWith({ id: query.id ^ 1 });
    case 'wrong-question':
      return answerWith({ questions: [{ name: 'other.invalid', type: TYPES.A, class: 1 }] });
    default:
      return undefined;
  }
}

/** Reads length-prefixed messages (RFC 1035 §4.2.2) and answers each; answers to what came together leave together. */
function serveTcp(socket: Socket, answer: Responder): void {
  let pending: Buffer = Buffer.alloc(0);
  socket.setNoDelay(true);
  socket.on('data', (chunk: Buffer) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    const replies: Uint8Array[] = [];
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
      const length = pending.readUInt16BE(0);
      const reply = answer(pending.subarray(2, 2 + length), 'tcp');
      pending = pending.subarray(2 + length);
      if (reply === undefined) {
        socket.destroy();
        return;
      }
      replies.push(Uint8Array.of(reply.length >>> 8, reply.length & 0xff), reply);
    }
    if (replies.length > 0) socket.write(Buffer.concat(replies));
  });
  socket.on('error', () => {
    socket.destroy();
  });
}

function listenTcp(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
}

function bindUdp(socket: UdpSocket, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(port, host, () => {
      resolve(socket.address().port);
    });
  });
}

/** Answers equal questions by what was answered before: a server that always tells the truth need not look it up again. */
function rememberingResponder(respond: Responder): Responder {
  const known = new Map<string, Uint8Array | undefined>();
  return (query, transport) => {
    const key = `${transport} ${Buffer.from(query.buffer, query.byteOffset + 2, query.length - 2).toString('latin1')}`;
    const before = known.get(key);
    if (before === undefined) {
      const answer = respond(query, transport);
      known.set(key, answer);
      return answer;
    }
    const answer = new Uint8Array(before);
    answer.set(query.subarray(0, 2));
    return answer;
  };
}

/** Starts the server on a free port of a loopback address, the same for UDP and TCP. */
export async function startDns(options: LabDnsOptions, host = '127.0.0.1'): Promise<LabDns> {
  const truthful = responder(options);
  const respond = options.misbehave === undefined ? rememberingResponder(truthful) : truthful;
  let queries = 0;
  const answer: Responder = (query, transport) => {
    queries += 1;
    try {
      return respond(query, transport);
    } catch {
      // what is no query gets no answer, as from any server
      return undefined;
    }
  };
  const sockets = new Set<Socket>();
  for (let attempt = 0; ; attempt += 1) {
    // an address needs no look-up
    const udp = createSocket({ type: 'udp4', lookup: (address, _options, done) => done(null, address, 4) });
    const port = await bindUdp(udp, host, options.port ?? 0);
    const tcp = createServer((socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      serveTcp(socket, answer);
    });
    try {
      await listenTcp(tcp, host, port);
    } catch (error) {
      // the UDP port was free, the TCP port of that number is not: another pair
      udp.close();
      if (attempt === 20) throw error;
      continue;
    }
    udp.on('message', (query: Buffer, from: RemoteInfo) => {
      const reply = answer(query, 'udp');
      if (reply === undefined) return;
      const send = () => {
        udp.send(reply, from.port, from.address);
      };
      if (options.delayMs === undefined) send();
      else setTimeout(send, options.delayMs);
    });
    return {
      address: `${host}:${String(port)}`,
      queries: () => queries,
      close: async () => {
        for (const socket of sockets) socket.destroy();
        await new Promise<void>((resolve) => tcp.close(() => resolve()));
        await new Promise<void>((resolve) => udp.close(() => resolve()));
      },
    };
  }
}
