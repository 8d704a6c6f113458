import { existsSync } from 'node:fs';
import { chromium, type Browser, type BrowserContext, type Locator, type Page } from 'playwright-core';

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

export interface ExplorerPage {
  readonly page: Page;
  /** What no page should do: errors and warnings in its console, uncaught errors, violations of its policy. */
  readonly complaints: readonly string[];
  /** Every address asked for. */
  readonly requests: readonly string[];
}

/** Opens the explorer at this address, and waits until its editors are there. */
export async function openExplorer(context: BrowserContext, url: string): Promise<ExplorerPage> {
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
  for (const name of ['Operation Editor', 'Variables', 'Result Window']) {
    await page.getByRole('region', { name }).locator('.monaco-editor .view-line').first().waitFor();
  }
  return { page, complaints, requests };
}

/** Opens the tab of the confirm and runs it. */
export async function runConfirm(page: Page): Promise<void> {
  await page.getByRole('tab', { name: 'ConfirmIdentityOtp' }).click();
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
