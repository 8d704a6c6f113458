/**
 * The operations, for relay-compiler alone: `npm run compile` makes `__generated__` of them. In an app they stand in components, and the
 * Relay plugin of the bundler puts what was compiled in their place; without a bundler main.ts imports it itself.
 */
import relay from 'relay-runtime';

const { graphql } = relay;

export const request = graphql`
  mutation operationsRequestMutation($input: RequestIdentityOtpInput!) {
    requestIdentityOtp(input: $input) {
      __typename
      ... on IdentityOtpSent {
        impUid
      }
      ... on IdentityError {
        code
        message
        retryable
      }
      ... on InvalidInputError {
        fields {
          name
          message
        }
      }
      ... on RateLimitedError {
        retryAt
      }
      ... on UpstreamError {
        providerCode
        retryAt
      }
    }
  }
`;

export const confirm = graphql`
  mutation operationsConfirmMutation($impUid: ID!, $otp: String!) {
    confirmIdentityOtp(impUid: $impUid, otp: $otp) {
      __typename
      ... on Certification {
        certified
        name
        birthday
      }
      ... on IdentityError {
        code
        message
        retryable
      }
      ... on InvalidInputError {
        fields {
          name
          message
        }
      }
      ... on OtpRejectedError {
        attemptsRemaining
        retryAt
      }
      ... on RateLimitedError {
        retryAt
      }
      ... on UpstreamError {
        providerCode
        retryAt
      }
    }
  }
`;

export const read = graphql`
  query operationsReadQuery($impUid: ID!) {
    certification(impUid: $impUid) {
      __typename
      ... on Certification {
        certified
        isAtLeastAge(years: 19)
      }
      ... on IdentityError {
        code
        message
        retryable
      }
      ... on InvalidInputError {
        fields {
          name
          message
        }
      }
      ... on RateLimitedError {
        retryAt
      }
      ... on UpstreamError {
        providerCode
        retryAt
      }
    }
  }
`;
