/** The capabilities a collector gets: every call runs under a deadline, byte caps, the address rule and the user's overrides. */
import type { FaultCode } from './fault.ts';
import type { Json } from './json.ts';

export interface DnsReply {
  /** The whole answer message as it came, TCP length prefix removed. */
  readonly message: Uint8Array;
  /** `IP:port` of the server that answered; `system` where node:dns asked. */
  readonly server: string;
  readonly transport: 'udp' | 'tcp' | 'system';
  readonly elapsedMs: number;
  /** The AD bit may be believed: the server is on loopback or named with --resolver (facts/email §3). */
  readonly trusted: boolean;
}

export interface DnsRequest {
  /** One query message. The engine sets a fresh random id for the wire and puts the asked id back into the answer. */
  readonly query: Uint8Array;
  /** `IP` or `IP:port`: this server only (authoritative questions). Default: --resolver, else the system's. */
  readonly server?: string;
  /** `tcp`: do not try UDP first. */
  readonly transport?: 'udp' | 'tcp';
}

/** A connected byte stream. Reads and writes reject with a FaultError (`net.*`) and never hang past the deadline. */
export interface ByteStream {
  readonly address: string;
  /** The other addresses of the name, where it has some. */
  readonly otherAddresses?: readonly string[];
  readonly port: number;
  /** Resolves when the bytes were handed to the system. */
  write(bytes: Uint8Array): Promise<void>;
  /** The next bytes that arrived, at most `max` of them (default 64 KiB); undefined at the end of the stream. */
  read(max?: number): Promise<Uint8Array | undefined>;
  close(): void;
}

export interface TlsOptions {
  /** The name for SNI and for the verification; without it no SNI is sent. An IP literal sends none either. */
  readonly servername?: string;
  readonly alpn?: readonly string[];
  readonly minVersion?: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';
  readonly maxVersion?: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';
  /** OpenSSL cipher list; `DEFAULT:@SECLEVEL=0` reaches old servers. */
  readonly ciphers?: string;
}

/** A finished handshake. Trust errors are data here, never a rejection. */
export interface TlsSession {
  readonly protocol: string;
  readonly cipher: string;
  readonly alpn: string | undefined;
  /** Certificates in DER, leaf first, as node:tls built the chain. */
  readonly chain: readonly Uint8Array[];
  readonly authorized: boolean;
  /** node's code of the first error (`CERT_HAS_EXPIRED`, `DEPTH_ZERO_SELF_SIGNED_CERT`, `ERR_TLS_CERT_ALTNAME_INVALID` ...). */
  readonly trustError: string | undefined;
  /** SHA-256 over the roots used (`sha256:` + hex): which bundle decided. */
  readonly rootsDigest: string;
  readonly stream: ByteStream;
}

export interface HopRequest {
  readonly method: 'GET' | 'HEAD' | 'OPTIONS' | 'TRACE';
  readonly url: string;
  /** One of the addresses of the name: this one only. Default: the first that answers. */
  readonly address?: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
  /** Cap on the decoded body in bytes; the rest is not read and `truncated` is set. */
  readonly maxBody: number;
}

/** One request and its one response; redirects are not followed. */
export interface Hop {
  readonly url: string;
  readonly method: string;
  readonly address: string;
  /** The other addresses of the name, where it has some. */
  readonly otherAddresses?: readonly string[];
  readonly port: number;
  readonly httpVersion: string;
  readonly status: number;
  readonly statusText: string;
  /** Header lines in the order and spelling of the wire, duplicates kept; latin1 code points. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Interim responses (1xx) that came before; missing where none did. */
  readonly interim?: readonly { readonly status: number; readonly headers: readonly (readonly [string, string])[] }[];
  /** After content decoding, cut at `maxBody`; as sent where the coding is not known. */
  readonly body: Uint8Array;
  readonly truncated: boolean;
  /** Why the body is cut, where it was not the cap: `http.timeout`, `net.closed`, `http.malformed` (coding or framing), `http.coding` (a content coding that is not known). */
  readonly bodyFault?: FaultCode;
  readonly tls?: { readonly protocol: string; readonly authorized: boolean; readonly trustError: string | undefined };
  readonly elapsedMs: number;
}

