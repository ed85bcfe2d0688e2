/** The Handlebars environment: our own templates only, everything escaped, no way to a prototype, no helper but the closed set. */
import Handlebars from 'handlebars';

const PARTIALS = ['finding', 'group', 'lines', 'rule'] as const;

/** Renders `report.hbs` with its partials. A template that names what the page does not have throws: it is a bug of ours. */
export function renderBody(assets: { readonly [name: string]: string }, page: object): string {
  const environment = Handlebars.create();
  const options = { strict: true, knownHelpersOnly: true, preventIndent: true };
  const source = (name: string): string => {
    const text = assets[`${name}.hbs`];
    if (text === undefined) throw new Error(`the template ${name}.hbs is missing`);
    return text;
  };
  for (const name of PARTIALS) environment.registerPartial(name, environment.compile(source(name), options));
  return environment.compile(source('report'), options)(page, {
    allowProtoPropertiesByDefault: false,
    allowProtoMethodsByDefault: false,
  });
}
