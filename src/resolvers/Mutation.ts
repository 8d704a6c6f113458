import { confirmFailure, failure, invalidInput, type FieldProblem } from '../failure.ts';
import type { MutationResolvers } from '../generated/resolvers.ts';
import { IMP_UID } from '../iamport/source.ts';

const OTP = /^[0-9]{6}$/;

export const Mutation: MutationResolvers = {
  confirmIdentityOtp: async (_, { impUid, otp }, { iamport }) => {
    const problems: FieldProblem[] = [];
    if (!IMP_UID.test(impUid)) problems.push({ name: 'impUid', rule: 'IMP_UID' });
    if (!OTP.test(otp)) problems.push({ name: 'otp', rule: 'OTP' });
    if (problems.length > 0) return invalidInput(problems);
    try {
      const record = await iamport.confirm(impUid, otp);
      return record.certified ? record : failure('WRONG_CODE'); // "success" without proof hands out nothing
    } catch (error) {
      return confirmFailure(error);
    }
  },
};
