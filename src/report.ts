import { createAuditLog, type AuditNews } from './audit/news.ts';
import type { GatewayEvent, MissingSetting, OnEvent, OnUpstreamEvent, Operation, UnknownWords } from './events.ts';
import type { FileNews } from './guard/file-link.ts';
import type { RedisNews } from './guard/redis-link.ts';
import type { FaultReason } from './upstream/errors.ts';
import type { Logger } from './log.ts';
import { createLogins, type LoginState } from './logins.ts';

/** Writes what an operator should know to the log, and hands every event on to be counted. */
export interface Report {
  readonly onEvent: OnUpstreamEvent;
  readonly onOperation: (operation: Operation) => void;
  readonly onRedis: (news: RedisNews) => void;
  readonly onAudit: (news: AuditNews) => void;
  readonly onFile: (news: FileNews) => void;
  /** How the upstream was when it was last called. */
  readonly upstream: () => UpstreamHealth;
}

export interface UpstreamHealth {
  readonly login: LoginState;
  /** The state of each circuit breaker that has ever opened. */
  readonly breakers: Readonly<Record<string, 'closed' | 'half-open' | 'open'>>;
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
  const logAudit = createAuditLog(logger);
  const logins = createLogins(logger);
  const breakers: Record<string, 'closed' | 'half-open' | 'open'> = {};

  function logWords({ kind: _kind, ...facts }: UnknownWords): void {
    const kind = `${facts.providerCode} ${facts.shape}`;
    if (shapes.has(kind) || shapes.size >= MAX_SHAPES) return;
    shapes.add(kind);
    logger.warn(facts, 'the upstream refused in words not known here: REFUSALS_FILE can say what they mean');
  }

  function log(event: GatewayEvent): void {
    if (event.kind === 'login') return logins.hear(event);
    if (event.kind === 'breaker') {
      breakers[event.breaker] = event.state;
      return logBreaker(logger, event);
    }
    const warning = warningOf(event);
    if (warning && isNew(warning.id, warning.ms)) logger.warn(warning.fields, warning.message);
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
    onAudit(news) {
      logAudit(news);
      if (news.kind === 'failed') onEvent({ kind: 'audit-failed', reason: news.reason });
    },
    onFile(news) {
      logFile(logger, news);
      if (news.kind === 'secret') onEvent(news);
    },
    onRedis(news) {
      logRedis(logger, news);
      if (news.kind === 'secret') onEvent(news);
    },
    upstream: () => ({ login: logins.state(), breakers: { ...breakers } }),
  };
}

interface Warning {
  /** Names what is not said again for `ms`. */
  readonly id: string;
  readonly ms?: number;
  readonly fields: object;
  readonly message: string;
}

/** Null for events that the lines of operations tell. */
function warningOf(event: GatewayEvent): Warning | null {
  switch (event.kind) {
    case 'drift': {
      const { field } = event;
      return { id: `drift ${field}`, fields: { field }, message: 'the upstream sent a value not known here' };
    }
    case 'limit': {
      const { limit, shadow, key, ms } = event;
      return { id: `${limit} ${key}`, ms, fields: { limit, shadow, key }, message: 'a limit was reached' };
    }
    case 'next-channel': {
      const { position, provider, refusal } = event;
      const message = 'a channel says that it is down: requests go to the next one';
      return { id: `${event.kind} ${position}`, fields: { channel: position, provider, refusal }, message };
    }
    case 'store-full': {
      const message = 'the store of attempts is full: new verifications are answered OVERLOADED';
      return { id: event.kind, fields: {}, message };
    }
    case 'missing-setting': {
      const { setting } = event;
      const message = NEEDS_SETTING[setting];
      return { id: setting, ms: Number.POSITIVE_INFINITY, fields: { setting }, message };
    }
    case 'refused-caller':
      return { id: event.reason, fields: { reason: event.reason }, message: 'a caller was refused' };
    case 'refusal': {
      const { refusal } = event;
      const message = OPERATORS[refusal];
      return message === undefined ? null : { id: refusal, fields: { refusal }, message };
    }
    case 'fault': {
      const { call, reason } = event;
      if (TOLD_ELSEWHERE.has(reason) || (call === 'login' && reason === 'unauthorized')) return null;
      return { id: `${call} ${reason}`, fields: { call, reason }, message: 'the upstream gave no usable answer' };
    }
    case 'outcome':
    case 'upstream-call':
    case 'login':
    case 'breaker':
    case 'audit-failed':
    case 'limit-allowed':
    case 'attempt':
    case 'store':
    case 'secret':
    case 'refused-request':
      return null;
  }
}

/** Of calls that were not made, and of callers that have hung up: the log-in and the breaker have lines of their own. */
const TOLD_ELSEWHERE: ReadonlySet<FaultReason> = new Set(['login', 'login-refused', 'breaker', 'overload', 'gone']);

const FIELD_NEEDS =
  'a client asks for a field that needs a setting: the field is answered null, and NOT_CONFIGURED' as const;
const NEEDS_SETTING: Readonly<Record<MissingSetting, string>> = {
  IAMPORT_MERCHANT_CODE: 'a client asks for a window that needs a setting: it is answered UPSTREAM_MISCONFIGURED',
  PERSON_ID_KEY: FIELD_NEEDS,
  PROOF_PRIVATE_KEY: FIELD_NEEDS,
  TRUST_PROXY:
    'PortOne V2 needs the address of the person, which is not known: set TRUST_PROXY to every proxy in front, and have it send X-Forwarded-For',
};

/** Refusals that are not the person's doing. */
const OPERATORS: Readonly<Record<string, string>> = {
  CARRIER_MAINTENANCE: 'a carrier or the provider is closed for maintenance',
  MERCHANT_CONFIG:
    'the merchant is not set up for this call at the provider: check the store and the channel key, or ask PortOne for the approval',
  RATE_LIMITED: 'the provider limits or blocks this merchant, this address or a phone',
};

function logBreaker(logger: Logger, { breaker, state }: Extract<GatewayEvent, { kind: 'breaker' }>): void {
  if (state === 'open')
    logger.warn({ breaker }, 'the upstream fails too often: its breaker is open, calls are not sent');
  if (state === 'closed') logger.info({ breaker }, 'the upstream answers again: its breaker is closed');
}

/** Says whether something was not said for a while, and remembers it. */
export function createReminder(): (what: string, ms?: number) => boolean {
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

function logFile(logger: Logger, news: FileNews): void {
  switch (news.kind) {
    case 'back':
      return logger.info({}, 'the store file is back');
    case 'lost':
      return logger.warn(
        { reason: news.reason },
        `the store file is lost: ${news.sentence}; nothing is confirmed until it is back`,
      );
    case 'secret':
      if (news.isShared) return logger.info({}, 'the store file is under this GUARD_SECRET again');
      return logger.error(
        {},
        'GUARD_SECRET is not the one under which the store file was used in the last ten minutes: attempts, owners and limits begin anew',
      );
  }
}
