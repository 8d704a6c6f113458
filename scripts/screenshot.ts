// Writes docs/images/explorer.png: the explorer in the sandbox, after a confirm.
import { fileURLToPath } from 'node:url';
import { launchChromium, line, openExplorer, runConfirm, startOnSandbox } from '../test/browser/chromium.ts';

const picture = fileURLToPath(new URL('../docs/images/explorer.png', import.meta.url));

const gateway = await startOnSandbox();
const browser = await launchChromium();
try {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: 'light' });
  const { page } = await openExplorer(context, gateway.url);
  await page.getByRole('button', { name: 'Execute query' }).click();
  await page.getByRole('list', { name: 'Messages' }).getByRole('button').first().click();
  await runConfirm(page);
  await line(page, 'Result Window', '홍길동').waitFor();
  await page.mouse.move(30, 400);
  await page.locator('.monaco-editor .scrollbar.visible').first().waitFor({ state: 'detached' });
  await page.screenshot({ path: picture, animations: 'disabled' });
} finally {
  await browser.close();
  await gateway.close();
}
