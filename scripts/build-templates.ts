/** Compiles the templates of reports/ to the module that the build puts in the place of src/report/html/compile.ts. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import Handlebars from 'handlebars';
import { OPTIONS, PARTIALS } from '../src/report/html/compile.ts';

const compiled = (name: string): string => {
  const source = readFileSync(fileURLToPath(new URL(`../reports/${name}.hbs`, import.meta.url)), 'utf8');
  // Typed as an object, it is the text of one
  return `environment.template(${Handlebars.precompile(source, OPTIONS) as unknown as string})`;
};

process.stdout.write(
  [
    "import Handlebars from 'handlebars/runtime.js';",
    'const environment = Handlebars.create();',
    ...PARTIALS.map((name) => `environment.registerPartial('${name}', ${compiled(name)});`),
    `const report = ${compiled('report')};`,
    'export const compile = () => report;',
    '',
  ].join('\n'),
);
