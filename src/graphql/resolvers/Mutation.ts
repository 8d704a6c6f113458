import type { MutationResolvers } from '../../generated/resolvers.ts';
import { ATTEMPTS_ALLOWED } from '../../guard/attempt-rules.ts';
import { ok } from '../../outcome.ts';
import { todayInSeoul } from '../../seoul.ts';
import { member } from '../answer.ts';
import { checkConfirm, checkImpUid, checkRequest } from '../input.ts';
import { callerOf, callerWith } from './access.ts';

export const Mutation: MutationResolvers = {
  requestIdentityOtp: async (_, { input }, { identity }) => {
    const caller = callerOf(identity);
    const person = checkRequest(input, todayInSeoul(), identity.verification.takesMerchantUid);
    const sent = await identity.run('request', null, async () =>
      person.ok ? identity.verification.request(caller, person.value) : person,
    );
    return member('IdentityOtpSent', sent.ok ? ok({ ...sent.value, attemptsAllowed: ATTEMPTS_ALLOWED }) : sent);
  },

  resendIdentityOtp: async (_, { impUid }, { identity }) => {
    const caller = callerOf(identity);
    const id = checkImpUid(impUid);
    const sent = await identity.run('resend', id.ok ? id.value : null, async () =>
      id.ok ? identity.verification.resend(caller, id.value) : id,
    );
    return member('IdentityOtpSent', sent.ok ? ok({ ...sent.value, attemptsAllowed: sent.value.attemptsLeft }) : sent);
  },

  confirmIdentityOtp: async (_, args, { identity }, info) => {
    const caller = callerOf(identity);
    const checked = checkConfirm(args.impUid, args.otp);
    if (!checked.ok) return member('Certification', await identity.run('confirm', null, async () => checked));
    const { impUid, otp } = checked.value;
    identity.selections.note(impUid, info);
    const confirm = () => identity.verification.confirm(caller, impUid, { method: 'SMS', otp });
    return member('Certification', await identity.run('confirm', impUid, confirm));
  },

  confirmIdentityApp: async (_, { impUid }, { identity }, info) => {
    const caller = callerOf(identity);
    const id = checkImpUid(impUid);
    if (id.ok) identity.selections.note(id.value, info);
    const confirmed = await identity.run('confirm', id.ok ? id.value : null, async () =>
      id.ok ? identity.verification.confirm(caller, id.value, { method: 'APP' }) : id,
    );
    return member('Certification', confirmed);
  },

  openIdentityWindow: async (_, _args, { identity }) => {
    const caller = callerOf(identity);
    return member('IdentityWindow', await identity.run('open', null, () => identity.verification.openWindow(caller)));
  },

  completeIdentityWindow: async (_, { impUid }, { identity }, info) => {
    const caller = callerOf(identity);
    const id = checkImpUid(impUid);
    if (id.ok) identity.selections.note(id.value, info);
    const completed = await identity.run('complete', id.ok ? id.value : null, async () =>
      id.ok ? identity.verification.completeWindow(caller, id.value) : id,
    );
    return member('Certification', completed);
  },

  deleteCertification: async (_, { impUid }, { identity }) => {
    const caller = callerWith('certification:delete', identity);
    const id = checkImpUid(impUid);
    const deleted = await identity.run('delete', id.ok ? id.value : null, async () =>
      id.ok ? identity.verification.delete(caller, id.value) : id,
    );
    return member('CertificationDeleted', deleted.ok ? ok({ impUid: deleted.value }) : deleted);
  },
};
