/** An IO for the tests of the tls collector: TCP and TLS to loopback, nothing else. */
import { randomBytes } from 'node:crypto';
import { createScope } from '../../../../src/engine/io/scope.ts';
import { openTcp } from '../../../../src/engine/io/tcp.ts';
import { startTls } from '../../../../src/engine/io/tls.ts';
import { createWorld } from '../../../../src/engine/io/world.ts';
import type { IO } from '../../../../src/model/io.ts';
import type { Job } from '../../../../src/model/evidence.ts';
import type { JobOptions } from '../../../../src/model/io.ts';

export interface LabIo {
  readonly io: IO;
  /** Ends what is still open. */
  readonly end: () => void;
}

/** The engine's own TCP and TLS, with every name led to 127.0.0.1. */
export function labIo(options: { readonly ca?: string; readonly timeoutMs?: number } = {}): LabIo {
  const controller = new AbortController();
  const scope = createScope(controller.signal);
  const world = createWorld({
    resolvers: [],
    connectTo: [{ host: '', port: 0, toHost: '127.0.0.1', toPort: 0 }],
    ...(options.ca !== undefined && { ca: { pem: options.ca, digest: 'sha256:test' } }),
    allowPrivate: true,
    timeoutMs: options.timeoutMs ?? 5000,
    concurrency: 4,
    rate: 0,
    maxConnections: 8,
  });
  const refuse = (): never => {
    throw new TypeError('not in this test');
  };
  return {
    io: {
      signal: controller.signal,
      now: () => new Date().toISOString(),
      random: (bytes) => randomBytes(bytes),
      tcp: async (host, port) => await openTcp(world, scope, host, port),
      tls: async (over, tlsOptions) => await startTls(world, scope, over, tlsOptions),
      dns: refuse,
      fetch: refuse,
      aws: refuse,
      files: refuse,
      git: refuse,
      data: refuse,
      progress: () => undefined,
    },
    end: () => scope.end(),
  };
}

export function jobFor(endpoint: string, options: JobOptions = {}): Job {
  return { collector: 'tls', target: { kind: 'endpoint', id: `endpoint:${endpoint}`, labels: {} }, options };
}
