/** What raw evidence says of the endpoint itself: the words before TLS, and each version. Pure, shared by facts and scan. */
import { faultIn } from '../../model/facts.ts';
import type { FaultCode } from '../../model/fault.ts';
import { isArray, own, type Json } from '../../model/json.ts';
import { type EndpointName, PROTOCOLS, type Protocol } from '../../model/target.ts';
import { dialogueFor, replayDialogue } from '../../wire/starttls/index.ts';
import { plainQuestion } from '../../wire/starttls/plain.ts';
import type { Outcome } from '../../wire/starttls/dialogue.ts';
import { SSLV2_KINDS, sslv2ServerHello } from '../../wire/tls/sslv2.ts';
import { attemptOf } from './facts-suites.ts';
import { type Attempt, isOffered, isProbed, isSpoken, PROBED, type Probed, saysNo, verdictOf } from './versions.ts';

function bytesOf(value: Json | undefined): Uint8Array | undefined {
  return typeof value === 'string' ? Buffer.from(value, 'base64') : undefined;
}

export function protocolOf(raw: Json): Protocol | undefined {
  const text = own(raw, 'protocol');
  return text === 'tls' ? 'tls' : PROTOCOLS.find((protocol) => protocol === text);
}

export interface Endpoint {
  readonly name: EndpointName;
  readonly text: string;
}

export function endpointIn(raw: Json): Endpoint | undefined {
  const host = own(raw, 'host');
  const port = own(raw, 'port');
  const text = own(raw, 'endpoint');
  const protocol = protocolOf(raw);
  if (typeof host !== 'string' || !Number.isInteger(port) || typeof port !== 'number' || typeof text !== 'string')
    return undefined;
  return protocol === undefined ? undefined : { name: { host, port, protocol }, text };
}

/** The dialogue before TLS, replayed over the stored replies. */
export function upgradeIn(raw: Json): Outcome | FaultCode | undefined {
  const name = endpointIn(raw)?.name;
  if (name === undefined) return 'evidence.missing';
  const dialogue = dialogueFor(name.protocol, name.host);
  if (dialogue === undefined) return undefined;
  const upgrade = own(raw, 'upgrade');
  const replies = own(upgrade, 'replies');
  if (!isArray(replies)) return 'evidence.missing';
  const outcome = replayDialogue(
    dialogue,
    replies.flatMap((reply) => bytesOf(reply) ?? []),
  );
  return outcome ?? faultIn(own(upgrade, 'failure')) ?? 'evidence.missing';
}

/** What a service said to a client without TLS; undefined where there was nothing to ask. */
export function plainIn(raw: Json): Outcome | FaultCode | undefined {
  const name = endpointIn(raw)?.name;
  const question = name === undefined ? undefined : plainQuestion(name.protocol);
  if (question === undefined) return undefined;
  const plain = own(raw, 'plain');
  const replies = own(plain, 'replies');
  if (!isArray(replies)) return 'evidence.missing';
  const outcome = replayDialogue(
    question,
    replies.flatMap((reply) => bytesOf(reply) ?? []),
  );
  return outcome ?? faultIn(own(plain, 'failure')) ?? 'evidence.missing';
}

function attemptsIn(raw: Json, version: Probed): readonly Attempt[] {
  const attempts = own(own(raw, 'versions'), version);
  return isArray(attempts) ? attempts.flatMap((attempt) => attemptOf(attempt) ?? []) : [];
}

/** Each version: offered or not, or the reason for not knowing. */
function versionsOf(raw: Json): ReadonlyMap<Probed, boolean | FaultCode> {
  const attempts = new Map(PROBED.map((version) => [version, attemptsIn(raw, version)]));
  const answered = PROBED.some((version) =>
    (attempts.get(version) ?? []).some((attempt) => verdictOf(attempt, version) === 'accepted'),
  );
  const alive = isAlive(raw) && (answered || isSslv2(attemptOf(own(raw, 'sslv2'))));
  const all = [...attempts.values()].flat();
  return new Map(
    PROBED.map((version) => {
      const offered = isOffered(attempts.get(version) ?? [], version, alive, isLossless(raw));
      return [version, offered === false && isSpoken(version, all) ? 'tls.unclear' : offered];
    }),
  );
}

function isSslv2(attempt: Attempt | undefined): boolean {
  return attempt !== undefined && sslv2ServerHello(attempt.bytes) !== undefined;
}

/** Where closes came last, something that the server had answered before was asked again, and answered. */
export function isAlive(raw: Json): boolean {
  const again = own(raw, 'again');
  const attempt = attemptOf(again);
  if (again === undefined) return true;
  const version = own(again, 'version');
  return isProbed(version) ? attempt !== undefined && verdictOf(attempt, version) === 'accepted' : isSslv2(attempt);
}

/** No question had to be asked twice for a connection that was lost by chance. */
export function isLossless(raw: Json): boolean {
  return own(raw, 'lost') === 0;
}

export interface Sslv2Kind {
  readonly code: number;
  readonly name: string;
}

/** SSLv2: the kinds that its ServerHello lists; a clear answer of any other form is a "no". */
export function sslv2Of(
  raw: Json,
  alive: boolean,
): { readonly offered: boolean | FaultCode; readonly kinds: readonly Sslv2Kind[] } {
  const attempt = attemptOf(own(raw, 'sslv2'));
  if (attempt === undefined) return { offered: 'evidence.missing', kinds: [] };
  const hello = sslv2ServerHello(attempt.bytes);
  if (hello !== undefined)
    return {
      offered: true,
      kinds: hello.kinds.map((code) => ({ code, name: SSLV2_KINDS[code] ?? `0x${code.toString(16)}` })),
    };
  if (attempt.bytes.length > 0) return { offered: false, kinds: [] };
  if (attempt.end === 'whole') return { offered: 'tls.unclear', kinds: [] };
  return {
    offered: saysNo(attempt.end, alive && isAlive(raw), isLossless(raw)) ? false : faultOfEnd(attempt.end),
    kinds: [],
  };
}

function faultOfEnd(end: 'closed' | FaultCode): FaultCode {
  return end === 'closed' ? 'net.closed' : end;
}

/** Each version: offered or not, or the reason for not knowing; where TLS cannot start, none is. */
export function versionStates(
  raw: Json,
  upgrade: Outcome | FaultCode | undefined,
): ReadonlyMap<Probed, boolean | FaultCode> {
  if (typeof upgrade === 'string') return new Map(PROBED.map((version) => [version, upgrade]));
  if (upgrade?.ready === false) return new Map(PROBED.map((version) => [version, false]));
  return versionsOf(raw);
}
