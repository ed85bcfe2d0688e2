/** Facts from raw TLS evidence: pure, and total over any JSON. */
import type { Interpretation } from '../../model/evidence.ts';
import { faultIn, isBoolean, isString, required, unknown } from '../../model/facts.ts';
import type { FaultCode } from '../../model/fault.ts';
import { isObject, own, type Json, type JsonObject } from '../../model/json.ts';
import { pointer } from '../../model/pointer.ts';
import type { Outcome } from '../../wire/starttls/dialogue.ts';
import { bindingFacts, bindingSchemas } from './facts-bindings.ts';
import { certificatePlaces, chainFacts } from './facts-chain.ts';
import { compressionFacts } from './facts-compression.ts';
import { exchangeFacts } from './facts-exchange.ts';
import { helloFacts } from './facts-hellos.ts';
import { intrusiveFacts } from './facts-intrusive.ts';
import { productFacts, productSchemas } from './facts-products.ts';
import { QUESTION_FACTS, questionFacts } from './facts-questions.ts';
import { servedFacts, servedIn } from './facts-served.ts';
import { sessionFacts as finishedFacts, sessionSchemas } from './facts-sessions.ts';
import { upgradeFacts } from './facts-upgrades.ts';
import { type Listed, listVersions, needsNoCertificate, suiteFacts } from './facts-suites.ts';
import {
  type Endpoint,
  endpointIn,
  isAlive,
  isLossless,
  plainIn,
  protocolOf,
  sslv2Of,
  upgradeIn,
  versionStates,
} from './states.ts';
import { placesOf } from './places.ts';
import type { Probed } from './versions.ts';

const FACT_NAMES: { readonly [version in Probed]: string } = {
  SSLv3: 'sslv3',
  'TLSv1.0': 'tls10',
  'TLSv1.1': 'tls11',
  'TLSv1.2': 'tls12',
  'TLSv1.3': 'tls13',
};

/** TLS is spoken here: some version is, or a session was made; unknown where no refusal of all is clear. */
function offeredOf(
  versions: ReadonlyMap<Probed, boolean | FaultCode>,
  sslv2: boolean | FaultCode,
  session: Json | undefined,
): boolean | FaultCode {
  const all = [...versions.values(), sslv2];
  if (all.includes(true) || isString(own(session, 'protocol') ?? null)) return true;
  return all.find((verdict) => typeof verdict === 'string') ?? false;
}

const isInteger = (value: Json): value is number => Number.isInteger(value);

function known(value: boolean | FaultCode): Json {
  return typeof value === 'boolean' ? value : unknown(value);
}

function sessionFacts(session: Json | undefined): JsonObject {
  if (!isObject(session)) return { session: unknown('evidence.missing') };
  const alpn = own(session, 'alpn');
  return {
    session: {
      protocol: required(session, 'protocol', isString),
      cipher: required(session, 'cipher', isString),
      ...(typeof alpn === 'string' && { alpn }),
    },
  };
}

function starttlsFacts(outcome: Outcome | FaultCode | undefined, handshake: boolean | FaultCode): JsonObject {
  if (outcome === undefined) return {};
  if (typeof outcome === 'string') return { starttls: unknown(outcome) };
  const { offered, ready, plainLogin, greeting } = outcome;
  return {
    starttls: {
      offered,
      ready,
      handshake: ready ? known(handshake) : false,
      ...(plainLogin !== undefined && { plainLogin }),
      ...(greeting !== undefined && { greeting }),
    },
  };
}

/** A closed connection is a clear refusal of words in the clear: TLS servers end such a conversation. */
function plainFacts(outcome: Outcome | FaultCode | undefined): JsonObject {
  if (outcome === undefined) return {};
  if (outcome === 'net.closed' || outcome === 'net.reset') return { plaintext: { answered: false } };
  if (typeof outcome === 'string') return { plaintext: unknown(outcome) };
  const answered = outcome.plainLogin === true;
  return {
    plaintext: { answered, ...(answered && outcome.greeting !== undefined && { authentication: outcome.greeting }) },
  };
}

function policyFacts(policy: Json | undefined): JsonObject {
  const mode = own(policy, 'mtaSts');
  return {
    clientCertificate: required(policy, 'clientCertificate', isBoolean),
    ...(own(policy, 'private') === true && { private: true }),
    ...((mode === 'enforce' || mode === 'testing' || mode === 'none') && { mtaSts: mode }),
  };
}

