/** Facts from finished connections: tickets and what is resumed with them, and who is served without a certificate. Pure. */
import { faultIn, unknown } from '../../model/facts.ts';
import { type FaultCode, isFaultCode } from '../../model/fault.ts';
import { isArray, own, type Json } from '../../model/json.ts';
import { pointer } from '../../model/pointer.ts';
import { boolean, integer, type Schema } from '../../model/schema.ts';
import { WireError } from '../../wire/tls/bytes.ts';
import { parseFlight } from '../../wire/tls/flight.ts';
import { EXTENSION } from '../../wire/tls/names.ts';
import { decodeTicket13 } from '../../wire/tls/tls13.ts';
import type { Area, Seen } from './facts-questions.ts';
import { attemptOf } from './facts-suites.ts';
import { partly } from './partly.ts';
import { decodeTicket12 } from './resumption.ts';
import { saysNo, verdictOf } from './versions.ts';

export const sessionSchemas: { readonly [fact: string]: Schema } = {
  resumption: partly(
    {
      lifetime: integer({ description: 'seconds; of the ticket that lives longest; absent: none was given' }),
      earlyData: boolean({ description: 'a ticket allows early data (0-RTT)' }),
      pskOnly: boolean({
        description: 'TLS 1.3 is resumed without a fresh key exchange; absent: no ticket of TLS 1.3',
      }),
      crossHost: boolean({
        description: 'a session is resumed for a name that is served by another certificate; absent: there is none',
      }),
      keyRepeats: boolean({
        description:
          'a ticket bears the key name of one that was seen more than a day before; absent: none was, or none is given now',
      }),
    },
    { description: 'absent: neither TLS 1.2 nor 1.3' },
  ),
  withoutCertificate: partly({
    served: boolean({ description: 'the application answers a client without a certificate' }),
  }),
};

const PLACE = 'sessions';
const VERSIONS = ['TLSv1.3', 'TLSv1.2'] as const;

interface Ticket {
  readonly lifetime: number;
  readonly earlyData: number;
  readonly ticket: Uint8Array;
}

