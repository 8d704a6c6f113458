/** How requests for a code differ between providers. */
interface Needs {
  /** Form of the merchantUids that the provider takes; absent where it takes any. */
  readonly merchantUid?: RegExp;
  /** It takes the kind of device that the person sits at. */
  readonly asksDevice: boolean;
}

/** The providers that send codes, by the names that records have them under. */
const PROVIDERS = {
  danal: { asksDevice: false },
  kcp_v2: { merchantUid: /^[A-Za-z\d]{1,40}$/, asksDevice: true },
} as const satisfies Record<string, Needs>;

export type Provider = keyof typeof PROVIDERS;
export const PROVIDER_NAMES = Object.keys(PROVIDERS) as readonly Provider[];

/** A merchant's contract with one provider, as the upstream knows it. */
export interface Channel {
  /** Null where the settings do not tell. */
  readonly provider: Provider | null;
  /** Null for the channel that is set at the upstream. */
  readonly key: string | null;
}

/** A channel whose provider is not known takes every merchantUid and every option. */
function needsOf({ provider }: Channel): Needs {
  return provider === null ? { asksDevice: true } : PROVIDERS[provider];
}

export function takesMerchantUid(channel: Channel, merchantUid: string | null): boolean {
  return merchantUid === null || (needsOf(channel).merchantUid?.test(merchantUid) ?? true);
}

export function asksDevice(channel: Channel): boolean {
  return needsOf(channel).asksDevice;
}
