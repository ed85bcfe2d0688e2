/** Facts of what the DNS binds a certificate to: TLSA records that match what is served (RFC 6698), CAA that allows its issuer. Pure. */
import { createHash } from 'node:crypto';
import { faultIn, unknown } from '../../model/facts.ts';
import { FaultError, type FaultCode } from '../../model/fault.ts';
import { isArray, own, type Json, type JsonObject } from '../../model/json.ts';
import { pointer } from '../../model/pointer.ts';
import { boolean, integer, list, string } from '../../model/schema.ts';
import { decodeMessage } from '../../wire/dns/message.ts';
import { latin1 } from '../../wire/dns/rdata.ts';
import { RCODES, type Message, type Rdata } from '../../wire/dns/types.ts';
import { type Certificate, parseCertificate } from '../../wire/x509/certificate.ts';
import { isIssuedBy } from '../../wire/x509/verify.ts';
import { caaNamesOf } from './caa-issuers.ts';
import type { Area, Seen } from './facts-questions.ts';
import { partly } from './partly.ts';

export const bindingSchemas = {
  dane: partly(
    {
      id: string({ description: 'where the records stand' }),
      records: list(string(), { description: 'usage, selector, matching type, data' }),
      usable: integer({ description: 'records that a mail server would use; none in a zone that is not signed' }),
      unmatched: list(string(), { description: 'served certificates that none of them matches' }),
    },
    { description: 'TLSA of a mail host; absent: no mail endpoint' },
  ),
  caa: partly(
    {
      found: boolean(),
      domain: string({ description: 'where the climb from the name ended' }),
      issuer: string({ description: 'of the leaf' }),
      known: boolean({ description: 'the table of issuers and their CAA names knows it' }),
      accepts: list(string(), { description: 'issuer names in the record that governs the leaf' }),
      allowed: boolean(),
    },
    { description: 'CAA for the name of a web endpoint; absent: no such endpoint' },
  ),
};

type Tlsa = Extract<Rdata, { is: 'TLSA' }>;

interface Reply {
  readonly message: Message;
  readonly trusted: boolean;
}

const BY_RCODE: { readonly [rcode: number]: FaultCode } = {
  [RCODES.FORMERR]: 'dns.formerr',
  [RCODES.NOTIMP]: 'dns.notimp',
  [RCODES.REFUSED]: 'dns.refused',
};

function replyIn(item: Json | undefined): Reply | FaultCode {
  const reply = own(item, 'reply');
  const code = faultIn(reply);
  if (code !== undefined) return code;
  const text = own(reply, 'message');
  if (typeof text !== 'string') return 'evidence.missing';
  try {
    const message = decodeMessage(Buffer.from(text, 'base64'));
    if (message.rcode !== RCODES.NOERROR && message.rcode !== RCODES.NXDOMAIN)
      return BY_RCODE[message.rcode] ?? 'dns.servfail';
    return { message, trusted: own(reply, 'trusted') === true };
  } catch (error) {
    if (error instanceof FaultError) return error.fault.code;
    throw error;
  }
}

/** RFC 7672 §3.1: usages 2 and 3, selectors 0 and 1, matching types 0 to 2 with a digest of their length. */
function isUsable({ usage, selector, matching, data }: Tlsa): boolean {
  const octets = [undefined, 32, 64][matching];
  return (usage === 2 || usage === 3) && selector <= 1 && matching <= 2 && (octets ?? data.length) === data.length;
}

/** RFC 6698 §2.1.3. */
function matches({ selector, matching, data }: Tlsa, certificate: Certificate): boolean {
  const content = selector === 0 ? certificate.raw : certificate.key.raw;
  const wanted =
    matching === 0
      ? content
      : createHash(matching === 1 ? 'sha256' : 'sha512')
          .update(content)
          .digest();
  return Buffer.compare(wanted, data) === 0;
}

