/** Unicode's confusables.txt (UTS #39 §4): what every letter is taken for, and the skeleton of a text by it. */

export interface Confusables {
  /** `17.0.0`, as the head of the file says. */
  readonly version: string;
  /** YYYY-MM-DD. */
  readonly date: string;
  /** A character to the text that it is mistaken for. */
  readonly prototypes: ReadonlyMap<string, string>;
}

/** The published file has some 6,500 rows. */
const MAX_ROWS = 50_000;

/** Undefined where the text is something else; rows that are none make it so. */
export function parseConfusables(text: string): Confusables | undefined {
  const head = text.slice(0, 2000);
  const version = /^# Version: ([0-9]+(?:\.[0-9]+){1,2})/m.exec(head)?.[1];
  const date = /^# Date: ([0-9]{4}-[0-9]{2}-[0-9]{2})/m.exec(head)?.[1];
  if (version === undefined || date === undefined) return undefined;
  const prototypes = new Map<string, string>();
  for (const line of text.replace(/^\uFEFF/, '').split('\n')) {
    const row = line.split('#', 1)[0]?.trim() ?? '';
    if (row === '') continue;
    const [source, target, kind] = row.split(';').map((part) => part.trim());
    const from = charactersOf(source);
    const to = charactersOf(target);
    if (from === undefined || to === undefined || kind !== 'MA' || prototypes.size >= MAX_ROWS) return undefined;
    prototypes.set(from, to);
  }
  return prototypes.size === 0 ? undefined : { version, date, prototypes };
}

function charactersOf(codes: string | undefined): string | undefined {
  const parts = (codes ?? '').split(' ').filter((code) => code !== '');
  if (parts.length === 0 || !parts.every((code) => /^[0-9A-F]{4,6}$/i.test(code))) return undefined;
  const points = parts.map((code) => Number.parseInt(code, 16));
  return points.every((point) => point <= 0x10ffff) ? String.fromCodePoint(...points) : undefined;
}

/** UTS #39 §4: NFD, default ignorable characters dropped, each character by its prototype, NFD again. */
export function skeletonBy({ prototypes }: Confusables, text: string): string {
  const letters = Array.from(text.normalize('NFD').replaceAll(/\p{Default_Ignorable_Code_Point}/gu, ''));
  return letters
    .map((letter) => prototypes.get(letter) ?? letter)
    .join('')
    .normalize('NFD');
}
