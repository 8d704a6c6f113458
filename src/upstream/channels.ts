import type { OnUpstreamEvent } from '../events.ts';
import { UpstreamRefusal, type Refusal } from './errors.ts';
import type { Question } from './ask.ts';

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

/** Refusals by which a channel says that it is down, and thereby that it has sent nothing. */
const SAYS_DOWN: ReadonlySet<string> = new Set<Refusal>(['CARRIER_MAINTENANCE', 'SEND_FAILED', 'UPSTREAM_TEMPORARY']);

/** The call of one channel: the time that is left of the request, and whether another channel follows. */
export type ChannelCall = Required<Pick<Question, 'timeoutMs' | 'hasNext'>>;

/**
 * Failover between channels: a request is made on the first one, and on the next where its refusal says that it is down, within one
 * deadline.
 * A fault ends it: a message may be on its way, or the upstream itself is out of reach. So does any other refusal, since a mistake
 * of the person is one everywhere. Like any call, a channel is not tried any more in the second half of the time.
 */
export async function overChannels<T>(
  channels: readonly Channel[],
  { confirmTimeoutMs, onEvent }: { readonly confirmTimeoutMs: number; readonly onEvent: OnUpstreamEvent },
  request: (channel: Channel, call: ChannelCall) => Promise<T>,
): Promise<T> {
  const since = performance.now();
  let spentMs = 0;
  for (let index = 0; ; index += 1) {
    const next = channels[index + 1];
    try {
      return await request(channels[index]!, { timeoutMs: confirmTimeoutMs - spentMs, hasNext: next !== undefined });
    } catch (error) {
      const isDown = error instanceof UpstreamRefusal && SAYS_DOWN.has(error.refusal);
      spentMs = performance.now() - since;
      if (!isDown || !next || spentMs >= confirmTimeoutMs / 2) throw error;
      onEvent({ kind: 'next-channel', provider: next.provider, position: index + 2, refusal: error.refusal });
    }
  }
}
