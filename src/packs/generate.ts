/**
 * Builds the example texts of detectors. Their files hold no credential, only how to make one: `ghp_@{b62:36}`.
 * The same file and place give the same text, on every machine.
 */

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const LOWER = UPPER.toLowerCase();
const DIGITS = '0123456789';

/** Alphabets by name. */
const ALPHABETS: { readonly [name: string]: string } = {
  b62: DIGITS + UPPER + LOWER,
  b64: `${UPPER + LOWER + DIGITS}+/`,
  b64u: `${UPPER + LOWER + DIGITS}-_`,
  b58: '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz',
  b32: `${UPPER}234567`,
  b32l: `${LOWER}234567`,
  bech: 'QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L',
  hex: `${DIGITS}abcdef`,
  HEX: `${DIGITS}ABCDEF`,
  up: UPPER + DIGITS,
  low: LOWER + DIGITS,
  az: LOWER,
  AZ: UPPER,
  letters: UPPER + LOWER,
  num: DIGITS,
};

export class GeneratorError extends Error {}

/** A small generator of numbers (xorshift32), seeded by text. */
function numbers(seed: string): () => number {
  let state = 0x811c9dc5;
  for (let i = 0; i < seed.length; i++) state = Math.imul(state ^ seed.charCodeAt(i), 0x01000193) >>> 0;
  state = state === 0 ? 1 : state;
  return () => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state;
  };
}

/**
 * Replaces `@{…}`: `@{b62:36}` 36 characters of an alphabet; `@{}` nothing (it only breaks a literal); `@{uuid}`;
 * `@{rep:x:36}` a character repeated; `@{nl}` a line feed; `@{base64:TEXT}`, `@{base64url:TEXT}`, `@{hexof:TEXT}`,
 * `@{percent:TEXT}` an encoded text, inside which `@[…]` generates first.
 */
export function generate(template: string, seed: string): string {
  const next = numbers(seed);
  const inner = (text: string): string => text.replaceAll(/@\[([^\]]*)\]/g, (_, word: string) => expand(word, next));
  return template.replaceAll(/@\{((?:[^{}]|\{[^{}]*\})*)\}/g, (_, word: string) => {
    const encoded = /^(base64|base64url|hexof|percent):([\s\S]*)$/.exec(word);
    if (encoded === null) return expand(word, next);
    const bytes = Buffer.from(inner(encoded[2] ?? ''), 'utf8');
    switch (encoded[1]) {
      case 'base64':
        return bytes.toString('base64');
      case 'base64url':
        return bytes.toString('base64url');
      case 'hexof':
        return bytes.toString('hex');
      default:
        return [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0').toUpperCase()}`).join('');
    }
  });
}

function expand(word: string, next: () => number): string {
  if (word === '') return '';
  if (word === 'nl') return '\n';
  if (word === 'uuid') return [8, 4, 4, 4, 12].map((length) => random('hex', length, next)).join('-');
  const repeat = /^rep:([\s\S]):(\d{1,6})$/.exec(word);
  if (repeat !== null) return (repeat[1] ?? '').repeat(Number(repeat[2]));
  const [alphabet = '', length = ''] = word.split(':');
  if (!/^\d{1,5}$/.test(length)) throw new GeneratorError(`@{${word}} is no generator`);
  return random(alphabet, Number(length), next);
}

/** Never the same character twice in a row, so that no example looks like a placeholder by chance. */
function random(name: string, length: number, next: () => number): string {
  const alphabet = ALPHABETS[name];
  if (alphabet === undefined) throw new GeneratorError(`there is no alphabet "${name}"`);
  let text = '';
  while (text.length < length) {
    const char = alphabet[next() % alphabet.length] ?? '';
    if (char !== text.at(-1)) text += char;
  }
  return text;
}
