import type { MutationResolvers } from '../../generated/resolvers.ts';
import { ATTEMPTS_ALLOWED } from '../../guard/attempt-rules.ts';
import { ok } from '../../outcome.ts';
import { todayInSeoul } from '../../seoul.ts';
import { answer } from '../answer.ts';
import { checkConfirm, checkImpUid, checkRequest } from '../input.ts';
import { callerOf, callerWith } from './access.ts';

/** A person who got no message waits this long before another is worth asking for. */
const RESEND_AFTER_MS = 60_000;

export const Mutation: MutationResolvers = {
  requestIdentityOtp: async (_, { input }, { identity }) => {
    const caller = callerOf(identity);
    const person = checkRequest(input, todayInSeoul());
    const sent = person.ok ? await identity.verification.request(caller, person.value) : person;
    return answer(identity, 'request', 'IdentityOtpSent', sent.ok ? ok(otpSent(sent.value)) : sent);
  },

  confirmIdentityOtp: async (_, { impUid, otp }, { identity }) => {
    const caller = callerOf(identity);
    const args = checkConfirm(impUid, otp);
    if (!args.ok) return answer(identity, 'confirm', 'Certification', args);
    const confirmation = { method: 'SMS', otp: args.value.otp } as const;
    const confirmed = await identity.verification.confirm(caller, args.value.impUid, confirmation);
    return answer(identity, 'confirm', 'Certification', confirmed);
  },

  confirmIdentityApp: async (_, { impUid }, { identity }) => {
    const caller = callerOf(identity);
    const id = checkImpUid(impUid);
    const confirmed = id.ok ? await identity.verification.confirm(caller, id.value, { method: 'APP' }) : id;
    return answer(identity, 'confirm', 'Certification', confirmed);
  },

  deleteCertification: async (_, { impUid }, { identity }) => {
    const caller = callerWith('certification:delete', identity);
    const id = checkImpUid(impUid);
    const deleted = id.ok ? await identity.verification.delete(caller, id.value) : id;
    return answer(identity, 'delete', 'CertificationDeleted', deleted.ok ? ok({ impUid: deleted.value }) : deleted);
  },
};

function otpSent(impUid: string) {
  return { impUid, resendAt: new Date(Date.now() + RESEND_AFTER_MS), attemptsAllowed: ATTEMPTS_ALLOWED };
}
