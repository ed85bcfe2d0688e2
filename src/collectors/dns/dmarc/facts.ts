/** The facts of a domain's DMARC: what stands at `_dmarc`, the tree walk, the record in force and the policy it makes. */
import { partialList, unknown } from '../../../model/facts.ts';
import type { FaultCode } from '../../../model/fault.ts';
import type { Json } from '../../../model/json.ts';
import type { Answers } from '../answers.ts';
import { textsOf } from '../records.ts';
import { Sheet, type Part } from '../sheet.ts';
import { destinationFacts } from './destinations.ts';
import {
  applied,
  effectiveNp,
  effectiveP,
  effectiveSp,
  isDmarc,
  nearlyDmarc,
  POLICIES,
  type DmarcRecord,
  type Policy,
} from './record.ts';
import { inForce, stepAt, walk, type InForce, type Walk } from './walk.ts';

/** The policy that applies to mail from the domain; undefined: none does. Unknown: a code. */
interface DmarcOutcome {
  readonly policy: Policy | undefined;
  readonly enforcing: boolean;
  readonly code: FaultCode | undefined;
}

function outcomeOf(answers: Answers, domain: string, found: InForce): DmarcOutcome {
  if (found.code !== undefined) return { policy: undefined, enforcing: false, code: found.code };
  const record = found.step?.record;
  if (record === undefined || record.void) return { policy: undefined, enforcing: false, code: undefined };
  const asked = domainPolicy(answers, domain, record, found);
  if (typeof asked === 'object') return { policy: undefined, enforcing: false, code: asked.code };
  return { policy: asked, enforcing: applied(asked, record.testing) !== 'none', code: undefined };
}

/** What the record asks for the domain itself: p for its own, sp below the organization, np for a name that is not there. */
function domainPolicy(
  answers: Answers,
  domain: string,
  record: DmarcRecord,
  found: InForce,
): Policy | { readonly code: FaultCode } {
  if (found.from === 'own') return effectiveP(record);
  const soa = answers.ask(domain, 'SOA');
  if (soa.is === 'unknown') return { code: soa.code };
  return soa.is === 'nxdomain' && soa.chain.length === 0 ? effectiveNp(record) : effectiveSp(record);
}

/** What checks ask of the record before they say that it does not concern them: not known where the record is not. */
const OF_THE_RECORD = [
  ...[
    'found',
    'record',
    'policy',
    'enforcing',
    'inForce',
    'void',
    'effectiveP',
    'effectiveSp',
    'np',
    'fo',
    'ruf',
    'pct',
  ],
  'weakerThanOrganization',
];

export function dmarcFacts(answers: Answers, domain: string): Part {
  const sheet = new Sheet();
  hereFacts(sheet, answers, domain);
  const way = walk(answers, domain);
  const places = way.steps.map((step) => step.at);
  const found = inForce(answers, domain, way);
  const steps = way.steps.map((step) => ({
    domain: step.domain,
    records: step.code === undefined ? step.records : unknown(step.code),
  }));
  sheet.set('walk', partialList(steps, way.code), ...places);
  misplacedFacts(sheet, answers, domain, way);
  walkFacts(sheet, answers, domain, way, found);
  if (found.code !== undefined) {
    for (const key of OF_THE_RECORD) sheet.set(key, unknown(found.code), ...places);
    return sheet.part(...places);
  }
  const { step } = found;
  sheet.set('found', step !== undefined, ...places);
  const outcome = outcomeOf(answers, domain, found);
  sheet.set('inForce', outcome.code === undefined ? outcome.policy !== undefined : unknown(outcome.code), ...places);
  sheet.set('enforcing', outcome.code === undefined ? outcome.enforcing : unknown(outcome.code), ...places);
  sheet.set('policy', outcome.code === undefined ? outcome.policy : unknown(outcome.code), step?.at ?? '', ...places);
  if (step?.record !== undefined) {
    sheet.set('from', found.from, step.at);
    sheet.set('at', `_dmarc.${step.domain}`, step.at);
    const above = answers.registrable(step.domain);
    sheet.set('atSuffix', above === undefined ? unknown('evidence.missing') : above === 'none', '/suffixes');
    recordFacts(sheet, step.record, step.at, found.from !== 'own' || way.organizational === domain);
    destinationFacts(sheet, answers, step.domain, step.record, step.at);
    if (found.from === 'own') weakerFacts(sheet, domain, way, step.record);
    // what the record does not hold, it does not hold there
    return sheet.part(step.at);
  }
  return sheet.part(...places);
}

/** What stands at the domain's own `_dmarc`. */
function hereFacts(sheet: Sheet, answers: Answers, domain: string): void {
  const answer = answers.ask(`_dmarc.${domain}`, 'TXT');
  const keys = ['records', 'meant', 'spaced', 'unrelated'];
  if (answer.is === 'unknown') {
    for (const key of [...keys, 'cname', 'cnameDangling']) sheet.set(key, unknown(answer.code), answer.at);
    return;
  }
  if (sheet.isQuiet) return;
  const texts = textsOf(answer);
  sheet.set('records', texts.filter(isDmarc), answer.at);
  sheet.set(
    'meant',
    texts.filter((text) => nearlyDmarc(text) === 'version'),
    answer.at,
  );
  sheet.set(
    'spaced',
    texts.filter((text) => nearlyDmarc(text) === 'space'),
    answer.at,
  );
  sheet.set(
    'unrelated',
    texts.filter((text) => !isDmarc(text) && nearlyDmarc(text) === undefined),
    answer.at,
  );
  sheet.set('cname', answer.chain[0], answer.at);
  if (answer.chain.length > 0) sheet.set('cnameDangling', answer.is === 'nxdomain', answer.at);
}

