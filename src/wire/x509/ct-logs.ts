/** The list of CT logs as Chrome publishes it (log_list.json, version 3): which key and which operator stand behind a log. */
import { isArray, own, type Json } from '../../model/json.ts';

export interface CtLog {
  readonly operator: string;
  /** SubjectPublicKeyInfo, base64. */
  readonly key: string;
}

export interface CtLogs {
  /** RFC 3339. */
  readonly date: string;
  /** By the id of the log in hex. */
  readonly logs: ReadonlyMap<string, CtLog>;
}

const MAX_LOGS = 10_000;

function items(value: Json | undefined): readonly Json[] {
  return isArray(value) ? value : [];
}

/** Undefined where the text is not such a list. */
export function parseCtLogs(text: string): CtLogs | undefined {
  let list: Json;
  try {
    list = JSON.parse(text) as Json;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const date = own(list, 'log_list_timestamp');
  if (typeof date !== 'string' || !/^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(date)) return undefined;
  const logs = new Map<string, CtLog>();
  for (const operator of items(own(list, 'operators'))) {
    const name = own(operator, 'name');
    for (const log of [...items(own(operator, 'logs')), ...items(own(operator, 'tiled_logs'))]) {
      const id = own(log, 'log_id');
      const key = own(log, 'key');
      if (typeof name !== 'string' || typeof id !== 'string' || typeof key !== 'string') return undefined;
      if (logs.size < MAX_LOGS) logs.set(Buffer.from(id, 'base64').toString('hex'), { operator: name, key });
    }
  }
  return logs.size === 0 ? undefined : { date, logs };
}
