/** Reads check files from text, as if they lay in a folder, and our own pack once for all tests. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Check, Example } from '../../src/model/check.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { Verdict } from '../../src/model/result.ts';
import { judge } from '../../src/judge/judge.ts';
import { EXAMPLE_AS_OF, exampleObservation, underProfile } from '../../src/packs/examples.ts';
import type { Profile } from '../../src/packs/pack.ts';
import { readCheck, type CheckReading, type Schemas } from '../../src/packs/check-file.ts';
import { type LoadOptions, type PackReading, readPack } from '../../src/packs/load.ts';
import { problemText } from '../../src/packs/problem.ts';
import { readYaml } from '../../src/packs/yaml.ts';
import { collectorSchemas, loadOptions } from '../../src/commands/packs.ts';
import { boolean, dateTime, integer, list, map, object, oneOf, string } from '../../src/model/schema.ts';

export const CHECKS = fileURLToPath(new URL('../../checks', import.meta.url));

/** Two small collectors with every kind of fact that the loader tells apart. */
export const SCHEMAS: Schemas = new Map([
  [
    'web',
    {
      rawSchema: {},
      accepts: ['site', 'domain'],
      factsSchema: object({
        scheme: oneOf('http', 'https'),
        'hsts?': object({ valid: boolean(), 'maxAge?': integer() }),
        'expires?': dateTime(),
        'keep?': string({ format: 'duration' }),
        'server?': string({ format: 'version' }),
        'address?': string({ format: 'ip' }),
        names: list(string()),
        'cookies?': list(object({ name: string(), secure: boolean(), 'place?': object({ file: string() }) }), {
          'x-optional-list': true,
        }),
        headers: map(string()),
      }),
    },
  ],
  ['dns', { rawSchema: {}, accepts: ['domain'], factsSchema: object({ 'policy?': oneOf('none', 'reject') }) }],
]);

/** A check file that is good; tests spoil one line of it. */
export const GOOD = `id: web.hsts.short
version: 1
title: HSTS is remembered for at least half a year
severity: medium
needs: web
target: site
references:
  - { spec: RFC 6797, section: "6.1.1", url: "https://www.rfc-editor.org/rfc/rfc6797" }
when: { path: hsts.valid, op: eq, value: true }
assert:
  all:
    - { path: hsts.maxAge, op: gte, value: 15552000 }
    - { every: cookies, as: cookie, onEmpty: true, satisfies: { path: cookie.secure, op: eq, value: true } }
remediation: Send it.
examples:
  - { expect: pass, facts: { scheme: https, names: [], headers: {}, hsts: { valid: true, maxAge: 63072000 } } }
  - { expect: fail, facts: { scheme: https, names: [], headers: {}, hsts: { valid: true, maxAge: 300 } } }
  - { expect: not-applicable, facts: { scheme: https, names: [], headers: {} } }
  - { expect: error, facts: { scheme: https, names: [], headers: {}, hsts: { $unknown: http.timeout } } }
`;

export function readText(text: string, id = 'web.hsts.short', schemas: Schemas = SCHEMAS): CheckReading {
  return readCheck(readYaml(text, `${id}.yaml`), schemas, id);
}

/** Reads a folder that exists only for this call. */
export function readFolder(
  files: { readonly [path: string]: string },
  options: LoadOptions = {},
  schemas: Schemas = SCHEMAS,
): PackReading & { readonly texts: readonly string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'probity-packs-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const reading = readPack(folder, schemas, { name: 'test', shownAs: 'pack', ...options });
    return { ...reading, texts: reading.problems.map(problemText) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

let own: Promise<{ readonly reading: PackReading; readonly schemas: Schemas }> | undefined;

/** Our own pack from checks/, read once in a test process. */
export function ownPack(): Promise<{ readonly reading: PackReading; readonly schemas: Schemas }> {
  own ??= (async () => {
    const schemas = await collectorSchemas();
    const reading = readPack(CHECKS, schemas, {
      ...(await loadOptions()),
      name: 'checks',
      shownAs: 'checks',
      examples: true,
    });
    return { reading, schemas };
  })();
  return own;
}

/** As `judgeExample`, with other facts in place of the example's own; one list of verdicts for each. */
export function judgeVariants(
  check: Check,
  example: Example,
  variants: readonly JsonObject[],
  profiles: readonly Profile[],
): readonly (readonly Verdict[])[] {
  const { target } = exampleObservation(check, {});
  const id = (index: number): string => `${target.id}#${String(index).padStart(9, '0')}`;
  const observations = variants.map((facts, index) => exampleObservation(check, facts, id(index)));
  const verdicts = judge([underProfile(check, profiles)], observations, example.asOf ?? EXAMPLE_AS_OF);
  const found = variants.map((): Verdict[] => []);
  for (const verdict of verdicts) {
    const index = Number(verdict.target.slice(-9));
    // The subject as it would be of the example's own target
    found[index]?.push({ ...verdict, subject: verdict.subject.replace(/#\d{9}/, '') });
  }
  return found;
}