/** The organizational domain by both readings, and the policy that each finds. */
function walkFacts(sheet: Sheet, answers: Answers, domain: string, way: Walk, found: InForce): void {
  const places = way.steps.map((step) => step.at);
  const organizational = way.code === undefined ? way.organizational : unknown(way.code);
  sheet.set('organizational', organizational, ...places);
  const registrable = answers.registrable(domain);
  if (registrable === undefined) {
    sheet.set('organizationalPsl', unknown('evidence.missing'), '/suffixes');
    return;
  }
  // a public suffix has no registrable domain: the tree walk decides alone
  if (registrable === 'none') return;
  sheet.set('organizationalPsl', registrable, '/suffixes');
  const own = way.steps[0];
  const other = own?.record === undefined ? stepAt(answers, registrable) : own;
  const code = way.code ?? found.code ?? other.code;
  const same: Json =
    code === undefined
      ? way.organizational === registrable && other.record?.text === found.step?.record?.text
      : unknown(code);
  // without any record both readings end in nothing, wherever they look
  const nothing = code === undefined && found.step === undefined && other.record === undefined;
  sheet.set('readingsAgree', nothing ? true : same, ...places, other.at);
}

/** Records at places where nobody looks for them; asked only where there is none at the right one. */
function misplacedFacts(sheet: Sheet, answers: Answers, domain: string, way: Walk): void {
  const apex = answers.ask(domain, 'TXT');
  const own = way.steps[0] ?? stepAt(answers, domain);
  const names = textsOf(apex).some(isDmarc) ? [domain] : [];
  let code = apex.is === 'unknown' ? apex.code : own.code;
  const places = [apex.at, own.at];
  if (own.code === undefined && own.records.length === 0) {
    for (const name of [`_dmarc._dmarc.${domain}`, `_dmarc.${domain}.${domain}`]) {
      const answer = answers.ask(name, 'TXT');
      places.push(answer.at);
      // a name too long to be asked holds nothing
      if (answer.is === 'unknown') code ??= answer.code === 'dns.bad-name' ? undefined : answer.code;
      else if (textsOf(answer).some(isDmarc)) names.push(name);
    }
  }
  sheet.set('misplaced', partialList(names, code), ...places);
}

/** Whether a subdomain's own record asks for less than the organization asks for its subdomains. */
function weakerFacts(sheet: Sheet, domain: string, way: Walk, record: DmarcRecord): void {
  if (way.code !== undefined) {
    sheet.set('weakerThanOrganization', unknown(way.code));
    return;
  }
  const above = way.steps.find((step) => step.domain === way.organizational);
  if (way.organizational === domain || above?.record === undefined || above.record.void) return;
  sheet.set('weakerThanOrganization', rank(effectiveP(record)) < rank(effectiveSp(above.record)), above.at);
}

function recordFacts(sheet: Sheet, record: DmarcRecord, at: string, governsSubdomains: boolean): void {
  if (sheet.isQuiet) return;
  const tag = (name: string) => record.tags.get(name);
  sheet.set('record', record.text, at);
  sheet.set('void', record.void, at);
  sheet.set('syntaxErrors', record.syntax, at);
  sheet.set('duplicateTags', record.twice, at);
  sheet.set('unknownTags', record.unknown, at);
  sheet.set('upperCaseTags', record.upper, at);
  sheet.set('removedTags', record.removed, at);
  sheet.set('invalidPolicies', record.invalidPolicies, at);
  sheet.set('pSecond', record.order, at);
  sheet.set('p', record.p ?? (tag('p') === undefined ? undefined : 'invalid'), at);
  sheet.set('effectiveP', effectiveP(record), at);
  if (governsSubdomains) {
    sheet.set('sp', record.sp, at);
    sheet.set('np', record.np, at);
    sheet.set('effectiveSp', effectiveSp(record), at);
    sheet.set('effectiveNp', effectiveNp(record), at);
    // ranks, so that a check can compare two policies
    sheet.set('spWeaker', rank(effectiveSp(record)) < rank(effectiveP(record)), at);
    sheet.set('npWeaker', rank(effectiveNp(record)) < rank(effectiveSp(record)), at);
  }
  sheet.set('testing', record.testing, at);
  sheet.set('psd', record.psd, at);
  sheet.set('flagErrors', flagErrors(record), at);
  sheet.set(
    'alignmentErrors',
    ['adkim', 'aspf'].flatMap((name) => badValue(record, name, /^[rs]$/i)),
    at,
  );
  const fo = tag('fo');
  sheet.set('fo', fo, at);
  // RFC 7489 §6.3 joins any of the four; RFC 9989 §4.8 only d and s: both readings pass
  sheet.set('foErrors', badValue(record, 'fo', /^[01ds](?:[ \t]*:[ \t]*[01ds])*$/i), at);
  const pct = tag('pct');
  if (pct !== undefined) sheet.set('pct', /^[0-9]{1,3}$/.test(pct) ? Number(pct) : -1, at);
}

function rank(policy: Policy): number {
  return POLICIES.indexOf(policy);
}

function badValue(record: DmarcRecord, name: string, allowed: RegExp): string[] {
  const value = record.tags.get(name);
  return value === undefined || allowed.test(value) ? [] : [`${name}=${value.slice(0, 60)}`];
}

function flagErrors(record: DmarcRecord): string[] {
  return [...badValue(record, 'psd', /^[ynu]$/i), ...badValue(record, 't', /^[yn]$/i)];
}
