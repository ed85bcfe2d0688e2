/** Domain names, compared label by label: A-labels, ASCII lower case, no trailing dot. */

/** The labels of a name from left to right, or undefined where the text is no host name in A-label form. */
export function labelsOf(text: string): readonly string[] | undefined {
  const name = text.endsWith('.') ? text.slice(0, -1) : text;
  // RFC 1035 §2.3.4: 253 visible octets, 63 a label
  if (name === '' || name.length > 253 || !/^[\x21-\x7e]+$/.test(name)) return undefined;
  const labels = name.toLowerCase().split('.');
  return labels.every((label) => label !== '' && label.length <= 63) ? labels : undefined;
}

/** Whether a name equals the zone or lies below it: `notexample.com` is not within `example.com`. */
export function isWithin(name: readonly string[], zone: readonly string[]): boolean {
  const skip = name.length - zone.length;
  return skip >= 0 && zone.every((label, index) => label === name[skip + index]);
}
