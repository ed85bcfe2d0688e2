/** Roots that a root programme stopped trusting, and from which day of issue on. Dated data: as of 2026-11-22. */
import type { DistinguishedName } from '../../wire/x509/name.ts';

interface Distrust {
  readonly authority: string;
  readonly programme: string;
  /** Certificates issued from here on are not trusted. */
  readonly from: string;
  /** Values of an attribute of the root's name. */
  readonly attribute: 'CN' | 'O' | 'OU';
  readonly values: readonly string[];
}

/** By what the programmes published: security.googleblog.com, wiki.mozilla.org/CA. */
const TABLE: readonly Distrust[] = [
  {
    authority: 'DigiNotar',
    programme: 'all',
    from: '2011-07-10T00:00:00Z',
    attribute: 'O',
    values: ['DigiNotar', 'DigiNotar B.V.'],
  },
  {
    authority: 'CNNIC',
    programme: 'Chrome, Mozilla',
    from: '2015-04-01T00:00:00Z',
    attribute: 'O',
    values: ['CNNIC', 'China Internet Network Information Center'],
  },
  {
    authority: 'WoSign and StartCom',
    programme: 'Chrome, Mozilla, Apple',
    from: '2016-10-21T00:00:00Z',
    attribute: 'O',
    values: ['WoSign CA Limited', 'StartCom Ltd.'],
  },
  {
    authority: 'Symantec (GeoTrust, Thawte, VeriSign, Equifax)',
    programme: 'Chrome, Mozilla, Apple',
    from: '2017-12-01T00:00:00Z',
    attribute: 'O',
    values: [
      'Symantec Corporation',
      'GeoTrust Inc.',
      'thawte, Inc.',
      'Thawte Consulting cc',
      'VeriSign, Inc.',
      'Equifax',
      'Equifax Secure',
      'Equifax Secure Inc.',
    ],
  },
  {
    authority: 'Camerfirma',
    programme: 'Chrome, Mozilla',
    from: '2021-04-14T00:00:00Z',
    attribute: 'O',
    values: ['AC Camerfirma S.A.', 'AC Camerfirma SA CIF A82743287'],
  },
  {
    authority: 'TrustCor',
    programme: 'Mozilla, Chrome',
    from: '2022-12-01T00:00:00Z',
    attribute: 'O',
    values: ['TrustCor Systems S. de R.L.'],
  },
  {
    authority: 'GLOBALTRUST',
    programme: 'Chrome, Mozilla',
    from: '2024-07-01T00:00:00Z',
    attribute: 'CN',
    values: ['GLOBALTRUST 2020', 'GLOBALTRUST'],
  },
  {
    authority: 'Entrust and AffirmTrust',
    programme: 'Chrome, Mozilla, Apple',
    from: '2024-11-12T00:00:00Z',
    attribute: 'CN',
    values: [
      'Entrust Root Certification Authority',
      'Entrust Root Certification Authority - EC1',
      'Entrust Root Certification Authority - G2',
      'Entrust Root Certification Authority - G4',
      'Entrust.net Certification Authority (2048)',
      'AffirmTrust Commercial',
      'AffirmTrust Networking',
      'AffirmTrust Premium',
      'AffirmTrust Premium ECC',
    ],
  },
  {
    authority: 'Chunghwa Telecom',
    programme: 'Chrome',
    from: '2025-08-01T00:00:00Z',
    attribute: 'OU',
    values: ['ePKI Root Certification Authority'],
  },
  {
    authority: 'Chunghwa Telecom',
    programme: 'Chrome',
    from: '2025-08-01T00:00:00Z',
    attribute: 'CN',
    values: ['HiPKI Root CA - G1'],
  },
  {
    authority: 'NetLock',
    programme: 'Chrome',
    from: '2025-08-01T00:00:00Z',
    attribute: 'CN',
    values: ['NetLock Arany (Class Gold) Főtanúsítvány'],
  },
];

/** Why a root was not trusted when a certificate below it was issued; undefined where nobody said so. */
export function distrustOf(root: DistinguishedName, issued: string): string | undefined {
  const found = TABLE.find(
    ({ attribute, values, from }) =>
      issued >= from && root.attributes.some(({ name, value }) => name === attribute && values.includes(value)),
  );
  return found === undefined
    ? undefined
    : `${found.authority}: not trusted by ${found.programme} for what was issued since ${found.from.slice(0, 10)}`;
}
