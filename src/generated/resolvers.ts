import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { CertificationMember } from '../graphql/answer.ts';
import type { Failure, FieldProblem, InvalidInput } from '../failure.ts';
import type { Context } from '../graphql/context.ts';
export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** An instant, ISO 8601 in UTC, such as `2026-01-31T09:00:00.000Z`. */
  DateTime: { input: Date; output: Date; }
  /** A calendar date, `YYYY-MM-DD`, without a time or a time zone. */
  LocalDate: { input: string; output: string; }
  _FieldSet: { input: string; output: string; }
};

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

/**
 * The proof that a person is who they say they are, as the identity verification provider reported it.
 * Every field but `impUid`, `pgProvider` and `foreigner` is null where the provider gave no value.
 */
export type Certification = {
  readonly __typename: 'Certification';
  /**
   * Midnight of the day of birth in Seoul, in unix seconds, negative before 1970.
   * @deprecated Use `birthday`, which has no time zone to get wrong.
   */
  readonly birth: Maybe<Scalars['Int']['output']>;
  /** The day of birth; null until certified. */
  readonly birthday: Maybe<Scalars['LocalDate']['output']>;
  /** The network of the line; null without the carrier's approval of the merchant, and for a value outside the enum. */
  readonly carrier: Maybe<Carrier>;
  /** Whether the person proved to be who they say. */
  readonly certified: Maybe<Scalars['Boolean']['output']>;
  /** When the person was certified; null until then. */
  readonly certifiedAt: Maybe<Scalars['DateTime']['output']>;
  /** Whether the person is a foreigner. Always false unless the merchant's contract includes the answer: see `foreignerV2`. */
  readonly foreigner: Scalars['Boolean']['output'];
  /** Whether the person is a foreigner; null where the merchant's contract does not include the answer. */
  readonly foreignerV2: Maybe<Scalars['Boolean']['output']>;
  /** Null until certified, and where the provider reports a value outside the enum. */
  readonly gender: Maybe<Gender>;
  /** The id of the verification, such as `imp_123456789012`. Knowing it proves nothing: on PortOne V1 it can be guessed. */
  readonly impUid: Scalars['ID']['output'];
  /** Whether the person has reached this age today in Seoul: usually all an app needs to know. Null without a birthday. */
  readonly isAtLeastAge: Maybe<Scalars['Boolean']['output']>;
  /** The id the merchant gave to this verification, null where it gave none. */
  readonly merchantUid: Maybe<Scalars['String']['output']>;
  /** The person's legal name; null until certified. */
  readonly name: Maybe<Scalars['String']['output']>;
  /** The page the verification was started from; null where its address has more than 2,048 characters, as a `data:` URL can. */
  readonly origin: Maybe<Scalars['String']['output']>;
  /** A pseudonym of the person, always the same for one audience, so that one account for each person needs no CI. Null where the provider gave no CI: never take null for a person. */
  readonly personId: Maybe<Scalars['ID']['output']>;
  /** Who verified: `danal`, `kcp_v2` and others; `test` for a test identity, which is no person. More can be added at any time. */
  readonly pgProvider: Scalars['String']['output'];
  /** The id the provider gave to this verification. */
  readonly pgTid: Maybe<Scalars['String']['output']>;
  /** The mobile number, digits only; null without the carrier's approval of the merchant. */
  readonly phone: Maybe<Scalars['String']['output']>;
  /**
   * A JWT that the gateway signs, for a backend that does not trust the browser which brings it. It expires after ten minutes, and
   * has those of the claims that the provider gave a value for. Null until certified, and for a test identity.
   */
  readonly proof: Maybe<Scalars['String']['output']>;
  /** DI: one value per person within this merchant, base64. Needs the scope `certification:ci`. */
  readonly uniqueInSite: Maybe<Scalars['String']['output']>;
  /** CI: one value per person across every site in Korea, base64. Treat it like the resident number it stands for. Needs the scope `certification:ci`. */
  readonly uniqueKey: Maybe<Scalars['String']['output']>;
};


/**
 * The proof that a person is who they say they are, as the identity verification provider reported it.
 * Every field but `impUid`, `pgProvider` and `foreigner` is null where the provider gave no value.
 */
export type CertificationIsAtLeastAgeArgs = {
  years: Scalars['Int']['input'];
};


/**
 * The proof that a person is who they say they are, as the identity verification provider reported it.
 * Every field but `impUid`, `pgProvider` and `foreigner` is null where the provider gave no value.
 */
export type CertificationPersonIdArgs = {
  audience: Scalars['String']['input'];
};


/**
 * The proof that a person is who they say they are, as the identity verification provider reported it.
 * Every field but `impUid`, `pgProvider` and `foreigner` is null where the provider gave no value.
 */
export type CertificationProofArgs = {
  audience: Scalars['String']['input'];
  claims: ReadonlyArray<ProofClaim>;
};

