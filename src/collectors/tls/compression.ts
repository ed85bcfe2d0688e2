/** Whether pages are compressed inside TLS (BREACH): asked for compressed, with a value that a page may reflect. */
import { answerOrFault } from '../../model/facts.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import type { Setting } from './eliminate.ts';

/** Nobody writes this by chance. */
const MARK = 'q7x1probityreflect';
const MAX_BODY = 262_144;
const MAX_FIELDS = 200;
const MAX_FIELD = 2000;

/** Names under which forms carry what must not be guessed. */
const TOKEN = /\bname\s*=\s*["']?[a-z0-9_.[\]-]{0,40}(?:csrf|xsrf|_token|verificationtoken|authenticity)/i;

function holdsToken(body: string): boolean {
  let at = 0;
  for (let count = 0; count < MAX_FIELDS; count++) {
    at = body.indexOf('<input', at);
    if (at < 0) return false;
    const end = body.indexOf('>', at);
    if (TOKEN.test(body.slice(at, end < 0 ? at + MAX_FIELD : Math.min(end, at + MAX_FIELD)))) return true;
    at += 6;
  }
  return false;
}

/** One request; of the page only what it says about the attack is kept. */
export async function askCompression({ io, endpoint, prober }: Setting): Promise<Json | undefined> {
  if (endpoint.protocol !== 'tls') return undefined;
  const host = endpoint.host.includes(':') ? `[${endpoint.host}]` : endpoint.host;
  return await answerOrFault(async () => {
    const hop = await prober.slot(
      async () =>
        await io.fetch({
          method: 'GET',
          url: `https://${host}:${String(endpoint.port)}/?q=${MARK}`,
          headers: [['Accept-Encoding', 'gzip, deflate, br']],
          maxBody: MAX_BODY,
        }),
    );
    const body = Buffer.from(hop.body).toString('latin1');
    const raw: JsonObject = {
      status: hop.status,
      encodings: hop.headers.filter(([name]) => name.toLowerCase() === 'content-encoding').map(([, value]) => value),
      reflects: body.includes(MARK),
      token: holdsToken(body),
    };
    return raw;
  });
}
