/** Every pattern of every detector, beside an engine that is not ours: the same matches in its own examples and in spoilt ones. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RE2JS } from 're2js';
import type { Detector } from '../../../../src/model/detector.ts';
import { generate } from '../../../../src/packs/generate.ts';
import { emit } from '../../../../src/pattern/emit.ts';
import { parsePattern } from '../../../../src/pattern/parse.ts';
import { ownDetectors } from '../../../support/detectors.ts';

function patternsOf(detector: Detector): string[] {
  const { pattern, context, files, lower = [], allow = {} } = detector;
  return [
    pattern,
    context?.value,
    context?.also,
    files,
    ...lower.map((rule) => rule.pattern),
    ...(allow.values ?? []),
    ...(allow.names ?? []),
    ...(allow.lines ?? []),
    ...(allow.paths ?? []),
  ].filter((one) => one !== undefined);
}

const MOST = 50;

function byRe2(pattern: string, text: string): string[] {
  const matcher = RE2JS.compile(pattern).matcher(text);
  const found: string[] = [];
  while (found.length < MOST && matcher.find()) found.push(`${String(matcher.start())}-${String(matcher.end())}`);
  return found;
}

function byUs(pattern: string, text: string): string[] {
  const expression = new RegExp(emit(parsePattern(pattern).root), 'g');
  const found: string[] = [];
  for (const match of text.matchAll(expression)) {
    if (found.length >= MOST) break;
    found.push(`${String(match.index)}-${String(match.index + match[0].length)}`);
  }
  return found;
}

/** The text as it is, in the other cases, cut, doubled, with other line ends. */
function spoilt(text: string): string[] {
  return [
    text,
    text.toUpperCase(),
    text.toLowerCase(),
    text.slice(0, -3),
    text.slice(3),
    `${text}${text}`,
    text.replaceAll('\n', '\r\n'),
    text.replaceAll(/[0-9]/g, 'x'),
    text.replaceAll(' ', '\u00a0'),
    `${text}\u017f\u212a`,
  ].map((one) => Buffer.from(one, 'utf8').toString('latin1'));
}

test('the patterns of the detectors match what RE2 matches', () => {
  const wrong: string[] = [];
  let count = 0;
  for (const { detector, examples } of ownDetectors()) {
    const texts = [...examples.positive, ...examples.negative].flatMap((example, i) =>
      spoilt(generate(example.text, `${detector.id} ${String(i)}`)).concat(example.path ?? []),
    );
    for (const pattern of patternsOf(detector)) {
      for (const text of texts) {
        count++;
        if (byUs(pattern, text).join() !== byRe2(pattern, text).join()) wrong.push(`${detector.id}: ${pattern}`);
      }
    }
  }

  assert.ok(count > 15_000, `${String(count)} comparisons`);
  assert.deepEqual([...new Set(wrong)], []);
});
