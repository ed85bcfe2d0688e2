/** Turns the scanner's raw evidence into facts: findings by detector, and whether the silence may be believed. */
import { SEVERITIES, type Severity } from '../../model/check.ts';
import type { Interpretation } from '../../model/evidence.ts';
import { isList, isNumber, isString, partialList, required, unknown, type Unknown } from '../../model/facts.ts';
import { isFaultCode, type FaultCode } from '../../model/fault.ts';
import { isArray, own, type Json, type JsonObject } from '../../model/json.ts';
import { pointer } from '../../model/pointer.ts';

interface Leak {
  readonly detector: string;
  readonly severity: Severity;
  readonly allowed: boolean;
  readonly fact: JsonObject;
  readonly at: string;
}

export function interpret(raw: Json): Interpretation {
  const coverage = own(raw, 'coverage');
  const listed = own(raw, 'findings');
  const leaks = isArray(listed) ? listed.flatMap((item, i) => leakOf(item, i) ?? []) : [];
  const damaged = !isArray(listed) || leaks.length < listed.length;
  const cut = own(raw, 'truncated') !== false;
  const gap = damaged || cut ? 'evidence.missing' : undefined;
  const at: { [fact: string]: string } = {
    '/coverage': '/coverage',
    '/coverage/detectors': '/detectors',
    '/leaks': '/coverage/unread',
    '/worst': '/findings',
    '/findings': '/findings',
  };
  const open = leaks.filter((leak) => !leak.allowed);
  if (open.length > 0) at['/leaks'] = '/findings';
  const worst = SEVERITIES.find((severity) => open.some((leak) => leak.severity === severity));
  const facts: JsonObject = {
    coverage: {
      detectors: required(raw, 'detectors', isCount),
      files: required(coverage, 'files', isCount),
      bytes: required(coverage, 'bytes', isCount),
      skipped: skippedOf(coverage),
      reduced: reducedOf(coverage),
    },
    // one leak is a leak, however much was not read; none is none only where all was read
    leaks: open.length > 0 ? open.length : silence(coverage, gap),
    ...(worst === undefined ? {} : { worst }),
    findings: findingsOf(leaks, gap, at),
  };
  return { facts, at };
}

const isCount = (value: Json): value is number => isNumber(value) && Number.isSafeInteger(value) && value >= 0;

function silence(coverage: Json | undefined, gap: FaultCode | undefined): number | Unknown {
  if (gap !== undefined) return unknown(gap);
  const unread = required(coverage, 'unread', isList);
  if (!isArray(unread)) return unread;
  const [first] = unread;
  if (first === undefined) return isCount(own(coverage, 'files') ?? null) ? 0 : unknown('evidence.missing');
  const code = own(first, 'reason');
  return unknown(isFaultCode(code) ? code : 'source.unreadable');
}

function tallies(list: readonly Json[]): { readonly reason: string; readonly count: number }[] | undefined {
  const read = list.flatMap((item) => {
    const [reason, count] = [own(item, 'reason'), own(item, 'count')];
    return typeof reason === 'string' && typeof count === 'number' ? [{ reason, count }] : [];
  });
  return read.length === list.length ? read : undefined;
}

function skippedOf(coverage: Json | undefined): string | Unknown {
  const skipped = required(coverage, 'skipped', isList);
  if (!isArray(skipped)) return skipped;
  const read = tallies(skipped);
  if (read === undefined) return unknown('evidence.missing');
  return read.length === 0 ? 'nothing' : read.map(({ reason, count }) => `${String(count)} ${reason}`).join(', ');
}

function reducedOf(coverage: Json | undefined): number | Unknown {
  const [foreign, binary] = [required(coverage, 'foreign', isCount), required(coverage, 'binary', isCount)];
  if (typeof foreign !== 'number') return foreign;
  return typeof binary === 'number' ? foreign + binary : binary;
}

function leakOf(item: Json, index: number): Leak | undefined {
  const texts = ['detector', 'file', 'excerpt', 'secretId'].map((key) => own(item, key));
  const [detector, file, excerpt, secretId] = texts;
  const [line, column] = [own(item, 'line'), own(item, 'column')];
  const severity = SEVERITIES.find((one) => one === own(item, 'severity'));
  if (typeof detector !== 'string' || typeof file !== 'string' || typeof excerpt !== 'string') return undefined;
  if (typeof secretId !== 'string' || severity === undefined) return undefined;
  if (!isCount(line ?? null) || !isCount(column ?? null)) return undefined;
  const [note, allowed, commit] = [own(item, 'note'), own(item, 'allowed'), own(item, 'commit')];
  const notes = [own(item, 'proven') === true ? 'its checksum is right' : '', note ?? '']
    .filter((text): text is string => isString(text) && text !== '')
    .join('; ');
  const waived = typeof allowed === 'string';
  return {
    detector,
    severity,
    allowed: waived,
    at: pointer('findings', index),
    fact: {
      file,
      location: { file, line: line ?? 0, column: column ?? 0, ...(typeof commit === 'string' ? { commit } : {}) },
      excerpt,
      secretId,
      severity,
      ...(notes === '' ? {} : { note: notes }),
      ...(waived ? { waiver: waiverFrom(allowed) } : {}),
    },
  };
}

/** An allow comment, or `FILE:LINE` of a file that accepts findings. */
function waiverFrom(allowed: string): JsonObject {
  const [, file, line] = /^(\.[a-z]+):(\d+)$/.exec(allowed) ?? [];
  if (file === undefined || line === undefined) {
    return { id: `inline:${allowed}`, reason: `the comment ${allowed} stands on the line` };
  }
  return { id: `ignored:${file}`, reason: `line ${line} of ${file} accepts it` };
}

function findingsOf(
  leaks: readonly Leak[],
  gap: FaultCode | undefined,
  at: { [fact: string]: string },
): JsonObject | Unknown {
  if (leaks.length === 0 && gap !== undefined) return unknown(gap);
  const lists: { [detector: string]: JsonObject[] } = Object.create(null);
  for (const leak of leaks) {
    const list = (lists[leak.detector] ??= []);
    at[pointer('findings', leak.detector, list.length)] = leak.at;
    list.push(leak.fact);
  }
  const facts = Object.entries(lists).map(([detector, list]) => [detector, partialList(list, gap)] as const);
  return Object.fromEntries(facts);
}
