import type { OnEvent, OnUpstreamEvent, UnknownWords } from './events.ts';
import type { Logger } from './log.ts';

/** Writes what an operator should know to the log, and hands every event on to be counted. */
export interface Report {
  readonly onEvent: OnUpstreamEvent;
  readonly onRedis: (isUp: boolean) => void;
}

/** How often the log repeats that the store is full, which can be said for every call. */
const REPEAT_MS = 60_000;

/** How many kinds of unknown words are logged, each once. An upstream that never says the same again cannot fill the log. */
const MAX_SHAPES = 100;

export function createReport(logger: Logger, onEvent: OnEvent = () => {}): Report {
  const shapes = new Set<string>();
  let fullSaidAt = Number.NEGATIVE_INFINITY;

  function logFull(): void {
    if (performance.now() - fullSaidAt < REPEAT_MS) return;
    fullSaidAt = performance.now();
    logger.warn({}, 'the store of attempts is full: new verifications are answered OVERLOADED');
  }

  function logWords({ kind: _kind, ...facts }: UnknownWords): void {
    const kind = `${facts.providerCode} ${facts.shape}`;
    if (shapes.has(kind) || shapes.size >= MAX_SHAPES) return;
    shapes.add(kind);
    logger.warn(facts, 'the upstream refused in words not known here: REFUSALS_FILE can say what they mean');
  }

  return {
    onEvent(event) {
      if (event.kind === 'unknown-words') {
        logWords(event);
        return onEvent({ kind: 'drift', field: 'message' });
      }
      if (event.kind === 'drift') logger.warn({ field: event.field }, 'the upstream sent a value not known here');
      if (event.kind === 'limit') logger.warn({ limit: event.limit, shadow: event.shadow }, 'a limit was reached');
      if (event.kind === 'store-full') logFull();
      return onEvent(event);
    },
    onRedis(isUp) {
      if (isUp) logger.info({}, 'Redis is connected');
      else logger.warn({}, 'Redis is lost: nothing is confirmed until it is back');
    },
  };
}
