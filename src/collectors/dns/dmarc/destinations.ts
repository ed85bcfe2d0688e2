/** Where DMARC reports go: valid URIs, and whether a foreign destination agreed to receive them (RFC 9990 §4). */
import { partialList } from '../../../model/facts.ts';
import type { FaultCode } from '../../../model/fault.ts';
import type { Answers } from '../answers.ts';
import { exchangesOf, hostOf, textsOf } from '../records.ts';
import type { Sheet } from '../sheet.ts';
import { isDmarc, type DmarcRecord, type ReportUri } from './record.ts';

/** Destinations that are asked about; more are named by `dmarc.rua.many` anyway. */
const MAX_DESTINATIONS = 10;

interface Found {
  readonly names: string[];
  readonly code: FaultCode | undefined;
  readonly places: string[];
}

export function destinationFacts(
  sheet: Sheet,
  answers: Answers,
  publisher: string,
  record: DmarcRecord,
  at: string,
): void {
  const rua = unauthorised(answers, publisher, record.rua);
  const ruf = unauthorised(answers, publisher, record.ruf);
  const dead = unreachable(answers, domainsOf(record.rua));
  if (sheet.isQuiet) return;
  const valid = record.rua.filter((uri) => uri.why === undefined);
  sheet.set(
    'rua',
    valid.map((uri) => uri.text),
    at,
  );
  sheet.set('ruaErrors', [...errorsOf(record.rua), ...errorsOf(record.ruf).map((error) => `ruf: ${error}`)], at);
  sheet.set(
    'ruaSchemes',
    valid.filter((uri) => uri.scheme !== 'mailto').map((uri) => uri.text),
    at,
  );
  sheet.set('ruf', record.tags.has('ruf') ? record.ruf.map((uri) => uri.text) : undefined, at);
  sheet.set('ruaUnauthorised', partialList(rua.names, rua.code), at, ...rua.places);
  sheet.set('rufUnauthorised', partialList(ruf.names, ruf.code), at, ...ruf.places);
  sheet.set('ruaWithoutMail', partialList(dead.names, dead.code), at, ...dead.places);
}

function errorsOf(uris: readonly ReportUri[]): string[] {
  return uris.flatMap((uri) => (uri.why === undefined ? [] : [`"${uri.text}" ${uri.why}`]));
}

function domainsOf(uris: readonly ReportUri[]): string[] {
  const domains: string[] = [];
  for (const uri of uris) if (uri.domain !== undefined && uri.why === undefined) domains.push(uri.domain);
  return domains.length < 2 ? domains : [...new Set(domains)].slice(0, MAX_DESTINATIONS);
}

/** Destinations of another organization that do not publish `<domain>._report._dmarc.<destination>`. */
function unauthorised(answers: Answers, publisher: string, uris: readonly ReportUri[]): Found {
  const names: string[] = [];
  const places: string[] = [];
  let code: FaultCode | undefined;
  const home = answers.registrable(publisher);
  for (const domain of domainsOf(uris)) {
    const there = answers.registrable(domain);
    if (home === undefined || there === undefined) {
      code ??= 'evidence.missing';
      continue;
    }
    if (domain === publisher || (home !== 'none' && home === there)) continue;
    const answer = answers.ask(`${publisher}._report._dmarc.${domain}`, 'TXT');
    places.push(answer.at);
    if (answer.is === 'unknown') code ??= answer.code;
    else if (!textsOf(answer).some(isDmarc)) names.push(domain);
  }
  return { names, code, places };
}

/** Domains that take no mail: a null MX, or neither MX nor address (RFC 5321 §5.1). */
function unreachable(answers: Answers, domains: readonly string[]): Found {
  const names: string[] = [];
  const places: string[] = [];
  let code: FaultCode | undefined;
  for (const domain of domains) {
    const mx = answers.ask(domain, 'MX');
    places.push(mx.at);
    if (mx.is === 'unknown') code ??= mx.code;
    else if (mx.is === 'records') {
      if (exchangesOf(mx).every(({ exchange }) => exchange === '.')) names.push(domain);
    } else {
      const host = hostOf(answers, domain);
      places.push(host.a.at, host.aaaa.at);
      if (host.addresses.length === 0) {
        if (host.code === undefined) names.push(domain);
        else code ??= host.code;
      }
    }
  }
  return { names, code, places };
}
