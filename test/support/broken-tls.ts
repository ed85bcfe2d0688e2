/** A TLS 1.2 server with the defects that one asks for: RSA key exchange, AES-128-CBC-SHA, and nothing else. */
import {
  constants,
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  privateDecrypt,
  randomBytes,
} from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import type { Issued } from '../../src/lab/ca.ts';
import { type LabServer, listenOnLoopback } from '../../src/lab/tls.ts';
import { concat, uint, vector } from '../../src/wire/tls/bytes.ts';
import {
  type ClientHello,
  decodeClientHello,
  encodeExtensions,
  type Extension,
} from '../../src/wire/tls/client-hello.ts';
import { CONTENT, cutRecords, encodeRecord } from '../../src/wire/tls/record.ts';
import { suiteOf } from '../../src/wire/tls/suites.ts';
import { masterSecret, prf, verifyData } from '../../src/wire/tls/tls12.ts';

export interface Defects {
  /** What to do with a heartbeat; default: the extension is not echoed. */
  readonly heartbeat?: 'answers' | 'ignores';
  /** A ChangeCipherSpec before the keys is taken. */
  readonly earlyCcs?: boolean;
  /** Wrong PKCS#1 blocks get another alert than right ones; `once`: in the first five connections only. */
  readonly robot?: boolean;
  /** `taken`: padding is not looked at; `told`: wrong padding gets another alert than a wrong MAC. */
  readonly padding?: 'taken' | 'told';
  readonly ticketbleed?: boolean;
  /** How many renegotiations are let through. */
  readonly renegotiations?: number;
  readonly insecureRenegotiation?: boolean;
}

const SUITE = 0x002f;
const VERSION = 0x0303;
const message = (type: number, body: Uint8Array): Uint8Array => concat(Uint8Array.of(type), vector(3, body));

interface Keys {
  readonly mac: Uint8Array;
  readonly key: Uint8Array;
  sequence: number;
}

type Opened = { readonly content: Uint8Array } | 'mac' | 'padding';

function header(keys: Keys, type: number, length: number): Uint8Array {
  return concat(uint(0, 4), uint(keys.sequence++, 4), uint(type, 1), uint(VERSION, 2), uint(length, 2));
}

function open(keys: Keys, type: number, fragment: Uint8Array, strict: boolean): Opened {
  const decipher = createDecipheriv('aes-128-cbc', keys.key, fragment.subarray(0, 16)).setAutoPadding(false);
  const plain = Buffer.concat([decipher.update(fragment.subarray(16)), decipher.final()]);
  const padding = plain.at(-1) ?? 0;
  const end = plain.length - 1 - padding - 20;
  if (end < 0) return 'padding';
  if (strict && plain.subarray(plain.length - 1 - padding).some((octet) => octet !== padding)) return 'padding';
  const content = plain.subarray(0, end);
  const mac = createHmac('sha1', keys.mac)
    .update(header(keys, type, end))
    .update(content)
    .digest();
  return mac.equals(plain.subarray(end, end + 20)) ? { content } : 'mac';
}

function seal(keys: Keys, type: number, content: Uint8Array): Uint8Array {
  const mac = createHmac('sha1', keys.mac)
    .update(header(keys, type, content.length))
    .update(content)
    .digest();
  const plain = concat(content, mac);
  const padding = Buffer.alloc(16 - (plain.length % 16));
  padding.fill(padding.length - 1);
  const iv = randomBytes(16);
  const cipher = createCipheriv('aes-128-cbc', keys.key, iv).setAutoPadding(false);
  return encodeRecord(type, VERSION, concat(iv, cipher.update(concat(plain, padding)), cipher.final()));
}

/** Where the premaster secret stands, or undefined where the block breaks a rule. */
function premasterIn(block: Buffer): Buffer | undefined {
  const zero = block.indexOf(0, 2);
  const right = block[0] === 0 && block[1] === 2 && zero === block.length - 49 && block[zero + 1] === 3;
  return right ? block.subarray(zero + 1) : undefined;
}

