/** Facts about what a server sent in its flight: certificates as sent, staple, SCTs, the demand for a client certificate. Pure. */
import { faultIn, unknown } from '../../model/facts.ts';
import type { FaultCode } from '../../model/fault.ts';
import { isArray, own, type Json, type JsonObject } from '../../model/json.ts';
import { readerOf, WireError } from '../../wire/tls/bytes.ts';
import { type Extension, extensionsFrom } from '../../wire/tls/client-hello.ts';
import { certificatesIn, HANDSHAKE, type Message } from '../../wire/tls/flight.ts';
import { EXTENSION, signatureName } from '../../wire/tls/names.ts';
import { decodeServerHello, type ServerHello } from '../../wire/tls/server-hello.ts';
import { certificateEntries, messagesOf } from '../../wire/tls/tls13.ts';
import { DerError, readElement } from '../../wire/x509/der.ts';
import { nameOf } from '../../wire/x509/name.ts';

/** One flight, taken apart. */
export interface Served {
  /** Where it stands in raw. */
  readonly index: number;
  readonly modern: boolean;
  readonly hello: ServerHello;
  readonly certificates: readonly Uint8Array[];
  /** DER of the OCSP response, where one was stapled. */
  readonly staple: Uint8Array | undefined;
  /** The SCT list of the TLS extension. */
  readonly scts: Uint8Array | undefined;
  readonly clientCertificate: { readonly requested: boolean; readonly authorities: readonly string[] };
  /** The scheme that the server signed its handshake with, where the version names one. */
  readonly scheme: number | undefined;
  readonly extensions: readonly Extension[];
}

function messageIn(messages: readonly Message[], type: number): Uint8Array | undefined {
  return messages.find((message) => message.type === type)?.body;
}

function authoritiesIn(list: Uint8Array): readonly string[] {
  const reader = readerOf(readerOf(list).vector(2));
  const found: string[] = [];
  while (reader.left() > 0 && found.length < 100) {
    const name = reader.vector(2);
    found.push(nameOf(readElement(name).element, 'an authority').text);
  }
  return found;
}

function stapleIn(status: Uint8Array | undefined): Uint8Array | undefined {
  if (status === undefined) return undefined;
  const reader = readerOf(status);
  // RFC 6066 §8: type 1 is ocsp
  return reader.uint(1) === 1 ? reader.vector(3) : undefined;
}

function modernFlight(index: number, hello: ServerHello, messages: readonly Message[]): Served {
  const encrypted = messageIn(messages, HANDSHAKE.encryptedExtensions);
  const request = messageIn(messages, HANDSHAKE.certificateRequest);
  const certificate = messageIn(messages, HANDSHAKE.certificate);
  const verify = messageIn(messages, HANDSHAKE.certificateVerify);
  const entries = certificate === undefined ? [] : certificateEntries(certificate);
  const first = entries[0]?.extensions ?? [];
  const asked = request === undefined ? undefined : readerOf(request);
  asked?.vector(1);
  const wishes = asked === undefined ? [] : extensionsFrom(asked.vector(2));
  const authorities = wishes.find(({ type }) => type === EXTENSION.certificateAuthorities)?.data;
  return {
    index,
    modern: true,
    hello,
    certificates: entries.map((entry) => entry.certificate),
    staple: stapleIn(first.find(({ type }) => type === EXTENSION.statusRequest)?.data),
    scts: first.find(({ type }) => type === EXTENSION.signedCertificateTimestamp)?.data,
    clientCertificate: {
      requested: request !== undefined,
      authorities: authorities === undefined ? [] : authoritiesIn(authorities),
    },
    scheme: verify === undefined ? undefined : readerOf(verify).uint(2),
    extensions: encrypted === undefined ? [] : extensionsFrom(readerOf(encrypted).vector(2)),
  };
}

function classicFlight(index: number, hello: ServerHello, messages: readonly Message[]): Served {
  const certificate = messageIn(messages, HANDSHAKE.certificate);
  const request = messageIn(messages, HANDSHAKE.certificateRequest);
  let authorities: readonly string[] = [];
  if (request !== undefined) {
    const reader = readerOf(request);
    reader.vector(1);
    if (hello.version === 0x0303) reader.vector(2);
    authorities = authoritiesIn(request.subarray(request.length - reader.left()));
  }
  return {
    index,
    modern: false,
    hello,
    certificates: certificate === undefined ? [] : certificatesIn(certificate),
    staple: stapleIn(messageIn(messages, HANDSHAKE.certificateStatus)),
    scts: hello.extensions.find(({ type }) => type === EXTENSION.signedCertificateTimestamp)?.data,
    clientCertificate: { requested: request !== undefined, authorities },
    scheme: undefined,
    extensions: hello.extensions,
  };
}

/** One entry of `served` in raw, or why it says nothing. */
export function servedFlight(raw: Json, index: number): Served | FaultCode {
  const code = faultIn(raw);
  if (code !== undefined) return code;
  const joined = own(raw, 'messages');
  if (typeof joined !== 'string') return 'evidence.missing';
  try {
    const messages = messagesOf(Buffer.from(joined, 'base64'));
    const first = messageIn(messages, HANDSHAKE.serverHello);
    if (first === undefined) return 'evidence.missing';
    const hello = decodeServerHello(first);
    return hello.version >= 0x0304 ? modernFlight(index, hello, messages) : classicFlight(index, hello, messages);
  } catch (error) {
    if (error instanceof WireError) return 'tls.malformed';
    if (error instanceof DerError) return 'cert.malformed';
    throw error;
  }
}

export interface ServedFlights {
  readonly flights: readonly Served[];
  /** Why there may be more; undefined where all were read. */
  readonly rest: FaultCode | undefined;
}

export function servedIn(raw: Json): ServedFlights | undefined {
  const list = own(raw, 'served');
  if (!isArray(list)) return undefined;
  const flights: Served[] = [];
  let rest: FaultCode | undefined;
  for (const [index, item] of list.slice(0, 16).entries()) {
    const served = servedFlight(item, index);
    if (typeof served === 'string') rest ??= served;
    else flights.push(served);
  }
  return { flights, rest };
}

export function servedFacts(served: ServedFlights | undefined): JsonObject {
  const first = served?.flights[0];
  if (served === undefined || first === undefined) {
    const missing = unknown(served?.rest ?? 'evidence.missing');
    return { clientCertificate: missing, signature: missing, staple: missing, scts: missing };
  }
  const requested = served.flights.some(({ clientCertificate }) => clientCertificate.requested);
  const authorities = [...new Set(served.flights.flatMap(({ clientCertificate }) => clientCertificate.authorities))];
  const schemes = served.flights.flatMap(({ scheme }) => (scheme === undefined ? [] : [signatureName(scheme)]));
  return {
    clientCertificate: {
      requested: requested || served.rest === undefined ? requested : unknown(served.rest),
      authorities,
    },
    signature: { schemes: [...new Set(schemes)] },
    staple: { sent: first.staple !== undefined },
    scts: { delivered: first.scts !== undefined },
  };
}
