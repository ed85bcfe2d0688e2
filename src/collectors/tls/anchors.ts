/** The root certificates that could stand above what a server sent: only these go into the evidence. */
import { FaultError } from '../../model/fault.ts';
import { rawFault } from '../../model/facts.ts';
import type { IO } from '../../model/io.ts';
import type { Json } from '../../model/json.ts';
import { type Certificate, parseCertificate } from '../../wire/x509/certificate.ts';
import { certificatesInPem } from '../../wire/x509/pem.ts';

/** A bundle is read once: the same bytes come for every job of a run. */
const read = new WeakMap<Uint8Array, ReadonlyMap<string, readonly Certificate[]>>();

function bySubject(bundle: Uint8Array): ReadonlyMap<string, readonly Certificate[]> {
  const before = read.get(bundle);
  if (before !== undefined) return before;
  const found = new Map<string, Certificate[]>();
  for (const der of certificatesInPem(Buffer.from(bundle).toString('latin1'))) {
    const parsed = parseCertificate(der);
    if (!parsed.ok) continue;
    const key = Buffer.from(parsed.value.subject.raw).toString('base64');
    const list = found.get(key);
    if (list === undefined) found.set(key, [parsed.value]);
    else list.push(parsed.value);
  }
  read.set(bundle, found);
  return found;
}

async function bundleOf(io: IO, name: string): Promise<Uint8Array | undefined> {
  try {
    return await io.data(name);
  } catch (error) {
    if (error instanceof FaultError && error.fault.code === 'data.missing') return undefined;
    throw error;
  }
}

/** For each certificate sent: the roots that bear the name of its issuer, or its own. */
export async function anchorsFor(
  io: IO,
  sent: readonly Uint8Array[],
): Promise<{ readonly anchors: Json; readonly rootsGiven: boolean }> {
  const names = new Set<string>();
  for (const der of sent) {
    const parsed = parseCertificate(der);
    if (!parsed.ok) continue;
    names.add(Buffer.from(parsed.value.issuer.raw).toString('base64'));
    names.add(Buffer.from(parsed.value.subject.raw).toString('base64'));
  }
  const publicRoots = await bundleOf(io, 'roots');
  const given = await bundleOf(io, 'ca');
  const rootsGiven = given !== undefined;
  if (publicRoots === undefined)
    return { anchors: rawFault(new FaultError('data.missing', 'there is no bundle of roots')), rootsGiven };
  const anchors: Json[] = [];
  const add = (bundle: Uint8Array, own: boolean): void => {
    const roots = bySubject(bundle);
    for (const name of names)
      for (const { raw } of roots.get(name) ?? []) {
        anchors.push({ certificate: Buffer.from(raw).toString('base64'), given: own });
      }
  };
  if (given !== undefined) add(given, true);
  add(publicRoots, false);
  return { anchors, rootsGiven };
}
