/** The HTML report: one file, no request, a policy of hashes only, complete without JavaScript. */
import type { Reporter, View } from '../model/reporter.ts';
import { pageOf } from './html/page.ts';
import { renderBody } from './html/templates.ts';
import { islandOf } from './island.ts';
import { sha256Source } from './sha256.ts';

function asset(view: View, name: string): string {
  const text = view.assets[name];
  if (text === undefined) throw new Error(`the asset ${name} is missing`);
  // what stands between our own tags may not end them: the hash of the policy is over exactly these bytes
  if (/<\/(?:style|script)|<!--/i.test(text)) throw new Error(`the asset ${name} would end its element`);
  return text;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** The report piece by piece: what it holds of a large run is never one text. */
export function* htmlPieces(view: View): Generator<string> {
  const css = asset(view, 'report.css');
  const script = asset(view, 'report.js');
  const page = pageOf(view);
  const policy = [
    "default-src 'none'",
    `style-src '${sha256Source(css)}'`,
    `script-src '${sha256Source(script)}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ');
  yield [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<meta name="referrer" content="no-referrer">',
    '<meta name="generator" content="Probity">',
    `<title>${escaped(page.title)} · Probity report</title>`,
    `<style>${css}</style>`,
    '</head>',
    '<body>',
    renderBody(view.assets, page),
    '',
  ].join('\n');
  yield* islandOf(view.run);
  yield ['', `<script>${script}</script>`, '</body>', '</html>', ''].join('\n');
}

export function htmlText(view: View): string {
  return [...htmlPieces(view)].join('');
}

export const html: Reporter = {
  id: 'html',
  mediaType: 'text/html; charset=utf-8',
  fileName: 'report.html',
  render: htmlText,
  pieces: htmlPieces,
};
