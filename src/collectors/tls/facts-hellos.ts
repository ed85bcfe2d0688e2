/** Facts about what the server's hellos of TLS <= 1.2 agree to: extensions, compression, randoms. Pure. */
import { unknown } from '../../model/facts.ts';
import type { FaultCode } from '../../model/fault.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { boolean } from '../../model/schema.ts';
import { EXTENSION } from '../../wire/tls/names.ts';
import { suiteOf } from '../../wire/tls/suites.ts';
import type { Listed } from './facts-suites.ts';
import { partly } from './partly.ts';

export const helloSchema = partly(
  {
    secureRenegotiation: boolean(),
    extendedMasterSecret: boolean(),
    encryptThenMac: boolean({ description: 'agreed to where a CBC suite was chosen; absent: none was' }),
    truncatedHmac: boolean(),
    heartbeat: boolean(),
    nextProtocol: boolean({ description: 'NPN, the forerunner of ALPN' }),
    compression: boolean(),
    randomRepeated: boolean({ description: 'two hellos had the same random' }),
    downgradeSentinel: boolean({
      description:
        'the random of TLS <= 1.2 says that TLS 1.3 is offered too; absent: it is not, or no older version is',
    }),
  },
  { description: 'of TLS <= 1.2, but for the randoms; absent: not offered' },
);

/** RFC 8446 §4.1.3: DOWNGRD, then 1 in TLS 1.2 and 0 below. */
const SENTINEL = { 'TLSv1.2': '444f574e47524401', older: '444f574e47524400' } as const;

function sentinelFacts(all: readonly Listed[], modern: boolean): JsonObject {
  const older = all.filter(({ version }) => version !== 'TLSv1.3' && version !== 'SSLv3');
  if (!modern || older.length === 0) return {};
  const shown = older.every(({ version, picks }) => {
    const wanted = version === 'TLSv1.2' ? SENTINEL['TLSv1.2'] : SENTINEL.older;
    return picks[0]?.random.endsWith(wanted) !== false;
  });
  return { downgradeSentinel: shown };
}

export function helloFacts(all: readonly Listed[], modern: boolean | FaultCode): JsonObject {
  const classic = all.filter(({ version }) => version !== 'TLSv1.3' && version !== 'SSLv3');
  const picks = classic.flatMap((listed) => listed.picks);
  const first = classic.at(-1)?.picks[0];
  const randoms = all.flatMap((listed) => listed.picks.flatMap(({ random }) => (random === '' ? [] : [random])));
  const randomRepeated = new Set(randoms).size < randoms.length;
  if (first === undefined) {
    const code = classic.find(({ suitesRest }) => suitesRest !== undefined)?.suitesRest;
    return code === undefined ? { randomRepeated } : missingFacts(unknown(code));
  }
  const agreed = (type: number): boolean => picks.some(({ extensions }) => extensions.includes(type));
  const cbc = picks.filter(({ suite }) => suiteOf(suite).mode === 'cbc');
  return {
    secureRenegotiation: picks.every(({ extensions }) => extensions.includes(EXTENSION.renegotiationInfo)),
    extendedMasterSecret: picks.every(({ extensions }) => extensions.includes(EXTENSION.extendedMasterSecret)),
    ...(cbc.length > 0 && {
      encryptThenMac: cbc.every(({ extensions }) => extensions.includes(EXTENSION.encryptThenMac)),
    }),
    truncatedHmac: agreed(EXTENSION.truncatedHmac),
    heartbeat: agreed(EXTENSION.heartbeat),
    nextProtocol: agreed(EXTENSION.nextProtocolNegotiation),
    compression: picks.some(({ compression }) => compression !== 0),
    randomRepeated,
    ...(typeof modern === 'boolean' ? sentinelFacts(all, modern) : { downgradeSentinel: unknown(modern) }),
  };
}

function missingFacts(missing: Json): JsonObject {
  return {
    secureRenegotiation: missing,
    extendedMasterSecret: missing,
    truncatedHmac: missing,
    heartbeat: missing,
    nextProtocol: missing,
    compression: missing,
    randomRepeated: missing,
  };
}
