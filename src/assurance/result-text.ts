/** The two texts of a result, its line in run.json and its canonical JSON, put together from parts that many results share. */
import { canonicalJson } from '../model/canonical.ts';
import type { Json } from '../model/json.ts';
import type { Reason, Result } from '../model/result.ts';
import { visibleJson } from '../model/visible-json.ts';

/** A value as run.json holds it (members in the order of the contract, nothing hidden) and as RFC 8785 writes it. */
interface Both {
  readonly plain: string;
  readonly canonical: string;
}

/** Titles, paths, names: the same on target after target. The room is bounded, and begun anew when it is full. */
const MAX_REMEMBERED = 20_000;
const MAX_LENGTH = 1024;
const texts = new Map<string, Both>();
const lists = new WeakMap<object, Both>();

// Printable ASCII without quotation mark and backslash: both forms are the text between quotation marks
const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;

function quote(text: string): Both {
  if (PLAIN.test(text)) {
    const quoted = `"${text}"`;
    return { plain: quoted, canonical: quoted };
  }
  return bothOf(text);
}

function bothOf(value: Json): Both {
  return { canonical: canonicalJson(value), plain: visibleJson(JSON.stringify(value)) };
}

function remembered(text: string): Both {
  let both = texts.get(text);
  if (both === undefined) {
    both = quote(text);
    if (texts.size >= MAX_REMEMBERED) texts.clear();
    if (text.length <= MAX_LENGTH) texts.set(text, both);
  }
  return both;
}

/** Of an object that stands in a check: the same one each time. */
function shared(value: object): Both {
  let both = lists.get(value);
  if (both === undefined) {
    both = bothOf(value as unknown as Json);
    lists.set(value, both);
  }
  return both;
}

function bothOfValue(value: Json, isShared: boolean): Both {
  switch (typeof value) {
    case 'string':
      return remembered(value);
    case 'object':
      return value !== null && isShared ? shared(value) : bothOf(value);
    default:
      return bothOf(value);
  }
}

function optional(key: string, value: Json | undefined, form: 'plain' | 'canonical'): string {
  return value === undefined ? '' : `"${key}":${bothOfValue(value, false)[form]},`;
}

function reasonTexts(reason: Reason): Both {
  const { absent, unknown, truncated, why } = reason;
  const path = remembered(reason.path);
  const op = remembered(reason.op);
  const expected = bothOfValue(reason.expected, true);
  const actual = bothOfValue(reason.actual, false);
  const evidence = quote(reason.evidence);
  if (absent === undefined && unknown === undefined && truncated === undefined && why === undefined) {
    return {
      plain: `{"path":${path.plain},"op":${op.plain},"expected":${expected.plain},"actual":${actual.plain},"evidence":${evidence.plain}}`,
      canonical: `{"actual":${actual.canonical},"evidence":${evidence.canonical},"expected":${expected.canonical},"op":${op.canonical},"path":${path.canonical}}`,
    };
  }
  return {
    plain:
      `{"path":${path.plain},"op":${op.plain},"expected":${expected.plain},"actual":${actual.plain},` +
      optional('absent', absent, 'plain') +
      optional('unknown', unknown, 'plain') +
      optional('truncated', truncated, 'plain') +
      optional('why', why, 'plain') +
      `"evidence":${evidence.plain}}`,
    canonical:
      `{${optional('absent', absent, 'canonical')}"actual":${actual.canonical},"evidence":${evidence.canonical},` +
      `"expected":${expected.canonical},"op":${op.canonical},"path":${path.canonical}` +
      last('truncated', truncated) +
      last('unknown', unknown) +
      `${last('why', why)}}`,
  };
}

function last(key: string, value: Json | undefined): string {
  return value === undefined ? '' : `,"${key}":${bothOfValue(value, false).canonical}`;
}

/** The canonical JSON of what joins one result to the same result of another run. */
export function identityText({ check, target, subject }: Pick<Result, 'check' | 'target' | 'subject'>): string {
  return `[${[check, target, subject].map((text) => remembered(text).canonical).join(',')}]`;
}

/** Throws a TypeError for a lone surrogate, as canonical JSON does. */
export function resultTexts(result: Result): Both {
  const check = remembered(result.check);
  const title = remembered(result.title);
  const target = remembered(result.target);
  const subject = remembered(result.subject);
  const remediation = remembered(result.remediation);
  const message = quote(result.message);
  const references = shared(result.references);
  const version = String(result.version);
  const { severity, status, fingerprint } = result;
  const fault = result.fault as Json | undefined;
  const location = result.location as unknown as Json | undefined;
  const waiver = result.waiver as unknown as Json | undefined;
  let plain = '';
  let canonical = '';
  for (const reason of result.reasons) {
    const both = reasonTexts(reason);
    plain += plain === '' ? both.plain : `,${both.plain}`;
    canonical += canonical === '' ? both.canonical : `,${both.canonical}`;
  }
  return {
    plain:
      `{"check":${check.plain},"version":${version},"title":${title.plain},"severity":"${severity}","target":${target.plain},` +
      `"subject":${subject.plain},"status":"${status}","message":${message.plain},"reasons":[${plain}],` +
      optional('fault', fault, 'plain') +
      optional('location', location, 'plain') +
      `"fingerprint":"${fingerprint}","references":${references.plain},"remediation":${remediation.plain}` +
      `${waiver === undefined ? '' : `,"waiver":${bothOf(waiver).plain}`}}`,
    canonical:
      `{"check":${check.canonical},${optional('fault', fault, 'canonical')}"fingerprint":"${fingerprint}",` +
      `${optional('location', location, 'canonical')}"message":${message.canonical},"reasons":[${canonical}],` +
      `"references":${references.canonical},"remediation":${remediation.canonical},"severity":"${severity}",` +
      `"status":"${status}","subject":${subject.canonical},"target":${target.canonical},"title":${title.canonical},` +
      `"version":${version}${last('waiver', waiver)}}`,
  };
}