/** The provider no longer has the certification. */
export type CertificationDeleted = {
  readonly __typename: 'CertificationDeleted';
  /** The id that was deleted. */
  readonly impUid: Scalars['ID']['output'];
};

/** Start again: there is no such verification, or it is not the caller's. */
export type CertificationNotFoundError = IdentityError & {
  readonly __typename: 'CertificationNotFoundError';
  /** NOT_FOUND. */
  readonly code: IdentityErrorCode;
  /** What to show the person. */
  readonly message: Scalars['String']['output'];
  /** Whether the same call, unchanged, may succeed later. */
  readonly retryable: Scalars['Boolean']['output'];
};

/** The certification, or the one reason there is none. Select `... on IdentityError { code message }` to survive members added later. */
export type CertificationResult = Certification | CertificationNotFoundError | InvalidInputError | RateLimitedError | UpstreamError;

/** The person's certification, or the one reason there is none. Select `... on IdentityError { code message }` to survive members added later. */
export type ConfirmIdentityOtpResult = Certification | CertificationNotFoundError | InvalidInputError | OtpRejectedError | OutcomeUnknownError | RateLimitedError | UpstreamError;

/** The deletion, or the one reason there is none. Select `... on IdentityError { code message }` to survive members added later. */
export type DeleteCertificationResult = CertificationDeleted | CertificationNotFoundError | InvalidInputError | OutcomeUnknownError | RateLimitedError | UpstreamError;

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

/** An outcome a client plans for. Each type that implements it stands for one next step of the client. */
export type IdentityError = {
  /** The precise reason. More can be added: treat an unknown one by its type. */
  readonly code: IdentityErrorCode;
  /** What to show the person, in English or Korean by the request's `Accept-Language`. */
  readonly message: Scalars['String']['output'];
  /** Whether the same call, unchanged, may succeed later. */
  readonly retryable: Scalars['Boolean']['output'];
};

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

/** The person was recognised and the message is on its way, which does not mean that it arrived. */
export type IdentityOtpSent = {
  readonly __typename: 'IdentityOtpSent';
  /** How many codes may be tried from now on. */
  readonly attemptsAllowed: Scalars['Int']['output'];
  /**
   * When the code probably ends, for a countdown. It is an estimate of this service: the provider does not tell, and may accept the
   * code later or refuse it earlier. Let the person send it all the same.
   */
  readonly expiresAt: Scalars['DateTime']['output'];
  /** The id of this verification; keep it for the confirm. */
  readonly impUid: Scalars['ID']['output'];
  /**
   * When another code can be asked for, as far as is known: no limit of this caller and this phone is in the way then. The next
   * request has another impUid.
   */
  readonly resendAt: Scalars['DateTime']['output'];
};

/** What your page calls the provider's script with. What the script of this provider does not take is null. */
export type IdentityWindow = {
  readonly __typename: 'IdentityWindow';
  /** The `channelKey` of the script; null for the channel that is set at the provider. */
  readonly channelKey: Maybe<Scalars['String']['output']>;
  /** Until when it can be completed. */
  readonly expiresAt: Scalars['DateTime']['output'];
  /** The `identityVerificationId` of the script; null where the script makes the id itself, as on PortOne V1. */
  readonly impUid: Maybe<Scalars['ID']['output']>;
  /** The merchant, for the script's `IMP.init`. */
  readonly merchantCode: Maybe<Scalars['String']['output']>;
  /** The `merchant_uid` of the script; null where `impUid` is not. */
  readonly merchantUid: Maybe<Scalars['ID']['output']>;
  /** The `storeId` of the script. */
  readonly storeId: Maybe<Scalars['String']['output']>;
};

/** One field of the input that must change. */
export type InvalidField = {
  readonly __typename: 'InvalidField';
  /** What it should look like; never the value that was sent. */
  readonly message: Scalars['String']['output'];
  /** The argument or input field, such as `otp`. */
  readonly name: Scalars['String']['output'];
};

/** Fix the form: nothing was sent. */
export type InvalidInputError = IdentityError & {
  readonly __typename: 'InvalidInputError';
  /** INVALID_INPUT. */
  readonly code: IdentityErrorCode;
  /** Every field that must change. */
  readonly fields: ReadonlyArray<InvalidField>;
  /** What to show the person. */
  readonly message: Scalars['String']['output'];
  /** Whether the same call, unchanged, may succeed later. */
  readonly retryable: Scalars['Boolean']['output'];
};

