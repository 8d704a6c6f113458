import type { Caller } from '../../src/caller.ts';
import { createAttempts } from '../../src/guard/attempt-records.ts';
import { deadlinesOf } from '../../src/deadlines.ts';
import { createHmacs } from '../../src/guard/hmac.ts';
import type { Limits } from '../../src/guard/limits.ts';
import { createMemoryStore, type AttemptStore } from '../../src/guard/store.ts';
import { createHttp } from '../../src/iamport/http.ts';
import { createIamport, type Iamport, type IdentityRequest } from '../../src/iamport/source.ts';
import { ok, type Outcome } from '../../src/outcome.ts';
import { createVerification, type Verification } from '../../src/verification/verification.ts';
import { testConfig } from './config.ts';

/** The value of an outcome, or its failure: no test needs to be told which. */
export async function plain<T, F>(outcome: Promise<Outcome<T, F>>): Promise<T | F> {
  const ended = await outcome;
  return ended.ok ? ended.value : ended.failure;
}

/** The use cases with plain answers. */
export function useCases(verification: Verification) {
  return {
    request: (caller: Caller, person: IdentityRequest) => plain(verification.request(caller, person)),
    confirm: (caller: Caller, impUid: string, otp: string) =>
      plain(verification.confirm(caller, impUid, { method: 'SMS', otp })),
    approve: (caller: Caller, impUid: string) => plain(verification.confirm(caller, impUid, { method: 'APP' })),
    read: (caller: Caller, impUid: string, signal?: AbortSignal) => plain(verification.read(caller, impUid, signal)),
    delete: (caller: Caller, impUid: string) => plain(verification.delete(caller, impUid)),
  };
}

export type UseCases = ReturnType<typeof useCases>;

const pass = async () => ok({ refund: async () => {} });

/** One gateway's use cases, without limits of their own, on a store that others can share, and what lets go of its connections. */
export function verificationOn(
  upstreamUrl: string,
  {
    store = createMemoryStore(),
    answerMs = 18_000,
    limits = { request: pass, confirm: pass },
  }: { store?: AttemptStore; answerMs?: number; limits?: Limits } = {},
): UseCases & { readonly iamport: Iamport; close(): void } {
  const config = testConfig(upstreamUrl).iamport;
  const http = createHttp(config);
  const onEvent = (): void => {};
  const iamport = createIamport({ ...config, http, onEvent });
  const attempts = createAttempts({
    store,
    hmac: createHmacs('the same on every replica'),
    rules: { leaseMs: 25_000, claims: true },
    logger: { info: () => {}, warn: () => {}, error: () => {} },
    onEvent,
  });
  const deadlines = { ...deadlinesOf(config), answerMs };
  const verification = createVerification({ iamport, attempts, limits, deadlines });
  return { ...useCases(verification), iamport, close: () => http.close() };
}
