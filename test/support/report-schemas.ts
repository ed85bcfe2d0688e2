/** Validators for the report formats, compiled from the outside schemas beside the checkout. */
import { Ajv, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { JsonObject } from '../../src/model/json.ts';
import { conformanceFile } from './conformance.ts';

const FORMATS: { readonly [name: string]: (text: string) => boolean } = {
  'date-time': (text) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(text),
  uri: (text) => URL.canParse(text) && !/[\s<>"{}|\\^`]/.test(text),
  'uri-reference': (text) => !/[\s<>"{}|\\^`]/.test(text),
  'iri-reference': (text) => !/\s/.test(text),
  email: (text) => text.includes('@'),
  'idn-email': (text) => text.includes('@'),
};

function schema(name: string): JsonObject {
  return JSON.parse(conformanceFile(`reports/${name}`).toString('utf8')) as JsonObject;
}

/** Draft-04 spelt in draft-07: `id` is `$id`; the schema uses no other word that changed. */
function fromDraft04(document: JsonObject): JsonObject {
  const kept = Object.entries(document).filter(([key]) => key !== 'id' && key !== '$schema');
  return { $id: document['id'] ?? '', ...Object.fromEntries(kept) };
}

function withFormats<Kind extends Ajv | Ajv2020>(ajv: Kind): Kind {
  for (const [name, validate] of Object.entries(FORMATS)) ajv.addFormat(name, validate);
  return ajv;
}

export type SchemaName = 'sarif' | 'ocsf' | 'oscal' | 'hdf' | 'cyclonedx';

export function reportValidator(name: SchemaName): ValidateFunction {
  const options = { strict: false, allErrors: false } as const;
  switch (name) {
    case 'sarif':
      return withFormats(new Ajv(options)).compile(fromDraft04(schema('sarif-2.1.0.schema.json')));
    case 'ocsf':
      return withFormats(new Ajv2020(options)).compile(schema('ocsf-1.8.0-compliance_finding-2003.schema.json'));
    case 'oscal':
      return withFormats(new Ajv(options)).compile(schema('oscal-assessment-results.schema.json'));
    case 'hdf':
      return withFormats(new Ajv(options)).compile(schema('hdf-exec-json.schema.json'));
    default: {
      const ajv = withFormats(new Ajv(options));
      const bom = schema('cyclonedx-1.6.schema.json');
      const beside = (file: string): string =>
        `${typeof bom['$id'] === 'string' ? bom['$id'].replace(/[^/]*$/, '') : ''}${file}`;
      ajv.addSchema({ ...schema('cyclonedx-jsf-0.82.schema.json'), $id: beside('jsf-0.82.SNAPSHOT.schema.json') });
      ajv.addSchema({ ...schema('cyclonedx-spdx.schema.json'), $id: beside('spdx.SNAPSHOT.schema.json') });
      return ajv.compile(bom);
    }
  }
}
