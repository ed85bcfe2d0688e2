/** Asks DNS for every name that looks like ours, under a budget; only what exists is kept. */
import { rawFault } from '../../model/facts.ts';
import { FaultError, type FaultCode } from '../../model/fault.ts';
import type { Job } from '../../model/evidence.ts';
import type { IO } from '../../model/io.ts';
import { byCodeUnit, isArray, type Json, type JsonObject, own } from '../../model/json.ts';
import { nameOf } from '../../model/target.ts';
import { decodeMessage, encodeQuery } from '../../wire/dns/message.ts';
import { RCODES, TYPES, type Message, type TypeName } from '../../wire/dns/types.ts';
import { type Confusables, parseConfusables, skeletonBy } from '../../wire/confusables.ts';
import { suffixLists } from '../../wire/psl/source.ts';
import { publicSuffix, registrableUnder, type SuffixList } from '../../wire/psl/suffixes.ts';
import { parseCertificate } from '../../wire/x509/certificate.ts';
import { certificatesInPem } from '../../wire/x509/pem.ts';
import { sketchOf } from './copy.ts';
import { type LookAlike, lookAlikes, type Vocabulary } from './permutations.ts';

/** Pages of other sites that are looked at, and names of certificates that are kept. */
const MAX_COPIES = 50;
const MAX_WORDS = 2000;
const MAX_SEEN = 1000;
/** Questions at once; the engine paces them by --rate. */
const AT_ONCE = 20;

export async function observe(job: Job, io: IO): Promise<Json> {
  const host = nameOf(job.target);
  const { whole } = suffixLists(Object.hasOwn(job.options, 'psl') ? await io.data('psl') : undefined);
  const suffix = publicSuffix(whole, host);
  const domain = registrableUnder(suffix, host);
  const names = domain === undefined ? [] : lookAlikes(domain.slice(0, -suffix.length - 1), suffix, vocabulary(job));
  const budget = own(job.options, 'budget');
  const wanted = own(job.options, 'ask') !== false;
  const queue = wanted ? names.slice(0, typeof budget === 'number' ? budget : names.length) : [];
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
  const table = Object.hasOwn(job.options, 'confusables') ? confusablesOf(await io.data('confusables')) : undefined;
  const shown = own(job.options, 'shown') ?? host;
  const owned = own(job.options, 'domains') ?? [];
  const copies = own(job.options, 'copies') === true;
  return {
    host,
    shown,
    wanted,
    confusables: table === undefined ? null : { version: table.version, date: table.date },
    skeleton: table === undefined || typeof shown !== 'string' ? null : skeletonBy(table, shown),
    certificates: await certificates(job, io, names, whole),
    topDomain: await topDomain(job, io, domain),
    page: copies ? await sketchOf(io, host) : null,
    generated: names.length,
    asked,
    registered: await Promise.all(
      registered.map(async (item, index) => ({
        ...item,
        ...(table !== undefined && { skeleton: skeletonBy(table, item.shown) }),
        // whose own names they are is known without looking
        ...(copies && index < MAX_COPIES && !isListed(owned, item.name) && { page: await sketchOf(io, item.name) }),
      })),
    ),
    owned,
    faults,
    defensive: await defensive(io, own(job.options, 'defensive')),
  };
}

function isListed(names: Json, name: string): boolean {
  return isArray(names) && names.includes(name);
}

function confusablesOf(bytes: Uint8Array): Confusables {
  const table = parseConfusables(new TextDecoder('utf-8').decode(bytes));
  if (table === undefined)
    throw new FaultError('data.missing', 'the table of confusables is not of the form that is known');
  return table;
}

/** Names of the user's list that lie at or under a look-alike. */
async function certificates(job: Job, io: IO, names: readonly LookAlike[], list: SuffixList): Promise<Json> {
  if (!Object.hasOwn(job.options, 'seen-certificates')) return null;
  const alike = new Set(names.map(({ name }) => name));
  const found = new Map<string, JsonObject>();
  for (const name of namesIn(new TextDecoder('utf-8').decode(await io.data('seen-certificates')))) {
    const lookalike = registrableUnder(publicSuffix(list, name), name);
    if (lookalike !== undefined && alike.has(lookalike) && found.size < MAX_SEEN) found.set(name, { name, lookalike });
  }
  return [...found.values()];
}

/** Host names in certificates (PEM), or in lines of any other text that holds one a line. */
function* namesIn(text: string): Generator<string> {
  for (const der of certificatesInPem(text)) {
    const certificate = parseCertificate(der);
    const alternatives = certificate.ok ? certificate.value.subjectAltName : undefined;
    if (alternatives === undefined || !('value' in alternatives)) continue;
    for (const name of alternatives.value) if (name.kind === 'dns') yield hostOf(name.value);
  }
  if (text.includes('-----BEGIN')) return;
  for (const line of text.split('\n')) {
    const name = hostOf(line.trim());
    if (name !== '') yield name;
  }
}

/** A-labels, lower case, without wildcard; empty where the text is no name. */
function hostOf(text: string): string {
  const name = text.startsWith('*.') ? text.slice(2) : text;
  return /^[^\s/?#@:\\]{1,253}$/.test(name) ? (URL.parse(`http://${name}/`)?.hostname ?? '') : '';
}

async function topDomain(job: Job, io: IO, domain: string | undefined): Promise<Json> {
  if (!Object.hasOwn(job.options, 'top-domains')) {
    return rawFault(new FaultError('data.missing', 'bring the list with --top-domains FILE'));
  }
  const text = new TextDecoder('utf-8').decode(await io.data('top-domains'));
  // plain names, or rows such as `12,example.com`
  const listed = text.split('\n').some((line) => hostOf((line.split(',').at(-1) ?? '').trim()) === domain);
  return { listed };
}

interface Found extends JsonObject {
  readonly name: string;
  readonly shown: string;
  readonly kind: string;
  readonly mail: boolean;
}

function vocabulary(job: Job): Vocabulary {
  const list = (name: string): string[] => {
    const value = own(job.options, name);
    return isArray(value) ? value.filter((item) => typeof item === 'string').slice(0, MAX_WORDS) : [];
  };
  return { words: list('dictionary'), suffixes: list('tlds') };
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
