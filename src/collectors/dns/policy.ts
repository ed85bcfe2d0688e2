/** The MTA-STS policy file (RFC 8461 §3.2): fetched, parsed by its grammar, held against the MX set. */
import { unknown } from '../../model/facts.ts';
import type { FaultCode } from '../../model/fault.ts';
import { latin1 } from '../../wire/dns/rdata.ts';
import type { Answers, Page } from './answers.ts';
import { exchanges } from './mx.ts';
import { codeOf, hostOf } from './records.ts';
import type { Sheet } from './sheet.ts';

export interface StsPolicy {
  readonly mode: string | undefined;
  readonly maxAge: number | undefined;
  /** Lower case. */
  readonly mx: readonly string[];
  readonly problems: readonly string[];
}

/** RFC 8461 §3.2: about a year. */
const MOST_AGE = 31_557_600;
const MAX_MX = 200;

/** `key: value` lines ended by LF or CRLF; unknown keys are ignored, of doubled ones the first counts, but mx. */
export function parsePolicy(text: string): StsPolicy {
  const fields = new Map<string, string>();
  const mx: string[] = [];
  const problems: string[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line === '') continue;
    const match = /^([A-Za-z0-9][A-Za-z0-9_.-]{0,31})[ \t]*:[ \t]*([^\x00-\x1f\x7f]*?)[ \t]*$/.exec(
      line.slice(0, 1000),
    );
    if (match === null) {
      problems.push(`line ${String(index + 1)} is no "key: value"`);
      continue;
    }
    const [, key = '', value = ''] = match;
    if (key === 'mx') {
      if (mx.length < MAX_MX) mx.push(value.toLowerCase());
    } else if (!fields.has(key)) fields.set(key, value);
  }
  const mode = fields.get('mode');
  const age = fields.get('max_age');
  const maxAge = age !== undefined && /^[0-9]{1,10}$/.test(age) && Number(age) <= MOST_AGE ? Number(age) : undefined;
  if (fields.get('version') !== 'STSv1') problems.push('version is not STSv1');
  if (mode === undefined || !['enforce', 'testing', 'none'].includes(mode))
    problems.push('mode is not enforce, testing or none');
  if (maxAge === undefined) problems.push(`max_age is not a number from 0 to ${String(MOST_AGE)}`);
  if (mx.length === 0 && mode !== 'none') problems.push('there is no mx');
  for (const pattern of mx)
    if (!isPattern(pattern)) problems.push(`"${pattern.slice(0, 60)}" is no host name or *.name`);
  return { mode, maxAge, mx, problems };
}