/** The leaf and what leads up from it among the certificates that were sent. */
function pathFrom(leaf: Certificate, sent: readonly Certificate[]): readonly Certificate[] {
  const path = [leaf];
  for (let top = leaf; path.length < 10;) {
    const issuer = sent.find((candidate) => !path.includes(candidate) && isIssuedBy(top, candidate));
    if (issuer === undefined) break;
    path.push(issuer);
    top = issuer;
  }
  return path;
}

/** RFC 7671 §5.1 and §5.2: usage 3 names the leaf, usage 2 an authority above it that the server sends. */
function isBound(chain: readonly Certificate[], records: readonly Tlsa[]): boolean {
  const [leaf] = chain;
  if (leaf === undefined) return false;
  const [, ...authorities] = pathFrom(leaf, chain);
  return records.some((record) =>
    record.usage === 3 ? matches(record, leaf) : authorities.some((certificate) => matches(record, certificate)),
  );
}

function chainsOf({ served }: Seen): readonly (readonly Certificate[])[] | FaultCode {
  const chains = (served?.flights ?? []).flatMap(({ certificates }) => {
    const parsed = certificates.slice(0, 20).flatMap((der) => {
      const one = parseCertificate(der);
      return one.ok ? [one.value] : [];
    });
    return parsed.length === 0 ? [] : [parsed];
  });
  return chains.length === 0 ? (served?.rest ?? 'evidence.missing') : chains;
}

function daneFacts(item: Json, seen: Seen): JsonObject {
  const name = own(item, 'name');
  const id = typeof name === 'string' ? name : '';
  const reply = replyIn(item);
  if (typeof reply === 'string') {
    const code = unknown(reply);
    return { dane: { id, records: code, usable: code, unmatched: code } };
  }
  const records = reply.message.answers.flatMap(({ rdata }) => (rdata.is === 'TLSA' ? [rdata] : []));
  // RFC 7672 §2.2: records that DNSSEC does not vouch for are not used; a resolver that we cannot believe says nothing of it
  const unsigned = reply.trusted && !reply.message.authenticData;
  const usable = unsigned ? [] : records.filter(isUsable);
  const chains = chainsOf(seen);
  const shown = (record: Tlsa): string =>
    `${String(record.usage)} ${String(record.selector)} ${String(record.matching)} ${Buffer.from(record.data).toString('hex').slice(0, 200)}`;
  return {
    dane: {
      id,
      records: records.map(shown),
      usable: usable.length,
      ...(usable.length > 0 && {
        unmatched:
          seen.offered === false
            ? ['no TLS is offered']
            : typeof chains === 'string'
              ? unknown(chains)
              : [
                  ...new Set(
                    chains
                      .filter((chain) => !isBound(chain, usable))
                      .flatMap(([leaf]) => (leaf === undefined ? [] : [leaf.fingerprint])),
                  ),
                ],
      }),
    },
  };
}

interface Property {
  readonly tag: string;
  readonly issuer: string;
}

interface Climb {
  readonly domain: string | undefined;
  readonly properties: readonly Property[];
  readonly index: number;
}

/** RFC 8659 §3: the first name from below that has a CAA set. A name that could not be asked may hide one. */
function climbOf(items: readonly Json[], from: string): Climb | FaultCode {
  for (const [index, item] of items.entries()) {
    const name = own(item, 'name');
    if (typeof name !== 'string' || name.length > from.length) continue;
    const reply = replyIn(item);
    if (typeof reply === 'string') return reply;
    const properties = reply.message.answers.flatMap(({ rdata }) =>
      rdata.is === 'CAA'
        ? [{ tag: rdata.tag.toLowerCase(), issuer: (latin1(rdata.value).split(';')[0] ?? '').trim().toLowerCase() }]
        : [],
    );
    if (properties.length > 0) return { domain: name, properties, index };
  }
  return { domain: undefined, properties: [], index: -1 };
}

