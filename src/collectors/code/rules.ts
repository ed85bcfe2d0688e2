/** The rules there are: where each stands in the facts, the files it looks at, and its severity. Checks are data; this table is what they read. */
import type { Severity } from '../../model/check.ts';

/** What a file is; a file may be several things (a workflow is CI, and YAML). */
export const KINDS = [
  'any',
  'ci',
  'csharp',
  'docker',
  'env',
  'go',
  'hcl',
  'ini',
  'js',
  'json',
  'jvm',
  'make',
  'php',
  'python',
  'ruby',
  'rust',
  'shell',
  'workflow',
  'xml',
  'yaml',
] as const;
export type Kind = (typeof KINDS)[number];

export interface Rule {
  /** `tls.verifyOffNode`: the place in the facts. */
  readonly fact: string;
  readonly severity: Severity;
  readonly kinds: readonly Kind[];
}

const SHELLS = ['shell', 'docker', 'make', 'ci', 'yaml', 'json'] as const;
const SOURCES = ['js', 'python', 'go', 'jvm', 'csharp', 'php', 'ruby', 'rust'] as const;
const SETTINGS = ['env', 'ini', 'yaml', 'xml', 'json', 'docker', 'hcl'] as const;

const rule = (fact: string, severity: Severity, ...kinds: readonly Kind[]): Rule => ({ fact, severity, kinds });

export const RULES = {
  'code.ci-pinned': rule('ciPinned', 'medium', 'workflow'),
  'code.cleartext.protocol': rule('cleartext.protocol', 'medium', ...SOURCES, ...SETTINGS, 'shell'),
  'code.cookie.insecure': rule('cookie.insecure', 'medium', 'js', 'python', 'go'),
  'code.db.cleartext-url': rule('db.cleartextUrl', 'medium', ...SOURCES, ...SETTINGS, 'shell'),
  'code.db.mysql-ssl-off': rule('db.mysqlSslOff', 'high', ...SOURCES, ...SETTINGS, 'shell'),
  'code.db.sequelize-verify-off': rule('db.sequelizeVerifyOff', 'high', 'js', 'json'),
  'code.db.ssl-false': rule('db.sslFalse', 'high', 'js', 'json', 'yaml'),
  'code.db.sslmode': rule('db.sslmode', 'high', ...SOURCES, ...SETTINGS, 'shell'),
  'code.db.tls-optional-terraform': rule('db.tlsOptionalTerraform', 'high', 'hcl'),
  'code.env.committed': rule('env.committed', 'high', 'any'),
  'code.http.cleartext-request': rule('http.cleartextRequest', 'medium', ...SOURCES, ...SHELLS),
  'code.http.cleartext-server': rule('http.cleartextServer', 'low', 'js'),
  'code.jwt.unverified': rule('jwt.unverified', 'high', 'js', 'python', 'go'),
  'code.key.committed': rule('key.committed', 'critical', 'any'),
  'code.logger.environment': rule('logger.environment', 'high', ...SOURCES, 'ci'),
  'code.logger.headers': rule('logger.headers', 'medium', 'js', 'python', 'go'),
  'code.logger.named-secret': rule('logger.namedSecret', 'medium', ...SOURCES),
  'code.logger.secret': rule('logger.secret', 'high', ...SOURCES),
  'code.secret.docker-arg': rule('secret.dockerArg', 'high', 'docker'),
  'code.secret.k8s-manifest': rule('secret.k8sManifest', 'high', 'yaml'),
  'code.secret.session-hardcoded': rule('secret.sessionHardcoded', 'high', 'js', 'python', 'ruby', 'yaml'),
  'code.secret.terraform-aws': rule('secret.terraformAws', 'critical', 'hcl'),
  'code.tls.cert-none-python': rule('tls.certNonePython', 'high', 'python'),
  'code.tls.curl-insecure': rule('tls.curlInsecure', 'high', ...SHELLS, 'ini'),
  'code.tls.env-verify-off': rule('tls.envVerifyOff', 'high', 'js', 'python', 'go', 'ruby', 'env', 'ini', ...SHELLS),
  'code.tls.git-verify-off': rule('tls.gitVerifyOff', 'high', 'env', 'ini', 'js', 'python', ...SHELLS),
  'code.tls.min-version-go': rule('tls.minVersionGo', 'high', 'go'),
  'code.tls.npm-strict-ssl': rule('tls.npmStrictSsl', 'high', 'env', 'ini', ...SHELLS),
  'code.tls.old-policy-terraform': rule('tls.oldPolicyTerraform', 'high', 'hcl'),
  'code.tls.old-version-node': rule('tls.oldVersionNode', 'high', 'js', 'json', 'env', ...SHELLS),
  'code.tls.old-version-python': rule('tls.oldVersionPython', 'high', 'python'),
  'code.tls.pip-trusted-host': rule('tls.pipTrustedHost', 'high', 'env', 'ini', ...SHELLS),
  'code.tls.skip-verify-k8s': rule('tls.skipVerifyK8s', 'high', 'yaml'),
  'code.tls.trust-all-java': rule('tls.trustAllJava', 'high', 'jvm', 'csharp', 'php', 'ruby', 'rust'),
  'code.tls.unverified-context-python': rule('tls.unverifiedContextPython', 'high', 'python'),
  'code.tls.verify-off-go': rule('tls.verifyOffGo', 'high', 'go'),
  'code.tls.verify-off-node': rule('tls.verifyOffNode', 'high', 'js', 'json'),
  'code.tls.verify-off-python': rule('tls.verifyOffPython', 'high', 'python'),
  'code.webhook.compare-timing': rule('webhook.compareTiming', 'medium', 'js', 'python', 'go', 'jvm', 'php'),
  'code.webhook.replay': rule('webhook.replay', 'medium', 'js', 'python', 'go'),
  'code.webhook.secret-hardcoded': rule('webhook.secretHardcoded', 'high', 'js', 'python', 'go'),
  'code.webhook.stripe-parsed-body': rule('webhook.stripeParsedBody', 'high', 'js'),
  'package.ci.curl-pipe': rule('packages.curlPipe', 'high', ...SHELLS),
  'package.ci.install': rule('packages.ciInstall', 'medium', 'ci', 'docker'),
} as const satisfies { readonly [id: string]: Rule };

export type RuleId = keyof typeof RULES;

export function isRuleId(text: string): text is RuleId {
  return Object.hasOwn(RULES, text);
}

/** The files in which webhook handlers are recognised. */
export const WEBHOOK_KINDS: readonly Kind[] = ['js', 'python', 'go'];
