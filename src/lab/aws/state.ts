/** The account that the lab's AWS endpoint plays: plain data, as the services would answer it. */
import type { JsonObject } from '../../model/json.ts';

/** One key. `{ $error: CODE }` in place of an answer means that the call fails with that code for this key. */
export interface KeyState {
  readonly KeyMetadata: JsonObject;
  readonly DescribeKey?: JsonObject;
  readonly GetKeyRotationStatus?: JsonObject;
  readonly GetKeyPolicy?: JsonObject;
  readonly GetKeyLastUsage?: JsonObject;
  readonly ListGrants?: JsonObject;
  readonly ListKeyRotations?: JsonObject;
}

export interface RegionState {
  readonly keys: readonly KeyState[];
  /** SearchCertificates and DescribeCertificate in one flat object each. */
  readonly certificates: readonly JsonObject[];
  readonly stores?: readonly JsonObject[];
  /** `{ ResourceARN, Tags: [{ Key, Value }] }`. */
  readonly tags?: readonly JsonObject[];
}

export interface AwsState {
  readonly account: string;
  /** Of the caller; default: a user of the account in partition aws. */
  readonly arn?: string;
  /** Only these answer; another region says that it is not enabled. */
  readonly regions: { readonly [region: string]: RegionState };
  /** In the organization; default: ACTIVE. */
  readonly status?: string;
  /** Items a page. */
  readonly pageSize?: number;
}

/** What an operation answers by itself: an answer, or an error with its code. */
export type Reply =
  | { readonly answer: JsonObject }
  /** The body of an XML answer, as it goes over the wire. */
  | { readonly xml: string }
  | { readonly error: string; readonly message?: string; readonly status?: number };

export function replyOf(value: JsonObject | undefined, missing: string): Reply {
  if (value === undefined) return { error: missing };
  const code = value['$error'];
  return typeof code === 'string' ? { error: code } : { answer: value };
}

/** One page of a list, with the marker of the next. */
export function page<T>(
  items: readonly T[],
  marker: unknown,
  size: number,
): { items: readonly T[]; next: string | undefined } {
  const from = typeof marker === 'string' && /^p[0-9]{1,7}$/.test(marker) ? Number(marker.slice(1)) : 0;
  const next = from + size;
  return { items: items.slice(from, next), next: next < items.length ? `p${String(next)}` : undefined };
}
