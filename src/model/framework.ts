/** Frameworks: control ids with short labels in our own words, and which checks bear on them. */

export interface Control {
  readonly id: string;
  readonly label: string;
  /** Check ids, or id prefixes of whole segments: `dmarc.rua` covers `dmarc.rua.missing`, not `dmarc.ruaX`. */
  readonly checks: readonly string[];
  readonly note?: string;
}

export interface Framework {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly publisher: string;
  /** What may be quoted of its text. */
  readonly rights: string;
  readonly note?: string;
  readonly controls: readonly Control[];
}
