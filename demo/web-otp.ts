/** The part of WebOTP that the compiler's own types lack. */
interface OtpRequest extends CredentialRequestOptions {
  readonly otp: { readonly transport: readonly ['sms'] };
}

/**
 * The code of the next SMS, where the browser reads it for the page (Chrome on Android). It takes a message whose last line is
 * `@` and the page's host, a blank, `#` and the code; for any other the keyboard offers it by `autocomplete="one-time-code"`.
 * Answers null where there is none, or once the signal is aborted.
 */
export async function receiveCode(signal: AbortSignal): Promise<string | null> {
  if (!('OTPCredential' in globalThis)) return null;
  const options: OtpRequest = { otp: { transport: ['sms'] }, signal };
  try {
    const credential = (await navigator.credentials.get(options)) as { readonly code?: string } | null;
    return credential?.code ?? null;
  } catch {
    return null; // aborted, or the person said no: they type it
  }
}
