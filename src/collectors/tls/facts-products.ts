/** Facts about the product behind an endpoint, where a rule needs it: HTTP/3 beside it, and an old Schannel. Pure. */
import { type FaultCode, isFaultCode } from '../../model/fault.ts';
import { faultIn, unknown } from '../../model/facts.ts';
import { own, type Json } from '../../model/json.ts';
import { pointer } from '../../model/pointer.ts';
import { boolean, type Schema } from '../../model/schema.ts';
import { EXTENSION } from '../../wire/tls/names.ts';
import type { Area, Seen } from './facts-questions.ts';
import type { Listed } from './facts-suites.ts';
import { partly } from './partly.ts';

export const productSchemas: { readonly [fact: string]: Schema } = {
  http3: partly(
    { advertised: boolean({ description: 'the answer to HEAD / names HTTP/3 in Alt-Svc' }) },
    { description: 'absent: no HTTP is spoken here' },
  ),
  schannel: partly(
    {
      old: boolean({ description: 'suites, curves, extensions and the Server field are those of Windows 7 to 8.1' }),
      patched: boolean({ description: 'it has something that came with MS14-066 or later; absent: not such a server' }),
    },
    { description: 'a hint, no proof' },
  ),
};

const SESSIONS = ['TLSv1.3', 'TLSv1.2'] as const;

/** The first answer behind a finished handshake, and where it stands. */
function answerIn(raw: Json): { readonly item: Json; readonly place: string } | undefined {
  for (const version of SESSIONS) {
    const item = own(own(raw, 'sessions'), version);
    if (item !== undefined && typeof own(item, 'answer') === 'string')
      return { item, place: pointer('sessions', version) };
  }
  return undefined;
}

/** Who ends the connection, wants a certificate first or is silent to HTTP does not advertise anything by it. */
const SAID_NOTHING: readonly FaultCode[] = ['tls.handshake', 'net.closed', 'net.reset', 'net.timeout'];

/** Why there is no answer, where that says nothing of the server. */
function silenceIn(raw: Json): FaultCode | undefined {
  const sessions = own(raw, 'sessions');
  if (sessions === undefined) return 'evidence.missing';
  const codes = SESSIONS.flatMap((version) => {
    const item = own(sessions, version);
    const code = faultIn(item) ?? own(item, 'end');
    return isFaultCode(code) ? [code] : [];
  });
  return codes.find((code) => !SAID_NOTHING.includes(code));
}

function isHttp(item: Json): boolean {
  const answer = own(item, 'answer');
  return typeof answer === 'string' && Buffer.from(answer, 'base64').toString('latin1').startsWith('HTTP/');
}

function http3Facts({ raw, endpoint }: Seen): Area {
  if (endpoint.name.protocol !== 'tls') return { facts: {}, at: {} };
  const found = answerIn(raw);
  if (found === undefined) {
    const why = silenceIn(raw);
    return why === undefined ? NOTHING : { facts: { http3: unknown(why) }, at: {} };
  }
  if (!isHttp(found.item)) return NOTHING;
  const altSvc = own(found.item, 'altSvc');
  const advertised = typeof altSvc === 'string' && /(?:^|,)\s*h3(?:-[0-9]{2})?=/.test(altSvc);
  return { facts: { http3: { advertised } }, at: { '/http3': found.place } };
}

const NOTHING: Area = { facts: {}, at: {} };

/** Windows 7 to 8.1, Server 2008 R2 to 2012 R2: learn.microsoft.com, "TLS Cipher Suites in Windows 7", "8" and "8.1". */
const OLD_SUITES = new Set([
  0x0001, 0x0002, 0x0003, 0x0004, 0x0005, 0x0009, 0x000a, 0x0012, 0x0013, 0x002f, 0x0032, 0x0033, 0x0035, 0x0038,
  0x0039, 0x003b, 0x003c, 0x003d, 0x0040, 0x0062, 0x0063, 0x0064, 0x006a, 0x009c, 0x009d, 0x009e, 0x009f, 0xc009,
  0xc00a, 0xc013, 0xc014, 0xc023, 0xc024, 0xc027, 0xc028, 0xc02b, 0xc02c,
]);
/** What MS14-066 added: AES-GCM with RSA and DHE_RSA. Windows 8.1 and Server 2012 R2 had them since update 2919355. */
const ADDED: readonly number[] = [0x009c, 0x009d, 0x009e, 0x009f];
/** IIS of Server 2008 R2 and 2012: there they tell the update. */
const TELLING = /^Microsoft-IIS\/(?:7\.5|8\.0)(?![0-9.])/;
const OLD_CURVES: readonly number[] = [0x0017, 0x0018, 0x0019];
/** Schannel of that time answers none of these. */
const NEVER: readonly number[] = [EXTENSION.pointFormats, EXTENSION.encryptThenMac, EXTENSION.heartbeat];
const MICROSOFT = /^Microsoft-(?:IIS|HTTPAPI)\//;

function looksOld(listed: readonly Listed[], { raw }: Seen): boolean | FaultCode {
  const classic = listed.filter(({ version }) => version !== 'TLSv1.3');
  const picks = classic.flatMap((one) => one.picks);
  const server = own(answerIn(raw)?.item ?? null, 'server');
  const fits =
    picks.every(({ suite, extensions }) => OLD_SUITES.has(suite) && !extensions.some((type) => NEVER.includes(type))) &&
    classic.every(({ groups }) => groups.every((code) => OLD_CURVES.includes(code))) &&
    (typeof server !== 'string' || MICROSOFT.test(server));
  if (!fits || picks.length === 0) return false;
  return classic.find(({ suitesRest }) => suitesRest !== undefined)?.suitesRest ?? true;
}

function schannelFacts(listed: readonly Listed[], seen: Seen): Area {
  const { raw, versions } = seen;
  const tls12 = versions.get('TLSv1.2') ?? 'evidence.missing';
  const tls13 = versions.get('TLSv1.3') ?? 'evidence.missing';
  const known = own(raw, 'chains') !== undefined;
  const old: boolean | FaultCode =
    tls12 === false || tls13 === true
      ? false
      : !known
        ? 'evidence.missing'
        : tls12 !== true
          ? tls12
          : tls13 !== false
            ? tls13
            : looksOld(listed, seen);
  const at = known ? { '/schannel': pointer('chains') } : {};
  if (old !== true) return { facts: { schannel: { old: old === false ? false : unknown(old) } }, at };
  const picks = listed.flatMap((one) => one.picks);
  const server = own(answerIn(raw)?.item ?? null, 'server');
  const added = picks.some(({ suite }) => ADDED.includes(suite));
  // RFC 7627 came to Schannel with MS15-121, a year behind MS14-066
  const later = picks.some(({ extensions }) => extensions.includes(EXTENSION.extendedMasterSecret));
  const telling = !added || (typeof server === 'string' && TELLING.test(server));
  return { facts: { schannel: { old, patched: later || (telling ? added : unknown('tls.unclear')) } }, at };
}

export function productFacts(listed: readonly Listed[], seen: Seen): Area {
  if (seen.offered === false) return NOTHING;
  const [http3, schannel] = [http3Facts(seen), schannelFacts(listed, seen)];
  return { facts: { ...http3.facts, ...schannel.facts }, at: { ...http3.at, ...schannel.at } };
}