/** §3.2, §4.1: a Domain of RFC 5321; a wildcard stands for exactly the leftmost label. */
function isPattern(pattern: string): boolean {
  return (
    /^(?:\*\.)?[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/.test(pattern) &&
    pattern.length <= 255
  );
}

export function matchesPattern(host: string, pattern: string): boolean {
  if (!pattern.startsWith('*.')) return host === pattern;
  const dot = host.indexOf('.');
  return dot > 0 && host.slice(dot + 1) === pattern.slice(2);
}

/** Faults that are answers of the policy host: senders meet them too, and act as without a policy (§3.3). */
const REFUSALS: readonly FaultCode[] = [
  'net.refused',
  'http.tls',
  'tls.handshake',
  'http.malformed',
  'tls.malformed',
  'http.limit',
];

function fetchProblems(page: Extract<Page, { is: 'page' }>): string[] {
  const problems: string[] = [];
  if (!page.authorized) problems.push(`the certificate is not valid for the host (${page.trustError})`);
  if (page.status >= 300 && page.status < 400)
    problems.push(`it answers with a redirect (${String(page.status)}), which senders do not follow`);
  else if (page.status !== 200) problems.push(`it answers with status ${String(page.status)}`);
  if (!/^text\/plain[ \t]*(?:;|$)/i.test(page.type))
    problems.push(`its type is "${page.type.slice(0, 60)}", not text/plain`);
  if (page.truncated) problems.push('it is larger than 64 KiB');
  return problems;
}

const OF_THE_POLICY = ['fetchProblems', 'policyErrors', 'mode', 'maxAge', 'mxMismatches', 'patternsUnused'];

/** The policy is asked for where there is a record, and where somebody set up the host without one. */
export function policyFacts(sheet: Sheet, answers: Answers, domain: string, hasRecord: boolean): void {
  const name = `mta-sts.${domain}`;
  const a = answers.ask(name, 'A');
  // a name that does not exist has no AAAA either
  const host =
    a.is === 'nxdomain' || a.is === 'unknown' ? { a, aaaa: a, addresses: [], code: codeOf(a) } : hostOf(answers, name);
  const places = [host.a.at, host.aaaa.at];
  if (host.a.is === 'unknown') sheet.set('hostCname', unknown(host.a.code), host.a.at);
  else {
    sheet.set('hostCname', host.a.chain[0], host.a.at);
    if (host.a.chain.length > 0) sheet.set('hostCnameDangling', host.a.is === 'nxdomain', host.a.at);
  }
  if (host.addresses.length === 0 && host.code !== undefined) {
    for (const key of ['orphan', ...(hasRecord ? OF_THE_POLICY : [])]) sheet.set(key, unknown(host.code), ...places);
    return;
  }
  if (host.addresses.length === 0) {
    sheet.set('orphan', hasRecord ? 'record-without-host' : 'none', ...places);
    return;
  }
  const page = answers.page(`https://${name}/.well-known/mta-sts.txt`);
  if (page.is === 'unknown') {
    unreachable(sheet, page, hasRecord, places);
    return;
  }
  const problems = fetchProblems(page);
  const policy = parsePolicy(latin1(page.body));
  const good = problems.length === 0 && policy.problems.length === 0;
  // a wildcard host that answers anything serves no policy
  sheet.set('orphan', !hasRecord && good ? 'policy-without-record' : 'none', page.at);
  if (!hasRecord) return;
  sheet.set('fetchProblems', problems, page.at);
  if (problems.length > 0) return;
  sheet.set('policyErrors', policy.problems, page.at);
  sheet.set(
    'mode',
    policy.mode === undefined || !['enforce', 'testing', 'none'].includes(policy.mode) ? undefined : policy.mode,
    page.at,
  );
  sheet.set('maxAge', policy.maxAge, page.at);
  sheet.set('patterns', policy.mx, page.at);
  matchFacts(sheet, answers, domain, policy, page.at);
}

function unreachable(
  sheet: Sheet,
  page: Extract<Page, { is: 'unknown' }>,
  hasRecord: boolean,
  places: readonly string[],
): void {
  const refused = REFUSALS.includes(page.code);
  sheet.set('orphan', refused || hasRecord ? 'none' : unknown(page.code), ...places, page.at);
  if (!hasRecord) return;
  if (refused) sheet.set('fetchProblems', [`the policy cannot be fetched (${page.code})`], page.at);
  else for (const key of OF_THE_POLICY) sheet.set(key, unknown(page.code), page.at);
}

function matchFacts(sheet: Sheet, answers: Answers, domain: string, policy: StsPolicy, at: string): void {
  const { answer, hosts } = exchanges(answers, domain);
  if (answer.is === 'unknown') {
    for (const key of ['mxMismatches', 'patternsUnused']) sheet.set(key, unknown(answer.code), answer.at);
    return;
  }
  sheet.set(
    'mxMismatches',
    hosts.filter((host) => !policy.mx.some((pattern) => matchesPattern(host, pattern))),
    at,
    answer.at,
  );
  sheet.set(
    'patternsUnused',
    policy.mx.filter((pattern) => !hosts.some((host) => matchesPattern(host, pattern))),
    at,
    answer.at,
  );
}
