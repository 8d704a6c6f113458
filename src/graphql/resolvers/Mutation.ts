import { invalidInput } from '../../failure.ts';
import type { MutationResolvers } from '../../generated/resolvers.ts';
import { ATTEMPTS_ALLOWED } from '../../guard/attempt.ts';
import { checkConfirm, checkImpUid, checkRequest } from '../input.ts';
import { todayInSeoul } from '../../seoul.ts';
import { callerOf, callerWith } from './access.ts';

/** A person who got no message waits this long before another is worth asking for. */
const RESEND_AFTER_MS = 60_000;

export const Mutation: MutationResolvers = {
  requestIdentityOtp: async (_, { input }, { identity }) => {
    const caller = callerOf(identity);
    const checked = checkRequest(input, todayInSeoul());
    if ('__typename' in checked) return checked;
    const sent = await identity.guard.request(caller, checked);
    if (typeof sent !== 'string') return sent;
    const resendAt = new Date(Date.now() + RESEND_AFTER_MS);
    return { __typename: 'IdentityOtpSent', impUid: sent, resendAt, attemptsAllowed: ATTEMPTS_ALLOWED };
  },

  confirmIdentityOtp: async (_, { impUid, otp }, { identity }) => {
    const caller = callerOf(identity);
    const invalid = checkConfirm(impUid, otp);
    if (invalid) return invalid;
    const outcome = await identity.guard.confirm(caller, impUid, otp);
    return 'kind' in outcome ? invalidInput([{ name: 'otp', rule: 'OTP_BY_APP' }]) : outcome;
  },

  confirmIdentityApp: async (_, { impUid }, { identity }) => {
    const caller = callerOf(identity);
    const invalid = checkImpUid(impUid);
    if (invalid) return invalid;
    const outcome = await identity.guard.confirm(caller, impUid, null);
    return 'kind' in outcome ? invalidInput([{ name: 'impUid', rule: 'APP_BY_OTP' }]) : outcome;
  },

  deleteCertification: async (_, { impUid }, { identity }) => {
    const caller = callerWith('certification:delete', identity);
    const invalid = checkImpUid(impUid);
    if (invalid) return invalid;
    return (await identity.guard.delete(caller, impUid)) ?? { __typename: 'CertificationDeleted', impUid };
  },
};
