/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import { typedDocument, type TypedDocument } from '../typed-document.ts';
/** The line's network operator. `*_MVNO` is a budget line (알뜰폰) on that operator's network. */
export type Carrier =
  /** KT */
  | 'KT'
  /** A budget line on KT */
  | 'KT_MVNO'
  /** LG U+ */
  | 'LGT'
  /** A budget line on LG U+ */
  | 'LGT_MVNO'
  /** SK Telecom */
  | 'SKT'
  /** A budget line on SK Telecom */
  | 'SKT_MVNO';

/** A kind of device. */
export type Device =
  /** A phone or a tablet. */
  | 'MOBILE'
  /** A desktop or a laptop. */
  | 'PC';

/** The gender in the resident register. */
export type Gender =
  /** 여성 */
  | 'FEMALE'
  /** 남성 */
  | 'MALE';

/** Why there is no success, for programs. */
export type IdentityErrorCode =
  /** The service is not set up to verify people of this age: another line does not help. */
  | 'AGE_NOT_ALLOWED'
  /** This verification was completed before; its data is not handed out again. */
  | 'ALREADY_CERTIFIED'
  /** The verification in the app was cancelled or has failed: start a new one. */
  | 'APP_NOT_APPROVED'
  /** The line needs the PASS app, which is not set up: install it, join, and verify there. */
  | 'APP_REQUIRED'
  /** The time to enter the code is over. */
  | 'CODE_EXPIRED'
  /** The provider did not accept the code and the gateway does not know why: it can be wrong, or its time can be over. */
  | 'CODE_REJECTED'
  /** Name, birthday, gender, number or network do not match; which of them is never told. */
  | 'IDENTITY_MISMATCH'
  /** A field of the input is malformed; nothing was sent. */
  | 'INVALID_INPUT'
  /** Another check of this person is running. */
  | 'IN_PROGRESS'
  /** The person has blocked verification on their line: lift the block in the PASS app or the carrier's own, then ask again. */
  | 'LINE_BLOCKED'
  /** The line cannot be used for verification: suspended, prepaid or a company's. */
  | 'LINE_NOT_ELIGIBLE'
  /** There is no such verification. */
  | 'NOT_FOUND'
  /** What was asked was sent, and the answer was lost. */
  | 'OUTCOME_UNKNOWN'
  /** The gateway has too much to do; nothing was sent. */
  | 'OVERLOADED'
  /** Too many calls; wait. */
  | 'RATE_LIMITED'
  /** No message can be sent again for this verification: ask for a new one. */
  | 'RESEND_UNAVAILABLE'
  /** The verification app cannot be used by this person or on this device: ask again with `method: SMS`. */
  | 'SMS_REQUIRED'
  /** Too many wrong codes: this verification has ended. */
  | 'TOO_MANY_ATTEMPTS'
  /** The provider's answer made no sense. */
  | 'UPSTREAM_BAD_RESPONSE'
  /** The carrier is closed for maintenance. */
  | 'UPSTREAM_MAINTENANCE'
  /** The merchant's contract or channel is set up wrongly, or the gateway's own request is malformed. */
  | 'UPSTREAM_MISCONFIGURED'
  /** The provider refused for a reason that has no code of its own; see `providerCode`. */
  | 'UPSTREAM_REJECTED'
  /** The provider did not answer in time. */
  | 'UPSTREAM_TIMEOUT'
  /** The gateway's credentials were refused. */
  | 'UPSTREAM_UNAUTHORIZED'
  /** The provider, or what the gateway keeps attempts or its access record in, cannot be reached or is failing. */
  | 'UPSTREAM_UNAVAILABLE'
  /** The person has not completed the window: open it again with the same id, or open a new one. */
  | 'WINDOW_NOT_COMPLETED'
  /** The code is not the one that was sent. */
  | 'WRONG_CODE';

