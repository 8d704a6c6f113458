import { GraphQLError } from 'graphql';
import { failureOf } from '../failure.ts';
import type { CertificationResolvers, Carrier, Gender } from '../generated/resolvers.ts';
import type { UpstreamCarrier, UpstreamGender } from '../iamport/record.ts';
import { IMP_UID } from '../iamport/source.ts';
import { MESSAGES } from '../messages.ts';
import { isAtLeastAge, todayInSeoul } from '../seoul.ts';

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
    if (!identity.loaders.takeReference())
      throw new GraphQLError('Too many references.', { extensions: { code: 'TOO_MANY_REFERENCES' } });
    if (typeof impUid !== 'string' || !IMP_UID.test(impUid)) {
      throw new GraphQLError(MESSAGES[identity.language].field.IMP_UID, { extensions: { code: 'INVALID_INPUT' } });
    }
    return identity.loaders.certification.load(impUid).catch((error) => {
      const { code } = failureOf('read', error);
      if (code === 'NOT_FOUND') return null;
      throw new GraphQLError(MESSAGES[identity.language].failure[code], { extensions: { code } });
    });
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
  uniqueKey: (record) => record.unique_key,
  uniqueInSite: (record) => record.unique_in_site,
  origin: (record) => record.origin,
  isAtLeastAge: ({ birthday }, { years }) => (birthday === null ? null : isAtLeastAge(birthday, years, todayInSeoul())),
};
