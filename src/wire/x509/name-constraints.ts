/** Name constraints (RFC 5280 §4.2.1.10): which names a CA may certify. Bounded, and total over hostile names. */
import type { Certificate } from './certificate.ts';
import { childrenOf, DerError, readElement, textOf } from './der.ts';
import type { NameConstraints } from './extensions.ts';
import type { GeneralName, GeneralNameKind } from './general-name.ts';

/** Comparisons for one certificate under one CA: thousands of names under thousands of subtrees are an attack. */
const MAX_COMPARISONS = 131_072;

type Name = Pick<GeneralName, 'kind' | 'value' | 'bytes'>;

/** RFC 1034 §3.5, with the underscore that names in use have; no empty label. */
const HOST = /^(?:[A-Za-z0-9_-]{1,63}\.)*[A-Za-z0-9_-]{1,63}$/;

function isHost(text: string): boolean {
  return text.length <= 253 && HOST.test(text);
}

function isWithin(name: string, base: string): boolean {
  return name === base || name.endsWith(`.${base}`);
}

/** The text of one attribute as RFC 5280 §7.1 compares it: no case, runs of spaces are one, none at the ends. */
function folded(text: string): string {
  return text.replaceAll(/ +/g, ' ').trim().toLowerCase();
}

/** The parts of a distinguished name, each as a text that equals that of an equal part. */
function partsOf(name: Uint8Array): readonly string[] {
  return childrenOf(readElement(name).element).map((set) =>
    childrenOf(set)
      .map((pair) => {
        const [type, value] = childrenOf(pair);
        const text = value === undefined ? undefined : textOf(value);
        const shown = text === undefined ? Buffer.from(value?.raw ?? []).toString('hex') : folded(text);
        return `${Buffer.from(type?.raw ?? []).toString('hex')}=${shown}`;
      })
      .toSorted()
      .join('+'),
  );
}

function isBelow(name: readonly string[], base: readonly string[]): boolean {
  return base.length <= name.length && base.every((part, index) => part === name[index]);
}

/** `undefined`: the name itself is malformed, so that nobody can say. */
type Answer = boolean | undefined;

/** RFC 5280: a base of `host.example.com` holds itself and what is below it. A wildcard stands for every name it matches. */
function dnsInside(value: string, base: string, excluding: boolean): Answer {
  const wild = value.startsWith('*.');
  const name = (wild ? value.slice(2) : value).toLowerCase();
  if (!isHost(name)) return undefined;
  if (base === '' || isWithin(name, base.toLowerCase())) return true;
  // RFC 9525 §6.3: the wildcard matches one label, so it reaches a base that is one label below
  const dot = base.indexOf('.');
  return excluding && wild && base.slice(dot + 1).toLowerCase() === name;
}

function ipInside(bytes: Uint8Array, base: Uint8Array): Answer {
  if (bytes.length !== 4 && bytes.length !== 16) return undefined;
  const half = base.length / 2;
  if (bytes.length !== half) return false;
  return bytes.every((octet, index) => ((octet ^ (base[index] ?? 0)) & (base[half + index] ?? 0)) === 0);
}

function mailbox(value: string): { readonly local: string; readonly host: string } | undefined {
  const [local = '', host = '', ...more] = value.split('@');
  return more.length > 0 || local === '' || !isHost(host) ? undefined : { local, host: host.toLowerCase() };
}

/** A base is one mailbox, all of a host, or (with a leading period) all of a domain. */
function emailInside(value: string, base: string): Answer {
  const found = mailbox(value);
  if (found === undefined) return undefined;
  const one = mailbox(base);
  // RFC 5280 §7.5: the local part is compared exactly
  if (one !== undefined) return one.local === found.local && one.host === found.host;
  const wanted = base.toLowerCase();
  return wanted.startsWith('.') ? found.host.endsWith(wanted) : wanted === '' || found.host === wanted;
}

