/** What a path says about its content: written by hand, somebody else's, made by a machine, for tests. */

/** Somebody else's code and generated text: only detectors with a form of their own look there, and coverage says so. */
const FOREIGN_FOLDER =
  /(?:^|\/)(?:node_modules|bower_components|vendor|third_party|site-packages|\.yarn\/(?:cache|releases|unplugged)|Pods)$|(?:^|\/)(?:node_modules|bower_components|vendor|third_party|site-packages|\.yarn\/(?:cache|releases|unplugged)|Pods)\//;
/** Made by a machine, by the end of the name; the extension is looked at first, since every file passes here. */
const MADE = new Set(['js', 'mjs', 'cjs', 'css', 'map', 'svg']);
const MADE_NAME = /[.-]min\.(?:js|mjs|cjs|css)$|\.(?:js|css|ts|mjs|cjs)\.map$|\.bundle\.js$|\.svg$/;
const LOCKFILES = new Set(
  (
    'package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml bun.lock composer.lock Cargo.lock Gemfile.lock poetry.lock ' +
    'Pipfile.lock uv.lock pdm.lock go.sum go.work.sum gradle.lockfile packages.lock.json Podfile.lock mix.lock pubspec.lock ' +
    'flake.lock deno.lock'
  ).split(' '),
);

const TEST =
  /(?:^|\/)(?:tests?|__tests__|specs?|testdata|fixtures|__fixtures__|mocks?|__mocks__|testing|testutils?)\/|(?:\.|_|-)(?:test|spec)s?\.[a-z]{1,5}$|(?:^|\/)test_[^/]*\.py$|(?:^|[/_.-])(?:test)?vectors?(?:[_.-][^/]*)?\.(?:json|txt|rsp|ya?ml)$/i;

const EXAMPLE =
  /(?:^|\/)(?:examples?|docs?|samples?)\/|\.(?:example|sample|template|dist|tmpl|tpl)$|(?:\.|-)example\./i;

/** Files come folder by folder: the last answer is kept. */
let known = { folder: '', foreign: false };

export function isForeign(path: string): boolean {
  const slash = path.lastIndexOf('/');
  const folder = slash < 0 ? '' : path.slice(0, slash);
  if (folder !== known.folder) known = { folder, foreign: FOREIGN_FOLDER.test(folder) };
  if (known.foreign) return true;
  const name = path.slice(slash + 1);
  return LOCKFILES.has(name) || (MADE.has(name.slice(name.lastIndexOf('.') + 1)) && MADE_NAME.test(name));
}

export function isForTests(path: string): boolean {
  return TEST.test(path) || EXAMPLE.test(path);
}
