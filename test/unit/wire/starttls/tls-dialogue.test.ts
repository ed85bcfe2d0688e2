import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Protocol } from '../../../../src/model/target.ts';
import { PROTOCOLS } from '../../../../src/model/target.ts';
import type { Dialogue, Outcome } from '../../../../src/wire/starttls/dialogue.ts';
import { dialogueFor, replayDialogue } from '../../../../src/wire/starttls/index.ts';
import { plainQuestion } from '../../../../src/wire/starttls/plain.ts';

/** Feeds all that a server says as one stream, cut as the dialogue asks for it. */
function heard(protocol: Protocol, said: Uint8Array | string): Outcome | undefined {
  const dialogue = dialogueFor(protocol, 'a.test');
  assert.ok(dialogue !== undefined);
  const again = dialogueFor(protocol, 'a.test');
  assert.ok(again !== undefined);
  return listen(dialogue, said, again);
}

function listen(dialogue: Dialogue, said: Uint8Array | string, again?: Dialogue): Outcome | undefined {
  let rest: Uint8Array = Buffer.from(said as string, 'latin1');
  if (typeof said !== 'string') rest = said;
  const replies: Uint8Array[] = [];
  let step = dialogue.next();
  while (step.done !== true) {
    const end = step.value.whole(rest);
    if (end === undefined) return undefined;
    replies.push(rest.subarray(0, end));
    step = dialogue.next(rest.subarray(0, end));
    rest = rest.subarray(end);
  }
  if (again !== undefined)
    assert.deepEqual(replayDialogue(again, replies), step.value, 'the replay of the replies has the same outcome');
  return step.value;
}

function mysqlGreeting(flags: number): Buffer {
  const body = Buffer.concat([
    Buffer.from([10]),
    Buffer.from('8.4.0\0', 'latin1'),
    Buffer.alloc(13),
    Buffer.from([flags & 255, flags >> 8]),
    Buffer.alloc(20),
  ]);
  return Buffer.concat([Buffer.from([body.length, 0, 0, 0]), body]);
}

test('each protocol says whether TLS is offered, and whether it may start', () => {
  const table: readonly (readonly [Protocol, string | Uint8Array, Partial<Outcome> | undefined])[] = [
    [
      'smtp',
      '220-a\r\n220 b\r\n250-a\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n220 go\r\n',
      { offered: true, ready: true, plainLogin: true },
    ],
    ['smtp', '220 a\r\n250-a\r\n250 SIZE 1\r\n', { offered: false, ready: false, plainLogin: false }],
    ['smtp', '220 a\r\n250-a\r\n250 starttls \r\n454 no\r\n', { offered: true, ready: false }],
    ['smtp', '220 a\r\n250 XSTARTTLS\r\n', { offered: false }],
    ['smtp', '554 go away\r\n', { offered: false, ready: false }],
    ['smtp', '220 a\r\n502 no EHLO\r\n', { offered: false, ready: false }],
    ['smtp', '220 half', undefined],
    [
      'imap',
      '* OK hi\r\n* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\na1 OK\r\na2 OK go\r\n',
      { offered: true, ready: true, plainLogin: false },
    ],
    ['imap', '* OK hi\r\n* CAPABILITY IMAP4rev1\r\na1 OK\r\n', { offered: false, plainLogin: true }],
    ['imap', '* BYE\r\n', { offered: false }],
    ['pop3', '+OK\r\n+OK\r\nUSER\r\nSTLS\r\n.\r\n+OK\r\n', { offered: true, ready: true, plainLogin: true }],
    ['pop3', '+OK\r\n-ERR no\r\n+OK go\r\n', { offered: true, ready: true }],
    ['pop3', '+OK\r\n+OK\r\nUIDL\r\n.\r\n', { offered: false, plainLogin: false }],
    ['ftp', '220 a\r\n211-Features\r\n AUTH TLS\r\n211 End\r\n234 ok\r\n', { offered: true, ready: true }],
    ['ftp', '220 a\r\n500 what\r\n502 no\r\n', { offered: false, ready: false }],
    ['ldap', Buffer.from('300c02010178070a010004000400', 'hex'), { offered: true, ready: true }],
    ['ldap', Buffer.from('300c02010178070a010204000400', 'hex'), { offered: false, ready: false }],
    ['ldap', 'HTTP/1.1 400\r\n', { offered: false, foreign: true }],
    [
      'xmpp',
      "<stream:stream><stream:features><starttls xmlns='x'/></stream:features><proceed xmlns='x'/>",
      { offered: true, ready: true },
    ],
    [
      'xmpp',
      '<stream:stream><stream:features><mechanism>PLAIN</mechanism></stream:features>',
      { offered: false, plainLogin: true },
    ],
    ['postgres', 'S', { offered: true, ready: true }],
    ['postgres', 'N', { offered: false, foreign: false }],
    ['postgres', 'H', { offered: false, foreign: true }],
    ['lmtp', '220 a\r\n250-a\r\n250 STARTTLS\r\n220 go\r\n', { offered: true, ready: true }],
    ['nntp', '200 hi\r\n101 list\r\nSTARTTLS\r\n.\r\n382 go\r\n', { offered: true, ready: true }],
    ['nntp', '200 hi\r\n101 list\r\nREADER\r\n.\r\n', { offered: false, ready: false }],
    ['nntp', '200 hi\r\n500 what\r\n580 no\r\n', { offered: false, ready: false }],
    [
      'sieve',
      '"IMPLEMENTATION" "x"\r\n"SASL" "PLAIN"\r\n"STARTTLS"\r\nOK\r\nOK go\r\n',
      { offered: true, ready: true, plainLogin: true },
    ],
    ['sieve', '"SASL" ""\r\nOK\r\n', { offered: false, plainLogin: false }],
    ['irc', ':a CAP * LS :multi-prefix tls\r\n:a 670 * :go\r\n', { offered: true, ready: true }],
    ['irc', ':a 421 * CAP :unknown\r\n', { offered: false, ready: false }],
    [
      'mssql',
      Buffer.from('0401001a0000010000000b00060100110001ff0f000000000001', 'hex'),
      { offered: true, ready: true },
    ],
    ['mssql', 'HTTP/1.1 400 Bad Request', undefined],
    ['mysql', mysqlGreeting(0x0a00), { offered: true, ready: true, greeting: '8.4.0' }],
    ['mysql', mysqlGreeting(0x0200), { offered: false, ready: false }],
    ['mysql', Buffer.from([5, 0, 0, 0, 0xff, 0x15, 4, 0x23, 0x30]), { offered: false, foreign: false }],
    ['mysql', Buffer.from([2, 0, 0, 0, 10, 65]), { offered: false, foreign: true }],
  ];

  for (const [protocol, said, expected] of table) {
    const outcome = heard(protocol, said);

    if (expected === undefined) assert.equal(outcome, undefined);
    else
      assert.partialDeepStrictEqual(
        outcome,
        expected,
        `${protocol}: ${Buffer.from(said as string).toString('latin1')}`,
      );
  }
});