/** Who the person says they are, exactly as the carrier knows them. */
export type RequestIdentityOtpInput = {
  /** The day of birth. */
  readonly birthday: string;
  /** The network of the line. */
  readonly carrier: Carrier;
  /** The service's name, shown in the SMS; at most 40 characters. */
  readonly company?: string | null | undefined;
  /** The kind of device that the person sits at, for channels whose provider asks. */
  readonly device?: Device | null | undefined;
  /** The seventh digit of the resident registration number, `1` to `8`: it tells gender, century and whether a foreigner. */
  readonly genderDigit: string;
  /**
   * The merchant's own id for this try: at most 40 letters, digits, `_` and `-`. A KCP channel of PortOne V1 takes letters and digits
   * alone: another id can be `INVALID_INPUT` there.
   */
  readonly merchantUid?: string | null | undefined;
  /** How the person proves it; SMS where it is left out. */
  readonly method?: VerificationMethod | null | undefined;
  /** The legal name. */
  readonly name: string;
  /** The Korean mobile number, in any usual spelling: `010-1234-5678`, `01012345678`, `+82 10 1234 5678`. */
  readonly phone: string;
};

/** How a person proves that the phone is theirs. */
export type VerificationMethod =
  /** By approving in the verification app: confirm with `confirmIdentityApp`. Only on channels that offer it. */
  | 'APP'
  /** With a six-digit code: confirm with `confirmIdentityOtp`. */
  | 'SMS';

export type CertificationQueryVariables = Exact<{
  impUid: string | number;
}>;


export type CertificationQuery = { readonly certification:
    | { readonly __typename: 'Certification', readonly impUid: string, readonly certified: boolean | null, readonly certifiedAt: string | null, readonly name: string | null, readonly birthday: string | null, readonly isAtLeastAge: boolean | null }
    | { readonly __typename: 'CertificationNotFoundError', readonly code: IdentityErrorCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'InvalidInputError', readonly code: IdentityErrorCode, readonly message: string, readonly retryable: boolean, readonly fields: ReadonlyArray<{ readonly name: string, readonly message: string }> }
    | { readonly __typename: 'RateLimitedError', readonly retryAt: string | null, readonly code: IdentityErrorCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'UpstreamError', readonly providerCode: string | null, readonly retryAt: string | null, readonly code: IdentityErrorCode, readonly message: string, readonly retryable: boolean }
   };

export type CompleteIdentityWindowMutationVariables = Exact<{
  impUid: string | number;
}>;


export type CompleteIdentityWindowMutation = { readonly completeIdentityWindow:
    | { readonly __typename: 'Certification', readonly impUid: string, readonly certified: boolean | null, readonly name: string | null, readonly birthday: string | null, readonly gender: Gender | null, readonly certifiedAt: string | null }
    | { readonly __typename: 'CertificationNotFoundError', readonly code: IdentityErrorCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'InvalidInputError', readonly code: IdentityErrorCode, readonly message: string, readonly retryable: boolean, readonly fields: ReadonlyArray<{ readonly name: string, readonly message: string }> }
    | { readonly __typename: 'OtpRejectedError', readonly attemptsRemaining: number | null, readonly retryAt: string | null, readonly code: IdentityErrorCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'OutcomeUnknownError', readonly code: IdentityErrorCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'RateLimitedError', readonly retryAt: string | null, readonly code: IdentityErrorCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'UpstreamError', readonly providerCode: string | null, readonly retryAt: string | null, readonly code: IdentityErrorCode, readonly message: string, readonly retryable: boolean }
   };

export type ConfirmIdentityAppMutationVariables = Exact<{
  impUid: string | number;
}>;


export type ConfirmIdentityAppMutation = { readonly confirmIdentityApp:
    | { readonly __typename: 'Certification', readonly impUid: string, readonly certified: boolean | null, readonly name: string | null, readonly birthday: string | null, readonly gender: Gender | null, readonly certifiedAt: string | null }
    | { readonly __typename: 'CertificationNotFoundError', readonly code: IdentityErrorCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'InvalidInputError', readonly code: IdentityErrorCode, readonly message: string, readonly retryable: boolean, readonly fields: ReadonlyArray<{ readonly name: string, readonly message: string }> }
    | { readonly __typename: 'OtpRejectedError', readonly attemptsRemaining: number | null, readonly retryAt: string | null, readonly code: IdentityErrorCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'OutcomeUnknownError', readonly code: IdentityErrorCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'RateLimitedError', readonly retryAt: string | null, readonly code: IdentityErrorCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'UpstreamError', readonly providerCode: string | null, readonly retryAt: string | null, readonly code: IdentityErrorCode, readonly message: string, readonly retryable: boolean }
   };

