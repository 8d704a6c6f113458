import type { QueryResolvers } from '../../generated/resolvers.ts';
import { answer, member } from '../answer.ts';
import { checkImpUid } from '../input.ts';
import { callerOf } from './access.ts';

export const Query: QueryResolvers = {
  certification: async (_, { impUid }, { identity }) => {
    callerOf(identity);
    const id = checkImpUid(impUid);
    if (!id.ok) return answer(identity, 'read', 'Certification', id);
    return member('Certification', await identity.loaders.certification.load(id.value));
  },
};
