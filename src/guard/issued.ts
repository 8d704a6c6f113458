export type Method = 'SMS' | 'APP';

/** How the verifications that this process issued are to be confirmed. */
export interface Issued {
  add(impUid: string, method: Method): void;
  /** Null for one that was issued elsewhere. */
  methodOf(impUid: string): Method | null;
}

export const ATTEMPTS_ALLOWED = 5;
export const RESEND_AFTER_MS = 60_000;

const MAX_ISSUED = 100_000;

export function createIssued(): Issued {
  const methods = new Map<string, Method>();
  return {
    add(impUid, method) {
      methods.set(impUid, method);
      if (methods.size > MAX_ISSUED) methods.delete(methods.keys().next().value!);
    },
    methodOf: (impUid) => methods.get(impUid) ?? null,
  };
}
