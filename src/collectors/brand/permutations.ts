/** Names that look like a name or are typed for it: every class of permutation, in A-labels, without the name itself. */
import { HOMOGLYPHS, SEQUENCES } from './glyphs.ts';

export const CLASSES = [
  'addition',
  'bitsquatting',
  'cyrillic',
  'dictionary',
  'homoglyph',
  'hyphenation',
  'insertion',
  'omission',
  'plural',
  'repetition',
  'replacement',
  'subdomain',
  'tld-swap',
  'transposition',
  'various',
  'vowel-swap',
] as const;
export type Class = (typeof CLASSES)[number];

export interface LookAlike {
  /** A-labels, lower case. */
  readonly name: string;
  /** As a person sees it. */
  readonly shown: string;
  readonly kind: Class;
}

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';
const VOWELS = 'aeiou';
/** Glyphs a name may be changed by at once; a third one is no longer overlooked. */
const MAX_GLYPHS = 2;

/** What the user wants tried beside the label itself. */
export interface Vocabulary {
  /** Words set before and behind the label: login, support. */
  readonly words: readonly string[];
  /** Suffixes set in place of ours: net, co.uk. */
  readonly suffixes: readonly string[];
}

/** The look-alikes of `label.suffix`; the label is ASCII. A name that several classes give has the first of them. */
export function lookAlikes(
  label: string,
  suffix: string,
  vocabulary: Vocabulary = { words: [], suffixes: [] },
): LookAlike[] {
  const found = new Map<string, LookAlike>();
  const add = (kind: Class, text: string, ending = suffix): void => {
    const name = toAscii(`${text}.${ending}`);
    if (name === undefined || name === `${label}.${suffix}` || found.has(name)) return;
    found.set(name, { name, shown: `${text}.${ending}`, kind });
  };
  for (const text of edits(label)) add(text.kind, text.text);
  for (const text of glyphed(label)) add('homoglyph', text);
  const cyrillic = Array.from(label).map((letter) => (/[0-9-]/.test(letter) ? letter : CYRILLIC[letter]));
  if (!cyrillic.includes(undefined)) add('cyrillic', cyrillic.join(''));
  const top = suffix.split('.').join('');
  add('various', `${label}${top}`);
  add('various', `${label}-${top}`);
  add('various', `www${label}`);
  add('various', `www-${label}`);
  add('various', `${label}${top}`, 'com');
  add('various', `${label}-${top}`, 'com');
  const [first = '', ...rest] = suffix.split('.');
  if (rest.length > 0) add('various', label + first, rest.join('.'));
  if (suffix.includes('.')) add('various', label, suffix.slice(suffix.indexOf('.') + 1));
  for (const word of vocabulary.words) for (const text of withWord(label, word)) add('dictionary', text);
  for (const other of vocabulary.suffixes) add('tld-swap', label, other);
  return [...found.values()];
}

/** A word before or behind, with and without a hyphen; and in place of either end of a name that has hyphens. */
function withWord(label: string, word: string): string[] {
  const parts = label.split('-');
  const ends = parts.length > 1 ? [[...parts.slice(0, -1), word].join('-'), [word, ...parts.slice(1)].join('-')] : [];
  return [`${label}${word}`, `${label}-${word}`, `${word}${label}`, `${word}-${label}`, ...ends];
}

interface Edit {
  readonly kind: Class;
  readonly text: string;
}

/** Slips of the finger, and of one bit in memory. */
function edits(label: string): Edit[] {
  const found: Edit[] = [];
  const at = (index: number): string => label.charAt(index);
  for (let i = 0; i < label.length; i += 1) {
    const head = label.slice(0, i);
    const tail = label.slice(i + 1);
    found.push({ kind: 'omission', text: head + tail });
    if (at(i) !== at(i + 1)) found.push({ kind: 'transposition', text: head + at(i + 1) + at(i) + label.slice(i + 2) });
    if (/[a-z]/.test(at(i))) found.push({ kind: 'repetition', text: head + at(i) + at(i) + tail });
    if (VOWELS.includes(at(i)))
      for (const vowel of VOWELS) found.push({ kind: 'vowel-swap', text: head + vowel + tail });
    for (let bit = 0; bit < 8; bit += 1) {
      found.push({ kind: 'bitsquatting', text: head + String.fromCharCode(at(i).charCodeAt(0) ^ (1 << bit)) + tail });
    }
    if (i > 0) {
      found.push(
        { kind: 'hyphenation', text: `${head}-${label.slice(i)}` },
        { kind: 'subdomain', text: `${head}.${label.slice(i)}` },
      );
      found.push({ kind: 'plural', text: `${label.slice(0, i + 1)}s${tail}` });
      found.push({ kind: 'plural', text: `${label.slice(0, i + 1)}es${tail}` });
    }
    for (const char of ALPHABET) {
      found.push({ kind: 'replacement', text: head + char + tail });
      if (i > 0) found.push({ kind: 'insertion', text: head + char + label.slice(i) });
    }
  }
  for (const char of ALPHABET) found.push({ kind: 'addition', text: label + char });
  for (const char of ALPHABET) found.push({ kind: 'addition', text: char + label });
  return found;
}

/** One and two glyphs replaced by ones that look the same. */
function glyphed(label: string): Set<string> {
  const found = new Set<string>();
  let layer = new Set([label]);
  for (let round = 0; round < MAX_GLYPHS; round += 1) {
    const next = new Set<string>();
    for (const text of layer) {
      const letters = Array.from(text);
      for (const [index, letter] of letters.entries()) {
        for (const glyph of HOMOGLYPHS.get(letter) ?? []) {
          next.add(letters.with(index, glyph).join(''));
          next.add(text.replaceAll(letter, glyph));
        }
      }
      for (const [from, to] of SEQUENCES) {
        for (let index = text.indexOf(from); index !== -1; index = text.indexOf(from, index + 1)) {
          next.add(text.slice(0, index) + to + text.slice(index + from.length));
        }
      }
    }
    for (const text of next) found.add(text);
    layer = next;
  }
  return found;
}

/** Letters of which Cyrillic has one of the same shape. */
const CYRILLIC: { readonly [letter: string]: string } = {
  a: 'а',
  b: 'ь',
  c: 'с',
  d: 'ԁ',
  e: 'е',
  g: 'ԍ',
  h: 'һ',
  i: 'і',
  j: 'ј',
  k: 'к',
  l: 'ӏ',
  m: 'м',
  n: 'п',
  o: 'о',
  p: 'р',
  q: 'ԛ',
  s: 'ѕ',
  t: 'т',
  v: 'ѵ',
  w: 'ԝ',
  x: 'х',
  y: 'у',
};

/** The A-labels of a name that could be registered; undefined where it is none (UTS 46, then the letter-digit-hyphen rule). */
export function toAscii(name: string): string | undefined {
  if (/[^\p{L}\p{M}\p{N}.-]/u.test(name)) return undefined;
  const host = URL.parse(`http://${name}/`)?.hostname;
  if (host === undefined || host.length > 253) return undefined;
  const labels = host.split('.');
  if (!labels.every((label) => /^(?!-)[a-z0-9-]{1,63}(?<!-)$/.test(label))) return undefined;
  // a glyph that UTS 46 folds to a plain letter makes no other name
  return /[^\u0020-\u007e]/.test(name) && !labels.some((label) => label.startsWith('xn--')) ? undefined : host;
}
