import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { buildSchema, type GraphQLEnumType } from 'graphql';
import { nextStep, type Call, type IdentityResult, type NextStep } from '../../packages/client/src/index.ts';
import { failure, isRetryable, type FailureCode } from '../../src/failure.ts';

const api = buildSchema(readFileSync('packages/client/schema.graphql', 'utf8'));
const AT = '2026-01-31T09:00:00.000Z';

/** As the gateway answers it. */
function answered(code: FailureCode, facts: Partial<IdentityResult> = {}): IdentityResult {
  return { __typename: failure(code).__typename, code, retryable: isRetryable(code), ...facts };
}

const field = { name: 'otp', message: 'Must be six digits.' };

const ROWS: [code: FailureCode, call: Call, facts: Partial<IdentityResult>, expected: NextStep][] = [
  ['INVALID_INPUT', 'confirm', { fields: [field] }, { step: 'fix-fields', fields: [field] }],
  ['WRONG_CODE', 'confirm', { attemptsRemaining: 4 }, { step: 'retype', attemptsRemaining: 4 }],
  ['WRONG_CODE', 'confirm', { attemptsRemaining: 0 }, { step: 'request-again' }],
  ['CODE_REJECTED', 'confirm', { attemptsRemaining: 1 }, { step: 'retype', attemptsRemaining: 1 }],
  ['CODE_REJECTED', 'confirm', { attemptsRemaining: null }, { step: 'retype', attemptsRemaining: null }],
  ['CODE_EXPIRED', 'confirm', { attemptsRemaining: 0 }, { step: 'request-again' }],
  ['TOO_MANY_ATTEMPTS', 'confirm', { attemptsRemaining: 0 }, { step: 'request-again' }],
  ['ALREADY_CERTIFIED', 'confirm', { attemptsRemaining: 0 }, { step: 'read' }],
  ['RESEND_UNAVAILABLE', 'resend', { attemptsRemaining: null }, { step: 'request-again' }],
  ['APP_NOT_APPROVED', 'confirm', { attemptsRemaining: 0 }, { step: 'request-again' }],
  ['WINDOW_NOT_COMPLETED', 'complete', {}, { step: 'window' }],
  ['IN_PROGRESS', 'confirm', { attemptsRemaining: 3, retryAt: AT }, { step: 'wait', retryAt: AT }],
  ['IDENTITY_MISMATCH', 'request', {}, { step: 'fix-fields', fields: [] }],
  ['LINE_BLOCKED', 'request', {}, { step: 'other-way', method: null }],
  ['LINE_NOT_ELIGIBLE', 'request', {}, { step: 'other-way', method: null }],
  ['AGE_NOT_ALLOWED', 'request', {}, { step: 'contact-support', providerCode: null }],
  ['SMS_REQUIRED', 'request', {}, { step: 'other-way', method: 'SMS' }],
  ['APP_REQUIRED', 'request', {}, { step: 'other-way', method: 'APP' }],
  ['NOT_FOUND', 'read', {}, { step: 'start-over', providerCode: null }],
  ['RATE_LIMITED', 'request', { retryAt: AT }, { step: 'wait', retryAt: AT }],
  ['OUTCOME_UNKNOWN', 'confirm', {}, { step: 'read' }],
  ['OUTCOME_UNKNOWN', 'complete', {}, { step: 'read' }],
  ['OUTCOME_UNKNOWN', 'resend', {}, { step: 'read' }],
  ['OUTCOME_UNKNOWN', 'request', {}, { step: 'request-again' }],
  ['OUTCOME_UNKNOWN', 'delete', {}, { step: 'try-later', retryAt: null }],
  ['UPSTREAM_UNAUTHORIZED', 'request', {}, { step: 'contact-support', providerCode: null }],
  ['UPSTREAM_UNAVAILABLE', 'confirm', { retryAt: AT }, { step: 'try-later', retryAt: AT }],
  ['UPSTREAM_TIMEOUT', 'read', {}, { step: 'try-later', retryAt: null }],
  ['UPSTREAM_MAINTENANCE', 'request', {}, { step: 'try-later', retryAt: null }],
  ['UPSTREAM_REJECTED', 'confirm', { providerCode: '1060' }, { step: 'start-over', providerCode: '1060' }],
  ['UPSTREAM_MISCONFIGURED', 'request', { providerCode: '1060' }, { step: 'contact-support', providerCode: '1060' }],
  ['UPSTREAM_BAD_RESPONSE', 'read', {}, { step: 'try-later', retryAt: null }],
  ['OVERLOADED', 'confirm', { retryAt: AT }, { step: 'try-later', retryAt: AT }],
];

