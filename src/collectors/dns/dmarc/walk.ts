/** The DNS tree walk of RFC 9989 §4.10: which names are asked, which domain is the organizational one, which record decides. */
import type { FaultCode } from '../../../model/fault.ts';
import type { Answers } from '../answers.ts';
import { remembering } from '../../../model/memory.ts';
import { textsOf } from '../records.ts';
import { isDmarc, parseDmarc, type DmarcRecord } from './record.ts';

export interface Step {
  /** The domain, without `_dmarc.` */
  readonly domain: string;
  /** Valid records there; more than one and all are discarded. */
  readonly records: readonly string[];
  readonly record: DmarcRecord | undefined;
  readonly at: string;
  readonly code: FaultCode | undefined;
}

export interface Walk {
  readonly steps: readonly Step[];
  readonly organizational: string;
  /** The public suffix domain that published psd=y, where the walk met one above the start. */
  readonly suffix: string | undefined;
  readonly code: FaultCode | undefined;
}

/** RFC 9989 §4.10: at most eight questions; from a name of eight labels or more it goes straight to seven. */
export const walkNames: (domain: string) => readonly string[] = remembering(namesOnTheWay, 500);

function namesOnTheWay(domain: string): string[] {
  const labels = domain.split('.');
  const names = [domain];
  let left = labels.length >= 8 ? 7 : labels.length - 1;
  for (; left > 0; left -= 1) names.push(labels.slice(labels.length - left).join('.'));
  return names;
}

/** A record is read several times while its questions are asked. */
const parseOnce = remembering(parseDmarc, 500);

/** What stands at one name. A fault is kept: it may hide a record. */
export function stepAt(answers: Answers, domain: string): Step {
  const answer = answers.ask(`_dmarc.${domain}`, 'TXT');
  if (answer.is === 'unknown') return { domain, records: [], record: undefined, at: answer.at, code: answer.code };
  const records = textsOf(answer).filter(isDmarc);
  const text = records.length === 1 ? records[0] : undefined;
  // RFC 9989 §4.10: several records at one name are all discarded
  return { domain, records, record: text === undefined ? undefined : parseOnce(text), at: answer.at, code: undefined };
}

export function walk(answers: Answers, domain: string): Walk {
  const steps: Step[] = [];
  for (const name of walkNames(domain)) {
    const step = stepAt(answers, name);
    steps.push(step);
    if (step.code !== undefined) return { steps, organizational: domain, suffix: undefined, code: step.code };
    if (step.record?.psd === 'y' || step.record?.psd === 'n') break;
  }
  const last = steps.at(-1);
  // §4.10.2: psd=n names its own domain; psd=y above the start makes the name one label below it the organization's
  if (last?.record?.psd === 'n') return { steps, organizational: last.domain, suffix: undefined, code: undefined };
  if (last?.record?.psd === 'y' && last.domain !== domain) {
    return { steps, organizational: below(domain, last.domain), suffix: last.domain, code: undefined };
  }
  const found = steps.filter((step) => step.record !== undefined).at(-1);
  return { steps, organizational: found?.domain ?? domain, suffix: undefined, code: undefined };
}

/** The name one label longer than `suffix` on the way to `domain`. */
export function below(domain: string, suffix: string): string {
  const depth = suffix.split('.').length + 1;
  return domain.split('.').slice(-depth).join('.');
}

export interface InForce {
  readonly step: Step | undefined;
  readonly from: 'own' | 'organizational' | 'suffix' | 'nowhere';
  readonly code: FaultCode | undefined;
}

/** RFC 9989 §4.10.1: the own record, else the organizational domain's, else that of the public suffix domain. */
export function inForce(answers: Answers, domain: string, found: Walk): InForce {
  if (found.steps[0]?.record !== undefined) return { step: found.steps[0], from: 'own', code: undefined };
  if (found.code !== undefined) return { step: undefined, from: 'nowhere', code: found.code };
  if (found.organizational !== domain) {
    // the walk may have jumped over the organizational domain of a deep name under psd=y
    const step =
      found.steps.find((one) => one.domain === found.organizational) ?? stepAt(answers, found.organizational);
    if (step.code !== undefined) return { step: undefined, from: 'nowhere', code: step.code };
    if (step.record !== undefined) return { step, from: 'organizational', code: undefined };
  }
  const suffix = found.steps.find((one) => one.domain === found.suffix);
  return suffix?.record === undefined
    ? { step: undefined, from: 'nowhere', code: undefined }
    : { step: suffix, from: 'suffix', code: undefined };
}