export interface AwsRequest {
  /** Default: the region of the environment or of the profile, else us-east-1; the answer names it. */
  readonly region?: string;
  /** A profile of the shared configuration; default: the standard credential chain. */
  readonly profile?: string;
  /** ARN of a role to take on with those credentials, and what its trust policy may ask for. */
  readonly role?: string;
  readonly externalId?: string;
}

/** A signed question of the JSON 1.1 protocol: a POST to the root of an endpoint. */
export interface AwsPost {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number | undefined;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
}

export interface AwsReply {
  readonly status: number;
  /** Empty where the service gave none. */
  readonly requestId: string;
  readonly body: string;
}

/** What an AWS client is constructed with; the request handler holds the deadline, the token bucket and the byte caps. */
export interface AwsClientConfig {
  readonly region: string;
  readonly endpoint?: string;
  readonly credentials?: unknown;
  readonly requestHandler: unknown;
  readonly maxAttempts: number;
  /** The same way out for thousands of small questions, under the same deadline and token bucket; one try. No client reads it. */
  readonly post?: (request: AwsPost) => Promise<AwsReply>;
}

export interface ListedEntry {
  /** Relative to the root, `/`-separated, well-formed Unicode. */
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'symlink' | 'other';
  /** Set where the entry could not be looked at (`source.unreadable`). */
  readonly fault?: { readonly code: string; readonly message: string };
}

export interface FileEntry extends ListedEntry {
  /** Bytes; 0 where not a file. */
  readonly size: number;
}

export interface FileTree {
  /** Absolute path of the root: for worker threads, which read under the same caps; never for evidence. */
  readonly root: string;
  /** Depth first, sorted by code unit in each folder; symbolic links are named, not followed; `.git` is not entered. */
  walk(): AsyncIterable<FileEntry>;
  /** The same in lists and without sizes, for who reads all: a step of an async iterator costs more than an entry, and so does a size. */
  lists(): AsyncIterable<readonly ListedEntry[]>;
  /** The first `maxBytes` bytes of a file (default 8 MiB). Paths that leave the root are refused. */
  read(path: string, maxBytes?: number): Promise<Uint8Array>;
}

/** A file of the user's in which a collector keeps for the next run what this one did. It holds nothing that was found. */
export interface KeptFile {
  /** Undefined where there is none yet; one that is larger than that is none of ours. */
  read(maxBytes: number): Promise<Uint8Array | undefined>;
  /** Replaces it as a whole. */
  write(bytes: Uint8Array): Promise<void>;
}

export interface IO {
  readonly signal: AbortSignal;
  /** RFC 3339 UTC with milliseconds. */
  now(): string;
  random(bytes: number): Uint8Array;
  /** 32 random bytes, the same for all jobs of a run and never written: what is keyed with them can be joined within the run only. */
  readonly runKey: Uint8Array;
  dns(request: DnsRequest): Promise<DnsReply>;
  /** Resolves the name under --resolver and --connect-to, refuses private addresses, connects. */
  tcp(host: string, port: number): Promise<ByteStream>;
  /** A TLS client handshake over an open stream; the stream must not be used beside the session afterwards. */
  tls(over: ByteStream, options: TlsOptions): Promise<TlsSession>;
  fetch(request: HopRequest): Promise<Hop>;
  aws(request: AwsRequest): Promise<AwsClientConfig>;
  files(root: string): FileTree;
  kept(path: string): KeptFile;
  /** Runs git read-only on a repository with a hostile-safe environment; yields its standard output in chunks. */
  git(repository: string, args: readonly string[], input?: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
  /** Reference data by name (detectors, root certificates, preload list); its digest is a job option. */
  data(name: string): Promise<Uint8Array>;
  /** One line of progress for a person; not stored. */
  progress(note: string): void;
}

/** A value that went into the options of a job. */
export type JobOptions = { readonly [key: string]: Json };
