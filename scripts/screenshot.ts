// Writes docs/images/explorer.png: the explorer in the sandbox, after a confirm.
import { fileURLToPath } from 'node:url';
import { launchChromium, line, openExplorer, runConfirm } from '../test/browser/chromium.ts';
import { startGateway } from '../test/support/gateway.ts';

const picture = fileURLToPath(new URL('../docs/images/explorer.png', import.meta.url));

const gateway = await startGateway();
const browser = await launchChromium();
try {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: 'light' });
  const { page } = await openExplorer(context, gateway.url);
  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
  await page.getByRole('link', { name: 'Mutation', exact: true }).click();
  await page.getByRole('link', { name: 'confirmIdentityOtp', exact: true }).click();
  await runConfirm(page);
  await line(page, 'Result Window', '홍길동').waitFor();
  await page.mouse.move(30, 400);
  await page.locator('.monaco-editor .scrollbar.visible').first().waitFor({ state: 'detached' });
  await page.screenshot({ path: picture, animations: 'disabled' });
} finally {
  await browser.close();
  await gateway.close();
}
