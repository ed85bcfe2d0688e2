/** Reference data that collectors ask for by name: lists that come with Probity, and those that the user brings. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { DataSource } from './engine/io/data.ts';
import { evidenceReader } from './engine/store.ts';
import { canonicalJson } from './model/canonical.ts';
import type { Check } from './model/check.ts';
import { UsageError } from './model/fault.ts';
import type { AuditOptions, ListFile } from './model/options.ts';
import { joinPacks, type Pack } from './packs/pack.ts';
import { readRun } from './run-folder.ts';

/** What these checks need, and what the options name; throws a UsageError where a file is not what its flag wants. */
export async function dataSources(
  packs: readonly Pack[],
  checks: readonly Check[],
  options: AuditOptions,
): Promise<DataSource[]> {
  const needs = (collector: string): boolean => checks.some((check) => check.needs.includes(collector));
  const sources: DataSource[] = [];
  if (needs('secrets')) {
    const { detectorData } = await import('./packs/detectors.ts');
    const publicToo = options.profiles.includes('secrets-all');
    sources.push({ name: 'detectors', read: () => detectorData(joinPacks(packs).detectors, [], publicToo) });
  }
  if (needs('http')) sources.push(await hstsList(options));
  if (options.psl !== undefined) sources.push(await suffixList(options.psl));
  if (options.ctLogs !== undefined) sources.push(await ctLogs(options.ctLogs));
  if (options.leakedKeys !== undefined) sources.push(await leakedKeys(options.leakedKeys));
  if (options.earlierRun !== undefined && needs('tls')) sources.push(await earlierTickets(options.earlierRun));
  if (options.key !== undefined) sources.push(await openPgpKey(options.key));
  if (options.confusables !== undefined) sources.push(await confusables(options.confusables));
  for (const [name, list] of [
    ['top-domains', options.topDomains],
    ['seen-certificates', options.seenCertificates],
  ] as const) {
    if (list !== undefined) sources.push({ name, read: () => Buffer.from(list.text) });
  }
  return sources;
}

/** Our preload list, or the one that the user brings. Source and bundle both lie one folder below the package root. */
async function hstsList({ hstsList: own }: AuditOptions): Promise<DataSource> {
  if (own === undefined) {
    return { name: 'hsts-preload', read: () => readFileSync(new URL('../data/hsts-preload.gz', import.meta.url)) };
  }
  const { compactList, fromChromium } = await import('./wire/http/preload-list.ts');
  const entries = fromChromium(own.text);
  if (entries === undefined) {
    throw new UsageError(`--hsts-list ${own.path}: not of the form of Chromium's transport_security_state_static.json`);
  }
  const text = compactList(entries, { source: `--hsts-list ${basename(own.path)}`, date: own.date });
  return { name: 'hsts-preload', date: own.date, read: () => Buffer.from(text, 'latin1') };
}

/** The Public Suffix List that the user brings; ours needs no bytes. */
async function suffixList({ path, text, modified }: NonNullable<AuditOptions['psl']>): Promise<DataSource> {
  const { compactSuffixList, parseSuffixList } = await import('./wire/psl/source.ts');
  const list = parseSuffixList(text);
  const [bad] = list.bad;
  if (bad !== undefined || list.icann.length === 0) {
    const why = bad === undefined ? 'no rule is in it' : `${JSON.stringify(bad.slice(0, 60))} is no rule`;
    throw new UsageError(`--psl ${path}: not a Public Suffix List, ${why}`);
  }
  const date = list.date ?? modified;
  const bytes = Buffer.from(compactSuffixList(list, date));
  return { name: 'psl', date, read: () => bytes };
}

async function ctLogs({ path, text }: ListFile): Promise<DataSource> {
  const { parseCtLogs } = await import('./wire/x509/ct-logs.ts');
  const list = parseCtLogs(text);
  if (list === undefined)
    throw new UsageError(`--ct-logs ${path}: not of the form of Chrome's log_list.json, version 3`);
  return { name: 'ct-logs', date: list.date, read: () => Buffer.from(text) };
}

async function leakedKeys({ path, text }: ListFile): Promise<DataSource> {
  const { parseKeyList } = await import('./wire/x509/key-list.ts');
  const list = parseKeyList(text);
  if ('badLine' in list)
    throw new UsageError(`--leaked-keys ${path}:${String(list.badLine)}: expected 64 or 20 hex digits`);
  return { name: 'leaked-keys', read: () => Buffer.from(text) };
}

/** What the tls evidence of an older run says of session tickets, by target. */
async function earlierTickets(folder: string): Promise<DataSource> {
  const { ticketKeysIn } = await import('./collectors/tls/facts-sessions.ts');
  const { run } = readRun(folder);
  const reader = evidenceReader(folder);
  const known: { [target: string]: { readonly key: string; readonly at: string }[] } = {};
  for (const { collector, id, target } of run.evidence) {
    if (collector !== 'tls') continue;
    const { outcome, startedAt } = reader.read(collector, id);
    if (outcome.is === 'observed') known[target] = ticketKeysIn(outcome.raw).map((key) => ({ key, at: startedAt }));
  }
  return { name: 'earlier-tickets', read: () => Buffer.from(canonicalJson(known)) };
}

async function openPgpKey({ path, text }: ListFile): Promise<DataSource> {
  const { dearmor, readCertificates } = await import('./wire/openpgp.ts');
  const bytes = Buffer.from(text, 'base64');
  if (readCertificates(dearmor(bytes) ?? new Uint8Array(0)).length === 0)
    throw new UsageError(`--key ${path}: holds no OpenPGP public key`);
  return { name: 'openpgp-key', read: () => bytes };
}

async function confusables({ path, text }: ListFile): Promise<DataSource> {
  const { parseConfusables } = await import('./wire/confusables.ts');
  const list = parseConfusables(text);
  if (list === undefined) throw new UsageError(`--confusables ${path}: not of the form of Unicode's confusables.txt`);
  return { name: 'confusables', date: list.date, read: () => Buffer.from(text) };
}
