/** What certificates need to know of public suffixes: is this a top-level domain, does this belong to a registry. */
import { isBoolean } from '../../model/facts.ts';
import { own, type Json, type JsonObject } from '../../model/json.ts';
import type { Certificate } from '../../wire/x509/certificate.ts';
import { builtInLists, publicSuffix, type SuffixList } from '../../wire/psl/suffixes.ts';

export interface Suffixes {
  readonly isTopLevel: (label: string) => boolean;
  /** A name that a registry holds, by the ICANN section of the list (BR 3.2.2.6). */
  readonly isSuffix: (name: string) => boolean;
}

/** Names that are looked up for the evidence: beyond them the list that comes with the program answers. */
const MAX_NAMES = 2000;

function suffixesIn(list: SuffixList): Suffixes {
  const isTopLevel = (label: string): boolean => list.rules.has(label) || list.rules.has(`*.${label}`);
  return {
    isTopLevel,
    isSuffix: (name) => isTopLevel(topLevel(name)) && publicSuffix(list, name) === name,
  };
}

export function topLevel(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

export function builtInSuffixes(): Suffixes {
  return suffixesIn(builtInLists().icann);
}

/** DNS names of certificates, lower case, without a wildcard label and a final dot. */
export function bareName(name: string): string {
  return name.toLowerCase().replace(/^\*\./, '').replace(/\.$/, '');
}

/** The host of a URI, lower case, or all of what is no URI with a host; undefined where it is an address. */
export function uriHost(uri: string): string | undefined {
  const host = URL.parse(uri)?.hostname ?? '';
  if (host === '') return uri.slice(0, 200).toWellFormed();
  return host.startsWith('[') || /^[\d.]+$/.test(host) ? undefined : host;
}

function namesOf(certificate: Certificate): readonly string[] {
  const { subjectAltName, access } = certificate;
  const names = subjectAltName !== undefined && 'value' in subjectAltName ? subjectAltName.value : [];
  const places = access !== undefined && 'value' in access ? access.value : [];
  return [
    ...names.filter(({ kind }) => kind === 'dns').map(({ value }) => bareName(value)),
    ...places.flatMap(({ location }) => (location.kind === 'uri' ? (uriHost(location.value) ?? []) : [])),
  ];
}

/** What a list of the user's says of the names of certificates, for the evidence. */
export function answersOf(list: SuffixList, certificates: readonly Certificate[]): JsonObject {
  const names = [...new Set(certificates.flatMap(namesOf))].slice(0, MAX_NAMES);
  const { isTopLevel, isSuffix } = suffixesIn(list);
  return {
    date: list.date,
    topLevel: Object.fromEntries(names.map((name) => [topLevel(name), isTopLevel(topLevel(name))])),
    suffix: Object.fromEntries(names.map((name) => [name, isSuffix(name)])),
  };
}

/** By what stands in the evidence of a run with `--psl`; by our own list where nothing does. */
export function storedSuffixes(raw: Json): Suffixes {
  const stored = own(raw, 'suffixes');
  const builtIn = builtInSuffixes();
  if (stored === undefined) return builtIn;
  const said = (kind: 'topLevel' | 'suffix', name: string, otherwise: boolean): boolean => {
    const answer = own(own(stored, kind), name);
    return answer !== undefined && isBoolean(answer) ? answer : otherwise;
  };
  return {
    isTopLevel: (label) => said('topLevel', label, builtIn.isTopLevel(label)),
    isSuffix: (name) => said('suffix', name, builtIn.isSuffix(name)),
  };
}
