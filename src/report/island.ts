/** The run inside an HTML report: packed without repetition, safe between script tags, and read back without loss. */
import { isArray, isObject, own, type Json, type JsonObject } from '../model/json.ts';
import type { Reason, Result, Run } from '../model/result.ts';
import { visibleIslandJson } from '../model/visible-json.ts';

const SCHEMA = 'report-data/1';
const OPEN = '<script type="application/json" id="probity-run">';
const CLOSE = '</script>';
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
  /** Results come by check: the rule of the one before is mostly that of the next. */
  let last: { readonly result: Result; readonly place: number } | undefined;
  const ruleOf = (result: Result): number => {
    const { check, version, title, severity, references, remediation } = result;
    const known = last?.result;
    const isSame =
      known?.check === check &&
      known.references === references &&
      known.version === version &&
      known.title === title &&
      known.severity === severity &&
      known.remediation === remediation;
    const place =
      isSame && last !== undefined
        ? last.place
        : rules.place([check, version, title, severity, references as unknown as Json, remediation]);
    last = { result, place };
    return place;
  };
  return {
    /** What `result` has put there so far. */
    tables: { rules: rules.rows, targets: targets.rows, leaves: leaves.rows, evidence: evidence.rows },
    result(result: Result): Json {
      const { fault, location, waiver } = result;
      const more = {
        ...(fault === undefined ? {} : { fault }),
        ...(location === undefined ? {} : { location }),
        ...(waiver === undefined ? {} : { waiver }),
      } as JsonObject;
      return [
        ruleOf(result),
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

/**
 * The script element that holds the run: its beginning, what each result adds, and its end, which wants all results added. It is
 * data: no policy lets it run, no byte of it can end it.
 */
export function islandOf() {
  const packed = packer();
  let before = '';
  return {
    head(run: Run): string {
      // Not spread: that would ask for results that may lie on the disk
      const members = Object.keys(run).map((key): [string, unknown] => [
        key,
        key === 'results' ? [] : run[key as keyof Run],
      ]);
      const head = JSON.stringify(Object.fromEntries(members));
      return `${OPEN}{"schema":${JSON.stringify(SCHEMA)},"run":${visibleIslandJson(head)},"results":[`;
    },
    add(result: Result): string {
      const text = `${before}${visibleIslandJson(JSON.stringify(packed.result(result)))}`;
      before = ',';
      return text;
    },
    tail(): string {
      const tables = Object.entries(packed.tables).map(([name, rows]) => `,"${name}":${JSON.stringify(rows)}`);
      return `]${visibleIslandJson(tables.join(''))}}${CLOSE}`;
    },
  };
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

/** The run that an HTML report carries, or undefined where the text carries none. */
export function runFromHtml(html: string): Run | undefined {
  const from = html.lastIndexOf(OPEN);
  const to = html.indexOf(CLOSE, from);
  if (from < 0 || to < 0) return undefined;
  return unpackRun(JSON.parse(html.slice(from + OPEN.length, to)) as Json);
}
