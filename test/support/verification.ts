import type { Caller } from '../../src/caller.ts';
import type { IamportConfig, LimitsConfig, PortoneConfig } from '../../src/config.ts';
import { createAttempts } from '../../src/guard/attempt-records.ts';
import { deadlinesOf } from '../../src/deadlines.ts';
import { createHmacs } from '../../src/guard/hmac.ts';
import { createIdentityWindows } from '../../src/guard/identity-windows.ts';
import { createLimits, type Limits } from '../../src/guard/limits.ts';
import { createRequests } from '../../src/guard/requests.ts';
import { createMemoryStore, type AttemptStore } from '../../src/guard/store.ts';
import { createMemoryWindows, type WindowStore } from '../../src/guard/windows.ts';
import type { IdentityUpstream, IdentityRequest } from '../../src/upstream/upstream.ts';
import type { Outcome } from '../../src/outcome.ts';
import { createUpstreams } from '../../src/upstreams.ts';
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
    resend: (caller: Caller, impUid: string) => plain(verification.resend(caller, impUid)),
    confirm: (caller: Caller, impUid: string, otp: string) =>
      plain(verification.confirm(caller, impUid, { method: 'SMS', otp })),
    approve: (caller: Caller, impUid: string) => plain(verification.confirm(caller, impUid, { method: 'APP' })),
    open: (caller: Caller) => plain(verification.openWindow(caller)),
    complete: (caller: Caller, impUid: string) => plain(verification.completeWindow(caller, impUid)),
    read: (caller: Caller, impUid: string, signal?: AbortSignal) => plain(verification.read(caller, impUid, signal)),
    delete: (caller: Caller, impUid: string) => plain(verification.delete(caller, impUid)),
  };
}

export type UseCases = ReturnType<typeof useCases>;

/** One gateway's use cases, without limits of their own, on stores that others can share, and what lets go of its connections. */
export function verificationOn(
  upstreamUrl: string,
  {
    store = createMemoryStore(),
    windows = createMemoryWindows(),
    limits: rates = {},
    ownLimits,
    answerMs = 18_000,
    iamport = {},
    portone = null,
    as = (upstream) => upstream,
  }: {
    store?: AttemptStore;
    windows?: WindowStore;
    limits?: Partial<LimitsConfig>;
    /** In the place of limits by those rates. */
    ownLimits?: Limits;
    answerMs?: number;
    iamport?: Partial<IamportConfig>;
    /** PortOne V2 at that address. */
    portone?: PortoneConfig | null;
    /** Makes another upstream of it. */
    as?: (upstream: IdentityUpstream) => IdentityUpstream;
  } = {},
): UseCases & { readonly iamport: IdentityUpstream; close(): void } {
  const { iamport: config, limits: off } = testConfig(upstreamUrl, iamport);
  const onEvent = (): void => {};
  const upstreams = createUpstreams({ iamport: config, portone }, undefined, onEvent);
  const upstream = as(upstreams.upstream);
  const hmac = createHmacs('the same on every replica');
  const logger = { info: () => {}, warn: () => {}, error: () => {} };
  const verification = createVerification({
    upstream,
    attempts: createAttempts({ store, hmac, rules: { leaseMs: 25_000, claims: true }, logger, onEvent }),
    identityWindows: createIdentityWindows({ store, hmac, onEvent }),
    limits: ownLimits ?? createLimits({ config: { ...off, ...rates }, windows, hmac, onEvent, logger }),
    requests: createRequests({ store, hmac, logger, onEvent }),
    deadlines: { ...deadlinesOf(config), answerMs },
    codeLifetimeMs: config.codeLifetimeS * 1_000,
  });
  return { ...useCases(verification), iamport: upstream, close: () => upstreams.close() };
}
