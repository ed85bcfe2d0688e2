/** What the tests use of dns-packet, which ships no types. */
declare module 'dns-packet' {
  interface Packet {
    readonly id?: number;
    readonly type?: 'query' | 'response';
    readonly flags?: number;
    readonly flag_rd?: boolean;
    readonly flag_ad?: boolean;
    readonly rcode?: string;
    readonly questions?: readonly { readonly name: string; readonly type: string; readonly class?: string }[];
    readonly answers?: readonly {
      readonly name: string;
      readonly type: string;
      readonly ttl?: number;
      readonly data?: unknown;
    }[];
    readonly additionals?: readonly object[];
  }
  export const AUTHORITATIVE_ANSWER: number;
  export function encode(packet: Packet): Buffer;
  export function decode(bytes: Buffer): Packet;
}
