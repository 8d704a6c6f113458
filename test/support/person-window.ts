import { SANDBOX_MERCHANT_CODE } from '../../src/sandbox/sandbox.ts';
import type { Fields } from './gateway.ts';

export const OPEN = `mutation { openIdentityWindow { __typename
  ... on IdentityWindow { impUid merchantUid merchantCode storeId channelKey expiresAt }
  ... on IdentityError { code message retryable } } }`;
export const COMPLETE = `mutation($impUid: ID!) { completeIdentityWindow(impUid: $impUid) { __typename
  ... on Certification { impUid merchantUid name phone birthday certified uniqueKey }
  ... on IdentityError { code message retryable } ... on OtpRejectedError { attemptsRemaining retryAt }
  ... on InvalidInputError { fields { name message } } } }`;

/**
 * Does in the sandbox's window what a person does: is verified, or cancels where `person` is null. Answers the id that the page is
 * told, of a window as `openIdentityWindow` answered it.
 */
export async function passWindow(
  sandboxUrl: string,
  { impUid, merchantUid, merchantCode, storeId, channelKey }: Fields,
  person: 'adult' | null = 'adult',
): Promise<string> {
  const given =
    merchantCode === SANDBOX_MERCHANT_CODE
      ? { version: 'V1', merchantCode, merchantUid, channelKey }
      : { version: 'V2', storeId, channelKey, identityVerificationId: impUid };
  const body = JSON.stringify({ ...given, person });
  const response = await fetch(`${sandboxUrl}/window/result`, { method: 'POST', body });
  const { result } = (await response.json()) as { result: Record<string, string> };
  return (result['imp_uid'] ?? result['identityVerificationId'])!;
}
