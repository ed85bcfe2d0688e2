/** The hellos that we ask with: one shape for each version, varied only in what the question is about. */
import type { IO } from '../../model/io.ts';
import type { EndpointName } from '../../model/target.ts';
import { clientHelloRecord, extension, type HelloOptions } from '../../wire/tls/client-hello.ts';
import { CLASSIC_GROUPS, EXTENSION, GROUPS, TLS13_GROUPS } from '../../wire/tls/names.ts';
import { CLASSIC_SUITES, RENEGOTIATION_SCSV, TLS13_SUITES } from '../../wire/tls/suites.ts';
import { ipBytes } from './hostname.ts';
import type { Probed } from './versions.ts';

const FFDHE = new Set(GROUPS.filter(({ kind }) => kind === 'ffdhe').map(({ code }) => code));
/** The curves that certificates use: without its own curve on the list an ECDSA server refuses (RFC 8422 §5.1). */
const CERTIFICATE_CURVES = [0x0019, 0x0018, 0x0017];

/**
 * For TLS <= 1.2, curves only: a list with FFDHE groups forbids every other prime (RFC 7919 §4). The curves of
 * certificates come last, so that a server that follows the client shows the others first.
 */
export const CURVES: readonly number[] = [
  ...CLASSIC_GROUPS.filter((code) => !FFDHE.has(code) && !CERTIFICATE_CURVES.includes(code)),
  ...CERTIFICATE_CURVES,
];

/** What nearly every server since 1999 speaks: for stacks that die on long lists (facts/tls §6). */
export const FEW_SUITES: readonly number[] = [
  0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc009, 0xc013, 0xc00a, 0xc014, 0x009c, 0x009d, 0x002f, 0x0035,
  0x0033, 0x0039, 0x000a, 0x0016, 0x0005, 0x0004, 0x0009, 0x0003, 0x0006, 0x0008, 0x0014,
];
const FEW_SUITES_13: readonly number[] = [0x1301, 0x1302, 0x1303];
const FEW_GROUPS: readonly number[] = [0x001d, 0x0017, 0x0018, 0x0019];

export type ListName = 'all' | 'few';

export function suitesFor(version: Probed, list: ListName): readonly number[] {
  if (version === 'TLSv1.3') return list === 'all' ? TLS13_SUITES : FEW_SUITES_13;
  return list === 'all' ? CLASSIC_SUITES : FEW_SUITES;
}

export function groupsFor(version: Probed, list: ListName): readonly number[] {
  if (list === 'few') return FEW_GROUPS;
  return version === 'TLSv1.3' ? TLS13_GROUPS : CURVES;
}

export interface Question extends Omit<HelloOptions, 'random' | 'version'> {
  /** Default: fresh. */
  readonly random?: Uint8Array;
  readonly version: Probed;
}

export function helloOptions(io: IO, endpoint: EndpointName, question: Question): HelloOptions {
  const classic = question.version !== 'TLSv1.3';
  return {
    random: io.random(32),
    bare: question.version === 'SSLv3',
    // RFC 6066 §3: no literal address in SNI
    ...(ipBytes(endpoint.host) === undefined && { servername: endpoint.host }),
    ...question,
    suites: classic && question.renegotiated === undefined ? [...question.suites, RENEGOTIATION_SCSV] : question.suites,
  };
}

export function helloBytes(io: IO, endpoint: EndpointName, question: Question): Uint8Array {
  return clientHelloRecord(helloOptions(io, endpoint, question));
}

/** The hello padded to a length (RFC 7685), where it is shorter. */
export function padded(io: IO, endpoint: EndpointName, question: Question, length: number): Uint8Array {
  const bare = helloBytes(io, endpoint, question);
  if (bare.length + 4 > length) return bare;
  const padding = extension(EXTENSION.padding, new Uint8Array(length - bare.length - 4));
  return helloBytes(io, endpoint, { ...question, extensions: [...(question.extensions ?? []), padding] });
}
