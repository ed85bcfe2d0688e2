/** An IO for the tests of the tls collector: the engine's own, with every name led to 127.0.0.1. */
import { createIO, type JobIO } from '../../../../src/engine/io/create.ts';
import { createData } from '../../../../src/engine/io/data.ts';
import { rootSources } from '../../../../src/engine/io/roots.ts';
import type { Job } from '../../../../src/model/evidence.ts';
import type { JobOptions } from '../../../../src/model/io.ts';

export function labIo(options: { readonly ca?: string; readonly timeoutMs?: number } = {}): JobIO {
  const ca = options.ca === undefined ? undefined : { pem: options.ca, digest: 'sha256:test' };
  return createIO(
    {
      resolvers: [],
      connectTo: [{ host: '', port: 0, toHost: '127.0.0.1', toPort: 0 }],
      ...(ca !== undefined && { ca }),
      allowPrivate: true,
      timeoutMs: options.timeoutMs ?? 5000,
      concurrency: 4,
      rate: 0,
      maxConnections: 8,
    },
    { signal: new AbortController().signal, data: createData(rootSources(ca)) },
  );
}

export function jobFor(endpoint: string, options: JobOptions = {}): Job {
  return { collector: 'tls', target: { kind: 'endpoint', id: `endpoint:${endpoint}`, labels: {} }, options };
}
