import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { until } from '../support/until.ts';
import { createServer } from '../../src/server/server.ts';
import { startGateway, testConfig, type TestGateway } from '../support/gateway.ts';
import {
  chromiumPath,
  faultsOf,
  launchChromium,
  line,
  openExplorer,
  openTab,
  runConfirm,
  startOnSandbox,
  tabs,
} from './chromium.ts';

let gateway: TestGateway;
let onSandbox: Awaited<ReturnType<typeof startOnSandbox>>;

beforeAll(async () => {
  gateway = await startGateway();
  onSandbox = await startOnSandbox();
});
afterAll(async () => {
  await onSandbox.close();
  await gateway.close();
});

/** Waits until the browser has stored a document with this text. */
async function kept(page: Page, text: string): Promise<void> {
  await until(async () => String(await page.evaluate(`localStorage.getItem('explorer:documents')`)).includes(text));
}

/** The tabs after the first, in the order of the journey. */
const OTHER_TABS = [
  'ResendIdentityOtp',
  'ConfirmIdentityOtp',
  'ConfirmIdentityApp',
  'Certification',
  'OpenIdentityWindow',
  'CompleteIdentityWindow',
  'DeleteCertification',
];

describe('/graphql', () => {
  test('is the explorer for a browser, under a strict policy', async () => {
    const response = await fetch(gateway.url, { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(await response.text()).toMatch(/^<!doctype html>/);
    const policy = response.headers.get('content-security-policy')!;
    expect(policy).toContain("default-src 'none'; script-src 'self';");
    expect(policy).not.toMatch(/unsafe-eval|\*|http/);
  });

  test.each(['*/*', 'application/json', ''])('is POST only for a client that accepts "%s"', async (accept) => {
    const response = await fetch(gateway.url, { headers: { accept } });
    await response.text();
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
  });

  test('answers a browser that posts', async () => {
    const { body } = await gateway.post({ query: '{ __typename }' }, { accept: 'text/html,*/*;q=0.8' });
    expect(body.data).toEqual({ __typename: 'Query' });
  });
});

describe('/graphql/explorer', () => {
  test.each([
    ['main.js', 'text/javascript; charset=utf-8'],
    ['main.css', 'text/css; charset=utf-8'],
    ['json.worker.js', 'text/javascript; charset=utf-8'],
  ])('serves %s', async (file, contentType) => {
    const response = await fetch(`${gateway.url}/explorer/${file}`);
    expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(1_000);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': contentType,
      'content-security-policy': expect.stringContaining("default-src 'none'"),
      'x-content-type-options': 'nosniff',
    });
  });

  test.each([
    '',
    'nothing.js',
    'index.html',
    'LICENSES.txt',
    '../../jest.config.js',
    '..%2f..%2fjest.config.js',
    '%2e%2e/%2e%2e/jest.config.js',
    'main.js%00',
  ])('has nothing else: %s', async (path) => {
    expect(await getVerbatim(`/graphql/explorer/${path}`)).toMatch(/^HTTP\/1.1 40[04] /);
  });
});

