/** Raw look-alikes to facts: which are registered, take mail, or read like our own name. */
import { faultIn, isBoolean, isNumber, isString, partialList, required, unknown } from '../../model/facts.ts';
import { type FaultCode, isFaultCode } from '../../model/fault.ts';
import type { Interpretation } from '../../model/evidence.ts';
import { isArray, isObject, type Json, type JsonObject, own } from '../../model/json.ts';
import { areAlike } from './copy.ts';
import { scriptsOf, skeleton } from './glyphs.ts';

export function interpret(raw: Json): Interpretation {
  const shown = required(raw, 'shown', isString);
  const labels = typeof shown === 'string' ? shown.slice(0, 253).split('.') : [];
  const scripts = labels.map(scriptsOf).reduce((most, found) => (found.length > most.length ? found : most), []);
  return {
    facts: {
      shown,
      scripts: typeof shown === 'string' ? scripts : shown,
      mixedScript: typeof shown === 'string' ? isMixed(scripts) : shown,
      generated: required(raw, 'generated', isCount),
      asked: required(raw, 'asked', isCount),
      registered: registeredFact(raw, typeof shown === 'string' ? shown : ''),
      defensive: defensiveFact(own(raw, 'defensive')),
      confusables: tableFact(own(raw, 'confusables')),
      ...certificateFacts(raw),
      topDomain: required(own(raw, 'topDomain') ?? null, 'listed', isBoolean),
    },
    at: {
      '': '',
      '/mixedScript': '/shown',
      '/scripts': '/shown',
      ...places(raw, 'registered'),
      ...places(raw, 'defensive'),
      ...places(raw, 'certificates'),
      ...(own(raw, 'topDomain') === undefined ? {} : { '/topDomain': '/topDomain' }),
    },
  };
}

/** Where a list and each of its items stand; both have the same order and length in raw, or the list is not known. */
function places(raw: Json, name: string): { readonly [fact: string]: string } {
  const list = own(raw, name);
  if (!isArray(list)) return {};
  return Object.fromEntries([
    [`/${name}`, `/${name}`],
    ...list.map((_, index) => [`/${name}/${String(index)}`, `/${name}/${String(index)}`]),
  ]) as { readonly [fact: string]: string };
}

function tableFact(table: Json | undefined): Json {
  const version = own(table, 'version');
  const date = own(table, 'date');
  return typeof version === 'string' && typeof date === 'string'
    ? `Unicode confusables ${version} of ${date}`.slice(0, 200)
    : 'our own table';
}

function certificateFacts(raw: Json): JsonObject {
  const list = own(raw, 'certificates');
  if (list === null || (list === undefined && own(raw, 'wanted') === undefined)) return {};
  const owned = own(raw, 'owned');
  if (!isArray(list)) return { certificates: unknown('evidence.missing') };
  const items = list.flatMap((item): JsonObject[] => {
    const name = own(item, 'name');
    const lookalike = own(item, 'lookalike');
    if (typeof name !== 'string' || typeof lookalike !== 'string') return [];
    return [{ name, lookalike, own: isArray(owned) ? owned.includes(lookalike) : unknown('evidence.missing') }];
  });
  return { certificates: partialList(items, items.length < list.length ? 'evidence.missing' : undefined) };
}

const isCount = (value: Json): value is number => isNumber(value) && Number.isInteger(value);

/** Japanese writes with several scripts; everything else that mixes is shown as punycode by browsers. */
function isMixed(scripts: readonly string[]): boolean {
  const japanese = ['Latin', 'Han', 'Hiragana', 'Katakana'];
  const korean = ['Latin', 'Han', 'Hangul'];
  return (
    scripts.length > 1 &&
    !scripts.every((one) => japanese.includes(one)) &&
    !scripts.every((one) => korean.includes(one))
  );
}

function registeredFact(raw: Json, shown: string): Json {
  const list = own(raw, 'registered');
  const generated = own(raw, 'generated');
  const asked = own(raw, 'asked');
  const faults = own(raw, 'faults');
  // the chosen rules did not need the questions
  if (own(raw, 'wanted') === false) return unknown('engine.not-run');
  if (!isArray(list) || typeof generated !== 'number' || typeof asked !== 'number' || !isObject(faults)) {
    return unknown(faultIn(raw) ?? 'evidence.missing');
  }
  const label = (name: string): string => skeleton(name.slice(0, 253)).split('.')[0] ?? '';
  const owned = own(raw, 'owned');
  const items = list.flatMap((item): JsonObject[] => {
    const name = own(item, 'name');
    const itsShown = own(item, 'shown');
    if (typeof name !== 'string') return [];
    return [
      {
        name,
        shown: required(item, 'shown', isString),
        kind: required(item, 'kind', isString),
        own: isArray(owned) && owned.includes(name),
        homoglyph:
          typeof itsShown === 'string' && shown !== ''
            ? label(itsShown) === label(shown) || sameSkeleton(raw, item)
            : unknown('evidence.missing'),
        mail: required(item, 'mail', isBoolean),
        ...copyFact(raw, item),
      },
    ];
  });
  const code = Object.keys(faults).find((key): key is FaultCode => isFaultCode(key));
  const lost = items.length < list.length ? 'evidence.missing' : undefined;
  return partialList(items, lost ?? code ?? (asked < generated ? 'dns.limit' : undefined));
}

/** By the user's table, where there is one: the labels before the suffix, which both share. */
function sameSkeleton(raw: Json, item: Json): boolean {
  const ours = own(raw, 'skeleton');
  const theirs = own(item, 'skeleton');
  return typeof ours === 'string' && typeof theirs === 'string' && ours.split('.')[0] === theirs.split('.')[0];
}

/** A page that leads to ours is no copy of it. */
function copyFact(raw: Json, item: Json): JsonObject {
  const theirs = own(item, 'page');
  const ours = own(raw, 'page');
  if (theirs === undefined || ours === undefined || ours === null) return {};
  const code = faultIn(theirs) ?? faultIn(ours);
  // nothing that answers on the web shows nothing
  if (code === 'net.refused' || code === 'net.no-address')
    return { copy: faultIn(ours) === undefined ? false : unknown(code) };
  if (code !== undefined) return { copy: unknown(code) };
  const final = own(theirs, 'final');
  const host = own(raw, 'host');
  if (typeof final === 'string' && typeof host === 'string' && (final === host || final.endsWith(`.${host}`)))
    return { copy: false };
  return { copy: areAlike(ours, theirs) ?? unknown('evidence.missing') };
}

function defensiveFact(raw: Json | undefined): Json {
  if (!isArray(raw)) return unknown('evidence.missing');
  return raw.flatMap((item): JsonObject[] => {
    const name = own(item, 'name');
    if (typeof name !== 'string') return [];
    return [{ name, spfDenies: required(item, 'spfDenies', isBoolean), nullMx: required(item, 'nullMx', isBoolean) }];
  });
}
