/** From stored DNS answers to the facts of a domain: pure and total. */
import { unknown } from '../../model/facts.ts';
import type { Interpretation } from '../../model/evidence.ts';
import { own, type Json } from '../../model/json.ts';
import { canonicalName } from '../../wire/dns/name.ts';
import { Answers } from './answers.ts';
import { bimiFacts } from './bimi/facts.ts';
import { caaFacts } from './caa.ts';
import { dkimFacts } from './dkim/facts.ts';
import { senderFacts } from './senders.ts';
import { serverFacts } from './servers.ts';
import { textFacts } from './texts.ts';
import { settingsOf, type Settings } from './settings.ts';
import { dnssecFacts } from './dnssec.ts';
import { dmarcFacts } from './dmarc/facts.ts';
import { mailDomain, mxFacts } from './mx.ts';
import { withoutFacts, type Part } from './sheet.ts';
import { spfFacts, spfQuestions } from './spf/facts.ts';
import { mtastsFacts, tlsrptFacts } from './transport.ts';
import { nameFacts, nsFacts, soaFacts } from './zone.ts';

/** The parts of the facts by name. `name` and `mx` are always made: other targets are found through them. */
export const PARTS: { readonly [name: string]: (answers: Answers, domain: string, settings: Settings) => Part } = {
  name: nameAndMail,
  soa: soaFacts,
  ns: nsFacts,
  mx: mxFacts,
  spf: spfFacts,
  dkim: (answers, domain, settings) => dkimFacts(answers, domain, settings.selectors),
  dmarc: dmarcFacts,
  mtasts: mtastsFacts,
  tlsrpt: tlsrptFacts,
  caa: caaFacts,
  dnssec: dnssecFacts,
  servers: (answers, domain, settings) => serverFacts(answers, domain, settings.intrusive),
  texts: textFacts,
  bimi: bimiFacts,
  senders: senderFacts,
};

function nameAndMail(answers: Answers, domain: string): Part {
  const names = nameFacts(answers, domain);
  const mail = mailDomain(answers, domain);
  const place = answers.ask(domain, 'MX').at;
  return {
    facts: { ...names.facts, mailDomain: typeof mail === 'boolean' ? mail : unknown(mail) },
    whole: names.whole,
    places: [...names.places, ['mailDomain', place === '' ? '/answers' : place]],
  };
}

/** Where the records of a domain stand; the subjects of results. */
function namesOf(domain: string): Json {
  return {
    dmarc: `_dmarc.${domain}`,
    mtasts: `_mta-sts.${domain}`,
    tlsrpt: `_smtp._tls.${domain}`,
    bimi: `default._bimi.${domain}`,
  };
}

/** Pointers to facts are put together once: their names are ours, and are the same for every domain. Nothing in them needs escaping. */
const pointers = new Map<string, Map<string, string>>();

function pointersTo(part: string): Map<string, string> {
  const known = pointers.get(part) ?? new Map<string, string>();
  pointers.set(part, known);
  return known;
}

function pointerOf(known: Map<string, string>, part: string, key: string): string {
  let made = known.get(key);
  if (made === undefined) {
    made = key === '' ? `/${part}` : `/${part}/${key}`;
    known.set(key, made);
  }
  return made;
}

const MADE = Object.entries(PARTS);

/** Every part of the facts; what was not asked yet is noted by `answers`. */
export function factsOf(answers: Answers, domain: string, settings: Settings): Interpretation {
  const facts: { [name: string]: Json } = { domain, names: namesOf(domain) };
  const at: { [factPointer: string]: string } = { '': '', '/domain': '/domain', '/names': '/domain' };
  for (const [name, make] of MADE) {
    if (settings.parts?.includes(name) === false) {
      // nobody wanted to know it: that is not the same as not there
      facts[name] = unknown('engine.not-run');
      continue;
    }
    const part = make(answers, domain, settings);
    const { whole } = part;
    const known = pointersTo(name);
    facts[name] = part.facts;
    at[pointerOf(known, name, '')] = whole;
    // the longest prefix decides: what lies where the whole part lies needs no entry
    for (const [key, place] of part.places) if (place !== whole) at[pointerOf(known, name, key)] = place;
  }
  return { facts, at };
}

/** Runs the parts that are not complete yet, so that `answers` notes what they miss; a part that missed nothing is done. */
export function survey(answers: Answers, domain: string, settings: Settings, done: Set<string>): void {
  withoutFacts(() => {
    for (const [name, make] of MADE) {
      if (done.has(name) || settings.parts?.includes(name) === false) continue;
      const before = answers.misses;
      if (name === 'spf') spfQuestions(answers, domain);
      else make(answers, domain, settings);
      if (answers.misses === before) done.add(name);
    }
  });
}

export function interpret(raw: Json): Interpretation {
  const domain = own(raw, 'domain');
  if (typeof domain !== 'string' || domain === '') return { facts: unknown('evidence.missing'), at: { '': '' } };
  return factsOf(Answers.read(raw), canonicalName(domain), settingsOf(own(raw, 'options')));
}
