/** Where in raw each fact comes from: the very answer that decided, where one did. Pure. */
import type { FaultCode } from '../../model/fault.ts';
import { isArray, own, type Json } from '../../model/json.ts';
import { pointer } from '../../model/pointer.ts';
import { EXTENSION, GROUPS } from '../../wire/tls/names.ts';
import { suiteOf } from '../../wire/tls/suites.ts';
import type { Pick } from './chain.ts';
import { attemptOf, type Listed } from './facts-suites.ts';
import { CLASSES } from './suite-classes.ts';
import { PROBED, type Probed, verdictOf } from './versions.ts';

export interface PlaceInput {
  readonly raw: Json;
  readonly versions: ReadonlyMap<Probed, boolean | FaultCode>;
  readonly listed: readonly Listed[];
  readonly offered: boolean | FaultCode;
  /** Fact names of the versions. */
  readonly names: { readonly [version in Probed]: string };
}

interface Placed {
  readonly version: Probed;
  readonly pick: Pick;
  readonly place: string;
}

type Places = { [factPointer: string]: string };

function has(raw: Json, ...path: readonly string[]): boolean {
  let value: Json | undefined = raw;
  for (const key of path) value = own(value, key);
  return value !== undefined;
}

/** The deepest place that holds them all; undefined where that is the whole document. */
function common(places: readonly string[]): string | undefined {
  const [first, ...others] = places.map((place) => place.split('/'));
  if (first === undefined) return undefined;
  let length = first.length;
  for (const other of others) {
    let same = 0;
    while (same < length && first[same] === other[same]) same++;
    length = same;
  }
  return length <= 1 ? undefined : first.slice(0, length).join('/');
}

/** The attempt that a version was accepted by, else all of them. */
function placeOfVersion(raw: Json, version: Probed): string | undefined {
  const attempts = own(own(raw, 'versions'), version);
  if (!isArray(attempts)) return undefined;
  const accepted = attempts.findIndex((item) => {
    const attempt = attemptOf(item);
    return attempt !== undefined && verdictOf(attempt, version) === 'accepted';
  });
  if (accepted >= 0) return pointer('versions', version, accepted);
  return attempts.length === 1 ? pointer('versions', version, 0) : pointer('versions', version);
}

function placeOfOffer({ raw, versions, offered }: PlaceInput): string | undefined {
  // the words before TLS decide where they did not come to an agreement
  if (has(raw, 'upgrade') && !PROBED.some((version) => has(raw, 'versions', version))) return pointer('upgrade');
  const decisive = PROBED.findLast((version) =>
    offered === true ? versions.get(version) === true : typeof versions.get(version) === 'string',
  );
  if (decisive !== undefined) return placeOfVersion(raw, decisive);
  if (offered === true)
    return has(raw, 'sslv2') ? pointer('sslv2') : has(raw, 'session') ? pointer('session') : undefined;
  return has(raw, 'versions') ? pointer('versions') : undefined;
}

function placedIn(listed: readonly Listed[]): readonly Placed[] {
  return listed.flatMap(({ version, picks, places }) =>
    picks.flatMap((pick, index) => {
      const place = places[index];
      return place === undefined ? [] : [{ version, pick, place }];
    }),
  );
}

function placesOfSuites(listed: readonly Listed[], placed: readonly Placed[], at: Places): void {
  let index = 0;
  for (const { version, suites } of listed)
    for (const code of suites) {
      const found = placed.find((one) => one.version === version && one.pick.suite === code);
      if (found !== undefined) at[pointer('suites', index)] = found.place;
      index++;
    }
  index = 0;
  for (const { version, groups } of listed)
    for (const code of groups) {
      const found = placed.find((one) => one.version === version && one.pick.group === code);
      if (found !== undefined) at[pointer('groups', index)] = found.place;
      index++;
    }
  for (const [name, fits] of Object.entries(CLASSES)) {
    const members = placed.filter(({ version, pick }) => fits(suiteOf(pick.suite), version));
    const place = common(members.map((one) => one.place));
    if (place !== undefined) at[pointer('ciphers', name)] = place;
  }
}

const KINDS: { readonly [fact: string]: (group: (typeof GROUPS)[number]) => boolean } = {
  hybrids: ({ kind }) => kind === 'hybrid',
  drafts: ({ kind }) => kind === 'draft-pq',
  pureQuantum: ({ kind }) => kind === 'pure-pq',
  weakCurves: ({ kind, bits }) => kind === 'ec' && bits < 224,
  binaryCurves: ({ name, bits }) => name.startsWith('sect') && bits >= 224,
};

