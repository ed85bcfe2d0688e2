/** An `IO` whose DNS is the lab's zone data, answered in the process; for collector tests without sockets. */
import { FaultError } from '../../src/model/fault.ts';
import type { Hop, HopRequest, IO } from '../../src/model/io.ts';
import type { Job } from '../../src/model/evidence.ts';
import type { Json, JsonObject } from '../../src/model/json.ts';
import { responder, type LabDnsOptions } from '../../src/lab/dns.ts';
import { decodeMessage } from '../../src/wire/dns/message.ts';
import { typeName } from '../../src/wire/dns/types.ts';

export interface LabIoOptions extends LabDnsOptions {
  readonly fetch?: (request: HopRequest) => Promise<Hop>;
  /** Whether the AD bit of the lab may be believed. */
  readonly trusted?: boolean;
}

export interface LabIo {
  readonly io: IO;
  /** `TXT example.test`, in the order asked. */
  readonly asked: string[];
}

function refused(what: string): never {
  throw new Error(`this test allows no ${what}`);
}

export function labIo(options: LabIoOptions): LabIo {
  const respond = responder(options);
  const asked: string[] = [];
  const io: IO = {
    signal: new AbortController().signal,
    now: () => '2026-11-22T10:00:00.000Z',
    random: (bytes) => new Uint8Array(bytes),
    runKey: new Uint8Array(32),
    dns: async ({ query, transport, server }) => {
      const question = decodeMessage(query).questions[0];
      const via = `${server === undefined ? '' : ` @${server}`}${transport === undefined ? '' : ` ${transport}`}`;
      asked.push(`${typeName(question?.type ?? 0)} ${question?.name ?? ''}${via}`);
      await Promise.resolve();
      let over = transport ?? 'udp';
      let message = respond(query, over);
      if (message !== undefined && over === 'udp' && (message[2] ?? 0) & 2) {
        over = 'tcp';
        message = respond(query, over);
      }
      if (message === undefined) throw new FaultError('dns.timeout');
      return {
        message,
        server: server ?? '127.0.0.1:53',
        transport: over,
        elapsedMs: 1,
        trusted: options.trusted ?? true,
      };
    },
    tcp: () => refused('connection'),
    tls: () => refused('TLS'),
    fetch: options.fetch ?? (() => Promise.reject(new FaultError('net.no-address'))),
    aws: () => refused('AWS'),
    files: () => refused('files'),
    kept: () => refused('kept'),
    git: () => refused('git'),
    data: (name) => Promise.reject(new FaultError('data.missing', name)),
    progress: () => undefined,
  };
  return { io, asked };
}

export function domainJob(domain: string, options: JsonObject = {}): Job {
  return { collector: 'dns', target: { kind: 'domain', id: `domain:${domain}`, labels: {} }, options };
}

/** The value at a path of facts, for assertions. */
export function at(value: Json | undefined, path: string): Json | undefined {
  let here: Json | undefined = value;
  for (const key of path.split('.')) {
    here = typeof here === 'object' && here !== null ? (here as { [key: string]: Json })[key] : undefined;
  }
  return here;
}