export type Mutation = {
  readonly __typename: 'Mutation';
  /**
   * Proves a person's identity after they were verified in the window that this caller opened: the gateway reads the certification
   * at the provider and looks for the id that it issued. Where the answer is lost on its way to you, read `certification(impUid)`.
   */
  readonly completeIdentityWindow: ConfirmIdentityOtpResult;
  /** Proves a person's identity after they approved it in their verification app: for a request made with `method: APP`. */
  readonly confirmIdentityApp: ConfirmIdentityOtpResult;
  /**
   * Proves a person's identity with the six digits they received by SMS.
   * Each code is one of at most five attempts. After `OutcomeUnknownError` read the certification first.
   */
  readonly confirmIdentityOtp: ConfirmIdentityOtpResult;
  /**
   * Deletes a certification at the provider for good. Needs the scope `certification:delete`. PortOne V2 has no such call: the
   * answer is UPSTREAM_REJECTED there.
   */
  readonly deleteCertification: DeleteCertificationResult;
  /**
   * Issues the id of a new verification in the provider's own window (본인인증창), which your page opens with the provider's script.
   * The window is this caller's alone, can be completed once, and is over at `expiresAt`. Nothing is sent to the provider.
   */
  readonly openIdentityWindow: OpenIdentityWindowResult;
  /**
   * Sends a six-digit code to a person's phone, or a request to their verification app, once the carrier has recognised them.
   * Each call costs money and sends a message: never repeat it by yourself.
   * Where the answer was lost on its way to you, or the person taps twice, send the same input again: for a minute at least it gets
   * the same `IdentityOtpSent`, and no second message is sent. Callers without a token are not told apart and get no such repeat.
   */
  readonly requestIdentityOtp: RequestIdentityOtpResult;
  /**
   * Sends another code for a verification, which keeps its impUid and its attempts. The last code is the one that counts.
   * Not every provider can: after RESEND_UNAVAILABLE call `requestIdentityOtp` once more. It counts as a request for the same phone.
   */
  readonly resendIdentityOtp: ResendIdentityOtpResult;
};


export type MutationCompleteIdentityWindowArgs = {
  impUid: Scalars['ID']['input'];
};


export type MutationConfirmIdentityAppArgs = {
  impUid: Scalars['ID']['input'];
};


export type MutationConfirmIdentityOtpArgs = {
  impUid: Scalars['ID']['input'];
  otp: Scalars['String']['input'];
};


export type MutationDeleteCertificationArgs = {
  impUid: Scalars['ID']['input'];
};


export type MutationRequestIdentityOtpArgs = {
  input: RequestIdentityOtpInput;
};


export type MutationResendIdentityOtpArgs = {
  impUid: Scalars['ID']['input'];
};

/** The new window, or the one reason there is none. Select `... on IdentityError { code message }` to survive members added later. */
export type OpenIdentityWindowResult = IdentityWindow | RateLimitedError | UpstreamError;

/**
 * Retype the code where `attemptsRemaining` is not 0, wait where `retryable`, and ask for a new code otherwise. After
 * WINDOW_NOT_COMPLETED let the person go on in the window.
 */
export type OtpRejectedError = IdentityError & {
  readonly __typename: 'OtpRejectedError';
  /** How many attempts this verification has left; null where that is not known. */
  readonly attemptsRemaining: Maybe<Scalars['Int']['output']>;
  /** WRONG_CODE, CODE_REJECTED, CODE_EXPIRED, TOO_MANY_ATTEMPTS, ALREADY_CERTIFIED, APP_NOT_APPROVED, RESEND_UNAVAILABLE, WINDOW_NOT_COMPLETED or IN_PROGRESS. */
  readonly code: IdentityErrorCode;
  /** What to show the person. */
  readonly message: Scalars['String']['output'];
  /** When to try again; null where waiting does not help or the time is not known. */
  readonly retryAt: Maybe<Scalars['DateTime']['output']>;
  /** Whether the same call, unchanged, may succeed later. */
  readonly retryable: Scalars['Boolean']['output'];
};

/**
 * The answer was lost: it may have worked.
 * After a confirm or a completed window read the certification in a moment. Where it is not certified after a confirm, the same code
 * can be sent again: the gateway looks before it sends. After a resend do the same, or let the person type the code that arrives. After
 * a request ask for a new code in a minute: if a message arrives, its code cannot be used. After a deletion delete again.
 */
export type OutcomeUnknownError = IdentityError & {
  readonly __typename: 'OutcomeUnknownError';
  /** OUTCOME_UNKNOWN. */
  readonly code: IdentityErrorCode;
  /** What to show the person. */
  readonly message: Scalars['String']['output'];
  /** Whether the same call, unchanged, may succeed later. */
  readonly retryable: Scalars['Boolean']['output'];
};

/** What a proof tells of the person, each as one claim of the JWT. */
export type ProofClaim =
  /** `birthdate`: the day of birth, `YYYY-MM-DD`. */
  | 'BIRTHDAY'
  /** `certified_at`: when the person was certified, in unix seconds. */
  | 'CERTIFIED_AT'
  /** `foreigner`: whether the person is a foreigner, where the merchant's contract includes the answer. */
  | 'FOREIGNER'
  /** `gender`: `male` or `female`. */
  | 'GENDER'
  /** `name`: the legal name. */
  | 'NAME'
  /** `age_over_14`: whether the person has turned 14 today in Seoul. */
  | 'OVER_14'
  /** `age_over_19`: whether the person has turned 19 today in Seoul. */
  | 'OVER_19'
  /** `sub`: the `personId` for the audience. */
  | 'PERSON_ID';