export type ConfirmIdentityOtpMutationVariables = Exact<{
  impUid: string | number;
  otp: string;
}>;


export type ConfirmIdentityOtpMutation = { readonly confirmIdentityOtp:
    | { readonly __typename: 'Certification', readonly impUid: string, readonly certified: boolean | null, readonly name: string | null, readonly birthday: string | null, readonly gender: Gender | null, readonly certifiedAt: string | null }
    | { readonly __typename: 'CertificationNotFoundError', readonly code: IdentityErrorCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'InvalidInputError', readonly code: IdentityErrorCode, readonly message: string, readonly retryable: boolean, readonly fields: ReadonlyArray<{ readonly name: string, readonly message: string }> }
    | { readonly __typename: 'OtpRejectedError', readonly attemptsRemaining: number | null, readonly retryAt: string | null, readonly code: IdentityErrorCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'OutcomeUnknownError', readonly code: IdentityErrorCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'RateLimitedError', readonly retryAt: string | null, readonly code: IdentityErrorCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'UpstreamError', readonly providerCode: string | null, readonly retryAt: string | null, readonly code: IdentityErrorCode, readonly message: string, readonly retryable: boolean }
   };

export type DeleteCertificationMutationVariables = Exact<{
  impUid: string | number;
}>;


export type DeleteCertificationMutation = { readonly deleteCertification:
    | { readonly __typename: 'CertificationDeleted', readonly impUid: string }
    | { readonly __typename: 'CertificationNotFoundError', readonly code: IdentityErrorCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'InvalidInputError', readonly code: IdentityErrorCode, readonly message: string, readonly retryable: boolean, readonly fields: ReadonlyArray<{ readonly name: string, readonly message: string }> }
    | { readonly __typename: 'OutcomeUnknownError', readonly code: IdentityErrorCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'RateLimitedError', readonly retryAt: string | null, readonly code: IdentityErrorCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'UpstreamError', readonly providerCode: string | null, readonly retryAt: string | null, readonly code: IdentityErrorCode, readonly message: string, readonly retryable: boolean }
   };

type IdentityErrorFields_CertificationNotFoundError_Fragment = { readonly code: IdentityErrorCode, readonly message: string, readonly retryable: boolean };

type IdentityErrorFields_InvalidInputError_Fragment = { readonly code: IdentityErrorCode, readonly message: string, readonly retryable: boolean, readonly fields: ReadonlyArray<{ readonly name: string, readonly message: string }> };

type IdentityErrorFields_OtpRejectedError_Fragment = { readonly attemptsRemaining: number | null, readonly retryAt: string | null, readonly code: IdentityErrorCode, readonly message: string, readonly retryable: boolean };

type IdentityErrorFields_OutcomeUnknownError_Fragment = { readonly code: IdentityErrorCode, readonly message: string, readonly retryable: boolean };

type IdentityErrorFields_RateLimitedError_Fragment = { readonly retryAt: string | null, readonly code: IdentityErrorCode, readonly message: string, readonly retryable: boolean };

type IdentityErrorFields_RequestRejectedError_Fragment = { readonly code: IdentityErrorCode, readonly message: string, readonly retryable: boolean };

type IdentityErrorFields_UpstreamError_Fragment = { readonly providerCode: string | null, readonly retryAt: string | null, readonly code: IdentityErrorCode, readonly message: string, readonly retryable: boolean };

export type IdentityErrorFieldsFragment =
  | IdentityErrorFields_CertificationNotFoundError_Fragment
  | IdentityErrorFields_InvalidInputError_Fragment
  | IdentityErrorFields_OtpRejectedError_Fragment
  | IdentityErrorFields_OutcomeUnknownError_Fragment
  | IdentityErrorFields_RateLimitedError_Fragment
  | IdentityErrorFields_RequestRejectedError_Fragment
  | IdentityErrorFields_UpstreamError_Fragment
