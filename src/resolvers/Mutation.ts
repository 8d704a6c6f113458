import { failure, failureOf, invalidInput, type FailureOf } from '../failure.ts';
import type { MutationResolvers } from '../generated/resolvers.ts';
import { ATTEMPTS_ALLOWED, RESEND_AFTER_MS } from '../guard/issued.ts';
import type { CertificationRecord } from '../iamport/record.ts';
import { checkConfirm, checkImpUid, checkRequest } from '../input.ts';
import { todayInSeoul } from '../seoul.ts';

export const Mutation: MutationResolvers = {
  requestIdentityOtp: async (_, { input }, { identity }) => {
    const checked = checkRequest(input, todayInSeoul());
    if ('__typename' in checked) return checked;
    try {
      const impUid = await identity.iamport.request(checked);
      identity.issued.add(impUid, checked.method ?? 'SMS');
      const resendAt = new Date(Date.now() + RESEND_AFTER_MS);
      return { __typename: 'IdentityOtpSent', impUid, resendAt, attemptsAllowed: ATTEMPTS_ALLOWED };
    } catch (error) {
      return failureOf('request', error);
    }
  },

  confirmIdentityOtp: async (_, { impUid, otp }, { identity }) => {
    const invalid = checkConfirm(impUid, otp);
    if (invalid) return invalid;
    if (identity.issued.methodOf(impUid) === 'APP') return invalidInput([{ name: 'otp', rule: 'OTP_BY_APP' }]);
    return proven(identity.iamport.confirm(impUid, otp), 'WRONG_CODE');
  },

  confirmIdentityApp: async (_, { impUid }, { identity }) => {
    const invalid = checkImpUid(impUid);
    if (invalid) return invalid;
    if (identity.issued.methodOf(impUid) === 'SMS') return invalidInput([{ name: 'impUid', rule: 'APP_BY_OTP' }]);
    return proven(identity.iamport.confirm(impUid, null), 'IN_PROGRESS');
  },

  deleteCertification: async (_, { impUid }, { identity }) => {
    const invalid = checkImpUid(impUid);
    if (invalid) return invalid;
    try {
      await identity.iamport.delete(impUid);
      return { __typename: 'CertificationDeleted', impUid };
    } catch (error) {
      return failureOf('delete', error);
    }
  },
};

/** "Success" without proof hands out nothing. */
async function proven(
  confirm: Promise<CertificationRecord>,
  unproven: 'WRONG_CODE' | 'IN_PROGRESS',
): Promise<CertificationRecord | FailureOf['confirm']> {
  try {
    const record = await confirm;
    return record.certified ? record : failure(unproven);
  } catch (error) {
    return failureOf('confirm', error);
  }
}
