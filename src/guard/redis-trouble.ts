/** Why Redis cannot be used, by the first word of its reply or the code of a system error. */
const TROUBLES = {
  WRONGPASS: 'it refuses the user name or the password of REDIS_URL',
  NOAUTH: 'it requires a password, and REDIS_URL has none',
  NOPERM: 'its user in REDIS_URL lacks a permission for keys identity:* or for EVAL, GET, SET, TIME, INFO',
  MOVED: 'it is a cluster: REDIS_URL must begin with redis-cluster://',
  CLUSTERDOWN: 'its cluster is down',
  READONLY: 'it is a replica, which cannot be written',
  OOM: 'its memory is full',
  MISCONF: 'it cannot write to its disk',
  LOADING: 'it is loading its data',
  ECONNREFUSED: 'nothing listens at the address of REDIS_URL',
  ETIMEDOUT: 'the address of REDIS_URL cannot be reached in time',
  ENOTFOUND: 'the host name of REDIS_URL is not known',
  EAI_AGAIN: 'the host name of REDIS_URL cannot be looked up',
  SENTINELS: 'none of its sentinels can be reached, or none knows the name of the master',
} as const;

type TroubleName = keyof typeof TROUBLES;

export interface RedisTrouble {
  readonly reason: TroubleName;
  readonly sentence: string;
}

const NAME = new RegExp(String.raw`\b(${Object.keys(TROUBLES).join('|')})\b`);

/** An error can quote commands and addresses: only a name of the table above leaves this function. */
function nameIn(error: unknown): TroubleName | undefined {
  const { code, message, lastNodeError } = (error ?? {}) as Readonly<Record<string, unknown>>;
  const [name] = NAME.exec(`${String(code)} ${String(message)}`) ?? [];
  if (name !== undefined) return name as TroubleName;
  // ioredis swallows why a sentinel cannot be reached, and says this after each round.
  if (String(message).startsWith('All sentinels are unreachable')) return 'SENTINELS';
  return lastNodeError ? nameIn(lastNodeError) : undefined;
}

/** Why a command or a connection failed, as a sentence with "it" as its subject; null for a reason that is not known here. */
export function troubleIn(error: unknown): string | null {
  const name = nameIn(error);
  return name === undefined ? null : TROUBLES[name];
}

/** Tells each reason once until it changes, or until what it stopped works again. */
export function createTroubles(tell: (trouble: RedisTrouble) => void) {
  const known: { connection?: TroubleName; command?: TroubleName } = {};
  return {
    met(what: keyof typeof known, error: unknown): void {
      const reason = nameIn(error);
      if (!reason || known.connection === reason || known.command === reason) return;
      known[what] = reason;
      tell({ reason, sentence: TROUBLES[reason] });
    },
    over(what: keyof typeof known): void {
      delete known[what];
    },
  };
}