describe('nextStep', () => {
  test.each(ROWS)('after %s of a %s with %j is %j', (code, call, facts, expected) => {
    expect(nextStep(answered(code, facts), call)).toEqual(expected);
  });

  test('is tested with every code of the schema', () => {
    const codes = (api.getType('IdentityErrorCode') as GraphQLEnumType).getValues().map(({ name }) => name);
    expect(new Set<string>(ROWS.map(([code]) => code))).toEqual(new Set(codes));
  });

  test.each<[type: string, call: Call, facts: Partial<IdentityResult>, expected: NextStep]>([
    ['InvalidInputError', 'confirm', {}, { step: 'fix-fields', fields: [] }],
    ['OtpRejectedError', 'confirm', { attemptsRemaining: 2 }, { step: 'retype', attemptsRemaining: 2 }],
    ['OtpRejectedError', 'confirm', { attemptsRemaining: 0 }, { step: 'request-again' }],
    ['OtpRejectedError', 'confirm', { attemptsRemaining: 2, retryable: true }, { step: 'wait', retryAt: null }],
    ['RequestRejectedError', 'request', {}, { step: 'other-way', method: null }],
    ['CertificationNotFoundError', 'read', {}, { step: 'start-over', providerCode: null }],
    ['RateLimitedError', 'request', { retryable: true }, { step: 'wait', retryAt: null }],
    ['OutcomeUnknownError', 'confirm', {}, { step: 'read' }],
    ['UpstreamError', 'request', { retryable: true }, { step: 'try-later', retryAt: null }],
    ['UpstreamError', 'request', {}, { step: 'contact-support', providerCode: null }],
    ['LineStolenError', 'request', { retryable: true }, { step: 'try-later', retryAt: null }],
    ['LineStolenError', 'request', {}, { step: 'start-over', providerCode: null }],
    ['constructor', 'request', {}, { step: 'start-over', providerCode: null }],
  ])('goes by the type where the code is not known: %s of a %s with %j', (__typename, call, facts, expected) => {
    for (const code of ['LINE_STOLEN', 'constructor']) {
      expect(nextStep({ __typename, code, retryable: false, ...facts }, call)).toEqual(expected);
    }
  });

  test.each<[result: IdentityResult, call: Call, expected: NextStep]>([
    [{ __typename: 'IdentityOtpSent' }, 'request', { step: 'confirm' }],
    [{ __typename: 'Certification', certified: true }, 'confirm', { step: 'done' }],
    [{ __typename: 'Certification', certified: false }, 'read', { step: 'confirm' }],
    [{ __typename: 'Certification', certified: null }, 'read', { step: 'confirm' }],
    [{ __typename: 'CertificationDeleted' }, 'delete', { step: 'done' }],
    [{ __typename: 'IdentityWindow' }, 'open', { step: 'window' }],
    [{ __typename: '%other' }, 'request', { step: 'go-on' }],
  ])('after the success %j of a %s is %j', (result, call, expected) => {
    expect(nextStep(result, call)).toEqual(expected);
  });

  test('calls nobody verified whose certification was read without `certified`', () => {
    expect(nextStep({ __typename: 'Certification' }, 'read')).toEqual({ step: 'confirm' });
  });

  test('has a row for each step in docs/client.md', () => {
    const named = [...readFileSync('docs/client.md', 'utf8').matchAll(/^\| `([a-z-]+)` /gm)].map(([, step]) => step);
    const source = readFileSync('packages/client/src/next-step.ts', 'utf8');
    const steps = [...source.matchAll(/readonly step: '([a-z-]+)'/g)].map(([, step]) => step);
    expect(steps.length).toBeGreaterThan(0);
    expect(named).toEqual(steps);
  });
});
