import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { createExamples } from '../support/examples.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { chromiumPath, launchChromium } from './chromium.ts';

const testInBrowser = chromiumPath === null ? test.skip : test;
const examples = createExamples();
const closing: (() => unknown)[] = [];
let browser: Browser;

beforeAll(async () => {
  if (chromiumPath !== null) browser = await launchChromium();
});
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});
afterAll(async () => {
  await browser?.close();
  await examples.close();
});

testInBrowser('marks a field, has the code retyped once, verifies the person, and keeps nothing', async () => {
  const { gateway, page, complaints } = await openExample();
  await page.getByLabel('Name').fill('홍길동');
  await page.getByLabel('Phone').fill('02-123-4567');
  await page.getByLabel('Birthday').fill('1990-01-01');
  await page.getByLabel('Seventh digit').fill('1');
  await page.getByRole('button', { name: 'Send a code' }).click();
  await page.getByRole('alert').waitFor();
  expect(await page.locator('input[aria-invalid=true]').getAttribute('name')).toBe('phone');
  expect(gateway.sandbox.requests).toEqual([]);

  await page.getByLabel('Phone').fill('010-1234-5678');
  await page.getByRole('button', { name: 'Send a code' }).click();
  await page.getByLabel('Code').waitFor();
  const { code } = gateway.sandbox.inbox[0]!;
  await page.getByLabel('Code').fill(code === '000000' ? '111111' : '000000');
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByText('You can try 4 more times.').waitFor();
  await page.getByLabel('Code').fill(code);
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByRole('heading', { name: 'You are verified' }).waitFor();

  expect(gateway.calls('/otp/')).toHaveLength(3); // one request and two confirms
  expect(complaints).toEqual([]);
  expect(await page.evaluate('localStorage.length + sessionStorage.length + document.cookie.length')).toBe(0);
});

testInBrowser(
  'reads what became of a confirm whose answer was lost on the way here, and never repeats it',
  async () => {
    const { gateway, page } = await openExample();
    await page.getByLabel('Name').fill('홍길동');
    await page.getByLabel('Phone').fill('010-1234-5678');
    await page.getByLabel('Birthday').fill('1990-01-01');
    await page.getByLabel('Seventh digit').fill('1');
    await page.getByRole('button', { name: 'Send a code' }).click();
    await page.getByLabel('Code').fill(await codeOf(page, gateway));
    await page.route(gateway.url, async (route) => {
      await route.fetch();
      await route.abort();
    });
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByText('We got no answer.').waitFor();
    await page.unroute(gateway.url);
    await page.getByRole('button', { name: 'Look whether it worked' }).click();
    await page.getByRole('heading', { name: 'You are verified' }).waitFor();
    expect(gateway.calls('/otp/confirm/')).toHaveLength(1);
  },
);

/** Of the SMS, once the field for it is there. */
async function codeOf(page: Page, gateway: TestGateway): Promise<string> {
  await page.getByLabel('Code').waitFor();
  return gateway.sandbox.inbox[0]!.code;
}

/** The example, served by its own `npm start` from a copy outside of this repository. */
async function openExample() {
  const gateway = await startGateway({ config: { corsOrigins: /^http:\/\/127\.0\.0\.1:\d+$/ } });
  closing.push(() => gateway.close());
  const folder = await examples.install('react');
  const index = join(folder, 'www/index.html');
  writeFileSync(index, readFileSync(index, 'utf8').replace(/data-gateway="[^"]*"/, `data-gateway="${gateway.url}"`));
  const page = await browser.newPage();
  closing.push(() => page.close());
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(await serve(folder));
  return { gateway, page, complaints };
}

async function serve(folder: string): Promise<string> {
  const child = spawn(process.execPath, ['--run', 'start', '--', '--serve=127.0.0.1:0'], {
    cwd: folder,
    stdio: 'pipe',
  });
  closing.push(async () => {
    const ended = once(child, 'close');
    child.stdin.end(); // esbuild serves until then
    await ended;
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk) => (output += chunk));
  for (;;) {
    const [url] = /http:\/\/127\.0\.0\.1:\d+\//.exec(output) ?? [];
    if (url !== undefined) return url;
    if (child.exitCode !== null) throw new Error(`It ended: ${output}`);
    await Promise.race([once(child.stdout, 'data'), once(child.stderr, 'data'), once(child, 'exit')]);
  }
}
