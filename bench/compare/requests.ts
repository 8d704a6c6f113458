import { createHmac } from 'node:crypto';

/** Requests of one form, each by the number of its impUid. */
export interface RequestForm {
  readonly kind: 'confirm' | 'entities';
  /** By a caller never seen before each, by one of a few, or all by one. */
  readonly callers: 'new' | 'known' | 'one';
  /** Of `entities`: how many in each request. */
  readonly references: number;
}

export const AUTH_SECRET = 'a-secret-of-at-least-32-characters';
const KNOWN_CALLERS = 200;
/** In 2033. */
const TOKEN_EXPIRES_AT_S = 2_000_000_000;

const FIELDS = `impUid merchantUid pgTid pgProvider name gender birth birthday foreigner foreignerV2 phone carrier certified
  certifiedAt uniqueKey uniqueInSite origin`;
const CONFIRM = `mutation Confirm($impUid: ID!, $otp: String!) {
  confirmIdentityOtp(impUid: $impUid, otp: $otp) {
    __typename
    ... on Certification { ${FIELDS} }
    ... on IdentityError { code message retryable }
  }
}`;
const ENTITIES = `query Entities($representations: [_Any!]!) {
  _entities(representations: $representations) { ... on Certification { ${FIELDS} } }
}`;

function impUidOf(serial: number): string {
  return `imp_${100_000_000_000 + serial}`;
}

function bodyOf(form: RequestForm, serial: number): string {
  if (form.kind === 'confirm')
    return JSON.stringify({ query: CONFIRM, variables: { impUid: impUidOf(serial), otp: '123456' } });
  const representations = Array.from({ length: form.references }, (_, index) => ({
    __typename: 'Certification',
    impUid: impUidOf(serial + index),
  }));
  return JSON.stringify({ query: ENTITIES, variables: { representations } });
}

const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const header = base64url({ alg: 'HS256' });

function tokenOf({ callers }: RequestForm, serial: number): string {
  const caller = { new: serial, known: serial % KNOWN_CALLERS, one: 0 }[callers];
  const claims = { sub: `user-${callers}-${caller}`, exp: TOKEN_EXPIRES_AT_S, scope: 'certification:ci' };
  const signed = `${header}.${base64url(claims)}`;
  return `${signed}.${createHmac('sha256', AUTH_SECRET).update(signed).digest('base64url')}`;
}

export interface WrittenRequest {
  readonly body: string;
  readonly headers: Record<string, string>;
}

export function write(form: RequestForm, serial: number): WrittenRequest {
  const body = bodyOf(form, serial);
  const headers = {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    'accept-language': 'ko-KR,ko;q=0.9,en;q=0.8',
    authorization: `Bearer ${tokenOf(form, serial)}`,
  };
  return { body, headers };
}

/** Certified, and every field of it. */
export function isComplete(answer: string): boolean {
  return answer.includes('"certified":true') && !answer.includes('"errors"');
}