test('a service says in the clear whether it takes clients without TLS', () => {
  const tds = (encrypt: string): Buffer =>
    Buffer.from(`0401001a0000010000000b00060100110001ff0f0000000000${encrypt}`, 'hex');
  const ok = Buffer.from([7, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0]);
  const required = Buffer.concat([Buffer.from([9, 0, 0, 2, 0xff, 0x57, 0x0c]), Buffer.from('#HY000')]);
  const table: readonly (readonly [Protocol, Uint8Array | string, boolean | undefined])[] = [
    ['postgres', Buffer.from('520000000800000005', 'hex'), true],
    ['postgres', 'E\0\0\0\x20SFATAL\0C28000\0Mno pg_hba.conf entry\0\0', false],
    ['postgres', 'E\0\0\0\x20SFATAL\0C3D000\0Mno such database\0\0', true],
    ['mysql', Buffer.concat([mysqlGreeting(0x0a00), ok]), true],
    ['mysql', Buffer.concat([mysqlGreeting(0x0a00), required]), false],
    ['mssql', tds('00'), true],
    ['mssql', tds('02'), true],
    ['mssql', tds('01'), false],
    ['mssql', tds('03'), false],
    ['redis', '+PONG\r\n', true],
    ['redis', '-NOAUTH Authentication required.\r\n', true],
    ['redis', Buffer.from([21, 3, 1, 0, 2, 2, 10]), false],
    ['amqp', 'AMQP\0\0\x09\x01', true],
    ['amqp', Buffer.from([21, 3, 1, 0, 2, 2, 10]), false],
    ['mongodb', Buffer.concat([Buffer.from('240000000100000001000000dd070000', 'hex'), Buffer.alloc(20)]), true],
    ['mongodb', 'HTTP/1.0 200 OK\r\n\r\n', false],
  ];

  for (const [protocol, said, taken] of table) {
    const question = plainQuestion(protocol);
    assert.ok(question !== undefined);

    assert.equal(
      listen(question, said)?.plainLogin ?? false,
      taken,
      `${protocol}: ${Buffer.from(said as string).toString('latin1')}`,
    );
  }
});

test('a greeting with control characters is shown without them', () => {
  assert.equal(heard('smtp', '220 a\u001b[2Jb\r\n250 x\r\n')?.greeting, '220 a [2Jb');
});

test('no server makes a dialogue throw or go on for ever', () => {
  const said = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc
      .array(
        fc.constantFrom('220 ', '250-', '250 STARTTLS', '* OK', 'a1 OK', '+OK', '.', '\r\n', '<stream', '>', '\0', '0'),
      )
      .map((parts) => Buffer.from(parts.join(''), 'latin1')),
  );
  fc.assert(
    fc.property(fc.constantFrom(...PROTOCOLS), said, (protocol, bytes) => {
      if (dialogueFor(protocol, 'a.test') !== undefined) heard(protocol, bytes);
    }),
  );
});