export type Query = {
  readonly __typename: 'Query';
  /**
   * The certification of one verification that the caller requested, confirmed or completed: look at `certified`, it may not be yet.
   * Read it after `OutcomeUnknownError`.
   */
  readonly certification: CertificationResult;
};


export type QueryCertificationArgs = {
  impUid: Scalars['ID']['input'];
};

/** Wait. */
export type RateLimitedError = IdentityError & {
  readonly __typename: 'RateLimitedError';
  /** RATE_LIMITED. */
  readonly code: IdentityErrorCode;
  /** What to show the person. */
  readonly message: Scalars['String']['output'];
  /** When to try again; null where the time is not known. */
  readonly retryAt: Maybe<Scalars['DateTime']['output']>;
  /** Whether the same call, unchanged, may succeed later. */
  readonly retryable: Scalars['Boolean']['output'];
};

/** Who the person says they are, exactly as the carrier knows them. */
export type RequestIdentityOtpInput = {
  /** The day of birth. */
  readonly birthday: Scalars['LocalDate']['input'];
  /** The network of the line. */
  readonly carrier: Carrier;
  /** The service's name, shown in the SMS; at most 40 characters. */
  readonly company?: InputMaybe<Scalars['String']['input']>;
  /** The kind of device that the person sits at, for channels whose provider asks. */
  readonly device?: InputMaybe<Device>;
  /** The seventh digit of the resident registration number, `1` to `8`: it tells gender, century and whether a foreigner. */
  readonly genderDigit: Scalars['String']['input'];
  /**
   * The merchant's own id for this try: at most 40 letters, digits, `_` and `-`. A KCP channel of PortOne V1 takes letters and digits
   * alone: another id can be `INVALID_INPUT` there.
   */
  readonly merchantUid?: InputMaybe<Scalars['String']['input']>;
  /** How the person proves it; SMS where it is left out. */
  readonly method?: InputMaybe<VerificationMethod>;
  /** The legal name. */
  readonly name: Scalars['String']['input'];
  /** The Korean mobile number, in any usual spelling: `010-1234-5678`, `01012345678`, `+82 10 1234 5678`. */
  readonly phone: Scalars['String']['input'];
};

/** The message was sent, or the one reason it was not. Select `... on IdentityError { code message }` to survive members added later. */
export type RequestIdentityOtpResult = IdentityOtpSent | InvalidInputError | OutcomeUnknownError | RateLimitedError | RequestRejectedError | UpstreamError;

/** Check the details, use another line, or change how the person verifies: the code says which. */
export type RequestRejectedError = IdentityError & {
  readonly __typename: 'RequestRejectedError';
  /** IDENTITY_MISMATCH, LINE_BLOCKED, LINE_NOT_ELIGIBLE, AGE_NOT_ALLOWED, SMS_REQUIRED or APP_REQUIRED. */
  readonly code: IdentityErrorCode;
  /** What to show the person. */
  readonly message: Scalars['String']['output'];
  /** Whether the same call, unchanged, may succeed later. */
  readonly retryable: Scalars['Boolean']['output'];
};

/** The message was sent again, or the one reason it was not. Select `... on IdentityError { code message }` to survive members added later. */
export type ResendIdentityOtpResult = CertificationNotFoundError | IdentityOtpSent | InvalidInputError | OtpRejectedError | OutcomeUnknownError | RateLimitedError | UpstreamError;

/** Apologise, and try again if `retryable`. */
export type UpstreamError = IdentityError & {
  readonly __typename: 'UpstreamError';
  /** OVERLOADED or one of UPSTREAM_*. */
  readonly code: IdentityErrorCode;
  /** What to show the person. */
  readonly message: Scalars['String']['output'];
  /** The provider's own reason as four letters and digits, such as `1060`, for its support desk; null where it gave none. */
  readonly providerCode: Maybe<Scalars['String']['output']>;
  /** When to try again; null where the time is not known. */
  readonly retryAt: Maybe<Scalars['DateTime']['output']>;
  /** Whether the same call, unchanged, may succeed later. */
  readonly retryable: Scalars['Boolean']['output'];
};

/** How a person proves that the phone is theirs. */
export type VerificationMethod =
  /** By approving in the verification app: confirm with `confirmIdentityApp`. Only on channels that offer it. */
  | 'APP'
  /** With a six-digit code: confirm with `confirmIdentityOtp`. */
  | 'SMS';



export type ResolverTypeWrapper<T> = Promise<T> | T;

