/** Facts about revocation: what a stapled or asked OCSP answer says, and what the lists of the CA say. Pure. */
import { faultIn, unknown } from '../../model/facts.ts';
import type { FaultCode } from '../../model/fault.ts';
import { isArray, isObject, own, type Json, type JsonObject } from '../../model/json.ts';
import { boolean, dateTime, oneOf, string } from '../../model/schema.ts';
import type { Certificate } from '../../wire/x509/certificate.ts';
import { crlObjection, parseCrl, type RevocationList, revokedAt } from '../../wire/x509/crl.ts';
import { answerFor, parseOcsp, signerOf } from '../../wire/x509/ocsp.ts';
import { isIssuedBy } from '../../wire/x509/verify.ts';
import { partly } from './partly.ts';

const answerMembers = {
  valid: boolean({ description: 'it is an answer about this certificate, signed by its CA or a responder of it' }),
  objection: string({ description: 'why it is none' }),
  status: oneOf('good', 'revoked', 'unknown'),
  thisUpdate: dateTime(),
  nextUpdate: dateTime({ description: 'absent: newer information is always there' }),
  revokedAt: dateTime(),
  signerFrom: dateTime({ description: "when the responder's own certificate begins; absent: the CA signed" }),
  signerUntil: dateTime(),
};

export const revocationSchemas = {
  staple: partly({
    sent: boolean({ description: 'an OCSP answer came with the certificate' }),
    ...answerMembers,
  }),
  revocation: partly(
    {
      ocsp: partly(answerMembers, { description: 'absent: the certificate names no responder' }),
      crl: partly(
        {
          revoked: boolean(),
          revokedAt: dateTime(),
          thisUpdate: dateTime(),
          nextUpdate: dateTime(),
        },
        { description: 'absent: the certificate names no list' },
      ),
    },
    { description: 'asked only with the option tls.revocation; absent: not asked' },
  ),
};

/** The certificate that issued the leaf, among those sent and the roots. */
export function issuerOf(leaf: Certificate, others: readonly Certificate[]): Certificate | undefined {
  return others.find((candidate) => isIssuedBy(leaf, candidate));
}

export interface Subject {
  readonly leaf: Certificate;
  /** Undefined where nobody sent it: then no answer can be verified. */
  readonly issuer: Certificate | undefined;
}

function invalid(objection: string): JsonObject {
  return { valid: false, objection: objection.toWellFormed() };
}

/** An OCSP answer as facts. */
export function ocspFacts(der: Uint8Array, { leaf, issuer }: Subject): JsonObject {
  const parsed = parseOcsp(der);
  if (!parsed.ok) return invalid(parsed.error);
  if (issuer === undefined) {
    const unseen = unknown('cert.issuer-missing');
    return { valid: unseen, status: unseen, thisUpdate: unseen, nextUpdate: unseen };
  }
  const answer = answerFor(parsed.value, leaf, issuer);
  if (answer === undefined) return invalid('it is about another certificate');
  const signer = signerOf(parsed.value, issuer);
  if (signer === undefined) return invalid('neither the CA nor a responder of it signed it');
  return {
    valid: true,
    status: answer.status,
    thisUpdate: answer.thisUpdate.instant,
    ...(answer.nextUpdate !== undefined && { nextUpdate: answer.nextUpdate.instant }),
    ...(answer.revokedAt !== undefined && { revokedAt: answer.revokedAt.instant }),
    ...(signer.delegate !== undefined && {
      signerFrom: signer.delegate.notBefore.instant,
      signerUntil: signer.delegate.notAfter.instant,
    }),
  };
}

/** What was not current when it was asked for says nothing. */
function isCurrent(at: string, thisUpdate: string, nextUpdate: string | undefined): boolean {
  // as instants: one has milliseconds, the other not
  const now = Date.parse(at);
  return Date.parse(thisUpdate) <= now && (nextUpdate === undefined || now <= Date.parse(nextUpdate));
}

