import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { MESSAGES, type Language } from '../../src/graphql/messages.ts';
import { createServer } from '../../src/server/server.ts';
import { startGateway, testConfig } from '../support/gateway.ts';
import { chromiumPath, faultsOf, launchChromium, openPage, startOnSandbox, type WatchedPage } from './chromium.ts';

let onSandbox: Awaited<ReturnType<typeof startOnSandbox>>;
let url: string;

beforeAll(async () => {
  onSandbox = await startOnSandbox();
  url = new URL('/demo', onSandbox.url).href;
});
afterAll(() => onSandbox.close());

describe('/demo', () => {
  test('is what a browser at the root of the sandbox finds', async () => {
    const response = await fetch(new URL('/', url));
    expect([response.url, response.status]).toEqual([url, 200]);
  });

  test('is a page under a strict policy, which takes nothing from elsewhere', async () => {
    const response = await fetch(url);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(await response.text()).not.toMatch(/https?:/);
    expect(response.headers.get('content-security-policy')).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
  });

  test.each([
    ['main.js', 200],
    ['main.css', 200],
    ['index.html', 404],
    ['LICENSES.txt', 404],
    ['..%2f..%2fpackage.json', 404],
  ])('answers %s with %i', async (file, status) => {
    const response = await fetch(`${url}/${file}`);
    await response.text();
    expect(response.status).toBe(status);
  });

  test.each([
    ['v1/iamport.js', 'text/javascript; charset=utf-8'],
    ['v2/browser-sdk.js', 'text/javascript; charset=utf-8'],
    ['window', 'text/html; charset=utf-8'],
    ['window/page.js', 'text/javascript; charset=utf-8'],
    ['window/page.css', 'text/css; charset=utf-8'],
  ])("has the window of its sandbox: %s, under the window's own policy", async (path, type) => {
    const response = await fetch(`${url}/${path}?version=V1`);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, type]);
    expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self'; style-/);
    const onItsOwn = await fetch(`${onSandbox.sandbox!.url}/${path}`);
    expect(await response.text()).toBe(await onItsOwn.text());
  });

  test.each([
    ['ko-KR,ko;q=0.9,en;q=0.8', 'ko'],
    ['en-US,en;q=0.9,ko;q=0.8', 'en'],
    ['fr', 'en'],
  ])('is for a browser that prefers %s in "%s"', async (preferred, language) => {
    const page = await fetch(url, { headers: { 'accept-language': preferred } });
    expect(await page.text()).toContain(`<html lang="${language}">`);
  });

  test('is not there with credentials of an upstream', async () => {
    const gateway = await startGateway();
    try {
      for (const path of ['/demo', '/demo/main.js', '/demo/window', '/demo/v1/iamport.js']) {
        expect((await fetch(new URL(path, gateway.url))).status).toBe(404);
      }
    } finally {
      await gateway.close();
    }
  });

  test('is not there where the explorer is off', async () => {
    const server = await createServer({ ...testConfig('http://127.0.0.1:1'), sandboxPort: 0, explorer: false });
    try {
      expect((await fetch(new URL('/demo', (await server.listen()).url))).status).toBe(404);
    } finally {
      await server.close();
    }
  });
});

const describeInChromium = chromiumPath === null ? describe.skip : describe;

