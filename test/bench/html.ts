/** How long large HTML reports take to make, to open and to search, beside an empty page in the same browser. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { htmlText } from '../../src/report/html.ts';
import { chromiumPath, launchChromium } from '../support/chromium.ts';
import { largeRun, shippedFrameworks, viewOf } from '../support/run-builder.ts';

const ROUNDS = 5;
const SIZES = process.argv
  .slice(2)
  .map(Number)
  .filter((size) => size > 0);

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

interface Opened {
  readonly load: number;
  readonly nodes: number;
  readonly first: number;
  readonly key: number;
}

/** Load by the browser's own clock (navigation to the end of the load event and one frame); then five keystrokes. */
async function open(browser: Browser, url: string): Promise<Opened> {
  const page = await browser.newPage();
  await page.goto(url);
  const load = await page.evaluate<number>(
    'new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(performance.now()))))',
  );
  const nodes = await page.evaluate<number>("document.querySelectorAll('*').length");
  const keys = await page.evaluate<number[]>(`(() => {
    const query = document.getElementById('query');
    if (query === null) return [0];
    const times = [];
    for (const text of ['s', 's:', 's:pa', 's:pass', 's:pass host7']) {
      query.value = text;
      const from = performance.now();
      query.dispatchEvent(new Event('input'));
      document.body.offsetHeight;
      times.push(performance.now() - from);
    }
    return times;
  })()`);
  await page.close();
  return { load, nodes, first: keys[0] ?? 0, key: median(keys.slice(1).length > 0 ? keys.slice(1) : keys) };
}

if (chromiumPath() === undefined) {
  console.error('Chromium is not installed: nothing was measured (apt-get install chromium)');
} else {
  const folder = mkdtempSync(join(tmpdir(), 'probity-bench-'));
  const browser = await launchChromium();
  const pages: { readonly name: string; readonly url: string; readonly megabytes: number; readonly make: number }[] =
    [];
  const add = (name: string, text: string, make: number): void => {
    const path = join(folder, `${name}.html`);
    writeFileSync(path, text);
    pages.push({ name, url: pathToFileURL(path).href, megabytes: text.length / 1e6, make });
  };
  add('empty', '<!doctype html><title>empty</title><p>empty', 0);
  for (const size of SIZES.length > 0 ? SIZES : [1_000, 10_000, 100_000]) {
    const view = viewOf(largeRun(size, shippedFrameworks()));
    htmlText(view);
    const from = performance.now();
    const text = htmlText(view);
    add(String(size), text, performance.now() - from);
  }
  // interleaved, so that a busy moment of the machine falls on all of them
  const opened = pages.map((): Opened[] => []);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [index, { url }] of pages.entries()) opened[index]?.push(await open(browser, url));
  }
  const empty = median(opened[0]?.map(({ load }) => load) ?? []);
  console.log('results    MB    make ms    load ms    × empty    first key ms    key ms    nodes');
  for (const [index, { name, megabytes, make }] of pages.entries()) {
    const runs = opened[index] ?? [];
    const load = median(runs.map((run) => run.load));
    const row = [
      name.padEnd(8),
      megabytes.toFixed(1).padStart(5),
      make.toFixed(0).padStart(9),
      load.toFixed(0).padStart(10),
      (load / empty).toFixed(1).padStart(10),
      median(runs.map((run) => run.first))
        .toFixed(0)
        .padStart(15),
      median(runs.map((run) => run.key))
        .toFixed(0)
        .padStart(9),
      String(runs[0]?.nodes ?? 0).padStart(8),
    ];
    console.log(row.join(' '));
  }
  await browser.close();
  rmSync(folder, { recursive: true });
}
