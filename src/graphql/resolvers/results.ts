import type {
  CertificationDeletedResolvers,
  CertificationResultResolvers,
  ConfirmIdentityOtpResultResolvers,
  DeleteCertificationResultResolvers,
  IdentityOtpSentResolvers,
  IdentityWindowResolvers,
  OpenIdentityWindowResultResolvers,
  RequestIdentityOtpResultResolvers,
  ResendIdentityOtpResultResolvers,
} from '../../generated/resolvers.ts';

const typeOf = <T extends string>({ __typename }: { readonly __typename: T }): T => __typename;

export const CertificationResult: CertificationResultResolvers = { __resolveType: typeOf };
export const ConfirmIdentityOtpResult: ConfirmIdentityOtpResultResolvers = { __resolveType: typeOf };
export const DeleteCertificationResult: DeleteCertificationResultResolvers = { __resolveType: typeOf };
export const ResendIdentityOtpResult: ResendIdentityOtpResultResolvers = { __resolveType: typeOf };
export const OpenIdentityWindowResult: OpenIdentityWindowResultResolvers = { __resolveType: typeOf };
export const RequestIdentityOtpResult: RequestIdentityOtpResultResolvers = { __resolveType: typeOf };

export const IdentityOtpSent: IdentityOtpSentResolvers = {
  impUid: ({ impUid }) => impUid,
  resendAt: ({ resendAt }) => resendAt,
  expiresAt: ({ expiresAt }) => expiresAt,
  attemptsAllowed: ({ attemptsAllowed }) => attemptsAllowed,
};

export const IdentityWindow: IdentityWindowResolvers = {
  impUid: ({ impUid }) => impUid,
  merchantUid: ({ merchantUid }) => merchantUid,
  merchantCode: ({ merchantCode }) => merchantCode,
  storeId: ({ storeId }) => storeId,
  channelKey: ({ channelKey }) => channelKey,
  expiresAt: ({ expiresAt }) => expiresAt,
};

export const CertificationDeleted: CertificationDeletedResolvers = { impUid: ({ impUid }) => impUid };