describe('/graphql/explorer/inbox', () => {
  const inboxOf = (url: string, headers: Record<string, string> = {}) => fetch(`${url}/explorer/inbox`, { headers });

  test('has the messages of the embedded sandbox, newest first, without the phone', async () => {
    const impUids = [await requestCode('010-1234-0001'), await requestCode('010-1234-0002')];
    const response = await inboxOf(onSandbox.url, { 'sec-fetch-site': 'same-origin' });
    const messages = (await response.json()) as object[];
    expect(messages.slice(0, 2)).toEqual(
      impUids.toReversed().map((impUid) => ({
        impUid,
        code: onSandbox.sandbox!.inbox.find((sms) => sms.impUid === impUid)!.code,
        sentAt: expect.any(String),
      })),
    );
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  test.each(['same-site', 'cross-site', 'none'])('is not there for a page that is %s', async (site) => {
    const headers = { origin: 'http://localhost:3000', 'sec-fetch-site': site };
    expect((await inboxOf(onSandbox.url, headers)).status).toBe(404);
  });

  test('is not there where the sandbox is not embedded', async () => {
    expect((await inboxOf(gateway.url)).status).toBe(404);
  });

  test('is not there where the explorer is off', async () => {
    const config = { ...testConfig(gateway.sandbox.url), sandboxPort: 0, explorer: false };
    const server = await createServer(config);
    try {
      expect((await inboxOf((await server.listen()).url)).status).toBe(404);
    } finally {
      await server.close();
    }
  });
});

async function requestCode(phone: string): Promise<string> {
  const input = { name: '홍길동', phone, birthday: '1990-01-01', genderDigit: '1', carrier: 'SKT' };
  const query =
    'mutation($input: RequestIdentityOtpInput!) { requestIdentityOtp(input: $input) { ... on IdentityOtpSent { impUid } } }';
  const response = await fetch(onSandbox.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables: { input } }),
  });
  const { data } = (await response.json()) as { data: { requestIdentityOtp: { impUid: string } } };
  return data.requestIdentityOtp.impUid;
}

