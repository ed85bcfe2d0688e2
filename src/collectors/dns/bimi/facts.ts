/** The facts of a BIMI assertion record, its logo and its mark certificate (draft-brand-indicators, still a draft). */
import { unknown } from '../../../model/facts.ts';
import type { FaultCode } from '../../../model/fault.ts';
import { latin1 } from '../../../wire/dns/rdata.ts';
import { unpacked } from '../../../wire/x509/logotype.ts';
import type { Answers, Page } from '../answers.ts';
import { effectiveP, effectiveSp } from '../dmarc/record.ts';
import { stepAt, walk } from '../dmarc/walk.ts';
import { textsOf } from '../records.ts';
import { Sheet, type Part } from '../sheet.ts';
import { parseTags, tagValue, type TagList } from '../tags.ts';
import { markFacts, type Shown } from './evidence.ts';
import { MAX_SVG, svgProblems } from './svg.ts';

const KNOWN_TAGS = ['v', 'l', 'a', 'avp', 'lps', 's'];

/** Faults of a document that are answers of its host: mailboxes meet them too. */
const REFUSALS: readonly FaultCode[] = [
  'net.refused',
  'net.no-address',
  'http.tls',
  'tls.handshake',
  'http.malformed',
  'http.limit',
];

/** The version in another form; a token of a service (`bimi-verification=…`) is none. */
const MEANT = /v[^A-Za-z0-9]{0,5}bimi|bimi[-_ ]?v?[0-9;,]/i;

export function bimiFacts(answers: Answers, domain: string): Part {
  const sheet = new Sheet();
  const answer = answers.ask(`default._bimi.${domain}`, 'TXT');
  if (answer.is === 'unknown') return { ...sheet.part(answer.at), facts: unknown(answer.code) };
  const texts = textsOf(answer);
  const records = texts.filter((text) => /^[ \t]*v[ \t]*=[ \t]*BIMI1[ \t]*(?:;|$)/.test(text));
  sheet.set('records', records);
  sheet.set(
    'meant',
    texts.filter((text) => !records.includes(text) && MEANT.test(text.slice(0, 400))),
  );
  const record = records[0];
  if (record === undefined || records.length > 1) return sheet.part(answer.at);
  sheet.set('record', record);
  const list = parseTags(record);
  sheet.set('syntaxErrors', [...list.problems, ...list.twice.map((name) => `tag "${name}" stands twice`)]);
  const avp = tagValue(list, 'avp');
  sheet.set('tagErrors', [
    ...list.tags.filter(({ name }) => !KNOWN_TAGS.includes(name)).map(({ name }) => `unknown tag ${name}`),
    ...(avp === undefined || ['brand', 'personal'].includes(avp) ? [] : [`avp=${avp.slice(0, 40)}`]),
  ]);
  const location = tagValue(list, 'l');
  const authority = tagValue(list, 'a') ?? '';
  // both empty: the domain declines to show a logo; draft §4.3: the tag l itself is required
  const declined = location === '' && authority === '';
  sheet.set('declined', declined);
  if (declined) return sheet.part(answer.at);
  if (location === undefined) sheet.set('locationErrors', ['there is no l']);
  else logoFacts(sheet, answers, location);
  authorityFacts(sheet, answers, domain, list, authority);
  dmarcFactsOf(sheet, answers, domain);
  return sheet.part(answer.at);
}

function isHttps(uri: string): boolean {
  return /^https:\/\/[A-Za-z0-9.-]+(?::[0-9]{1,5})?\/[\x21-\x7e]*$/.test(uri);
}

function logoFacts(sheet: Sheet, answers: Answers, location: string): void {
  const good = isLogo(location);
  sheet.set('locationErrors', good ? [] : [`l=${location.slice(0, 100)} is no https URI of an SVG file`]);
  if (!good) return;
  const page = answers.page(location);
  const problems = documentProblems(page);
  if (page.is === 'unknown') {
    sheet.set('svgProblems', problems.length > 0 ? problems : unknown(page.code), page.at);
    return;
  }
  if (page.body.length > MAX_SVG) sheet.set('svgProblems', [...problems, 'it is larger than 32 KB'], page.at);
  else
    sheet.set(
      'svgProblems',
      problems.length > 0 ? problems : svgProblems(latin1(unpacked(page.body) ?? page.body)),
      page.at,
    );
}

function documentProblems(page: Page): string[] {
  if (page.is === 'unknown') return REFUSALS.includes(page.code) ? [`it cannot be fetched (${page.code})`] : [];
  if (page.status !== 200) return [`it is answered with status ${String(page.status)}`];
  return page.authorized ? [] : [`the certificate of its host is not valid (${page.trustError})`];
}

function authorityFacts(sheet: Sheet, answers: Answers, domain: string, list: TagList, authority: string): void {
  if (tagValue(list, 'a') === undefined || authority === '') return;
  sheet.set('authority', authority);
  if (!isHttps(authority)) {
    sheet.set('authorityErrors', [`a=${authority.slice(0, 100)} is no https URI`]);
    return;
  }
  const page = answers.page(authority);
  const problems = documentProblems(page);
  if (page.is === 'unknown') {
    sheet.set('authorityErrors', problems.length > 0 ? problems : unknown(page.code), page.at);
    if (problems.length === 0) sheet.set('vmcProblems', unknown(page.code), page.at);
    return;
  }
  sheet.set('authorityErrors', problems, page.at);
  if (problems.length > 0) return;
  const { shown, at } = shownLogo(answers, tagValue(list, 'l') ?? '');
  for (const [key, value] of Object.entries(markFacts(latin1(page.body), domain, shown))) {
    sheet.set(key, value, page.at, ...(key === 'vmcProblems' ? at : []));
  }
}

/** The logo that the record names, to be compared with that of the certificate. */
function shownLogo(answers: Answers, location: string): { readonly shown: Shown; readonly at: readonly string[] } {
  if (!isLogo(location)) return { shown: undefined, at: [] };
  const page = answers.page(location);
  if (page.is === 'unknown') return { shown: REFUSALS.includes(page.code) ? undefined : page.code, at: [page.at] };
  // what is no answer, or was cut, is judged by bimi.svg
  return { shown: page.status === 200 && !page.truncated ? page.body : undefined, at: [page.at] };
}

function isLogo(location: string): boolean {
  return isHttps(location) && /\.svgz?(?:[?#]|$)/i.test(location);
}

/** Logos are shown only where the organization enforces DMARC for everything (draft §7, verify). */
function dmarcFactsOf(sheet: Sheet, answers: Answers, domain: string): void {
  const way = walk(answers, domain);
  if (way.code !== undefined) {
    sheet.set('dmarcErrors', unknown(way.code));
    return;
  }
  const { record, at } = stepAt(answers, way.organizational);
  const problems: string[] = [];
  if (record === undefined) problems.push('there is no DMARC record');
  else {
    if (effectiveP(record) === 'none') problems.push('p is none');
    if (effectiveSp(record) === 'none' && effectiveP(record) !== 'none') problems.push('sp is none');
    const pct = record.tags.get('pct');
    if (pct !== undefined && pct !== '100') problems.push(`pct is ${pct.slice(0, 10)}`);
  }
  sheet.set('dmarcErrors', problems, at);
}
