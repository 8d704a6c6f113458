import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { anyRequestBody, wrongWith } from '../support/any-request.ts';
import { startGatewayProcess, type GatewayProcess } from '../support/gateway-process.ts';
import { SECRET, callerHeaders } from '../support/tokens.ts';

const REQUESTS = 5_000;
const PARALLEL = 20;

let sandbox: Sandbox;
let gateway: GatewayProcess;
let caller: Record<string, string>;

beforeAll(async () => {
  sandbox = await createSandbox();
  // Some runs draw so many failing scenarios that a breaker would open: what is tested here is what follows a call.
  const env = { IAMPORT_BASE_URL: sandbox.url, AUTH_SECRET: SECRET, READ_TRIES: '1', BREAKER_MIN_RPS: '10000' };
  gateway = await startGatewayProcess(env, ['--import', './test/support/event-loop-watch.js']);
  caller = await callerHeaders('somebody', 'certification:ci', 'certification:delete', 'certification:read-any');
});
afterAll(async () => {
  await gateway.end('SIGKILL');
  await sandbox.close();
});

describe('A request of any shape over the whole schema', () => {
  test(`is answered in bounded size, and ends or blocks nothing: ${REQUESTS} of them`, async () => {
    const requests = fc.array(fc.tuple(anyRequestBody, fc.boolean()), { minLength: PARALLEL, maxLength: PARALLEL });
    const property = fc.asyncProperty(requests, async (batch) => {
      const wrong = await Promise.all(
        batch.map(async ([body, isCaller]) =>
          wrongWith(body, await gateway.post(JSON.stringify(body), isCaller ? caller : {})),
        ),
      );
      expect(wrong.flat()).toEqual([]);
    });
    await fc.assert(property, { numRuns: REQUESTS / PARALLEL, endOnFailure: true, interruptAfterTimeLimit: 100_000 });

    const { code } = (await gateway.confirm('imp_900200999999', '123456', caller)) as { code?: string };
    expect(code).toBeUndefined();
    expect(await gateway.end('SIGTERM')).toBe(0);
    expect(gateway.output()).not.toMatch(/"level":(50|60)/);
    const { blockedMs } = JSON.parse(/\{"blockedMs".*\}/.exec(gateway.output())![0]) as { blockedMs: number };
    expect(blockedMs).toBeLessThan(200);
  }, 120_000);
});
