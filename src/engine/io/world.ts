/** What all jobs of a run share: limits, the resolver and its answers, roots, AWS connections. */
import { randomBytes } from 'node:crypto';
import { FaultError } from '../../model/fault.ts';
import type { NetworkOptions } from '../../model/options.ts';
import { createGate, createGates, createPaces, type Gate } from '../limits.ts';
import type { AwsClient } from './aws.ts';
import type { DnsClient } from './dns.ts';
import { readHosts, type Hosts } from './hosts.ts';
import { createRoots, type Roots } from './roots.ts';

/** TCP connections at once, over all hosts: below the descriptor limit of every system (Linux 1024, macOS 256). */
const MAX_CONNECTIONS = 200;

export interface World {
  readonly runKey: Uint8Array;
  readonly network: NetworkOptions;
  readonly dns: DnsClient;
  readonly hosts: () => Hosts;
  readonly roots: Roots;
  readonly aws: AwsClient;
  readonly connections: Gate;
  perHost(host: string, signal: AbortSignal): Promise<() => void>;
  rate(host: string, signal: AbortSignal): Promise<void>;
  /** Closes what outlives a job. Call it at the end of the run. */
  close(): void;
}

export function createWorld(network: NetworkOptions): World {
  const aws = awsWhenAsked(network.timeoutMs);
  const dns = dnsWhenAsked(network);
  let hosts: Hosts | undefined;
  return {
    runKey: new Uint8Array(randomBytes(32)),
    network,
    dns,
    hosts: () => (hosts ??= network.resolvers.length === 0 ? readHosts() : new Map()),
    roots: createRoots(network.ca),
    aws,
    connections: createGate(MAX_CONNECTIONS),
    perHost: createGates(Math.max(1, network.maxConnections)),
    rate: createPaces(network.rate),
    close() {
      aws.close();
      dns.close();
    },
  };
}

/** Made where it is first asked for, like the next: a scan of one address loads neither. */
function dnsWhenAsked(network: NetworkOptions): DnsClient {
  let made: DnsClient | undefined;
  let closed = false;
  return {
    async ask(request, signal) {
      if (made === undefined) {
        const { createDnsClient } = await import('./dns.ts');
        if (closed) throw new FaultError('engine.interrupted', 'the run has ended');
        made ??= createDnsClient(network);
      }
      return await made.ask(request, signal);
    },
    close() {
      closed = true;
      made?.close();
    },
  };
}

function awsWhenAsked(timeoutMs: number): AwsClient {
  let made: Promise<AwsClient> | undefined;
  return {
    async configure(request, signal) {
      made ??= import('./aws.ts').then(({ createAwsClient }) => createAwsClient(timeoutMs));
      return await (await made).configure(request, signal);
    },
    close() {
      made?.then((client) => client.close()).catch(() => undefined);
    },
  };
}
