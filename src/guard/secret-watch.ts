/** Longer than a code can be right. A secret that was changed everywhere is in force for as long before it is accepted. */
export const SECRET_TTL_MS = 10 * 60_000;

/** Whether a process has the `GUARD_SECRET` of those that use, or used, the same store. */
export interface SecretNews {
  readonly kind: 'secret';
  readonly isShared: boolean;
}

/**
 * Tells when this process has another `GUARD_SECRET` than those that were here first, and when it no longer has: with two secrets
 * each attempt, owner and limit exists twice. `agree` compares, and where it is
 * the same keeps it alive in the store.
 */
export function createSecretWatch(agree: () => Promise<boolean>, tell: (news: SecretNews) => void, ttlMs: number) {
  let told = true;
  const compare = async (): Promise<void> => {
    const isShared = await agree();
    if (isShared !== told) tell({ kind: 'secret', isShared });
    told = isShared;
  };
  const compareIfUp = (): void => void compare().catch(() => {}); // what is wrong with the store is told by its other uses
  const timer = setInterval(compareIfUp, ttlMs / 5).unref();
  return { compare: compareIfUp, end: () => clearInterval(timer) };
}
