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

/** `dmarc.rua` covers itself and `dmarc.rua.missing`, not `dmarc.ruax`: whole segments only. */
function prefixes(id: string): string[] {
  const found = [id];
  for (let dot = id.lastIndexOf('.'); dot > 0; dot = id.lastIndexOf('.', dot - 1)) found.push(id.slice(0, dot));
  return found;
}

/** A function from check id to the indexes of the controls it bears on, in the order of the framework. */
export function mappingOf(framework: Framework): (check: string) => readonly number[] {
  const byKey = new Map<string, number[]>();
  for (const key of framework.unmapped ?? []) byKey.set(key, []);
  for (const [index, control] of framework.controls.entries()) {
    for (const key of control.checks) {
      const known = byKey.get(key);
      if (known === undefined) byKey.set(key, [index]);
      else known.push(index);
    }
  }
  return (check) => {
    for (const key of prefixes(check)) {
      const found = byKey.get(key);
      if (found !== undefined) return found;
    }
    return [];
  };
}
