import type { RequestIdentityOtpInput } from 'iamport-identity-client';
import type { MAGIC_IMP_UIDS, MAGIC_PHONES } from '../../src/sandbox/magic.ts';
import { byId, element } from '../elements.ts';
import { fillDetails } from '../form.ts';
import type { Verification } from '../verification.ts';
import { words, type Words } from '../words.ts';

export const SAMPLE = { name: '홍길동', birthday: '900101', genderDigit: '1', carrier: 'SKT' } as const;

type PhoneTry = keyof typeof MAGIC_PHONES & keyof Words['phoneTries'];
type ImpUidTry = keyof typeof MAGIC_IMP_UIDS & keyof Words['impUidTries'];

/** In the order of the page. */
const PHONES: readonly PhoneTry[] = [113, 101, 107, 190, 102, 103, 112, 114, 105, 104, 108];
const IMP_UIDS: readonly ImpUidTry[] = [614, 613, 210, 220, 203, 400, 404, 503];

const NEEDS_A_WRONG_CODE = 203;
const CODE_LIFETIME_MS = 180_000;

/** A number that is recognised: the sandbox gives those that begin with 0 no other meaning. */
export function freshPhone(): string {
  return `010-1234-0${random(3)}`;
}

/** Certified long ago, by nobody who asks here. */
const SOMEONE_ELSES = 400;

/**
 * The list of the sandbox's magic numbers. One for a request fills the form; one for a confirm goes on from the code, and one for a
 * window from its completion.
 */
export function showTries(verification: Verification): void {
  showRequestTries(verification);
  showConfirmTries(verification);
  const { someoneElses, someoneElsesHint } = words();
  fill('window-tries', [
    line(`imp_900${SOMEONE_ELSES}…`, someoneElses, () =>
      verification.resumeWindow(freshImpUid(SOMEONE_ELSES), someoneElsesHint),
    ),
  ]);
}

function showRequestTries({ enter }: Verification): void {
  const { phoneTries } = words();
  fill(
    'request-tries',
    PHONES.map((digits) =>
      line(`…${digits}x`, phoneTries[digits], () => {
        enter('details');
        // The last digit is the HTTP status of the refusal; another one each time, since a number is asked for once a minute.
        fillDetails({ ...SAMPLE, phone: `010-1234-${digits}${Math.floor(Math.random() * 3)}` });
        byId('send').focus();
      }),
    ),
  );
}

function showConfirmTries({ typeCode, resumeCode }: Verification): void {
  const { impUidTries } = words();
  fill(
    'confirm-tries',
    IMP_UIDS.map((digits) =>
      line(`imp_900${digits}…`, impUidTries[digits], () => {
        const [now, phone] = [Date.now(), freshPhone()];
        fillDetails({ ...SAMPLE, phone });
        const input: RequestIdentityOtpInput = { ...SAMPLE, birthday: '1990-01-01', phone };
        const at = (ms: number) => new Date(ms).toISOString();
        resumeCode(
          {
            impUid: freshImpUid(digits),
            resendAt: at(now),
            expiresAt: at(now + CODE_LIFETIME_MS),
            attemptsAllowed: 5,
          },
          input,
        );
        typeCode(digits === NEEDS_A_WRONG_CODE ? '000000' : '123456');
      }),
    ),
  );
}

function fill(list: string, lines: HTMLElement[]): void {
  byId(list).replaceChildren(...lines);
}

function line(name: string, sentence: string, onClick: () => void): HTMLElement {
  const button = element('button', '', element('span', '', sentence), element('code', '', name));
  button.addEventListener('click', onClick);
  return element('li', '', button);
}

function freshImpUid(digits: number): string {
  return `imp_900${digits}${random(6)}`;
}

function random(digits: number): string {
  return String(Math.floor(Math.random() * 10 ** digits)).padStart(digits, '0');
}
