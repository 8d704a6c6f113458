import { afterEach, expect, test } from '@jest/globals';
import { createSandbox } from '../../src/sandbox/sandbox.ts';
import { startGatewayProcess, type GatewayProcess } from '../support/gateway-process.ts';
import { startOtlpReceiver, type OtlpReceiver } from '../support/otlp-receiver.ts';

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map(async (thing) => thing.close()));
});

async function start(env: Record<string, string>): Promise<{ gateway: GatewayProcess; receiver: OtlpReceiver }> {
  const [sandbox, receiver] = await Promise.all([createSandbox(), startOtlpReceiver()]);
  opened.push(sandbox, receiver);
  const gateway = await startGatewayProcess({
    ALLOW_ANONYMOUS: 'true',
    IAMPORT_BASE_URL: sandbox.url,
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_SERVICE_NAME: 'identity',
    ...env,
  });
  opened.push({ close: () => gateway.end('SIGKILL') });
  return { gateway, receiver };
}

const confirm = async (gateway: GatewayProcess) => gateway.confirm('imp_900200000001', '000000');

test('a process that ends has sent its last spans, under the name that is set', async () => {
  const { gateway, receiver } = await start({});
  expect(await confirm(gateway)).toMatchObject({ code: 'WRONG_CODE' });
  expect(await gateway.end('SIGTERM')).toBe(0);
  expect(receiver.spans.map(({ name }) => name)).toEqual([
    'POST /users/getToken',
    'POST /certifications/otp/confirm/{imp_uid}',
    'identity.confirm',
  ]);
  expect(receiver.resource()).toMatchObject({ 'service.name': 'identity' });
});

test('a process waits for a receiver that answers nothing for a bounded time at its end', async () => {
  const { gateway, receiver } = await start({ OTEL_EXPORTER_OTLP_TIMEOUT: '600000' });
  receiver.answer = () => {};
  expect(await confirm(gateway)).toMatchObject({ code: 'WRONG_CODE' });
  // The drain would end the process with 1.
  expect(await gateway.end('SIGTERM')).toBe(0);
  expect(gateway.output()).toContain('"stopped"');
  expect(receiver.requests.length).toBeGreaterThan(0);
});

test.each([
  ['is no URL', { OTEL_EXPORTER_OTLP_ENDPOINT: 'receiver:4317' }, /OTEL_EXPORTER_OTLP_ENDPOINT must be an http/],
  ['has nobody listening', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' }, /"listening"/],
  ['is switched off', { OTEL_SDK_DISABLED: 'true' }, /"listening"/],
])('an address that %s ends nothing', async (_what, env, printed) => {
  const { gateway, receiver } = await start(env);
  expect(await confirm(gateway)).toMatchObject({ code: 'WRONG_CODE' });
  expect(await gateway.end('SIGTERM')).toBe(0);
  expect(gateway.output()).toMatch(printed);
  expect(receiver.requests).toEqual([]);
});
