import { GraphQLError, type GraphQLResolveInfo } from 'graphql';
import { member, type CertificationMember } from '../answer.ts';
import type { Context } from '../context.ts';
import type { CertificationResolvers } from '../../generated/resolvers.ts';
import type { CertificationRecord } from '../../upstream/record.ts';
import { IMP_UID } from '../../upstream/calls.ts';
import { MESSAGES } from '../messages.ts';
import { isAtLeastAge, todayInSeoul } from '../../seoul.ts';
import { missing, NO_TOKEN, orNull, readFor, TOO_LARGE } from './access.ts';
import { personId, proof } from './proofs.ts';

export const Certification: CertificationResolvers = {
  // The subgraph library and graphql-js take an Error that is returned for one that is thrown. A rejection could be left
  // without a handler where the library throws over a neighbour in the same list.
  __resolveReference: (reference, context, info) =>
    resolveReference(reference, context, info).catch((error: unknown) => error) as Promise<CertificationMember | null>,
  impUid: (record) => record.impUid,
  merchantUid: bounded((record) => record.merchantUid),
  pgTid: bounded((record) => record.pgTid),
  pgProvider: (record) => record.pgProvider,
  name: bounded((record) => record.name),
  gender: (record) => record.gender,
  birth: (record) => record.birth,
  birthday: (record) => record.birthday,
  foreigner: (record) => record.foreigner,
  foreignerV2: (record) => record.foreignerV2,
  phone: bounded((record) => record.phone),
  carrier: (record) => record.carrier,
  certified: (record) => record.certified,
  certifiedAt: (record) => (record.certifiedAt === null ? null : new Date(record.certifiedAt * 1000)),
  uniqueKey: withCiScope(bounded((record) => record.uniqueKey)),
  uniqueInSite: withCiScope(bounded((record) => record.uniqueInSite)),
  origin: bounded((record) => record.origin),
  isAtLeastAge: ({ birthday }, { years }) => (birthday === null ? null : isAtLeastAge(birthday, years, todayInSeoul())),
  personId,
  proof,
};

/** A representation is not coerced: anything can stand in place of the key, and nothing but the key is taken from it. */
async function resolveReference(
  { impUid }: { impUid?: unknown },
  { identity }: Context,
  info: GraphQLResolveInfo,
): Promise<unknown> {
  const { bounds, language } = identity;
  const left = bounds.takeReference();
  if (left < 0) return bounds.once('Too many references.', 'TOO_MANY_REFERENCES');
  if (!identity.caller) return bounds.once(...NO_TOKEN);
  if (typeof impUid !== 'string' || !IMP_UID.test(impUid))
    return bounds.once(MESSAGES[language].field.IMP_UID, 'INVALID_INPUT');
  const read = await readFor(identity, impUid, info);
  if (read.ok) return member('Certification', read);
  const { code } = read.failure;
  // An entity has no union for its failures.
  return code === 'NOT_FOUND' ? null : new GraphQLError(MESSAGES[language].failure[code], { extensions: { code } });
}

type Field = (record: CertificationRecord, args: object, context: Context, info: GraphQLResolveInfo) => string | null;

/** Counts a text against the size of the answer: a document can ask for it many times over, under other names. */
function bounded(textOf: (record: CertificationRecord) => string | null): Field {
  return (record, _args, { identity: { bounds } }) => {
    const text = textOf(record);
    if (text === null || bounds.takeText(Buffer.byteLength(JSON.stringify(text)))) return text;
    return orNull(bounds.once(...TOO_LARGE));
  };
}

/** The scope that `@requiresScopes` names; a field that lacks it fails once, however often a document asks for it. */
function withCiScope(resolve: Field): Field {
  return (record, args, context, info) => {
    const { caller, bounds } = context.identity;
    if (caller?.scopes.has('certification:ci')) return resolve(record, args, context, info);
    return orNull(bounds.once(...missing('certification:ci'), info.fieldName));
  };
}
