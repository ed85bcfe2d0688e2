/** Evidence in the HTML report: a register with the raw record of each job, and the excerpt a reason points at. */
import type { Evidence } from '../../model/evidence.ts';
import { byCodeUnit, type Json } from '../../model/json.ts';
import { resolvePointer } from '../../model/pointer.ts';
import type { View } from '../../model/reporter.ts';
import type { EvidenceEntry, Reason } from '../../model/result.ts';
import { instant } from '../words.ts';
import { blockText, line, shellWord } from './texts.ts';

/** One record in full; what is above stands in the evidence file only. */
const RAW_MAX = 16 * 1024;
const EXCERPT_MAX = 2 * 1024;
/** All raw records together: a report stays a page that opens. */
const RAW_TOTAL = 2 * 1024 * 1024;
/** All excerpts together. */
const EXCERPT_TOTAL = 2 * 1024 * 1024;

export interface RecordView {
  readonly anchor: string;
  readonly id: string;
  readonly collector: string;
  readonly target: string;
  readonly observedAt: string;
  readonly digest: string;
  readonly file: string;
  readonly lost: boolean;
  readonly fault: string;
  readonly options: string;
  readonly elapsed: string;
  readonly raw: string;
  readonly cut: boolean;
}

export interface ExcerptView {
  readonly anchor: string;
  /** Empty where the record has no entry in the register. */
  readonly href: string;
  readonly id: string;
  readonly collector: string;
  readonly target: string;
  readonly observedAt: string;
  readonly digest: string;
  readonly again: string;
  /** The places in the record that decided, each with what stands there. */
  readonly places: readonly { readonly pointer: string; readonly text: string }[];
}

/** What JSON.stringify would print, stopped soon after `max` characters: a large record costs no more than its excerpt. */
export function boundedJson(value: Json, max: number): { readonly text: string; readonly cut: boolean } {
  let left = max;
  const small = (node: Json): Json => {
    if (left <= 0) return '…';
    if (typeof node === 'string') {
      const kept = node.length > left ? `${node.slice(0, left)}…` : node;
      left -= kept.length + 2;
      return kept;
    }
    if (typeof node !== 'object' || node === null) {
      left -= 8;
      return node;
    }
    if (Array.isArray(node)) {
      const items: Json[] = [];
      for (const item of node as readonly Json[]) {
        if (left <= 0) return [...items, '…'];
        left -= 4;
        items.push(small(item));
      }
      return items;
    }
    const members: [string, Json][] = [];
    for (const [key, member] of Object.entries(node)) {
      if (left <= 0) return Object.fromEntries([...members, ['…', '…']]);
      left -= key.length + 6;
      members.push([key, small(member)]);
    }
    return Object.fromEntries(members);
  };
  const text = JSON.stringify(small(value), null, 2);
  return { text: blockText(text, max + 1), cut: left <= 0 || text.length > max };
}

/** A command that asks the same of the same, with programs that are not ours where there is one. */
function again(collector: string, target: string, check: string): string {
  const name = target.slice(target.indexOf(':') + 1);
  if (collector === 'dns' && target.startsWith('domain:')) return `dig +noall +answer ANY ${shellWord(name)}`;
  if (collector === 'http' && target.startsWith('site:')) return `curl --silent --show-error --head ${shellWord(name)}`;
  const endpoint = /^endpoint:(\S+:\d+)$/.exec(target)?.[1];
  if (collector === 'tls' && endpoint !== undefined) {
    const host = endpoint.slice(0, endpoint.lastIndexOf(':'));
    return `openssl s_client -connect ${shellWord(endpoint)} -servername ${shellWord(host)} </dev/null`;
  }
  const written = target.startsWith('source:') || target.startsWith('domain:') ? name : target;
  return /^(?:endpoint|aws):/.test(target) ? '' : `probity audit ${shellWord(written)} --checks ${shellWord(check)}`;
}

/** Hands out excerpts and keeps the register; the evidence of each record is asked for once. */
export class EvidenceShelf {
  readonly #view: View;
  readonly #entries: ReadonlyMap<string, EvidenceEntry>;
  readonly #anchors = new Map<string, string>();
  readonly #loaded = new Map<string, Evidence | undefined>();
  readonly #excerpts = new Map<string, string>();
  /** The records that the page points at: they are in the register whatever its room. */
  readonly #named = new Set<string>();
  #excerptLeft = EXCERPT_TOTAL;

  constructor(view: View) {
    this.#view = view;
    this.#entries = new Map(view.run.evidence.map((entry) => [entry.id, entry]));
    for (const [index, entry] of view.run.evidence.entries()) this.#anchors.set(entry.id, `e${String(index + 1)}`);
  }

  #load(id: string): Evidence | undefined {
    if (!this.#loaded.has(id)) this.#loaded.set(id, this.#view.evidence(id));
    return this.#loaded.get(id);
  }

