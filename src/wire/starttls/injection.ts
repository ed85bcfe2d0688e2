/** A harmless command behind the one that starts TLS, in the same segment (CVE-2011-0411), and how its answer is told. */
import type { Protocol } from '../../model/target.ts';
import { say, text } from './dialogue.ts';

interface Words {
  /** Sent in the clear, behind the command that starts TLS. */
  readonly injected: string;
  /** Sent inside TLS; the server answers it and ends. */
  readonly last: string;
  /** Whether the answers inside TLS hold one to the first. */
  readonly answered: (lines: readonly string[]) => boolean;
}

const smtp: Words = { injected: 'NOOP', last: 'QUIT', answered: (lines) => lines.some((line) => /^250\b/.test(line)) };

const WORDS: { readonly [protocol in Protocol]?: Words } = {
  smtp,
  lmtp: smtp,
  imap: { injected: 'a8 NOOP', last: 'a9 LOGOUT', answered: (lines) => lines.some((line) => /^a8 /i.test(line)) },
  // before a login NOOP may be an error: an answer all the same
  pop3: {
    injected: 'NOOP',
    last: 'QUIT',
    answered: (lines) => lines.filter((line) => /^(?:\+OK|-ERR)/.test(line)).length > 1,
  },
  ftp: { injected: 'NOOP', last: 'QUIT', answered: (lines) => lines.some((line) => /^200\b/.test(line)) },
  nntp: { injected: 'DATE', last: 'QUIT', answered: (lines) => lines.some((line) => /^111\b/.test(line)) },
  // RFC 5804 §2.13: the answer to NOOP carries the tag that it was given
  sieve: {
    injected: 'NOOP "probity"',
    last: 'LOGOUT',
    answered: (lines) => lines.some((line) => /^OK \(TAG\b.*probity/i.test(line)),
  },
  irc: {
    injected: 'PING :probity',
    last: 'QUIT',
    answered: (lines) => lines.some((line) => /\bPONG\b.*probity/.test(line)),
  },
};

const STARTS = /^(?:[a-z][0-9] )?(?:STARTTLS|STLS|AUTH TLS)\r\n$/i;

export interface Injection {
  /** What goes on the wire in place of a line of the dialogue. */
  readonly instead: (send: Uint8Array) => Uint8Array;
  readonly last: Uint8Array;
  answered(inside: Uint8Array): boolean;
}

/** Undefined where the protocol has no line to inject. */
export function injectionFor(protocol: Protocol): Injection | undefined {
  const words = WORDS[protocol];
  if (words === undefined) return undefined;
  return {
    instead: (send) => (STARTS.test(text(send)) ? Buffer.concat([send, say(words.injected)]) : send),
    last: say(words.last),
    answered: (inside) => words.answered(text(inside).split(/\r?\n/)),
  };
}
