/** Distinguished names (RFC 5280 §4.1.2.4): attributes in order, and one line of text for people. */
import { childrenOf, DerError, type Element, expect, oidOf, TAG, textOf } from './der.ts';

export interface Attribute {
  /** Dotted. */
  readonly type: string;
  /** `CN`, `O` ...: the short name of RFC 4514 or use; the OID where there is none. */
  readonly name: string;
  readonly value: string;
}

export interface DistinguishedName {
  readonly attributes: readonly Attribute[];
  /** RFC 4514 order reversed, as people and OpenSSL write it: `C=NL, O=Example, CN=example.com`. */
  readonly text: string;
  readonly raw: Uint8Array;
}

const SHORT: { readonly [oid: string]: string } = {
  '2.5.4.3': 'CN',
  '2.5.4.4': 'SN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'street',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.12': 'title',
  '2.5.4.15': 'businessCategory',
  '2.5.4.17': 'postalCode',
  '2.5.4.42': 'GN',
  '2.5.4.97': 'organizationIdentifier',
  '0.9.2342.19200300.100.1.1': 'UID',
  '0.9.2342.19200300.100.1.25': 'DC',
  '1.2.840.113549.1.9.1': 'emailAddress',
  '1.3.6.1.4.1.311.60.2.1.1': 'jurisdictionL',
  '1.3.6.1.4.1.311.60.2.1.2': 'jurisdictionST',
  '1.3.6.1.4.1.311.60.2.1.3': 'jurisdictionC',
};

const MAX_ATTRIBUTES = 200;

export function nameOf(element: Element | undefined, what: string): DistinguishedName {
  const name = expect(element, TAG.sequence, what);
  const attributes: Attribute[] = [];
  for (const set of childrenOf(name)) {
    for (const pair of childrenOf(expect(set, TAG.set, `a part of ${what}`))) {
      if (attributes.length === MAX_ATTRIBUTES) throw new DerError(`${what} has too many attributes`);
      const [type, value] = childrenOf(expect(pair, TAG.sequence, `an attribute of ${what}`));
      const oid = oidOf(type, `an attribute type of ${what}`);
      if (value === undefined) throw new DerError(`an attribute of ${what} has no value`);
      const text = textOf(value) ?? `#${Buffer.from(value.raw.subarray(0, 64)).toString('hex')}`;
      attributes.push({ type: oid, name: SHORT[oid] ?? oid, value: text });
    }
  }
  // RFC 4514 §2.4: what would be read as structure is escaped
  const text = attributes
    .map((attribute) => `${attribute.name}=${attribute.value.replaceAll(/[\\,+"<>;=]/g, (sign) => `\\${sign}`)}`)
    .join(', ');
  return { attributes, text, raw: name.raw };
}
