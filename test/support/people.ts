import type { IdentityRequest } from '../../src/upstream/upstream.ts';

/** The one person of all tests, as the source takes them. */
export const PERSON: IdentityRequest = {
  name: '홍길동',
  phone: '01012345678',
  birthday: '1990-01-01',
  genderDigit: '1',
  carrier: 'SKT',
  merchantUid: null,
  company: null,
  method: 'SMS',
  device: null,
};
