/** Facts of the documents that the page links: privacy policy, agreement, sub-processors, reports. */
import { unknown } from '../../../model/facts.ts';
import type { FaultCode } from '../../../model/fault.ts';
import { type Json, type JsonObject, own } from '../../../model/json.ts';
import { present, shown } from '../view.ts';
import { type Context, isSoft404, pathOf } from './context.ts';
import { instantOf } from './dates.ts';
import { breachHours, type DocumentFacts, readDocument } from './document.ts';
import { isRefusal } from './facts-keys.ts';
import { isPublicReport, kindOf } from './kinds.ts';
import type { WebLink } from './read.ts';

/** A page with less text shows its text by script, or is none. */
const MIN_TEXT = 300;

type Document =
  | { readonly is: 'text'; readonly facts: DocumentFacts }
  | { readonly is: 'pdf'; readonly created: string | undefined }
  | { readonly is: 'login' }
  /** Gone, or never there: the rule about dead links says so. */
  | { readonly is: 'gone' }
  | { readonly is: 'unknown'; readonly code: FaultCode };

function documentOf(context: Context, { url }: WebLink): Document {
  const { last, code } = context.chain('links', url.href);
  if (code === 'net.no-address') return { is: 'gone' };
  if (last === undefined) return { is: 'unknown', code: code ?? 'evidence.missing' };
  if (isRefusal(last.status)) return { is: 'unknown', code: 'http.unavailable' };
  if (last.status !== 200 || isSoft404(context, url) === true) return { is: 'gone' };
  if (own(last.body.raw, 'pdf') === true) {
    const created = own(last.body.raw, 'created');
    return { is: 'pdf', created: instantOf(typeof created === 'string' ? created : undefined) };
  }
  if (own(last.body.raw, 'login') === true) return { is: 'login' };
  const lines = own(last.body.raw, 'lines');
  if (typeof lines !== 'string') return { is: 'unknown', code: 'evidence.missing' };
  if (last.body.fault !== undefined) return { is: 'unknown', code: last.body.fault };
  if (lines.length < MIN_TEXT) return { is: 'unknown', code: 'source.unsupported' };
  const read = lines.split('\n').map((text, index) => ({ line: index + 1, text }));
  return { is: 'text', facts: readDocument({ lines: read }) };
}

export function documentFacts(context: Context): {
  readonly facts: JsonObject;
  readonly at: { readonly [fact: string]: string };
} {
  const at: { [fact: string]: string } = {};
  const claimed = breachHours(context.read.lines);
  const list = (name: string, kind: string, fact: (document: Document, link: WebLink) => JsonObject): Json => {
    at[`/${name}`] = '/links';
    const items: JsonObject[] = [];
    for (const link of context.links) {
      if (kindOf(link.link, link.url) !== kind) continue;
      const document = documentOf(context, link);
      if (document.is === 'gone' && kind !== 'report') continue;
      at[`/${name}/${String(items.length)}`] = pathOf(link.url);
      items.push({ url: shown(link.url.href), ...fact(document, link) });
    }
    return items;
  };
  /** A value of the text, or why the text could not be read. */
  const of = (document: Document, read: (facts: DocumentFacts) => Json | undefined): Json | undefined =>
    document.is === 'text'
      ? read(document.facts)
      : unknown(
          document.is === 'unknown'
            ? document.code
            : document.is === 'login'
              ? 'http.unavailable'
              : 'source.unsupported',
        );
  /** The same where the words that are looked for are words of its language. */
  const ofEnglish = (document: Document, read: (facts: DocumentFacts) => Json | undefined): Json | undefined =>
    document.is === 'text' && !document.facts.english ? unknown('source.unsupported') : of(document, read);
  const facts = {
    privacy: list('privacy', 'privacy', (document) =>
      present({
        contact: ofEnglish(document, ({ contact }) => contact),
        dated: ofEnglish(document, ({ dated }) => dated !== undefined),
      }),
    ),
    dpas: list('dpas', 'dpa', (document) =>
      present({
        missingTerms: ofEnglish(document, ({ missingTerms }) => missingTerms),
        breachHours: ofEnglish(document, ({ breachHours: hours }) => hours),
        slower:
          claimed === undefined
            ? undefined
            : ofEnglish(document, ({ breachHours: hours }) => (hours === undefined ? undefined : hours > claimed)),
      }),
    ),
    subprocessors: list('subprocessors', 'subprocessors', (document) =>
      present({
        rows: of(document, ({ rows }) => rows),
        dated: of(document, ({ dated }) => dated),
        undated: of(document, ({ dated }) => dated === undefined),
      }),
    ),
    reports: list('reports', 'report', (document, { link }) =>
      present({
        public: isPublicReport(link),
        created: document.is === 'pdf' ? document.created : undefined,
        document: document.is === 'unknown' ? unknown(document.code) : document.is === 'text' || document.is === 'pdf',
        periodEnd:
          document.is === 'text'
            ? document.facts.periodEnd
            : document.is === 'pdf'
              ? unknown('source.unsupported')
              : undefined,
      }),
    ),
  };
  return { facts, at };
}
