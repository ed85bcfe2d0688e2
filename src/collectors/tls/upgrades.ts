/** Questions about the way into TLS: what is injected before it, TLS without an upgrade, and whether anybody gets this far. */
import { answerOrFault } from '../../model/facts.ts';
import { FaultError } from '../../model/fault.ts';
import type { IO } from '../../model/io.ts';
import type { JsonObject } from '../../model/json.ts';
import type { EndpointName, Protocol } from '../../model/target.ts';
import { injectionFor } from '../../wire/starttls/injection.ts';
import { parseFlight } from '../../wire/tls/flight.ts';
import { dial } from './dial.ts';
import type { Setting } from './eliminate.ts';
import { groupsFor, helloBytes, suitesFor } from './hello.ts';
import { untilDone } from './prober.ts';
import type { Offered } from './questions.ts';

const MAX_INSIDE = 4096;

/** A command in the clear behind STARTTLS; what is then answered inside TLS. */
export async function askInjection({ io, endpoint, prober }: Setting): Promise<JsonObject | undefined> {
  const injection = injectionFor(endpoint.protocol);
  if (injection === undefined) return undefined;
  return await answerOrFault(
    async () =>
      await prober.slot(async () => {
        const { stream, spoken } = await dial(io, endpoint, injection.instead);
        try {
          // refused together with what followed: nothing can be injected
          if (spoken?.outcome?.ready !== true) return { refused: true };
          const session = await io.tls(stream, {
            servername: endpoint.host,
            ciphers: 'ALL:@SECLEVEL=0',
            minVersion: 'TLSv1',
          });
          await session.stream.write(injection.last);
          let inside: Uint8Array = new Uint8Array();
          for (;;) {
            const chunk = await session.stream.read();
            if (chunk === undefined || inside.length > MAX_INSIDE) break;
            inside = Buffer.concat([inside, chunk]);
            if (injection.answered(inside)) break;
          }
          return { inside: Buffer.from(inside.subarray(0, MAX_INSIDE)).toString('base64') };
        } finally {
          stream.close();
        }
      }),
  );
}

/** Names in ALPN of protocols that can do without an upgrade. */
export const DIRECT: { readonly [protocol in Protocol]?: string } = { postgres: 'postgresql', mssql: 'tds/8.0' };

/** TLS from the first byte where the protocol has an upgrade of its own. */
export async function askDirect(
  { io, endpoint, prober }: Setting,
  { version }: Offered,
): Promise<JsonObject | undefined> {
  const name = DIRECT[endpoint.protocol];
  if (name === undefined) return undefined;
  const hello = helloBytes(io, endpoint, {
    version,
    suites: suitesFor(version, 'all'),
    groups: groupsFor(version, 'all'),
    alpn: [name],
  });
  return await answerOrFault(
    async () =>
      await prober.slot(async () => {
        const stream = await io.tcp(endpoint.host, endpoint.port);
        try {
          await stream.write(hello);
          let bytes: Uint8Array = new Uint8Array();
          while (!untilDone(parseFlight(bytes), bytes) && bytes.length < 65_536) {
            const chunk = await stream.read();
            if (chunk === undefined) return { version, flight: base64(bytes), end: 'closed' };
            bytes = Buffer.concat([bytes, chunk]);
          }
          return { version, flight: base64(bytes), end: 'whole' };
        } finally {
          stream.close();
        }
      }),
  );
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.subarray(0, 8192)).toString('base64');
}

/** Whether a connection can be made at all: only a refusal is an answer where the user says that nobody should get in. */
export async function askReach(io: IO, endpoint: EndpointName): Promise<'reached' | FaultError> {
  try {
    (await io.tcp(endpoint.host, endpoint.port)).close();
    return 'reached';
  } catch (error) {
    if (error instanceof FaultError) return error;
    throw error;
  }
}