  #excerpt(reference: string, id: string, pointer: string): string {
    const known = this.#excerpts.get(reference);
    if (known !== undefined) return known;
    let text = 'The evidence file is not there.';
    const outcome = this.#load(id)?.outcome;
    if (this.#excerptLeft <= 0) text = 'See the evidence file.';
    else if (outcome?.is === 'fault') text = `${outcome.fault.code}: ${outcome.fault.message}`;
    else if (outcome?.is === 'observed') {
      const found = resolvePointer(outcome.raw, pointer);
      text = found === undefined ? 'The pointer leads nowhere in this record.' : boundedJson(found, EXCERPT_MAX).text;
    }
    const safe = blockText(text, EXCERPT_MAX + 8);
    this.#excerptLeft -= safe.length;
    this.#excerpts.set(reference, safe);
    return safe;
  }

  /** The records that the reasons of one result point into, each once. */
  excerpts(reasons: readonly Reason[], check: string): ExcerptView[] {
    const pointers = new Map<string, Set<string>>();
    for (const { evidence } of reasons) {
      const hash = evidence.indexOf('#');
      const id = hash < 0 ? evidence : evidence.slice(0, hash);
      const known = pointers.get(id) ?? new Set();
      pointers.set(id, known.add(hash < 0 ? '' : evidence.slice(hash + 1)));
    }
    return [...pointers].slice(0, 8).map(([id, places]) => {
      const entry = this.#entries.get(id);
      const anchor = this.#anchors.get(id) ?? '';
      this.#named.add(id);
      return {
        anchor,
        href: anchor === '' ? '' : `#${anchor}`,
        id: line(id, 40),
        collector: line(entry?.collector ?? '', 40),
        target: line(entry?.target ?? '', 200),
        observedAt: entry === undefined ? '' : line(instant(entry.observedAt), 40),
        digest: line(entry?.digest ?? '', 80),
        again: entry === undefined ? '' : line(again(entry.collector, entry.target, check), 400),
        places: [...places].slice(0, 6).map((pointer) => ({
          pointer: line(pointer === '' ? 'the whole record' : pointer, 300),
          text: this.#excerpt(`${id}#${pointer}`, id, pointer),
        })),
      };
    });
  }

  /** `ev-…` and where it stands in the register, for a compact line. */
  reference(reason: Reason | undefined): { readonly text: string; readonly href: string } {
    const id = reason?.evidence.split('#')[0] ?? '';
    const anchor = this.#anchors.get(id);
    this.#named.add(id);
    return { text: line(reason?.evidence ?? '', 120), href: anchor === undefined ? '' : `#${anchor}` };
  }

  /** All records: those that the page points at first, with raw text while there is room; `room` of them as folds, others as lines. */
  register(room: number): { records: RecordView[]; moreRecords: string; moreRecordsCount: string } {
    const raw = new Map<string, { readonly text: string; readonly cut: boolean }>();
    let left = RAW_TOTAL;
    const named = this.#named;
    const wantedFirst = this.#view.run.evidence.toSorted(
      (a, b) => Number(named.has(b.id)) - Number(named.has(a.id)) || byCodeUnit(a.id, b.id),
    );
    const order = (a: EvidenceEntry, b: EvidenceEntry): number =>
      byCodeUnit(a.target, b.target) || byCodeUnit(a.collector, b.collector) || byCodeUnit(a.id, b.id);
    const shown = wantedFirst.slice(0, Math.max(room, named.size));
    const rest = wantedFirst.slice(shown.length).sort(order);
    for (const { id } of shown) {
      if (left <= 0) break;
      const outcome = this.#load(id)?.outcome;
      if (outcome?.is !== 'observed') continue;
      const bounded = boundedJson(outcome.raw, RAW_MAX);
      left -= bounded.text.length;
      raw.set(id, bounded);
    }
    return {
      records: shown.sort(order).map((entry) => this.#record(entry, raw.get(entry.id))),
      moreRecords: rest
        .map(
          ({ id, collector, target, digest }) =>
            `${line(id, 40)}  ${line(collector, 40)}  ${line(target, 120)}  ${line(digest, 80)}`,
        )
        .join('\n'),
      moreRecordsCount: String(rest.length),
    };
  }

  #record(entry: EvidenceEntry, shown: { readonly text: string; readonly cut: boolean } | undefined): RecordView {
    const loaded = this.#loaded.has(entry.id);
    const evidence = this.#loaded.get(entry.id);
    const fault = evidence?.outcome.is === 'fault' ? evidence.outcome.fault : undefined;
    return {
      anchor: this.#anchors.get(entry.id) ?? '',
      id: line(entry.id, 40),
      collector: line(entry.collector, 40),
      target: line(entry.target, 200),
      observedAt: line(instant(entry.observedAt), 40),
      digest: line(entry.digest, 80),
      file: line(`evidence/${entry.collector}/${entry.id}.json`, 200),
      lost: loaded && evidence === undefined,
      fault: fault === undefined ? '' : line(`${fault.code}: ${fault.message}`, 400),
      options: evidence === undefined ? '' : boundedJson(evidence.job.options, 400).text.replaceAll(/\s+/g, ' '),
      elapsed: evidence === undefined ? '' : `${String(evidence.elapsedMs)} ms, attempt ${String(evidence.attempts)}`,
      raw: shown?.text ?? '',
      cut: shown?.cut ?? fault === undefined,
    };
  }
}
