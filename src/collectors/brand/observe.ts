/** Asks DNS for every name that looks like ours, under a budget; only what exists is kept. */
import { FaultError, type FaultCode } from '../../model/fault.ts';
import type { Job } from '../../model/evidence.ts';
import type { IO } from '../../model/io.ts';
import { byCodeUnit, isArray, type Json, type JsonObject, own } from '../../model/json.ts';
import { nameOf } from '../../model/target.ts';
import { decodeMessage, encodeQuery } from '../../wire/dns/message.ts';
import { RCODES, TYPES, type Message, type TypeName } from '../../wire/dns/types.ts';
import { suffixLists } from '../../wire/psl/source.ts';
import { publicSuffix, registrableUnder } from '../../wire/psl/suffixes.ts';
import { type LookAlike, lookAlikes } from './permutations.ts';

/** Questions at once; the engine paces them by --rate. */
const AT_ONCE = 20;

export async function observe(job: Job, io: IO): Promise<Json> {
  const host = nameOf(job.target);
  const { whole } = suffixLists(Object.hasOwn(job.options, 'psl') ? await io.data('psl') : undefined);
  const suffix = publicSuffix(whole, host);
  const domain = registrableUnder(suffix, host);
  const names = domain === undefined ? [] : lookAlikes(domain.slice(0, -suffix.length - 1), suffix);
  const budget = own(job.options, 'budget');
  const queue = names.slice(0, typeof budget === 'number' ? budget : names.length);
  const asked = queue.length;
  const registered: Found[] = [];
  const faults: { [code in FaultCode]?: number } = {};
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      try {
        const found = await look(io, next);
        if (found !== undefined) registered.push(found);
      } catch (error) {
        if (!(error instanceof FaultError)) throw error;
        faults[error.fault.code] = (faults[error.fault.code] ?? 0) + 1;
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  registered.sort((a, b) => byCodeUnit(a.name, b.name));
  return {
    host,
    shown: own(job.options, 'shown') ?? host,
    generated: names.length,
    asked,
    registered,
    owned: own(job.options, 'domains') ?? [],
    faults,
    defensive: await defensive(io, own(job.options, 'defensive')),
  };
}

interface Found extends JsonObject {
  readonly name: string;
  readonly shown: string;
  readonly kind: string;
  readonly mail: boolean;
}

async function ask(io: IO, name: string, type: TypeName): Promise<Message> {
  const reply = await io.dns({ query: encodeQuery(name, TYPES[type]) });
  const message = decodeMessage(reply.message);
  if (message.rcode === RCODES.NOERROR || message.rcode === RCODES.NXDOMAIN) return message;
  throw new FaultError(
    message.rcode === RCODES.REFUSED ? 'dns.refused' : 'dns.servfail',
    `${name} ${type}: rcode ${String(message.rcode)}`,
  );
}

/** Registered: it has a name server, or an address. Undefined: nobody has it. */
async function look(io: IO, { name, shown, kind }: LookAlike): Promise<Found | undefined> {
  const servers = await ask(io, name, 'NS');
  if (servers.rcode === RCODES.NXDOMAIN) return undefined;
  const exists = has(servers, 'NS') || has(await ask(io, name, 'A'), 'A') || has(await ask(io, name, 'AAAA'), 'AAAA');
  if (!exists) return undefined;
  const mail = (await ask(io, name, 'MX')).answers.some(({ rdata }) => rdata.is === 'MX' && rdata.exchange !== '.');
  return { name, shown, kind, mail };
}

function has(message: Message, type: string): boolean {
  return message.answers.some(({ rdata }) => rdata.is === type);
}

/** Names that the user registered so that nobody else does: they must not be able to send mail. */
async function defensive(io: IO, names: Json | undefined): Promise<JsonObject[]> {
  const found: JsonObject[] = [];
  for (const name of isArray(names) ? names.slice(0, 100) : []) {
    if (typeof name !== 'string') continue;
    try {
      const texts = (await ask(io, name, 'TXT')).answers.flatMap(({ rdata }) =>
        rdata.is === 'TXT' ? [Buffer.concat(rdata.strings).toString('latin1')] : [],
      );
      const exchanges = (await ask(io, name, 'MX')).answers.flatMap(({ rdata }) =>
        rdata.is === 'MX' ? [rdata.exchange] : [],
      );
      const spf = texts.filter((text) => /^v=spf1(?: |$)/i.test(text));
      found.push({
        name,
        spfDenies: spf.length === 1 && /^v=spf1 +-all *$/i.test(spf[0] ?? ''),
        nullMx: exchanges.length === 1 && exchanges[0] === '.',
      });
    } catch (error) {
      if (!(error instanceof FaultError)) throw error;
      found.push({ name, $fault: error.fault.code, message: error.fault.message });
    }
  }
  return found;
}
