/**
 * Which names in CAA records mean which authority, by the organization in the issuer's name. From the practice statements of the
 * authorities and the CCADB as they were in November 2026; an authority that is not here is a question for a person.
 */

const BY_ORGANIZATION: readonly (readonly [organization: RegExp, domains: readonly string[]])[] = [
  [/^(?:let's encrypt|internet security research group|isrg)$/, ['letsencrypt.org']],
  [
    /^(?:digicert|digicert,? inc\.?|geotrust inc\.?|thawte,? inc\.?|symantec corporation|rapidssl)$/,
    [
      'digicert.com',
      'digicert.ne.jp',
      'geotrust.com',
      'rapidssl.com',
      'thawte.com',
      'symantec.com',
      'volusion.digitalcertvalidation.com',
    ],
  ],
  [/^quovadis limited$/, ['quovadisglobal.com', 'digicert.com']],
  [/^google trust services(?: llc)?$/, ['pki.goog', 'google.com']],
  [/^amazon$/, ['amazon.com', 'amazontrust.com', 'awstrust.com', 'amazonaws.com']],
  [
    /^(?:sectigo limited|comodo ca limited|the usertrust network|zerossl(?: gmbh)?|gandi(?: sas)?|network solutions l\.l\.c\.|cpanel,? (?:inc\.|llc))$/,
    ['sectigo.com', 'comodo.com', 'comodoca.com', 'usertrust.com', 'trust-provider.com'],
  ],
  [/^globalsign nv-sa$/, ['globalsign.com']],
  [/^(?:godaddy\.com,? inc\.?|starfield technologies,? inc\.?)$/, ['godaddy.com', 'starfieldtech.com']],
  [/^(?:entrust,? inc\.?|entrust limited|affirmtrust)$/, ['entrust.net', 'affirmtrust.com']],
  [/^identrust$/, ['identrust.com']],
  [/^ssl corp(?:oration)?$/, ['ssl.com']],
  [/^buypass as-[0-9]+$/, ['buypass.com', 'buypass.no']],
  [/^actalis s\.p\.a\.(?:\/[0-9]+)?$/, ['actalis.it']],
  [/^microsoft corporation$/, ['microsoft.com']],
  [/^apple inc\.$/, ['pki.apple.com']],
  [/^d-trust gmbh$/, ['d-trust.net', 'dtrust.de', 'd-trust.de', 'dtrust.net']],
  [/^hellenic academic and research institutions (?:ca|cert\. authority)$/, ['harica.gr']],
  [/^(?:asseco data systems s\.a\.|unizeto technologies s\.a\.|unizeto sp\. z o\.o\.)$/, ['certum.pl', 'certum.eu']],
  [/^swisssign ag$/, ['swisssign.com', 'swisssign.net']],
  [/^(?:telia company ab|telia finland oyj)$/, ['telia.com', 'telia.fi', 'telia.se', 'trust.telia.com']],
  [/^trustasia technologies,? inc\.?$/, ['trustasia.com']],
  [/^certainly$/, ['certainly.com']],
  [/^(?:t-systems enterprise services gmbh|deutsche telekom security gmbh)$/, ['telesec.de', 'pki.telesec.de']],
];

/** The names that allow an authority; undefined where the table does not know it. */
export function caaNamesOf(organization: string): readonly string[] | undefined {
  const name = organization.trim().toLowerCase();
  return BY_ORGANIZATION.find(([pattern]) => pattern.test(name))?.[1];
}
