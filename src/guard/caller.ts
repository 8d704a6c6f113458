import type { Scope } from '../config.ts';

/** The proven identity of a caller, and its scopes. */
export interface Identity {
  readonly subject: string;
  /** One name for many people, who cannot be told apart and are not counted as one. */
  readonly isAnonymous: boolean;
  readonly scopes: ReadonlySet<Scope>;
}

/** The identity of a caller with the address of this request; the IP is null where it is not known. */
export interface Caller extends Identity {
  readonly ip: string | null;
}
