import type { QueryResolvers } from '../../generated/resolvers.ts';
import { member } from '../answer.ts';
import { checkImpUid } from '../input.ts';
import { callerOf, readFor } from './access.ts';

export const Query: QueryResolvers = {
  certification: async (_, { impUid }, { identity }, info) => {
    callerOf(identity);
    const id = checkImpUid(impUid);
    if (!id.ok) return member('Certification', await identity.run('read', null, async () => id));
    return member('Certification', await readFor(identity, id.value, info));
  },
};
