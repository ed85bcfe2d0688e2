import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { replayDialogue } from '../../../../src/wire/starttls/index.ts';
import { injectionFor } from '../../../../src/wire/starttls/injection.ts';
import { httpPlain, plainQuestion } from '../../../../src/wire/starttls/plain.ts';
import { rdp } from '../../../../src/wire/starttls/rdp.ts';

const confirm = (...answer: readonly number[]): Uint8Array =>
  Uint8Array.from([3, 0, 0, 11 + answer.length, 6 + answer.length, 0xd0, 0, 0, 0x12, 0x34, 0, ...answer]);

const RDP: readonly (readonly [name: string, reply: Uint8Array, ready: boolean, greeting: string | undefined])[] = [
  ['CredSSP', confirm(2, 0, 8, 0, 2, 0, 0, 0), true, 'nla'],
  ['CredSSP with early authorisation', confirm(2, 0, 8, 0, 8, 0, 0, 0), true, 'nla'],
  ['TLS alone', confirm(2, 0, 8, 0, 1, 0, 0, 0), true, 'tls'],
  ['its own security', confirm(2, 0, 8, 0, 0, 0, 0, 0), false, 'standard'],
  ['nothing, as of old', confirm(), false, 'standard'],
  ['that TLS is not allowed', confirm(3, 0, 8, 0, 2, 0, 0, 0), false, 'standard'],
  ['that it has no certificate', confirm(3, 0, 8, 0, 3, 0, 0, 0), false, 'refused 3'],
  ['something else', Buffer.from('SSH-2.0-x\r\n'), false, undefined],
];

for (const [name, reply, ready, greeting] of RDP) {
  test(`RDP answers ${name}`, () => {
    const outcome = replayDialogue(rdp(), [reply]);

    assert.equal(outcome?.ready, ready);
    assert.equal(outcome?.greeting, greeting);
    assert.equal(outcome?.foreign === true, greeting === undefined);
  });
}

test('Kafka and memcached are known by their answers', () => {
  const answered = (protocol: 'kafka' | 'memcached', reply: Uint8Array): boolean | undefined => {
    const question = plainQuestion(protocol);
    assert.ok(question !== undefined);
    return replayDialogue(question, [reply])?.plainLogin;
  };

  assert.equal(answered('kafka', Buffer.from('0000000a70726f62000000000000', 'hex')), true);
  assert.equal(answered('kafka', Buffer.from('150301000202460000', 'hex')), false);
  assert.equal(answered('memcached', Buffer.from('VERSION 1.6.22\r\n')), true);
  assert.equal(answered('memcached', Buffer.from('\u0015\u0003\u0001')), false);
});

test('the question to Kafka is a whole ApiVersions request', () => {
  const step = plainQuestion('kafka')?.next();
  assert.ok(step?.done === false && step.value.send !== undefined);
  const sent = Buffer.from(step.value.send);

  assert.equal(sent.readUInt32BE(0), sent.length - 4);
  assert.equal(sent.readUInt16BE(4), 18);
  assert.equal(sent.readUInt16BE(12), sent.length - 14);
});

test('HTTP in the clear is known by its status', () => {
  const status = (reply: string): string | undefined =>
    replayDialogue(httpPlain('a.test', true), [Buffer.from(reply)])?.greeting;

  assert.equal(status('HTTP/1.1 101 Switching Protocols\r\n'), '101');
  assert.equal(status('HTTP/1.0 400 Bad Request\r\n'), '400');
  assert.equal(status('HTTP/2 200\r\n'), undefined);
  assert.equal(status('\u0015\u0003\u0003'), undefined);
});

const INSIDE: readonly (readonly [
  protocol: 'smtp' | 'imap' | 'pop3' | 'ftp' | 'nntp' | 'sieve' | 'irc',
  sound: string,
  broken: string,
])[] = [
  ['smtp', '221 bye\r\n', '250 ok\r\n221 bye\r\n'],
  ['imap', '* BYE\r\na9 OK done\r\n', 'a8 OK done\r\n* BYE\r\na9 OK done\r\n'],
  ['pop3', '+OK bye\r\n', '-ERR not now\r\n+OK bye\r\n'],
  ['ftp', '221 bye\r\n', '200 ok\r\n221 bye\r\n'],
  ['nntp', '205 bye\r\n', '111 20261122000000\r\n205 bye\r\n'],
  [
    'sieve',
    '"IMPLEMENTATION" "x"\r\nOK\r\nOK\r\n',
    '"IMPLEMENTATION" "x"\r\nOK\r\nOK (TAG "probity") "done"\r\nOK\r\n',
  ],
  ['irc', 'ERROR :closing\r\n', ':x PONG x :probity\r\nERROR :closing\r\n'],
];

for (const [protocol, sound, broken] of INSIDE) {
  test(`an answer to what was injected before TLS is told from the others: ${protocol}`, () => {
    const injection = injectionFor(protocol);

    assert.equal(injection?.answered(Buffer.from(sound)), false);
    assert.equal(injection?.answered(Buffer.from(broken)), true);
  });
}

test('only the line that starts TLS carries another behind it', () => {
  const instead = injectionFor('smtp')?.instead ?? ((send: Uint8Array): Uint8Array => send);

  assert.equal(Buffer.from(instead(Buffer.from('STARTTLS\r\n'))).toString(), 'STARTTLS\r\nNOOP\r\n');
  assert.equal(Buffer.from(instead(Buffer.from('EHLO STARTTLS\r\n'))).toString(), 'EHLO STARTTLS\r\n');
  assert.equal(injectionFor('postgres'), undefined);
});

test('no reply makes a dialogue throw', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 3 }), (replies) => {
      const padded = replies.map((reply) => Buffer.concat([reply, Buffer.alloc(16)]));
      for (const dialogue of [rdp(), plainQuestion('kafka'), plainQuestion('memcached'), httpPlain('x', false)])
        if (dialogue !== undefined) replayDialogue(dialogue, padded);
      for (const reply of replies) replayDialogue(rdp(), [reply]);
    }),
  );
});
