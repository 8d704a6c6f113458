import type { GatewayEvent, UpstreamName } from './events.ts';
import type { Logger } from './log.ts';

/** `refused` within the last minute: a process without requests would never find out that it is accepted again. */
export type LoginState = 'accepted' | 'refused' | 'unknown';

const REFUSED_MS = 60_000;

const KEY_REFUSED: Readonly<Record<UpstreamName, string>> = {
  iamport: 'the upstream refuses the log-in: check IAMPORT_API_KEY and IAMPORT_API_SECRET',
  portone: 'the upstream refuses the log-in: check PORTONE_API_SECRET, and whether it allows this address',
};
const OTHERWISE_REFUSED =
  'the upstream refuses the log-in, and not for its key or secret: it may not allow this address';

/** How the last log-in at an upstream ended, and when, on the monotonic clock. */
interface Login {
  readonly isAccepted: boolean;
  readonly at: number;
}

/** Logs when an upstream begins to refuse the log-in and when it accepts it again, for each upstream apart. */
export function createLogins(logger: Logger) {
  const last = new Map<UpstreamName, Login>();
  return {
    hear(event: Extract<GatewayEvent, { kind: 'login' }>): void {
      const { upstream, isAccepted } = event;
      const before = last.get(upstream)?.isAccepted;
      if (!isAccepted && before !== false)
        logger.error({ upstream }, event.namesKey ? KEY_REFUSED[upstream] : OTHERWISE_REFUSED);
      if (isAccepted && before === false) logger.info({ upstream }, 'the upstream accepts the log-in again');
      last.set(upstream, { isAccepted, at: performance.now() });
    },

    /** At PortOne V2 where it has answered, since new verifications are made there; else at iamport. */
    state(): LoginState {
      const login = last.get('portone') ?? last.get('iamport');
      if (!login || (!login.isAccepted && performance.now() - login.at > REFUSED_MS)) return 'unknown';
      return login.isAccepted ? 'accepted' : 'refused';
    },
  };
}
