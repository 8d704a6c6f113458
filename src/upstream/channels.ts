import type { OnUpstreamEvent } from '../events.ts';
import { UpstreamRefusal, type Refusal } from './errors.ts';
import type { Question } from './ask.ts';

/** What a request for a code has to look like for one provider. */
interface Needs {
  /** The form of a merchantUid, where it is not any. */
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

/** Of a provider that is not known nothing is known to be wrong, and every option that is set is meant for it. */
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

/** What the calls of one request for a code share: the time that is left, and whether a refusal is not the last word. */
export type ChannelCall = Required<Pick<Question, 'timeoutMs' | 'hasNext'>>;

/**
 * Makes a request on the first channel, and on the next one where the refusal says that the channel is down; all within one time.
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
