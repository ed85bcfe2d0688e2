/** The run inside an HTML report: packed without repetition, safe between script tags, and read back without loss. */
import { isArray, isObject, own, type Json, type JsonObject } from '../model/json.ts';
import type { Reason, Result, Run } from '../model/result.ts';
import { visibleJson } from './visible.ts';

const SCHEMA = 'report-data/1';
const OPEN = '<script type="application/json" id="probity-run">';
const CLOSE = '</script>';
/** So many results a piece of text. */
const PIECE = 256;
const STATUSES = ['fail', 'error', 'manual', 'pass', 'not-applicable'] as const;

/** Gives each distinct value its place in a list. */
class Table {
  readonly rows: Json[] = [];
  readonly #places = new Map<string, number>();
  place(row: Json): number {
    const key = typeof row === 'string' ? row : JSON.stringify(row);
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    this.#places.set(key, this.rows.length);
    return this.rows.push(row) - 1;
  }
}

/**
 * `rules`: [check, version, title, severity, references, remediation]; `leaves`: [path, op, expected, why?];
 * `results`: [rule, target, subject, status, message, reasons, fingerprint, more?]; a reason: [leaf, evidence, pointer, actual, more?].
 */
function packer() {
  const rules = new Table();
  const targets = new Table();
  const leaves = new Table();
  const evidence = new Table();
  const reason = (entry: Reason): Json => {
    const { path, op, expected, actual, absent, unknown, truncated, why } = entry;
    const hash = entry.evidence.indexOf('#');
    const id = hash < 0 ? entry.evidence : entry.evidence.slice(0, hash);
    const more = {
      ...(absent === undefined ? {} : { absent }),
      ...(unknown === undefined ? {} : { unknown }),
      ...(truncated === undefined ? {} : { truncated }),
    };
    return [
      leaves.place(why === undefined ? [path, op, expected] : [path, op, expected, why]),
      evidence.place(id),
      hash < 0 ? null : entry.evidence.slice(hash + 1),
      actual,
      ...(Object.keys(more).length === 0 ? [] : [more]),
    ];
  };
  return {
    /** What `result` has put there so far. */
    tables: { rules: rules.rows, targets: targets.rows, leaves: leaves.rows, evidence: evidence.rows },
    result(result: Result): Json {
      const { check, version, title, severity, references, remediation, fault, location, waiver } = result;
      const more = {
        ...(fault === undefined ? {} : { fault }),
        ...(location === undefined ? {} : { location }),
        ...(waiver === undefined ? {} : { waiver }),
      } as JsonObject;
      return [
        rules.place([check, version, title, severity, references as unknown as Json, remediation]),
        targets.place(result.target),
        result.subject,
        STATUSES.indexOf(result.status),
        result.message,
        result.reasons.map(reason),
        result.fingerprint.slice('sha256:'.length),
        ...(Object.keys(more).length === 0 ? [] : [more]),
      ];
    },
  };
}

/** The text of the packed run piece by piece, results first: a large run is never held as one text. */
export function* packedText(run: Run): Generator<string> {
  const packed = packer();
  const head = { ...run, results: [] };
  yield `{"schema":${JSON.stringify(SCHEMA)},"run":${JSON.stringify(head)},"results":[`;
  let lines: string[] = [];
  for (const [index, entry] of run.results.entries()) {
    lines.push(`${index === 0 ? '' : ','}${JSON.stringify(packed.result(entry))}`);
    if (lines.length < PIECE) continue;
    yield lines.join('');
    lines = [];
  }
  yield lines.join('');
  yield `]${Object.entries(packed.tables)
    .map(([name, rows]) => `,"${name}":${JSON.stringify(rows)}`)
    .join('')}}`;
}

function rows(data: JsonObject, key: string): readonly Json[] {
  const value = own(data, key);
  if (!isArray(value)) throw new TypeError(`the data of the report has no list "${key}"`);
  return value;
}

function row(table: readonly Json[], index: Json | undefined): readonly Json[] {
  const value = typeof index === 'number' ? table[index] : undefined;
  if (!isArray(value)) throw new TypeError('the data of the report points at a row that is not there');
  return value;
}

function text(value: Json | undefined): string {
  if (typeof value !== 'string') throw new TypeError('the data of the report lacks a text');
  return value;
}

/** The run as it was packed, its members in the same order. Throws a TypeError where the data is not of our making. */
export function unpackRun(data: Json): Run {
  const head = own(data, 'run');
  if (!isObject(data) || own(data, 'schema') !== SCHEMA || !isObject(head)) {
    throw new TypeError(`the data of the report is not of schema ${SCHEMA}`);
  }
  const rules = rows(data, 'rules');
  const targets = rows(data, 'targets');
  const leaves = rows(data, 'leaves');
  const evidence = rows(data, 'evidence');
  const reason = (packed: Json): Reason => {
    if (!isArray(packed)) throw new TypeError('the data of the report has a reason of another form');
    const [path, op, expected = null, why] = row(leaves, packed[0]);
    const id = text(evidence[Number(packed[1])]);
    const pointer = packed[2] ?? null;
    const more = isObject(packed[4]) ? packed[4] : {};
    return {
      path: text(path),
      op: text(op),
      expected,
      actual: packed[3] ?? null,
      ...more,
      ...(why === undefined ? {} : { why: text(why) }),
      evidence: pointer === null ? id : `${id}#${text(pointer)}`,
    };
  };
  const results = rows(data, 'results').map((packed): Result => {
    if (!isArray(packed)) throw new TypeError('the data of the report has a result of another form');
    const [check, version, title, severity, references, remediation] = row(rules, packed[0]);
    const reasons = packed[5];
    if (!isArray(reasons)) throw new TypeError('the data of the report has a result of another form');
    const { fault, location, waiver } = isObject(packed[7]) ? packed[7] : {};
    return {
      check,
      version,
      title,
      severity,
      target: text(targets[Number(packed[1])]),
      subject: text(packed[2]),
      status: text(STATUSES[Number(packed[3])]),
      message: text(packed[4]),
      reasons: reasons.map(reason),
      ...(fault === undefined ? {} : { fault }),
      ...(location === undefined ? {} : { location }),
      fingerprint: `sha256:${text(packed[6])}`,
      references,
      remediation,
      ...(waiver === undefined ? {} : { waiver }),
    } as unknown as Result;
  });
  return { ...(head as unknown as Run), results };
}

// `</script>`, `<!--` and `<script` would end or change the element
const MARKUP = /[<>&]/g;

/** The script element that holds the run, piece by piece. It is data: no policy lets it run, no byte of it can end it. */
export function* islandOf(run: Run): Generator<string> {
  yield OPEN;
  for (const piece of packedText(run)) {
    yield visibleJson(piece).replace(MARKUP, (char) => `\\u00${char.charCodeAt(0).toString(16)}`);
  }
  yield CLOSE;
}

/** The run that an HTML report carries, or undefined where the text carries none. */
export function runFromHtml(html: string): Run | undefined {
  const from = html.lastIndexOf(OPEN);
  const to = html.indexOf(CLOSE, from);
  if (from < 0 || to < 0) return undefined;
  return unpackRun(JSON.parse(html.slice(from + OPEN.length, to)) as Json);
}
