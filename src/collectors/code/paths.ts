/** What a path says: the language and form of the file, and whether it is the project's own code, a test, an example or somebody else's. */
import type { Language } from './lex/language.ts';
import type { Kind } from './rules.ts';
import type { LineKind } from './rules/lines.ts';

export type Place = 'code' | 'test' | 'example';

/** Somebody else's code: not read. */
const VENDORED =
  /(?:^|\/)(?:node_modules|bower_components|jspm_packages|vendor|third_party|third-party|site-packages|dist-packages|Pods|\.venv|venv|\.tox|\.yarn\/(?:cache|releases|unplugged|plugins|sdks)|\.git|\.hg|\.svn|\.terraform|__pycache__|\.next|\.nuxt|\.gradle|\.cargo\/registry)(?:\/|$)/;
const GENERATED =
  /[.-]min\.(?:js|mjs|cjs|css)$|\.(?:js|mjs|cjs|css)\.map$|\.bundle\.js$|(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lock|composer\.lock|Cargo\.lock|Gemfile\.lock|poetry\.lock|Pipfile\.lock|uv\.lock|go\.sum|\.terraform\.lock\.hcl)$|\.pb\.go$|_pb2\.py$/;
const TEST =
  /(?:^|\/)(?:tests?|__tests__|specs?|fixtures?|__fixtures__|testdata|mocks?|__mocks__|e2e|cypress)\/|\.(?:test|spec|e2e|stories)\.[^/]{1,12}$|_test\.(?:go|py|rb|exs?)$|_spec\.rb$|(?:^|\/)(?:test_[^/]*\.py|conftest\.py)$|(?:Test|Tests|IT)\.(?:java|kt|cs)$/;
const EXAMPLE = /(?:^|\/)(?:examples?|docs?|samples?|demos?|tutorials?)\//;

export function isVendored(path: string): boolean {
  return VENDORED.test(path);
}

export function isGenerated(path: string): boolean {
  return GENERATED.test(path);
}

export function placeOf(path: string): Place {
  return TEST.test(path) ? 'test' : EXAMPLE.test(path) ? 'example' : 'code';
}

/** How a file is read. */
export type Form =
  | { readonly is: 'code'; readonly language: Language }
  | { readonly is: 'shell' }
  | { readonly is: 'make' }
  | { readonly is: 'docker' }
  | { readonly is: 'yaml' }
  | { readonly is: 'hcl' }
  | { readonly is: 'xml' }
  | { readonly is: 'lines'; readonly kind: LineKind }
  | { readonly is: 'curlrc' }
  | { readonly is: 'apt' }
  | { readonly is: 'yarnrc' }
  | { readonly is: 'gomod' }
  /** A file that is looked at for keys only. */
  | { readonly is: 'key' };

export interface Classified {
  readonly form: Form;
  readonly kinds: readonly Kind[];
}

const code = (language: Language, ...kinds: readonly Kind[]): Classified => ({ form: { is: 'code', language }, kinds });
const lines = (kind: LineKind, of: Kind = 'ini'): Classified => ({ form: { is: 'lines', kind }, kinds: [of] });

const BY_EXTENSION: { readonly [extension: string]: Classified } = {
  ...Object.fromEntries(
    ['js', 'jsx', 'ts', 'tsx', 'mjs', 'cjs', 'mts', 'cts', 'vue', 'svelte', 'astro'].map((name) => [
      name,
      code('js', 'js'),
    ]),
  ),
  ...Object.fromEntries(['json', 'jsonc', 'json5'].map((name) => [name, code('json', 'json')])),
  ...Object.fromEntries(['py', 'pyw'].map((name) => [name, code('python', 'python')])),
  go: code('go', 'go'),
  ...Object.fromEntries(['java', 'groovy', 'gradle', 'scala'].map((name) => [name, code('java', 'jvm')])),
  ...Object.fromEntries(['kt', 'kts'].map((name) => [name, code('kotlin', 'jvm')])),
  cs: code('csharp', 'csharp'),
  ...Object.fromEntries(['php', 'phtml'].map((name) => [name, code('php', 'php')])),
  ...Object.fromEntries(['rb', 'rake', 'ru', 'gemspec'].map((name) => [name, code('ruby', 'ruby')])),
  rs: code('rust', 'rust'),
  ...Object.fromEntries(
    ['sh', 'bash', 'zsh', 'ksh', 'ps1', 'psm1', 'fish'].map((name) => [
      name,
      { form: { is: 'shell' }, kinds: ['shell'] } as const,
    ]),
  ),
  ...Object.fromEntries(['yml', 'yaml'].map((name) => [name, { form: { is: 'yaml' }, kinds: ['yaml'] } as const])),
  ...Object.fromEntries(
    ['tf', 'tfvars', 'hcl'].map((name) => [name, { form: { is: 'hcl' }, kinds: ['hcl'] } as const]),
  ),
  ...Object.fromEntries(
    ['xml', 'config', 'csproj', 'props', 'plist'].map((name) => [
      name,
      { form: { is: 'xml' }, kinds: ['xml'] } as const,
    ]),
  ),
  properties: lines('properties'),
  ...Object.fromEntries(['ini', 'cfg', 'conf', 'toml', 'cnf'].map((name) => [name, lines('ini')])),
  ...Object.fromEntries(['service', 'socket', 'timer'].map((name) => [name, lines('unit')])),
  repo: lines('repo'),
  mk: { form: { is: 'make' }, kinds: ['make'] },
  dockerfile: { form: { is: 'docker' }, kinds: ['docker'] },
  containerfile: { form: { is: 'docker' }, kinds: ['docker'] },
  env: lines('env', 'env'),
};

