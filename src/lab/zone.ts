/** Zones of the lab: records from zone-file lines (RFC 1035 §5.1, one record a line) or objects, and how they are looked up. */
import { parseAddress } from '../wire/dns/address.ts';
import { canonicalName } from '../wire/dns/name.ts';
import { latin1Bytes } from '../wire/dns/rdata.ts';
import { TYPES, isTypeName, type Rdata, type ResourceRecord } from '../wire/dns/types.ts';

/** Every record of every zone, by canonical owner name. */
export type ZoneData = ReadonlyMap<string, readonly ResourceRecord[]>;

/** Splits a line at white space; "quoted strings" keep theirs, marked by a leading quote. */
function tokensOf(line: string): string[] {
  const tokens: string[] = [];
  for (const match of line.matchAll(/"((?:[^"\\]|\\.)*)"|;.*$|[^\s";]+/gs)) {
    const token = match[0];
    if (token.startsWith(';')) break;
    tokens.push(match[1] === undefined ? token : `"${match[1]}`);
  }
  return tokens;
}

function unquote(token: string): Uint8Array {
  const text = token.startsWith('"') ? token.slice(1) : token;
  return latin1Bytes(
    text.replaceAll(/\\([0-9]{3})|\\(.)/gs, (_, code: string | undefined, other: string | undefined) =>
      code === undefined ? (other ?? '') : String.fromCharCode(Number(code)),
    ),
  );
}

const hex = (tokens: readonly string[]) => Uint8Array.from(Buffer.from(tokens.join(''), 'hex'));
const base64 = (tokens: readonly string[]) => Uint8Array.from(Buffer.from(tokens.join(''), 'base64'));

/** What a record holds, from the tokens behind its type. */
export function rdataOf(type: string, tokens: readonly string[], absolute: (name: string) => string): Rdata {
  const text = (index: number) => tokens[index] ?? '';
  const number = (index: number) => {
    const value = Number(tokens[index]);
    if (!Number.isInteger(value)) throw new Error(`${type}: field ${String(index + 1)} is no number`);
    return value;
  };
  switch (type) {
    case 'A':
    case 'AAAA':
      if (parseAddress(text(0)) === undefined) throw new Error(`${text(0)} is no address`);
      return { is: type, address: text(0) };
    case 'NS':
    case 'CNAME':
    case 'PTR':
    case 'DNAME':
      return { is: type, name: absolute(text(0)) };
    case 'SOA':
      return {
        is: 'SOA',
        primary: absolute(text(0)),
        mailbox: absolute(text(1)),
        serial: number(2),
        refresh: number(3),
        retry: number(4),
        expire: number(5),
        minimum: number(6),
      };
    case 'MX':
      return { is: 'MX', preference: number(0), exchange: absolute(text(1)) };
    case 'TXT':
    case 'SPF':
      return { is: 'TXT', strings: tokens.map(unquote) };
    case 'SRV':
      return { is: 'SRV', priority: number(0), weight: number(1), port: number(2), target: absolute(text(3)) };
    case 'CAA':
      return { is: 'CAA', flags: number(0), tag: text(1), value: unquote(text(2)) };
    case 'TLSA':
      return { is: 'TLSA', usage: number(0), selector: number(1), matching: number(2), data: hex(tokens.slice(3)) };
    case 'DS':
      return { is: 'DS', keyTag: number(0), algorithm: number(1), digestType: number(2), digest: hex(tokens.slice(3)) };
    case 'DNSKEY':
      return {
        is: 'DNSKEY',
        flags: number(0),
        protocol: number(1),
        algorithm: number(2),
        key: base64(tokens.slice(3)),
      };
    case 'NSEC3PARAM':
      return {
        is: 'NSEC3PARAM',
        algorithm: number(0),
        flags: number(1),
        iterations: number(2),
        salt: text(3) === '-' ? new Uint8Array() : hex([text(3)]),
      };
    default:
      throw new Error(`the lab has no zone-file form for ${type}`);
  }
}

/** Reads zone-file lines; `$ORIGIN` and `$TTL` may come again, so several zones can stand behind each other. */
export function parseZone(lines: readonly string[]): ResourceRecord[] {
  const records: ResourceRecord[] = [];
  let origin = '.';
  let ttl = 3600;
  let owner = '.';
  const absolute = (name: string) => {
    if (name === '@') return origin;
    if (name.endsWith('.') && name !== '.') return name.slice(0, -1);
    return name === '.' || origin === '.' ? name : `${name}.${origin}`;
  };
  for (const line of lines) {
    const tokens = tokensOf(line);
    if (tokens.length === 0) continue;
    if (tokens[0] === '$ORIGIN') {
      origin = absolute(tokens[1] ?? '.');
      continue;
    }
    if (tokens[0] === '$TTL') {
      ttl = Number(tokens[1]);
      continue;
    }
    if (!/^\s/.test(line)) owner = absolute(tokens.shift() ?? '@');
    let recordTtl = ttl;
    while (/^(?:[0-9]+|IN)$/.test(tokens[0] ?? '')) {
      const token = tokens.shift() ?? '';
      if (token !== 'IN') recordTtl = Number(token);
    }
    const type = tokens.shift() ?? '';
    if (!isTypeName(type)) throw new Error(`zone line ${JSON.stringify(line)}: unknown type ${type}`);
    records.push({ name: owner, type: TYPES[type], class: 1, ttl: recordTtl, rdata: rdataOf(type, tokens, absolute) });
  }
  return records;
}

export function zoneData(records: readonly ResourceRecord[]): ZoneData {
  const byName = new Map<string, ResourceRecord[]>();
  for (const record of records) {
    const name = canonicalName(record.name);
    const here = byName.get(name);
    if (here === undefined) byName.set(name, [record]);
    else here.push(record);
    // an empty non-terminal exists: some name ends in it (RFC 8020)
    for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
      const parent = name.slice(dot + 1);
      if (parent !== '' && !byName.has(parent)) byName.set(parent, []);
    }
  }
  return byName;
}

/** The records at a name, from a wildcard where there is no such name (RFC 4592); undefined: the name does not exist. */
export function recordsAt(data: ZoneData, name: string): readonly ResourceRecord[] | undefined {
  const asked = canonicalName(name);
  const here = data.get(asked);
  if (here !== undefined) return here;
  const labels = asked.split('.');
  for (let drop = 1; drop < labels.length; drop += 1) {
    const parent = labels.slice(drop).join('.');
    const wild = data.get(`*.${parent}`);
    if (wild !== undefined) return wild.map((record) => ({ ...record, name }));
    // RFC 4592 §3.3.1: the closest encloser decides, nothing above it
    if (data.has(parent)) return undefined;
  }
  return undefined;
}
