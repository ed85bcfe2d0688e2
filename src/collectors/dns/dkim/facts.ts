/** The facts of a domain's DKIM keys: which selectors answer, and what each key is. */
import { createHash } from 'node:crypto';
import { partialList, unknown } from '../../../model/facts.ts';
import type { FaultCode } from '../../../model/fault.ts';
import type { Json, JsonObject } from '../../../model/json.ts';
import type { Answer, Answers } from '../answers.ts';
import { codeOf, takeover, textsOf } from '../records.ts';
import { Sheet, type Part } from '../sheet.ts';
import { looksLikeRoca, sharePrime } from './key.ts';
import { isKeyRecord, isUsable, parseDkim, type DkimRecord } from './record.ts';
import { dateOf, KNOWN_SELECTORS, MAX_CONFIGURED, RANDOM_SELECTOR } from './selectors.ts';

interface Found {
  readonly selector: string;
  readonly configured: boolean;
  readonly answer: Answer;
  readonly records: readonly DkimRecord[];
}

function keyAt(answers: Answers, domain: string, selector: string, configured: boolean): Found {
  const answer = answers.ask(`${selector}._domainkey.${domain}`, 'TXT');
  const texts = textsOf(answer);
  // beside a key every other text is one too many (RFC 6376 §3.6.2.2)
  const records = configured || texts.some(isKeyRecord) ? texts.map(parseDkim) : [];
  return { selector, configured, answer, records };
}

export function dkimFacts(answers: Answers, domain: string, configured: readonly string[]): Part {
  const sheet = new Sheet();
  const parent = answers.ask(`_domainkey.${domain}`, 'TXT');
  // RFC 8020: below a name that does not exist there is nothing
  const random =
    parent.is === 'nxdomain' || parent.is === 'unknown'
      ? nothingBelow(parent)
      : keyAt(answers, domain, RANDOM_SELECTOR, false);
  const named = configured.slice(0, MAX_CONFIGURED).map((selector) => keyAt(answers, domain, selector, true));
  // under a wildcard every selector would answer
  const search =
    parent.is !== 'unknown' &&
    parent.is !== 'nxdomain' &&
    random.answer.is !== 'unknown' &&
    random.records.length === 0;
  const others = KNOWN_SELECTORS.filter((selector) => search && !configured.includes(selector)).map((selector) =>
    keyAt(answers, domain, selector, false),
  );
  const places = [parent.at, random.answer.at, ...named.map(({ answer }) => answer.at)];
  const code = faultOf(parent, random.answer, others);
  const all = [...named, ...others].filter((found) => found.configured || found.records.length > 0 || dangling(found));
  const twins = commonPrimes(all);
  sheet.set(
    'keys',
    partialList(
      all.map((found) => keyFacts(answers, domain, found, twins.get(found.selector) ?? [])),
      code,
    ),
    ...places,
  );
  for (const [index, found] of all.entries()) sheet.below(`keys/${String(index)}`, found.answer.at);
  sheet.set(
    'wildcard',
    random.answer.is === 'unknown' ? unknown(random.answer.code) : random.records.some(isUsable),
    random.answer.at,
  );
  const isClosed = random.records.length > 0 && random.records.every(({ revoked }) => revoked);
  sheet.set('closed', random.answer.is === 'unknown' ? unknown(random.answer.code) : isClosed, random.answer.at);
  sheet.set('state', stateOf(parent, random, all, code), ...places);
  const unseen = code ?? unseenOf(all);
  sheet.set('shared', partialList(shared(all), unseen), ...places);
  const usable = all.flatMap(({ records }) => records.filter(isUsable));
  const onlyEd = usable.length > 0 && usable.every(({ key }) => key?.kind === 'ed25519');
  if (usable.length > 0 && (unseen === undefined || !onlyEd)) sheet.set('onlyEd25519', onlyEd, ...places);
  else if (unseen !== undefined) sheet.set('onlyEd25519', unknown(unseen), ...places);
  sheet.set('organizationalState', organizationalState(answers, domain), ...places);
  return sheet.part(...places);
}