export type ReferenceResolver<TResult, TReference, TContext> = (
      reference: TReference,
      context: TContext,
      info: GraphQLResolveInfo
    ) => Promise<TResult> | TResult;

      type ScalarCheck<T, S> = S extends true ? T : NullableCheck<T, S>;
      type NullableCheck<T, S> = Maybe<T> extends T ? Maybe<ListCheck<NonNullable<T>, S>> : ListCheck<T, S>;
      type ListCheck<T, S> = T extends (infer U)[] ? NullableCheck<U, S>[] : GraphQLRecursivePick<T, S>;
      export type GraphQLRecursivePick<T, S> = { [K in keyof T & keyof S]: ScalarCheck<T[K], S[K]> };
    

export type ResolverWithResolve<TResult, TParent, TContext, TArgs> = {
  resolve: ResolverFn<TResult, TParent, TContext, TArgs>;
};
export type Resolver<TResult, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = ResolverFn<TResult, TParent, TContext, TArgs> | ResolverWithResolve<TResult, TParent, TContext, TArgs>;

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => Promise<TResult> | TResult;

export type SubscriptionSubscribeFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => AsyncIterable<TResult> | Promise<AsyncIterable<TResult>>;

export type SubscriptionResolveFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

export interface SubscriptionSubscriberObject<TResult, TKey extends string, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<{ [key in TKey]: TResult }, TParent, TContext, TArgs>;
  resolve?: SubscriptionResolveFn<TResult, { [key in TKey]: TResult }, TContext, TArgs>;
}

export interface SubscriptionResolverObject<TResult, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<any, TParent, TContext, TArgs>;
  resolve: SubscriptionResolveFn<TResult, any, TContext, TArgs>;
}

export type SubscriptionObject<TResult, TKey extends string, TParent, TContext, TArgs> =
  | SubscriptionSubscriberObject<TResult, TKey, TParent, TContext, TArgs>
  | SubscriptionResolverObject<TResult, TParent, TContext, TArgs>;

export type SubscriptionResolver<TResult, TKey extends string, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> =
  | ((...args: any[]) => SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>)
  | SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>;

export type TypeResolveFn<TTypes, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (
  parent: TParent,
  context: TContext,
  info: GraphQLResolveInfo
) => Maybe<TTypes> | Promise<Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (obj: T, context: TContext, info: GraphQLResolveInfo) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type DirectiveResolverFn<TResult = Record<PropertyKey, never>, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

/** Mapping of federation types */
export type FederationTypes = {
  Certification: Certification;
};

/** Mapping of federation reference types */
export type FederationReferenceTypes = {
  Certification:
    ( { __typename: 'Certification' }
    & GraphQLRecursivePick<FederationTypes['Certification'], {"impUid":true}> );
};

/** Mapping of union types */
export type ResolversUnionTypes<_RefType extends Record<string, unknown>> = {
  CertificationResult:
    | ( CertificationMember )
    | ( Failure<'CertificationNotFoundError'> )
    | ( InvalidInput )
    | ( Failure<'RateLimitedError'> )
    | ( Failure<'UpstreamError'> )
  ;
  ConfirmIdentityOtpResult:
    | ( CertificationMember )
    | ( Failure<'CertificationNotFoundError'> )
    | ( InvalidInput )
    | ( Failure<'OtpRejectedError'> )
    | ( Failure<'OutcomeUnknownError'> )
    | ( Failure<'RateLimitedError'> )
    | ( Failure<'UpstreamError'> )
  ;
  DeleteCertificationResult:
    | ( CertificationDeleted )
    | ( Failure<'CertificationNotFoundError'> )
    | ( InvalidInput )
    | ( Failure<'OutcomeUnknownError'> )
    | ( Failure<'RateLimitedError'> )
    | ( Failure<'UpstreamError'> )
  ;
  OpenIdentityWindowResult:
    | ( IdentityWindow )
    | ( Failure<'RateLimitedError'> )
    | ( Failure<'UpstreamError'> )
  ;
  RequestIdentityOtpResult:
    | ( IdentityOtpSent )
    | ( InvalidInput )
    | ( Failure<'OutcomeUnknownError'> )
    | ( Failure<'RateLimitedError'> )
    | ( Failure<'RequestRejectedError'> )
    | ( Failure<'UpstreamError'> )
  ;
  ResendIdentityOtpResult:
    | ( Failure<'CertificationNotFoundError'> )
    | ( IdentityOtpSent )
    | ( InvalidInput )
    | ( Failure<'OtpRejectedError'> )
    | ( Failure<'OutcomeUnknownError'> )
    | ( Failure<'RateLimitedError'> )
    | ( Failure<'UpstreamError'> )
  ;
};

