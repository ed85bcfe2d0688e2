/** Reads the Public Suffix List as publicsuffix.org publishes it, and a compact form of it in which it travels to collectors. */
import { FaultError } from '../../model/fault.ts';
import { builtInLists, listsOf, type SuffixLists } from './suffixes.ts';

export interface ListSource {
  /** Of the VERSION line; undefined where there is none. */
  readonly date: string | undefined;
  /** Rules as A-labels. A list without sections is one of registries alone. */
  readonly icann: readonly string[];
  readonly private: readonly string[];
  /** Lines that are no rule; the list is of no use where there are some. */
  readonly bad: readonly string[];
}

/** What `--psl` is worth reading of: the published list has 10,000 rules. */
const MAX_RULES = 100_000;

export function parseSuffixList(text: string): ListSource {
  const found: { readonly icann: string[]; readonly private: string[]; readonly bad: string[] } = {
    icann: [],
    private: [],
    bad: [],
  };
  let date: string | undefined;
  let section: 'icann' | 'private' = 'icann';
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    if (line.startsWith('//')) {
      date ??= /^\/\/ *VERSION: *([0-9]{4}-[0-9]{2}-[0-9]{2})/.exec(line)?.[1];
      if (line.includes('===BEGIN PRIVATE DOMAINS===')) section = 'private';
      if (line.includes('===END PRIVATE DOMAINS===')) section = 'icann';
      continue;
    }
    // each line is read up to the first white space (publicsuffix.org/list)
    const written = line.split(/[ \t]/, 1)[0] ?? '';
    if (written === '') continue;
    const rule = inALabels(written);
    if (rule === undefined || found.icann.length + found.private.length >= MAX_RULES) found.bad.push(written);
    else found[section].push(rule);
  }
  return { date, ...found };
}

function inALabels(written: string): string | undefined {
  const prefix = /^(?:\*\.|!)/.exec(written)?.[0] ?? '';
  const name = written.slice(prefix.length).replace(/^\./, '');
  if (!/^[^\s/?#@:\\*!%[\]]{1,253}$/.test(name)) return undefined;
  // UTS 46, as browsers do it; a name of digits alone would be read as an address
  const url = URL.parse(`http://${name}.x/`);
  const ascii = url?.hostname.slice(0, -2);
  return ascii === undefined || ascii === '' ? undefined : prefix + ascii;
}

/** One JSON text, so that two files that say the same have one digest. */
export function compactSuffixList(source: ListSource, date: string): string {
  return JSON.stringify({ date, icann: source.icann, private: source.private });
}

/** Reads that text again; undefined where it is none. */
function readCompactList(text: string): SuffixLists | undefined {
  try {
    const value = JSON.parse(text) as { readonly date?: unknown; readonly icann?: unknown; readonly private?: unknown };
    if (typeof value.date !== 'string' || !isTexts(value.icann) || !isTexts(value.private)) return undefined;
    return listsOf(value.date, value.icann, value.private);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

/** Read once for all jobs of a run: the bytes are the same object each time. */
const opened = new WeakMap<Uint8Array, SuffixLists>();

/** The list that a job goes by: that of `--psl`, in its compact form, or ours where there is none. */
export function suffixLists(bytes: Uint8Array | undefined): SuffixLists {
  if (bytes === undefined) return builtInLists();
  const known = opened.get(bytes);
  if (known !== undefined) return known;
  const lists = readCompactList(new TextDecoder().decode(bytes));
  if (lists === undefined)
    throw new FaultError('data.missing', 'the Public Suffix List is not of the form that is known');
  opened.set(bytes, lists);
  return lists;
}