;

export type OpenIdentityWindowMutationVariables = Exact<{ [key: string]: never; }>;


export type OpenIdentityWindowMutation = { readonly openIdentityWindow:
    | { readonly __typename: 'IdentityWindow', readonly impUid: string | null, readonly merchantUid: string | null, readonly merchantCode: string | null, readonly storeId: string | null, readonly channelKey: string | null, readonly expiresAt: string }
    | { readonly __typename: 'RateLimitedError', readonly retryAt: string | null, readonly code: IdentityErrorCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'UpstreamError', readonly providerCode: string | null, readonly retryAt: string | null, readonly code: IdentityErrorCode, readonly message: string, readonly retryable: boolean }
   };

export type RequestIdentityOtpMutationVariables = Exact<{
  input: RequestIdentityOtpInput;
}>;


export type RequestIdentityOtpMutation = { readonly requestIdentityOtp:
    | { readonly __typename: 'IdentityOtpSent', readonly impUid: string, readonly resendAt: string, readonly expiresAt: string, readonly attemptsAllowed: number }
    | { readonly __typename: 'InvalidInputError', readonly code: IdentityErrorCode, readonly message: string, readonly retryable: boolean, readonly fields: ReadonlyArray<{ readonly name: string, readonly message: string }> }
    | { readonly __typename: 'OutcomeUnknownError', readonly code: IdentityErrorCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'RateLimitedError', readonly retryAt: string | null, readonly code: IdentityErrorCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'RequestRejectedError', readonly code: IdentityErrorCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'UpstreamError', readonly providerCode: string | null, readonly retryAt: string | null, readonly code: IdentityErrorCode, readonly message: string, readonly retryable: boolean }
   };

export type ResendIdentityOtpMutationVariables = Exact<{
  impUid: string | number;
}>;


export type ResendIdentityOtpMutation = { readonly resendIdentityOtp:
    | { readonly __typename: 'CertificationNotFoundError', readonly code: IdentityErrorCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'IdentityOtpSent', readonly impUid: string, readonly resendAt: string, readonly expiresAt: string, readonly attemptsAllowed: number }
    | { readonly __typename: 'InvalidInputError', readonly code: IdentityErrorCode, readonly message: string, readonly retryable: boolean, readonly fields: ReadonlyArray<{ readonly name: string, readonly message: string }> }
    | { readonly __typename: 'OtpRejectedError', readonly attemptsRemaining: number | null, readonly retryAt: string | null, readonly code: IdentityErrorCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'OutcomeUnknownError', readonly code: IdentityErrorCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'RateLimitedError', readonly retryAt: string | null, readonly code: IdentityErrorCode, readonly message: string, readonly retryable: boolean }
    | { readonly __typename: 'UpstreamError', readonly providerCode: string | null, readonly retryAt: string | null, readonly code: IdentityErrorCode, readonly message: string, readonly retryable: boolean }
   };

const IdentityErrorFields = { text: "fragment IdentityErrorFields on IdentityError {\n  code\n  message\n  retryable\n  ... on InvalidInputError {\n    fields {\n      name\n      message\n    }\n  }\n  ... on OtpRejectedError {\n    attemptsRemaining\n    retryAt\n  }\n  ... on RateLimitedError {\n    retryAt\n  }\n  ... on UpstreamError {\n    providerCode\n    retryAt\n  }\n}", definition: {"kind":"FragmentDefinition","name":{"kind":"Name","value":"IdentityErrorFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"IdentityError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"retryable"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInputError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"fields"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"OtpRejectedError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"attemptsRemaining"}},{"kind":"Field","name":{"kind":"Name","value":"retryAt"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"RateLimitedError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"retryAt"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UpstreamError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"providerCode"}},{"kind":"Field","name":{"kind":"Name","value":"retryAt"}}]}}]}} };

