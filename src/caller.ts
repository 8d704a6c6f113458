export const SCOPES = ['certification:ci', 'certification:delete', 'certification:read-any'] as const;

/** `ci`: read CI and DI. `delete`: delete own certifications. `read-any`: read others', and with `delete` delete them. */
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
