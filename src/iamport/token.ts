import { UpstreamFault, UpstreamRefusal } from '../upstream/errors.ts';
import type { JsonObject } from '../upstream/json.ts';

interface Tokens {
  /** A token to use now. Errors: `UpstreamFault`, always one that says the caller's own request was not processed. */
  get(signal: AbortSignal): Promise<Token>;
  /**
   * The token for the second try of a request that `failed` brought a 401. It is a new one; but for `REMEMBER_REFUSAL_MS` after
   * `refuse(failed)` it is `failed` itself, so that a log-in that does not help is not made for every request. Errors: as `get`.
   */
  renew(failed: Token, signal: AbortSignal): Promise<Token>;
  /** Says that a renewed token was answered 401 as well. */
  refuse(token: Token): void;
}

/** One answer of the log-in. Compared by identity: a second log-in can answer the same value, and counts as another token. */
export interface Token {
  readonly value: string;
  readonly freshUntil: number;
}

/** Refresh with this much left: the upstream extends the same token in its last minute, and clocks and networks are slow. */
const REFRESH_BEFORE_MS = 45_000;

/** How long a refusal of our credentials is remembered, so that a hundred requests are not a hundred log-ins. */
const REMEMBER_REFUSAL_MS = 2_000;

/**
 * The access token's whole life. `fetchToken` is `POST /users/getToken`; however many callers wait, one call is made.
 * Time to live is `expired_at - now` from one answer, counted on the monotonic clock `now` (ms): no wall clock is trusted.
 */
export function createTokens(
  fetchToken: () => Promise<JsonObject>,
  now: () => number = () => performance.now(),
): Tokens {
  let current: Token | null = null;
  let pending: Promise<Token> | null = null;
  /** The token that was refused although new; null where the log-in itself was refused. */
  let refusal: { readonly token: Token | null; readonly until: number } | null = null;

  async function fetchOnce(): Promise<Token> {
    const askedAt = now();
    try {
      const answer = await fetchToken();
      current = tokenIn(answer, askedAt);
      return current;
    } catch (error) {
      // Any failure of a log-in has the fate `not-sent` for the request that waits for it.
      const fault = new UpstreamFault(saysRefused(error) ? 'login-refused' : 'login');
      if (fault.code === 'UPSTREAM_UNAUTHORIZED') refusal = { token: null, until: now() + REMEMBER_REFUSAL_MS };
      throw fault;
    } finally {
      pending = null;
    }
  }

  /** Single-flight log-in. `fetchOnce` starts a microtask later: its last line, which resets `pending`, must run after `pending` is set. */
  async function wait(signal: AbortSignal): Promise<Token> {
    if (refusal?.token === null && now() < refusal.until) throw new UpstreamFault('login-refused');
    pending ??= Promise.resolve().then(fetchOnce);
    return abortable(pending, signal);
  }

  return {
    async get(signal) {
      return current && now() < current.freshUntil ? current : wait(signal);
    },
    async renew(failed, signal) {
      if (refusal?.token === failed && now() < refusal.until) return failed;
      if (current === failed) current = null;
      return this.get(signal);
    },
    refuse(token) {
      refusal = { token, until: now() + REMEMBER_REFUSAL_MS };
    },
  };
}

/** A token that is reported as expired already, or for less than the margin, is still used: half of its life, or just now. */
function tokenIn(response: JsonObject, askedAt: number): Token {
  const value = response['access_token'];
  if (typeof value !== 'string' || !/^[\x21-\x7e]+$/.test(value)) throw new TypeError('No token in the answer');
  const lifeMs = (Number(response['expired_at']) - Number(response['now'])) * 1000 || 0;
  return { value, freshUntil: askedAt + Math.max(lifeMs - REFRESH_BEFORE_MS, lifeMs / 2) };
}

/** Whether a failed log-in says that the key or the secret is wrong. Maintenance can be told with any status. */
export function saysRefused(error: unknown): boolean {
  if (error instanceof UpstreamRefusal) return error.status < 500 && error.refusal !== 'CARRIER_MAINTENANCE';
  return error instanceof UpstreamFault && error.code === 'UPSTREAM_UNAUTHORIZED';
}

/** One waiter's deadline must not end the log-in that others wait for. */
async function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(new UpstreamFault('login'));
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
