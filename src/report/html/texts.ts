/** Text from a run on its way into HTML: visible, bounded, and links only where they can do no harm. */
import type { Reference } from '../../model/check.ts';
import { clip, visible, visibleBlock } from '../visible.ts';
import { clause } from '../words.ts';

export interface Span {
  readonly code: boolean;
  readonly text: string;
}

export interface Link {
  readonly text: string;
  /** Empty where the text is no link. */
  readonly href: string;
}

/** One line: a name, a message. */
export function line(text: string, max = 600): string {
  return clip(visible(text.trim()), max);
}

export function blockText(text: string, max: number): string {
  return clip(visibleBlock(text), max);
}

/** Back-ticks mark code, as in the check files; an odd one at the end is a plain character. */
export function spans(text: string, max = 2_000): Span[] {
  const parts = clip(visible(text.trim().replaceAll(/\s+/g, ' ')), max).split('`');
  const closed = parts.length % 2 === 1;
  const found: Span[] = [];
  for (const [index, part] of parts.entries()) {
    const last = index === parts.length - 1;
    if (!closed && last) found.push({ code: false, text: `\`${part}` });
    else if (part !== '') found.push({ code: index % 2 === 1, text: part });
  }
  return found;
}

/** Prose of a check file, whose lines are wrapped: its line breaks mean nothing. */
export function prose(text: string, max = 600): string {
  return line(text.replaceAll(/\s+/g, ' '), max);
}

const SAFE_URL = /^(?:https?:\/\/|mailto:)[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]{1,2000}$/;

/** The URL itself where it is plain https, http or mailto; else nothing. */
export function safeHref(url: string | undefined): string {
  return url !== undefined && SAFE_URL.test(url) ? url : '';
}

export function links(references: readonly Reference[]): Link[] {
  return references.map((reference) => ({ text: line(clause(reference), 120), href: safeHref(reference.url) }));
}

/** For a shell: single quotes where a character asks for them. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