/** Mapping of interface types */
export type ResolversInterfaceTypes<_RefType extends Record<string, unknown>> = {
  IdentityError:
    | ( Failure<'CertificationNotFoundError'> )
    | ( InvalidInput )
    | ( Failure<'OtpRejectedError'> )
    | ( Failure<'OutcomeUnknownError'> )
    | ( Failure<'RateLimitedError'> )
    | ( Failure<'RequestRejectedError'> )
    | ( Failure<'UpstreamError'> )
  ;
};

/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  Carrier: Carrier;
  Certification: ResolverTypeWrapper<CertificationMember>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  CertificationDeleted: ResolverTypeWrapper<CertificationDeleted>;
  CertificationNotFoundError: ResolverTypeWrapper<Failure<'CertificationNotFoundError'>>;
  CertificationResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['CertificationResult']>;
  ConfirmIdentityOtpResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['ConfirmIdentityOtpResult']>;
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  DeleteCertificationResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['DeleteCertificationResult']>;
  Device: Device;
  Gender: Gender;
  IdentityError: ResolverTypeWrapper<ResolversInterfaceTypes<ResolversTypes>['IdentityError']>;
  IdentityErrorCode: IdentityErrorCode;
  IdentityOtpSent: ResolverTypeWrapper<IdentityOtpSent>;
  IdentityWindow: ResolverTypeWrapper<IdentityWindow>;
  InvalidField: ResolverTypeWrapper<FieldProblem>;
  InvalidInputError: ResolverTypeWrapper<InvalidInput>;
  LocalDate: ResolverTypeWrapper<Scalars['LocalDate']['output']>;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  OpenIdentityWindowResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['OpenIdentityWindowResult']>;
  OtpRejectedError: ResolverTypeWrapper<Failure<'OtpRejectedError'>>;
  OutcomeUnknownError: ResolverTypeWrapper<Failure<'OutcomeUnknownError'>>;
  ProofClaim: ProofClaim;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  RateLimitedError: ResolverTypeWrapper<Failure<'RateLimitedError'>>;
  RequestIdentityOtpInput: RequestIdentityOtpInput;
  RequestIdentityOtpResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['RequestIdentityOtpResult']>;
  RequestRejectedError: ResolverTypeWrapper<Failure<'RequestRejectedError'>>;
  ResendIdentityOtpResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['ResendIdentityOtpResult']>;
  UpstreamError: ResolverTypeWrapper<Failure<'UpstreamError'>>;
  VerificationMethod: VerificationMethod;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  Certification: CertificationMember;
  Int: Scalars['Int']['output'];
  Boolean: Scalars['Boolean']['output'];
  ID: Scalars['ID']['output'];
  String: Scalars['String']['output'];
  CertificationDeleted: CertificationDeleted;
  CertificationNotFoundError: Failure<'CertificationNotFoundError'>;
  CertificationResult: ResolversUnionTypes<ResolversParentTypes>['CertificationResult'];
  ConfirmIdentityOtpResult: ResolversUnionTypes<ResolversParentTypes>['ConfirmIdentityOtpResult'];
  DateTime: Scalars['DateTime']['output'];
  DeleteCertificationResult: ResolversUnionTypes<ResolversParentTypes>['DeleteCertificationResult'];
  IdentityError: ResolversInterfaceTypes<ResolversParentTypes>['IdentityError'];
  IdentityOtpSent: IdentityOtpSent;
  IdentityWindow: IdentityWindow;
  InvalidField: FieldProblem;
  InvalidInputError: InvalidInput;
  LocalDate: Scalars['LocalDate']['output'];
  Mutation: Record<PropertyKey, never>;
  OpenIdentityWindowResult: ResolversUnionTypes<ResolversParentTypes>['OpenIdentityWindowResult'];
  OtpRejectedError: Failure<'OtpRejectedError'>;
  OutcomeUnknownError: Failure<'OutcomeUnknownError'>;
  Query: Record<PropertyKey, never>;
  RateLimitedError: Failure<'RateLimitedError'>;
  RequestIdentityOtpInput: RequestIdentityOtpInput;
  RequestIdentityOtpResult: ResolversUnionTypes<ResolversParentTypes>['RequestIdentityOtpResult'];
  RequestRejectedError: Failure<'RequestRejectedError'>;
  ResendIdentityOtpResult: ResolversUnionTypes<ResolversParentTypes>['ResendIdentityOtpResult'];
  UpstreamError: Failure<'UpstreamError'>;
};

