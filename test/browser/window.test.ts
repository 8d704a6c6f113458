import { once } from 'node:events';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Browser, type BrowserContextOptions, type Frame, type Page, devices } from 'playwright-core';
import {
  SANDBOX_CHANNEL_KEY,
  SANDBOX_KEY,
  SANDBOX_MERCHANT_CODE,
  SANDBOX_PORTONE_SECRET,
  SANDBOX_SECRET,
  SANDBOX_STORE_ID,
  type Sandbox,
  createSandbox,
} from '../../src/sandbox/sandbox.ts';
import { chromiumPath, launchChromium } from './chromium.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- results of scripts and JSON answers
type Json = any;

const PHONE = devices['Pixel 7'];

/** A merchant's page: only the address of the script would be another with the vendor's own. */
const shopPage = (script: string, act: string) => `<!doctype html>
<html lang="ko"><meta charset="utf-8"><title>가맹점</title><link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width, initial-scale=1">
<button id="verify">본인인증</button>
<script src="${script}"></script>
<script>
  const query = new URLSearchParams(location.search);
  document.querySelector('#verify').addEventListener('click', () => { ${act} });
</script>`;

const V1_PAGE = `
  IMP.init('${SANDBOX_MERCHANT_CODE}');
  IMP.certification(
    {
      channelKey: '${SANDBOX_CHANNEL_KEY}',
      merchant_uid: 'order_1',
      m_redirect_url: location.origin + '/back',
      popup: query.has('popup'),
    },
    (rsp) => { window.result = rsp; },
  );`;
const V2_PAGE = `
  PortOne.requestIdentityVerification({
    storeId: '${SANDBOX_STORE_ID}',
    identityVerificationId: query.get('id') ?? 'idv1',
    channelKey: '${SANDBOX_CHANNEL_KEY}',
    redirectUrl: location.origin + '/back',
    ...(query.has('popup') && { windowType: { pc: 'POPUP' } }),
  }).then((response) => { window.result = response; });`;

const describeInChromium = chromiumPath === null ? describe.skip : describe;

