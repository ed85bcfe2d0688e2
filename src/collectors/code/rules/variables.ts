/** Environment variables and settings that switch verification off, wherever they are given: code, .env, Dockerfile, compose, CI, shell. */
import type { Hit, Sink } from '../hit.ts';
import { sslmode } from './addresses.ts';

export interface Variable {
  readonly name: string;
  readonly value: string;
  /** Offset of the value. */
  readonly at: number;
}

const NAMES = [
  'NODE_TLS_REJECT_UNAUTHORIZED',
  'PYTHONHTTPSVERIFY',
  'GOINSECURE',
  'GOSUMDB',
  'GONOSUMCHECK',
  'GIT_SSL_NO_VERIFY',
  'PIP_TRUSTED_HOST',
  'NPM_CONFIG_STRICT_SSL',
  'YARN_ENABLE_STRICT_SSL',
  'PGSSLMODE',
  'NODE_OPTIONS',
] as const;

/** As written in code: in capitals, or all small as npm takes its own. */
export const VARIABLES: ReadonlySet<string> = new Set(NAMES.flatMap((name) => [name, name.toLowerCase()]));

export function isVariableOfInterest(name: string): boolean {
  return VARIABLES.has(name);
}

/** A reference to another value tells nothing. */
function isReference(value: string): boolean {
  return /^\$|[\ue000]|\{\{/.test(value);
}

export function variableRules({ name, value: given, at }: Variable, sink: Sink): void {
  if (!VARIABLES.has(name)) return;
  const value = given.trim().replace(/^(['"])(.*)\1$/, '$2');
  if (isReference(value)) return;
  const report = (rule: Hit['rule'], seen: string, more: Partial<Hit> = {}): void => sink({ rule, at, seen, ...more });
  switch (name.toUpperCase()) {
    case 'NODE_TLS_REJECT_UNAUTHORIZED':
    case 'PYTHONHTTPSVERIFY':
      if (value === '0') report('code.tls.env-verify-off', `${name}=0`);
      return;
    case 'GOINSECURE':
      if (value !== '') report('code.tls.env-verify-off', 'GOINSECURE is set');
      return;
    case 'GOSUMDB':
      if (/^off$/i.test(value)) report('code.tls.env-verify-off', 'GOSUMDB=off', { severity: 'low' });
      return;
    case 'GIT_SSL_NO_VERIFY':
      if (!/^(?:|0|false|no|off)$/i.test(value)) report('code.tls.git-verify-off', 'GIT_SSL_NO_VERIFY is set');
      return;
    case 'PIP_TRUSTED_HOST':
      if (value !== '') report('code.tls.pip-trusted-host', 'PIP_TRUSTED_HOST is set');
      return;
    case 'NPM_CONFIG_STRICT_SSL':
    case 'YARN_ENABLE_STRICT_SSL':
      if (/^(?:false|0)$/i.test(value)) report('code.tls.npm-strict-ssl', `${name}=false`);
      return;
    case 'PGSSLMODE':
      if (/^(?:disable|allow|prefer|require)$/i.test(value))
        sslmode(value, '', (seen, more) => report('code.db.sslmode', seen.replace('sslmode', 'PGSSLMODE'), more));
      return;
    case 'NODE_OPTIONS':
      if (/--tls-min-v1\.[01]\b/.test(value)) report('code.tls.old-version-node', '--tls-min below TLS 1.2');
      return;
    default:
  }
}
