/** KMS of the lab: the read operations over the keys of one region. */
import { own, type JsonObject } from '../../model/json.ts';
import { page, replyOf, type KeyState, type RegionState, type Reply } from './state.ts';
import type { Call } from './wire.ts';

function find(region: RegionState, id: unknown): KeyState | undefined {
  return region.keys.find(({ KeyMetadata }) => KeyMetadata['Arn'] === id || KeyMetadata['KeyId'] === id);
}

function paged(name: string, items: readonly JsonObject[], call: Call, size: number): Reply {
  const { items: found, next } = page(items, call.input['Marker'], size);
  return {
    answer: { [name]: found, Truncated: next !== undefined, ...(next === undefined ? {} : { NextMarker: next }) },
  };
}

function listIn(value: JsonObject | undefined, name: string): readonly JsonObject[] {
  const items = own(value, name);
  return Array.isArray(items) ? (items as readonly JsonObject[]) : [];
}

export function answerKms(region: RegionState, call: Call, pageSize: number): Reply | undefined {
  if (call.operation === 'ListKeys') {
    const keys = region.keys.map(({ KeyMetadata }) => ({
      KeyArn: KeyMetadata['Arn'] ?? '',
      KeyId: KeyMetadata['KeyId'] ?? '',
    }));
    return paged('Keys', keys, call, Math.min(pageSize, Number(call.input['Limit'] ?? 100)));
  }
  if (call.operation === 'DescribeCustomKeyStores')
    return paged('CustomKeyStores', region.stores ?? [], call, pageSize);
  const key = find(region, call.input['KeyId']);
  switch (call.operation) {
    case 'DescribeKey':
      return replyOf(
        key?.DescribeKey ?? (key === undefined ? undefined : { KeyMetadata: key.KeyMetadata }),
        'NotFoundException',
      );
    case 'GetKeyRotationStatus':
      // As KMS answers for keys that cannot rotate
      return replyOf(
        key?.GetKeyRotationStatus,
        key === undefined ? 'NotFoundException' : 'UnsupportedOperationException',
      );
    case 'GetKeyPolicy':
      return replyOf(key?.GetKeyPolicy, 'NotFoundException');
    case 'GetKeyLastUsage':
      return replyOf(key?.GetKeyLastUsage, key === undefined ? 'NotFoundException' : 'UnsupportedOperationException');
    case 'ListGrants':
    case 'ListKeyRotations': {
      const stored = key?.[call.operation];
      if (key === undefined || own(stored, '$error') !== undefined) return replyOf(stored, 'NotFoundException');
      const name = call.operation === 'ListGrants' ? 'Grants' : 'Rotations';
      return paged(name, listIn(stored, name), call, Math.min(pageSize, 100));
    }
    default:
      return undefined;
  }
}