/** The first pick of which something is true decides a fact that says so. */
const DECIDES: { readonly [factPointer: string]: (pick: Pick) => boolean } = {
  '/keyExchange/primes': ({ exchange }) => exchange?.dh !== undefined,
  '/keyExchange/compressedPoints': ({ group, exchange }) =>
    group !== 0x1d && group !== 0x1e && (exchange?.point?.[0] === 2 || exchange?.point?.[0] === 3),
  '/hellos/compression': ({ compression }) => compression !== 0,
  '/hellos/heartbeat': ({ extensions }) => extensions.includes(EXTENSION.heartbeat),
  '/hellos/truncatedHmac': ({ extensions }) => extensions.includes(EXTENSION.truncatedHmac),
  '/hellos/nextProtocol': ({ extensions }) => extensions.includes(EXTENSION.nextProtocolNegotiation),
  '/hellos/secureRenegotiation': ({ extensions }) => !extensions.includes(EXTENSION.renegotiationInfo),
  '/hellos/extendedMasterSecret': ({ extensions }) => !extensions.includes(EXTENSION.extendedMasterSecret),
  '/hellos/encryptThenMac': ({ suite, extensions }) =>
    suiteOf(suite).mode === 'cbc' && !extensions.includes(EXTENSION.encryptThenMac),
};

function placesOfExchange(placed: readonly Placed[], at: Places): void {
  const classic = placed.filter(({ version }) => version !== 'TLSv1.3' && version !== 'SSLv3');
  for (const [fact, decides] of Object.entries(DECIDES)) {
    const found = classic.find(({ pick }) => decides(pick));
    if (found !== undefined) at[fact] = found.place;
  }
  for (const [fact, fits] of Object.entries(KINDS)) {
    const codes = GROUPS.filter((group) => fits(group)).map(({ code }) => code);
    const place = common(
      placed.filter(({ pick }) => pick.group !== undefined && codes.includes(pick.group)).map((one) => one.place),
    );
    if (place !== undefined) at[pointer('keyExchange', fact)] = place;
  }
  const modern = placed.find(({ version }) => version === 'TLSv1.3');
  if (modern !== undefined) at['/keyExchange/firstModern'] = modern.place;
  const sentinel = classic.at(0);
  if (sentinel !== undefined) at['/hellos/downgradeSentinel'] = sentinel.place;
}

const LISTS = ['suites', 'ciphers', 'groups', 'keyExchange', 'hellos', 'order'] as const;
const OF_SERVED = ['clientCertificate', 'signature', 'staple', 'scts'] as const;
/** Without TLS there are none of these. */
const BEHIND = [
  'session',
  'withoutCertificate',
  'leaf',
  'chain',
  'leaves',
  'hostname',
  'trust',
  'path',
  'revocation',
  'relations',
  'addresses',
  'tolerance',
  'drafts',
  'alpn',
  'sni',
  'retry',
  'clock',
  'http3',
  'schannel',
] as const;
/** Facts that are not there where the endpoint has nothing for them: other facts of the same raw say why. */
const ELSEWHERE: { readonly [fact: string]: readonly string[] } = {
  starttls: ['protocol'],
  plaintext: ['protocol'],
  compression: ['protocol'],
  http3: ['protocol'],
  schannel: ['versions'],
  injection: ['protocol'],
  directTls: ['protocol'],
  rdp: ['protocol'],
  plainPort: ['protocol'],
  upgradeHttp: ['port'],
  reach: ['policy'],
  intrusive: ['policy'],
  fallback: ['versions'],
  weakSignatures: ['versions'],
  retry: ['versions', 'TLSv1.3'],
  resumption: ['versions'],
  clock: ['questions', 'hellos'],
  sni: ['questions'],
};

export function placesOf(input: PlaceInput): Places {
  const { raw, versions, listed, offered, names } = input;
  const at: Places = {};
  for (const name of ['endpoint', 'host', 'port', 'protocol', 'policy'])
    if (has(raw, name)) at[pointer(name)] = pointer(name);
  const offer = placeOfOffer(input);
  if (offer !== undefined) for (const fact of ['offered', ...LISTS, ...OF_SERVED, ...BEHIND]) at[pointer(fact)] = offer;
  for (const [fact, path] of Object.entries(ELSEWHERE)) if (has(raw, ...path)) at[pointer(fact)] = pointer(...path);
  if (has(raw, 'versions')) at['/protocols'] = pointer('versions');
  if (has(raw, 'sslv2')) at['/protocols/sslv2'] = pointer('sslv2');
  for (const version of versions.keys()) {
    const place = placeOfVersion(raw, version) ?? offer;
    if (place !== undefined) at[pointer('protocols', names[version])] = place;
  }
  if (has(raw, 'chains')) for (const fact of LISTS) at[pointer(fact)] = pointer('chains');
  const orders = own(raw, 'orders');
  if (isArray(orders))
    for (const [index, { version }] of listed.entries()) {
      const asked = orders.flatMap((item, at) => (own(item, 'version') === version ? [pointer('orders', at)] : []));
      const place = common(asked) ?? common(listed[index]?.places.slice(1) ?? []);
      if (place !== undefined) at[pointer('order', index)] = place;
    }
  const placed = placedIn(listed);
  placesOfSuites(listed, placed, at);
  placesOfExchange(placed, at);
  if (has(raw, 'plain')) at['/plaintext'] = pointer('plain');
  if (has(raw, 'upgrade')) at['/starttls'] = pointer('upgrade');
  if (offer !== undefined && has(raw, 'upgrade')) at['/starttls/handshake'] = offer;
  if (has(raw, 'session')) at['/session'] = pointer('session');
  if (isArray(own(raw, 'served')) && offered !== false)
    for (const fact of OF_SERVED) at[pointer(fact)] = pointer('served');
  return at;
}