function nothingBelow(parent: Answer): Found {
  return { selector: RANDOM_SELECTOR, configured: false, answer: parent, records: [] };
}

function faultOf(parent: Answer, random: Answer, others: readonly Found[]): FaultCode | undefined {
  if (parent.is === 'unknown') return parent.code;
  if (parent.is !== 'nxdomain' && random.is === 'unknown') return random.code;
  for (const { answer } of others) if (answer.is === 'unknown') return answer.code;
  return undefined;
}

function dangling({ answer }: Found): boolean {
  return answer.is === 'nxdomain' && answer.chain.length > 0;
}

function unseenOf(all: readonly Found[]): FaultCode | undefined {
  return all.map(({ answer }) => codeOf(answer)).find((code) => code !== undefined);
}

/** `found`: a key answers; `unknown-selector`: there are keys, under names nobody told us; `none`: there is nothing. */
function stateOf(parent: Answer, random: Found, all: readonly Found[], code: FaultCode | undefined): Json {
  if (all.some(({ records }) => records.some(isUsable)) || random.records.some(isUsable)) return 'found';
  const fault = code ?? unseenOf(all);
  if (fault !== undefined) return unknown(fault);
  // a wildcard of revoked keys says that nothing is signed
  if (random.records.some(({ revoked }) => revoked)) return 'none';
  return parent.is === 'nxdomain' ? 'none' : 'unknown-selector';
}

/** Whether the organizational domain has keys: a subdomain may be signed with those (relaxed alignment). */
function organizationalState(answers: Answers, domain: string): Json | undefined {
  const registrable = answers.registrable(domain);
  if (registrable === undefined) return unknown('evidence.missing');
  if (registrable === 'none' || registrable === domain) return undefined;
  const answer = answers.ask(`_domainkey.${registrable}`, 'TXT');
  if (answer.is === 'unknown') return unknown(answer.code);
  return answer.is === 'nxdomain' ? 'none' : 'unknown-selector';
}

/** Selectors that hold one and the same key; CNAMEs to a provider's key are the provider's business. */
function shared(all: readonly Found[]): string[] {
  const byKey = new Map<string, string>();
  const pairs: string[] = [];
  for (const { selector, answer, records } of all) {
    const { key, p = '' } = records[0] ?? {};
    if (p === '' || (answer.is !== 'unknown' && answer.chain.length > 0)) continue;
    // one key may be written in two forms
    const same = key?.spki === undefined ? p : Buffer.from(key.spki).toString('base64');
    const first = byKey.get(same);
    if (first === undefined) byKey.set(same, selector);
    else pairs.push(`${first} and ${selector}`);
  }
  return pairs;
}

/** What checks ask of a key before they say that it does not concern them: not known where the answer is not. */
const OF_THE_KEY = [
  ...['records', 'record', 'cname', 'cnameDangling', 'cnameBroken', 'usable', 'services', 'hashes'],
  ...['rsaBits', 'rsaExponent', 'weaknesses'],
];

function keyFacts(
  answers: Answers,
  domain: string,
  { selector, configured, answer, records }: Found,
  twins: readonly string[],
): JsonObject {
  const name = `${selector}._domainkey.${domain}`;
  const head = { selector, name, configured };
  if (answer.is === 'unknown') {
    const nothing = unknown(answer.code);
    return { ...head, ...Object.fromEntries(OF_THE_KEY.map((key) => [key, nothing])) };
  }
  const cname = answer.chain.at(-1);
  return {
    ...head,
    records: records.length,
    ...(cname === undefined ? {} : { cname, ...targetFacts(answers, answer, cname) }),
    // RFC 6376 §3.6.2.2: with several records the result is undefined
    ...(records.length === 1 && records[0] !== undefined ? recordFacts(answers, records[0], selector, twins) : {}),
  };
}