/** The organization that stands for the authority: that of the issuer, or of one above it where that is only a reseller's name. */
function issuerOf(chain: readonly Certificate[]): {
  readonly shown: string;
  readonly names: readonly string[] | undefined;
} {
  const [leaf] = chain;
  if (leaf === undefined) return { shown: '', names: undefined };
  const organizations = pathFrom(leaf, chain).flatMap(({ issuer }) =>
    issuer.attributes.filter(({ name }) => name === 'O').map(({ value }) => value),
  );
  const names = organizations.map(caaNamesOf).find((found) => found !== undefined);
  return { shown: organizations[0] ?? leaf.issuer.text, names };
}

/** The leaf holds the host itself, or only a wildcard for it: then issuewild governs, where there is one (RFC 8659 §4.3). */
function isWildcardFor(leaf: Certificate, host: string): boolean {
  const names = leaf.subjectAltName;
  if (names === undefined || !('value' in names)) return false;
  const dns = names.value.filter(({ kind }) => kind === 'dns').map(({ value }) => value.toLowerCase());
  return !dns.includes(host) && dns.includes(`*.${host.slice(host.indexOf('.') + 1)}`);
}

function caaFacts(items: readonly Json[], seen: Seen): { readonly facts: JsonObject; readonly place: string } {
  const host = seen.endpoint.name.host.toLowerCase();
  const chains = chainsOf(seen);
  const chain = typeof chains === 'string' ? undefined : chains[0];
  const [leaf] = chain ?? [];
  const wildcard = leaf !== undefined && isWildcardFor(leaf, host);
  const found = climbOf(items, wildcard ? host.slice(host.indexOf('.') + 1) : host);
  if (typeof found === 'string') return { facts: { caa: unknown(found) }, place: pointer('bindings', 'caa') };
  if (found.domain === undefined) return { facts: { caa: { found: false } }, place: pointer('bindings', 'caa') };
  const place = pointer('bindings', 'caa', found.index);
  const of = (tag: string): string[] =>
    found.properties.filter((property) => property.tag === tag).map(({ issuer }) => issuer);
  const accepts = wildcard && of('issuewild').length > 0 ? of('issuewild') : of('issue');
  const head = { found: true, domain: found.domain, accepts };
  if (chain === undefined) {
    const code = unknown(typeof chains === 'string' ? chains : 'evidence.missing');
    return { facts: { caa: { ...head, issuer: code, known: code, allowed: code } }, place };
  }
  const { shown, names } = issuerOf(chain);
  // RFC 8659 §4.2: without an issue property nobody is kept out
  const allowed = accepts.length === 0 || (names !== undefined && accepts.some((name) => names.includes(name)));
  const known = accepts.length === 0 || names !== undefined;
  return {
    facts: {
      caa: { ...head, issuer: shown.slice(0, 200), known, allowed: known ? allowed : unknown('evidence.missing') },
    },
    place,
  };
}

/** Raw that holds no such part, from before it was asked or because it is lost, says nothing. */
export function bindingFacts(seen: Seen): Area {
  const bindings = own(seen.raw, 'bindings');
  const missing = unknown('evidence.missing');
  if (bindings === undefined) {
    const { protocol } = seen.endpoint.name;
    const facts = protocol === 'smtp' ? { dane: missing } : protocol === 'tls' ? { caa: missing } : {};
    return { facts, at: {} };
  }
  const tlsa = own(bindings, 'tlsa');
  const caa = own(bindings, 'caa');
  const dane = tlsa === undefined ? undefined : daneFacts(tlsa, seen);
  const policy = isArray(caa) ? caaFacts(caa, seen) : undefined;
  return {
    facts: { ...dane, ...policy?.facts },
    at: {
      '/dane': pointer('bindings', ...(dane === undefined ? [] : ['tlsa'])),
      '/caa': policy?.place ?? pointer('bindings'),
    },
  };
}
