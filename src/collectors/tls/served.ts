/** The flights with certificates: those of TLS 1.3 read by a handshake of ours, the older ones as they came in the clear. */
import { answerOrFault, faultIn } from '../../model/facts.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { concat, vector } from '../../wire/tls/bytes.ts';
import { ALL_SIGNATURES } from '../../wire/tls/client-hello.ts';
import { HANDSHAKE } from '../../wire/tls/flight.ts';
import { versionName } from '../../wire/tls/names.ts';
import { messagesOf } from '../../wire/tls/tls13.ts';
import { dialForTls } from './dial.ts';
import type { Setting } from './eliminate.ts';
import { handshake13, type Progress, type Wishes } from './handshake13.ts';
import type { Prober } from './prober.ts';

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

/** ECDSA and EdDSA schemes, or RSA ones: what a server with two certificates chooses by. */
function isEcScheme(code: number): boolean {
  return [0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0203, 0x0303, 0x081a, 0x081b, 0x081c].includes(code);
}

/** One handshake up to the server's Finished, as it stands in raw; its fault where it came to none. */
export async function flight13(setting: Setting, wishes: Wishes): Promise<JsonObject> {
  const { io, endpoint, prober } = setting;
  const progress: Progress = { retried: false };
  const raw = await answerOrFault(async () => {
    const { hello, messages } = await prober.insist(async () => {
      const stream = await dialForTls(io, endpoint);
      try {
        return await handshake13(io, endpoint, stream, wishes, progress);
      } finally {
        stream.close();
      }
    });
    return { version: 'TLSv1.3', messages: base64(concat(hello, messages)) };
  });
  return faultIn(raw) !== undefined && progress.retried ? { ...raw, retried: true } : raw;
}

/** The scheme of the CertificateVerify in a decrypted flight. */
function schemeIn(raw: JsonObject): number | undefined {
  const { messages } = raw;
  if (typeof messages !== 'string') return undefined;
  const verify = messagesOf(Buffer.from(messages, 'base64')).find(({ type }) => type === HANDSHAKE.certificateVerify);
  return verify === undefined || verify.body.length < 2
    ? undefined
    : ((verify.body[0] ?? 0) << 8) | (verify.body[1] ?? 0);
}

/** What TLS 1.3 serves, under encryption: for each kind of certificate one handshake, where no older version shows them. */
export async function servedModern(setting: Setting, alone: boolean): Promise<readonly Json[]> {
  const alpn = setting.endpoint.protocol === 'tls' ? { alpn: ['h2', 'http/1.1'] } : {};
  const first = await flight13(setting, alpn);
  const scheme = schemeIn(first);
  if (scheme === undefined || !alone) return [first];
  const others = ALL_SIGNATURES.filter((code) => isEcScheme(code) !== isEcScheme(scheme));
  const second = await flight13(setting, { ...alpn, signatures: others });
  // a refusal is the answer: there is no certificate of the other kind
  return faultIn(second) === undefined ? [first, second] : [first];
}

/** What older versions served in the clear. */
export function servedClear(prober: Prober): readonly Json[] {
  return prober.served().map((flight) => ({
    version: versionName(flight.serverHello?.version ?? 0) ?? 'TLSv1.2',
    messages: base64(concat(...flight.messages.map(({ type, body }) => concat(Uint8Array.of(type), vector(3, body))))),
  }));
}
