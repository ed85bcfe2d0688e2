/** `--connect-to HOST:PORT:ADDR:PORT`, with curl's meaning: an empty host or port matches any, an empty target keeps what was asked. */
import type { ConnectTo } from '../../model/options.ts';

export interface Override {
  readonly host: string;
  readonly port: number;
}

/** Where a connection goes instead; the first match wins. */
export function matchConnectTo(rules: readonly ConnectTo[], host: string, port: number): Override | undefined {
  const wanted = host.toLowerCase();
  const rule = rules.find((one) => (one.host === '' || one.host === wanted) && (one.port === 0 || one.port === port));
  if (rule === undefined) return undefined;
  return { host: rule.toHost === '' ? wanted : rule.toHost, port: rule.toPort === 0 ? port : rule.toPort };
}
