/** The facts of MTA-STS and TLS-RPT records (RFC 8461 §3.1, RFC 8460 §3). */
import { unknown } from '../../model/facts.ts';
import { urisOf } from './dmarc/record.ts';
import type { Answers } from './answers.ts';
import { policyFacts } from './policy.ts';
import { textsOf } from './records.ts';
import { Sheet, type Part } from './sheet.ts';
import { parseTags, tagValue } from './tags.ts';

/** RFC 8461 §3.1: records that do not begin with exactly this are discarded. */
export function isSts(text: string): boolean {
  return /^v=STSv1[ \t]*(?:;|$)/.test(text);
}

const MAX_FIELDS = 200;
/** RFC 8461 §3.1, RFC 8460 §3: the name of a field, and what an extension may hold. */
const FIELD = /^([A-Za-z0-9][A-Za-z0-9_.-]{0,31})[ \t]*=[ \t]*([^\x00-\x08\x0a-\x1f]*)$/;
const EXTENSION_VALUE = /^[\x21-\x3a\x3c\x3e-\x7e]+$/;

/** What stands behind the version and is no field; `known` has its own grammar. */
function fieldProblems(record: string, known: string): string[] {
  const problems: string[] = [];
  const [version = '', ...fields] = record.split(';', MAX_FIELDS);
  let column = version.length + 2;
  for (const [index, field] of fields.entries()) {
    const text = field.replaceAll(/^[ \t]+|[ \t]+$/g, '');
    const match = FIELD.exec(text);
    const place = `"${text.slice(0, 60)}" at column ${String(column)}`;
    // one semicolon may end the record
    if (text === '') {
      if (index < fields.length - 1)
        problems.push(`";" at column ${String(column + field.length)}: no field stands before it`);
    } else if (match === null) problems.push(`${place}: is no field "name=value"`);
    else if (match[1] !== known && !EXTENSION_VALUE.test(match[2] ?? ''))
      problems.push(`${place}: is empty, or has a character that no value may hold`);
    column += field.length + 1;
  }
  return problems;
}

export function mtastsFacts(answers: Answers, domain: string): Part {
  const sheet = new Sheet();
  const answer = answers.ask(`_mta-sts.${domain}`, 'TXT');
  if (answer.is === 'unknown') return { ...sheet.part(answer.at), facts: unknown(answer.code) };
  const records = textsOf(answer).filter(isSts);
  sheet.set('records', records);
  sheet.set('cname', answer.chain[0]);
  if (answer.chain.length > 0) sheet.set('cnameDangling', answer.is === 'nxdomain');
  const record = records[0];
  if (record !== undefined && records.length === 1) {
    sheet.set('record', record);
    const id = tagValue(parseTags(record), 'id');
    sheet.set('syntaxErrors', fieldProblems(record, 'id'));
    sheet.set('id', id);
    sheet.set('idValid', id !== undefined && /^[A-Za-z0-9]{1,32}$/.test(id));
  }
  policyFacts(sheet, answers, domain, records.length > 0);
  return sheet.part(answer.at);
}

/** The version in another form; a token of a service (`tlsrpt-verification=…`) is none. */
const MEANT = /v[^A-Za-z0-9]{0,5}tls[-_ ]?rpt|tls[-_ ]?rpt[-_ ]?v?[0-9;,]/i;

export function isTlsRpt(text: string): boolean {
  return /^v=TLSRPTv1[ \t]*(?:;|$)/.test(text);
}

export function tlsrptFacts(answers: Answers, domain: string): Part {
  const sheet = new Sheet();
  const answer = answers.ask(`_smtp._tls.${domain}`, 'TXT');
  if (answer.is === 'unknown') return { ...sheet.part(answer.at), facts: unknown(answer.code) };
  if (sheet.isQuiet) return sheet.part();
  const texts = textsOf(answer);
  const records = texts.filter(isTlsRpt);
  sheet.set('records', records);
  sheet.set(
    'meant',
    texts.filter((text) => !isTlsRpt(text) && MEANT.test(text.slice(0, 400))),
  );
  const record = records[0];
  if (record !== undefined && records.length === 1) {
    const list = parseTags(record);
    sheet.set('record', record);
    sheet.set('syntaxErrors', [
      ...fieldProblems(record, 'rua'),
      ...list.twice.map((name) => `tag "${name}" stands twice`),
    ]);
    const uris = urisOf(tagValue(list, 'rua'));
    const bad = uris.flatMap((uri) => (uri.why === undefined ? [] : [`"${uri.text}" ${uri.why}`]));
    const schemes = uris.filter((uri) => uri.why === undefined && uri.scheme !== 'mailto' && uri.scheme !== 'https');
    sheet.set(
      'rua',
      uris.map((uri) => uri.text),
    );
    // RFC 8460 §3: the record is of use only with an address to report to
    const none = uris.length === 0 ? ['there is no rua'] : [];
    sheet.set('ruaErrors', [...none, ...bad, ...schemes.map((uri) => `"${uri.text}" is neither mailto nor https`)]);
  }
  return sheet.part(answer.at);
}
