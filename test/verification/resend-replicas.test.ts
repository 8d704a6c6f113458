import { afterEach, describe, expect, test } from '@jest/globals';
import { createMemoryStore } from '../../src/guard/store.ts';
import { createMemoryWindows } from '../../src/guard/windows.ts';
import { failed, ok } from '../../src/outcome.ts';
import { UpstreamFault, UpstreamRefusal, type UpstreamError } from '../../src/upstream/errors.ts';
import type { IdentityUpstream } from '../../src/upstream/upstream.ts';
import { PERSON } from '../support/people.ts';
import { verificationOn } from '../support/verification.ts';

const ALICE = { subject: 'alice', isAnonymous: false, scopes: new Set<never>(), ip: null };
const IMP_UID = '0123456789abcdef0123456789abcdef';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

describe('two replicas without limits', () => {
  /** Two replicas on the same stores, whose upstream has answers for messages that are sent again; then it sends them. */
  async function replicas(...answers: UpstreamError[]) {
    let calls = 0;
    const as = (iamport: IdentityUpstream): IdentityUpstream => ({
      ...iamport,
      request: async () => ok(IMP_UID),
      resend: () => async () => {
        const failure = answers[calls];
        calls += 1;
        return failure ? failed(failure) : ok(undefined);
      },
    });
    const shared = { as, store: createMemoryStore(), windows: createMemoryWindows() };
    const one = verificationOn('http://127.0.0.1:9', shared);
    const two = verificationOn('http://127.0.0.1:9', shared);
    closers.push(
      () => one.close(),
      () => two.close(),
    );
    await one.request(ALICE, PERSON);
    return { one, two, calls: () => calls };
  }

  test('one sends the code again, and the other says when it may be', async () => {
    const { one, two, calls } = await replicas();
    const before = Date.now();
    const answers = await Promise.all([one.resend(ALICE, IMP_UID), two.resend(ALICE, IMP_UID)]);
    expect(answers.filter((answer) => 'resendAt' in answer)).toHaveLength(1);
    const denied = answers.find((answer) => 'code' in answer);
    expect(denied).toMatchObject({ code: 'RATE_LIMITED', retryAt: expect.any(Date) });
    expect(denied!.retryAt!.getTime()).toBeGreaterThan(before);
    expect(calls()).toBe(1);
  });

  test.each([
    ['after one that was not sent', new UpstreamFault('connect'), 2],
    ['after one that was not processed', new UpstreamFault('rate-limited'), 2],
    ['after a refusal', new UpstreamRefusal({ refusal: 'SEND_FAILED', providerCode: null, shape: null }, 200), 2],
    ['and not after one whose answer was lost', new UpstreamFault('cut'), 1],
  ])('the code can be sent again at once %s', async (_what, answer, sent) => {
    const { one, two, calls } = await replicas(answer);
    expect(await one.resend(ALICE, IMP_UID)).toHaveProperty('code');
    await two.resend(ALICE, IMP_UID);
    expect(calls()).toBe(sent);
  });
});
