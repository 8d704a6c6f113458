import type { QueryResolvers } from '../../generated/resolvers.ts';
import { checkImpUid } from '../input.ts';
import { callerOf } from './access.ts';

export const Query: QueryResolvers = {
  certification: async (_, { impUid }, { identity }) => {
    callerOf(identity);
    return checkImpUid(impUid) ?? identity.loaders.certification.load(impUid);
  },
};
