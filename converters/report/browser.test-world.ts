import type { TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { executablesOnPath } from '../../tools/programs/path.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Closed after the test; undefined, and the test is skipped, where there is no Chromium. */
export async function openBrowser(t: TestContext): Promise<Browser | undefined> {
  const [executablePath] = NAMES.flatMap((name) => executablesOnPath(name));
  if (executablePath === undefined) {
    t.skip(`none of ${NAMES.join(', ')} is on PATH: on Debian, apt-get install chromium`);
    return undefined;
  }
  const browser = await chromium.launch({ executablePath });
  t.after(() => browser.close());
  return browser;
}

export interface View {
  readonly width: number;
  readonly scheme: 'light' | 'dark';
}

export interface Shown {
  readonly page: Page;
  /** What the console said, which dialogs it opened, and what it asked for beside itself. */
  readonly complaints: string[];
  readonly requests: string[];
}

/** The page as a reader opens it: a file. */
export async function show(browser: Browser, path: string, { width, scheme }: View): Promise<Shown> {
  const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme: scheme });
  const [complaints, requests]: string[][] = [[], []];
  const url = pathToFileURL(path).href;
  page.on('console', (message) => complaints?.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints?.push(`error: ${error.message}`));
  page.on('dialog', async (dialog) => {
    complaints?.push(`dialog: ${dialog.message()}`);
    await dialog.dismiss();
  });
  page.on('request', (request) => {
    if (request.url() !== url && request.url() !== 'data:,') requests?.push(request.url());
  });
  await page.goto(url);
  return { page, complaints: complaints ?? [], requests: requests ?? [] };
}