describeInChromium('in Chromium', () => {
  let browser: Browser;
  let context: BrowserContext;
  let opened: WatchedPage;

  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());
  afterEach(async () => {
    expect(opened.complaints).toEqual([]);
    expect(opened.requests.filter((address) => new URL(address).origin !== new URL(url).origin)).toEqual([]);
    await context.close();
  });

  async function open(options: BrowserContextOptions = {}): Promise<Page> {
    context = await browser.newContext({ locale: 'en-US', viewport: { width: 1280, height: 900 }, ...options });
    opened = await openPage(context, url);
    return opened.page;
  }

  test('verifies a person by keyboard alone, with one request and one confirm, and keeps nothing', async () => {
    const page = await open();
    const before = upstreamCalls().length;
    await page.getByLabel('Name').focus();
    await press(page, '홍길동', 'Tab', '900101', 'Tab', '1', 'Tab', 'SKT M', 'Tab', freshPhone(), 'Enter');
    await hasFocus(page, 'otp');
    await press(page, newestCode(), 'Enter');
    await hasFocus(page, 'welcome');
    expect(await page.locator('#welcome').innerText()).toBe('홍길동, you are verified');
    expect(await page.locator('#person').innerText()).toMatch(
      /Birthday\s+1990-01-01\s+Gender\s+Male[^]*Verified at\s+[^\n]* \d{1,2}:\d\d\s[AP]M$/,
    );
    expect(upstreamCalls().slice(before)).toEqual([
      'POST /certifications/otp/request',
      expect.stringMatching(/^POST \/certifications\/otp\/confirm\/imp_/),
    ]);
    expect(await context.storageState({ indexedDB: true })).toEqual({ cookies: [], origins: [] });
    expect(await page.evaluate('sessionStorage.length')).toBe(0);
    expect(page.url()).toBe(url);
  });

  test('shows each request and its answer as it went', async () => {
    const page = await open();
    await sendCode(page);
    await page.getByRole('button', { name: newestCode() }).click();
    await page.getByRole('button', { name: 'Confirm' }).click();
    await hasFocus(page, 'welcome');
    expect(await page.getByRole('log').getByRole('button').allInnerTexts()).toEqual(
      onSandbox
        .sandbox!.inbox.slice(-4)
        .toReversed()
        .map(({ code }) => expect.stringContaining(code)),
    );
    expect(await page.locator('#exchanges summary').allInnerTexts()).toEqual([
      expect.stringMatching(/^RequestIdentityOtp\s+IdentityOtpSent$/),
      expect.stringMatching(/^ConfirmIdentityOtp\s+Certification$/),
    ]);
    const [request, answer] = await page.locator('#exchanges li').first().locator('pre').allTextContents();
    expect(request).toMatch(/accept-language: en\n[^]*"birthday": "1990-01-01"[^]*mutation RequestIdentityOtp/);
    expect(answer).toMatch(/^HTTP 200\n\{[^]*"attemptsAllowed": 5/);
    await page.locator('#exchanges summary').first().click();
    const isWhole = '(pre) => pre.scrollHeight <= pre.clientHeight + 1';
    expect(await page.evaluate(`[...document.querySelectorAll('#exchanges pre')].every(${isWhole})`)).toBe(true);
  });

  test('marks what is empty or malformed without a request, and what the gateway refuses', async () => {
    const page = await open();
    await page.getByRole('button', { name: 'Send the code' }).click();
    await hasFocus(page, 'name');
    expect(await marked(page)).toEqual(['name', 'birthday', 'genderDigit', 'carrier', 'phone']);
    expect(await page.locator('#exchanges li').count()).toBe(0);

    await page.getByRole('button', { name: 'Fill in a sample person' }).click();
    await page.getByLabel('Birthday').fill('991332');
    await page.getByLabel('Mobile number').fill('02-123-4567');
    await page.getByRole('button', { name: 'Send the code' }).click();
    await page.getByText(MESSAGES.en.field.PHONE, { exact: true }).waitFor();
    expect(await marked(page)).toEqual(['birthday', 'phone']);
    expect(await page.locator('#notice').innerText()).toBe(MESSAGES.en.failure.INVALID_INPUT);
  });

  test('tells the century of a birthday by the seventh digit', async () => {
    const page = await open();
    for (const [digit, birthday] of Object.entries({
      2: '1905-05-05',
      4: '2005-05-05',
      5: '1905-05-05',
      7: '2005-05-05',
    })) {
      await page.getByRole('button', { name: 'Fill in a sample person' }).click();
      await page.getByLabel('Birthday').fill('050505');
      await page.getByLabel('The 7th digit').fill(digit);
      await page.keyboard.press('Enter');
      await hasFocus(page, 'otp');
      expect(await page.locator('#exchanges li').last().innerText()).toContain(`"birthday": "${birthday}"`);
      await page.getByRole('button', { name: 'Change the details' }).click();
    }
  });

  test('counts down, offers a new code after a minute, and takes a late code', async () => {
    context = await browser.newContext({ locale: 'ko-KR' });
    await context.clock.install();
    opened = await openPage(context, url);
    const { page } = opened;
    await page.getByRole('button', { name: '예시 정보로 채우기' }).click();
    await page.getByRole('button', { name: '인증번호 받기' }).click();
    const resend = page.locator('#resend');
    await hasFocus(page, 'otp');
    expect(await resend.innerText()).toMatch(/^인증번호 다시 받기 \([01]:\d\d 뒤\)$/);
    const first = newestImpUid();
    await resend.click({ force: true });
    expect(await page.locator('#exchanges li').count()).toBe(1);

    await context.clock.fastForward('01:01');
    await page.getByText('인증번호 다시 받기', { exact: true }).waitFor();
    expect(await page.getByRole('timer').innerText()).toMatch(/^남은 시간 [12]:\d\d$/);
    await context.clock.fastForward('02:00');
    await page.getByText('시간이 지난 것 같아요').waitFor();
    await resend.click();
    await page.locator('#exchanges li').nth(2).locator('.outcome', { hasText: 'IdentityOtpSent' }).waitFor();
    expect(newestImpUid()).not.toBe(first);
    await page.getByLabel('인증번호', { exact: true }).fill(newestCode());
    await page.getByRole('button', { name: '확인' }).click();
    await page.getByRole('heading', { name: '홍길동 님, 본인인증을 마쳤어요' }).waitFor();
  });

  test('has a wrong code retyped, says how many are left, and offers a new code after the last', async () => {
    const page = await open();
    await sendCode(page);
    for (const [index, left] of ['4 tries left', '3 tries left', '2 tries left', '1 try left'].entries()) {
      await press(page, wrongCode(index), 'Enter'); // over the one before, which is selected
      await page.getByText(left, { exact: true }).waitFor();
    }
    await press(page, wrongCode(4), 'Enter');
    await hasFocus(page, 'resend');
    expect(await page.getByLabel('Code', { exact: true }).isVisible()).toBe(false);
  });

  test('puts the code of a message into the form where the browser reads it', async () => {
    context = await browser.newContext({ locale: 'en-US' });
    await context.addInitScript(`
      globalThis.OTPCredential = class {};
      navigator.credentials.get = async ({ otp }) => ({ code: otp.transport[0] === 'sms' ? '135790' : '' });`);
    opened = await openPage(context, url);
    await sendCode(opened.page);
    expect(await opened.page.getByLabel('Code', { exact: true }).inputValue()).toBe('135790');
    expect(await opened.page.locator('#exchanges li').count()).toBe(1);
  });

  test('sends nothing for a second tap', async () => {
    const page = await open();
    await page.getByRole('button', { name: 'Fill in a sample person' }).click();
    const before = upstreamCalls().length;
    await page.evaluate(`for (let i = 0; i < 2; i += 1) document.getElementById('details').requestSubmit()`);
    await hasFocus(page, 'otp');
    expect(upstreamCalls().slice(before)).toEqual(['POST /certifications/otp/request']);
  });

  test('does not know whether a code was sent where the gateway cannot be reached', async () => {
    const page = await open();
    await page.getByRole('button', { name: 'Fill in a sample person' }).click();
    await page.evaluate(`globalThis.fetch = async () => { throw new TypeError('gone') }`);
    await page.getByRole('button', { name: 'Send the code' }).click();
    await page
      .getByRole('alert')
      .filter({ hasText: 'We got no answer. We do not know whether the code was sent.' })
      .waitFor();
    expect(await page.locator('#exchanges .outcome').innerText()).toBe('TypeError: gone');
  });

  test('shows the message of other errors of a request, and lets it be sent again', async () => {
    const page = await open();
    await page.getByRole('button', { name: 'Fill in a sample person' }).click();
    await page.route(/graphql$/, (route) =>
      route.fulfill({ json: { errors: [{ message: 'Not here.', extensions: { code: 'BAD_REQUEST' } }] } }),
    );
    await page.getByRole('button', { name: 'Send the code' }).click();
    await page.getByText('Not here.', { exact: true }).waitFor();
    await page.unroute(/graphql$/);
    await page.getByRole('button', { name: 'Send the code' }).click();
    await hasFocus(page, 'otp');
  });

  test('changes its language, and that of the messages of the gateway', async () => {
    const page = await open();
    await page.getByRole('button', { name: '한국어' }).click();
    expect(await page.title()).toBe('휴대폰 본인인증');
    await page.getByRole('button', { name: '본인인증이 차단된 번호' }).click();
    await page.getByRole('button', { name: '인증번호 받기' }).click();
    await page.getByRole('alert').filter({ hasText: MESSAGES.ko.failure.LINE_BLOCKED }).waitFor();
    await page.getByRole('button', { name: 'English' }).click();
    expect(await page.getByRole('alert').getAttribute('lang')).toBe('ko');
    await page.getByRole('button', { name: 'Send the code' }).waitFor();
  });

  test.each<[string, keyof (typeof MESSAGES)['en']['failure'], string]>([
    ['Verification is blocked on the line', 'LINE_BLOCKED', ''],
    ['The details do not match', 'IDENTITY_MISMATCH', ''],
    ['Maintenance at the carrier …107', 'UPSTREAM_MAINTENANCE', ''],
    ['The line is suspended', 'LINE_NOT_ELIGIBLE', ''],
    [
      'The PASS app is needed',
      'APP_REQUIRED',
      ' This shop sends its codes by SMS only. Please use another line, or verify in a window.',
    ],
    ['The app cannot be used: SMS', 'SMS_REQUIRED', ''],
    ['The age is not allowed', 'AGE_NOT_ALLOWED', ' Customer service can help: 1588-0000.'],
    ['Too many messages', 'RATE_LIMITED', ''],
    ['The SMS could not be sent', 'UPSTREAM_UNAVAILABLE', ''],
    ['The merchant is not set up', 'UPSTREAM_MISCONFIGURED', ' Customer service can help: 1588-0000. Reference 0066.'],
  ])('has an example of a request, which says each thing once: %s', async (name, code, hint) => {
    const page = await open();
    await page.getByRole('button', { name }).click();
    await hasFocus(page, 'send');
    await page.keyboard.press('Enter');
    const notice = page.getByRole('alert').filter({ hasText: MESSAGES.en.failure[code] });
    await notice.waitFor();
    expect(await notice.innerText()).toBe(MESSAGES.en.failure[code] + hint);
    expect(await page.locator('#own-limit').isVisible()).toBe(false);
    const send = await page.locator('#send').innerText();
    expect(send).toMatch(code === 'RATE_LIMITED' ? /^Send the code \(in 0:0\d\)$/ : /^Send the code$/);
  });

  test.each<[string, keyof (typeof MESSAGES)['en']['failure'], string]>([
    ['The answer is lost, and stays unknown', 'OUTCOME_UNKNOWN', 'look'],
    ['The time is over', 'CODE_EXPIRED', 'resend'],
    ['Too many wrong codes', 'TOO_MANY_ATTEMPTS', 'resend'],
    ['Refused in unknown words', 'CODE_REJECTED', 'otp'],
    ['Verified long ago', 'ALREADY_CERTIFIED', 'look'],
    ['Unknown to the carrier', 'NOT_FOUND', 'name'],
    ['Maintenance at the carrier imp_', 'UPSTREAM_MAINTENANCE', 'otp'],
  ])('has an example of a confirm, which says each thing once: %s', async (name, code, next) => {
    const page = await open();
    await page.getByRole('button', { name }).click();
    await hasFocus(page, 'otp');
    await page.keyboard.press('Enter');
    await page.getByText(MESSAGES.en.failure[code], { exact: true }).waitFor();
    await hasFocus(page, next);
  });

  test('counts down to a new code where it is not known whether one was sent', async () => {
    const page = await open();
    await page.getByRole('button', { name: 'The answer is lost, the code arrives' }).click();
    await page.keyboard.press('Enter');
    const words =
      'We do not know whether the code was sent. Ask for a new one in a minute; a code that arrives before cannot be used.';
    await page.getByText(words, { exact: true }).waitFor();
    expect(await page.locator('#send').innerText()).toMatch(/^Send the code \(in (1:00|0:5\d)\)$/);
    const before = upstreamCalls().length;
    await page.keyboard.press('Enter');
    expect(await page.locator('#exchanges li').count()).toBe(1);
    expect(upstreamCalls().length).toBe(before);
  });

  test('verifies the person of an answer that was lost and looked up', async () => {
    const page = await open();
    await page.getByRole('button', { name: 'The answer is lost, and looked up' }).click();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: '홍길동, you are verified' }).waitFor();
  });

  test('reads how it ended where that stays unknown, and again where that fails', async () => {
    const page = await open();
    await page.getByRole('button', { name: 'The answer is lost, and stays unknown' }).click();
    await page.keyboard.press('Enter');
    await hasFocus(page, 'look');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: MESSAGES.en.failure.UPSTREAM_UNAVAILABLE }).waitFor();
    await hasFocus(page, 'look');
    expect(await page.locator('#exchanges summary').last().innerText()).toMatch(/^Certification\s+UpstreamError$/);
  });

  test.each<[number, 'light' | 'dark', string, Language]>([
    [390, 'light', 'ko-KR', 'ko'],
    [390, 'dark', 'en-US', 'en'],
    [1280, 'light', 'en-US', 'en'],
    [1280, 'dark', 'ko-KR', 'ko'],
  ])('is %i pixels wide, %s and accessible on every screen', async (width, colorScheme, locale, language) => {
    const page = await open({ viewport: { width, height: 844 }, colorScheme, locale, bypassCSP: true });
    expect(await page.evaluate('document.documentElement.lang')).toBe(language);
    expect(await faultsOf(page)).toEqual([]);
    await page.locator('#send').click();
    expect(await faultsOf(page)).toEqual([]);
    await page.locator('#sample').click();
    await page.locator('#send').click();
    await hasFocus(page, 'otp');
    await page.locator('.bubble').first().waitFor();
    await press(page, wrongCode(0), 'Enter');
    await page.locator('#notice').filter({ hasText: MESSAGES[language].failure.WRONG_CODE }).waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await press(page, newestCode(), 'Enter');
    await hasFocus(page, 'welcome');
    expect(await faultsOf(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
  });
});

