/** Asks all that the facts of a domain need: in rounds, each asking at once what the answers so far made necessary. */
import type { Job } from '../../model/evidence.ts';
import type { IO } from '../../model/io.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { nameOf } from '../../model/target.ts';
import { canonicalName } from '../../wire/dns/name.ts';
import { suffixLists } from '../../wire/psl/source.ts';
import type { KeyList } from '../../wire/x509/key-list.ts';
import { publicSuffix } from '../../wire/psl/suffixes.ts';
import { Answers, rawEntry, type Asked } from './answers.ts';
import { ask, fetchPage, learn, type Told } from './ask.ts';
import { survey } from './interpret.ts';
import { settingsOf } from './settings.ts';

/** facts/email §3: bounds of one domain. A bound that was reached is said in the evidence. */
const MAX_QUERIES = 300;
const MAX_IN_FLIGHT = 64;
/** A climb from the longest name takes 127. */
const MAX_ROUNDS = 150;
const MAX_PAGES = 6;

/** Runs the questions of one round, a bounded number at once; the answers stand in the order of the questions. */
async function askAll(questions: readonly Asked[], io: IO): Promise<Told[]> {
  if (questions.length <= MAX_IN_FLIGHT) return Promise.all(questions.map((asked) => ask(asked, io)));
  const told: Told[] = [];
  let next = 0;
  const worker = async () => {
    for (;;) {
      const index = next;
      next += 1;
      const asked = questions[index];
      if (asked === undefined) return;
      told[index] = await ask(asked, io);
    }
  };
  await Promise.all(Array.from({ length: Math.min(MAX_IN_FLIGHT, questions.length) }, worker));
  return told;
}

/** Read once for all jobs of a run: the bytes are the same object each time. */
const keyLists = new WeakMap<Uint8Array, KeyList>();

/** What the list of `--leaked-keys` says of the DKIM keys that were seen. */
async function marksOf(keys: ReadonlyMap<string, Uint8Array>, io: IO): Promise<Json> {
  const { parseKeyList, keyMarks } = await import('../../wire/x509/key-list.ts');
  const { publicKeyOf } = await import('../../wire/x509/key.ts');
  const { readOnly } = await import('../../wire/x509/der.ts');
  const bytes = await io.data('leaked-keys');
  const list = keyLists.get(bytes) ?? parseKeyList(Buffer.from(bytes).toString('latin1'));
  if ('badLine' in list) return {};
  keyLists.set(bytes, list);
  const marks = [...keys].map(([digest, spki]): [string, Json] => {
    const { leaked, debianWeak } = keyMarks(list, publicKeyOf(readOnly(spki)), digest);
    return [digest, { leaked, ...(debianWeak === undefined ? {} : { debianWeak }) }];
  });
  return Object.fromEntries(marks);
}

export async function observe(job: Job, io: IO): Promise<Json> {
  const domain = canonicalName(nameOf(job.target));
  const { icann: list } = suffixLists(Object.hasOwn(job.options, 'psl') ? await io.data('psl') : undefined);
  const settings = settingsOf(job.options);
  const done = new Set<string>();
  const answers = new Answers();
  const entries: JsonObject[] = [];
  const pages: JsonObject[] = [];
  const suffixes: { [name: string]: string } = {};
  const observedAt = io.now();
  let limit: string | undefined;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    answers.missingSuffixes.clear();
    answers.missingPages.clear();
    survey(answers, domain, settings, done);
    for (const name of answers.missingSuffixes) {
      suffixes[name] = publicSuffix(list, name);
      answers.addSuffix(name, suffixes[name]);
    }
    const wanted = answers.takeMissing();
    const urls = [...answers.missingPages];
    if (wanted.length === 0 && urls.length === 0 && answers.missingSuffixes.size === 0) break;
    const room = MAX_QUERIES - entries.length;
    if (wanted.length > room) limit = `more than ${String(MAX_QUERIES)} queries`;
    const asking = askAll(wanted.slice(0, room), io);
    // most rounds fetch nothing
    const fetching = urls.slice(0, Math.max(0, MAX_PAGES - pages.length)).map((url) => fetchPage(url, io));
    const [fresh, documents] =
      fetching.length === 0 ? [await asking, []] : await Promise.all([asking, Promise.all(fetching)]);
    for (const page of documents) {
      pages.push(page);
      answers.addPage(page);
    }
    // what the bound kept from being asked is a fault at its place, not lost evidence
    for (const asked of wanted.slice(room)) {
      fresh.push({ asked, entry: rawEntry(asked, { $fault: 'dns.limit', message: limit ?? '' }) });
    }
    for (const told of fresh) {
      entries.push(told.entry);
      learn(answers, told);
    }
    if (limit !== undefined || (wanted.length === 0 && documents.length === 0 && answers.missingSuffixes.size === 0))
      break;
  }
  return {
    domain,
    observedAt,
    options: job.options,
    answers: entries,
    pages,
    suffixes: { date: list.date, names: suffixes },
    ...(Object.hasOwn(job.options, 'leaked-keys') ? { keyMarks: await marksOf(answers.keys, io) } : {}),
    ...(limit === undefined ? {} : { limit }),
  };
}
