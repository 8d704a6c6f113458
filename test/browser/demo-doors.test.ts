import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { devices, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';
import { MESSAGES, type Language } from '../../src/graphql/messages.ts';
import { testConfig } from '../support/config.ts';
import { portoneAt } from '../support/gateway.ts';
import { chromiumPath, faultsOf, launchChromium, openPage, startOnSandbox, type WatchedPage } from './chromium.ts';

const PHONE = { ...devices['Pixel 7'], viewport: { width: 390, height: 844 } };
const UPSTREAMS = { V1: {}, V2: { portone: portoneAt('') } };

/** As with real credentials a caller reads its own certifications alone. */
const { auth } = testConfig('');
const OWN_ALONE = new Set([...auth.anonymousScopes!].filter((scope) => scope !== 'certification:read-any'));

/** The query with which the provider's page sends the browser back. */
const RETURNS = {
  V1: (impUid: string) => `?success=true&imp_uid=${impUid}&merchant_uid=1`,
  V2: (impUid: string) => `?transactionType=IDENTITY_VERIFICATION&identityVerificationId=${impUid}`,
};
const CANCELLED = {
  V1: '?success=false&imp_uid=imp_1&merchant_uid=1&error_code=F0000&error_msg=본인인증을 취소했어요.',
  V2: '?identityVerificationId=idv1&code=FAILURE_TYPE_PG&message=본인인증을 취소했어요.',
};

const describeInChromium = chromiumPath === null ? describe.skip : describe;

describeInChromium.each(['V1', 'V2'] as const)('the doors of /demo on %s', (version) => {
  let browser: Browser;
  let onSandbox: Awaited<ReturnType<typeof startOnSandbox>>;
  let url: string;
  let context: BrowserContext;
  let opened: WatchedPage;

  beforeAll(async () => {
    browser = await launchChromium();
    onSandbox = await startOnSandbox({
      ...UPSTREAMS[version],
      auth: { ...auth, anonymousScopes: OWN_ALONE },
    });
    url = new URL('/demo', onSandbox.url).href;
  });
  afterAll(async () => {
    await browser?.close();
    await onSandbox.close();
  });
  afterEach(async () => {
    expect(opened.complaints).toEqual([]);
    expect(opened.requests.filter((address) => new URL(address).origin !== new URL(url).origin)).toEqual([]);
    await context.close();
  });

  async function open(options: BrowserContextOptions = {}, query = ''): Promise<Page> {
    context = await browser.newContext({ locale: 'en-US', viewport: { width: 1280, height: 900 }, ...options });
    opened = await openPage(context, url + query);
    return opened.page;
  }

  const inWindow = (page: Page) => page.frameLocator('dialog iframe');

  async function openWindow(page: Page): Promise<void> {
    await page.getByRole('radio', { name: 'In a window' }).check();
    await page.getByRole('button', { name: 'Open the window' }).click();
    await inWindow(page).getByRole('radio').first().waitFor();
  }

  async function passWindow(page: Page): Promise<void> {
    await openWindow(page);
    await inWindow(page).getByRole('button', { name: '인증하기' }).click();
  }

  const upstreamCalls = (): string[] =>
    onSandbox
      .sandbox!.requests.filter(({ path }) => /^\/(certifications|identity-verifications)\//.test(path))
      .map(({ method, path }) => `${method} ${path.replace(/imp_\d+|\w{32}/, 'ID')}`);
  const READ = { V1: 'GET /certifications/ID', V2: 'GET /identity-verifications/ID' }[version];

  async function keepsNothing(page: Page): Promise<void> {
    expect(page.url()).toBe(url);
    expect(await context.storageState({ indexedDB: true })).toEqual({ cookies: [], origins: [] });
    expect(await page.evaluate('sessionStorage.length')).toBe(0);
  }

  test('verify a person in the window by keyboard alone, with one read of the record, and keep nothing', async () => {
    const page = await open();
    const before = upstreamCalls().length;
    await page.getByRole('radio', { name: 'By code' }).focus();
    await page.keyboard.press('ArrowRight');
    await hasFocus(page, 'door-window');
    expect(await page.getByLabel('Name').isVisible()).toBe(false);
    expect(await steps(page)).toEqual(['Window', 'Verified']);
    for (const key of ['Tab', 'Enter']) await page.keyboard.press(key);
    await inWindow(page).getByRole('radio', { name: /1990/, checked: true }).waitFor();
    expect(upstreamCalls().slice(before)).toEqual([]);
    await page.keyboard.press('Enter');
    await hasFocus(page, 'welcome');
    expect(await page.locator('#welcome').innerText()).toBe('홍길동, you are verified');
    expect(await outcomes(page)).toEqual(['OpenIdentityWindow IdentityWindow', 'CompleteIdentityWindow Certification']);
    expect(upstreamCalls().slice(before)).toEqual([READ]);
    await keepsNothing(page);
  });

  test('verify a person on a phone, which goes to the window and comes back in its language, without the ids', async () => {
    const page = await open(PHONE);
    await page.getByRole('button', { name: '한국어' }).tap();
    await page.getByRole('radio', { name: '본인인증창' }).tap();
    await page.getByRole('button', { name: '본인인증창 열기' }).tap();
    await page.waitForURL(/\/demo\/window\?/);
    await page.getByRole('button', { name: '인증하기' }).tap();
    await page.getByRole('heading', { name: '홍길동 님, 본인인증을 마쳤어요' }).waitFor();
    await hasFocus(page, 'welcome');
    expect(await outcomes(page)).toEqual(['CompleteIdentityWindow Certification']);
    await keepsNothing(page);
    await page.reload();
    expect(await page.locator('#details').isVisible()).toBe(true);
  });

  test('say that a window was left, complete nothing, and open another one', async () => {
    const page = await open();
    await openWindow(page);
    expect(await page.getByRole('radio', { name: 'By code', includeHidden: true }).isDisabled()).toBe(true);
    await page.keyboard.press('Escape');
    await page.getByRole('alert').filter({ hasText: 'You were not verified in the window.' }).waitFor();
    await hasFocus(page, 'open');
    expect(await outcomes(page)).toEqual(['OpenIdentityWindow IdentityWindow']);
    await passWindow(page);
    await hasFocus(page, 'welcome');
  });

  test('say on a phone that the window was left, in the words of the provider', async () => {
    const page = await open({ ...PHONE, locale: 'ko-KR' }, CANCELLED[version]);
    await page.getByRole('alert').filter({ hasText: '본인인증을 취소했어요. 창을 다시 열거나' }).waitFor();
    await hasFocus(page, 'open');
    expect(await outcomes(page)).toEqual([]);
    await keepsNothing(page);
  });

  test('can be used again after the back button of a phone', async () => {
    const page = await open();
    await openWindow(page);
    await page.evaluate(`dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))`);
    await page.getByRole('alert').filter({ hasText: 'You were not verified' }).waitFor();
    expect(await page.locator('#open').getAttribute('aria-disabled')).toBe('false');
  });

  test('open the window again where the record says that it was not finished', async () => {
    const page = await open();
    await openWindow(page);
    const result = page.waitForResponse(/window\/result$/);
    await page.keyboard.press('Escape');
    const { imp_uid, identityVerificationId } = (await (await result).json()).result;
    await page.goto(url + RETURNS[version](imp_uid ?? identityVerificationId));
    await page.getByRole('alert').filter({ hasText: MESSAGES.en.failure.WINDOW_NOT_COMPLETED }).waitFor();
    await hasFocus(page, 'open');
    expect(await page.locator('#finish').isVisible()).toBe(false);
  });

  test('give nobody the verification of somebody else', async () => {
    const page = await open();
    await page.getByRole('button', { name: 'The verification of somebody else' }).click();
    await hasFocus(page, 'finish');
    await page.getByText("The page came back with somebody else's id. Press Finish.", { exact: true }).waitFor();
    await page.keyboard.press('Enter');
    const alert = page.getByRole('alert').filter({ hasText: MESSAGES.en.failure.NOT_FOUND });
    await alert.waitFor();
    await hasFocus(page, 'open');
    expect((await alert.boundingBox())!.y).toBeGreaterThanOrEqual(0);
    expect(await page.locator('main').innerText()).not.toContain('홍길동');
  });

  test('finish a window whose completion was lost on its way to the gateway', async () => {
    const page = await open();
    await openWindow(page);
    await breakFetch(page, 'before');
    await inWindow(page).getByRole('button', { name: '인증하기' }).click();
    await page.getByRole('alert').filter({ hasText: 'We got no answer.' }).waitFor();
    await hasFocus(page, 'finish');
    await page.getByRole('button', { name: 'See whether it worked' }).click();
    await hasFocus(page, 'welcome');
    expect((await outcomes(page)).slice(2)).toEqual([
      'Certification CertificationNotFoundError',
      'CompleteIdentityWindow Certification',
    ]);
  });

  test('read a window whose completion was lost on its way back', async () => {
    const page = await open();
    await openWindow(page);
    await breakFetch(page, 'after');
    await inWindow(page).getByRole('button', { name: '인증하기' }).click();
    await page.getByRole('button', { name: 'See whether it worked' }).click();
    await hasFocus(page, 'welcome');
    expect((await outcomes(page)).slice(2)).toEqual(['Certification Certification']);
  });

  test('say that a window cannot be opened, and open it once it can', async () => {
    const page = await open();
    await page.route(/iamport\.js|browser-sdk\.js/, (route) => route.fulfill({ status: 200, body: '' }));
    await page.getByRole('radio', { name: 'In a window' }).check();
    await page.getByRole('button', { name: 'Open the window' }).click();
    await page.getByRole('alert').filter({ hasText: 'We got no answer.' }).waitFor();
    await page.unroute(/iamport\.js|browser-sdk\.js/);
    await passWindow(page);
    await hasFocus(page, 'welcome');
  });

  test('send the code again with one click, and verify with the new one', async () => {
    context = await browser.newContext({ locale: 'en-US' });
    await context.clock.install();
    opened = await openPage(context, url);
    const { page } = opened;
    await page.getByRole('button', { name: 'Fill in a sample person' }).click();
    await page.keyboard.press('Enter');
    await hasFocus(page, 'otp');
    const [{ impUid }, before] = [newestSms(), upstreamCalls().length];
    await context.clock.fastForward('01:01');
    await page.getByRole('button', { name: 'Send a new code', exact: true }).click();
    await page.locator('#exchanges li').last().locator('.outcome', { hasText: 'IdentityOtpSent' }).waitFor();
    expect((await outcomes(page)).slice(1)).toEqual(
      {
        V1: ['ResendIdentityOtp OtpRejectedError', 'RequestIdentityOtp IdentityOtpSent'],
        V2: ['ResendIdentityOtp IdentityOtpSent'],
      }[version],
    );
    expect(upstreamCalls().slice(before)).toEqual(
      { V1: ['POST /certifications/otp/request'], V2: ['POST /identity-verifications/ID/resend'] }[version],
    );
    expect(newestSms().impUid === impUid).toBe(version === 'V2');
    await hasFocus(page, 'otp');
    await page.keyboard.type(newestSms().code);
    await page.keyboard.press('Enter');
    await hasFocus(page, 'welcome');
  });

  test.each<[number, 'light' | 'dark', string, Language]>([
    [390, 'light', 'en-US', 'en'],
    [390, 'dark', 'ko-KR', 'ko'],
    [1280, 'light', 'ko-KR', 'ko'],
    [1280, 'dark', 'en-US', 'en'],
  ])('are %i pixels wide, %s and accessible on every screen', async (width, colorScheme, locale, language) => {
    const page = await open({ viewport: { width, height: 844 }, colorScheme, locale, bypassCSP: true });
    await page.locator('#door-window').check();
    expect(await faultsOf(page)).toEqual([]);
    await page.locator('#window-tries button').click();
    expect(await faultsOf(page)).toEqual([]);
    await page.locator('#finish').click();
    await page.locator('#notice').filter({ hasText: MESSAGES[language].failure.NOT_FOUND }).waitFor();
    expect(await faultsOf(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    await page.locator('#open').click();
    await inWindow(page).getByRole('button', { name: '인증하기' }).click();
    await hasFocus(page, 'welcome');
    expect(await faultsOf(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
  });

  const newestSms = () => onSandbox.sandbox!.inbox.at(-1)!;
});

describeInChromium('the window of /demo', () => {
  test('is completed again after maintenance, and opened no sooner than the limits allow', async () => {
    const limits = { ...testConfig('').limits, requestsPerIp: [{ points: 1, seconds: 3_600 }] };
    const onSandbox = await startOnSandbox({ limits });
    const browser = await launchChromium();
    try {
      const url = new URL(`/demo${RETURNS.V1('imp_900503000001')}`, onSandbox.url).href;
      const { page } = await openPage(await browser.newContext({ locale: 'en-US' }), url);
      const alert = page.getByRole('alert');
      await alert.filter({ hasText: MESSAGES.en.failure.UPSTREAM_MAINTENANCE }).waitFor();
      await hasFocus(page, 'finish');
      await page.keyboard.press('Enter');
      await page.locator('#exchanges li').nth(1).locator('.outcome', { hasText: 'UpstreamError' }).waitFor();

      await page.getByRole('button', { name: 'Open the window again' }).click();
      await page.frameLocator('dialog iframe').getByRole('button', { name: '취소' }).click();
      await page.getByRole('button', { name: 'Open the window', exact: true }).click();
      await alert.filter({ hasText: MESSAGES.en.failure.RATE_LIMITED }).waitFor();
      expect(await page.locator('#open').innerText()).toMatch(/^Open the window \(in [56]\d:\d\d\)$/);
    } finally {
      await browser.close();
      await onSandbox.close();
    }
  });
});

async function hasFocus(page: Page, id: string): Promise<void> {
  await page.locator(`#${id}:focus`).waitFor();
}

const steps = (page: Page): Promise<string[]> => page.locator('.steps li:visible').allInnerTexts();

async function outcomes(page: Page): Promise<string[]> {
  return (await page.locator('#exchanges summary').allInnerTexts()).map((it) => it.replace(/\s+/g, ' '));
}

/** The next call is lost: before the gateway has it, or with its answer. */
async function breakFetch(page: Page, when: 'before' | 'after'): Promise<void> {
  await page.evaluate(`{
    const working = globalThis.fetch;
    globalThis.fetch = async (...call) => {
      globalThis.fetch = working;
      ${when === 'after' ? 'await working(...call);' : ''}
      throw new TypeError('gone');
    };
  }`);
}
