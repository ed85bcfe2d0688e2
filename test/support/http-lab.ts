/** Runs the http collector and its checks against scripted hosts of the lab, through the engine's real capabilities. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { collector } from '../../src/collectors/http/collector.ts';
import { createData, type DataSource } from '../../src/engine/io/data.ts';
import { createIO } from '../../src/engine/io/create.ts';
import { judge, type Observed } from '../../src/judge/judge.ts';
import { createCa } from '../../src/lab/ca.ts';
import { startDns } from '../../src/lab/dns.ts';
import { type LabSite, type LabWeb, startWeb } from '../../src/lab/http.ts';
import type { Check, Status } from '../../src/model/check.ts';
import { FaultError } from '../../src/model/fault.ts';
import type { Json, JsonObject } from '../../src/model/json.ts';
import type { ConnectTo, NetworkOptions } from '../../src/model/options.ts';
import type { Verdict } from '../../src/model/result.ts';
import type { Target } from '../../src/model/target.ts';
import { readPack } from '../../src/packs/load.ts';

const CHECKS = fileURLToPath(new URL('../../checks/', import.meta.url));
export const ca = createCa({ name: 'Probity test root' });

/** A certificate for one name, by the CA that the observer trusts. */
export function certificate(
  name: string,
  options: Parameters<typeof ca.issue>[0] = {},
): NonNullable<LabSite['certificate']> {
  const issued = ca.issue({ names: [name], ...options });
  return { chainPem: issued.chainPem, keyPem: issued.keyPem };
}

export interface Observation {
  /** Undefined where the job faulted. */
  readonly raw: Json | undefined;
  readonly fault: string | undefined;
  readonly facts: JsonObject;
  readonly at: { readonly [pointer: string]: string };
  readonly verdicts: readonly Verdict[];
  /** The worst status of a check over all its subjects: fail, error, pass, manual, not-applicable. */
  status(check: string): Status | undefined;
}

export interface Lab {
  readonly web: LabWeb;
  /** `data`: reference data beside the preload list. */
  observe(site: string, options?: JsonObject, data?: readonly DataSource[]): Promise<Observation>;
  close(): Promise<void>;
}

const DATA: readonly DataSource[] = [
  { name: 'hsts-preload', read: () => readFileSync(new URL('../../data/hsts-preload.gz', import.meta.url)) },
];

let checks: readonly Check[] | undefined;

/** The checks of this collector that run by default, loaded once. */
export function httpChecks(): readonly Check[] {
  checks ??= ['http', 'sectxt', 'wellknown'].flatMap((group) => {
    const reading = readPack(`${CHECKS}${group}`, new Map([['http', { ...collector, accepts: ['site'] as const }]]));
    if (reading.problems.length > 0) throw new Error(JSON.stringify(reading.problems[0]));
    return reading.pack.checks.filter(({ deep }) => deep !== true);
  });
  return checks;
}

/** `hosts`: the names that lead to the lab; default: every name. */
export async function startLab(
  sites: readonly LabSite[],
  network: Partial<NetworkOptions> = {},
  hosts: readonly string[] = [''],
): Promise<Lab> {
  const web = await startWeb(sites);
  const dns = await startDns({
    lines: [
      ...sites.flatMap(({ name }) => [
        `$ORIGIN ${name}.`,
        '@ SOA ns h 1 7200 3600 1209600 300',
        `@ MX 10 mail.${name}.`,
      ]),
      '$ORIGIN nomail.test.',
      '@ SOA ns h 1 7200 3600 1209600 300',
      '@ MX 0 .',
      '$ORIGIN bare.test.',
      '@ SOA ns h 1 7200 3600 1209600 300',
    ],
  });
  const connectTo: readonly ConnectTo[] = hosts.flatMap((host) => [
    { host, port: 443, toHost: '127.0.0.1', toPort: web.httpsPort },
    { host, port: 80, toHost: '127.0.0.1', toPort: web.httpPort },
  ]);
  return {
    web,
    observe: async (site, options = {}, data = []) => {
      const whole: NetworkOptions = {
        resolvers: [dns.address],
        connectTo,
        ca: { pem: ca.certPem, digest: 'sha256:test' },
        allowPrivate: false,
        timeoutMs: 3000,
        concurrency: 4,
        rate: 0,
        maxConnections: 8,
        ...network,
      };
      return await observeSite(site, options, whole, data);
    },
    close: async () => void (await Promise.all([web.close(), dns.close()])),
  };
}

/** One observation, its facts and the verdicts of all checks over them. */
export async function observeSite(
  site: string,
  options: JsonObject,
  network: NetworkOptions,
  data: readonly DataSource[] = [],
): Promise<Observation> {
  const target: Target = { kind: 'site', id: `site:${site}`, labels: {} };
  const job = createIO(network, { signal: AbortSignal.timeout(60_000), data: createData([...DATA, ...data]) });
  try {
    // through JSON, as the evidence store does it
    const raw = JSON.parse(
      JSON.stringify(await collector.observe({ collector: 'http', target, options }, job.io)),
    ) as Json;
    const { facts, at } = collector.interpret(raw);
    return observation(target, raw, undefined, { is: 'facts', id: 'ev-test', facts, at }, facts as JsonObject, at);
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    return observation(target, undefined, error.fault.code, { is: 'fault', id: 'ev-test', fault: error.fault }, {}, {});
  } finally {
    job.end();
  }
}

const ORDER: readonly Status[] = ['fail', 'error', 'pass', 'manual', 'not-applicable'];

function observation(
  target: Target,
  raw: Json | undefined,
  fault: string | undefined,
  observed: Observed,
  facts: JsonObject,
  at: Observation['at'],
): Observation {
  const verdicts = judge(httpChecks(), [{ target, collectors: { http: observed } }], new Date().toISOString());
  return {
    raw,
    fault,
    facts,
    at,
    verdicts,
    status: (check) =>
      ORDER.find((status) => verdicts.some((verdict) => verdict.check === check && verdict.status === status)),
  };
}