function listFacts(list: RevocationList, leaf: Certificate, at: string): JsonObject | FaultCode {
  const thisUpdate = list.thisUpdate.instant;
  const nextUpdate = list.nextUpdate?.instant;
  if (!isCurrent(at, thisUpdate, nextUpdate)) return 'cert.revocation-unclear';
  const found = revokedAt(list, leaf);
  if (!found.ok) return 'cert.malformed';
  return {
    revoked: found.value !== undefined,
    ...(found.value !== undefined && { revokedAt: found.value }),
    thisUpdate,
    ...(nextUpdate !== undefined && { nextUpdate }),
  };
}

const MAX_LISTS = 8;

/** A list that revokes decides; else one that speaks of the certificate; else why none could be read. */
function crlFacts(raw: readonly Json[], at: string, { leaf, issuer }: Subject): Json {
  if (issuer === undefined) return unknown('cert.issuer-missing');
  let open: FaultCode = 'evidence.missing';
  let clean: JsonObject | undefined;
  for (const item of raw.slice(0, MAX_LISTS)) {
    const body = own(item, 'body');
    const parsed = typeof body === 'string' ? parseCrl(Buffer.from(body, 'base64')) : undefined;
    if (parsed?.ok !== true || crlObjection(parsed.value, leaf, issuer) !== undefined) {
      open = faultIn(item) ?? (item === null ? 'evidence.missing' : 'cert.revocation-unclear');
      continue;
    }
    const facts = listFacts(parsed.value, leaf, at);
    if (typeof facts === 'string') open = facts;
    else if (facts['revoked'] === true) return facts;
    else clean ??= facts;
  }
  return clean ?? unknown(open);
}

/** Where the leaf says that revocation can be learned. */
function namedIn({ access, distributionPoints }: Certificate): { readonly responder: boolean; readonly list: boolean } {
  const places = access !== undefined && 'value' in access ? access.value : [];
  const points = distributionPoints !== undefined && 'value' in distributionPoints ? distributionPoints.value : [];
  const isHttp = (value: string): boolean => /^http:\/\//i.test(value);
  return {
    responder: places.some(({ method, location }) => method === 'ocsp' && isHttp(location.value)),
    list: points.some((point) => point.some(({ value }) => isHttp(value))),
  };
}

/** What was asked of responder and lists; nothing where nobody asked. */
export function revocationFacts(raw: Json, subject: Subject | FaultCode): JsonObject {
  const asked = own(raw, 'revocation');
  if (asked === undefined) return {};
  const at = own(asked, 'at');
  const code = faultIn(asked) ?? (typeof subject === 'string' ? subject : undefined);
  if (code !== undefined || typeof subject === 'string' || typeof at !== 'string')
    return { revocation: unknown(code ?? 'evidence.missing') };
  const named = namedIn(subject.leaf);
  const crls = own(asked, 'crls');
  return {
    revocation: {
      ...(named.responder && { ocsp: askedOcsp(own(asked, 'ocsp') ?? null, at, subject) }),
      ...(named.list && { crl: crlFacts(isArray(crls) ? crls : [], at, subject) }),
    },
  };
}

function askedOcsp(ocsp: Json, at: string, subject: Subject): Json {
  const code = faultIn(ocsp);
  if (code !== undefined || !isObject(ocsp)) return unknown(code ?? 'evidence.missing');
  const body = own(ocsp, 'body');
  if (typeof body !== 'string') return unknown('cert.revocation-unclear');
  const facts = ocspFacts(Buffer.from(body, 'base64'), subject);
  const { valid, status, thisUpdate, nextUpdate } = facts;
  if (valid !== true) return valid === false ? unknown('cert.revocation-unclear') : facts;
  const current =
    typeof thisUpdate === 'string' &&
    isCurrent(at, thisUpdate, typeof nextUpdate === 'string' ? nextUpdate : undefined);
  return current && status !== 'unknown' ? facts : unknown('cert.revocation-unclear');
}
