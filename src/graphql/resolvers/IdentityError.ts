import type { Context } from '../context.ts';
import { isRetryable, type Failure, type FailureCode } from '../../failure.ts';
import type {
  CertificationNotFoundErrorResolvers,
  IdentityErrorResolvers,
  InvalidFieldResolvers,
  InvalidInputErrorResolvers,
  OtpRejectedErrorResolvers,
  OutcomeUnknownErrorResolvers,
  RateLimitedErrorResolvers,
  RequestRejectedErrorResolvers,
  UpstreamErrorResolvers,
} from '../../generated/resolvers.ts';
import { MESSAGES } from '../messages.ts';

/** With no attempt left, WRONG_CODE gets the sentence of TOO_MANY_ATTEMPTS: its own asks the person to type again. */
function saidOf({ code, attemptsRemaining }: Failure): FailureCode {
  return code === 'WRONG_CODE' && attemptsRemaining === 0 ? 'TOO_MANY_ATTEMPTS' : code;
}

const common = {
  code: <C>({ code }: { code: C }): C => code,
  message: (failure: Failure, _: object, { identity }: Context): string =>
    MESSAGES[identity.language].failure[saidOf(failure)],
  retryable: ({ code }: Failure): boolean => isRetryable(code),
};

const retryAt = ({ retryAt }: Failure): Date | null => retryAt;

export const IdentityError: IdentityErrorResolvers = { __resolveType: ({ __typename }) => __typename };

export const InvalidInputError: InvalidInputErrorResolvers = { ...common, fields: ({ fields }) => fields };

export const InvalidField: InvalidFieldResolvers = {
  name: ({ name }) => name,
  message: ({ rule }, _, { identity }) => MESSAGES[identity.language].field[rule],
};

export const OtpRejectedError: OtpRejectedErrorResolvers = {
  ...common,
  attemptsRemaining: ({ attemptsRemaining }) => attemptsRemaining,
  retryAt,
};

export const RequestRejectedError: RequestRejectedErrorResolvers = common;

export const CertificationNotFoundError: CertificationNotFoundErrorResolvers = common;

export const RateLimitedError: RateLimitedErrorResolvers = { ...common, retryAt };

export const OutcomeUnknownError: OutcomeUnknownErrorResolvers = common;

export const UpstreamError: UpstreamErrorResolvers = {
  ...common,
  providerCode: ({ providerCode }) => providerCode,
  retryAt,
};
