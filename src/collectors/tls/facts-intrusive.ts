/** Facts from the active probes: which known defects answered. Pure. */
import { faultIn, unknown } from '../../model/facts.ts';
import { type FaultCode, isFaultCode } from '../../model/fault.ts';
import { isArray, isObject, own, type Json, type JsonObject } from '../../model/json.ts';
import { pointer } from '../../model/pointer.ts';
import { boolean, integer } from '../../model/schema.ts';
import type { Area, Seen } from './facts-questions.ts';
import { partly } from './partly.ts';

const DEFECTS = {
  heartbleed: 'a heartbeat that claims more than it carries is answered',
  earlyCcs: 'a ChangeCipherSpec is taken before there are keys',
  ticketbleed: 'a session id of one octet comes back with memory behind it',
  robot: 'PKCS#1 blocks that are wrong in different ways are told apart',
  badPadding: 'a CBC record with wrong padding is taken',
  paddingOracle: 'wrong padding and a wrong MAC are told apart',
  invalidCurve: 'a point of another curve is taken',
  clientRenegotiation: 'the client may start a renegotiation',
  insecureRenegotiation: 'a renegotiation without RFC 5746 is taken',
} as const;

export const intrusiveSchema = partly(
  {
    asked: boolean({ description: 'the user permitted active probes' }),
    ...Object.fromEntries(Object.entries(DEFECTS).map(([name, description]) => [name, boolean({ description })])),
    renegotiations: integer({ description: 'how often the client may, up to eleven times' }),
  },
  { description: 'a member is absent where the server has nothing that could have the defect' },
);

const PLACE = 'intrusive';

/** Undefined: there is nothing to have the defect. */
type Verdict = boolean | FaultCode | undefined;

function cameOf(item: Json | undefined): string {
  const came = own(item, 'came');
  return faultIn(item) ?? (typeof came === 'string' ? came : 'evidence.missing');
}

/** What no verdict can be made of. */
function unclear(came: string): FaultCode {
  if (isFaultCode(came)) return came;
  return came === 'nothing' ? 'net.timeout' : 'tls.unclear';
}

const ENDED = ['alert', 'closed', 'reset'];

function heartbleed(item: Json | undefined): Verdict {
  if (own(item, 'agreed') === false) return false;
  const came = cameOf(item);
  if (came === 'record') return own(item, 'type') === 24 ? true : 'tls.unclear';
  return ENDED.includes(came) ? false : unclear(came);
}

/** A server that lets the first one pass in silence and ends at the second took the first. */
function earlyCcs(item: Json | undefined): Verdict {
  const came = cameOf(item);
  if (came !== 'nothing') return ENDED.includes(came) ? false : unclear(came);
  const second = cameOf(own(item, 'second'));
  return ENDED.includes(second) ? true : unclear(second);
}

function ticketbleed(item: Json | undefined): Verdict {
  if (own(item, 'ticket') === false) {
    const fault = faultIn(item);
    return fault === undefined || fault === 'tls.handshake' ? undefined : fault;
  }
  const fault = faultIn(item);
  if (fault !== undefined) return fault === 'tls.handshake' ? false : fault;
  const length = own(item, 'length');
  if (typeof length !== 'number') return 'evidence.missing';
  return own(item, 'resumed') === true && own(item, 'ours') === true && length > 1;
}

function textsOf(round: Json | undefined): readonly string[] {
  return isObject(round) ? Object.values(round).map((answer) => JSON.stringify(answer)) : [];
}

/** The fault that hides what one of the answers was. */
function faultAmong(round: Json | undefined): FaultCode | undefined {
  if (!isObject(round)) return 'evidence.missing';
  return Object.values(round)
    .map((answer) => faultIn(answer))
    .find((fault) => fault !== undefined);
}

/** Told apart in the same way twice. */
function toldApart(first: Json | undefined, second: Json | undefined): Verdict {
  const fault = faultAmong(first) ?? (second === undefined ? undefined : faultAmong(second));
  if (fault !== undefined) return fault;
  if (new Set(textsOf(first)).size <= 1) return textsOf(first).length === 0 ? 'evidence.missing' : false;
  if (second === undefined) return 'evidence.missing';
  return JSON.stringify(textsOf(first)) === JSON.stringify(textsOf(second)) ? true : 'tls.unclear';
}

