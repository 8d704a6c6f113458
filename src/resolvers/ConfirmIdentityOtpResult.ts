import type { ConfirmIdentityOtpResultResolvers } from '../generated/resolvers.ts';

export const ConfirmIdentityOtpResult: ConfirmIdentityOtpResultResolvers = {
  __resolveType: (result) => ('__typename' in result ? result.__typename : 'Certification'),
};
