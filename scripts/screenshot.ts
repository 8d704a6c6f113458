// Writes docs/images: the demo in both languages and on a phone, and the explorer, each in the sandbox.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launchChromium, line, openExplorer, openPage, runConfirm, startOnSandbox } from '../test/browser/chromium.ts';
import { recordPictures } from './pictures.ts';

const root = new URL('../', import.meta.url);
const WIDE = { viewport: { width: 1280, height: 960 } };
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 };

if (process.platform === 'linux' && execFileSync('fc-list', [':lang=ko', 'family'], { encoding: 'utf8' }) === '') {
  throw new Error('There is no Korean font, so pictures would have boxes: apt-get install fonts-noto-cjk');
}
const browser = await launchChromium();
try {
  await takeDemo(browser, 'demo.png', { ...WIDE, locale: 'en-US' });
  await takeDemo(browser, 'demo.ko.png', { ...WIDE, locale: 'ko-KR' });
  await takeDemo(browser, 'demo-phone.png', { ...PHONE, locale: 'ko-KR' });
  await takeExplorer(browser);
  recordPictures(fileURLToPath(root));
} finally {
  await browser.close();
}

/** The code of the message, in its field. */
async function takeDemo(browser: Browser, picture: string, options: BrowserContextOptions): Promise<void> {
  const gateway = await startOnSandbox();
  const context = await browser.newContext({
    ...options,
    colorScheme: 'light',
    reducedMotion: 'reduce',
    timezoneId: 'Asia/Seoul',
  });
  try {
    const { page } = await openPage(context, new URL('/demo', gateway.url).href);
    await page.locator('#sample').click();
    await page.locator('#send').click();
    await page.locator('#otp:focus').waitFor();
    await page.locator('.bubble').click();
    await page.evaluate('scrollTo(0, 0)');
    await take(page, picture);
  } finally {
    await context.close();
    await gateway.close();
  }
}

async function takeExplorer(browser: Browser): Promise<void> {
  const gateway = await startOnSandbox();
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: 'light' });
  try {
    const { page } = await openExplorer(context, gateway.url);
    await page.getByRole('button', { name: 'Execute query' }).click();
    await page.getByRole('list', { name: 'Messages' }).getByRole('button').first().click();
    await runConfirm(page);
    await line(page, 'Result Window', '홍길동').waitFor();
    await page.mouse.move(30, 400);
    await page.locator('.monaco-editor .scrollbar.visible').first().waitFor({ state: 'detached' });
    await take(page, 'explorer.png');
  } finally {
    await context.close();
    await gateway.close();
  }
}

async function take(page: Page, picture: string): Promise<void> {
  await page.screenshot({ path: fileURLToPath(new URL(`docs/images/${picture}`, root)), animations: 'disabled' });
}
