/** Frameworks: control ids with short labels in our own words, and which checks bear on them. */

export interface Control {
  readonly id: string;
  readonly label: string;
  /**
   * Check ids, or id prefixes of whole segments: `dmarc.rua` covers `dmarc.rua.missing`, not `dmarc.ruaX`. The longest key
   * of the framework that covers an id decides which controls the check bears on.
   */
  readonly checks: readonly string[];
  /** Baselines of the publisher that hold this control (NIST SP 800-53B: `low`, `moderate`). */
  readonly baselines?: readonly string[];
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
  /** Ids or prefixes that no control here names: they keep a shorter key of a control from covering them. */
  readonly unmapped?: readonly string[];
  readonly controls: readonly Control[];
}
