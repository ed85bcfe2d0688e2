/** The shape of the facts about ACM certificates. */
import { boolean, dateTime, integer, list, object, oneOf, string, type Schema } from '../../../model/schema.ts';

export const acmFacts: Schema = object({
  certificates: list(
    object({
      arn: string(),
      status: string(),
      type: string({ description: 'AMAZON_ISSUED, IMPORTED or PRIVATE' }),
      inUse: boolean(),
      exported: boolean(),
      'exportOption?': string(),
      'key?': object({ algorithm: string(), family: oneOf('RSA', 'EC'), bits: integer() }),
      'notBefore?': dateTime(),
      'notAfter?': dateTime(),
      'renewalDue?': dateTime({
        description: 'from here on fewer than 30 days, or than a third of the lifetime, are left',
      }),
      'created?': dateTime(),
      'since?': dateTime({ description: 'when it was issued or imported' }),
      renewal: object({ 'eligibility?': string(), 'status?': string(), 'reason?': string() }),
      validationMethods: list(string()),
      'missingRecord?': string({ description: 'the DNS record, or the mail, that open validations wait for' }),
      wildcards: list(string(), { description: 'wildcard names that are not listed in the option aws.wildcards' }),
      signature: string(),
      transparency: string(),
      'failure?': string(),
      importListed: boolean({ description: 'named in the option aws.importedCertificates' }),
      exportListed: boolean({ description: 'named in the option aws.exportableCertificates' }),
      'wire?': list(
        object({
          name: string(),
          served: string({ description: 'serial number of the leaf on port 443' }),
          same: boolean({ description: 'it is the serial number that ACM has' }),
        }),
        { description: 'names of a certificate in use, as they are served; absent where there is none to ask' },
      ),
      'missingTags?': list(string(), { description: 'absent where no tags are required (option aws.requiredTags)' }),
    }),
  ),
});
