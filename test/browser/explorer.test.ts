import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Browser, BrowserContext } from 'playwright-core';
import { createServer } from '../../src/server/server.ts';
import { startGateway, testConfig, type TestGateway } from '../support/gateway.ts';
import { chromiumPath, launchChromium, line, openExplorer, runConfirm } from './chromium.ts';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

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
    const { page } = await openExplorer(context, gateway.url);
    expect(await page.getByRole('tab').allInnerTexts()).toEqual([
      'RequestIdentityOtp',
      'ConfirmIdentityOtp',
      'Certification',
    ]);
    await line(page, 'Variables', '"name": "홍길동"').waitFor();
    await page.getByRole('tab', { name: 'ConfirmIdentityOtp' }).click();
    await line(page, 'Variables', '"otp": "123456"').waitFor();
    const impUid = await line(page, 'Variables', 'imp_900200').innerText();
    await page.getByRole('tab', { name: 'Certification' }).click();
    await line(page, 'Operation Editor', 'query Certification').waitFor();
    expect(impUid).toContain((await line(page, 'Variables', 'imp_900200').innerText()).trim());
  });

  test('has another impUid for the next one', async () => {
    const impUids = new Set<string>();
    for (let visit = 0; visit < 2; visit += 1) {
      const visitor = await browser.newContext();
      const { page } = await openExplorer(visitor, gateway.url);
      await page.getByRole('tab', { name: 'ConfirmIdentityOtp' }).click();
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
      await page.getByRole('tab', { name: 'ConfirmIdentityOtp' }).click();
      await line(page, 'Variables', '"otp": ""').waitFor();
      await line(page, 'Variables', '"impUid": ""').waitFor();
    } finally {
      await server.close();
    }
  });

  test("shows the schema's own words", async () => {
    const { page, complaints } = await openExplorer(context, gateway.url);
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    const docs = page.getByRole('region', { name: 'Documentation Explorer' });
    await docs.getByRole('link', { name: 'Mutation', exact: true }).click();
    await docs.getByRole('link', { name: 'confirmIdentityOtp', exact: true }).click();
    await docs.getByText("Proves a person's identity with the six digits they received by SMS.").waitFor();
    expect(complaints).toEqual([]);
  });

  test('runs the confirm', async () => {
    const { page, complaints, requests } = await openExplorer(context, gateway.url);
    await runConfirm(page);
    await line(page, 'Result Window', '"__typename": "Certification"').waitFor();
    await line(page, 'Result Window', '"name": "홍길동"').waitFor();
    expect(complaints).toEqual([]);
    expect([...new Set(requests.map((url) => new URL(url).origin))]).toEqual([new URL(gateway.url).origin]);
  });

  test('marks a mistake while it is typed', async () => {
    const { page, complaints } = await openExplorer(context, gateway.url);
    await line(page, 'Operation Editor', 'mutation').click();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.insertText('query { nothing }');
    await page.getByRole('region', { name: 'Operation Editor' }).locator('.squiggly-error').first().waitFor();
    expect(complaints).toEqual([]);
  });

  test('keeps nothing of what was sent and answered', async () => {
    await context.clock.install(); // GraphiQL writes late
    const { page } = await openExplorer(context, gateway.url);
    await runConfirm(page);
    await page.clock.runFor(60_000);
    expect(await context.storageState({ indexedDB: true })).toEqual({ cookies: [], origins: [] });
    expect(await page.evaluate('Object.keys(sessionStorage)')).toEqual([]);
    expect(await page.evaluate('caches.keys()')).toEqual([]);
  });

  test('reaches nobody but its own server', async () => {
    const { page, complaints } = await openExplorer(context, gateway.url);
    await page.evaluate(`new Promise((resolve) => {
      addEventListener('securitypolicyviolation', resolve);
      fetch('https://example.com/').catch(() => {});
    })`);
    expect(complaints).toContainEqual(expect.stringContaining('policy: connect-src https://example.com/'));
  });
});