describeInChromium('the demo under the limits of a gateway', () => {
  test('tells of the limit of codes for each number, and no longer where the answer is not shown', async () => {
    const limits = { ...testConfig('').limits, requestsPerPhone: [{ points: 1, seconds: 60 }] };
    const limited = await startOnSandbox({ limits });
    const browser = await launchChromium();
    try {
      const url = new URL('/demo', limited.url).href;
      const { page } = await openPage(await browser.newContext({ locale: 'en-US' }), url);
      const alert = page.getByRole('alert');
      await page.getByRole('button', { name: 'The line is suspended' }).click();
      await page.keyboard.press('Enter');
      await alert.filter({ hasText: MESSAGES.en.failure.LINE_NOT_ELIGIBLE }).waitFor();
      await page.keyboard.press('Enter');
      await alert.filter({ hasText: MESSAGES.en.failure.RATE_LIMITED }).waitFor();
      const ownLimit = page.getByText("This is the gateway's own limit: one code a minute for each number.");
      await ownLimit.waitFor();
      await page.getByRole('button', { name: '한국어' }).click();
      await page.getByText('게이트웨이 자체의 제한이에요. 번호마다 1분에 한 번만').waitFor();
      await page.getByRole('button', { name: '예시 정보로 채우기' }).click();
      expect(await page.locator('#own-limit').isVisible()).toBe(false);
      expect(limited.sandbox!.requests.filter(({ path }) => path.includes('otp')).length).toBe(1);
    } finally {
      await browser.close();
      await limited.close();
    }
  });
});

