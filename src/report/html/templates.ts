/** The Handlebars environment: our own templates only, everything escaped, no way to a prototype, no helper but the closed set. */
import Handlebars from 'handlebars';

const PARTIALS = ['finding', 'group', 'inventory', 'lines', 'rule'] as const;

type Assets = { readonly [name: string]: string };

/** Compiled once for each set of assets. */
const compiled = new WeakMap<Assets, Handlebars.TemplateDelegate>();

function compile(assets: Assets): Handlebars.TemplateDelegate {
  const environment = Handlebars.create();
  const options = { strict: true, knownHelpersOnly: true, preventIndent: true };
  const source = (name: string): string => {
    const text = assets[`${name}.hbs`];
    if (text === undefined) throw new Error(`the template ${name}.hbs is missing`);
    return text;
  };
  for (const name of PARTIALS) environment.registerPartial(name, environment.compile(source(name), options));
  return environment.compile(source('report'), options);
}

/** Renders `report.hbs` with its partials. A template that names what the page does not have throws: it is a bug of ours. */
export function renderBody(assets: Assets, page: object): string {
  const template = compiled.get(assets) ?? compile(assets);
  compiled.set(assets, template);
  return template(page, { allowProtoPropertiesByDefault: false, allowProtoMethodsByDefault: false });
}
