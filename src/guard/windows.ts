/** A fixed window: at most `points` calls of one key in `ms`, from the first call on. */
export interface Window {
  /** Names the limit and the length. */
  readonly name: string;
  /** Names the phone, caller or IP, as an HMAC. */
  readonly key: string;
  readonly points: number;
  readonly ms: number;
}

/** The calls that a window has counted, and when it ends, in ms of the store's clock. */
export interface Count {
  readonly used: number;
  readonly endsAt: number;
}

/** A call that was counted in a window. The end tells this window from the next one of the same key. */
export interface Counted {
  readonly window: Window;
  readonly endsAt: number;
}

export interface Taken {
  /** For each window, in the order asked, for how many ms it denies the call; 0 where it allows it. */
  readonly waits: readonly number[];
  /** In the same order; empty where any window denies the call. */
  readonly counted: readonly Counted[];
  /** For how many ms some window denies the next such call, as far as is known now; 0 where all would allow it. */
  readonly nextInMs: number;
}

/** Where limits count. */
export interface WindowStore {
  /**
   * Checks all windows, then counts the call in each, as one atomic step; a call that any window denies counts in none.
   * Errors: `StoreUnavailable` within 200 ms; a call that is counted all the same is given back when that is known.
   */
  take(windows: readonly Window[]): Promise<Taken>;
  /** Uncounts one call, in windows that have not ended. Errors: `StoreUnavailable`. */
  giveBack(counted: readonly Counted[]): Promise<void>;
}

/** Keys that one window keeps on one machine. Beyond, the oldest is dropped: a new caller is never denied for lack of room. */
export const MAX_KEYS = 50_000;

/** The rule, as a pure function: what each window says at `now`, and the new counts where none denies. */
export function take(
  windows: readonly Window[],
  found: (window: Window) => Count | undefined,
  now: number,
): Pick<Taken, 'waits' | 'nextInMs'> & { readonly counts: readonly Count[] } {
  const live = windows.map((window) => {
    const count = found(window);
    return count && count.endsAt > now ? count : { used: 0, endsAt: now + window.ms };
  });
  const waitsOf = (counts: readonly Count[]): number[] =>
    counts.map(({ used, endsAt }, index) => (used < windows[index]!.points ? 0 : endsAt - now));
  const waits = waitsOf(live);
  const isDenied = waits.some((wait) => wait > 0);
  const counts = isDenied ? [] : live.map(({ used, endsAt }) => ({ used: used + 1, endsAt }));
  return { waits, counts, nextInMs: Math.max(0, ...(isDenied ? waits : waitsOf(counts))) };
}

/** The clock is monotonic: a step of the wall clock would end windows early, or hold them open. */
export function createMemoryWindows(
  clock: () => number = () => performance.now(),
  maxKeys: number = MAX_KEYS,
): WindowStore {
  /** By name, then by key. Windows of one name are equally long, so that those that end first stand first. */
  const counts = new Map<string, Map<string, Count>>();

  function keep({ name, key }: Window, count: Count, now: number): void {
    const named = counts.get(name) ?? new Map<string, Count>();
    counts.set(name, named);
    if (named.get(key)?.endsAt !== count.endsAt) makeRoom(named, now);
    named.set(key, count);
  }

  /** Drops the windows that have ended, and the oldest where there are too many: no timer for each key. */
  function makeRoom(named: Map<string, Count>, now: number): void {
    for (const [key, { endsAt }] of named) {
      if (endsAt > now && named.size < maxKeys) return;
      named.delete(key);
    }
  }

  return {
    async take(windows) {
      const now = clock();
      const taken = take(windows, ({ name, key }) => counts.get(name)?.get(key), now);
      const counted = taken.counts.map((count, index) => {
        const window = windows[index]!;
        keep(window, count, now);
        return { window, endsAt: count.endsAt };
      });
      return { waits: taken.waits, counted, nextInMs: taken.nextInMs };
    },
    async giveBack(counted) {
      for (const { window, endsAt } of counted) {
        const named = counts.get(window.name);
        const count = named?.get(window.key);
        if (count?.endsAt === endsAt && count.used > 0) named!.set(window.key, { used: count.used - 1, endsAt });
      }
    },
  };
}
