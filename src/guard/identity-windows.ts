import { randomUUID } from 'node:crypto';
import type { Caller } from '../caller.ts';
import type { OnEvent } from '../events.ts';
import type { Hmac } from './hmac.ts';
import { createKept, type Kept } from './kept.ts';
import type { AttemptStore } from './store.ts';
import { mustBeKept, readRecord, repeated, update } from './update.ts';
import { ageOf, giveBack, openedWindow, useUp, type WindowRecord } from './window-rules.ts';

/** A window that was used up. */
interface Use {
  /** Lets the window be completed after all. Errors: none; it is repeated until the store answers, or for three seconds. */
  giveBack(): void;
}

/** The provider's windows that were opened here, by the id that `newWindow` made. */
export interface IdentityWindows {
  /** Keeps that `caller` opens a window. */
  open(caller: Caller, id: string): Kept<void>;
  /** Whether anybody opened a window with this id of late. */
  isKnown(id: string): Kept<boolean>;
  /** When `caller` opened a window that they can complete, by `performance.now()`; null for any other id. */
  openedAt(caller: Caller, id: string): Kept<number | null>;
  /** Uses such a window up; null where another call was faster, or it is over. */
  use(caller: Caller, id: string): Kept<Use | null>;
}

interface IdentityWindowsOptions {
  readonly store: AttemptStore;
  readonly hmac: Hmac;
  readonly onEvent: OnEvent;
}

export function createIdentityWindows({ store, hmac, onEvent }: IdentityWindowsOptions): IdentityWindows {
  const kept = createKept(onEvent);
  const ownerOf = ({ subject }: Caller): string => hmac('caller', subject);
  const keyOf = (id: string): string => hmac('window', id);

  async function open(caller: Caller, id: string): Promise<void> {
    const owner = ownerOf(caller);
    const step = (_found: WindowRecord | null, now: number) => ({ record: openedWindow(owner, now), reply: null });
    mustBeKept(await update(store, keyOf(id), step));
  }

  async function openedAt(caller: Caller, id: string): Promise<number | null> {
    const { record, now, askedAt } = await readRecord<WindowRecord>(store, keyOf(id));
    const age = ageOf(record, ownerOf(caller), now);
    return age === null ? null : askedAt - age;
  }

  async function use(caller: Caller, id: string): Promise<Use | null> {
    const key = keyOf(id);
    const call = randomUUID();
    /** A use that is not there yet can still be written. */
    const undo = async (): Promise<boolean> => {
      const { reply, isKept } = await update(store, key, (found: WindowRecord | null) => giveBack(found, call));
      return reply && isKept;
    };
    const used = await update(store, key, (found: WindowRecord | null, now) =>
      useUp(found, ownerOf(caller), call, now),
    );
    if (!used.isKept) void repeated(undo);
    mustBeKept(used);
    return used.reply ? { giveBack: () => void repeated(undo) } : null;
  }

  return {
    open: (caller, id) => kept(open(caller, id)),
    isKnown: (id) => kept(readRecord<WindowRecord>(store, keyOf(id)).then(({ record }) => record !== null)),
    openedAt: (caller, id) => kept(openedAt(caller, id)),
    use: (caller, id) => kept(use(caller, id)),
  };
}
