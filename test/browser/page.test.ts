import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { devices, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import type { Config } from '../../src/config.ts';
import { MESSAGES } from '../../src/graphql/messages.ts';
import { testConfig } from '../support/config.ts';
import { blocksOf } from '../support/documents.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { openTerminal } from '../support/terminal.ts';
import { until } from '../support/until.ts';
import { chromiumPath, launchChromium } from './chromium.ts';

const GUIDE = 'docs/guides/your-page.md';

const describeInChromium = chromiumPath === null ? describe.skip : describe;

describeInChromium(GUIDE, () => {
  let browser: Browser;
  const closing: (() => unknown)[] = [];
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());
  afterEach(async () => {
    for (const close of closing.splice(0).toReversed()) await close();
  });

  test('asks for a code, has a wrong one retyped, and welcomes the person', async () => {
    const { gateway, page, complaints } = await openPage();
    await page.getByRole('button', { name: '인증번호 받기' }).click();
    await said(page, '문자로 받은 6자리 숫자를 입력해 주세요.');
    const { code } = gateway.sandbox.inbox[0]!;
    await enter(page, code === '000000' ? '111111' : '000000');
    await said(page, '인증번호가 맞지 않아요. 다시 확인해 주세요.');
    await enter(page, code);
    await said(page, '홍길동 님, 반가워요.');
    expect(gateway.calls('/otp/')).toEqual([
      'POST /certifications/otp/request',
      expect.stringMatching(/^POST \/certifications\/otp\/confirm\//),
      expect.stringMatching(/^POST \/certifications\/otp\/confirm\//),
    ]);
    expect(complaints).toEqual([]);
  });

  test('shows the message of a refusal, and no field for a code', async () => {
    const { gateway, page } = await openPage();
    await page.getByLabel('휴대폰 번호').fill('010-1234-1010');
    await page.getByRole('button', { name: '인증번호 받기' }).click();
    await said(page, '요.');
    expect(await page.getByRole('status').textContent()).toMatch(/\p{Script=Hangul}.*요\./u);
    expect(await page.getByLabel('인증번호', { exact: true }).isVisible()).toBe(false);
    expect(gateway.calls('/otp/')).toEqual(['POST /certifications/otp/request']);
  });

  test('says when a number can be asked for again', async () => {
    const requestsPerPhone = [{ points: 1, seconds: 60 }];
    const { gateway, page } = await openPage({ limits: { ...testConfig('').limits, requestsPerPhone } });
    await page.getByRole('button', { name: '인증번호 받기' }).click();
    await said(page, '문자로 받은');
    await page.getByRole('button', { name: '인증번호 받기' }).click();
    await said(page, MESSAGES.ko.failure.RATE_LIMITED);
    expect(await page.getByRole('status').textContent()).toMatch(/ \d{1,2}:\d\d:\d\d 이후에 다시 시도해 주세요\.$/);
    expect(gateway.calls('/otp/')).toEqual(['POST /certifications/otp/request']);
  });

  test('names the field that is wrong by its label', async () => {
    const { gateway, page } = await openPage();
    await page.getByLabel('주민등록번호 뒷자리 첫 숫자').fill('3');
    await page.getByRole('button', { name: '인증번호 받기' }).click();
    await said(page, `주민등록번호 뒷자리 첫 숫자: ${MESSAGES.ko.field.GENDER_DIGIT_CENTURY}`);
    expect(gateway.calls('/otp/')).toEqual([]);
  });

  test('says of a lost request to ask again, and of a lost confirm to send the same code, which then verifies', async () => {
    const { gateway, page } = await openPage();
    await page.getByLabel('휴대폰 번호').fill('010-1234-1900');
    await page.getByRole('button', { name: '인증번호 받기' }).click();
    await said(page, '인증번호를 보냈는지 알 수 없어요. 1분 뒤에 다시 받아 주세요.');
    expect(await page.getByLabel('인증번호', { exact: true }).isVisible()).toBe(false);

    await page.getByLabel('휴대폰 번호').fill('010-1234-0001');
    await page.getByRole('button', { name: '인증번호 받기' }).click();
    await said(page, '문자로 받은');
    await page.route(
      gateway.url,
      (route) => route.fulfill({ json: { data: { result: { __typename: 'OutcomeUnknownError' } } } }),
      { times: 1 },
    );
    const { code } = gateway.sandbox.inbox.at(-1)!;
    await enter(page, code);
    await said(page, '잠시 후 같은 인증번호로 다시 확인해 주세요.');
    await enter(page, code);
    await said(page, '홍길동 님, 반가워요.');
  });

  test('says that there was no answer where the gateway asks for a token, and where it has stopped', async () => {
    const { auth } = testConfig('');
    const { gateway, page, complaints } = await openPage({ auth: { ...auth, anonymousScopes: null } });
    const noAnswer = '응답을 받지 못했어요. 잠시 후 다시 시도해 주세요.';
    await page.getByRole('button', { name: '인증번호 받기' }).click();
    await said(page, noAnswer);
    expect(gateway.calls('/otp/')).toEqual([]);

    await page.reload();
    await gateway.close();
    await page.getByRole('button', { name: '인증번호 받기' }).click();
    await said(page, noAnswer);
    expect(complaints).toEqual([]);
  });

  test('is as wide as a phone, with each field on a line of its own', async () => {
    const { page } = await openPage({}, { ...devices['Pixel 7'], viewport: { width: 390, height: 844 } });
    expect(await page.evaluate('[innerWidth, document.documentElement.scrollWidth]')).toEqual([390, 390]);
    for (const label of ['이름', '휴대폰 번호', '생년월일', '통신사']) {
      const { x, width } = (await page.getByLabel(label).boundingBox())!;
      expect([x, width]).toEqual([expect.any(Number), 390 - 2 * x]);
    }
  });

  /** The page as the guide has it saved and served, with free ports in place of 3000 and 4000. */
  async function openPage(
    settings: Partial<Config> = {},
    options: BrowserContextOptions = {},
  ): Promise<{ gateway: TestGateway; page: Page; complaints: string[] }> {
    const port = await freePort();
    const gateway = await startGateway({ config: settings });
    closing.push(() => gateway.close());
    const blocks = blocksOf(GUIDE);
    const { file, text } = blocks.find(({ language }) => language === 'html')!;
    const { text: command } = blocks.find(({ language }) => language === 'sh')!;

    const folder = mkdtempSync(join(tmpdir(), 'page-'));
    closing.push(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, file!), text.replace('http://127.0.0.1:4000/graphql', gateway.url));
    const terminal = openTerminal('bash', folder, { PATH: process.env['PATH']! });
    closing.push(() => terminal.close());
    terminal.type(command.replace('3000', String(port)));
    const url = `http://127.0.0.1:${port}`;
    await until(() => isServed(url));

    const context = await browser.newContext(options);
    closing.push(() => context.close());
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(url);
    return { gateway, page, complaints };
  }
});

async function isServed(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

async function enter(page: Page, code: string): Promise<void> {
  await page.getByLabel('인증번호', { exact: true }).fill(code);
  await page.getByRole('button', { name: '확인' }).click();
}

function said(page: Page, text: string): Promise<void> {
  return page.getByRole('status').filter({ hasText: text }).waitFor();
}

/** One that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
