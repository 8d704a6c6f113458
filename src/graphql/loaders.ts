import { bulkhead } from 'cockatiel';
import DataLoader from 'dataloader';
import type { FailureOf } from '../failure.ts';
import type { CertificationRecord } from '../upstream/record.ts';
import type { Outcome } from '../outcome.ts';

type Read = Outcome<CertificationRecord, FailureOf['read']>;

export interface Loaders {
  /** Reads each impUid once per request. */
  readonly certification: DataLoader<string, Read>;
}

/** The upstream has no batch read; this many single ones run at a time for one request. */
const PARALLEL_READS = 8;

export function createLoaders(read: (impUid: string) => Promise<Read>): Loaders {
  const reads = bulkhead(PARALLEL_READS, Number.POSITIVE_INFINITY);
  // A key's own failure, and not its neighbours'.
  const load = (impUid: string): Promise<Read | Error> =>
    reads.execute(() => read(impUid)).catch((error: Error) => error);
  return { certification: new DataLoader((impUids) => Promise.all(impUids.map(load))) };
}
