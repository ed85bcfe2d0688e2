/** The HTML report in a real browser: every mode, with and without script, honest and hostile runs. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { htmlText } from '../../../src/report/html.ts';
import { launchChromium, needsChromium, openWatched, type WatchedPage } from '../../support/chromium.ts';
import { hostileRun, hostileStrings } from '../../support/hostile-run.ts';
import { companyRun, largeRun, viewOf, type Built } from '../../support/run-builder.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Mode {
  readonly name: string;
  readonly options: BrowserContextOptions;
  readonly media?: 'print';
}

const MODES: readonly Mode[] = [
  { name: 'light', options: { colorScheme: 'light' } },
  { name: 'dark', options: { colorScheme: 'dark' } },
  { name: 'print', options: {}, media: 'print' },
  { name: 'forced colours', options: { forcedColors: 'active' } },
  { name: 'forced colours, dark', options: { forcedColors: 'active', colorScheme: 'dark' } },
  { name: 'no script', options: { javaScriptEnabled: false } },
  { name: 'narrow', options: { viewport: { width: 320, height: 640 } } },
];

interface AxeResult {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[];
}

/** The violations of WCAG 2.2 AA and of good practice, as sentences. The policy does not bind what the test injects. */
async function axeViolations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const { violations } = (await page.evaluate(
    `axe.run(document, { resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })`,
  )) as AxeResult;
  return violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes
        .map(({ html }) => html.slice(0, 160))
        .slice(0, 3)
        .join(' | ')}`,
  );
}

describe('the HTML report in Chromium', { ...needsChromium(), timeout: 300_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'probity-html-'));
  let browser: Browser;
  let count = 0;

  before(async () => {
    browser = await launchChromium();
  });
  after(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  function fileOf(built: Built): string {
    count += 1;
    const path = join(folder, `report-${String(count)}.html`);
    writeFileSync(path, htmlText(viewOf(built)));
    return pathToFileURL(path).href;
  }

  async function open(url: string, mode: Mode, hash = ''): Promise<WatchedPage> {
    return openWatched(browser, `${url}${hash}`, mode.options, mode.media);
  }

  const company = companyRun();
  const companyFile = fileOf(company);

  for (const mode of MODES) {
    test(`${mode.name}: nothing is asked, logged or violated, axe finds nothing, every fail can be seen`, async () => {
      const { page, trouble, close } = await open(companyFile, mode);

      for (const result of company.run.results.filter(({ status }) => status === 'fail' || status === 'error')) {
        const item = page.locator(`#r-${result.fingerprint.slice(7, 23)}`);
        assert.ok(await item.isVisible(), `${result.check} on ${result.subject}`);
        if (result.status === 'error') assert.match(await item.innerText(), /unknown/);
        else if (result.reasons.length > 0) assert.ok(await item.locator('.expected + .actual').first().isVisible());
      }
      const [wide, view] = await page.evaluate<number[]>('[document.documentElement.scrollWidth, innerWidth]');
      assert.ok((wide ?? 0) <= (view ?? 0), `sideways scroll: ${String(wide)} over ${String(view)}`);
      if (mode.options.javaScriptEnabled !== false) assert.deepEqual(await axeViolations(page), []);
      assert.deepEqual(trouble, []);
      await close();
    });
  }

  test('with every fold open axe finds nothing either, in light and dark', async () => {
    for (const mode of MODES.slice(0, 2)) {
      const { page, trouble, close } = await open(companyFile, mode);
      await page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })");

      assert.deepEqual(await axeViolations(page), []);
      assert.deepEqual(trouble, []);
      await close();
    }
  });

  test('hostile texts run nothing, ask nothing and make no element, with script and without', async () => {
    const strings = hostileStrings();
    const elements = async (built: Built, mode: Mode): Promise<[Map<string, number>, string[]]> => {
      const { page, trouble, close } = await open(fileOf(built), mode);
      const tags = await page.evaluate<string[]>("[...document.querySelectorAll('*')].map((node) => node.localName)");
      await close();
      const counts = new Map<string, number>();
      for (const tag of tags) counts.set(tag, (counts.get(tag) ?? 0) + 1);
      return [counts, trouble];
    };
    const harmless = hostileRun(strings.map((_, index) => `text${String(index)}`));
    for (const name of ['light', 'no script']) {
      const mode = MODES.find((candidate) => candidate.name === name);
      assert.ok(mode !== undefined);

      const [bad, trouble] = await elements(hostileRun(strings), mode);
      const [good] = await elements(harmless, mode);

      assert.deepEqual(trouble, []);
      // a blank text makes fewer elements; a URL may make a link, back-ticks code, a long text a note: nothing makes anything else
      for (const [tag, counted] of bad) {
        if (tag !== 'a' && tag !== 'code' && tag !== 'p')
          assert.ok(counted <= (good.get(tag) ?? 0), `${tag}: ${String(counted)}`);
      }
    }
  });

  test('search finds by status, severity, check and host, excludes, and keeps itself in the address', async () => {
    const { page, trouble, close } = await open(companyFile, { name: 'light', options: {} });
    const matching = async (query: string): Promise<number> => {
      await page.fill('#query', query);
      return page.locator('#found-list > li').count();
    };
    const { results } = company.run;
    const expected = (test: (result: (typeof results)[number]) => boolean): number => results.filter(test).length;

    assert.equal(
      await matching('s:fail sev:high'),
      expected((r) => r.status === 'fail' && r.severity === 'high'),
    );
    assert.equal(
      await matching('check:tls.*'),
      expected((r) => r.check.startsWith('tls.')),
    );
    assert.equal(
      await matching('check:dmarc.p'),
      expected((r) => r.check.startsWith('dmarc.p.')),
    );
    assert.equal(
      await matching('host:mx1 -s:pass'),
      expected((r) => r.target.includes('mx1') && r.status !== 'pass'),
    );
    assert.equal(
      await matching('is:waived'),
      expected((r) => r.waiver !== undefined),
    );
    assert.equal(await matching('"five minutes"'), 0);
    assert.match(await page.innerText('#found-n'), /Nothing of 24 results matches/);
    assert.equal(await page.locator('#body').isVisible(), false);
    assert.equal(await matching('s:error'), 8);
    assert.match(page.url(), /#q=s%3Aerror$/);
    await page.click('#clear');
    assert.equal(await page.locator('#body').isVisible(), true);
    await page.click('[data-q="s:pass"]');
    assert.equal(await page.locator('#found-list > li').count(), 4);
    await page.locator('#found-list .open').first().click();
    assert.match(await page.innerText('#found-list .more'), /Evidence: ev-[0-9a-f]{16}.* sha256:[0-9a-f]{64}/);
    assert.deepEqual(await axeViolations(page), []);
    assert.deepEqual(trouble, []);
    await close();
  });

  test('the search of hostile data shows it as text', async () => {
    const strings = hostileStrings();
    const { page, trouble, close } = await open(
      fileOf(hostileRun(strings)),
      { name: 'light', options: {} },
      '#q=s%3Afail',
    );

    await page.evaluate("document.querySelectorAll('#found-list .open').forEach((row) => row.click())");

    assert.equal(await page.locator('#found-list :is(script, img, svg, iframe, style, math)').count(), 0);
    assert.ok((await page.locator('#found-list .more').count()) >= Math.min(200, strings.length));
    assert.deepEqual(trouble, []);
    await close();
  });

  test('a link to a result opens its fold, and in a large run the search', async () => {
    const passed = company.run.results.find(({ status }) => status === 'pass');
    const light: Mode = { name: 'light', options: {} };
    const first = await open(companyFile, light, `#r-${passed?.fingerprint.slice(7, 23) ?? ''}`);
    assert.ok(await first.page.locator(`#r-${passed?.fingerprint.slice(7, 23) ?? ''}`).isVisible());
    await first.close();

    const large = largeRun(4_500);
    const wanted = large.run.results.find(({ status }) => status === 'pass');
    const second = await open(fileOf(large), light, `#r-${wanted?.fingerprint.slice(7, 23) ?? ''}`);
    assert.equal(await second.page.locator('#found-list > li').count(), 1);
    assert.match(await second.page.innerText('#found-list'), new RegExp(wanted?.check ?? 'x'));
    assert.deepEqual(second.trouble, []);
    await second.close();
  });

  test('a large run is paged, every fail is in the page without script, and axe finds nothing', async () => {
    const large = largeRun(4_500);
    const url = fileOf(large);
    const script = await open(url, { name: 'light', options: {} }, '#q=s%3Apass');
    const passes = large.run.summary.byStatus.pass;
    assert.equal(await script.page.locator('#found-list > li').count(), 200);
    assert.match(
      await script.page.innerText('#found-n'),
      new RegExp(`^${String(passes)} of 4500 results match; shown are 1 to 200`),
    );
    await script.page.click('#later');
    assert.match(await script.page.innerText('#found-n'), /shown are 201 to 400/);
    assert.deepEqual(script.trouble, []);
    await script.close();

    const plain = await open(url, { name: 'no script', options: { javaScriptEnabled: false } });
    // not innerText: what is far below is laid out when it comes near
    const text = await plain.page.locator('#body').textContent();
    for (const { status, subject, message } of large.run.results) {
      if (status === 'fail')
        assert.ok(text?.includes(subject) === true && text.includes(message.slice(subject.length + 2)), subject);
    }
    await plain.close();

    const bare = join(folder, 'bare.html');
    writeFileSync(bare, htmlText(viewOf(large)).replace(/<script>[^]*<\/script>/, ''));
    const still = await open(pathToFileURL(bare).href, { name: 'light', options: {} });
    assert.deepEqual(await axeViolations(still.page), []);
    await still.close();
  });

  test('the theme can be set by hand', async () => {
    const { page, trouble, close } = await open(companyFile, { name: 'light', options: { colorScheme: 'light' } });
    const paper = (): Promise<string> => page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    const light = await paper();

    await page.click('#theme');
    await page.click('#theme');

    assert.equal(await page.innerText('#theme'), 'Theme: dark');
    assert.notEqual(await paper(), light);
    assert.deepEqual(trouble, []);
    await close();
  });

  test('headings never skip a level, and the whole page can be walked by keyboard with visible focus', async () => {
    const { page, close } = await open(companyFile, { name: 'light', options: {} });
    const levels = await page.evaluate<number[]>(
      `[...document.querySelectorAll('h1, h2, h3, h4')]
        .filter((heading) => heading.checkVisibility())
        .map((heading) => Number(heading.tagName.slice(1)))`,
    );
    // the box beside the verdict is a second-level heading of its own
    let last = 1;
    for (const level of levels) {
      assert.ok(level <= last + 1, levels.join(' '));
      last = level;
    }

    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate('document.activeElement.className'), 'skip');
    for (let at = 0; at < 8; at += 1) {
      await page.keyboard.press('Tab');
      const outline = await page.evaluate('getComputedStyle(document.activeElement).outlineStyle');
      assert.notEqual(outline, 'none');
    }
    await close();
  });

  test('the printed page holds every fail, with folds open and addresses written out', async () => {
    const { page, close } = await open(companyFile, { name: 'print', options: {}, media: 'print' });

    const text = await page.innerText('body');
    const pdf = await page.pdf();

    for (const { status, subject } of company.run.results)
      if (status === 'fail') assert.ok(text.includes(subject), subject);
    assert.ok(await page.locator('.lines li').first().isVisible());
    assert.ok(pdf.length > 20_000);
    const written = await page.evaluate<string>(
      `getComputedStyle(document.querySelector('a[href^="http"]'), '::after').content`,
    );
    assert.match(written, /https:/);
    await close();
  });
});
