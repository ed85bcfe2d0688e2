/** What else stands in the zone: text records at the apex, and what answers for names that nobody made. */
import { unknown } from '../../model/facts.ts';
import type { Answer, Answers } from './answers.ts';
import { isDmarc } from './dmarc/record.ts';
import { codeOf, textsOf } from './records.ts';
import { secretsIn } from './redact.ts';
import { Sheet, type Part } from './sheet.ts';
import { isSpf } from './spf/record.ts';

/** A label that nobody creates: what answers for it is a wildcard. */
export const RANDOM_LABEL = 'probity-no-such-name';

/** How services mark a domain as verified: `google-site-verification=…`, `MS=…`, `apple-domain=…`. */
const TOKEN =
  /^(?:[a-z0-9._-]*(?:verification|verify|verif|domain|challenge|validation|ownership)[a-z0-9._-]*[=:]|ms=|_[a-z0-9]{20,}|[a-z0-9]{32,}$|atlassian-|docusign=|zoho|stripe-|have-i-been-pwned)/i;

export function textFacts(answers: Answers, domain: string): Part {
  const sheet = new Sheet();
  const apex = answers.ask(domain, 'TXT');
  if (apex.is === 'unknown') {
    for (const key of ['tokens', 'leaks']) sheet.set(key, unknown(apex.code), apex.at);
  } else {
    const texts = textsOf(apex).filter((text) => !isSpf(text) && !isDmarc(text));
    sheet.set(
      'tokens',
      texts.filter((text) => TOKEN.test(text)),
      apex.at,
    );
    sheet.set('leaks', texts.flatMap(secretsIn), apex.at);
  }
  const text = answers.ask(`${RANDOM_LABEL}.${domain}`, 'TXT');
  if (text.is === 'unknown') {
    for (const key of ['wildcardSpf', 'wildcardDmarc', 'wildcard']) sheet.set(key, unknown(text.code), text.at);
  } else {
    sheet.set('wildcardSpf', textsOf(text).some(isSpf), text.at);
    sheet.set('wildcardDmarc', textsOf(text).some(isDmarc), text.at);
    wildcardFact(sheet, answers, domain, text);
  }
  const old = answers.ask(domain, 'SPF');
  // RFC 7208 §3.1: type 99 is gone
  sheet.set('type99', old.is === 'unknown' ? unknown(old.code) : old.is === 'records', old.at);
  return sheet.part(apex.at);
}

/** RFC 4592 §2.2.1: a name under a wildcard exists for every type, so NXDOMAIN to one question answers all. */
function wildcardFact(sheet: Sheet, answers: Answers, domain: string, text: Answer): void {
  if (text.is === 'nxdomain' && text.chain.length === 0) sheet.set('wildcard', false, text.at);
  else if (text.is === 'records' || (text.is !== 'unknown' && text.chain.length > 0))
    sheet.set('wildcard', true, text.at);
  else {
    // an empty answer alone proves no wildcard: online signers give it for names that do not exist (RFC 4470)
    const others = (['A', 'AAAA', 'MX'] as const).map((type) => answers.ask(`${RANDOM_LABEL}.${domain}`, type));
    const code = others.map(codeOf).find((one) => one !== undefined);
    const found = others.some(({ is }) => is === 'records');
    const places = [text.at, ...others.map((one) => one.at)];
    sheet.set('wildcard', found || code === undefined ? found : unknown(code), ...places);
  }
}
