/** Colours of a terminal, which may be off. */

export type Paint = (text: string) => string;

export interface Palette {
  readonly red: Paint;
  readonly yellow: Paint;
  readonly green: Paint;
  readonly cyan: Paint;
  readonly dim: Paint;
  readonly bold: Paint;
}

function sgr(open: number, close: number): Paint {
  return (text) => `\u001b[${String(open)}m${text}\u001b[${String(close)}m`;
}

const plain: Paint = (text) => text;

export function palette(color: boolean): Palette {
  if (!color) return { red: plain, yellow: plain, green: plain, cyan: plain, dim: plain, bold: plain };
  return {
    red: sgr(31, 39),
    yellow: sgr(33, 39),
    green: sgr(32, 39),
    cyan: sgr(36, 39),
    dim: sgr(2, 22),
    bold: sgr(1, 22),
  };
}