describeInChromium('the demo of a gateway that asks for a token', () => {
  test.each([
    ['en-US', 'This gateway asks for a token, and the demo sends none. Start it without AUTH_SECRET.'],
    ['ko-KR', '데모는 토큰을 보내지 않으니 AUTH_SECRET 없이 다시 시작해 주세요.'],
  ])('says so to a browser in %s, and asks for no code', async (locale, words) => {
    const { auth } = testConfig('');
    const guarded = await startOnSandbox({ auth: { ...auth, secret: 's'.repeat(32), anonymousScopes: null } });
    const browser = await launchChromium();
    try {
      const { page } = await openPage(await browser.newContext({ locale }), new URL('/demo', guarded.url).href);
      await page.locator('#sample').click();
      await page.locator('#send').click();
      await page.getByRole('alert').filter({ hasText: words }).waitFor();
      expect(await page.locator('#exchanges .outcome').innerText()).toBe('HTTP 200');
      expect(guarded.sandbox!.requests).toEqual([]);
    } finally {
      await browser.close();
      await guarded.close();
    }
  });
});

/** Types each text, and presses each key that is named. */
async function press(page: Page, ...keys: string[]): Promise<void> {
  for (const key of keys) await (key === 'Tab' || key === 'Enter' ? page.keyboard.press(key) : page.keyboard.type(key));
}

async function hasFocus(page: Page, id: string): Promise<void> {
  await page.locator(`#${id}:focus`).waitFor();
}

async function sendCode(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Fill in a sample person' }).click();
  await page.keyboard.press('Enter');
  await hasFocus(page, 'otp');
}

async function marked(page: Page): Promise<string[]> {
  return page.evaluate(`[...document.querySelectorAll('[aria-invalid=true]')].map(({ id }) => id)`);
}

const upstreamCalls = (): string[] =>
  onSandbox.sandbox!.requests.map(({ method, path }) => `${method} ${path}`).filter((it) => !it.includes('getToken'));
const newestCode = (): string => onSandbox.sandbox!.inbox.at(-1)!.code;
const wrongCode = (index: number): string => String((Number(newestCode()) + 1 + index) % 1_000_000).padStart(6, '0');
const newestImpUid = (): string => onSandbox.sandbox!.inbox.at(-1)!.impUid;

let phones = 0;
const freshPhone = (): string => `010-1234-0${String((phones += 1)).padStart(3, '0')}`;
