/** Credentials in TXT records: blotted out of the answer before it becomes evidence, and recognised by the blot. */
import { decodeMessage } from '../../wire/dns/message.ts';
import { latin1 } from '../../wire/dns/rdata.ts';
import type { Message } from '../../wire/dns/types.ts';

/** What stands before the value is kept, the value is not. No pattern can backtrack: each part ends where the next begins. */
const PATTERNS: readonly RegExp[] = [
  /((?:password|passwd|pwd|secret|api[_-]?key|access[_-]?key|private[_-]?key|auth[_-]?token)["']?[ ]?[=:][ ]?["']?)([^ "';]{6,})/gi,
  /(AKIA|ASIA)([0-9A-Z]{16})/g,
  /(gh[pousr]_|github_pat_|glpat-|xox[abprs]-|sk_live_|rk_live_)([0-9A-Za-z_-]{16,})/g,
  /(-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----)([^-]{10,})/g,
];

/** Every pattern holds one of these words. */
const LIKELY = /pass|pwd|secret|key|token|AKIA|ASIA|gh[pousr]_|github_pat_|glpat-|xox|k_live_/i;

/** Where values that look like credentials stand in a text. */
function* credentialsIn(text: string): Generator<readonly [start: number, end: number]> {
  if (!LIKELY.test(text)) return;
  for (const pattern of PATTERNS) {
    for (const match of text.matchAll(pattern)) {
      yield [match.index + (match[1] ?? '').length, match.index + match[0].length];
    }
  }
}

/** The strings of each TXT record; readers join them, so a credential may begin in one and end in the next. */
function textsIn(message: Message): readonly (readonly Uint8Array[])[] {
  return message.answers.flatMap(({ rdata }) => (rdata.is === 'TXT' ? [rdata.strings] : []));
}

function joined(strings: readonly Uint8Array[]): string {
  if (strings.length === 1 && strings[0] !== undefined) return latin1(strings[0]);
  return strings.map(latin1).join('');
}

/** Overwrites octets of the joined strings. */
function blot(strings: readonly Uint8Array[], start: number, end: number): void {
  let before = 0;
  for (const string of strings) {
    // a negative place would count from the end
    if (end > before) string.fill(0x2a, Math.max(0, start - before), end - before);
    before += string.length;
  }
}

function holdsCredential(message: Message): boolean {
  for (const { rdata } of message.answers) {
    if (rdata.is === 'TXT' && credentialsIn(joined(rdata.strings)).next().done !== true) return true;
  }
  return false;
}

export interface Clean {
  readonly bytes: Uint8Array;
  readonly message: Message;
}

/**
 * The message as it may be stored: every value in a TXT record that looks like a credential is overwritten with stars. Throws
 * `dns.malformed` for what is no message: nobody can tell what stands in it, so it is not stored. `asked`: see `decodeMessage`.
 */
export function redactedMessage(bytes: Uint8Array, asked?: string): Clean {
  const message = decodeMessage(bytes, asked);
  if (!holdsCredential(message)) return { bytes, message };
  // The octets of TXT strings are views of the message: blotting them changes it
  const copy = new Uint8Array(bytes);
  const blotted = decodeMessage(copy);
  for (const strings of textsIn(blotted)) {
    for (const [start, end] of credentialsIn(joined(strings))) blot(strings, start, end);
  }
  return { bytes: copy, message: blotted };
}

/** Blotted credentials in a text, shown by what stands before them. */
export function secretsIn(text: string): string[] {
  const found = [...text.matchAll(/([A-Za-z_-]{2,40}["']?[ ]?[=:]?[ ]?["']?)\*{6,}/g)].map(
    (match) => `${match[1] ?? ''}…`,
  );
  return found.slice(0, 10);
}