export async function startBrokenServer(identity: Issued, defects: Defects): Promise<LabServer> {
  const privateKey = createPrivateKey(identity.keyPem);
  const leaf = Buffer.from(/-{5}BEGIN [A-Z]+-{5}([^-]+)-/.exec(identity.chainPem)?.[1] ?? '', 'base64');
  const server = createServer((socket) => converse(socket));

  function converse(socket: Socket): void {
    let received: Uint8Array = new Uint8Array();
    let transcript: Uint8Array = new Uint8Array();
    let client: ClientHello | undefined;
    let random: Uint8Array = new Uint8Array();
    let premaster: Buffer | undefined;
    let master: Uint8Array = new Uint8Array();
    let next: { read: Keys; write: Keys } | undefined;
    let read: Keys | undefined;
    let write: Keys | undefined;
    let changes = 0;
    let renegotiated = 0;
    let verify = { client: new Uint8Array() as Uint8Array, server: new Uint8Array() as Uint8Array };

    const send = (type: number, content: Uint8Array): void => {
      if (!socket.destroyed)
        socket.write(write === undefined ? encodeRecord(type, VERSION, content) : seal(write, type, content));
    };
    const fail = (description: number): void => {
      send(CONTENT.alert, Uint8Array.of(2, description));
      socket.end();
    };
    const say = (type: number, body: Uint8Array): void => {
      transcript = concat(transcript, message(type, body));
      send(CONTENT.handshake, message(type, body));
    };

    function greet(hello: ClientHello, whole: Uint8Array): void {
      if (hello.versions.length > 0 || hello.version !== VERSION) return fail(70);
      if (!hello.suites.includes(SUITE)) return fail(40);
      const has = (type: number): Uint8Array | undefined => hello.extensions.find((one) => one.type === type)?.data;
      const info = has(0xff01);
      if (write !== undefined) {
        const secure = info !== undefined && info.length > 1;
        const allowed = secure ? renegotiated < (defects.renegotiations ?? 0) : defects.insecureRenegotiation === true;
        if (!allowed) return send(CONTENT.alert, Uint8Array.of(1, 100));
        renegotiated++;
      }
      client = hello;
      random = randomBytes(32);
      transcript = whole;
      const ticket = has(35);
      const extensions: Extension[] = [];
      if (info !== undefined || hello.suites.includes(0x00ff))
        extensions.push({
          type: 0xff01,
          data: vector(1, ...(info !== undefined && info.length > 1 ? [verify.client, verify.server] : [])),
        });
      if (has(15) !== undefined && defects.heartbeat !== undefined)
        extensions.push({ type: 15, data: Uint8Array.of(1) });
      if (ticket?.length === 0) extensions.push({ type: 35, data: new Uint8Array() });
      const resumes = ticket !== undefined && ticket.length > 0;
      const echoed = defects.ticketbleed === true ? concat(hello.sessionId, randomBytes(31)) : hello.sessionId;
      const id = resumes ? echoed.subarray(0, 32) : new Uint8Array();
      say(2, concat(uint(VERSION, 2), random, vector(1, id), uint(SUITE, 2), uint(0, 1), encodeExtensions(extensions)));
      if (resumes) return send(CONTENT.changeCipherSpec, Uint8Array.of(1));
      say(11, vector(3, vector(3, leaf)));
      say(14, new Uint8Array());
    }

    function keyed(body: Uint8Array): void {
      const block = privateDecrypt({ key: privateKey, padding: constants.RSA_NO_PADDING }, body.subarray(2));
      premaster = premasterIn(block);
      if (premaster === undefined && defects.robot === true) return fail(47);
      // what a good server does (RFC 5246 §7.4.7.1)
      premaster ??= randomBytes(48);
      const suite = suiteOf(SUITE);
      const randoms = { client: client?.random ?? random, server: random };
      master = masterSecret(suite, premaster, randoms, undefined);
      const secrets = prf('sha256', master, 'key expansion', concat(random, randoms.client), 72);
      const cut = (from: number, to: number): Uint8Array => secrets.subarray(from, to);
      next = {
        read: { mac: cut(0, 20), key: cut(40, 56), sequence: 0 },
        write: { mac: cut(20, 40), key: cut(56, 72), sequence: 0 },
      };
    }

    function finished(body: Uint8Array, before: Uint8Array): void {
      const suite = suiteOf(SUITE);
      const expected = verifyData(suite, master, 'client', before);
      if (Buffer.compare(expected, body) !== 0 || next === undefined) return fail(51);
      transcript = concat(before, message(20, body));
      if (client?.extensions.some((one) => one.type === 35) === true)
        say(4, concat(uint(600, 4), vector(2, randomBytes(64))));
      send(CONTENT.changeCipherSpec, Uint8Array.of(1));
      write = next.write;
      verify = { client: expected, server: verifyData(suite, master, 'server', transcript) };
      say(20, verify.server);
    }

    function handshake(content: Uint8Array): void {
      const type = content[0];
      const body = content.subarray(4);
      if (type === 1) return greet(decodeClientHello(body), content);
      if (type === 16) {
        keyed(body);
        transcript = concat(transcript, content);
        return undefined;
      }
      if (type === 20 && read !== undefined) return finished(body, transcript);
      return fail(10);
    }

    function take(type: number, fragment: Uint8Array): void {
      if (type === CONTENT.changeCipherSpec) {
        if (next !== undefined) read = next.read;
        else if (defects.earlyCcs !== true) fail(10);
        else if (changes++ > 0) fail(20);
        return;
      }
      if (type === CONTENT.heartbeat) {
        if (defects.heartbeat === 'answers') send(type, concat(uint(2, 1), uint(16, 2), Buffer.alloc(32, 0x77)));
        return;
      }
      let content = fragment;
      if (read !== undefined) {
        if (fragment.length % 16 !== 0 || fragment.length < 32) return fail(20);
        const opened = open(read, type, fragment, defects.padding !== 'taken');
        if (opened === 'padding') return fail(defects.padding === 'told' ? 21 : 20);
        if (opened === 'mac') return fail(20);
        ({ content } = opened);
      }
      if (type === CONTENT.handshake) handshake(content);
      else if (type === CONTENT.applicationData) {
        send(type, Buffer.from('HTTP/1.1 200 OK\r\n\r\n'));
        socket.end();
      }
    }

    socket.on('data', (chunk: Buffer) => {
      received = concat(received, chunk);
      for (;;) {
        const { records, error } = cutRecords(received);
        const first = records[0];
        if (error !== undefined) return fail(10);
        if (first === undefined || socket.writableEnded) return undefined;
        received = received.subarray(5 + first.fragment.length);
        take(first.type, first.fragment);
      }
    });
  }

  return await listenOnLoopback(server);
}
