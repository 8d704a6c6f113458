import type { Scope } from '../config.ts';

/** Who somebody proved to be, and what they may. */
export interface Identity {
  readonly subject: string;
  /** One name for many people, who cannot be told apart and are not counted as one. */
  readonly isAnonymous: boolean;
  readonly scopes: ReadonlySet<Scope>;
}

/** Who is asking; the IP is null where it is not known. */
export interface Caller extends Identity {
  readonly ip: string | null;
}