/** Reads the certification: after OutcomeUnknownError, or later. */
export const CertificationDocument: TypedDocument<CertificationQuery, CertificationQueryVariables> = /* @__PURE__ */ typedDocument({ text: "query Certification($impUid: ID!) {\n  certification(impUid: $impUid) {\n    __typename\n    ... on Certification {\n      impUid\n      certified\n      certifiedAt\n      name\n      birthday\n      isAtLeastAge(years: 19)\n    }\n    ...IdentityErrorFields\n  }\n}", definition: {"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Certification"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"impUid"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"certification"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"impUid"},"value":{"kind":"Variable","name":{"kind":"Name","value":"impUid"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Certification"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"impUid"}},{"kind":"Field","name":{"kind":"Name","value":"certified"}},{"kind":"Field","name":{"kind":"Name","value":"certifiedAt"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"birthday"}},{"kind":"Field","name":{"kind":"Name","value":"isAtLeastAge"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"years"},"value":{"kind":"IntValue","value":"19"}}]}]}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"IdentityErrorFields"}}]}}]}} }, IdentityErrorFields);

/** Proves the identity after the person was verified in the window that this caller opened. */
export const CompleteIdentityWindowDocument: TypedDocument<CompleteIdentityWindowMutation, CompleteIdentityWindowMutationVariables> = /* @__PURE__ */ typedDocument({ text: "mutation CompleteIdentityWindow($impUid: ID!) {\n  completeIdentityWindow(impUid: $impUid) {\n    __typename\n    ... on Certification {\n      impUid\n      certified\n      name\n      birthday\n      gender\n      certifiedAt\n    }\n    ...IdentityErrorFields\n  }\n}", definition: {"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CompleteIdentityWindow"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"impUid"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"completeIdentityWindow"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"impUid"},"value":{"kind":"Variable","name":{"kind":"Name","value":"impUid"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Certification"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"impUid"}},{"kind":"Field","name":{"kind":"Name","value":"certified"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"birthday"}},{"kind":"Field","name":{"kind":"Name","value":"gender"}},{"kind":"Field","name":{"kind":"Name","value":"certifiedAt"}}]}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"IdentityErrorFields"}}]}}]}} }, IdentityErrorFields);

/** Proves the identity after the person approved it in the verification app: for a request made with `method: APP`. */
export const ConfirmIdentityAppDocument: TypedDocument<ConfirmIdentityAppMutation, ConfirmIdentityAppMutationVariables> = /* @__PURE__ */ typedDocument({ text: "mutation ConfirmIdentityApp($impUid: ID!) {\n  confirmIdentityApp(impUid: $impUid) {\n    __typename\n    ... on Certification {\n      impUid\n      certified\n      name\n      birthday\n      gender\n      certifiedAt\n    }\n    ...IdentityErrorFields\n  }\n}", definition: {"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ConfirmIdentityApp"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"impUid"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"confirmIdentityApp"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"impUid"},"value":{"kind":"Variable","name":{"kind":"Name","value":"impUid"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Certification"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"impUid"}},{"kind":"Field","name":{"kind":"Name","value":"certified"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"birthday"}},{"kind":"Field","name":{"kind":"Name","value":"gender"}},{"kind":"Field","name":{"kind":"Name","value":"certifiedAt"}}]}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"IdentityErrorFields"}}]}}]}} }, IdentityErrorFields);

/** Proves the identity with the six digits of the SMS. */
export const ConfirmIdentityOtpDocument: TypedDocument<ConfirmIdentityOtpMutation, ConfirmIdentityOtpMutationVariables> = /* @__PURE__ */ typedDocument({ text: "mutation ConfirmIdentityOtp($impUid: ID!, $otp: String!) {\n  confirmIdentityOtp(impUid: $impUid, otp: $otp) {\n    __typename\n    ... on Certification {\n      impUid\n      certified\n      name\n      birthday\n      gender\n      certifiedAt\n    }\n    ...IdentityErrorFields\n  }\n}", definition: {"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ConfirmIdentityOtp"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"impUid"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"otp"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"confirmIdentityOtp"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"impUid"},"value":{"kind":"Variable","name":{"kind":"Name","value":"impUid"}}},{"kind":"Argument","name":{"kind":"Name","value":"otp"},"value":{"kind":"Variable","name":{"kind":"Name","value":"otp"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Certification"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"impUid"}},{"kind":"Field","name":{"kind":"Name","value":"certified"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"birthday"}},{"kind":"Field","name":{"kind":"Name","value":"gender"}},{"kind":"Field","name":{"kind":"Name","value":"certifiedAt"}}]}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"IdentityErrorFields"}}]}}]}} }, IdentityErrorFields);

/** Deletes the certification at the provider, where it can: for a backend whose token has the scope `certification:delete`. */
export const DeleteCertificationDocument: TypedDocument<DeleteCertificationMutation, DeleteCertificationMutationVariables> = /* @__PURE__ */ typedDocument({ text: "mutation DeleteCertification($impUid: ID!) {\n  deleteCertification(impUid: $impUid) {\n    __typename\n    ... on CertificationDeleted {\n      impUid\n    }\n    ...IdentityErrorFields\n  }\n}", definition: {"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"DeleteCertification"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"impUid"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deleteCertification"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"impUid"},"value":{"kind":"Variable","name":{"kind":"Name","value":"impUid"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"CertificationDeleted"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"impUid"}}]}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"IdentityErrorFields"}}]}}]}} }, IdentityErrorFields);

/** Issues the id that the page opens the provider's window with. */
export const OpenIdentityWindowDocument: TypedDocument<OpenIdentityWindowMutation, OpenIdentityWindowMutationVariables> = /* @__PURE__ */ typedDocument({ text: "mutation OpenIdentityWindow {\n  openIdentityWindow {\n    __typename\n    ... on IdentityWindow {\n      impUid\n      merchantUid\n      merchantCode\n      storeId\n      channelKey\n      expiresAt\n    }\n    ...IdentityErrorFields\n  }\n}", definition: {"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"OpenIdentityWindow"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"openIdentityWindow"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"IdentityWindow"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"impUid"}},{"kind":"Field","name":{"kind":"Name","value":"merchantUid"}},{"kind":"Field","name":{"kind":"Name","value":"merchantCode"}},{"kind":"Field","name":{"kind":"Name","value":"storeId"}},{"kind":"Field","name":{"kind":"Name","value":"channelKey"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"IdentityErrorFields"}}]}}]}} }, IdentityErrorFields);

/** Sends the code. Keep `impUid` for the confirm. */
export const RequestIdentityOtpDocument: TypedDocument<RequestIdentityOtpMutation, RequestIdentityOtpMutationVariables> = /* @__PURE__ */ typedDocument({ text: "mutation RequestIdentityOtp($input: RequestIdentityOtpInput!) {\n  requestIdentityOtp(input: $input) {\n    __typename\n    ... on IdentityOtpSent {\n      impUid\n      resendAt\n      expiresAt\n      attemptsAllowed\n    }\n    ...IdentityErrorFields\n  }\n}", definition: {"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RequestIdentityOtp"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RequestIdentityOtpInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"requestIdentityOtp"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"IdentityOtpSent"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"impUid"}},{"kind":"Field","name":{"kind":"Name","value":"resendAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"attemptsAllowed"}}]}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"IdentityErrorFields"}}]}}]}} }, IdentityErrorFields);

/** Sends another code for the same verification, where the provider can: after RESEND_UNAVAILABLE request a new one. */
export const ResendIdentityOtpDocument: TypedDocument<ResendIdentityOtpMutation, ResendIdentityOtpMutationVariables> = /* @__PURE__ */ typedDocument({ text: "mutation ResendIdentityOtp($impUid: ID!) {\n  resendIdentityOtp(impUid: $impUid) {\n    __typename\n    ... on IdentityOtpSent {\n      impUid\n      resendAt\n      expiresAt\n      attemptsAllowed\n    }\n    ...IdentityErrorFields\n  }\n}", definition: {"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ResendIdentityOtp"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"impUid"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"resendIdentityOtp"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"impUid"},"value":{"kind":"Variable","name":{"kind":"Name","value":"impUid"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"IdentityOtpSent"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"impUid"}},{"kind":"Field","name":{"kind":"Name","value":"resendAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"attemptsAllowed"}}]}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"IdentityErrorFields"}}]}}]}} }, IdentityErrorFields);

