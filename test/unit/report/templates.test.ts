import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reportAssets } from '../../support/run-builder.ts';

const templates = Object.entries(reportAssets()).filter(([name]) => name.endsWith('.hbs'));

/** What a template may not do; each rule with a text that breaks it, so that the rule is known to work. */
const RULES: readonly { readonly say: string; readonly pattern: RegExp; readonly breach: string }[] = [
  { say: 'raw output', pattern: /\{\{\{|\{\{&/, breach: '<p>{{{x}}}</p>' },
  { say: 'an unquoted attribute', pattern: /=\{\{/, breach: '<a href={{x}}>' },
  { say: 'a style attribute', pattern: /\sstyle\s*=/, breach: '<p style="{{x}}">' },
  { say: 'an event attribute', pattern: /\son[a-z]+\s*=/, breach: '<p onclick="{{x}}">' },
  { say: 'a script or style element', pattern: /<(?:script|style|link|iframe|object|embed|img)\b/, breach: '<script>' },
  { say: 'a source', pattern: /\s(?:src|srcset|action|formaction|data)\s*=/, breach: '<b src="{{x}}">' },
  {
    say: 'a link that is not checked',
    pattern: /\shref="(?!\{\{(?:evidence\.)?href\}\}"|#\{\{(?:id|anchor)\}\}"|#[a-z]+")/,
    breach: '<a href="{{url}}">',
  },
];

for (const { say, pattern, breach } of RULES) {
  test(`no template has ${say}`, () => {
    assert.match(breach, pattern);
    for (const [name, text] of templates) assert.doesNotMatch(text, pattern, name);
  });
}

test('no template calls anything compliant, certified or secure', () => {
  assert.ok(templates.length >= 5);
  for (const [name, text] of templates) {
    assert.doesNotMatch(text, /\b(?:compliant|compliance|certified|secure)\b/i, name);
  }
});