describeInChromium(chromiumPath ? 'the window' : 'the window, without a Chromium', () => {
  let browser: Browser;
  let sandbox: Sandbox;
  let shop: Server;
  let shopUrl: string;
  let complaints: string[];

  beforeAll(async () => {
    browser = await launchChromium();
    shop = createServer((request, response) => {
      const isV1 = request.url?.startsWith('/v1');
      const script = `${sandbox.url}${isV1 ? '/v1/iamport.js' : '/v2/browser-sdk.js'}`;
      response.setHeader('content-type', 'text/html').end(shopPage(script, isV1 ? V1_PAGE : V2_PAGE));
    }).listen(0, '127.0.0.1');
    await once(shop, 'listening');
    shopUrl = `http://127.0.0.1:${(shop.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    await browser?.close();
    shop.closeAllConnections();
    await new Promise((resolve) => shop.close(resolve));
  });
  beforeEach(async () => {
    sandbox = await createSandbox();
    complaints = [];
  });
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
    await sandbox.close();
  });

  async function openShop(path: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext(options);
    context.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    context.on('weberror', (error) => complaints.push(String(error.error())));
    const page = await context.newPage();
    await page.goto(`${shopUrl}${path}`);
    return page;
  }

  async function openFrame(page: Page): Promise<Frame> {
    await page.getByRole('button', { name: '본인인증' }).click();
    const handle = await page.locator('dialog iframe').elementHandle();
    const frame = (await handle.contentFrame())!;
    await frame.getByRole('radio').first().waitFor();
    return frame;
  }

  async function openPopup(page: Page): Promise<Page> {
    const opened = page.waitForEvent('popup');
    await page.getByRole('button', { name: '본인인증' }).click();
    const popup = await opened;
    await popup.getByRole('radio').first().waitFor();
    return popup;
  }

  async function resultOf(page: Page): Promise<Json> {
    await page.waitForFunction('window.result');
    return page.evaluate('window.result');
  }

  async function readV1(impUid: string): Promise<Json> {
    const body = JSON.stringify({ imp_key: SANDBOX_KEY, imp_secret: SANDBOX_SECRET });
    const token = (await (await fetch(`${sandbox.url}/users/getToken`, { method: 'POST', body })).json()) as Json;
    const headers = { authorization: token.response.access_token as string };
    return ((await (await fetch(`${sandbox.url}/certifications/${impUid}`, { headers })).json()) as Json).response;
  }
  async function readV2(id: string): Promise<Json> {
    const headers = { authorization: `PortOne ${SANDBOX_PORTONE_SECRET}` };
    return (await fetch(`${sandbox.url}/identity-verifications/${id}`, { headers })).json();
  }

  test('calls back on V1, and the record has the merchant_uid', async () => {
    const page = await openShop('/v1');
    const frame = await openFrame(page);
    await frame.getByRole('radio', { name: /외국인/ }).check();
    for (const caption of ['adult', 'minor', 'foreigner', 'no CI']) {
      await frame.getByRole('radio', { name: caption }).waitFor();
    }
    for (const caption of ['Verify', 'Cancel']) await frame.getByRole('button', { name: caption }).waitFor();
    await frame.getByRole('button', { name: '인증하기' }).click();
    const result = await resultOf(page);
    expect(result).toMatchObject({ success: true, merchant_uid: 'order_1' });
    expect(await readV1(result.imp_uid)).toMatchObject({ merchant_uid: 'order_1', name: 'HONG GILDONG' });
    expect(await page.locator('dialog').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  test('resolves on V2, and the record has the id', async () => {
    const page = await openShop('/v2');
    const frame = await openFrame(page);
    await frame.getByRole('button', { name: '인증하기' }).click();
    expect(await resultOf(page)).toEqual({
      transactionType: 'IDENTITY_VERIFICATION',
      identityVerificationId: 'idv1',
    });
    expect(await readV2('idv1')).toMatchObject({ status: 'VERIFIED', verifiedCustomer: { name: '홍길동' } });
    expect(complaints).toEqual([]);
  });

  test.each(['/v1?popup', '/v2?popup'])('is a popup at %s, which closes itself', async (path) => {
    const page = await openShop(path);
    const popup = await openPopup(page);
    const closed = popup.waitForEvent('close');
    await popup.getByRole('button', { name: '인증하기' }).click();
    const result = await resultOf(page);
    await closed;
    const record = path.startsWith('/v1') ? await readV1(result.imp_uid) : await readV2('idv1');
    expect(record.certified ?? record.status === 'VERIFIED').toBe(true);
    expect(complaints).toEqual([]);
  });

  test.each(['/v1?popup', '/v2?popup'])('that is closed at %s ends without a record', async (path) => {
    const page = await openShop(path);
    await (await openPopup(page)).close();
    const result = await resultOf(page);
    expect(result.error_code ?? result.code).toBe('USER_CLOSED');
    expect(sandbox.requests.map(({ path }) => path)).not.toContain('/window/result');
  });

  test('goes back on a phone of V1, with the result in the query', async () => {
    const page = await openShop('/v1', PHONE);
    await page.getByRole('button', { name: '본인인증' }).tap();
    await page.getByRole('button', { name: '인증하기' }).tap();
    await page.waitForURL(/\/back\?/);
    const query = new URL(page.url()).searchParams;
    expect([query.get('success'), query.get('merchant_uid')]).toEqual(['true', 'order_1']);
    expect(await readV1(query.get('imp_uid')!)).toMatchObject({ certified: true, merchant_uid: 'order_1' });
    expect(complaints).toEqual([]);
  });

  test('goes back on a phone of V2, cancelled and then approved', async () => {
    const page = await openShop('/v2', PHONE);
    for (const [name, code, status] of [
      ['취소', 'USER_CANCELLED', 'FAILED'],
      ['인증하기', null, 'VERIFIED'],
    ] as const) {
      await page.goto(`${shopUrl}/v2`);
      await page.getByRole('button', { name: '본인인증' }).tap();
      await page.getByRole('button', { name }).tap();
      await page.waitForURL(/\/back\?/);
      const query = new URL(page.url()).searchParams;
      expect([query.get('identityVerificationId'), query.get('code')]).toEqual(['idv1', code]);
      expect((await readV2('idv1')).status).toBe(status);
    }
    expect(complaints).toEqual([]);
  });

  test('is passed with the keyboard alone, and gives the focus back', async () => {
    const page = await openShop('/v1');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    const frame = page.frameLocator('dialog iframe');
    await frame.getByRole('radio', { name: /1990/, checked: true }).waitFor();
    await page.keyboard.press('ArrowDown');
    await frame.getByRole('radio', { name: /미성년자/, checked: true }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    expect(await frame.getByRole('button', { name: '인증하기' }).evaluate((it) => it.matches(':focus-visible'))).toBe(
      true,
    );
    await page.keyboard.press('Enter');
    const { imp_uid: impUid } = await resultOf(page);
    expect((await readV1(impUid)).birthday).toBe(`${new Date().getUTCFullYear() - 15}-01-01`);
    expect(await page.evaluate('document.activeElement.id')).toBe('verify');
  });

  test('is cancelled by Escape', async () => {
    const page = await openShop('/v2');
    await openFrame(page);
    await page.keyboard.press('Escape');
    expect(await resultOf(page)).toMatchObject({ identityVerificationId: 'idv1', code: 'USER_CANCELLED' });
    expect((await readV2('idv1')).status).toBe('FAILED');
  });

  test('says why it cannot verify, and hands that to the page', async () => {
    const page = await openShop('/v2');
    await (await openFrame(page)).getByRole('button', { name: '인증하기' }).click();
    await resultOf(page);
    await page.reload();
    await page.getByRole('button', { name: '본인인증' }).click();
    const frame = page.frameLocator('dialog iframe');
    await frame.getByRole('alert').filter({ hasText: '이미 끝난' }).waitFor();
    await frame.getByRole('button', { name: '닫기' }).click();
    expect(await resultOf(page)).toMatchObject({ code: 'ALREADY_VERIFIED' });
  });

  test('takes no result from another page', async () => {
    const page = await openShop('/v1');
    const frame = await openFrame(page);
    const ticket = new URL(frame.url()).searchParams.get('ticket');
    await page.evaluate(`postMessage({ ticket: '${ticket}', result: { success: true, imp_uid: 'imp_1' } }, '*')`);
    await frame.getByRole('button', { name: '취소' }).click();
    expect(await resultOf(page)).toMatchObject({ success: false, error_code: 'USER_CANCELLED' });
  });

  test.each([
    [390, 'light', 'rgb(255, 255, 255)'],
    [390, 'dark', 'rgb(22, 24, 29)'],
    [1280, 'light', 'rgb(255, 255, 255)'],
    [1280, 'dark', 'rgb(22, 24, 29)'],
  ] as const)('fits %s px in %s', async (width, colorScheme, background) => {
    const page = await openShop('/v1', { viewport: { width, height: 800 }, colorScheme });
    const frame = await openFrame(page);
    expect(await frame.evaluate('getComputedStyle(document.documentElement).backgroundColor')).toBe(background);
    const inner = await frame.evaluate(
      '[innerWidth, document.documentElement.scrollWidth, innerHeight, document.documentElement.scrollHeight]',
    );
    expect(inner).toEqual(width === 390 ? [390, 390, 800, 800] : [420, 420, 720, 720]);
  });
});
