import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Caller } from '../caller.ts';
import type { OnEvent } from '../events.ts';
import { describe, type Logger } from '../log.ts';
import type { Hmac } from './hmac.ts';
import { createKept, type Kept } from './kept.ts';
import { StoreUnavailable, type AttemptStore } from './store.ts';
import type { Window } from './windows.ts';

/** A person who got no message waits this long before another is worth asking for, whatever the limits allow. */
export const RESEND_AFTER_MS = 60_000;

/** One caller's request for one person's code, every field of it. */
export interface SameRequest {
  /** Of its record in the store. */
  readonly key: string;
  /** Opens the impUid in the record, and is not stored itself. */
  readonly sealKey: string;
  /** Counts it once, so that one process at a time makes it. A request that a limit denies has no record to take up room. */
  readonly window: Window;
}

/** How a request ended that can be repeated. */
export interface Remembered {
  /** Null where the upstream's answer was lost, so that a message may be on its way. */
  readonly impUid: string | null;
  readonly resendAt: Date;
  readonly expiresAt: Date;
}

/** The record of a request, and when the store said so: by its own clock, and by this process' monotonic one. */
interface FoundRequest {
  /** Null before the first such request, and after its time. */
  readonly remembered: Remembered | null;
  readonly text: string | null;
  readonly now: number;
  readonly heardAt: number;
}

/** The requests that were sent of late, so that one whose answer was lost on the way to its caller can be repeated. */
export interface Requests {
  /** Null for anonymous callers: one name for many people, and one's impUid is not another's. */
  same(caller: Caller, person: object): SameRequest | null;
  find(request: SameRequest): Kept<FoundRequest>;
  /** Remembers how a request ended until another is worth asking for, or its code is too old. Errors: none; what cannot be kept is logged. */
  keep(request: SameRequest, found: FoundRequest, ended: Remembered): Promise<void>;
}

/** As it is kept: nothing personal. */
interface RequestRecord {
  /** Under a key that is made of the request itself: a copy of the store cannot be searched for impUids. */
  readonly sealed: string | null;
  /** In ms since 1970, as the caller was told. */
  readonly resendAt: number;
  readonly expiresAt: number;
  /** In ms of the store's clock. */
  readonly until: number;
}

interface RequestsOptions {
  readonly store: AttemptStore;
  readonly hmac: Hmac;
  readonly logger: Logger;
  readonly onEvent: OnEvent;
}

export function createRequests({ store, hmac, logger, onEvent }: RequestsOptions): Requests {
  const kept = createKept(onEvent);

  async function find({ key, sealKey }: SameRequest): Promise<FoundRequest> {
    const { text, now } = await store.read(key);
    const heardAt = performance.now();
    const record = text === null ? null : (JSON.parse(text) as RequestRecord);
    return { remembered: record && now < record.until ? remembered(record, sealKey) : null, text, now, heardAt };
  }

  return {
    same({ subject, isAnonymous }, person) {
      if (isAnonymous) return null;
      const fields = JSON.stringify(person, Object.keys(person).toSorted()); // in one order, however they were put together
      const key = hmac('request', subject, fields);
      const window = { name: 'same-request', key, points: 1, ms: RESEND_AFTER_MS };
      return { key, sealKey: hmac('request-seal', subject, fields), window };
    },
    find: (request) => kept(find(request)),
    async keep({ key, sealKey }, { text, now, heardAt }, { impUid, resendAt, expiresAt }) {
      // Rather too short: at `resendAt` it must be over. `Date.now()` is rounded down, and time passes between the two clocks.
      const passedMs = performance.now() - heardAt;
      const leftMs = Math.min(resendAt.getTime(), expiresAt.getTime()) - Date.now() - 1;
      const record: RequestRecord = {
        sealed: impUid === null ? null : seal(sealKey, impUid),
        resendAt: resendAt.getTime(),
        expiresAt: expiresAt.getTime(),
        until: now + passedMs + leftMs,
      };
      const keeping = await kept(store.replace(key, text, JSON.stringify(record)));
      if (!keeping.ok) logger.error(describe(new StoreUnavailable('Not kept')), 'a request cannot be repeated');
    },
  };
}

function remembered({ sealed, resendAt, expiresAt }: RequestRecord, sealKey: string): Remembered {
  const impUid = sealed === null ? null : unseal(sealKey, sealed);
  return { impUid, resendAt: new Date(resendAt), expiresAt: new Date(expiresAt) };
}

const CIPHER = 'aes-128-gcm'; // an HMAC here has 128 bits
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

function seal(key: string, text: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, Buffer.from(key, 'base64url'), nonce);
  return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64url');
}

function unseal(key: string, sealed: string): string {
  const bytes = Buffer.from(sealed, 'base64url');
  const decipher = createDecipheriv(CIPHER, Buffer.from(key, 'base64url'), bytes.subarray(0, NONCE_BYTES));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  return decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
}