const KEY_FILE =
  /\.(?:p12|pfx|jks|keystore|ppk|kdbx|pem|key|pkcs12|bcfks)$|(?:^|\/)id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?$/i;
const CI_FILE =
  /(?:^|\/)(?:\.github\/(?:workflows|actions)\/.+\.ya?ml|action\.ya?ml|\.gitlab-ci\.ya?ml|\.gitlab\/.+\.ya?ml|\.circleci\/.+\.ya?ml|azure-pipelines[^/]*\.ya?ml|\.azure-pipelines\/.+\.ya?ml|bitbucket-pipelines\.ya?ml|\.travis\.ya?ml|\.drone\.ya?ml|appveyor\.ya?ml|\.buildkite\/.+\.ya?ml|cloudbuild\.ya?ml|buildspec\.ya?ml|\.woodpecker(?:\/.+)?\.ya?ml|\.cirrus\.ya?ml)$/;

/** What a path is; undefined where no rule looks at such a file. */
export function classify(path: string): Classified | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const lower = name.toLowerCase();
  if (CI_FILE.test(path)) {
    const github = /(?:^|\/)\.github\/(?:workflows|actions)\/|(?:^|\/)action\.ya?ml$/.test(path);
    return { form: { is: 'yaml' }, kinds: github ? ['yaml', 'ci', 'workflow'] : ['yaml', 'ci'] };
  }
  if (/^(?:dockerfile|containerfile)(?:[.-].*)?$/.test(lower) && !lower.endsWith('.dockerignore'))
    return { form: { is: 'docker' }, kinds: ['docker'] };
  if (/^(?:gnu)?makefile(?:\..*)?$/.test(lower) || lower === 'justfile')
    return { form: { is: 'make' }, kinds: ['make'] };
  if (lower === '.envrc' || /^\.env(?:\..*)?$/.test(lower)) return lines('env', 'env');
  if (lower === '.gitconfig' || lower === 'gitconfig' || /(?:^|\/)\.?git\/config$/.test(path))
    return lines('gitconfig');
  if (/^(?:pip\.conf|pip\.ini|\.piprc)$/.test(lower)) return lines('pipconf');
  if (lower === '.condarc') return { form: { is: 'yaml' }, kinds: ['yaml', 'ini'] };
  if (lower === '.yarnrc.yml') return { form: { is: 'yaml' }, kinds: ['yaml', 'ini'] };
  if (lower === '.curlrc' || lower === '_curlrc') return { form: { is: 'curlrc' }, kinds: ['ini'] };
  if (lower === '.yarnrc') return { form: { is: 'yarnrc' }, kinds: ['ini'] };
  if (lower === 'sources.list' || /(?:^|\/)sources\.list\.d\//.test(path))
    return { form: { is: 'apt' }, kinds: ['ini'] };
  if (lower === 'go.mod') return { form: { is: 'gomod' }, kinds: [] };
  if (/^(?:rakefile|gemfile|vagrantfile|capfile|podfile)$/.test(lower)) return code('ruby', 'ruby');
  if (lower === 'jenkinsfile') return code('java', 'jvm');
  if (/^(?:procfile|\.bashrc|\.profile|\.bash_profile|\.zshrc)$/.test(lower))
    return { form: { is: 'shell' }, kinds: ['shell'] };
  if (KEY_FILE.test(path)) return { form: { is: 'key' }, kinds: [] };
  const dot = lower.lastIndexOf('.');
  return dot < 0 ? undefined : BY_EXTENSION[lower.slice(dot + 1)];
}

/** A committed environment: `.env`, `.env.production`; the examples that people copy are meant to be committed. */
export function isEnvironmentFile(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return (
    /^\.env(?:\.[^/]+)?$/.test(name) &&
    !/\.(?:example|sample|template|dist|tpl|tmpl|defaults?|schema)$|\.(?:example|sample|template)\./i.test(name)
  );
}

export function isEnvrc(path: string): boolean {
  return /(?:^|\/)\.envrc$/.test(path);
}

/** Containers of keys, whatever is in them: they cannot be told from outside. */
export function isKeyContainer(path: string): boolean {
  return (
    /\.(?:p12|pfx|jks|keystore|ppk|kdbx)$/i.test(path) || /(?:^|\/)id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?$/.test(path)
  );
}
