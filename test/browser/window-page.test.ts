import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { devices, type Browser, type Page } from 'playwright-core';
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { portoneAt, startGateway, type TestGateway } from '../support/gateway.ts';
import { VERSIONS, type Version } from '../support/upstreams.ts';
import { chromiumPath, launchChromium } from './chromium.ts';

const DOCUMENT = readFileSync('docs/window.md', 'utf8');
const operation = (name: string): string => readFileSync(`schema/operations/${name}.graphql`, 'utf8');

const FRAGMENTS = operation('fragments');

/** The blocks of code in one language under a heading, up to the next one of its level. */
function blocks(heading: string, language: string): string[] {
  const section = DOCUMENT.split(`\n${heading}\n`)[1]!.split(/\n###? /)[0]!;
  return [...section.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map(([, code]) => code!);
}

const describeInChromium = chromiumPath === null ? describe.skip : describe;

describeInChromium(
  chromiumPath ? 'the page of docs/window.md' : 'the page of docs/window.md, without a Chromium',
  () => {
    let browser: Browser;
    let shop: Server;
    let shopUrl: string;
    let sandbox: Sandbox;
    let gateway: TestGateway;

    /** The document's page for a version, with what it leaves to the reader: the documents, the address, a token and `show`. */
    function pageOf(version: string, path: string): string {
      const helpers = `
      const OPEN_IDENTITY_WINDOW = ${JSON.stringify(`${operation('open-identity-window')}${FRAGMENTS}`)};
      const COMPLETE_IDENTITY_WINDOW = ${JSON.stringify(`${operation('complete-identity-window')}${FRAGMENTS}`)};
      const GATEWAY = '${gateway.url}';
      const token = '';
      function show(text) { document.title = text; }
      ${blocks('## The page', 'js')[0]}`;
      const [script] = blocks(`### ${version}`, 'html');
      const [back] = blocks(`### ${version}`, 'js');
      const act = path.startsWith('/verified') ? `<script type="module">${back}</script>` : script!;
      return `<!doctype html><meta charset="utf-8"><title>-</title><link rel="icon" href="data:,"><script>${helpers}</script>${act}`
        .replace(/https:\/\/cdn\.[\w.]+(?=\/v[12]\/)/, sandbox.url)
        .replace('https://shop.example.com', `${shopUrl}/${version}`);
    }

    beforeAll(async () => {
      browser = await launchChromium();
      shop = createServer((request, response) => {
        const [, version, path] = /^\/(V[12])(\/[^?]*)/.exec(request.url!)!;
        response.setHeader('content-type', 'text/html').end(pageOf(version!, path!));
      }).listen(0, '127.0.0.1');
      await once(shop, 'listening');
      shopUrl = `http://127.0.0.1:${(shop.address() as AddressInfo).port}`;
    });
    afterAll(async () => {
      await browser?.close();
      shop.closeAllConnections();
      await new Promise((resolve) => shop.close(resolve));
    });
    afterEach(async () => {
      await Promise.all(browser.contexts().map((context) => context.close()));
      await gateway.close();
      await sandbox.close();
    });

    async function openPage(version: Version, isPhone: boolean): Promise<Page> {
      sandbox = await createSandbox();
      gateway = await startGateway({
        iamport: { baseUrl: sandbox.url },
        config: { portone: version === 'V2' ? portoneAt(sandbox.url) : null, corsOrigins: [shopUrl] },
      });
      const context = await browser.newContext(isPhone ? devices['Pixel 7'] : {});
      const page = await context.newPage();
      await page.goto(`${shopUrl}/${version}/`);
      return page;
    }

    const titleIs = (page: Page, title: string) => page.waitForFunction(`document.title === '${title}'`);

    describe.each(VERSIONS)('on %s', (version) => {
      test('verifies the person in a window on a desktop, and says what the script says when they cancel', async () => {
        const page = await openPage(version, false);
        const frame = page.frameLocator('dialog iframe');
        await frame.getByRole('button', { name: '인증하기' }).click();
        await titleIs(page, '홍길동');
        await page.reload();
        await frame.getByRole('radio').first().waitFor();
        await frame.getByRole('button', { name: '취소' }).click();
        await titleIs(page, '본인인증을 취소했어요.');
      });

      test('verifies the person on a phone, where the browser goes away and comes back without the ids in its address', async () => {
        const page = await openPage(version, true);
        await page.getByRole('button', { name: '인증하기' }).click();
        await titleIs(page, '홍길동');
        expect(page.url()).toBe(`${shopUrl}/${version}/verified`);
      });
    });
  },
);
