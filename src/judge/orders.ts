/** The operators that put facts in an order: numbers, instants and durations, and instants beside the run's asOf. */
import { isArray, type Json } from '../model/json.ts';
import { isFinite, type Prepare, text } from './operand.ts';
import { parseDuration, parseInstant, parseMoment } from './time.ts';
import { durationWords, unitOf, withUnit } from './words.ts';

/** How a fact of the operand's kind becomes a number that can be ordered. */
interface Scale {
  readonly of: (fact: Json) => number | undefined;
  readonly show: (value: Json, path: string) => string;
}

const NUMBERS: Scale = {
  of: (fact) => (isFinite(fact) ? fact : undefined),
  show: (value, path) => withUnit(value, unitOf(path)),
};
const INSTANTS: Scale = { of: (fact) => (typeof fact === 'string' ? parseInstant(fact) : undefined), show: text };
const DURATIONS: Scale = {
  of: (fact) => (typeof fact === 'string' ? parseDuration(fact) : undefined),
  show: (value) => durationWords(text(value)),
};

function scaleOf(value: Json | undefined): Scale | undefined {
  if (value === undefined) return undefined;
  return [NUMBERS, INSTANTS, DURATIONS].find((scale) => scale.of(value) !== undefined);
}

export function order(compare: (fact: number, operand: number) => boolean, words: string): Prepare {
  return (value, { path = '' }) => {
    const scale = scaleOf(value);
    const operand = scale?.of(value);
    if (scale === undefined || operand === undefined) return 'needs a number, an instant, or a duration such as 365d';
    return {
      test: (fact) => {
        const number = scale.of(fact);
        return number === undefined ? 'unknown' : compare(number, operand);
      },
      words: `${words} ${scale.show(value, path)}`,
    };
  };
}

export const between: Prepare = (value, { path = '' }) => {
  const [low, high] = isArray(value) && value.length === 2 ? value : [];
  const scale = scaleOf(low);
  const from = low === undefined ? undefined : scale?.of(low);
  const to = high === undefined ? undefined : scale?.of(high);
  if (scale === undefined || low === undefined || high === undefined || from === undefined || to === undefined) {
    return 'needs two numbers, instants, or durations: [low, high]';
  }
  if (from > to) return 'has its low end above its high end';
  return {
    test: (fact) => {
      const number = scale.of(fact);
      return number === undefined ? 'unknown' : number >= from && number <= to;
    },
    words: `between ${scale.show(low, path)} and ${scale.show(high, path)}`,
  };
};

export function moment(holds: (fact: number, operand: number) => boolean, words: string): Prepare {
  return (value, { asOf }) => {
    const operand = typeof value === 'string' ? parseMoment(value, asOf) : undefined;
    if (operand === undefined) return 'needs an instant (2026-01-31T00:00:00Z) or now, now+30d, now-30d';
    return {
      test: (fact) => {
        const instant = INSTANTS.of(fact);
        return instant === undefined ? 'unknown' : holds(instant, operand);
      },
      words: `${words} ${momentWords(text(value))}`,
    };
  };
}

function momentWords(text: string): string {
  const match = /^now([+-])(.+)$/.exec(text);
  if (text === 'now') return 'the run';
  if (match === null) return text;
  return `${durationWords(match[2] ?? '')} ${match[1] === '-' ? 'before' : 'after'} the run`;
}

export const within: Prepare = (value, { asOf, future }) => {
  const span = typeof value === 'string' ? parseDuration(value) : undefined;
  if (span === undefined) return 'needs a duration such as 36h or 365d';
  return {
    test: (fact) => {
      const instant = INSTANTS.of(fact);
      if (instant === undefined) return 'unknown';
      const age = asOf - instant;
      return Math.abs(age) <= span && (age >= 0 || future === true);
    },
    words: `${future === true ? 'within' : 'not older than'} ${durationWords(text(value))}`,
  };
};