function ticketOf(version: (typeof VERSIONS)[number], text: Json): Ticket | undefined {
  const body = Buffer.from(typeof text === 'string' ? text : '', 'base64');
  try {
    return version === 'TLSv1.3' ? decodeTicket13(body) : { ...decodeTicket12(body), earlyData: 0 };
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

/** RFC 5077 §4: the recommended form begins with the name of the key, 16 octets. */
const KEY_NAME = 16;
const DAY_MS = 86_400_000;

/** The first octets of each ticket of one raw evidence: the names of keys, where the server follows RFC 5077. */
function keyNamesIn(raw: Json): readonly string[] {
  return VERSIONS.flatMap((version) => {
    const list = own(own(own(raw, PLACE), version), 'tickets');
    return (isArray(list) ? list.slice(0, 8) : []).flatMap((text) => {
      const ticket = ticketOf(version, text)?.ticket;
      return ticket === undefined || ticket.length <= KEY_NAME
        ? []
        : [Buffer.from(ticket.subarray(0, KEY_NAME)).toString('hex')];
    });
  });
}

/** What is kept of the tickets in one raw evidence for a later run: the names of their keys, no more. */
export function ticketKeysIn(raw: Json): readonly string[] {
  return [...new Set(keyNamesIn(raw))];
}

const timeOf = (value: Json | undefined): number => (typeof value === 'string' ? Date.parse(value) : Number.NaN);

/**
 * Whether a key of then is in use now; undefined where nothing old enough was seen, or no ticket is given now.
 * "No" needs tickets that evidently begin with a name: two of now that share it. RFC 5077 §4 only recommends the form,
 * and a server whose tickets begin with a nonce never repeats anything, however old its key is.
 */
function keyRepeats(raw: Json, rest: FaultCode | undefined): boolean | FaultCode | undefined {
  const earlier = own(raw, 'earlierTickets');
  const now = timeOf(own(own(raw, PLACE), 'asked'));
  const old = (isArray(earlier) ? earlier : []).filter((item) => now - timeOf(own(item, 'at')) > DAY_MS);
  if (old.length === 0) return undefined;
  const names = keyNamesIn(raw);
  if (old.some((item) => names.some((name) => name === own(item, 'key')))) return true;
  if (rest !== undefined) return rest;
  if (names.length === 0) return undefined;
  return new Set(names).size < names.length ? false : 'tls.unclear';
}

interface Tickets {
  readonly tickets: readonly Ticket[];
  /** Why there may be more. */
  readonly rest: FaultCode | undefined;
  /** The same of TLS 1.3 alone. */
  readonly modernRest: FaultCode | undefined;
}

function ticketsOf(seen: Seen): Tickets {
  const tickets: Ticket[] = [];
  let rest: FaultCode | undefined;
  let modernRest: FaultCode | undefined;
  for (const version of VERSIONS) {
    if (version === 'TLSv1.2') modernRest = rest;
    const state = seen.versions.get(version) ?? 'evidence.missing';
    if (state === false) continue;
    const item = own(own(seen.raw, PLACE), version);
    const list = own(item, 'tickets');
    if (typeof state === 'string' || !isArray(list)) {
      rest ??= typeof state === 'string' ? state : (faultIn(item) ?? 'evidence.missing');
      continue;
    }
    for (const text of list.slice(0, 8)) {
      const ticket = ticketOf(version, text);
      if (ticket === undefined) rest ??= 'tls.malformed';
      else tickets.push(ticket);
    }
    // TLS 1.3 gives tickets behind the handshake: a connection that was lost there may have lost them
    const end = own(item, 'end');
    if (version === 'TLSv1.3' && list.length === 0 && isFaultCode(end) && end !== 'net.reset') rest ??= end;
  }
  return { tickets, rest, modernRest };
}

/** Whether a hello that resumes was taken up: its ServerHello names the ticket. */
function isResumed(item: Json | undefined, lossless: boolean): boolean | FaultCode {
  const resumed = own(item, 'resumed');
  if (typeof resumed === 'boolean') return resumed;
  const fault = faultIn(item);
  if (fault !== undefined) return fault === 'tls.handshake' ? false : fault;
  const attempt = attemptOf(item);
  if (attempt === undefined) return 'evidence.missing';
  const { serverHello } = parseFlight(attempt.bytes);
  if (serverHello !== undefined)
    return !serverHello.retry && serverHello.extensions.some(({ type }) => type === EXTENSION.preSharedKey);
  const verdict = verdictOf(attempt, 'TLSv1.3');
  if (saysNo(verdict, true, lossless)) return false;
  return isFaultCode(verdict) ? verdict : 'net.closed';
}

function known(value: boolean | FaultCode): Json {
  return typeof value === 'boolean' ? value : unknown(value);
}

function resumptionFacts(seen: Seen): Area {
  const { raw, versions, lossless } = seen;
  if (versions.get('TLSv1.2') === false && versions.get('TLSv1.3') === false) return { facts: {}, at: {} };
  const sessions = own(raw, PLACE);
  if (sessions === undefined) return { facts: { resumption: unknown('evidence.missing') }, at: {} };
  const { tickets, rest, modernRest } = ticketsOf(seen);
  const lifetime = Math.max(0, ...tickets.map((ticket) => ticket.lifetime));
  const early = tickets.some(({ earlyData }) => earlyData > 0);
  const [pskOnly, crossHost] = [own(sessions, 'pskOnly'), own(sessions, 'crossHost')];
  const repeats = keyRepeats(raw, rest);
  const unknownRest = rest === undefined ? undefined : unknown(rest);
  return {
    facts: {
      resumption: {
        ...(unknownRest !== undefined ? { lifetime: unknownRest } : tickets.length > 0 && { lifetime }),
        earlyData: early || modernRest === undefined ? early : unknown(modernRest),
        ...(repeats !== undefined && { keyRepeats: known(repeats) }),
        ...(pskOnly !== undefined && { pskOnly: known(isResumed(pskOnly, lossless)) }),
        ...(crossHost !== undefined && { crossHost: known(isResumed(crossHost, lossless)) }),
      },
    },
    at: {
      '/resumption': pointer(PLACE),
      ...(pskOnly !== undefined && { '/resumption/pskOnly': pointer(PLACE, 'pskOnly') }),
      ...(crossHost !== undefined && { '/resumption/crossHost': pointer(PLACE, 'crossHost') }),
    },
  };
}

/** Statuses by which HTTP servers say that a certificate, or a login, is missing. */
const SENT_AWAY = [400, 401, 403, 495, 496];

function isServed(item: Json | undefined, protocol: string): boolean | FaultCode {
  if (item === undefined) return 'evidence.missing';
  const answer = own(item, 'answer');
  if (typeof answer === 'string') {
    const status = /^HTTP\/1\.[01] ([1-5][0-9]{2})\b/.exec(Buffer.from(answer, 'base64').toString('latin1'))?.[1];
    if (status !== undefined) return !SENT_AWAY.includes(Number(status));
    return protocol === 'tls' ? 'tls.unclear' : true;
  }
  // certificate_required, handshake_failure, access_denied and the like: the end of it
  if (typeof own(item, 'alert') === 'number') return own(item, 'alert') === 0 ? 'tls.unclear' : false;
  const fault = faultIn(item);
  if (fault !== undefined) return fault === 'tls.handshake' ? false : fault;
  const end = own(item, 'end');
  if (end === 'closed' || end === 'net.reset' || end === 'net.closed') return false;
  return isFaultCode(end) ? end : 'evidence.missing';
}

function certificateFacts(seen: Seen): Area {
  const { raw, versions, endpoint } = seen;
  const asked = VERSIONS.filter((version) => versions.get(version) !== false);
  const truths = asked.map((version) => ({
    version,
    truth: isServed(own(own(raw, PLACE), version), endpoint.name.protocol),
  }));
  const decisive =
    truths.find(({ truth }) => truth === true) ?? truths.find(({ truth }) => typeof truth === 'string') ?? truths[0];
  if (decisive === undefined) return { facts: {}, at: {} };
  const { version, truth } = decisive;
  const at: Area['at'] =
    own(own(raw, PLACE), version) === undefined ? {} : { '/withoutCertificate': pointer(PLACE, version) };
  return { facts: { withoutCertificate: { served: known(truth) } }, at };
}

export function sessionFacts(seen: Seen): Area {
  if (seen.offered === false) return { facts: {}, at: {} };
  const [resumption, certificate] = [resumptionFacts(seen), certificateFacts(seen)];
  return { facts: { ...resumption.facts, ...certificate.facts }, at: { ...resumption.at, ...certificate.at } };
}