/** `fetch` would tidy the path. */
async function getVerbatim(path: string): Promise<string> {
  const { hostname, port } = new URL(gateway.url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write(`GET ${path} HTTP/1.1\r\nhost: ${hostname}\r\nconnection: close\r\n\r\n`);
  return text(socket);
}

const describeInChromium = chromiumPath === null ? describe.skip : describe;

describeInChromium(chromiumPath ? 'in Chromium' : 'in Chromium, which is not installed (or set CHROMIUM)', () => {
  let browser: Browser;
  let context: BrowserContext;

  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    context = await browser.newContext();
  });
  afterEach(() => context?.close());

  test('opens with a tab for each operation, filled in for the sandbox', async () => {
    const { page } = await openExplorer(context, onSandbox.url);
    expect(await tabs(page).allInnerTexts()).toEqual(['RequestIdentityOtp', ...OTHER_TABS]);
    await line(page, 'Variables', '"name": "홍길동"').waitFor();
    await openTab(page, 'ConfirmIdentityOtp');
    await line(page, 'Variables', '"otp": "123456"').waitFor();
    const impUid = await line(page, 'Variables', 'imp_900200').innerText();
    await openTab(page, 'Certification');
    await line(page, 'Operation Editor', 'query Certification').waitFor();
    expect(impUid).toContain((await line(page, 'Variables', 'imp_900200').innerText()).trim());
  });

  test('shows every tab whole, 1280 pixels wide', async () => {
    const { page } = await openExplorer(context, onSandbox.url);
    const list = page.getByRole('list', { name: 'Select active operation' });
    const right = ({ x, width }: { x: number; width: number }) => x + width;
    const end = right((await list.boundingBox())!);
    for (const tab of await tabs(page).all()) expect(right((await tab.boundingBox())!)).toBeLessThanOrEqual(end);
  });

  test('says of a window that a page opens it, and does not fill in an impUid for its completion', async () => {
    const { page } = await openExplorer(context, onSandbox.url);
    await openTab(page, 'OpenIdentityWindow');
    await line(page, 'Operation Editor', '# A page opens').waitFor();
    await openTab(page, 'CompleteIdentityWindow');
    await line(page, 'Variables', '"impUid": ""').waitFor();
    await openTab(page, 'RequestIdentityOtp');
    await page.getByRole('button', { name: 'Execute query' }).click();
    await line(page, 'Result Window', '"impUid"').waitFor();
    await openTab(page, 'CompleteIdentityWindow');
    await line(page, 'Variables', '"impUid": ""').waitFor();
  });

  test('leads to the demo of the sandbox, which leads back', async () => {
    const { page } = await openExplorer(context, onSandbox.url);
    await page.getByRole('link', { name: 'Demo' }).click();
    await page.getByRole('heading', { name: 'Verify your identity' }).waitFor();
    await page.getByRole('link', { name: 'GraphQL explorer' }).click();
    await line(page, 'Operation Editor', 'mutation RequestIdentityOtp').waitFor();
  });

  test('has another impUid for the next one', async () => {
    const impUids = new Set<string>();
    for (let visit = 0; visit < 2; visit += 1) {
      const visitor = await browser.newContext();
      const { page } = await openExplorer(visitor, onSandbox.url);
      await openTab(page, 'ConfirmIdentityOtp');
      impUids.add(await line(page, 'Variables', 'imp_900200').innerText());
      await visitor.close();
    }
    expect(impUids.size).toBe(2);
  });

  test('has empty variables outside the sandbox', async () => {
    const server = await createServer({ ...testConfig(gateway.sandbox.url), isSandbox: false });
    try {
      const { page } = await openExplorer(context, (await server.listen()).url);
      await line(page, 'Variables', '"name": ""').waitFor();
      await openTab(page, 'ConfirmIdentityOtp');
      await line(page, 'Variables', '"otp": ""').waitFor();
      await line(page, 'Variables', '"impUid": ""').waitFor();
      expect(await page.getByRole('link', { name: 'Demo' }).count()).toBe(0);
    } finally {
      await server.close();
    }
  });

  test("shows the schema's own words", async () => {
    const { page, complaints } = await openExplorer(context, onSandbox.url);
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    const docs = page.getByRole('region', { name: 'Documentation Explorer' });
    await docs.getByRole('link', { name: 'Mutation', exact: true }).click();
    await docs.getByRole('link', { name: 'confirmIdentityOtp', exact: true }).click();
    await docs.getByText("Proves a person's identity with the six digits they received by SMS.").waitFor();
    expect(complaints).toEqual([]);
  });

  test('runs the confirm', async () => {
    const { page, complaints, requests } = await openExplorer(context, onSandbox.url);
    await runConfirm(page);
    await line(page, 'Result Window', '"__typename": "Certification"').waitFor();
    await line(page, 'Result Window', '"name": "홍길동"').waitFor();
    expect(complaints).toEqual([]);
    expect([...new Set(requests.map((url) => new URL(url).origin))]).toEqual([new URL(onSandbox.url).origin]);
  });

  test('marks a mistake while it is typed', async () => {
    const { page, complaints } = await openExplorer(context, onSandbox.url);
    await line(page, 'Operation Editor', 'mutation').click();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.insertText('query { nothing }');
    await page.getByRole('region', { name: 'Operation Editor' }).locator('.squiggly-error').first().waitFor();
    expect(complaints).toEqual([]);
  });

  test('keeps nothing of what was sent and answered', async () => {
    await context.clock.install(); // GraphiQL writes late
    const { page } = await openExplorer(context, onSandbox.url);
    await runConfirm(page);
    await page.clock.runFor(60_000);
    expect(await context.storageState({ indexedDB: true })).toEqual({ cookies: [], origins: [] });
    expect(await page.evaluate('Object.keys(sessionStorage)')).toEqual([]);
    expect(await page.evaluate('caches.keys()')).toEqual([]);
  });

  test('keeps a document over a reload, and nothing personal that was typed anywhere', async () => {
    const { page } = await openExplorer(context, onSandbox.url);
    await type(page, 'Operation Editor', 'query Kept($impUid: ID!) { certification(impUid: $impUid) { __typename } }');
    await kept(page, 'query Kept');
    await type(page, 'Variables', '{ "impUid": "홍길동", "phone": "010-1234-5678" }');
    await page.getByRole('button', { name: 'Headers' }).click();
    await type(page, 'Headers', '{ "x-name": "홍길동" }');
    await page.getByRole('textbox', { name: 'Token' }).fill('token-of-somebody');
    await type(
      page,
      'Operation Editor',
      'query Typed { certification(impUid: "홍길동 010-1234-5678") { __typename } }',
    );
    await page.getByRole('button', { name: 'New tab' }).click();
    await type(page, 'Operation Editor', '# 홍길동\n{ __typename }');
    // What is stored later shows that everything before had its time.
    await page.getByRole('button', { name: 'New tab' }).click();
    await type(page, 'Operation Editor', 'query Later { __typename }');
    await kept(page, 'query Later');

    const { cookies, origins } = await context.storageState({ indexedDB: true });
    const everything = JSON.stringify([origins, await page.evaluate('[{ ...sessionStorage }, { ...localStorage }]')]);
    expect(cookies).toEqual([]);
    expect(origins[0]?.localStorage.map(({ name }) => name)).toEqual(['explorer:documents']);
    expect(everything).toContain('query Kept');
    expect(everything).not.toMatch(/홍길동|1234|token-of/);

    await page.reload();
    await line(page, 'Operation Editor', 'query Kept').waitFor();
    expect(await tabs(page).allInnerTexts()).toEqual(['Kept', ...OTHER_TABS, '<untitled>', 'Later']);
    expect(await page.getByRole('textbox', { name: 'Token' }).inputValue()).toBe('');
  });

  test('sends the token with every operation', async () => {
    const { page } = await openExplorer(context, onSandbox.url);
    await page.getByRole('textbox', { name: 'Token' }).fill('Bearer a.b.c');
    const sent = page.waitForRequest((request) => request.method() === 'POST');
    await page.getByRole('button', { name: 'Execute query' }).click();
    expect((await sent).headers()['authorization']).toBe('Bearer a.b.c');
  });

  test('puts the impUid of a sent code into the confirm and the read', async () => {
    const { page } = await openExplorer(context, onSandbox.url);
    await page.getByRole('button', { name: 'Execute query' }).click();
    await line(page, 'Result Window', '"impUid"').waitFor();
    const { impUid } = onSandbox.sandbox!.inbox.at(-1)!;
    await openTab(page, 'ConfirmIdentityOtp');
    await line(page, 'Variables', `"impUid": "${impUid}"`).waitFor();
    await line(page, 'Variables', '"otp": ""').waitFor();
    await openTab(page, 'Certification');
    await line(page, 'Variables', `"impUid": "${impUid}"`).waitFor();
  });

  test('puts a message of the sandbox into the confirm, by keyboard alone', async () => {
    const { page, complaints } = await openExplorer(context, onSandbox.url);
    await line(page, 'Operation Editor', 'mutation').click();
    await page.keyboard.press('ControlOrMeta+Enter');
    await line(page, 'Result Window', '"impUid"').waitFor();
    const { impUid, code } = onSandbox.sandbox!.inbox.at(-1)!;
    await page.getByRole('list', { name: 'Messages' }).getByRole('button', { name: impUid }).press('Enter');
    await line(page, 'Variables', `"otp": "${code}"`).waitFor();
    await line(page, 'Variables', `"impUid": "${impUid}"`).click();
    await page.keyboard.press('ControlOrMeta+Enter');
    await line(page, 'Result Window', '"name": "홍길동"').waitFor();
    expect(onSandbox.sandbox!.requests.at(-1)).toMatchObject({ path: `/certifications/otp/confirm/${impUid}` });
    expect(complaints).toEqual([]);
  });

  test('puts magic numbers into the variables', async () => {
    const { page } = await openExplorer(context, onSandbox.url);
    const numbers = (name: string) => page.getByRole('list', { name }).getByRole('button');
    await numbers('Magic phone numbers').filter({ hasText: 'the line is suspended' }).click();
    await line(page, 'Variables', '"phone": "010-1234-1020"').waitFor();
    await numbers('Magic phone numbers').filter({ hasText: 'the line is suspended' }).click();
    await line(page, 'Variables', '"phone": "010-1234-1021"').waitFor();
    await numbers('Magic impUids').filter({ hasText: 'the person cancelled in the app' }).click();
    await line(page, 'Variables', '"impUid": "imp_900260').waitFor();
    await line(page, 'Variables', '"otp": "123456"').waitFor();
  });

  test('has no list of the sandbox where real codes are sent', async () => {
    const server = await createServer({ ...testConfig(gateway.sandbox.url), isSandbox: false });
    try {
      const { page, requests } = await openExplorer(context, (await server.listen()).url);
      expect(await page.getByRole('button', { name: 'Show Sandbox' }).count()).toBe(0);
      expect(requests.filter((url) => url.endsWith('/inbox'))).toEqual([]);
    } finally {
      await server.close();
    }
  });

  test('reaches nobody but its own server', async () => {
    const { page, complaints } = await openExplorer(context, onSandbox.url);
    await page.evaluate(`new Promise((resolve) => {
      addEventListener('securitypolicyviolation', resolve);
      fetch('https://example.com/').catch(() => {});
    })`);
    expect(complaints).toContainEqual(expect.stringContaining('policy: connect-src https://example.com/'));
  });

  describe('390 pixels wide', () => {
    beforeEach(async () => {
      await context.close();
      context = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true });
    });

    test('shows one pane at a time, runs from each and then shows the result', async () => {
      const { page, complaints } = await openExplorer(context, onSandbox.url, ['Operation Editor']);
      await openTab(page, 'ConfirmIdentityOtp');
      await page.getByRole('navigation', { name: 'Panes' }).getByRole('button', { name: 'Variables' }).click();
      await line(page, 'Variables', 'imp_900200').waitFor();
      expect(await page.getByRole('region', { name: 'Operation Editor' }).count()).toBe(0);
      await page.getByRole('button', { name: 'Execute query' }).click();
      await line(page, 'Result Window', '"name": "홍길동"').waitFor();
      expect(await page.getByRole('region', { name: 'Variables' }).count()).toBe(0);
      expect(complaints).toEqual([]);
    });

    test('has everything within the screen, and no text under 14 pixels', async () => {
      const { page } = await openExplorer(context, onSandbox.url, ['Operation Editor']);
      expect(await page.evaluate('[document.documentElement.scrollWidth, document.body.scrollWidth]')).toEqual([
        390, 390,
      ]);
      for (const name of ['Execute query', 'Operation', 'Result', 'Show Sandbox', 'Open settings dialog', 'New tab']) {
        const { x, y, width, height } = (await page.getByRole('button', { name }).first().boundingBox())!;
        expect([name, x >= 0, y >= 0, x + width <= 390, y + height <= 844]).toEqual([name, true, true, true, true]);
      }
      await page.getByRole('button', { name: 'Show Sandbox' }).click();
      await page.getByRole('heading', { name: 'Magic impUids' }).waitFor();
      expect(await page.evaluate(SMALL_TEXT)).toEqual([]);
    });
  });

  test.each([
    [390, 'light'],
    [390, 'dark'],
    [1280, 'light'],
    [1280, 'dark'],
  ] as const)('has no serious fault of accessibility, %i pixels wide and %s', async (width, colorScheme) => {
    await context.close();
    context = await browser.newContext({ viewport: { width, height: 844 }, colorScheme, bypassCSP: true });
    const { page } = await openExplorer(context, onSandbox.url, ['Operation Editor']);
    expect(await faultsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Execute query' }).click();
    await line(page, 'Result Window', '"impUid"').waitFor();
    expect(await faultsOf(page)).toEqual([]);
  });
});

/** As text, since a browser's types are not known here. */
const SMALL_TEXT = `[...document.querySelectorAll('body *')]
  .filter((it) => it.checkVisibility() && [...it.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
  .filter((it) => parseFloat(getComputedStyle(it).fontSize) < 14)
  .map((it) => it.outerHTML)`;

/** Replaces the text of an editor. */
async function type(page: Page, editor: 'Operation Editor' | 'Variables' | 'Headers', text: string): Promise<void> {
  await page.getByRole('region', { name: editor }).locator('.monaco-editor:visible').click();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.insertText(text);
}
