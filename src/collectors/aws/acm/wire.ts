/** What the names of a certificate show on the wire: the serial number of the leaf that each serves on port 443. */
import { X509Certificate } from 'node:crypto';
import { answerOrFault, faultIn, unknown } from '../../../model/facts.ts';
import { FaultError } from '../../../model/fault.ts';
import type { IO } from '../../../model/io.ts';
import { isArray, own, type Json, type JsonObject } from '../../../model/json.ts';
import { each } from '../call.ts';
import { asList, asText, facts, isUnknownFact, may, must } from '../read.ts';

const PORT = 443;
/** One name that shows it is enough; some names of a certificate are never served. */
const MAX_NAMES = 5;
const WIDTH = 8;
const NAME = /^(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,62}$/i;

/** In use and issued: somewhere it should be shown. A wildcard says not where. */
function namesToAsk(certificate: Json): readonly string[] {
  if (own(certificate, 'Status') !== 'ISSUED' || own(certificate, 'InUse') !== true) return [];
  const names = own(certificate, 'Names');
  const found = (isArray(names) ? names : []).filter((name) => typeof name === 'string' && NAME.test(name));
  return (found as readonly string[]).slice(0, MAX_NAMES);
}

async function serialAt(io: IO, name: string): Promise<JsonObject> {
  const stream = await io.tcp(name, PORT);
  try {
    const { chain } = await io.tls(stream, { servername: name, minVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' });
    const [leaf] = chain;
    if (leaf === undefined) throw new FaultError('tls.unclear', `${name} shows no certificate`);
    return { serial: serialOf(leaf) };
  } finally {
    stream.close();
  }
}

function serialOf(leaf: Uint8Array): string {
  try {
    return plainSerial(new X509Certificate(leaf).serialNumber);
  } catch (error) {
    throw new FaultError('cert.malformed', 'the certificate on the wire cannot be read', { cause: error });
  }
}

/** ACM writes `0a:1b`, others `A1B`: the number alone counts. */
function plainSerial(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^0-9a-f]/g, '')
    .replace(/^0+(?=.)/, '');
}

/** Adds `Wire`, one entry a name, to the certificates whose names can be asked. */
export async function withWire(io: IO, certificates: readonly Json[]): Promise<readonly Json[]> {
  return each(certificates, WIDTH, async (certificate) => {
    const names = namesToAsk(certificate);
    if (names.length === 0) return certificate;
    const Wire = await each(names, 1, async (name) => ({
      name,
      shown: await answerOrFault(() => serialAt(io, name)),
    }));
    return { ...(certificate as JsonObject), Wire };
  });
}

/** One fact a name: whether it shows this very certificate. Absent where no name was asked. */
export function wireFacts(certificate: Json): Json | undefined {
  const raw = own(certificate, 'Wire');
  if (raw === undefined) return undefined;
  const entries = asList(raw);
  if (entries === undefined) return unknown('evidence.missing');
  const listed = may(certificate, 'SerialNumber', asText);
  const detail = own(certificate, 'DescribeCertificate');
  const serial = typeof listed === 'string' || detail === undefined ? listed : must(detail, 'Serial', asText);
  return entries.map((entry) => {
    const shown = own(entry, 'shown');
    const seen = must(shown, 'serial', asText);
    const known = serial === undefined ? unknown('aws.bad-response') : serial;
    const isSame = isUnknownFact(seen) ? seen : isUnknownFact(known) ? known : plainSerial(known) === plainSerial(seen);
    return facts({
      name: must(entry, 'name', asText),
      served: isUnknownFact(seen) ? unknown(faultIn(shown) ?? 'evidence.missing') : plainSerial(seen),
      same: isSame,
    });
  });
}
