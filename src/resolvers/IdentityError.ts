import type { Context } from '../context.ts';
import { isRetryable, type Failure } from '../failure.ts';
import type {
  CertificationNotFoundErrorResolvers,
  IdentityErrorResolvers,
  InvalidFieldResolvers,
  InvalidInputErrorResolvers,
  OtpRejectedErrorResolvers,
  OutcomeUnknownErrorResolvers,
  RateLimitedErrorResolvers,
  UpstreamErrorResolvers,
} from '../generated/resolvers.ts';
import { MESSAGES } from '../messages.ts';

const common = {
  code: <C>({ code }: { code: C }): C => code,
  message: ({ code }: Failure, _: object, { language }: Context): string => MESSAGES[language].failure[code],
  retryable: ({ code }: Failure): boolean => isRetryable(code),
};

const retryAt = ({ retryAt }: Failure): Date | null => retryAt;

export const IdentityError: IdentityErrorResolvers = { __resolveType: ({ __typename }) => __typename };

export const InvalidInputError: InvalidInputErrorResolvers = { ...common, fields: ({ fields }) => fields };

export const InvalidField: InvalidFieldResolvers = {
  name: ({ name }) => name,
  message: ({ rule }, _, { language }) => MESSAGES[language].field[rule],
};

export const OtpRejectedError: OtpRejectedErrorResolvers = {
  ...common,
  attemptsRemaining: ({ attemptsRemaining }) => attemptsRemaining,
  retryAt,
};

export const CertificationNotFoundError: CertificationNotFoundErrorResolvers = common;

export const RateLimitedError: RateLimitedErrorResolvers = { ...common, retryAt };

export const OutcomeUnknownError: OutcomeUnknownErrorResolvers = common;

export const UpstreamError: UpstreamErrorResolvers = {
  ...common,
  providerCode: ({ providerCode }) => providerCode,
  retryAt,
};
