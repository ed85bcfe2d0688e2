/** Reads the credential report: CSV (RFC 4180) with the words N/A, no_information and not_supported for what is not there. */
import type { Json } from '../../../model/json.ts';

const COLUMNS = [
  'user',
  'arn',
  'user_creation_time',
  'password_enabled',
  'password_last_used',
  'password_last_changed',
  'mfa_active',
  'access_key_1_active',
  'access_key_1_last_rotated',
  'access_key_1_last_used_date',
  'access_key_2_active',
  'access_key_2_last_rotated',
  'access_key_2_last_used_date',
] as const;
const MAX_ROWS = 50_000;
/** A user name may hold a comma, so a field may be quoted. */
function fields(line: string): string[] {
  const found: string[] = [];
  let field = '';
  let quoted = false;
  for (let index = 0; index < line.length; index += 1) {
    const sign = line[index];
    if (quoted) {
      if (sign === '"' && line[index + 1] === '"') {
        field += '"';
        index += 1;
      } else if (sign === '"') quoted = false;
      else field += sign ?? '';
    } else if (sign === '"' && field === '') quoted = true;
    else if (sign === ',') {
      found.push(field);
      field = '';
    } else field += sign ?? '';
  }
  found.push(field);
  return found;
}

/** The rows with the columns that rules read; undefined where the text is no such report. A row of another width is null. */
export function readCredentialReport(text: string): readonly Json[] | undefined {
  const [header = '', ...lines] = text.split(/\r?\n/).filter((line) => line !== '');
  const names = fields(header);
  const places = COLUMNS.map((name) => names.indexOf(name));
  if (places.includes(-1) || lines.length > MAX_ROWS) return undefined;
  return lines.map((line): Json => {
    const values = fields(line);
    if (values.length !== names.length) return null;
    return Object.fromEntries(
      COLUMNS.map((name, index): [string, Json] => [name, values[places[index] ?? -1] ?? null]),
    );
  });
}
