/** Debian's Chromium for the tests of the HTML report, watched: what the page asks, logs and violates is kept. */
import { existsSync } from 'node:fs';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

const CANDIDATES = [
  process.env['CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** Playwright gives each launch a fresh user data directory of its own. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export function chromiumPath(): string | undefined {
  return CANDIDATES.find((path) => path !== undefined && path !== '' && existsSync(path));
}

/** `{ skip }` where there is no Chromium; in CI that is a failure. */
export function needsChromium(): { skip?: string } {
  if (chromiumPath() !== undefined) return {};
  if (process.env['CI'] !== undefined) throw new Error('Chromium is missing, and this is CI: apt-get install chromium');
  const skip = 'Chromium is not installed: the HTML report was not opened (apt-get install chromium)';
  console.error(skip);
  return { skip };
}

export async function launchChromium(): Promise<Browser> {
  const executablePath = chromiumPath();
  return chromium.launch({ args: FLAGS, ...(executablePath === undefined ? {} : { executablePath }) });
}

export interface WatchedPage {
  readonly page: Page;
  /** Everything that must not happen: requests, console errors, thrown errors, dialogs, policy violations. */
  readonly trouble: string[];
  readonly close: () => Promise<void>;
}

/** Opens a page whose only permitted request is the document itself; a policy violation is told as an error on the console. */
export async function openWatched(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
  media: 'screen' | 'print' = 'screen',
): Promise<WatchedPage> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const trouble: string[] = [];
  await context.route('**/*', async (route) => {
    const asked = route.request().url();
    if (asked.split('#')[0] === url.split('#')[0]) await route.continue();
    else {
      trouble.push(`request ${asked}`);
      await route.abort();
    }
  });
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') trouble.push(`console ${message.text()}`);
  });
  page.on('pageerror', (error) => trouble.push(`error ${error.message}`));
  page.on('dialog', (dialog) => {
    trouble.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.addInitScript({
    content: `document.addEventListener('securitypolicyviolation', (event) => {
      console.error('policy ' + event.violatedDirective + ' ' + event.blockedURI);
    });`,
  });
  if (media === 'print') await page.emulateMedia({ media: 'print' });
  await page.goto(url);
  return { page, trouble, close: () => context.close() };
}
