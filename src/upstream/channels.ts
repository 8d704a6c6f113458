import type { OnUpstreamEvent } from '../events.ts';
import type { Channel } from './channel.ts';
import { UpstreamRefusal, type Refusal } from './errors.ts';
import type { Question } from './ask.ts';

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
