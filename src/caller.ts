export const SCOPES = ['certification:ci', 'certification:delete', 'certification:read-any'] as const;

/** `ci`: see CI and DI. `delete`: delete what is the caller's. `read-any`: read, and with `delete` delete, what is others'. */
export type Scope = (typeof SCOPES)[number];

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
