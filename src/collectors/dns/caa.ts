/** The facts of Certification Authority Authorization: the climb of RFC 8659 §3 and the set that it ends at. */
import { unknown } from '../../model/facts.ts';
import { latin1 } from '../../wire/dns/rdata.ts';
import type { Answers } from './answers.ts';
import { Sheet, type Part } from './sheet.ts';

/** Property tags that an issuer may know (IANA registry, 2026-11). */
const KNOWN_TAGS = ['issue', 'issuewild', 'iodef', 'issuemail', 'issuevmc', 'contactemail', 'contactphone'];

interface Property {
  readonly flags: number;
  /** As written. */
  readonly tag: string;
  readonly value: string;
}

export interface CaaSet {
  readonly at: string;
  readonly domain: string;
  readonly properties: readonly Property[];
}

/** RFC 8659 §3: from the name towards the root; the first name with a CAA set decides. */
export function caaSet(
  answers: Answers,
  domain: string,
): CaaSet | 'none' | { readonly code: string; readonly at: string } {
  const labels = domain.split('.');
  for (let drop = 0; drop < labels.length; drop += 1) {
    const name = labels.slice(drop).join('.');
    const answer = answers.ask(name, 'CAA');
    if (answer.is === 'unknown') return { code: answer.code, at: answer.at };
    if (answer.is !== 'records') continue;
    const properties = answer.records.flatMap(({ rdata }) =>
      rdata.is === 'CAA' ? [{ flags: rdata.flags, tag: rdata.tag, value: latin1(rdata.value) }] : [],
    );
    return { at: answer.at, domain: name, properties };
  }
  return 'none';
}

export function caaFacts(answers: Answers, domain: string): Part {
  const sheet = new Sheet();
  const set = caaSet(answers, domain);
  if (set === 'none') {
    sheet.set('found', false);
    return sheet.part(...placesOf(answers, domain));
  }
  if ('code' in set) return { ...sheet.part(set.at), facts: unknown(set.code as 'dns.servfail') };
  if (sheet.isQuiet) return sheet.part();
  const of = (tag: string) => set.properties.filter((property) => property.tag.toLowerCase() === tag);
  const known = (property: Property) => KNOWN_TAGS.includes(property.tag.toLowerCase());
  sheet.set('found', true);
  sheet.set('domain', set.domain);
  sheet.set(
    'records',
    set.properties.map(({ flags, tag, value }) => `${String(flags)} ${tag} "${value}"`),
  );
  sheet.set(
    'critical',
    set.properties
      .filter((property) => (property.flags & 128) !== 0 && !known(property))
      .map((property) => property.tag),
  );
  sheet.set(
    'syntaxErrors',
    set.properties.flatMap((property) => problemsOf(property)),
  );
  sheet.set(
    'issue',
    of('issue').map((property) => property.value),
  );
  sheet.set(
    'issuewild',
    of('issuewild').map((property) => property.value),
  );
  sheet.set(
    'issuemail',
    of('issuemail').map((property) => property.value),
  );
  sheet.set(
    'issuevmc',
    of('issuevmc').map((property) => property.value),
  );
  sheet.set(
    'iodef',
    of('iodef').map((property) => property.value),
  );
  sheet.set(
    'iodefErrors',
    of('iodef')
      .map((property) => property.value)
      .filter((value) => !isReportUri(value)),
  );
  const bound = [...of('issue'), ...of('issuewild')].filter(({ value }) => issuerOf(value) !== '');
  sheet.set(
    'unbound',
    bound.filter(({ value }) => !/;.*\baccounturi[ \t]*=/i.test(value)).map(({ value }) => value),
  );
  sheet.set(
    'bound',
    bound.filter(({ value }) => /;.*\b(?:accounturi|validationmethods)[ \t]*=/i.test(value)).map(({ value }) => value),
  );
  return sheet.part(set.at);
}

/** Every answer of the climb: what proves that there is none. */
function placesOf(answers: Answers, domain: string): string[] {
  const labels = domain.split('.');
  return labels.map((_, drop) => answers.ask(labels.slice(drop).join('.'), 'CAA').at);
}

export function issuerOf(value: string): string {
  return (value.split(';')[0] ?? '').trim().toLowerCase();
}

/** RFC 8659 §4.4: a mailto, http or https URL. */
function isReportUri(value: string): boolean {
  return /^mailto:[^\s@]+@[^\s@]+$/i.test(value) || /^https?:\/\/[^\s/]+/i.test(value);
}

function problemsOf({ flags, tag, value }: Property): string[] {
  const shown = `${String(flags)} ${tag} "${value.slice(0, 60)}"`;
  const problems: string[] = [];
  // RFC 8659 §4.1: bit 0 is critical, the others are reserved and 0
  if ((flags & 127) !== 0) problems.push(`${shown}: reserved flag bits are set`);
  if (!/^[A-Za-z0-9]+$/.test(tag)) problems.push(`${shown}: the tag is not of letters and digits`);
  if (['issue', 'issuewild', 'issuemail', 'issuevmc'].includes(tag.toLowerCase()) && !isIssueValue(value)) {
    problems.push(`${shown}: the value is not an issuer domain with parameters`);
  }
  return problems;
}

/** Labels of the issuer and names of parameters: hyphens stand inside only. */
const LABEL = /^[A-Za-z0-9](?:-*[A-Za-z0-9])*$/;

/** RFC 8659 §4.2: `*WSP [issuer-domain-name *WSP] [";" *WSP [parameters *WSP]]`. */
function isIssueValue(value: string): boolean {
  const [issuer = '', ...parameters] = value.split(';').map((part) => part.replaceAll(/^[ \t]+|[ \t]+$/g, ''));
  if (issuer !== '' && !issuer.split('.').every((label) => LABEL.test(label))) return false;
  if (parameters.length === 1 && parameters[0] === '') return true;
  return parameters.every((parameter) => {
    const equals = parameter.indexOf('=');
    const name = parameter.slice(0, Math.max(0, equals)).replace(/[ \t]+$/, '');
    return LABEL.test(name) && /^[ \t]*[\x21-\x3a\x3c-\x7e]*$/.test(parameter.slice(equals + 1));
  });
}