export type CertificationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Certification'] = ResolversParentTypes['Certification'], FederationReferenceType extends FederationReferenceTypes['Certification'] = FederationReferenceTypes['Certification']> = {
  __resolveReference: ReferenceResolver<Maybe<ResolversTypes['Certification']> | FederationReferenceType, FederationReferenceType, ContextType>;
  birth: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  birthday: Resolver<Maybe<ResolversTypes['LocalDate']>, ParentType, ContextType>;
  carrier: Resolver<Maybe<ResolversTypes['Carrier']>, ParentType, ContextType>;
  certified: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  certifiedAt: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  foreigner: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  foreignerV2: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  gender: Resolver<Maybe<ResolversTypes['Gender']>, ParentType, ContextType>;
  impUid: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  isAtLeastAge: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType, RequireFields<CertificationIsAtLeastAgeArgs, 'years'>>;
  merchantUid: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  name: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  origin: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  personId: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType, RequireFields<CertificationPersonIdArgs, 'audience'>>;
  pgProvider: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  pgTid: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  phone: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  proof: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType, RequireFields<CertificationProofArgs, 'audience' | 'claims'>>;
  uniqueInSite: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  uniqueKey: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type CertificationDeletedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CertificationDeleted'] = ResolversParentTypes['CertificationDeleted']> = {
  impUid: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type CertificationNotFoundErrorResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CertificationNotFoundError'] = ResolversParentTypes['CertificationNotFoundError']> = {
  code: Resolver<ResolversTypes['IdentityErrorCode'], ParentType, ContextType>;
  message: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  retryable: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type CertificationResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CertificationResult'] = ResolversParentTypes['CertificationResult']> = {
  __resolveType: TypeResolveFn<'Certification' | 'CertificationNotFoundError' | 'InvalidInputError' | 'RateLimitedError' | 'UpstreamError', ParentType, ContextType>;
};

export type ConfirmIdentityOtpResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ConfirmIdentityOtpResult'] = ResolversParentTypes['ConfirmIdentityOtpResult']> = {
  __resolveType: TypeResolveFn<'Certification' | 'CertificationNotFoundError' | 'InvalidInputError' | 'OtpRejectedError' | 'OutcomeUnknownError' | 'RateLimitedError' | 'UpstreamError', ParentType, ContextType>;
};

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export type DeleteCertificationResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DeleteCertificationResult'] = ResolversParentTypes['DeleteCertificationResult']> = {
  __resolveType: TypeResolveFn<'CertificationDeleted' | 'CertificationNotFoundError' | 'InvalidInputError' | 'OutcomeUnknownError' | 'RateLimitedError' | 'UpstreamError', ParentType, ContextType>;
};

export type IdentityErrorResolvers<ContextType = Context, ParentType extends ResolversParentTypes['IdentityError'] = ResolversParentTypes['IdentityError']> = {
  __resolveType: TypeResolveFn<'CertificationNotFoundError' | 'InvalidInputError' | 'OtpRejectedError' | 'OutcomeUnknownError' | 'RateLimitedError' | 'RequestRejectedError' | 'UpstreamError', ParentType, ContextType>;
};

