/** Evidence as an object with an identity: its id names the question, its digest what was seen (CONTRACT §4). */
import { createHash, hash } from 'node:crypto';
import { canonicalJson } from '../model/canonical.ts';
import type { Evidence, Job } from '../model/evidence.ts';
import type { Fault } from '../model/fault.ts';
import { isFaultCode } from '../model/fault.ts';
import { canonicalPieces } from '../model/json-pieces.ts';
import { isObject, own, type Json, type JsonObject } from '../model/json.ts';

/** `ev-` + the first 16 hex digits of SHA-256 over the canonical JSON `[collector, target id, options]`. */
export function evidenceId(job: Job): string {
  return `ev-${hash('sha256', canonicalJson([job.collector, job.target.id, job.options])).slice(0, 16)}`;
}

function digestOf(evidence: JsonObject): string {
  const { digest: _, ...rest } = evidence;
  return `sha256:${hashOfPieces(canonicalPieces(rest))}`;
}

/** SHA-256 of texts one behind the other, in hexadecimal. A single one is hashed at once, which is faster. */
function hashOfPieces(pieces: Iterator<string, void>): string {
  const first = pieces.next().value ?? '';
  let next = pieces.next();
  if (next.done === true) return hash('sha256', first);
  const hasher = createHash('sha256').update(first);
  for (; next.done !== true; next = pieces.next()) hasher.update(next.value);
  return hasher.digest('hex');
}

/** Adds the digest over everything else. */
export function seal(evidence: Omit<Evidence, 'digest'>): Evidence {
  return { ...evidence, digest: digestOf(evidence as unknown as JsonObject) };
}

/** Evidence of a job that was not observed: only why. */
export function faultEvidence(job: Job, fault: Fault, startedAt: string, id: string = evidenceId(job)): Evidence {
  return seal({
    schema: 'evidence/1',
    id,
    job,
    collectorVersion: 0,
    startedAt,
    elapsedMs: 0,
    attempts: 0,
    redactions: 0,
    outcome: { is: 'fault', fault },
  });
}

/** JSON that is evidence with this id, with a digest that holds; undefined for anything else. */
export function intactEvidence(value: Json, id: string): Evidence | undefined {
  if (!isObject(value) || value['schema'] !== 'evidence/1' || value['id'] !== id) return undefined;
  const job = own(value, 'job');
  const target = own(job, 'target');
  const texts = [own(job, 'collector'), own(target, 'id'), own(target, 'kind'), value['startedAt'], value['digest']];
  const numbers = [value['collectorVersion'], value['elapsedMs'], value['attempts'], value['redactions']];
  if (!texts.every((text) => typeof text === 'string')) return undefined;
  if (!numbers.every((number) => typeof number === 'number')) return undefined;
  if (!isObject(own(job, 'options')) || !isObject(own(target, 'labels'))) return undefined;
  if (!isOutcome(own(value, 'outcome')) || !digestHolds(value)) return undefined;
  return value as unknown as Evidence;
}

function isOutcome(outcome: Json | undefined): boolean {
  const fault = own(outcome, 'fault');
  return own(outcome, 'is') === 'observed'
    ? own(outcome, 'raw') !== undefined
    : own(outcome, 'is') === 'fault' && isFaultCode(own(fault, 'code')) && typeof own(fault, 'message') === 'string';
}

function digestHolds(value: JsonObject): boolean {
  try {
    return digestOf(value) === value['digest'];
  } catch (error) {
    // Lone surrogates have no canonical form: nobody sealed this
    if (error instanceof TypeError) return false;
    throw error;
  }
}
