import type { GatewayEvent, OnEvent, OnUpstreamEvent, Operation, UnknownWords } from './events.ts';
import type { Logger } from './log.ts';

/** Writes what an operator should know to the log, and hands every event on to be counted. */
export interface Report {
  readonly onEvent: OnUpstreamEvent;
  readonly onOperation: (operation: Operation) => void;
  readonly onRedis: (isUp: boolean) => void;
}

/** How often the log repeats what can be said for every call. */
const REPEAT_MS = 60_000;

/** How many kinds of unknown words are logged, each once. An upstream that never says the same again cannot fill the log. */
const MAX_SHAPES = 100;

/** How many different lines are kept from being repeated; beyond, the oldest may be. */
const MAX_REMEMBERED = 1_000;

export function createReport(logger: Logger, onEvent: OnEvent = () => {}): Report {
  const shapes = new Set<string>();
  const isNew = createReminder();
  let isLoginAccepted: boolean | null = null;

  function logWords({ kind: _kind, ...facts }: UnknownWords): void {
    const kind = `${facts.providerCode} ${facts.shape}`;
    if (shapes.has(kind) || shapes.size >= MAX_SHAPES) return;
    shapes.add(kind);
    logger.warn(facts, 'the upstream refused in words not known here: REFUSALS_FILE can say what they mean');
  }

  function logLogin(isAccepted: boolean): void {
    if (!isAccepted && isLoginAccepted !== false)
      logger.error({}, 'the upstream refuses the log-in: check IAMPORT_API_KEY and IAMPORT_API_SECRET');
    if (isAccepted && isLoginAccepted === false) logger.info({}, 'the upstream accepts the log-in again');
    isLoginAccepted = isAccepted;
  }

  function log(event: GatewayEvent): void {
    switch (event.kind) {
      case 'login':
        return logLogin(event.isAccepted);
      case 'breaker':
        return logBreaker(logger, event);
      case 'drift':
        return isNew(`drift ${event.field}`)
          ? logger.warn({ field: event.field }, 'the upstream sent a value not known here')
          : undefined;
      case 'limit':
        return isNew(`${event.limit} ${event.key}`, event.ms)
          ? logger.warn({ limit: event.limit, shadow: event.shadow, key: event.key }, 'a limit was reached')
          : undefined;
      case 'store-full':
        return isNew(event.kind)
          ? logger.warn({}, 'the store of attempts is full: new verifications are answered OVERLOADED')
          : undefined;
      case 'refused-caller':
        return isNew(event.reason) ? logger.warn({ reason: event.reason }, 'a caller was refused') : undefined;
      case 'refusal':
        return OPERATORS[event.refusal] && isNew(event.refusal)
          ? logger.warn({ refusal: event.refusal }, OPERATORS[event.refusal]!)
          : undefined;
      default:
        return undefined; // told by the lines of operations
    }
  }

  return {
    onEvent(event) {
      if (event.kind === 'unknown-words') {
        logWords(event);
        return onEvent({ kind: 'drift', field: 'message' });
      }
      log(event);
      return onEvent(event);
    },
    onOperation: (operation) => logger.info(rounded(operation), 'operation'),
    onRedis(isUp) {
      if (isUp) logger.info({}, 'Redis is connected');
      else logger.warn({}, 'Redis is lost: nothing is confirmed until it is back');
    },
  };
}

/** Refusals that are not the person's doing. */
const OPERATORS: Readonly<Record<string, string>> = {
  CARRIER_MAINTENANCE: 'a carrier or the provider is closed for maintenance',
  MERCHANT_CONFIG:
    'the merchant is not set up for this call at the provider: ask PortOne for the approval or the channel key',
  RATE_LIMITED: 'the provider limits or blocks this merchant, this address or a phone',
};

function logBreaker(logger: Logger, { breaker, state }: Extract<GatewayEvent, { kind: 'breaker' }>): void {
  if (state === 'open')
    logger.warn({ breaker }, 'the upstream fails too often: its breaker is open, calls are not sent');
  if (state === 'closed') logger.info({ breaker }, 'the upstream answers again: its breaker is closed');
}

/** Says whether something was not said for a while, and remembers it. */
function createReminder(): (what: string, ms?: number) => boolean {
  const silentUntil = new Map<string, number>();
  return (what, ms = REPEAT_MS) => {
    const now = performance.now();
    if ((silentUntil.get(what) ?? 0) > now) return false;
    silentUntil.delete(what);
    silentUntil.set(what, now + ms);
    const [oldest] = silentUntil.keys();
    if (silentUntil.size > MAX_REMEMBERED) silentUntil.delete(oldest!);
    return true;
  };
}

/** Times in whole ms. */
function rounded({ ms, guardMs, upstreamMs, ...rest }: Operation): object {
  return { ...rest, ms: Math.round(ms), guardMs: Math.round(guardMs), upstreamMs: Math.round(upstreamMs) };
}
