import type { Entry } from '../entry.ts';
import { ciOf, diOf, transactionNumber } from '../people.ts';
import type { Shape } from '../version.ts';

export const SANDBOX_CHANNEL_KEY = 'channel-key-sandbox';

/** What V2 answers about a verification, by its status READY, VERIFIED or FAILED; times are RFC 3339. */
export function toIdentityVerification(entry: Entry): object {
  const { impUid, merchantUid, certifiedAt, failure, requestedAt } = entry;
  const changedAt = rfc3339(certifiedAt ?? failure?.at ?? requestedAt);
  const common = {
    id: impUid,
    channel: channelOf(entry),
    ...(merchantUid !== null && { customData: merchantUid }),
    requestedAt: rfc3339(requestedAt),
    updatedAt: changedAt,
    statusChangedAt: changedAt,
    version: 'V2',
  };
  if (certifiedAt !== null) return { status: 'VERIFIED', ...common, ...verified(entry, certifiedAt) };
  const requestedCustomer = requestedCustomerOf(entry);
  if (failure === null) return { status: 'READY', ...common, requestedCustomer };
  const { code, says } = failure.refusal;
  return {
    status: 'FAILED',
    ...common,
    requestedCustomer,
    failure: { reason: says, pgCode: code, pgMessage: says },
  };
}

function channelOf({ pgProvider }: Entry): object {
  return {
    type: 'TEST',
    id: 'channel-id-sandbox',
    key: SANDBOX_CHANNEL_KEY,
    name: '샌드박스',
    pgProvider: pgProvider.toUpperCase(),
    pgMerchantId: 'sandbox',
  };
}

/** The person as the merchant asked for them, which a record shows before anything is verified. */
function requestedCustomerOf({ person, isFromWindow }: Entry): object {
  if (isFromWindow) return {};
  const [birthYear, birthMonth, birthDay] = person.birthday.split('-');
  return { name: person.name, phoneNumber: person.phone, birthYear, birthMonth, birthDay };
}

function verified({ impUid, person }: Entry, certifiedAt: number) {
  const ci = ciOf(person);
  const verifiedCustomer = {
    name: person.name,
    operator: person.carrier.replace('LGT', 'LGU'),
    phoneNumber: person.phone,
    birthDate: person.birthday,
    gender: person.gender.toUpperCase(),
    isForeigner: person.isForeigner,
    ...(ci !== null && { ci }),
    di: diOf(person),
  };
  const pgTxId = transactionNumber(impUid, certifiedAt);
  return {
    verifiedCustomer,
    verifiedAt: rfc3339(certifiedAt),
    pgTxId,
    // The provider's whole answer, as text: personal data that a client does not need.
    pgRawResponse: JSON.stringify({ returnCode: '0000', tid: pgTxId, ...verifiedCustomer }),
  };
}

function rfc3339(ms: number): string {
  return new Date(ms).toISOString();
}

/** The certified record as the shape has it. */
export function shaped(entry: Entry, shape: Shape): object {
  return SHAPES[shape]({ ...entry, certifiedAt: entry.certifiedAt ?? 0 });
}

const SHAPES: Readonly<Record<Shape, (entry: Entry & { certifiedAt: number }) => object>> = {
  absent: (entry) => {
    const { channel: _, customData: _data, ...record } = toIdentityVerification(entry) as Record<string, unknown>;
    return { ...record, verifiedCustomer: { name: entry.person.name } };
  },
  null: (entry) => ({
    ...toIdentityVerification(entry),
    channel: null,
    customData: null,
    verifiedCustomer: {
      ...Object.fromEntries(Object.keys(verified(entry, entry.certifiedAt).verifiedCustomer).map((key) => [key, null])),
      name: entry.person.name,
    },
  }),
  unusual: unusualValues,
  status: (entry) => ({ ...toIdentityVerification(entry), status: 'REVIEWED' }),
};

/** Values that are not documented, or that only a later version could send. */
function unusualValues(entry: Entry & { certifiedAt: number }): object {
  const { person, certifiedAt } = entry;
  return {
    ...toIdentityVerification(entry),
    channel: { type: 'TEST', pgProvider: 'DANAL_NEXT', pgMerchantId: '' },
    customData: '',
    pgTxId: '',
    verifiedAt: new Date(certifiedAt + 9 * 3_600_000).toISOString().replace('.000Z', '.000000+09:00'),
    verifiedCustomer: {
      name: '',
      operator: 'MVNO5G',
      phoneNumber: '',
      birthDate: person.birthday.replaceAll('-', ''),
      gender: 'OTHER',
      isForeigner: 'false',
      ci: '',
      di: '',
      verifiedBy: 'PASS',
    },
    extra: { nested: [1, null, 'x'] },
  };
}
