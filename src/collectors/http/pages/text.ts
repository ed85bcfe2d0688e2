/** A page as a reader sees it: its lines of text, its links and the places that links can lead to. */

export interface PageLink {
  /** What is clicked; empty where only an image is. */
  readonly text: string;
  readonly href: string;
  readonly line: number;
}

export interface PageText {
  readonly title: string;
  readonly lines: readonly { readonly line: number; readonly text: string }[];
  readonly links: readonly PageLink[];
  /** Ids that a fragment can name. */
  readonly anchors: ReadonlySet<string>;
  /** More links or lines came than are read. */
  readonly cut: boolean;
}

export const MAX_LINKS = 500;
export const MAX_LINES = 20_000;
const MAX_HREF = 2000;

/** Collects what a reader of one format finds, within bounds. */
export function createCollection(): {
  title: string;
  line(line: number, text: string): void;
  link(text: string, href: string, line: number): void;
  anchor(id: string): void;
  cut(): void;
  done(): PageText;
} {
  const lines: { line: number; text: string }[] = [];
  const links: PageLink[] = [];
  const anchors = new Set<string>();
  let cut = false;
  return {
    title: '',
    line(line, text) {
      const clean = text.replaceAll(/\s+/g, ' ').trim().toWellFormed();
      if (clean === '') return;
      if (lines.length >= MAX_LINES) cut = true;
      else lines.push({ line, text: clean });
    },
    link(text, href, line) {
      if (links.length >= MAX_LINKS || href.length > MAX_HREF) cut = true;
      else
        links.push({
          text: text.replaceAll(/\s+/g, ' ').trim().slice(0, 300).toWellFormed(),
          href: href.trim().toWellFormed(),
          line,
        });
    },
    anchor(id) {
      if (anchors.size < MAX_LINES) anchors.add(id);
      else cut = true;
    },
    cut() {
      cut = true;
    },
    done() {
      return {
        title: this.title.replaceAll(/\s+/g, ' ').trim().slice(0, 300).toWellFormed(),
        lines,
        links,
        anchors,
        cut,
      };
    },
  };
}
