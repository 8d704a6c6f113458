import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pino } from 'pino';
import { chromium, type Browser, type BrowserContext, type Locator, type Page } from 'playwright-core';
import type { Config } from '../../src/config.ts';
import { createServer, type Addresses, type GatewayServer } from '../../src/server/server.ts';
import { testConfig } from '../support/config.ts';

const silent = pino({ level: 'silent' });

const path = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/** `CHROMIUM`, default /usr/bin/chromium; null where there is none. */
export const chromiumPath = existsSync(path) ? path : null;

/** A Chromium that can reach this machine and nothing else. */
export async function launchChromium(): Promise<Browser> {
  if (chromiumPath === null) throw new Error('There is no Chromium: install it, or set CHROMIUM to its path.');
  return chromium.launch({
    executablePath: chromiumPath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
    ],
  });
}

/** The gateway as it starts without settings, unless some are given: on free ports, with its sandbox in the same process. */
export async function startOnSandbox(settings: Partial<Config> = {}): Promise<GatewayServer & Addresses> {
  const config = { ...testConfig('http://127.0.0.1:1'), sandboxPort: 0, ...settings };
  const server = await createServer(config, { logger: silent });
  return { ...server, ...(await server.listen()) };
}

export interface WatchedPage {
  readonly page: Page;
  /** What no page should do: errors and warnings in its console, uncaught errors, violations of its policy. */
  readonly complaints: readonly string[];
  /** Every address asked for. */
  readonly requests: readonly string[];
}

const EDITORS: readonly string[] = ['Operation Editor', 'Variables', 'Result Window'];

/** Opens the explorer at this address, and waits until its editors are there: on a narrow screen one of them. */
export async function openExplorer(
  context: BrowserContext,
  url: string,
  editors: readonly string[] = EDITORS,
): Promise<WatchedPage> {
  const opened = await openPage(context, url);
  for (const name of editors) {
    await opened.page.getByRole('region', { name }).locator('.monaco-editor .view-line').first().waitFor();
  }
  return opened;
}

/** Opens a page of the gateway, which can reach no other origin. */
export async function openPage(context: BrowserContext, url: string): Promise<WatchedPage> {
  const complaints: string[] = [];
  const requests: string[] = [];
  await context.route(
    (address) => address.protocol.startsWith('http') && address.origin !== new URL(url).origin,
    (route) => route.abort(),
  );
  context.on('request', (request) => requests.push(request.url()));
  await context.exposeFunction('complain', (text: string) => complaints.push(text));
  await context.addInitScript(REPORT_VIOLATIONS);

  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(url);
  return { page, complaints, requests };
}

export async function openTab(page: Page, name: string): Promise<void> {
  await tabs(page)
    .and(page.getByTitle(name, { exact: true }))
    .click();
}

export function tabs(page: Page): Locator {
  return page.getByRole('list', { name: 'Select active operation' }).getByRole('button').and(page.locator('[title]'));
}

/** Opens the tab of the confirm and runs it. */
export async function runConfirm(page: Page): Promise<void> {
  await openTab(page, 'ConfirmIdentityOtp');
  await line(page, 'Variables', '"otp"').waitFor();
  await page.getByRole('button', { name: 'Execute query' }).click();
  await line(page, 'Result Window', 'confirmIdentityOtp').waitFor();
}

/** The lines of an editor that contain this text. */
export function line(page: Page, editor: 'Operation Editor' | 'Variables' | 'Result Window', text: string): Locator {
  return page.getByRole('region', { name: editor }).locator('.view-line', { hasText: text });
}

/** As text: a browser's types are not known here. */
const REPORT_VIOLATIONS = `
  addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, sample }) =>
    complain(['policy:', effectiveDirective, blockedURI, sample].join(' ')));
`;

/** The checker of accessibility, for a page that was opened with `bypassCSP`. */
export async function faultsOf(page: Page): Promise<unknown> {
  await page.addScriptTag({ path: createRequire(import.meta.url).resolve('@accesslint/core/iife') });
  return page.evaluate(FAULTS);
}

/** An icon's title is no text on the page. */
const FAULTS = `AccessLint.runAudit(document).violations
  .filter(({ impact, html }) => ['serious', 'critical'].includes(impact) && !html?.startsWith('<title'))
  .map(({ ruleId, html }) => ruleId + ' ' + html)`;
