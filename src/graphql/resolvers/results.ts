import type {
  CertificationDeletedResolvers,
  CertificationResultResolvers,
  ConfirmIdentityOtpResultResolvers,
  DeleteCertificationResultResolvers,
  IdentityOtpSentResolvers,
  RequestIdentityOtpResultResolvers,
} from '../../generated/resolvers.ts';

/** A record has the upstream's fields and no type name; everything else says what it is. */
function typeOf<T extends string>(result: object | { readonly __typename: T }): T | 'Certification' {
  return '__typename' in result ? result.__typename : 'Certification';
}

export const CertificationResult: CertificationResultResolvers = { __resolveType: typeOf };
export const ConfirmIdentityOtpResult: ConfirmIdentityOtpResultResolvers = { __resolveType: typeOf };
export const DeleteCertificationResult: DeleteCertificationResultResolvers = {
  __resolveType: ({ __typename }) => __typename,
};
export const RequestIdentityOtpResult: RequestIdentityOtpResultResolvers = {
  __resolveType: ({ __typename }) => __typename,
};

export const IdentityOtpSent: IdentityOtpSentResolvers = {
  impUid: ({ impUid }) => impUid,
  resendAt: ({ resendAt }) => resendAt,
  attemptsAllowed: ({ attemptsAllowed }) => attemptsAllowed,
};

export const CertificationDeleted: CertificationDeletedResolvers = { impUid: ({ impUid }) => impUid };
