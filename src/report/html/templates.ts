/** The Handlebars environment: our own templates only, everything escaped, no way to a prototype, no helper but the closed set. */
import { type Assets, compile } from './compile.ts';

/** Compiled once for each set of assets. */
const compiled = new WeakMap<Assets, ReturnType<typeof compile>>();

/** Renders `report.hbs` with its partials. A template that names what the page does not have throws: it is a bug of ours. */
export function templateOf(assets: Assets): (page: object) => string {
  const template = compiled.get(assets) ?? compile(assets);
  compiled.set(assets, template);
  return (page) => template(page, { allowProtoPropertiesByDefault: false, allowProtoMethodsByDefault: false });
}
