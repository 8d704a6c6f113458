import { failureOf } from '../failure.ts';
import type { QueryResolvers } from '../generated/resolvers.ts';
import { checkImpUid } from '../input.ts';

export const Query: QueryResolvers = {
  certification: async (_, { impUid }, { identity }) =>
    checkImpUid(impUid) ?? identity.loaders.certification.load(impUid).catch((error) => failureOf('read', error)),
};
