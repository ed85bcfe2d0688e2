/** Which questions the chosen checks need: nothing else is asked of a server. */
import type { PlanContext } from '../../model/collector.ts';
import { own } from '../../model/json.ts';
import type { JobOptions } from '../../model/io.ts';
import { endpointOf, type Target } from '../../model/target.ts';

const BINDINGS = 'bindings';
/** The certificates as they are served, without what judging them needs beside: enough for `tls scan`. */
export const FLIGHTS = 'flights';

/** Questions beyond the versions, each with the facts that come from it. */
const PARTS: readonly { readonly part: string; readonly facts: readonly string[] }[] = [
  { part: 'session', facts: ['session', 'leaf', 'chain', 'hostname', 'trust', 'starttls'] },
  {
    part: 'served',
    facts: [
      'leaf',
      'chain',
      'leaves',
      'hostname',
      'trust',
      'path',
      'clientCertificate',
      'staple',
      'scts',
      'revocation',
      'addresses',
      'signature',
      'dane',
      'caa',
    ],
  },
  { part: BINDINGS, facts: ['dane', 'caa'] },
  { part: 'plain', facts: ['plaintext'] },
  {
    part: 'questions',
    facts: [
      'tolerance',
      'fallback',
      'drafts',
      'weakSignatures',
      'alpn',
      'sni',
      'retry',
      'plainPort',
      'upgradeHttp',
      'clock',
    ],
  },
  { part: 'compression', facts: ['compression'] },
  { part: 'injection', facts: ['injection'] },
  { part: 'direct', facts: ['directTls'] },
  { part: 'sessions', facts: ['resumption', 'withoutCertificate', 'http3', 'schannel'] },
  { part: 'suites', facts: ['suites', 'ciphers', 'groups', 'keyExchange', 'hellos', 'order', 'schannel'] },
];

/** Reference data that the answers depend on. */
const DATA = ['roots', 'ca', 'psl', 'ct-logs', 'leaked-keys', 'earlier-tickets'] as const;

/** What the DNS says is asked only in a run: `tls scan` looks at the endpoint alone. */
export const ALL_PARTS: readonly string[] = PARTS.map(({ part }) => part).filter((part) => part !== BINDINGS);

/** The label `mtls: required`, or the option `tls: { clientCertificate: required }`: policy that no server can tell. */
function wantsClientCertificate(target: Target, context: PlanContext): boolean {
  return target.labels['mtls'] === 'required' || own(own(context.options, 'tls'), 'clientCertificate') === 'required';
}

/** Where the user says by --connect-to what stands behind the name, the DNS need not know it; under a domain it was asked before. */
function isInDns(target: Target, context: PlanContext): boolean {
  return target.parent !== undefined || isAtItsOwnAddress(target, context);
}

/** Nobody said with --connect-to that it is elsewhere. */
function isAtItsOwnAddress(target: Target, context: PlanContext): boolean {
  const endpoint = endpointOf(target.id);
  if (endpoint === undefined) return false;
  const { host, port } = endpoint;
  const said = [`${host}:${String(port)}`, `${host}:0`, `:${String(port)}`, ':0'];
  return !context.connectTo.some((override) => said.includes(override));
}

/** The label `network: private`, or the option `tls: { private: true }`. */
function isPrivate(target: Target, context: PlanContext): boolean {
  return target.labels['network'] === 'private' || own(own(context.options, 'tls'), 'private') === true;
}

export function plan(target: Target, context: PlanContext): JobOptions {
  const asked = new Set(context.paths.map((path) => path.split('.')[0]));
  const digests = Object.fromEntries(
    DATA.flatMap((name) => {
      const digest = context.dataDigest(name);
      return digest === undefined ? [] : [[name, digest]];
    }),
  );
  // the policy of the domain that led here
  const mtaSts = own(target.options, 'mtaSts');
  const intrusive = asked.has('intrusive') && context.switches['intrusive'] === true;
  const parts = PARTS.filter(({ facts }) => facts.some((fact) => asked.has(fact)))
    .map(({ part }) => part)
    .filter((part) => part !== BINDINGS || isInDns(target, context));
  return {
    parts: intrusive ? [...parts, 'intrusive'] : parts,
    ...(isPrivate(target, context) && { private: true }),
    ...(typeof mtaSts === 'string' && asked.has('policy') && { mtaSts }),
    ...(wantsClientCertificate(target, context) && { clientCertificate: 'required' }),
    ...(own(own(context.options, 'tls'), 'revocation') === true && asked.has('revocation') && { revocation: true }),
    ...(asked.has('addresses') &&
      endpointOf(target.id)?.protocol === 'tls' &&
      isAtItsOwnAddress(target, context) && { addresses: true }),
    // which data decides is part of the question
    ...digests,
  };
}