function robot(rounds: Json | undefined): Verdict {
  if (!isArray(rounds)) return 'evidence.missing';
  if (rounds.length === 0) return 'evidence.missing';
  const answers = (short: boolean): readonly (Json | undefined)[] =>
    rounds.filter((round) => own(round, 'short') === short).map((round) => own(round, 'answers'));
  const [first, second] = answers(false);
  const texts = textsOf(first);
  if (texts.length > 0 && texts.every((text) => text === '{"came":"refused"}')) return undefined;
  const whole = toldApart(first, second);
  if (whole !== false) return whole;
  const [shortFirst, shortSecond] = answers(true);
  return toldApart(shortFirst, shortSecond);
}

function badPadding(rounds: Json | undefined): Verdict {
  if (!isArray(rounds)) return 'evidence.missing';
  const item = own(rounds[0], 'padding');
  const came = cameOf(item);
  // no CBC suite: the handshake of the probe is refused
  if (came === 'tls.handshake' || came === 'refused') return undefined;
  if (came === 'answer') return true;
  return ENDED.includes(came) ? false : unclear(came);
}

function paddingOracle(rounds: Json | undefined): Verdict {
  const taken = badPadding(rounds);
  if (taken === undefined || typeof taken === 'string' || !isArray(rounds)) return taken;
  return toldApart(rounds[0], rounds[1]);
}

function invalidCurve(item: Json | undefined): Verdict {
  const fault = faultIn(item);
  if (fault !== undefined) return fault;
  const attempts = own(item, 'attempts');
  if (!isArray(attempts) || attempts.length === 0) return 'evidence.missing';
  const came = attempts.map((attempt) => cameOf(attempt));
  if (came.includes('finished')) return true;
  // some servers refuse a hello by closing: it was tried four times
  if (came.every((one) => one === 'refused' || one === 'net.closed')) return undefined;
  const open = came.find((one) => !ENDED.includes(one));
  return open === undefined ? false : unclear(open);
}

function renegotiated(item: Json | undefined): Verdict {
  const came = cameOf(item);
  if (came === 'handshake') return own(item, 'type') === 2 ? true : 'tls.unclear';
  return ENDED.includes(came) || came === 'answer' ? false : unclear(came);
}

const JUDGES: readonly (readonly [
  fact: keyof typeof DEFECTS,
  raw: string,
  judge: (item: Json | undefined) => Verdict,
])[] = [
  ['heartbleed', 'heartbleed', heartbleed],
  ['earlyCcs', 'ccs', earlyCcs],
  ['robot', 'robot', robot],
  ['ticketbleed', 'ticketbleed', ticketbleed],
  ['badPadding', 'paddings', badPadding],
  ['paddingOracle', 'paddings', paddingOracle],
  ['invalidCurve', 'invalidCurve', invalidCurve],
  ['clientRenegotiation', 'renegotiation', renegotiated],
  ['insecureRenegotiation', 'insecureRenegotiation', renegotiated],
];

/** These are asked with a handshake of TLS 1.2 alone. */
const OF_TLS12: readonly string[] = [
  'ticketbleed',
  'badPadding',
  'paddingOracle',
  'invalidCurve',
  'clientRenegotiation',
  'insecureRenegotiation',
];

export function intrusiveFacts({ raw, versions, offered }: Seen): Area {
  const asked = own(own(raw, 'policy'), 'intrusive') === true;
  if (!asked || offered === false) return { facts: { intrusive: { asked } }, at: {} };
  const probes = own(raw, PLACE);
  const at: { [place: string]: string } = probes === undefined ? {} : { [pointer(PLACE)]: pointer(PLACE) };
  const facts: { [name: string]: Json } = { asked };
  const classic = [...versions].some(([version, state]) => version !== 'TLSv1.3' && state === true);
  const unclearVersion = [...versions].find(
    ([version, state]) => version !== 'TLSv1.3' && typeof state === 'string',
  )?.[1];
  for (const [fact, name, judge] of JUDGES) {
    const item = own(probes, name);
    // older versions than TLS 1.2 cannot be finished by us: that is no pass
    const missing: Verdict =
      probes === undefined
        ? 'evidence.missing'
        : !classic
          ? unclearVersion
          : OF_TLS12.includes(fact)
            ? 'tls.unclear'
            : 'evidence.missing';
    const verdict = item === undefined ? missing : judge(item);
    if (verdict === undefined) continue;
    facts[fact] = typeof verdict === 'boolean' ? verdict : unknown(verdict);
    if (item !== undefined) at[pointer(PLACE, fact)] = pointer(PLACE, name);
  }
  const counted = own(own(probes, 'renegotiations'), 'count');
  if (Number.isInteger(counted) && typeof counted === 'number') {
    facts['renegotiations'] = counted;
    at[pointer(PLACE, 'renegotiations')] = pointer(PLACE, 'renegotiations');
  }
  return { facts: { intrusive: facts satisfies JsonObject }, at };
}