function targetFacts(answers: Answers, answer: Answer, cname: string): JsonObject {
  if (answer.is !== 'nxdomain') return { cnameDangling: false, cnameBroken: false };
  const taken = takeover(answers, cname);
  if (typeof taken === 'string') return { cnameDangling: unknown(taken), cnameBroken: unknown(taken) };
  return { cnameDangling: taken, cnameBroken: !taken };
}

function recordFacts(answers: Answers, record: DkimRecord, selector: string, twins: readonly string[]): JsonObject {
  const { key } = record;
  const date = dateOf(selector);
  return {
    record: record.text,
    syntaxErrors: record.syntax,
    duplicateTags: record.twice,
    versionGood: record.versionGood,
    missingP: record.missingP,
    revoked: record.revoked,
    testing: record.testing,
    strict: record.strict,
    usable: isUsable(record),
    services: record.services,
    ...(record.hashes === undefined ? {} : { hashes: record.hashes }),
    ...(record.granularity === undefined ? {} : { granularity: record.granularity }),
    ...(date === undefined ? {} : { date }),
    ...(key === undefined
      ? {}
      : { kind: key.kind, ...(key.bad === undefined ? {} : { bad: key.bad }), bareKey: key.bare }),
    ...(key?.bits === undefined || key.kind !== 'rsa' ? {} : { rsaBits: key.bits }),
    ...(key?.exponent === undefined ? {} : { rsaExponent: String(key.exponent) }),
    ...(key?.bad !== undefined || key === undefined ? {} : { weaknesses: weaknesses(answers, record, twins) }),
  };
}

/** SHA-256 over p= of example keys whose private half stands in the same document. */
const PUBLISHED: { readonly [digest: string]: string } = {
  '1f272ed0d8c39d85cd2c2211994f066b2a8378a10df2d50b2fd8cfbbdb451d29': 'RFC 6376 appendix C',
  c9fc2f15f22401655f9b2622a8a37651c9e20b74dc305cc8df95ba005e1d64f9: 'RFC 8463 appendix A.2',
};

/** `twins`: selectors whose keys share a prime. */
function weaknesses(answers: Answers, record: DkimRecord, twins: readonly string[]): Json {
  const found = twins.map((twin) => `it shares a prime with the key at ${twin}: both can be computed`);
  const marks = record.key?.spki === undefined ? undefined : answers.keyMarks(record.key.spki);
  const seen = marks === 'lost' ? undefined : marks;
  if (seen?.leaked === true) found.push('it is on the list of keys that others hold');
  if (seen?.debianWeak === true) found.push('made by the broken OpenSSL of Debian (CVE-2008-0166)');
  const published = PUBLISHED[createHash('sha256').update(record.p).digest('hex')];
  if (published !== undefined) found.push(`the private key is published in ${published}`);
  const modulus = record.key?.modulus;
  if (modulus !== undefined && looksLikeRoca(modulus))
    found.push('made by the broken Infineon library (CVE-2017-15361)');
  if (modulus !== undefined && modulus % 2n === 0n) found.push('the modulus is even');
  return partialList(found, marks === 'lost' ? 'evidence.missing' : undefined);
}

/** Selectors by those whose keys have a prime in common: whoever has both can factor both. */
function commonPrimes(all: readonly Found[]): Map<string, string[]> {
  const keys = all.flatMap(({ selector, records }) => {
    const modulus = records[0]?.key?.modulus;
    return modulus === undefined ? [] : [{ selector, modulus }];
  });
  const found = new Map<string, string[]>();
  for (const [index, one] of keys.entries()) {
    for (const other of keys.slice(index + 1)) {
      if (!sharePrime(one.modulus, other.modulus)) continue;
      found.set(one.selector, [...(found.get(one.selector) ?? []), other.selector]);
      found.set(other.selector, [...(found.get(other.selector) ?? []), one.selector]);
    }
  }
  return found;
}
