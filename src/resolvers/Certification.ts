import { GraphQLError } from 'graphql';
import { isFailure } from '../failure.ts';
import type { CertificationResolvers, Carrier, Gender } from '../generated/resolvers.ts';
import type { UpstreamCarrier, UpstreamGender } from '../iamport/record.ts';
import { IMP_UID } from '../iamport/source.ts';
import { MESSAGES } from '../messages.ts';
import { isAtLeastAge, todayInSeoul } from '../seoul.ts';
import { callerOf, callerWith } from './access.ts';

const GENDER: Readonly<Record<UpstreamGender, Gender>> = { male: 'MALE', female: 'FEMALE' };

const CARRIER: Readonly<Record<UpstreamCarrier, Carrier>> = {
  SKT: 'SKT',
  KT: 'KT',
  LGT: 'LGT',
  SKT_MVNO: 'SKT_MVNO',
  KT_MVNO: 'KT_MVNO',
  LGT_MVNO: 'LGT_MVNO',
};

/** The schema's word on the left, the upstream's on the right. */
export const Certification: CertificationResolvers = {
  // A representation is not coerced: anything can stand in place of the key, and nothing but the key is taken from it.
  __resolveReference: async ({ impUid }: { impUid: unknown }, { identity }) => {
    const left = identity.loaders.takeReference();
    if (left === -1) throw referenceError('Too many references.', 'TOO_MANY_REFERENCES');
    if (left < -1) return null; // said once: an error for each would be a long answer to a short question
    callerOf(identity);
    const messages = MESSAGES[identity.language];
    if (typeof impUid !== 'string' || !IMP_UID.test(impUid))
      throw referenceError(messages.field.IMP_UID, 'INVALID_INPUT');
    const read = await identity.loaders.certification.load(impUid);
    if (!isFailure(read)) return read;
    if (read.code === 'NOT_FOUND') return null;
    throw referenceError(messages.failure[read.code], read.code);
  },
  impUid: (record) => record.imp_uid,
  merchantUid: (record) => record.merchant_uid,
  pgTid: (record) => record.pg_tid,
  pgProvider: (record) => record.pg_provider,
  name: (record) => record.name,
  gender: (record) => record.gender && GENDER[record.gender],
  birth: (record) => record.birth,
  birthday: (record) => record.birthday,
  foreigner: (record) => record.foreigner,
  foreignerV2: (record) => record.foreigner_v2,
  phone: (record) => record.phone,
  carrier: (record) => record.carrier && CARRIER[record.carrier],
  certified: (record) => record.certified,
  certifiedAt: (record) => (record.certified_at === null ? null : new Date(record.certified_at * 1000)),
  uniqueKey: (record, _, { identity }) => callerWith('certification:ci', identity) && record.unique_key,
  uniqueInSite: (record, _, { identity }) => callerWith('certification:ci', identity) && record.unique_in_site,
  origin: (record) => record.origin,
  isAtLeastAge: ({ birthday }, { years }) => (birthday === null ? null : isAtLeastAge(birthday, years, todayInSeoul())),
};

/** An entity has no union to say it in. */
function referenceError(message: string, code: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}
