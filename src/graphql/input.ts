import { invalidInput, type FieldProblem, type FieldRule, type InvalidInput } from '../failure.ts';
import type { RequestIdentityOtpInput } from '../generated/resolvers.ts';
import { IMP_UID } from '../upstream/calls.ts';
import type { IdentityRequest } from '../upstream/upstream.ts';
import { failed, ok, type Outcome } from '../outcome.ts';
import { calendarDay } from '../seoul.ts';

const OTP = /^[0-9]{6}$/;

/** Spaces and every kind of dash, which people, keyboards and address books put between digits. */
const SEPARATORS = /[\s\p{Pd}]/gu;

/** Arguments as the use cases take them, or every problem of the form at once. */
type Checked<T> = Outcome<T, InvalidInput>;

export function checkConfirm(impUid: string, otp: string): Checked<{ impUid: string; otp: string }> {
  const digits = asciiOf(otp).replace(SEPARATORS, '');
  const problems = problemsOf([
    ['impUid', 'IMP_UID', IMP_UID.test(impUid)],
    ['otp', 'OTP', OTP.test(digits)],
  ]);
  return problems ?? ok({ impUid, otp: digits });
}

export function checkImpUid(impUid: string): Checked<string> {
  return problemsOf([['impUid', 'IMP_UID', IMP_UID.test(impUid)]]) ?? ok(impUid);
}

/** `today` is the day in Seoul; `isTaken` says whether the providers of this gateway take a well-formed merchantUid. */
export function checkRequest(
  input: RequestIdentityOtpInput,
  today: string,
  isTaken: (merchantUid: string) => boolean = () => true,
): Checked<IdentityRequest> {
  const name = visibleOf(input.name).normalize('NFC').replace(/\s+/g, ' ').trim();
  const phone = mobileNumber(input.phone);
  const birthday = dayOf(asciiOf(input.birthday));
  const genderDigit = asciiOf(input.genderDigit);
  const { carrier } = input;
  const merchantUid = input.merchantUid ?? null;
  const company = input.company ?? null;
  const isBirthday = birthday !== null && birthday >= '1900-01-01' && birthday <= today;
  const isMerchantUid = merchantUid === null || /^[A-Za-z0-9_-]{1,40}$/.test(merchantUid);
  const isGenderDigit = /^[1-8]$/.test(genderDigit);
  const problems = problemsOf([
    ['name', 'NAME', /^[^\p{Cc}]{1,60}$/u.test(name)],
    ['phone', 'PHONE', phone !== null],
    ['birthday', 'BIRTHDAY', isBirthday],
    ['genderDigit', 'GENDER_DIGIT', isGenderDigit],
    ['genderDigit', 'GENDER_DIGIT_CENTURY', !isGenderDigit || !isBirthday || fitsCentury(genderDigit, birthday)],
    ['merchantUid', 'MERCHANT_UID', isMerchantUid],
    ['merchantUid', 'MERCHANT_UID_PLAIN', merchantUid === null || !isMerchantUid || isTaken(merchantUid)],
    ['company', 'COMPANY', company === null || /^[^\p{Cc}]{1,40}$/u.test(company)],
  ]);
  if (problems) return problems;
  const method = input.method ?? 'SMS';
  const device = input.device ?? null;
  return ok({ name, phone: phone!, birthday: birthday!, genderDigit, carrier, merchantUid, company, method, device });
}

function problemsOf(
  checks: readonly (readonly [name: string, rule: FieldRule, isGood: boolean])[],
): Checked<never> | null {
  const problems: FieldProblem[] = checks.filter(([, , isGood]) => !isGood).map(([name, rule]) => ({ name, rule }));
  return problems.length > 0 ? failed(invalidInput(problems)) : null;
}

/** Digits only, from any usual spelling of a Korean mobile number; null for every other number. */
export function mobileNumber(spelling: string): string | null {
  const compact = asciiOf(spelling).replace(/^tel:/i, '').replace(SEPARATORS, '').replace(/[.()]/g, '');
  const national = compact.replace(/^(\+|00)?82(?=0?1)0?/, '0');
  return /^(010\d{8}|01[16789]\d{7,8})$/.test(national) ? national : null;
}

/** Without the marks that are pasted unseen: zero-width characters and directions of writing (Unicode's category Cf). */
function visibleOf(text: string): string {
  return text.replace(/\p{Cf}/gu, '');
}

/** Full-width digits, letters and dashes, as Korean and Japanese keyboards write them, in ASCII (Unicode's form NFKC). */
function asciiOf(text: string): string {
  return visibleOf(text).normalize('NFKC').trim();
}

function dayOf(text: string): string | null {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  return parts && calendarDay(parts[1]!, parts[2]!, parts[3]!);
}

/** 1, 2, 5 and 6 are for people born before 2000; 3, 4, 7 and 8 from 2000. */
function fitsCentury(genderDigit: string, birthday: string): boolean {
  return '3478'.includes(genderDigit) === birthday >= '2000-01-01';
}
