/**
 * Which names in CAA records allow which authority, by the organization in the issuer's name. Read on 2026-11-22 from public copies of
 * the CCADB report "All CAA Identifiers" (the youngest of 2025-06-27) and from practice statements that they cite; names are what
 * the authorities declare (Baseline Requirements §2.2). An authority that is not here is a question for a person. Where the copies
 * differ, and for brands under roots of several authorities, all names stand: a certificate is not called foreign on a doubt.
 */

const AMAZON = ['amazon.com', 'amazontrust.com', 'awstrust.com', 'amazonaws.com', 'aws.amazon.com'];
/** Entrust's public certificates come from Sectigo and SSL.com since 2025. */
const ENTRUST = ['entrust.net', 'affirmtrust.com'];
const SECTIGO = ['sectigo.com', 'comodo.com', 'comodoca.com', 'usertrust.com', 'trust-provider.com', ...ENTRUST];
const QUOVADIS = ['quovadisglobal.com', 'pkioverheid.nl', 'www.pkioverheid.nl'];
const DIGICERT = [
  'digicert.com',
  'www.digicert.com',
  'digicert.ne.jp',
  'cybertrust.ne.jp',
  'thawte.com',
  'geotrust.com',
  'rapidssl.com',
  'symantec.com',
  'digitalcertvalidation.com',
  'volusion.digitalcertvalidation.com',
  'stratossl.digitalcertvalidation.com',
  'intermediatecertificate.digitalcertvalidation.com',
  '1and1.digitalcertvalidation.com',
  ...AMAZON,
  ...QUOVADIS,
];
const GODADDY = ['godaddy.com', 'starfieldtech.com'];
const CYBERTRUST = ['cybertrust.co.jp', 'cybertrust.ne.jp', 'jcsinc.co.jp'];

/** Organizations in lower case, letters and digits only, words parted by one space. */
const BY_ORGANIZATION: readonly (readonly [organizations: readonly string[], names: readonly string[]])[] = [
  [['let s encrypt', 'internet security research group', 'isrg'], ['letsencrypt.org']],
  [
    [
      'digicert',
      'digicert inc',
      'geotrust',
      'geotrust inc',
      'thawte inc',
      'symantec corporation',
      'rapidssl',
      'verokey',
    ],
    DIGICERT,
  ],
  [
    [
      'quovadis limited',
      'quovadis trustlink b v',
      'quovadis trustlink deutschland gmbh',
      'quovadis trustlink schweiz ag',
    ],
    [...QUOVADIS, ...DIGICERT],
  ],
  [
    ['google trust services', 'google trust services llc'],
    ['pki.goog', 'google.com'],
  ],
  [['amazon', 'amazon trust services'], AMAZON],
  [
    [
      'sectigo limited',
      'comodo ca limited',
      'the usertrust network',
      'gandi',
      'gandi sas',
      'cpanel inc',
      'cpanel llc',
      'gehirn inc',
    ],
    SECTIGO,
  ],
  [
    ['zerossl', 'zerossl gmbh'],
    ['zerossl.com', ...SECTIGO],
  ],
  [['network solutions l l c'], ['networksolutions.com', 'web.com', ...SECTIGO]],
  [['trustasia technologies inc'], ['trustasia.com', ...SECTIGO, ...DIGICERT]],
  [['globalsign', 'globalsign nv sa'], ['globalsign.com']],
  [
    ['godaddy com inc', 'starfield technologies', 'starfield technologies inc'],
    [...GODADDY, ...AMAZON],
  ],
  [['entrust', 'entrust inc', 'entrust limited', 'entrust corporation', 'affirmtrust'], ENTRUST],
  [['identrust', 'identrust inc'], ['identrust.com']],
  [
    ['ssl corp', 'ssl corporation'],
    ['ssl.com', ...ENTRUST],
  ],
  [['buypass as 983163327'], ['buypass.com', 'buypass.no']],
  [['actalis s p a', 'actalis s p a 03358520967'], ['actalis.it']],
  // under roots of DigiCert, and of its own
  [['microsoft corporation'], ['microsoft.com', ...DIGICERT]],
  [['apple inc'], ['pki.apple.com']],
  [['d trust gmbh'], ['d-trust.net', 'd-trust.de', 'dtrust.net', 'dtrust.de']],
  [
    ['hellenic academic and research institutions ca', 'hellenic academic and research institutions cert authority'],
    ['harica.gr'],
  ],
  [
    ['asseco data systems s a', 'unizeto technologies s a', 'unizeto sp z o o', 'certum'],
    ['certum.pl', 'certum.eu', 'yandex.ru'],
  ],
  [['swisssign ag'], ['swisssign.com', 'swisssign.net', 'swisssign.ch', 'swisssign.li', 'swisssign.org']],
  [
    ['telia company ab', 'telia finland oyj', 'teliasonera'],
    ['telia.com', 'telia.fi', 'telia.se'],
  ],
  [['certainly'], ['certainly.com']],
  [
    ['t systems enterprise services gmbh', 'deutsche telekom security gmbh'],
    ['telesec.de', 'pki.dfn.de', 'dfn.de'],
  ],
  [['cybertrust japan co ltd'], CYBERTRUST],
  [
    ['certigna', 'dhimyotis'],
    ['certigna.fr', 'certigna.com'],
  ],
  [['certsign', 'certsign sa'], ['certsign.ro']],
  [['china financial certification authority'], ['cfca.com.cn']],
  [['emudhra inc', 'emudhra technologies limited'], ['emsign.com']],
  [['microsec ltd'], ['e-szigno.hu']],
  [['netlock kft'], ['netlock.hu', 'netlock.net', 'netlock.eu', 'netlock.com']],
  [['secom trust systems co ltd'], ['secomtrust.net']],
  [['unitrust'], ['sheca.com', 'imtrust.cn', 'wwwtrust.cn']],
  [['taiwan ca', 'taiwan ca inc', 'twca'], ['twca.com.tw']],
  [
    ['trustwave holdings inc', 'viking cloud inc'],
    ['trustwave.com', 'securetrust.com', 'vikingcloud.com'],
  ],
  [['beijing certificate authority'], ['bjca.cn']],
  [['ac camerfirma s a'], ['camerfirma.com']],
  [['accv'], ['accv.es']],
  [['edicom', 'edicom capital sl'], ['edicomgroup.com']],
  [['izenpe s a'], ['izenpe.com', 'izenpe.eus']],
  [['disig a s'], ['disig.sk']],
  [['financijska agencija'], ['fina.hr']],
];

const NAMES = new Map(BY_ORGANIZATION.flatMap(([organizations, names]) => organizations.map((one) => [one, names])));

/** The names that allow an authority; undefined where the table does not know it. */
export function caaNamesOf(organization: string): readonly string[] | undefined {
  return NAMES.get(
    organization
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, ' ')
      .trim(),
  );
}
