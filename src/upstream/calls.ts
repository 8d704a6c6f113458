/**
 * What differs between calls: a mutation has an effect and is never repeated once sent; a read can be repeated; a read-back is
 * the read that finds out how a call with a lost answer ended. A keyed mutation has an idempotency key: repeated with the same key,
 * it gets the answer of the first and has no effect of its own.
 */
export type Kind = 'mutation' | 'keyed-mutation' | 'read' | 'read-back';

/** The calls that an upstream can have. */
export const CALL_NAMES = ['request', 'resend', 'confirm', 'read', 'readBack', 'delete'] as const;
export type CallName = (typeof CALL_NAMES)[number];

/** Calls that are kept from an upstream together when they fail together. */
export type BreakerName = 'mutation' | 'read' | 'login' | 'portone mutation' | 'portone read';

export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** `{imp_uid}` stands for the id. */
  readonly path: string;
  readonly kind: Kind;
  /** The setting that bounds the whole call, token and retries included. */
  readonly timeout: 'confirmTimeoutMs' | 'readTimeoutMs' | 'readBackMs';
}

/** The only shape an id may have on its way into a path. */
export const IMP_UID = /^[A-Za-z0-9_-]{6,64}$/;

/** What a request to an endpoint begins with. Errors: TypeError for an id that was not checked, or is missing. */
export function addressOf({ method, path: template }: Endpoint, impUid?: string) {
  const path = template.replace('{imp_uid}', () => {
    if (impUid === undefined || !IMP_UID.test(impUid))
      throw new TypeError('An impUid must be checked before it is sent');
    return impUid;
  });
  return { method, path, template };
}

export function endpoint(method: Endpoint['method'], path: string, kind: Kind, timeout: Endpoint['timeout']): Endpoint {
  return { method, path, kind, timeout };
}