export function interpret(raw: Json): Interpretation {
  const endpoint = endpointIn(raw);
  const head = {
    endpoint: required(raw, 'endpoint', isString),
    host: required(raw, 'host', isString),
    port: required(raw, 'port', isInteger),
    protocol: protocolOf(raw) ?? unknown('evidence.missing'),
    policy: policyFacts(own(raw, 'policy')),
  };
  // nobody gets in, and nobody should: that is all that can be said
  const closed = faultIn(own(raw, 'reach'));
  if (endpoint === undefined || closed !== undefined) {
    const missing = unknown(closed ?? 'evidence.missing');
    const facts = {
      ...head,
      offered: missing,
      starttls: missing,
      plaintext: missing,
      protocols: missing,
      leaf: missing,
      chain: missing,
      suites: missing,
      keyExchange: missing,
      hellos: missing,
      ciphers: missing,
      groups: missing,
      order: missing,
      leaves: missing,
      path: missing,
      clientCertificate: missing,
      signature: missing,
      staple: missing,
      scts: missing,
    };
    const questions = Object.fromEntries(
      [
        ...QUESTION_FACTS,
        ...Object.keys(sessionSchemas),
        ...Object.keys(bindingSchemas),
        ...Object.keys(productSchemas),
        'intrusive',
        'compression',
        'injection',
        'directTls',
        'rdp',
      ].map((name) => [name, missing]),
    );
    const reach =
      closed === undefined ? {} : { reach: { reached: closed === 'net.refused' ? false : unknown(closed) } };
    const all: JsonObject = { ...facts, ...questions, ...reach, hostname: missing, trust: missing, session: missing };
    const heads = Object.keys(head).filter((name) => own(raw, name) !== undefined);
    return {
      facts: all,
      at: {
        ...(closed !== undefined && Object.fromEntries(Object.keys(all).map((name) => [pointer(name), '/reach']))),
        ...Object.fromEntries(heads.map((name) => [pointer(name), pointer(name)])),
      },
    };
  }
  const upgrade = upgradeIn(raw);
  const none = typeof upgrade === 'object' && !upgrade.ready;
  const session = own(raw, 'session');
  const versions = versionStates(raw, upgrade);
  const alive = [...versions.values()].includes(true);
  const sslv2 = none ? { offered: false, kinds: [] } : sslv2Of(raw, alive);
  const offered = typeof upgrade === 'string' ? upgrade : none ? false : offeredOf(versions, sslv2.offered, session);
  const served = servedIn(raw);
  const listed = listVersions(raw, versions, { alive: isAlive(raw), lossless: isLossless(raw) });
  const seen = { raw, endpoint, versions, served, offered, lossless: isLossless(raw) };
  const asides = [
    questionFacts(seen),
    finishedFacts(seen),
    intrusiveFacts(seen),
    bindingFacts(seen),
    productFacts(listed, seen),
    compressionFacts(seen),
    upgradeFacts(seen, endpoint.name.protocol, upgrade),
  ];
  // there is nothing to judge about a certificate: its facts are absent, and not unknown
  const bare =
    sslv2.offered === false && served?.flights.length === 0 && served.rest === undefined && needsNoCertificate(listed);
  const facts: JsonObject = {
    ...head,
    offered: known(offered),
    ...starttlsFacts(upgrade, offered),
    ...plainFacts(plainIn(raw)),
    protocols: {
      sslv2: { offered: known(sslv2.offered), kinds: sslv2.kinds.map(({ name }) => name) },
      ...Object.fromEntries([...versions].map(([version, state]) => [FACT_NAMES[version], { offered: known(state) }])),
    },
    ...Object.assign({}, ...asides.map((area) => area.facts)),
    ...(offered !== false && {
      ...sessionFacts(session),
      ...(bare
        ? { clientCertificate: { requested: false, authorities: [] }, signature: { schemes: [] } }
        : { ...servedFacts(served), ...chainFacts({ raw, served, endpoint }) }),
      ...listFacts(listed, endpoint, versions),
    }),
  };
  const at = placesOf({ raw, versions, listed, offered, names: FACT_NAMES });
  return { facts, at: Object.assign(at, certificatePlaces(raw, served), ...asides.map((area) => area.at)) };
}

function listFacts(
  listed: readonly Listed[],
  endpoint: Endpoint,
  versions: ReadonlyMap<Probed, boolean | FaultCode>,
): JsonObject {
  return {
    ...suiteFacts(listed, endpoint.text),
    keyExchange: exchangeFacts(listed),
    hellos: helloFacts(listed, versions.get('TLSv1.3') ?? 'evidence.missing'),
  };
}
