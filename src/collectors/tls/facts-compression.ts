/** Facts about compressed pages inside TLS. Pure. */
import { faultIn, isBoolean, required, unknown } from '../../model/facts.ts';
import { isArray, own } from '../../model/json.ts';
import { pointer } from '../../model/pointer.ts';
import { boolean } from '../../model/schema.ts';
import type { Area, Seen } from './facts-questions.ts';
import { partly } from './partly.ts';

export const compressionSchema = partly(
  {
    on: boolean({ description: 'the first page comes compressed to those who take it so' }),
    reflects: boolean({ description: 'the page repeats what the address says' }),
    token: boolean({ description: 'the page holds a token of a form' }),
  },
  { description: 'HTTP inside TLS; absent: no HTTP here' },
);

const PLACE = 'compression';

export function compressionFacts({ raw, endpoint, offered }: Seen): Area {
  if (endpoint.name.protocol !== 'tls' || offered === false) return { facts: {}, at: {} };
  const item = own(raw, PLACE);
  const fault = faultIn(item);
  const at: Area['at'] = item === undefined ? {} : { [pointer(PLACE)]: pointer(PLACE) };
  // a server that ends the conversation, or answers something else, speaks no HTTP
  if (fault === 'http.malformed' || fault === 'net.closed' || fault === 'net.reset') return { facts: {}, at };
  const encodings = own(item, 'encodings');
  if (!isArray(encodings)) return { facts: { compression: unknown(fault ?? 'evidence.missing') }, at };
  const on = encodings.some((value) => typeof value === 'string' && !/^\s*(?:identity)?\s*$/i.test(value));
  return {
    facts: {
      compression: { on, reflects: required(item, 'reflects', isBoolean), token: required(item, 'token', isBoolean) },
    },
    at,
  };
}
