/** The HTML report: one file, no request, a policy of hashes only, complete without JavaScript. */
import type { Gathering, Reporter, View } from '../model/reporter.ts';
import { gatherResults, type Gathered } from './html/gathered.ts';
import { pageOf } from './html/page.ts';
import { templateOf } from './html/templates.ts';
import { islandOf } from './island.ts';
import { sha256Source } from './sha256.ts';

function asset(assets: View['assets'], name: string): string {
  const text = assets[name];
  if (text === undefined) throw new Error(`the asset ${name} is missing`);
  // what stands between our own tags may not end them: the hash of the policy is over exactly these bytes
  if (/<\/(?:style|script)|<!--/i.test(text)) throw new Error(`the asset ${name} would end its element`);
  return text;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** All that is the same in each report, made once. */
interface Frame {
  readonly css: string;
  readonly script: string;
  readonly policy: string;
  readonly body: (page: object) => string;
}

function frameOf(assets: View['assets']): Frame {
  const css = asset(assets, 'report.css');
  const script = asset(assets, 'report.js');
  const policy = [
    "default-src 'none'",
    `style-src '${sha256Source(css)}'`,
    `script-src '${sha256Source(script)}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ');
  return { css, script, policy, body: templateOf(assets) };
}

/** What stands before the data. */
function pageText({ css, policy, body }: Frame, view: View, results: Gathered): string {
  const page = pageOf(view, results);
  return [
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
    body(page),
    '',
  ].join('\n');
}

function gather(assets: View['assets']): Gathering {
  const frame = frameOf(assets);
  const results = gatherResults();
  const island = islandOf();
  return {
    add(result) {
      results.add(result);
      return island.add(result);
    },
    *pieces(view, added) {
      yield pageText(frame, view, results);
      yield island.head(view.run);
      yield* added;
      yield island.tail();
      yield ['', `<script>${frame.script}</script>`, '</body>', '</html>', ''].join('\n');
    },
  };
}

export function htmlText(view: View): string {
  const gathering = gather(view.assets);
  const added = view.run.results.map((result) => gathering.add(result));
  return [...gathering.pieces(view, added)].join('');
}

export const html: Reporter = {
  id: 'html',
  mediaType: 'text/html; charset=utf-8',
  fileName: 'report.html',
  render: htmlText,
  gather,
};
