/** Letters that look alike: from Unicode's own decompositions and a table of ours; a letter outside both is not judged. */

/** Letters that no decomposition relates to the ASCII letter they resemble: strokes, hooks, small capitals, other scripts. */
const OTHERS: { readonly [letter: string]: string } = {
  a: 'ɑаαӑӓᴀə',
  b: 'ƀɓьβʙ6dƅ',
  c: 'ƈȼсϲᴄe',
  d: 'đɖɗԁᴅbƅʙ',
  e: 'ɇеєҽəɛᴇc',
  f: 'ƒꞙſ',
  g: 'ɠǥɢԍց9qɡʠ',
  h: 'ħһհɦнbⱨ',
  i: 'ıɨіɩιƚɪl1j',
  j: 'ɉјʝϳi',
  k: 'ƙĸκкᴋⱪc',
  l: 'łƚɫɭӏi1ⅼd',
  m: 'ɱмᴍn',
  n: 'ɲƞŋɴηոпmrꞑ',
  o: 'øоοօσөᴏ0',
  p: 'ƿþρрᴘƥ',
  q: 'ʠԛգg',
  r: 'ɍɼɽʀгᴦɾ',
  s: 'ʂѕꜱ5',
  t: 'ŧƫτтţᴛ',
  u: 'ʉυսᴜцvⱴⱱᶌ',
  v: 'ѵνᴠʋuⱴⱱᶌ',
  w: 'ԝшѡᴡⱳ',
  x: 'хχ×',
  y: 'ɏуγʏүýỿƴ',
  z: 'ʐƶȥᴢ2ⱬ',
  '0': 'oо',
  '1': 'li',
  '2': 'z',
  '3': 'зɜ8ʒ',
  '5': 'sƽ',
  '6': 'b9',
  '8': '3',
  '9': 'g',
};

/** Groups of letters that are read as one, both ways. */
export const SEQUENCES: readonly (readonly [from: string, to: string])[] = [
  ['m', 'rn'],
  ['rn', 'm'],
  ['m', 'nn'],
  ['w', 'vv'],
  ['vv', 'w'],
  ['d', 'cl'],
  ['cl', 'd'],
  ['b', 'lb'],
  ['d', 'dl'],
  ['d', 'el'],
  ['k', 'le'],
  ['w', 'uu'],
  ['v', 'uu'],
  ['l', '1l'],
  ['k', 'lc'],
  ['h', 'lh'],
  ['u', 'ii'],
  ['o', 'ο'],
];

/** Latin letters with marks, under the ASCII letter that they decompose to. */
function decomposed(): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const [first, last] of [
    [0xc0, 0x24f],
    [0x1e00, 0x1eff],
  ] as const) {
    for (let code = first; code <= last; code += 1) {
      const letter = String.fromCodePoint(code).toLowerCase();
      const base = letter.normalize('NFKD').charAt(0);
      // two marks at once are seen; one is overlooked
      if (!/^[a-z]$/.test(base) || base === letter || letter.normalize('NFD').length > 2) continue;
      const set = found.get(base) ?? new Set();
      found.set(base, set.add(letter));
    }
  }
  return found;
}

/** ASCII letter or digit to what can stand for it; a glyph that is ASCII brings its own along (e, c, ç). */
export const HOMOGLYPHS: ReadonlyMap<string, readonly string[]> = tableOf();

function tableOf(): Map<string, string[]> {
  const marks = decomposed();
  const direct = (letter: string): string[] => [...Array.from(OTHERS[letter] ?? ''), ...(marks.get(letter) ?? [])];
  return new Map(
    Object.keys(OTHERS).map((letter) => {
      const near = direct(letter).flatMap((glyph) => (/^[a-z0-9]$/.test(glyph) ? [glyph, ...direct(glyph)] : [glyph]));
      return [letter, [...new Set(near)].filter((glyph) => glyph !== letter)];
    }),
  );
}

const SKELETON = new Map<string, string>();
for (const [letter, glyphs] of Object.entries(OTHERS)) {
  // the first letter that claims a glyph has it: a skeleton is one text
  for (const glyph of glyphs) if (!/^[a-z0-9]$/.test(glyph) && !SKELETON.has(glyph)) SKELETON.set(glyph, letter);
}

/** What a reader takes the name for (the idea of UTS #39 §4, with our table): marks dropped, look-alikes folded. */
export function skeleton(text: string): string {
  const folded = Array.from(text.normalize('NFC'))
    .map((letter) => SKELETON.get(letter) ?? letter.normalize('NFD').replace(/\p{M}/gu, ''))
    .join('');
  return folded
    .replaceAll('0', 'o')
    .replaceAll('1', 'l')
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w')
    .replaceAll('cl', 'd');
}

/** The scripts of a label's letters, Common and Inherited left out. */
export function scriptsOf(label: string): string[] {
  const scripts = [
    'Latin',
    'Cyrillic',
    'Greek',
    'Armenian',
    'Hebrew',
    'Arabic',
    'Thai',
    'Devanagari',
    'Hiragana',
    'Katakana',
    'Han',
    'Hangul',
  ];
  return scripts.filter((script) => new RegExp(`\\p{Script=${script}}`, 'u').test(label));
}
