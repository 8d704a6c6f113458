
      export type PossibleTypesResultData = {
  "possibleTypes": {
    "CertificationResult": [
      "Certification",
      "CertificationNotFoundError",
      "InvalidInputError",
      "RateLimitedError",
      "UpstreamError"
    ],
    "ConfirmIdentityOtpResult": [
      "Certification",
      "CertificationNotFoundError",
      "InvalidInputError",
      "OtpRejectedError",
      "OutcomeUnknownError",
      "RateLimitedError",
      "UpstreamError"
    ],
    "DeleteCertificationResult": [
      "CertificationDeleted",
      "CertificationNotFoundError",
      "InvalidInputError",
      "OutcomeUnknownError",
      "RateLimitedError",
      "UpstreamError"
    ],
    "IdentityError": [
      "CertificationNotFoundError",
      "InvalidInputError",
      "OtpRejectedError",
      "OutcomeUnknownError",
      "RateLimitedError",
      "RequestRejectedError",
      "UpstreamError"
    ],
    "OpenIdentityWindowResult": [
      "IdentityWindow",
      "RateLimitedError",
      "UpstreamError"
    ],
    "RequestIdentityOtpResult": [
      "IdentityOtpSent",
      "InvalidInputError",
      "OutcomeUnknownError",
      "RateLimitedError",
      "RequestRejectedError",
      "UpstreamError"
    ],
    "ResendIdentityOtpResult": [
      "CertificationNotFoundError",
      "IdentityOtpSent",
      "InvalidInputError",
      "OtpRejectedError",
      "OutcomeUnknownError",
      "RateLimitedError",
      "UpstreamError"
    ]
  }
};
      const result: PossibleTypesResultData = {
  "possibleTypes": {
    "CertificationResult": [
      "Certification",
      "CertificationNotFoundError",
      "InvalidInputError",
      "RateLimitedError",
      "UpstreamError"
    ],
    "ConfirmIdentityOtpResult": [
      "Certification",
      "CertificationNotFoundError",
      "InvalidInputError",
      "OtpRejectedError",
      "OutcomeUnknownError",
      "RateLimitedError",
      "UpstreamError"
    ],
    "DeleteCertificationResult": [
      "CertificationDeleted",
      "CertificationNotFoundError",
      "InvalidInputError",
      "OutcomeUnknownError",
      "RateLimitedError",
      "UpstreamError"
    ],
    "IdentityError": [
      "CertificationNotFoundError",
      "InvalidInputError",
      "OtpRejectedError",
      "OutcomeUnknownError",
      "RateLimitedError",
      "RequestRejectedError",
      "UpstreamError"
    ],
    "OpenIdentityWindowResult": [
      "IdentityWindow",
      "RateLimitedError",
      "UpstreamError"
    ],
    "RequestIdentityOtpResult": [
      "IdentityOtpSent",
      "InvalidInputError",
      "OutcomeUnknownError",
      "RateLimitedError",
      "RequestRejectedError",
      "UpstreamError"
    ],
    "ResendIdentityOtpResult": [
      "CertificationNotFoundError",
      "IdentityOtpSent",
      "InvalidInputError",
      "OtpRejectedError",
      "OutcomeUnknownError",
      "RateLimitedError",
      "UpstreamError"
    ]
  }
};
      export default result;
    