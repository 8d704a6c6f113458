import type { Answer, IdentityUpstream } from './upstream.ts';
import type { UpstreamLoad } from './policies.ts';

/** The form of an impUid that iamport makes, which no id made here has. */
const MADE_BY_IAMPORT = /^imp_/;

/**
 * Two upstreams while a merchant moves from one to the other: new verifications are made at `portone`, and those that iamport made are
 * confirmed and read there.
 */
export function createBoth(portone: IdentityUpstream, iamport: IdentityUpstream): IdentityUpstream {
  const keeperOf = (impUid: string): IdentityUpstream => (MADE_BY_IAMPORT.test(impUid) ? iamport : portone);
  return {
    request: (person, address) => portone.request(person, address),
    confirm: (impUid, otp) => keeperOf(impUid).confirm(impUid, otp),
    certification: (impUid, signal) => keeperOf(impUid).certification(impUid, signal),
    readBack: (impUid) => keeperOf(impUid).readBack(impUid),
    resend: (impUid) => keeperOf(impUid).resend(impUid),
    delete: (impUid): Answer<void> | null => keeperOf(impUid).delete(impUid),
    takesMerchantUid: (merchantUid) => portone.takesMerchantUid(merchantUid),
    newWindow: () => portone.newWindow(),
    windowIdOf: (record) => keeperOf(record.impUid).windowIdOf(record),
    certifiedIn: (record, interval) => keeperOf(record.impUid).certifiedIn(record, interval),
    load: () => sum(portone.load(), iamport.load()),
  };
}

function sum(one: UpstreamLoad, other: UpstreamLoad): UpstreamLoad {
  const of = (kind: keyof UpstreamLoad) => ({
    running: one[kind].running + other[kind].running,
    queued: one[kind].queued + other[kind].queued,
  });
  return { mutation: of('mutation'), read: of('read') };
}
