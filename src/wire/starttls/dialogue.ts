/** What is said before TLS starts inside another protocol, as a pure machine: replies in, next words out. */

/** What to send, and how to know that the reply to it is whole. */
export interface Ask {
  readonly send?: Uint8Array;
  /** Octets of the reply at the front of what came, or undefined while more is due. */
  readonly whole: (received: Uint8Array) => number | undefined;
}

export interface Outcome {
  /** The server says that it can do TLS. */
  readonly offered: boolean;
  /** It agreed to start now: the next byte is a ClientHello. */
  readonly ready: boolean;
  /** Passwords are taken in the clear before TLS; undefined where the protocol does not say. */
  readonly plainLogin?: boolean;
  /** The first line of the server, for people; control characters removed. */
  readonly greeting?: string;
  /** The answer is not of this protocol. */
  readonly foreign?: boolean;
}

export type Dialogue = Generator<Ask, Outcome, Uint8Array>;

export function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

export function say(line: string): Uint8Array {
  return Buffer.from(`${line}\r\n`, 'latin1');
}

/** A line for people: printable ASCII, at most 200 characters. */
export function printable(line: string): string {
  return line
    .replaceAll(/[^\x20-\x7e]+/g, ' ')
    .trim()
    .slice(0, 200);
}

/** The end of the first line that `last` accepts, looking at whole lines only. */
export function untilLine(last: (line: string) => boolean): Ask['whole'] {
  return (received) => {
    const all = text(received);
    let start = 0;
    for (;;) {
      const end = all.indexOf('\n', start);
      if (end < 0) return undefined;
      if (last(all.slice(start, end).replace(/\r$/, ''))) return end + 1;
      start = end + 1;
    }
  };
}

export function lines(reply: Uint8Array): readonly string[] {
  return text(reply)
    .split('\n')
    .map((line) => line.replace(/\r$/, ''))
    .filter((line) => line !== '');
}

/** RFC 5321 §4.2.1, RFC 959 §4.2: three digits and no hyphen end a reply. */
export const reply3: Ask['whole'] = untilLine((line) => !/^\d{3}-/.test(line) && /^\d{3}/.test(line));