function uriInside(value: string, base: string): Answer {
  const match = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/(?:[^/?#@]*@)?([^/?#@:]+)(?::\d*)?(?:[/?#]|$)/.exec(value);
  const host = match?.[1]?.toLowerCase();
  // RFC 5280: a URI whose host is no domain name is refused where URIs are constrained
  if (host === undefined || !isHost(host) || /^[\d.]+$/.test(host)) return undefined;
  const wanted = base.toLowerCase();
  return wanted.startsWith('.') ? host.endsWith(wanted) : wanted === '' || host === wanted;
}

/** A base that RFC 5280 does not allow constrains nothing that anybody could agree on. */
function isSound({ kind, value, bytes }: Name): boolean {
  switch (kind) {
    case 'dns':
      return value === '' || isHost(value);
    case 'ip':
      return bytes.length === 8 || bytes.length === 32;
    case 'email':
      return value.includes('@') ? mailbox(value) !== undefined : value === '' || isHost(value.replace(/^\./, ''));
    case 'uri':
      return value === '' || isHost(value.replace(/^\./, ''));
    default:
      return true;
  }
}

interface Subtree {
  readonly kind: GeneralNameKind;
  inside(name: Name): Answer;
}

function subtreeOf(base: Name, excluding: boolean): Subtree {
  const { kind, value, bytes } = base;
  switch (kind) {
    case 'dns':
      return { kind, inside: (name) => dnsInside(name.value, value, excluding) };
    case 'ip':
      return { kind, inside: (name) => ipInside(name.bytes, bytes) };
    case 'email':
      return { kind, inside: (name) => emailInside(name.value, value) };
    case 'uri':
      return { kind, inside: (name) => uriInside(name.value, value) };
    case 'directory': {
      const parts = partsOf(bytes);
      return { kind, inside: (name) => isBelow(partsOf(name.bytes), parts) };
    }
    default:
      // RFC 5280 §4.2.1.10: process it or refuse; a name of a form that we cannot compare is refused
      return { kind, inside: () => undefined };
  }
}

/** Every name that a certificate speaks for, as far as constraints reach. */
function namesOf(certificate: Certificate): readonly Name[] {
  const { subject, subjectAltName } = certificate;
  const alternatives = subjectAltName !== undefined && 'value' in subjectAltName ? subjectAltName.value : [];
  const found: Name[] = [...alternatives];
  if (subject.attributes.length > 0) found.push({ kind: 'directory', value: subject.text, bytes: subject.raw });
  // RFC 5280 §4.2.1.10: without a subjectAltName of that form, the address in the subject counts
  if (!alternatives.some(({ kind }) => kind === 'email')) {
    for (const { name, value } of subject.attributes)
      if (name === 'emailAddress') found.push({ kind: 'email', value, bytes: new Uint8Array() });
  }
  return found;
}

/** The first breach of a CA's constraints by a certificate below it; undefined where there is none. */
export function constraintBreach(constraints: NameConstraints, certificate: Certificate): string | undefined {
  const bad = [...constraints.permitted, ...constraints.excluded].find((base) => !isSound(base));
  if (bad !== undefined) return `the name constraint ${shown(bad)} is malformed`;
  if (constraints.distances) return 'a name constraint counts levels, which RFC 5280 does not allow';
  try {
    const permitted = constraints.permitted.map((base) => subtreeOf(base, false));
    const excluded = constraints.excluded.map((base) => subtreeOf(base, true));
    let left = MAX_COMPARISONS;
    for (const name of namesOf(certificate)) {
      const inside = (subtree: Subtree): Answer => {
        left--;
        return subtree.inside(name);
      };
      const relevant = permitted.filter(({ kind }) => kind === name.kind);
      const against = excluded.filter(({ kind }) => kind === name.kind);
      if (relevant.length + against.length > left) return 'there are too many names and name constraints';
      for (const subtree of against) {
        const answer = inside(subtree);
        if (answer !== false) return `${shown(name)} is excluded by a name constraint`;
      }
      if (relevant.length > 0 && !relevant.some((subtree) => inside(subtree) === true))
        return `${shown(name)} is not permitted by the name constraints`;
    }
  } catch (error) {
    if (error instanceof DerError) return `a constrained name is malformed: ${error.message}`;
    throw error;
  }
  return undefined;
}

function shown({ kind, value }: Name): string {
  return `${kind} ${value.slice(0, 100).toWellFormed()}`;
}
