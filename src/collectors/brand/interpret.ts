/** Raw look-alikes to facts: which are registered, take mail, or read like our own name. */
import { faultIn, isBoolean, isNumber, isString, partialList, required, unknown } from '../../model/facts.ts';
import { type FaultCode, isFaultCode } from '../../model/fault.ts';
import type { Interpretation } from '../../model/evidence.ts';
import { isArray, isObject, type Json, type JsonObject, own } from '../../model/json.ts';
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
    },
    at: { '': '', '/registered': '', '/mixedScript': '', '/defensive': '' },
  };
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
          typeof itsShown === 'string' && shown !== '' ? label(itsShown) === label(shown) : unknown('evidence.missing'),
        mail: required(item, 'mail', isBoolean),
      },
    ];
  });
  const code = Object.keys(faults).find((key): key is FaultCode => isFaultCode(key));
  const lost = items.length < list.length ? 'evidence.missing' : undefined;
  return partialList(items, lost ?? code ?? (asked < generated ? 'dns.limit' : undefined));
}

function defensiveFact(raw: Json | undefined): Json {
  if (!isArray(raw)) return unknown('evidence.missing');
  return raw.flatMap((item): JsonObject[] => {
    const name = own(item, 'name');
    if (typeof name !== 'string') return [];
    return [{ name, spfDenies: required(item, 'spfDenies', isBoolean), nullMx: required(item, 'nullMx', isBoolean) }];
  });
}
