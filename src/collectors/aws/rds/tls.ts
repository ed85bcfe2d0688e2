/** Whether a database demands TLS: the parameter in force, else the default of its engine (facts/aws, rds.tls.optional). */
import { faultIn, unknown } from '../../../model/facts.ts';
import { isArray, own, type Json } from '../../../model/json.ts';

interface Rule {
  readonly parameter: string;
  /** What holds where no group says anything. */
  readonly byDefault: boolean;
}

/** First number and the second of a version; `10.11` is after `10.5`. */
function atLeast(version: string, major: number, minor: number): boolean {
  const [first = 0, second = 0] = version.split('.').map(Number);
  return first > major || (first === major && second >= minor);
}

/** The rule of an engine: `manual` where only a person can tell, undefined where this version has no such parameter. */
export function tlsRule(engine: string, version: string): Rule | 'manual' | undefined {
  if (engine === 'postgres') return { parameter: 'rds.force_ssl', byDefault: atLeast(version, 15, 0) };
  if (engine === 'aurora-postgresql') return { parameter: 'rds.force_ssl', byDefault: atLeast(version, 17, 0) };
  if (engine.startsWith('sqlserver-')) return { parameter: 'rds.force_ssl', byDefault: false };
  if (engine === 'mysql' || engine === 'aurora-mysql') {
    // MySQL has require_secure_transport since 5.7
    return atLeast(version, 5, 7) ? { parameter: 'require_secure_transport', byDefault: false } : undefined;
  }
  if (engine === 'mariadb') {
    const has = atLeast(version, 10, 5);
    return has ? { parameter: 'require_secure_transport', byDefault: atLeast(version, 11, 8) } : undefined;
  }
  return 'manual';
}

const isOn = (value: string): boolean => value === '1' || value.toUpperCase() === 'ON';

/** What the groups of a database say: true, false, or why it is not known. The first group that names the parameter decides. */
export function tlsRequired(rule: Rule, groups: readonly (Json | undefined)[]): Json {
  for (const group of groups) {
    const items = own(group, 'items');
    const rest = faultIn(own(group, 'rest'));
    if (!isArray(items)) return unknown(faultIn(group) ?? 'evidence.missing');
    const found = items.find((item) => own(item, 'ParameterName') === rule.parameter);
    const value = own(found, 'ParameterValue');
    if (typeof value === 'string') return isOn(value);
    if (rest !== undefined) return unknown(rest);
  }
  return rule.byDefault;
}
