import type { Config } from '../../src/config.ts';
import {
  SANDBOX_CHANNEL_KEY,
  SANDBOX_MERCHANT_CODE,
  SANDBOX_PORTONE_SECRET,
  SANDBOX_STORE_ID,
} from '../../src/sandbox/sandbox.ts';
import type { Fields } from './gateway.ts';

export const OPEN = `mutation { openIdentityWindow { __typename
  ... on IdentityWindow { impUid merchantUid merchantCode storeId channelKey expiresAt }
  ... on IdentityError { code message retryable } } }`;
export const COMPLETE = `mutation($impUid: ID!) { completeIdentityWindow(impUid: $impUid) { __typename
  ... on Certification { impUid merchantUid name phone birthday certified uniqueKey }
  ... on IdentityError { code message retryable } ... on OtpRejectedError { attemptsRemaining retryAt }
  ... on InvalidInputError { fields { name message } } } }`;

/** PortOne V2 alone, at a sandbox. */
export function portoneAt(baseUrl: string): Config['portone'] {
  const account = { apiSecret: SANDBOX_PORTONE_SECRET, storeId: SANDBOX_STORE_ID, channelKey: SANDBOX_CHANNEL_KEY };
  return { baseUrl, ...account, bypass: null, isAlone: true };
}

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
