/** Facts about the timestamps of CT logs that came with a leaf: in it, beside it in TLS, or in its OCSP answer. Pure. */
import { unknown } from '../../model/facts.ts';
import { own, type Json, type JsonObject } from '../../model/json.ts';
import { boolean, integer, list, string } from '../../model/schema.ts';
import type { Certificate } from '../../wire/x509/certificate.ts';
import type { CtLogs } from '../../wire/x509/ct-logs.ts';
import { DerError } from '../../wire/x509/der.ts';
import { type Sct, sctListOf } from '../../wire/x509/extensions.ts';
import { parseOcsp } from '../../wire/x509/ocsp.ts';
import { isTimestamp, logKey } from '../../wire/x509/sct.ts';
import { logsNeeded } from './certificate-extensions.ts';
import { partly } from './partly.ts';

export const sctSchema = partly(
  {
    delivered: boolean({ description: 'timestamps of CT logs came beside the certificate' }),
    count: integer({ description: 'all of them, in the certificate and beside it' }),
    logs: integer({ description: 'distinct logs' }),
    logsMissing: integer({
      description: 'logs short of the CT policies by the date of issue; absent: they say nothing of it',
    }),
    operators: list(string(), {
      description: 'who runs these logs, by the list of --ct-logs; absent: no list was given',
    }),
    invalid: list(string(), {
      description: 'logs of that list that did not sign what bears their name; absent: no list was given',
    }),
  },
  { description: 'timestamps of CT logs that came with the leaf' },
);

export interface SctInput {
  readonly leaf: Certificate;
  readonly issuer: Certificate | undefined;
  /** The list of the TLS extension. */
  readonly extension: Uint8Array | undefined;
  readonly staple: Uint8Array | undefined;
  readonly raw: Json;
}

const DAY = 86_400_000;
/** Chrome: a list is of use for ten weeks. */
const MAX_AGE_DAYS = 70;

/** What a list says of the logs that were seen: this goes into the evidence. */
export function logsSeen(list: CtLogs, ids: readonly string[], now: string): JsonObject {
  const seen = [...new Set(ids)].flatMap((id) => {
    const log = list.logs.get(id);
    return log === undefined ? [] : [[id, { operator: log.operator, key: log.key }] as const];
  });
  const stale = Date.parse(now) - Date.parse(list.date) > MAX_AGE_DAYS * DAY;
  return { date: list.date, stale, logs: Object.fromEntries(seen) };
}

interface Found {
  readonly sct: Sct;
  readonly embedded: boolean;
}

function listed(bytes: Uint8Array | undefined): readonly Sct[] {
  try {
    return bytes === undefined ? [] : sctListOf(bytes);
  } catch (error) {
    if (error instanceof DerError) return [];
    throw error;
  }
}

/** `undefined`: those in the certificate cannot be read. */
function timestamps({ leaf, extension, staple }: SctInput): readonly Found[] | undefined {
  const { scts } = leaf;
  if (scts !== undefined && 'malformed' in scts) return undefined;
  const answer = staple === undefined ? undefined : parseOcsp(staple);
  const stapled = answer?.ok === true ? answer.value.answers.flatMap(({ scts: bytes }) => listed(bytes)) : [];
  return [
    ...(scts?.value ?? []).map((sct) => ({ sct, embedded: true })),
    ...[...listed(extension), ...stapled].map((sct) => ({ sct, embedded: false })),
  ];
}

/** What the user's list of logs says of those that were seen. */
function knownLogs(found: readonly Found[], { raw, leaf, issuer }: SctInput): JsonObject {
  const lists = own(raw, 'ctLogs');
  if (lists === undefined) return {};
  const logs = own(lists, 'logs');
  const operators = new Set<string>();
  const invalid = new Set<string>();
  let strange = false;
  let unseen = false;
  for (const { sct, embedded } of found) {
    const log = own(logs, sct.log);
    const operator = own(log, 'operator');
    const spki = own(log, 'key');
    const key = typeof spki === 'string' ? logKey(Buffer.from(spki, 'base64')) : undefined;
    if (typeof operator !== 'string' || key === undefined) {
      strange = true;
      continue;
    }
    operators.add(operator.toWellFormed());
    // RFC 6962 §3.2: the key of the issuer is part of what was signed
    if (embedded && issuer === undefined) unseen = true;
    else if (!isTimestamp(sct, { certificate: leaf, issuer: embedded ? issuer : undefined }, key)) invalid.add(sct.log);
  }
  // two operators are enough whoever runs the rest; fewer may be the fault of an old list
  const open = operators.size < 2 && (strange || own(lists, 'stale') === true);
  return {
    operators: open ? unknown('data.stale') : [...operators],
    invalid: invalid.size === 0 && unseen ? unknown('cert.issuer-missing') : [...invalid],
  };
}

export function sctFacts(input: SctInput): JsonObject {
  const delivered = input.extension !== undefined;
  const found = timestamps(input);
  if (found === undefined) return { delivered, count: unknown('cert.malformed'), logs: unknown('cert.malformed') };
  const logs = new Set(found.map(({ sct }) => sct.log)).size;
  const needed = logsNeeded(input.leaf);
  return {
    delivered,
    count: found.length,
    logs,
    ...(needed !== undefined && { logsMissing: Math.max(0, needed - logs) }),
    ...knownLogs(found, input),
  };
}
