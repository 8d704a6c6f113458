import type { CertificationResolvers, Carrier, Gender } from '../generated/resolvers.ts';
import type { UpstreamCarrier, UpstreamGender } from '../iamport/record.ts';

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
  __resolveReference: ({ impUid }, { iamport }) => iamport.certification(impUid),
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
};
