/** Credentials in TXT records: blotted out of the answer before it becomes evidence, and recognised by the blot. */
import { FaultError } from '../../model/fault.ts';
import { decodeMessage } from '../../wire/dns/message.ts';
import { latin1 } from '../../wire/dns/rdata.ts';

/** What stands before the value is kept, the value is not. No pattern can backtrack: each part ends where the next begins. */
const PATTERNS: readonly RegExp[] = [
  /((?:password|passwd|pwd|secret|api[_-]?key|access[_-]?key|private[_-]?key|auth[_-]?token)["']?[ ]?[=:][ ]?["']?)([^ "';]{6,})/gi,
  /(AKIA|ASIA)([0-9A-Z]{16})/g,
  /(gh[pousr]_|github_pat_|glpat-|xox[abprs]-|sk_live_|rk_live_)([0-9A-Za-z_-]{16,})/g,
  /(-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----)([^-]{10,})/g,
];

/** Overwrites every value that looks like a credential with stars, in place. */
function blot(string: Uint8Array): boolean {
  const text = latin1(string);
  let found = false;
  for (const pattern of PATTERNS) {
    for (const match of text.matchAll(pattern)) {
      const start = match.index + (match[1] ?? '').length;
      string.fill(0x2a, start, match.index + match[0].length);
      found = true;
    }
  }
  return found;
}

/** The message as it may be stored. The octets of TXT strings are views of the message: blotting them changes it. */
export function redactedMessage(message: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(message);
  try {
    for (const { rdata } of decodeMessage(copy).answers) {
      if (rdata.is === 'TXT') for (const string of rdata.strings) blot(string);
    }
  } catch (error) {
    // what is no message holds no record; it is stored to show that
    if (!(error instanceof FaultError)) throw error;
  }
  return copy;
}

/** Blotted credentials in a text, shown by what stands before them. */
export function secretsIn(text: string): string[] {
  const found = [...text.matchAll(/([A-Za-z_-]{2,40}["']?[ ]?[=:]?[ ]?["']?)\*{6,}/g)].map(
    (match) => `${match[1] ?? ''}…`,
  );
  return found.slice(0, 10);
}
