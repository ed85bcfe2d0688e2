/** The vocabulary of DNS messages: type and response codes, records and their typed contents. */

/** IANA numbers of the record types that this codec knows by name. */
export const TYPES = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  DNAME: 39,
  OPT: 41,
  DS: 43,
  RRSIG: 46,
  NSEC: 47,
  DNSKEY: 48,
  NSEC3: 50,
  NSEC3PARAM: 51,
  TLSA: 52,
  SVCB: 64,
  HTTPS: 65,
  SPF: 99,
  AXFR: 252,
  ANY: 255,
  CAA: 257,
} as const;

export type TypeName = keyof typeof TYPES;

const NAMES = new Map<number, TypeName>();
for (const [name, code] of Object.entries(TYPES)) NAMES.set(code, name as TypeName);

/** `MX`, or `TYPE4711` (RFC 3597 §5) where this codec has no name for it. */
export function typeName(code: number): string {
  return NAMES.get(code) ?? `TYPE${String(code)}`;
}

export function isTypeName(text: string): text is TypeName {
  return Object.hasOwn(TYPES, text);
}

export const RCODES = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 } as const;

export interface Header {
  readonly id: number;
  readonly response: boolean;
  readonly opcode: number;
  readonly authoritative: boolean;
  readonly truncated: boolean;
  readonly recursionDesired: boolean;
  readonly recursionAvailable: boolean;
  readonly authenticData: boolean;
  readonly checkingDisabled: boolean;
}

export interface Question {
  /** Presentation form without the final dot; the root is `.`. */
  readonly name: string;
  readonly type: number;
  readonly class: number;
}

export interface ServiceParameter {
  readonly key: number;
  readonly value: Uint8Array;
}

/** What a record holds. Names are in presentation form; octets stay octets. */
export type Rdata =
  | { readonly is: 'A' | 'AAAA'; readonly address: string }
  | { readonly is: 'NS' | 'CNAME' | 'PTR' | 'DNAME'; readonly name: string }
  | {
      readonly is: 'SOA';
      readonly primary: string;
      readonly mailbox: string;
      readonly serial: number;
      readonly refresh: number;
      readonly retry: number;
      readonly expire: number;
      readonly minimum: number;
    }
  | { readonly is: 'MX'; readonly preference: number; readonly exchange: string }
  /** The character strings of one record; type 99 (SPF) has the same form. */
  | { readonly is: 'TXT'; readonly strings: readonly Uint8Array[] }
  | {
      readonly is: 'SRV';
      readonly priority: number;
      readonly weight: number;
      readonly port: number;
      readonly target: string;
    }
  | { readonly is: 'CAA'; readonly flags: number; readonly tag: string; readonly value: Uint8Array }
  | {
      readonly is: 'TLSA';
      readonly usage: number;
      readonly selector: number;
      readonly matching: number;
      readonly data: Uint8Array;
    }
  | {
      readonly is: 'DS';
      readonly keyTag: number;
      readonly algorithm: number;
      readonly digestType: number;
      readonly digest: Uint8Array;
    }
  | {
      readonly is: 'DNSKEY';
      readonly flags: number;
      readonly protocol: number;
      readonly algorithm: number;
      readonly key: Uint8Array;
    }
  | {
      readonly is: 'RRSIG';
      readonly covered: number;
      readonly algorithm: number;
      readonly labels: number;
      readonly originalTtl: number;
      /** Seconds since 1970 modulo 2^32 (RFC 4034 §3.1.5). */
      readonly expiration: number;
      readonly inception: number;
      readonly keyTag: number;
      readonly signer: string;
      readonly signature: Uint8Array;
    }
  | { readonly is: 'NSEC'; readonly next: string; readonly types: readonly number[] }
  | {
      readonly is: 'NSEC3';
      readonly algorithm: number;
      readonly flags: number;
      readonly iterations: number;
      readonly salt: Uint8Array;
      readonly next: Uint8Array;
      readonly types: readonly number[];
    }
  | {
      readonly is: 'NSEC3PARAM';
      readonly algorithm: number;
      readonly flags: number;
      readonly iterations: number;
      readonly salt: Uint8Array;
    }
  | {
      readonly is: 'SVCB';
      readonly priority: number;
      readonly target: string;
      readonly parameters: readonly ServiceParameter[];
    }
  | { readonly is: 'raw'; readonly bytes: Uint8Array };

export interface ResourceRecord {
  readonly name: string;
  readonly type: number;
  readonly class: number;
  readonly ttl: number;
  readonly rdata: Rdata;
}

/** EDNS as the OPT pseudo-record carries it (RFC 6891 §6.1). */
export interface Edns {
  readonly udpSize: number;
  readonly version: number;
  readonly dnssecOk: boolean;
  readonly options: readonly { readonly code: number; readonly value: Uint8Array }[];
}

export interface Message extends Header {
  /** With the upper bits of EDNS where there is any. */
  readonly rcode: number;
  readonly questions: readonly Question[];
  readonly answers: readonly ResourceRecord[];
  readonly authorities: readonly ResourceRecord[];
  /** Without the OPT record, which is `edns`. */
  readonly additionals: readonly ResourceRecord[];
  readonly edns: Edns | undefined;
}
