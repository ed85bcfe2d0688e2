/** Facts about the addresses of a name: whether they all serve the same names under the same trust. Pure. */
import { faultIn, partialList, unknown } from '../../model/facts.ts';
import type { FaultCode } from '../../model/fault.ts';
import { isArray, own, type Json, type JsonObject } from '../../model/json.ts';
import { integer, list, string } from '../../model/schema.ts';
import { type Certificate, parseCertificate } from '../../wire/x509/certificate.ts';
import { type Anchor, findPaths } from '../../wire/x509/path.ts';
import { partly } from './partly.ts';

export const addressSchemas = {
  addresses: partly(
    {
      asked: integer(),
      differing: list(string(), { description: 'addresses that serve other names or another trust than the first' }),
    },
    { description: 'of the name; absent: it has one, or they were not asked' },
  ),
};

/** An address that cannot be reached from here serves nothing here; the endpoint itself is judged elsewhere. */
const NOT_SERVING: readonly FaultCode[] = ['net.refused', 'net.unreachable'];

function certificatesIn(session: Json): readonly Certificate[] {
  const chain = own(session, 'chain');
  return (isArray(chain) ? chain : []).slice(0, 10).flatMap((text) => {
    const parsed = parseCertificate(Buffer.from(typeof text === 'string' ? text : '', 'base64'));
    return parsed.ok ? [parsed.value] : [];
  });
}

/** What a client sees of a certificate, as one text to compare. */
function sight([leaf, ...above]: readonly Certificate[], anchors: readonly Anchor[]): string | undefined {
  if (leaf === undefined) return undefined;
  const { subjectAltName } = leaf;
  const names = subjectAltName !== undefined && 'value' in subjectAltName ? subjectAltName.value : [];
  const trusted = findPaths(leaf, above, anchors).trusted.length > 0;
  return JSON.stringify([trusted, names.map(({ kind, value }) => `${kind} ${value.toLowerCase()}`).sort()]);
}

export function addressFacts(raw: Json, anchors: readonly Anchor[] | FaultCode): JsonObject {
  const asked = own(raw, 'addresses');
  if (asked === undefined) return {};
  const sessions = own(asked, 'sessions');
  const code = faultIn(asked) ?? (typeof anchors === 'string' ? anchors : undefined);
  if (code !== undefined || !isArray(sessions) || typeof anchors === 'string')
    return { addresses: unknown(code ?? 'evidence.missing') };
  if (sessions.length < 2) return {};
  let rest: FaultCode | undefined;
  const seen: { readonly address: string; readonly what: string }[] = [];
  for (const session of sessions.slice(0, 16)) {
    const address = own(session, 'address');
    const fault = faultIn(session);
    const what = fault === undefined ? sight(certificatesIn(session), anchors) : undefined;
    if (typeof address === 'string' && what !== undefined) seen.push({ address: address.toWellFormed(), what });
    else if (fault === undefined || !NOT_SERVING.includes(fault)) rest ??= fault ?? 'evidence.missing';
  }
  const differing = seen.filter(({ what }) => what !== seen[0]?.what).map(({ address }) => address);
  return { addresses: { asked: sessions.length, differing: partialList(differing, rest) } };
}