export type IdentityOtpSentResolvers<ContextType = Context, ParentType extends ResolversParentTypes['IdentityOtpSent'] = ResolversParentTypes['IdentityOtpSent']> = {
  attemptsAllowed: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  expiresAt: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  impUid: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  resendAt: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type IdentityWindowResolvers<ContextType = Context, ParentType extends ResolversParentTypes['IdentityWindow'] = ResolversParentTypes['IdentityWindow']> = {
  channelKey: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  expiresAt: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  impUid: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  merchantCode: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  merchantUid: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  storeId: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type InvalidFieldResolvers<ContextType = Context, ParentType extends ResolversParentTypes['InvalidField'] = ResolversParentTypes['InvalidField']> = {
  message: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  name: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type InvalidInputErrorResolvers<ContextType = Context, ParentType extends ResolversParentTypes['InvalidInputError'] = ResolversParentTypes['InvalidInputError']> = {
  code: Resolver<ResolversTypes['IdentityErrorCode'], ParentType, ContextType>;
  fields: Resolver<ReadonlyArray<ResolversTypes['InvalidField']>, ParentType, ContextType>;
  message: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  retryable: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export interface LocalDateScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['LocalDate'], any> {
  name: 'LocalDate';
}

export type MutationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  completeIdentityWindow: Resolver<ResolversTypes['ConfirmIdentityOtpResult'], ParentType, ContextType, RequireFields<MutationCompleteIdentityWindowArgs, 'impUid'>>;
  confirmIdentityApp: Resolver<ResolversTypes['ConfirmIdentityOtpResult'], ParentType, ContextType, RequireFields<MutationConfirmIdentityAppArgs, 'impUid'>>;
  confirmIdentityOtp: Resolver<ResolversTypes['ConfirmIdentityOtpResult'], ParentType, ContextType, RequireFields<MutationConfirmIdentityOtpArgs, 'impUid' | 'otp'>>;
  deleteCertification: Resolver<ResolversTypes['DeleteCertificationResult'], ParentType, ContextType, RequireFields<MutationDeleteCertificationArgs, 'impUid'>>;
  openIdentityWindow: Resolver<ResolversTypes['OpenIdentityWindowResult'], ParentType, ContextType>;
  requestIdentityOtp: Resolver<ResolversTypes['RequestIdentityOtpResult'], ParentType, ContextType, RequireFields<MutationRequestIdentityOtpArgs, 'input'>>;
  resendIdentityOtp: Resolver<ResolversTypes['ResendIdentityOtpResult'], ParentType, ContextType, RequireFields<MutationResendIdentityOtpArgs, 'impUid'>>;
};

export type OpenIdentityWindowResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['OpenIdentityWindowResult'] = ResolversParentTypes['OpenIdentityWindowResult']> = {
  __resolveType: TypeResolveFn<'IdentityWindow' | 'RateLimitedError' | 'UpstreamError', ParentType, ContextType>;
};

export type OtpRejectedErrorResolvers<ContextType = Context, ParentType extends ResolversParentTypes['OtpRejectedError'] = ResolversParentTypes['OtpRejectedError']> = {
  attemptsRemaining: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  code: Resolver<ResolversTypes['IdentityErrorCode'], ParentType, ContextType>;
  message: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  retryAt: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  retryable: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type OutcomeUnknownErrorResolvers<ContextType = Context, ParentType extends ResolversParentTypes['OutcomeUnknownError'] = ResolversParentTypes['OutcomeUnknownError']> = {
  code: Resolver<ResolversTypes['IdentityErrorCode'], ParentType, ContextType>;
  message: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  retryable: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type QueryResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  certification: Resolver<ResolversTypes['CertificationResult'], ParentType, ContextType, RequireFields<QueryCertificationArgs, 'impUid'>>;
};

export type RateLimitedErrorResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RateLimitedError'] = ResolversParentTypes['RateLimitedError']> = {
  code: Resolver<ResolversTypes['IdentityErrorCode'], ParentType, ContextType>;
  message: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  retryAt: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  retryable: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type RequestIdentityOtpResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RequestIdentityOtpResult'] = ResolversParentTypes['RequestIdentityOtpResult']> = {
  __resolveType: TypeResolveFn<'IdentityOtpSent' | 'InvalidInputError' | 'OutcomeUnknownError' | 'RateLimitedError' | 'RequestRejectedError' | 'UpstreamError', ParentType, ContextType>;
};

export type RequestRejectedErrorResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RequestRejectedError'] = ResolversParentTypes['RequestRejectedError']> = {
  code: Resolver<ResolversTypes['IdentityErrorCode'], ParentType, ContextType>;
  message: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  retryable: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ResendIdentityOtpResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ResendIdentityOtpResult'] = ResolversParentTypes['ResendIdentityOtpResult']> = {
  __resolveType: TypeResolveFn<'CertificationNotFoundError' | 'IdentityOtpSent' | 'InvalidInputError' | 'OtpRejectedError' | 'OutcomeUnknownError' | 'RateLimitedError' | 'UpstreamError', ParentType, ContextType>;
};

export type UpstreamErrorResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UpstreamError'] = ResolversParentTypes['UpstreamError']> = {
  code: Resolver<ResolversTypes['IdentityErrorCode'], ParentType, ContextType>;
  message: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  providerCode: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  retryAt: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  retryable: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type Resolvers<ContextType = Context> = {
  Certification: CertificationResolvers<ContextType>;
  CertificationDeleted: CertificationDeletedResolvers<ContextType>;
  CertificationNotFoundError: CertificationNotFoundErrorResolvers<ContextType>;
  CertificationResult: CertificationResultResolvers<ContextType>;
  ConfirmIdentityOtpResult: ConfirmIdentityOtpResultResolvers<ContextType>;
  DateTime: GraphQLScalarType;
  DeleteCertificationResult: DeleteCertificationResultResolvers<ContextType>;
  IdentityError: IdentityErrorResolvers<ContextType>;
  IdentityOtpSent: IdentityOtpSentResolvers<ContextType>;
  IdentityWindow: IdentityWindowResolvers<ContextType>;
  InvalidField: InvalidFieldResolvers<ContextType>;
  InvalidInputError: InvalidInputErrorResolvers<ContextType>;
  LocalDate: GraphQLScalarType;
  Mutation: MutationResolvers<ContextType>;
  OpenIdentityWindowResult: OpenIdentityWindowResultResolvers<ContextType>;
  OtpRejectedError: OtpRejectedErrorResolvers<ContextType>;
  OutcomeUnknownError: OutcomeUnknownErrorResolvers<ContextType>;
  Query: QueryResolvers<ContextType>;
  RateLimitedError: RateLimitedErrorResolvers<ContextType>;
  RequestIdentityOtpResult: RequestIdentityOtpResultResolvers<ContextType>;
  RequestRejectedError: RequestRejectedErrorResolvers<ContextType>;
  ResendIdentityOtpResult: ResendIdentityOtpResultResolvers<ContextType>;
  UpstreamError: UpstreamErrorResolvers<ContextType>;
};

