import type { OnEvent } from './events.ts';
import type { RedisNews } from './guard/redis-link.ts';
import type { Logger } from './log.ts';

/** Writes what an operator should know to the log, and hands every event on to be counted. */
export interface Report {
  readonly onEvent: OnEvent;
  readonly onRedis: (news: RedisNews) => void;
}

/** How often the log repeats that the store is full, which can be said for every call. */
const REPEAT_MS = 60_000;

export function createReport(logger: Logger, onEvent: OnEvent = () => {}): Report {
  let fullSaidAt = Number.NEGATIVE_INFINITY;

  function logFull(): void {
    if (performance.now() - fullSaidAt < REPEAT_MS) return;
    fullSaidAt = performance.now();
    logger.warn({}, 'the store of attempts is full: new verifications are answered OVERLOADED');
  }

  return {
    onEvent(event) {
      if (event.kind === 'drift') logger.warn({ field: event.field }, 'the upstream sent a value not known here');
      if (event.kind === 'limit') logger.warn({ limit: event.limit, shadow: event.shadow }, 'a limit was reached');
      if (event.kind === 'store-full') logFull();
      onEvent(event);
    },
    onRedis: (news) => logRedis(logger, news),
  };
}

function logRedis(logger: Logger, news: RedisNews): void {
  switch (news.kind) {
    case 'up':
      return logger.info({}, 'Redis is connected');
    case 'lost':
      return logger.warn({}, 'Redis is lost: nothing is confirmed until it is back');
    case 'trouble':
      return logger.warn({ reason: news.reason }, `Redis cannot be used: ${news.sentence}`);
    case 'evicts':
      return logger.warn(
        { policy: news.policy },
        'Redis may forget attempts, owners and limits before their time: set its maxmemory-policy to noeviction',
      );
    case 'secret':
      if (news.isShared) return logger.info({}, 'GUARD_SECRET is the one of the other replicas again');
      return logger.error(
        {},
        'GUARD_SECRET is not the one of the other replicas: attempts, owners and limits are not shared; use one secret everywhere',
      );
  }
}
